//! The dashboard of [`upgrades`]: what an operator sees, as an [`axum`] router.

mod api;
mod asset;
mod base;
mod chart;
mod dashboard;
mod engine;
mod exposition;
mod filter;
mod glance;
mod live;
mod metrics;
mod page;
mod probe;
mod shown;
mod telling;
mod trouble;
mod visitor;
mod words;

pub use dashboard::Dashboard;
pub(crate) use dashboard::Shared;
pub use visitor::Visitor;
