//! [`Sent`]: a form that a page of this dashboard has sent.

use std::time::Duration;

use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::Shared;
use crate::refused::Refused;
use crate::trouble::Trouble;

/// How long a form may be, in bytes.
pub(crate) const LONGEST: usize = 16 * 1024;
/// How long a browser may take to send it.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a form says that a page of this host has sent, in due time and length.
#[derive(Debug)]
pub(crate) struct Sent<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Shared> for Sent<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Trouble> {
        let hosts = &app.gate.hosts;
        hosts
            .must_come_from_here(request.headers())
            .map_err(Refused::Foreign)?;
        let form = timeout(PATIENCE, Form::<T>::from_request(request, app)).await;
        let Ok(form) = form else {
            return Err(Refused::Slow.into());
        };
        match form {
            Ok(Form(said)) => Ok(Self(said)),
            Err(rejected) => Err(match rejected.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => Refused::TooLong.into(),
                _ => Trouble::Unfit("the form cannot be read".to_owned()),
            }),
        }
    }
}
