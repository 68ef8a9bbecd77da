//! [`Dashboard`]: what an application says of its dashboard, and the router that it gets.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::http::request::Parts;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use upgrades::{Standing, Upgrader};

use crate::base::Base;
use crate::engine::Engine;
use crate::glance::Glances;
use crate::live::{self, Live};
use crate::metrics::{self, Measured};
use crate::page::{attempt, history, issue, overview};
use crate::telling::telling;
use crate::trouble::Trouble;
use crate::visitor::Visitor;
use crate::{api, asset, probe};

type Visitors = Box<dyn Fn(&Parts) -> Visitor + Send + Sync>;

/// What all requests share.
pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) live: Live,
    pub(crate) standing: Glances<Standing>,
    pub(crate) measured: Glances<Measured>,
    visitors: Visitors,
}

/// What the handlers are given.
pub(crate) type Shared = Arc<App>;

/// The dashboard of one installation, to be nested into an application's router.
pub struct Dashboard {
    upgrader: Arc<Upgrader<'static>>,
    visitors: Visitors,
}

impl Dashboard {
    /// The dashboard of what this upgrades: an `Upgrader`, or one in an `Arc` that the application uses too.
    pub fn new(upgrader: impl Into<Arc<Upgrader<'static>>>) -> Self {
        Self {
            upgrader: upgrader.into(),
            visitors: Box::new(|_| Visitor::Reader),
        }
    }

    /// Asks `visitors` at every request who it is that looks, by its headers, or by the extensions that the application's own layers
    /// have left. Unless told, everybody is a [`Visitor::Reader`]. It is called on the thread that serves, and must not wait.
    pub fn visitors(
        mut self,
        visitors: impl Fn(&Parts) -> Visitor + Send + Sync + 'static,
    ) -> Self {
        self.visitors = Box::new(visitors);
        self
    }

    /// The router, to be nested under any path, or served as it is. It needs a tokio runtime with time.
    pub fn router(self) -> Router {
        let engine = Engine::new(self.upgrader);
        let app = Arc::new(App {
            live: Live::new(engine.clone()),
            engine,
            standing: Glances::default(),
            measured: Glances::default(),
            visitors: self.visitors,
        });
        Router::new()
            .route("/", get(overview::overview))
            .route("/history", get(history::history))
            .route("/history/{id}", get(attempt::attempt))
            .route("/issues.html", get(issue::issues))
            .route("/live", get(live::live))
            .route("/api/status", get(api::status))
            .route("/api/issues", get(api::issues))
            .route("/api/history", get(api::history))
            .route("/api/history/{id}", get(api::attempt))
            .route("/api/run", get(api::run))
            .route("/metrics", get(metrics::metrics))
            .route("/healthz", get(probe::health))
            .route("/readyz", get(probe::ready))
            .route("/style.css", get(asset::style))
            .route("/live.js", get(asset::script))
            .route("/icon.svg", get(asset::icon))
            // A route and not a fallback, which a router that is nested twice loses.
            .route("/{*unknown}", any(unknown))
            .layer(middleware::from_fn_with_state(app.clone(), admit))
            .layer(middleware::from_fn(telling))
            .with_state(app)
    }
}

impl fmt::Debug for Dashboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dashboard")
            .field("upgrader", &self.upgrader)
            .finish_non_exhaustive()
    }
}

/// Finds out who asks, and lets strangers no further. The [`Visitor`] is an extension of the request from there on.
async fn admit(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visitor = (app.visitors)(&parts);
    let is_probe = matches!(parts.uri.path(), "/healthz" | "/readyz");
    if visitor == Visitor::Stranger && !is_probe {
        return Trouble::Stranger.into_response();
    }
    parts.extensions.insert(visitor);
    next.run(Request::from_parts(parts, body)).await
}

/// What is no page: one with a slash too many leads to the page.
async fn unknown(base: Base, uri: Uri, request: Request) -> Response {
    let is_read = request.method().is_safe();
    let own = uri.path().trim_end_matches('/');
    let has_slash = uri.path().ends_with('/') && uri.path() != own;
    // Two slashes at the beginning would lead to another machine.
    if !is_read || !has_slash || own.starts_with("//") || (own.is_empty() && uri.path() != "/") {
        return Trouble::NotFound.into_response();
    }
    let page = match own {
        "" => base.link("/"),
        own => base.link(own),
    };
    let query = uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    Redirect::permanent(&format!("{page}{query}")).into_response()
}
