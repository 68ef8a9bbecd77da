//! Refuses what another site's page has sent: beside SameSite cookies, a second wall.

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::Next;
use axum::response::Response;

use crate::web::page;

/// Lets a request pass that changes nothing, or that comes from a page of the host that it is for.
pub(crate) async fn changes_come_from_here(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match reads || comes_from_here(request.headers()) {
        true => next.run(request).await,
        false => page::foreign(),
    }
}

/// A browser says with every POST which page it comes from, and no page can change that.
fn comes_from_here(headers: &HeaderMap) -> bool {
    let origin = headers.get(ORIGIN).and_then(|value| value.to_str().ok());
    let origin = origin.and_then(|text| text.parse::<Uri>().ok());
    let origin = origin.as_ref().and_then(Uri::authority);
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    match (origin, host) {
        (Some(origin), Some(host)) => origin.as_str().eq_ignore_ascii_case(host),
        (Some(_), None) | (None, _) => false,
    }
}
