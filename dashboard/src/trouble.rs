//! [`Trouble`]: why a request has no answer, and what is said instead.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use upgrades::Code;

/// Why a request has no answer. As a response it is empty, and [`telling`](crate::telling) makes a page or JSON of it.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Trouble {
    /// The engine cannot answer.
    #[error(transparent)]
    Engine(Arc<upgrades::Error>),
    /// The database has not answered for as long as a page may take.
    #[error("the database does not answer")]
    Silent,
    /// There is no such page.
    #[error("there is no such page")]
    NotFound,
    /// What was asked for makes no sense.
    #[error("{0}")]
    Unfit(String),
    /// The visitor may not look.
    #[error("this dashboard is not open to you")]
    Stranger,
    /// The page cannot be asked in this way.
    #[error("the page does not take this method")]
    Method,
    /// As many follow the run as may.
    #[error("too many pages follow the upgrade already")]
    Crowded,
    /// The dashboard itself has failed.
    #[error("the dashboard has failed")]
    Broken,
}

impl Trouble {
    /// The status of the response.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Engine(_) | Self::Silent | Self::Crowded => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unfit(_) => StatusCode::BAD_REQUEST,
            Self::Stranger => StatusCode::FORBIDDEN,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Its stable name: one that `upgrades explain` knows, or one of the dashboard's own.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Engine(error) => error.code().as_str(),
            Self::Silent => "no-answer",
            Self::NotFound => "not-found",
            Self::Unfit(_) => "usage",
            Self::Stranger => "forbidden",
            Self::Method => "method",
            Self::Crowded => "crowded",
            Self::Broken => "broken",
        }
    }

    /// What a person may do about it, in words.
    pub(crate) fn remedy(&self) -> &'static str {
        match self {
            Self::Engine(error) => error.code().explain().remedy,
            Self::Silent => {
                "Look whether the database's server is up and can be reached from here, and what it is busy with; then load \
                 the page again."
            }
            Self::NotFound => "Go back to the status, and on from there.",
            Self::Unfit(_) => "Correct the address, or begin anew at the history.",
            Self::Stranger => {
                "Log in to the application, as somebody who may see its upgrades, and load the page again."
            }
            Self::Method => "Pages are read with GET.",
            Self::Crowded => {
                "Close pages that nobody looks at; this one works without following, too."
            }
            Self::Broken => "The application's log says more. Tell whoever makes the application.",
        }
    }

    /// What was said by whom, cause by cause.
    pub(crate) fn causes(&self) -> Vec<String> {
        let Self::Engine(error) = self else {
            return Vec::new();
        };
        causes(&**error)
    }

    /// As the command says it with `--format json`.
    pub(crate) fn json(&self) -> Value {
        json!({ "error": { "code": self.code(), "message": self.to_string(), "causes": self.causes() } })
    }

    /// Whether another process upgrades, and keeps readers out.
    pub(crate) fn is_locked(&self) -> bool {
        match self {
            Self::Engine(error) => error.code() == Code::Locked,
            Self::Silent
            | Self::NotFound
            | Self::Unfit(_)
            | Self::Stranger
            | Self::Method
            | Self::Crowded
            | Self::Broken => false,
        }
    }
}

/// What lies behind an error, cause by cause.
pub(crate) fn causes(error: &dyn std::error::Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes
}

impl From<upgrades::Error> for Trouble {
    fn from(error: upgrades::Error) -> Self {
        Self::Engine(Arc::new(error))
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
