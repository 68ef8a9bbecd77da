//! What asks before it sends people here: load balancers, orchestrators.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use upgrades::{Standing, State as Stands};

use crate::Shared;
use crate::live::{UNREACHABLE, UPGRADING, word};
use crate::trouble::Trouble;

/// `GET /healthz`: alive. Asks nothing of the database.
pub(crate) async fn health() -> Response {
    line(StatusCode::OK, "alive", None)
}

/// `GET /readyz`: whether the application may be given work. One look at the database a second, however many ask.
pub(crate) async fn ready(State(app): State<Shared>) -> Response {
    let look = app.engine.ask(|upgrader| upgrader.standing());
    match app.standing.get(look).await {
        Ok(standing) => {
            let (status, state) = judged(&standing);
            line(status, state, standing.refusal.as_deref())
        }
        Err(trouble) if trouble.is_locked() => {
            line(StatusCode::SERVICE_UNAVAILABLE, UPGRADING, None)
        }
        Err(trouble) => line(
            StatusCode::SERVICE_UNAVAILABLE,
            unready(&trouble),
            Some(&trouble.to_string()),
        ),
    }
}

/// Not ready while an upgrade works, when one has failed, or where the database is newer and the application has not said that
/// it goes on with it. What is pending, the application has been started without, and works with the old schema.
fn judged(standing: &Standing) -> (StatusCode, &'static str) {
    if standing.working.is_some() {
        return (StatusCode::SERVICE_UNAVAILABLE, UPGRADING);
    }
    let status = match (standing.state, &standing.refusal) {
        (Stands::Current | Stands::Pending, _) | (Stands::TooOld, None) => StatusCode::OK,
        (Stands::Failed | Stands::TooOld, _) => StatusCode::SERVICE_UNAVAILABLE,
        // A state of a newer engine.
        (_, _) => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, word(standing.state))
}

/// Why nothing can be said.
fn unready(trouble: &Trouble) -> &'static str {
    match trouble {
        Trouble::Engine(error) if matches!(**error, upgrades::Error::Catalog(_)) => "scripts",
        Trouble::Engine(_) | Trouble::Silent => UNREACHABLE,
        Trouble::NotFound
        | Trouble::Unfit(_)
        | Trouble::Stranger
        | Trouble::Method
        | Trouble::Crowded
        | Trouble::Broken => "broken",
    }
}

/// One line of JSON.
fn line(status: StatusCode, state: &str, reason: Option<&str>) -> Response {
    let ready = status == StatusCode::OK;
    let body = format!(
        "{}\n",
        json!({ "ready": ready, "state": state, "reason": reason })
    );
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body).into_response()
}
