//! Pages that every part of the shop may have to show, and how a page becomes a response.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::database::Trouble;
use crate::web::visit::Visit;

/// How many seconds a browser and a crawler wait before they ask again while an upgrade works.
const AGAIN: u32 = 3;

#[derive(Template)]
#[template(path = "../examples/shop/templates/maintenance.html")]
struct Maintenance {
    admin: bool,
    again: u32,
}

#[derive(Template)]
#[template(path = "../examples/shop/templates/trouble.html")]
struct TroublePage<'a> {
    visit: &'a Visit,
    title: &'a str,
    words: Vec<String>,
    /// What the database has said, for the administrator.
    detail: Option<String>,
}

/// A page as a response.
pub(crate) fn show(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            eprintln!("shop: a page cannot be shown: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The shop is being upgraded; the browser asks again by itself.
pub(crate) fn maintenance(admin: bool) -> Response {
    let again = AGAIN;
    let page = show(
        StatusCode::SERVICE_UNAVAILABLE,
        &Maintenance { admin, again },
    );
    ([(header::RETRY_AFTER, again.to_string())], page).into_response()
}

/// Another site's page has sent this.
pub(crate) fn foreign() -> Response {
    let visit = Visit::of_a_stranger();
    let page = TroublePage {
        visit: &visit,
        title: "That did not come from this shop",
        words: vec!["Nothing was changed. Go to the shop itself and try again.".to_owned()],
        detail: None,
    };
    show(StatusCode::FORBIDDEN, &page)
}

/// Why a page does not show what it was asked for.
pub(crate) fn trouble(visit: &Visit, trouble: &Trouble) -> Response {
    let (status, title, words, error) = match trouble {
        Trouble::Missing => (
            StatusCode::NOT_FOUND,
            "There is no such page",
            vec!["What was here may be sold no more.".to_owned()],
            None,
        ),
        Trouble::Refused(complaints) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "That does not go together",
            complaints.iter().map(ToString::to_string).collect(),
            None,
        ),
        Trouble::NotUpgraded(error) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "This page is closed for the moment",
            vec!["We are working on it. The rest of the shop may be open.".to_owned()],
            Some(error),
        ),
        Trouble::Busy => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The shop is very busy",
            vec!["Nothing was changed. Please try again.".to_owned()],
            None,
        ),
        Trouble::Broken(error) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong",
            vec!["Nothing was changed.".to_owned()],
            Some(error),
        ),
    };
    if let Some(error) = error {
        eprintln!("shop: {title}: {error}");
    }
    let detail = error.filter(|_| visit.admin).map(ToString::to_string);
    let page = TroublePage {
        visit,
        title,
        words,
        detail,
    };
    show(status, &page)
}
