//! The dashboard of [`upgrades`]: what an operator sees.
#![allow(dead_code)]
mod csrf;
mod origin;
mod secret;
pub mod sign_in;
