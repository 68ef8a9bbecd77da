//! The dashboard of [`upgrades`]: what an operator sees, as an [`axum`] router.
#![allow(dead_code)]

mod api;
mod asset;
mod base;
mod chart;
mod csrf;
mod dashboard;
mod engine;
mod exposition;
mod filter;
mod glance;
mod live;
mod metrics;
mod origin;
mod page;
mod probe;
mod secret;
mod shown;
pub mod sign_in;
mod telling;
mod trouble;
mod visitor;
mod words;

pub use dashboard::Dashboard;
pub(crate) use dashboard::Shared;
pub use visitor::Visitor;
