//! [`Gate`]: which requests come in, and as whom.

use std::fmt;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::Shared;
use crate::base::Base;
use crate::origin::Hosts;
use crate::refused::Refused;
use crate::sign_in::SignIn;
use crate::trouble::Trouble;
use crate::visitor::Visitor;

/// The name of whoever has signed in with a token: all that is known of them.
const SIGNED_IN: &str = "somebody with the token";

/// Whom a request comes from.
pub(crate) enum Known {
    /// Nobody told: everybody may look.
    Everybody,
    /// As the application says.
    ByApplication(Box<dyn Fn(&Parts) -> Visitor + Send + Sync>),
    /// Whoever has a token may look and act.
    ByToken(SignIn),
}

/// Decides which requests come in, and as whom.
pub(crate) struct Gate {
    pub(crate) hosts: Hosts,
    pub(crate) known: Known,
}

impl Default for Gate {
    /// Everybody may look, under every name.
    fn default() -> Self {
        Self {
            hosts: Hosts::default(),
            known: Known::Everybody,
        }
    }
}

impl Gate {
    fn visitor(&self, parts: &Parts) -> Visitor {
        match &self.known {
            Known::Everybody => Visitor::Reader,
            Known::ByApplication(visitor) => visitor(parts),
            Known::ByToken(sign_in) => match sign_in.knows(&parts.headers) {
                true => Visitor::Operator {
                    name: SIGNED_IN.to_owned(),
                },
                false => Visitor::Stranger,
            },
        }
    }

    /// What somebody gets who may not come in.
    fn turn_away(&self, parts: &Parts) -> Response {
        match &self.known {
            Known::Everybody | Known::ByApplication(_) => Trouble::Stranger.into_response(),
            Known::ByToken(sign_in) => match sign_in.keeps_waiting(&parts.headers) {
                Some(wait) => {
                    let seconds = wait.as_secs() + 1;
                    Trouble::Refused(Refused::Guessed(seconds)).into_response()
                }
                None if is_page(parts) => {
                    let base = Base::of_request(parts);
                    Redirect::to(&base.link("/sign-in")).into_response()
                }
                None => Trouble::Refused(Refused::NotSignedIn).into_response(),
            },
        }
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = match self.known {
            Known::Everybody => "everybody",
            Known::ByApplication(_) => "by the application",
            Known::ByToken(_) => "by a token",
        };
        f.debug_struct("Gate")
            .field("hosts", &self.hosts)
            .field("known", &known)
            .finish()
    }
}

/// Whether a person waits for a page.
fn is_page(parts: &Parts) -> bool {
    let path = parts.uri.path();
    let is_read = parts.method == Method::GET || parts.method == Method::HEAD;
    is_read && !path.starts_with("/api/") && path != "/metrics" && path != "/live"
}

/// Whether everybody may ask for it.
fn is_open(path: &str) -> bool {
    matches!(
        path,
        "/healthz" | "/readyz" | "/style.css" | "/live.js" | "/icon.svg" | "/sign-in"
    )
}

/// Lets requests in, with their [`Visitor`], or turns them away.
pub(crate) async fn gate(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let gate = &app.gate;
    if let Err(foreign) = gate.hosts.must_be_ours(&parts.headers) {
        return Trouble::Refused(foreign.into()).into_response();
    }
    let visitor = gate.visitor(&parts);
    if visitor == Visitor::Stranger && !is_open(parts.uri.path()) {
        return gate.turn_away(&parts);
    }
    parts.extensions.insert(visitor);
    next.run(Request::from_parts(parts, body)).await
}

/// Somebody who may act, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operator(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for Operator {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        match parts.extensions.get::<Visitor>() {
            Some(Visitor::Operator { name }) => Ok(Self(name.clone())),
            Some(Visitor::Reader) => Err(Refused::Reader.into()),
            Some(Visitor::Stranger) | None => Err(Trouble::Stranger),
        }
    }
}
