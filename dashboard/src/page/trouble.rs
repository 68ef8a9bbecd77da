//! The page of what went wrong.

use askama::Template;
use axum::response::Response;

use super::{Frame, Refresh, Section, page};
use crate::base::Base;
use crate::shown::Shown;
use crate::trouble::Trouble;
use crate::words::{self, Piece};

/// So much of a cause is shown.
const LONGEST: usize = 2_000;

#[derive(Debug, Template)]
#[template(path = "trouble.html")]
struct TroublePage {
    frame: Frame,
    status: u16,
    message: Vec<Piece>,
    causes: Vec<Shown>,
    remedy: Vec<Piece>,
    code: &'static str,
}

/// What a trouble looks like.
pub(crate) fn trouble(base: Base, trouble: &Trouble) -> Response {
    let status = trouble.status();
    let reason = status.canonical_reason().unwrap_or("Trouble");
    let template = TroublePage {
        frame: Frame {
            base,
            title: Shown::line(reason),
            section: Section::None,
            database: Shown::default(),
            refresh: match trouble.is_locked() {
                true => Refresh::Often,
                false => Refresh::Never,
            },
        },
        status: status.as_u16(),
        message: words::prose(Shown::sentence(trouble).as_str(), LONGEST),
        causes: trouble
            .causes()
            .iter()
            .map(|cause| Shown::beginning(cause, LONGEST))
            .collect(),
        remedy: words::prose(trouble.remedy(), LONGEST),
        code: trouble.code(),
    };
    page(status, &template)
}
