//! The same as JSON, for programs and for dashboards written in another language. docs/json.md has the shapes.

use axum::Json;
use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::Shared;
use crate::filter::{Asked, PAGE};
use crate::page::attempt::find;
use crate::trouble::Trouble;

/// `GET /api/status`
pub(crate) async fn status(State(app): State<Shared>) -> Result<Response, Trouble> {
    Ok(json(&app.engine.ask(|upgrader| upgrader.status()).await?))
}

/// `GET /api/issues`
pub(crate) async fn issues(State(app): State<Shared>) -> Result<Response, Trouble> {
    Ok(json(
        &app.engine
            .ask(|upgrader| upgrader.critical_issues())
            .await?,
    ))
}

/// `GET /api/history`
pub(crate) async fn history(State(app): State<Shared>, uri: Uri) -> Result<Response, Trouble> {
    let asked = Asked::of(&uri)?;
    let filter = asked.filter(asked.limit.unwrap_or(PAGE));
    Ok(json(
        &app.engine
            .ask(move |upgrader| upgrader.history(&filter))
            .await?,
    ))
}

/// `GET /api/history/ID`
pub(crate) async fn attempt(State(app): State<Shared>, uri: Uri) -> Result<Response, Trouble> {
    let (kept, _) = find(&app, &uri).await?;
    Ok(json(&kept))
}

/// `GET /api/run`
pub(crate) async fn run(State(app): State<Shared>) -> Result<Response, Trouble> {
    Ok(json(&app.live.now().await?))
}

fn json(value: &impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(value)).into_response()
}
