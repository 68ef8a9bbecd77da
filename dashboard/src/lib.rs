//! The dashboard of [`upgrades`]: what an operator sees, as an [`axum`] router.
//!
//! Pages that say what is wrong and what to do about it, where the installation stands, what an upgrade does at this moment in
//! whatever process, and what happened before; made on the server, without a build step, and working without JavaScript. Beside
//! them the same as JSON, a fragment for an application's own dashboard, and what monitoring asks for.
//!
//! ```
//! # let folder = std::env::temp_dir().join(format!("upgrades-board-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let database = folder.join("shop.db");
//! use std::sync::Arc;
//!
//! use axum::Router;
//! use upgrades::{Track, Upgrader};
//! use upgrades_dashboard::{Dashboard, Visitor};
//!
//! let upgrader = Upgrader::new(upgrades::sqlite(&database)).track(Track::core([
//!     ("1.0.0_products.sql", "CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL);"),
//! ]));
//! let upgrader = Arc::new(upgrader);
//! upgrader.run()?;
//!
//! let dashboard = Dashboard::new(upgrader).visitors(|request| {
//!     // Whatever the application knows its people by: here what its own layer has left in the request.
//!     match request.extensions.get::<String>() {
//!         Some(name) => Visitor::Operator { name: name.clone() },
//!         None => Visitor::Stranger,
//!     }
//! });
//! let app: Router = Router::new().nest("/admin/upgrades", dashboard.router());
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nested with `nest("/admin/upgrades", ...)`, the first page is at `/admin/upgrades`; with `nest_service` at `/admin/upgrades/` too.
//!
//! | path | what it is |
//! | --- | --- |
//! | `/` | the state, critical issues, the live run, tracks, what the next run does |
//! | `/history`, `/history/ID` | attempts and decisions; one of them with the text as it ran |
//! | `/issues.html` | the critical issues as a fragment, to be put into a page of the application's own |
//! | `/api/status`, `/api/issues`, `/api/history`, `/api/history/ID`, `/api/run` | the same as JSON; docs/json.md has the shapes |
//! | `/live` | the live run as server-sent events |
//! | `/healthz`, `/readyz` | whether the process answers; whether it may be given work |
//! | `/metrics` | numbers in Prometheus' text form |
//!
//! The fragment brings no style of its own. What it is made of has the classes `upgrades-issues`, `upgrades-issue`,
//! `upgrades-issue-title`, `upgrades-issue-facts`, `upgrades-issue-solution`, `upgrades-prose`, `upgrades-name`, `upgrades-sql`,
//! `upgrades-none` and `upgrades-more`.
//!
//! The engine's calls wait for the database. They run on the blocking threads of the runtime, eight at a time; a page that gets no
//! answer within ten seconds says so.

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
mod query;
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
