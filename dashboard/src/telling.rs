//! What makes a page, JSON or a line of a [`Trouble`], by what was asked for.

use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::base::Base;
use crate::page;
use crate::refused::Refused;
use crate::trouble::Trouble;

/// What a path answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tongue {
    Page,
    Json,
}

impl Tongue {
    fn of(path: &str) -> Self {
        let programs = ["/api/", "/healthz", "/readyz", "/metrics", "/live"];
        match programs.iter().any(|own| path.starts_with(own)) {
            true if path != "/live.js" => Self::Json,
            true | false => Self::Page,
        }
    }
}

/// Tells of troubles in the tongue of whoever asked.
pub(crate) async fn telling(base: Base, request: Request, next: Next) -> Response {
    let tongue = Tongue::of(request.uri().path());
    let is_head = request.method() == Method::HEAD;
    let mut response = next.run(request).await;
    let trouble = match response.extensions_mut().remove::<Trouble>() {
        Some(trouble) => trouble,
        // The router's own answer is empty.
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => Trouble::Method,
        None => return response,
    };
    let mut told = match tongue {
        Tongue::Page => page::trouble::trouble(base, &trouble),
        Tongue::Json => (trouble.status(), Json(trouble.json())).into_response(),
    };
    let headers = told.headers_mut();
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        headers.insert(header::ALLOW, allowed.clone());
    }
    if trouble.status() == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if trouble.status() == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    if let Trouble::Refused(Refused::Guessed(seconds)) = trouble {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if is_head {
        *told.body_mut() = Body::empty();
    }
    told
}
