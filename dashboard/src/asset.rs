//! The files of the pages: a style sheet, a script, a sign. Compiled in.

use axum::http::header;
use axum::response::IntoResponse;

/// They change with the program only, which browsers ask about.
const KEPT: &str = "max-age=300";

/// `GET /style.css`
pub(crate) async fn style() -> impl IntoResponse {
    file(
        "text/css; charset=utf-8",
        include_str!("../static/style.css"),
    )
}

/// `GET /live.js`
pub(crate) async fn script() -> impl IntoResponse {
    file(
        "text/javascript; charset=utf-8",
        include_str!("../static/live.js"),
    )
}

/// `GET /icon.svg`
pub(crate) async fn icon() -> impl IntoResponse {
    file("image/svg+xml", include_str!("../static/icon.svg"))
}

fn file(kind: &'static str, text: &'static str) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, KEPT)],
        text,
    )
}
