//! The page where somebody signs in, and out.

use std::time::Instant;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::{SignIn, Turned};
use crate::Shared;
use crate::base::Base;
use crate::gate::Known;
use crate::page::{Frame, Refresh, Section, page};
use crate::query::query;
use crate::sent::{LONGEST, Sent};
use crate::shown::Shown;
use crate::trouble::Trouble;

/// The paths of signing in and out; there is nothing below them where the application has a login of its own.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/sign-in", get(ask).post(enter))
        .route("/sign-out", post(leave))
        .layer(DefaultBodyLimit::max(LONGEST))
}

/// A token, in the address or in the form.
#[derive(Debug, Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
}

#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
struct Page {
    frame: Frame,
    turned: Option<String>,
    token: Shown,
}

/// `GET /sign-in`: only asks. What an address alone could do, whoever fetches addresses ahead would do.
async fn ask(State(app): State<Shared>, base: Base, uri: Uri) -> Result<Response, Trouble> {
    told(&app)?;
    let Token { token } = query(&uri)?;
    Ok(page(StatusCode::OK, &form(base, None, &token)))
}

/// `POST /sign-in`
async fn enter(
    State(app): State<Shared>,
    base: Base,
    Sent(Token { token }): Sent<Token>,
) -> Result<Response, Trouble> {
    match told(&app)?.enter(&token, Instant::now()) {
        Ok(cookie) => {
            let home = Redirect::to(&base.link("/"));
            Ok(([(header::SET_COOKIE, cookie)], home).into_response())
        }
        Err(Turned::Wrong) => {
            log::warn!("somebody has tried to sign in to the dashboard with a wrong token");
            let turned = "That is not the token, or it was used already.".to_owned();
            Ok(page(StatusCode::FORBIDDEN, &form(base, Some(turned), "")))
        }
        Err(Turned::Wait(wait)) => {
            let seconds = wait.as_secs() + 1;
            let turned = format!(
                "Too many wrong tokens were tried. Nobody can sign in for {seconds} seconds."
            );
            let told = page(StatusCode::TOO_MANY_REQUESTS, &form(base, Some(turned), ""));
            Ok(([(header::RETRY_AFTER, seconds.to_string())], told).into_response())
        }
    }
}

/// `POST /sign-out`
async fn leave(
    State(app): State<Shared>,
    base: Base,
    headers: HeaderMap,
    Sent(Token { .. }): Sent<Token>,
) -> Result<Response, Trouble> {
    let cookie = told(&app)?.leave(&headers);
    let door = Redirect::to(&base.link("/sign-in"));
    Ok(([(header::SET_COOKIE, cookie)], door).into_response())
}

/// What lets in.
fn told(app: &Shared) -> Result<&SignIn, Trouble> {
    match &app.gate.known {
        Known::ByToken(sign_in) => Ok(sign_in),
        Known::Everybody | Known::ByApplication(_) => Err(Trouble::NotFound),
    }
}

fn form(base: Base, turned: Option<String>, token: &str) -> Page {
    Page {
        frame: Frame {
            base,
            title: Shown::line("Sign in"),
            section: Section::None,
            database: Shown::default(),
            refresh: Refresh::Never,
        },
        turned,
        token: Shown::line(token),
    }
}
