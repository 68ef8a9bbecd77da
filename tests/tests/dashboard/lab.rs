//! Installations in every state, and what their dashboards answer.

use std::sync::OnceLock;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;
use upgrades::{Resolution, Track, Upgrader};
use upgrades_dashboard::Dashboard;
use upgrades_tests::Sandbox;
pub(crate) use upgrades_tests::told::Scripts;
use upgrades_tests::told::source;

/// An installation whose scripts ran.
pub(crate) const SHOP: Scripts<'_> = &[
    (
        "1.0.0_products.sql",
        "CREATE TABLE #__products (id INTEGER PRIMARY KEY, name TEXT);",
    ),
    (
        "1.1.0_sample.sql",
        "INSERT INTO #__products (name) VALUES ('Bicycle');\nINSERT INTO #__products (name) VALUES ('Lamp');\n",
    ),
];

/// A script that fails in its second statement.
pub(crate) const FAILING: (&str, &str) = (
    "1.2.0_points.sql",
    "-- Points for all.\nCREATE TABLE #__points (n INTEGER);\n\nALTER TABLE #__customer ADD COLUMN points INTEGER;\nSELECT 1;\n",
);

/// A script that has yet to run, and deserves a second look.
pub(crate) const PENDING: (&str, &str) = ("1.3.0_clean.sql", "DROP TABLE #__products;");

/// An installation on SQLite, in a folder of its own.
pub(crate) struct Lab(pub(crate) Sandbox);

impl Lab {
    pub(crate) fn new() -> Self {
        Self(Sandbox::new())
    }

    /// Where these scripts have run.
    pub(crate) fn with(scripts: Scripts<'_>) -> Self {
        let lab = Self::new();
        lab.upgrader(scripts).run().unwrap();
        lab
    }

    /// Where [`FAILING`] has failed, behind [`SHOP`].
    pub(crate) fn failed() -> Self {
        let lab = Self::new();
        lab.upgrader(&failing()).run().unwrap_err();
        lab
    }

    /// Where it has failed, and was cleared.
    pub(crate) fn cleared(reason: &str) -> Self {
        let lab = Self::failed();
        let upgrader = lab.upgrader(&failing());
        upgrader.clear_failure(reason, Resolution::GoOn).unwrap();
        lab
    }

    pub(crate) fn upgrader(&self, scripts: Scripts<'_>) -> Upgrader<'static> {
        Upgrader::new(upgrades::sqlite(self.0.path("shop.db")))
            .track(Track::core(source(scripts)))
            .prefix("shop_")
            .app_version("3.6.0")
            .failure_log(self.0.path("errors.log"))
    }

    /// The dashboard of the installation, with a program that has these scripts.
    pub(crate) fn board(&self, scripts: Scripts<'_>) -> Router {
        Dashboard::new(self.upgrader(scripts)).router()
    }

    /// Changes the database without the engine.
    pub(crate) fn sql(&self, sql: &str) {
        self.0.open("shop.db").execute_batch(sql).unwrap();
    }

    /// Holds the lock with this record, as a process at work does, for as long as the file lives.
    pub(crate) fn held(&self, record: &str) -> std::fs::File {
        let path = self.0.write("shop.db-upgrade", format!("{record}\n"));
        let file = std::fs::File::open(path).unwrap();
        file.lock().unwrap();
        file
    }
}

/// What a process at work writes into its lock.
pub(crate) const AT_WORK: &str = r#"{"holder":{"host":"shop-1","pid":4711,"program":"3.6.0","run":"20261122T051000000Z-4711","since":"2026-11-22T05:10:00.000Z"},"at":{"script":"core/1.3.0_clean.sql","statement":2,"statements":7,"waits_for":"replica b is 6 s behind","rows":{"done":5000,"total":12000}}}"#;

/// [`SHOP`] and [`FAILING`].
pub(crate) fn failing() -> Vec<(&'static str, &'static str)> {
    SHOP.iter().copied().chain([FAILING]).collect()
}

/// [`SHOP`] and [`PENDING`].
pub(crate) fn pending() -> Vec<(&'static str, &'static str)> {
    SHOP.iter().copied().chain([PENDING]).collect()
}

/// What a request is answered with.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(
            self.header("content-type"),
            "application/json",
            "{}",
            self.body
        );
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The runtime of all tests.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}

/// Asks a router.
pub(crate) fn ask(router: &Router, method: &str, path: &str) -> Reply {
    let request = Request::builder().method(method).uri(path);
    send(router, request.body(Body::empty()).unwrap())
}

/// Reads a page.
pub(crate) fn get(router: &Router, path: &str) -> Reply {
    ask(router, "GET", path)
}

/// Sends a request to a router.
pub(crate) fn send(router: &Router, request: Request<Body>) -> Reply {
    runtime().block_on(async {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    })
}
