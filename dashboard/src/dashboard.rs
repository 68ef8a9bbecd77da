//! [`Dashboard`]: what an application says of its dashboard, and the router that it gets.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::request::Parts;
use axum::middleware;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use upgrades::{Standing, Upgrader};

use crate::base::{Base, leads_away};
use crate::csrf::Forms;
use crate::engine::Engine;
use crate::gate::{Gate, Known, gate};
use crate::glance::Glances;
use crate::headers::guarded;
use crate::live::{self, Live};
use crate::metrics::{self, Measured};
use crate::origin::Hosts;
use crate::page::{attempt, history, issue, overview};
use crate::runs::Runs;
use crate::sign_in::{self, SignIn};
use crate::telling::telling;
use crate::trouble::Trouble;
use crate::visitor::Visitor;
use crate::{act, api, asset, probe};

/// What all requests share.
pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) live: Live,
    pub(crate) standing: Glances<Standing>,
    pub(crate) measured: Glances<Measured>,
    pub(crate) gate: Gate,
    pub(crate) forms: Forms,
    pub(crate) runs: Runs,
}

/// What the handlers are given.
pub(crate) type Shared = Arc<App>;

/// The dashboard of one installation, to be nested into an application's router.
pub struct Dashboard {
    upgrader: Arc<Upgrader<'static>>,
    gate: Gate,
}

impl Dashboard {
    /// The dashboard of what this upgrades: an `Upgrader`, or one in an `Arc` that the application uses too.
    pub fn new(upgrader: impl Into<Arc<Upgrader<'static>>>) -> Self {
        Self {
            upgrader: upgrader.into(),
            gate: Gate::default(),
        }
    }

    /// Asks `visitors` at every request who it is that looks, by its headers, or by the extensions that the application's own layers
    /// have left. Unless told, everybody is a [`Visitor::Reader`]. It is called on the thread that serves, and must not wait.
    pub fn visitors(
        mut self,
        visitors: impl Fn(&Parts) -> Visitor + Send + Sync + 'static,
    ) -> Self {
        self.gate.known = Known::ByApplication(Box::new(visitors));
        self
    }

    /// Lets in whoever has a token, to look and to act: for a dashboard that no application's login stands before. It takes the
    /// place of [`visitors`](Self::visitors).
    pub fn sign_in(mut self, sign_in: SignIn) -> Self {
        self.gate.known = Known::ByToken(sign_in);
        self
    }

    /// The names by which browsers reach it, such as `shop.example` or `localhost:7878`; one without a port stands for every
    /// port. Requests for other names are refused, so that nobody's page can have its own name lead here. Unless told, every
    /// name is well. Behind a proxy that changes the `Host`, they are the names that browsers know.
    pub fn hosts(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.gate.hosts = Hosts::new(names);
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
            gate: self.gate,
            forms: Forms::new(),
            runs: Runs::default(),
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
            .merge(act::routes())
            .merge(sign_in::page::routes())
            // A route and not a fallback, which a router that is nested twice loses.
            .route("/{*unknown}", any(unknown))
            .layer(middleware::from_fn_with_state(app.clone(), gate))
            .layer(middleware::from_fn(telling))
            .layer(middleware::map_response(guarded))
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

/// What is no page: one with a slash too many leads to the page.
async fn unknown(base: Base, uri: Uri, request: Request) -> Response {
    let is_read = request.method().is_safe();
    let own = uri.path().trim_end_matches('/');
    let has_slash = uri.path().ends_with('/') && uri.path() != own;
    let page = match own {
        "" => base.link("/"),
        own => base.link(own),
    };
    if !is_read || !has_slash || leads_away(&page) || (own.is_empty() && uri.path() != "/") {
        return Trouble::NotFound.into_response();
    }
    let query = uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    Redirect::permanent(&format!("{page}{query}")).into_response()
}
