//! [`Refused`]: why a request is not let through, or nothing is done for it.

use axum::http::StatusCode;

use crate::csrf::Unasked;
use crate::origin::Foreign;

/// Why a request is not let through, or nothing is done for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// The visitor has not signed in.
    #[error("this dashboard is open to whoever has signed in")]
    NotSignedIn,
    /// The visitor may look, and not act.
    #[error("you may look at this dashboard, and change nothing")]
    Reader,
    /// It is not one that a page of this dashboard would send.
    #[error(transparent)]
    Foreign(#[from] Foreign),
    /// The form is not one that the visitor was shown.
    #[error(transparent)]
    Unasked(#[from] Unasked),
    /// The form took too long to arrive.
    #[error("the form has not arrived in time")]
    Slow,
    /// The form is too long.
    #[error("the form is too long")]
    TooLong,
    /// An upgrade that was begun on the page goes on.
    #[error("an upgrade that was begun here goes on already")]
    GoingOn,
    /// Another process holds the lock.
    #[error("another process works on this database")]
    Locked,
    /// Too many wrong tokens were sent; after so many seconds the next is heard.
    #[error("too many wrong tokens were sent; none is heard for {0} seconds")]
    Guessed(u64),
}

impl Refused {
    /// The status of the response.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::Foreign(Foreign::NoHost) => StatusCode::BAD_REQUEST,
            Self::Foreign(Foreign::OtherHost) => StatusCode::MISDIRECTED_REQUEST,
            Self::Reader
            | Self::Unasked(_)
            | Self::Foreign(Foreign::NoOrigin | Foreign::OtherOrigin) => StatusCode::FORBIDDEN,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::GoingOn | Self::Locked => StatusCode::CONFLICT,
            Self::Guessed(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// Its stable name.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::NotSignedIn => "not-signed-in",
            Self::Reader => "forbidden",
            Self::Foreign(_) => "foreign-request",
            Self::Unasked(_) => "foreign-form",
            Self::Slow => "slow",
            Self::TooLong => "too-long",
            Self::GoingOn => "going-on",
            Self::Locked => "locked",
            Self::Guessed(_) => "too-many-tries",
        }
    }

    /// What a person may do about it, in words.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            Self::NotSignedIn => {
                "Sign in on the page, or send the token with the request: `Authorization: Bearer TOKEN`."
            }
            Self::Reader => "Ask somebody who may act to do it.",
            Self::Foreign(Foreign::NoHost | Foreign::OtherHost) => {
                "Open the dashboard under the address that it was given; whoever runs it may tell it further names."
            }
            Self::Foreign(Foreign::NoOrigin | Foreign::OtherOrigin) => {
                "Open the dashboard in a browser, and use the forms on its pages. Behind a proxy that changes the host, it \
                 has to be told the names that browsers use."
            }
            Self::Unasked(_) => {
                "Nothing was changed. Load the page again, and send the form that is there."
            }
            Self::Slow | Self::TooLong => "Nothing was changed. Try it again, with a shorter text.",
            Self::GoingOn => "Follow it on the status page.",
            Self::Locked => {
                "Nothing was changed. Follow it on the status page, and decide once it has ended."
            }
            Self::Guessed(_) => "Wait. Whoever has signed in already is let in as before.",
        }
    }
}
