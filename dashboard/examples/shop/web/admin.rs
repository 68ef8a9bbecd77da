//! The administrator's login. There is one administrator, with one password.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Form, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::web::password::Password;
use crate::web::visit::Visit;
use crate::web::{Shop, page};

/// So long a wrong password keeps the next one waiting, whoever tries it.
const SLOW: Duration = Duration::from_millis(500);

/// Through it, one at a time.
#[derive(Default)]
pub(crate) struct Door(tokio::sync::Mutex<()>);

#[derive(Template)]
#[template(path = "../examples/shop/templates/login.html")]
struct Login<'a> {
    visit: &'a Visit,
    wrong: bool,
}

/// What the login's form sends.
#[derive(Deserialize)]
pub(crate) struct Tried {
    password: String,
}

/// The form. Open while an upgrade works: the administrator may want to see how far it is.
pub(crate) async fn ask() -> Response {
    login(StatusCode::OK, false)
}

/// Lets in whoever knows the password.
pub(crate) async fn sign_in(State(shop): State<Arc<Shop>>, Form(tried): Form<Tried>) -> Response {
    let door = shop.door.0.lock().await;
    let Some(session) = shop.password.sign_in(&tried.password) else {
        tokio::time::sleep(SLOW).await;
        drop(door);
        return login(StatusCode::FORBIDDEN, true);
    };
    ([(header::SET_COOKIE, session)], Redirect::to("/")).into_response()
}

/// Lets the administrator out.
pub(crate) async fn sign_out() -> Response {
    (
        [(header::SET_COOKIE, Password::sign_out())],
        Redirect::to("/"),
    )
        .into_response()
}

fn login(status: StatusCode, wrong: bool) -> Response {
    let visit = &Visit::of_a_stranger();
    page::show(status, &Login { visit, wrong })
}
