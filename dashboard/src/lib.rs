//! The dashboard of [`upgrades`]: what an operator sees, as an [`axum`] router.

mod act;
mod api;
mod asset;
mod base;
mod chart;
mod csrf;
mod dashboard;
mod engine;
mod exposition;
mod filter;
mod gate;
mod glance;
mod headers;
mod live;
mod metrics;
mod origin;
mod page;
mod probe;
mod refused;
mod runs;
mod secret;
mod sent;
mod shown;
mod sign_in;
mod telling;
mod trouble;
mod visitor;
mod words;

pub use dashboard::Dashboard;
pub(crate) use dashboard::Shared;
pub use sign_in::{SignIn, WeakToken};
pub use visitor::Visitor;
