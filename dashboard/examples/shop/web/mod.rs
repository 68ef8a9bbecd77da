//! The shop's pages and the dashboard, in one router.

mod admin;
mod carts;
pub(crate) mod chance;
mod cookie;
mod from_here;
mod page;
pub(crate) mod password;
mod products;
mod visit;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, http::Method};
use upgrades_dashboard::{Dashboard, Visitor};

use crate::database::Database;
use crate::options::Options;
use crate::upkeep::Upkeep;
use crate::web::admin::Door;
use crate::web::password::Password;

/// Where the dashboard is.
pub(crate) const DASHBOARD: &str = "/admin/upgrades";

/// What every page of the shop has at hand.
pub(crate) struct Shop {
    database: Database,
    upkeep: Arc<Upkeep>,
    password: Password,
    door: Door,
}

/// All that the shop answers.
pub(crate) fn router(options: &Options, upkeep: Arc<Upkeep>) -> Router {
    let shop = Arc::new(Shop {
        database: Database::at(&options.database),
        upkeep,
        password: options.password.clone(),
        door: Door::default(),
    });
    Router::new()
        .route("/", get(products::list))
        .route("/products/{id}", get(products::show))
        .route("/cart", get(carts::show).post(carts::add))
        .route("/cart/{line}", post(carts::change))
        .route("/cart/{line}/remove", post(carts::remove))
        .route("/admin/login", get(admin::ask).post(admin::sign_in))
        .route("/admin/logout", post(admin::sign_out))
        .route("/shop.css", get(style))
        .fallback(products::nothing)
        .layer(from_fn(from_here::changes_come_from_here))
        .layer(map_response(guarded))
        // The dashboard brings layers of its own, and answers the orchestrator even while an upgrade works.
        .nest(DASHBOARD, dashboard(&shop))
        .with_state(shop)
}

/// The dashboard, behind the shop's own login.
fn dashboard(shop: &Arc<Shop>) -> Router<Arc<Shop>> {
    let password = shop.password.clone();
    let who = move |parts: &Parts| match password.knows(&parts.headers) {
        true => Visitor::Operator {
            name: "administrator".to_owned(),
        },
        false => Visitor::Stranger,
    };
    let dashboard = Dashboard::new(shop.upkeep.upgrader())
        .visitors(who)
        .router();
    let to_login = from_fn_with_state(shop.clone(), strangers_sign_in_first);
    dashboard.layer(to_login).with_state(())
}

/// A person who comes to the dashboard as a stranger is shown the login; programs get the dashboard's own refusal.
async fn strangers_sign_in_first(
    State(shop): State<Arc<Shop>>,
    request: Request,
    next: Next,
) -> Response {
    let accepted = request.headers().get(header::ACCEPT);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    let reads = accepted.is_some_and(|types| types.contains("text/html"));
    let person = reads && request.method() == Method::GET;
    let stranger = !shop.password.knows(request.headers());
    let response = next.run(request).await;
    match person && stranger && response.status() == StatusCode::FORBIDDEN {
        true => Redirect::to("/admin/login").into_response(),
        false => response,
    }
}

/// Keeps browsers from doing with a page what it does not need.
async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let rules = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in rules {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn style() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, include_str!("../shop.css"))
}
