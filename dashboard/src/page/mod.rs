//! The pages: what they show, and how they become a response.

pub(crate) mod attempt;
pub(crate) mod history;
pub(crate) mod issue;
pub(crate) mod overview;
pub(crate) mod row;
pub(crate) mod trouble;

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::base::Base;
use crate::shown::Shown;
use crate::trouble::Trouble;

/// What all pages have around what they are about.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) base: Base,
    /// The page, in the window's title.
    pub(crate) title: Shown,
    /// Which of the links to the sections is this one's.
    pub(crate) section: Section,
    /// Which database; empty where that is nobody's business.
    pub(crate) database: Shown,
    /// Whether the page is loaded again and again by a browser without scripts.
    pub(crate) refresh: Refresh,
}

/// A section of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Status,
    History,
    None,
}

/// Whether a page has to be loaded again to stay true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refresh {
    Never,
    Often,
}

/// A page as a response.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let html_type = (header::CONTENT_TYPE, "text/html; charset=utf-8");
            // What it says is true now, and is nobody else's business.
            (
                status,
                [html_type, (header::CACHE_CONTROL, "no-store")],
                html,
            )
                .into_response()
        }
        Err(error) => {
            log::error!("a page of the dashboard cannot be rendered: {error}");
            Trouble::Broken.into_response()
        }
    }
}
