//! What stands behind the question mark of an address.

use axum::extract::Query;
use axum::http::Uri;
use serde::de::DeserializeOwned;

use crate::trouble::Trouble;

/// Reads it.
///
/// # Errors
/// It is not text, or says twice what can be said once.
pub(crate) fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, Trouble> {
    Query::try_from_uri(uri)
        .map(|Query(said)| said)
        .map_err(|_| Trouble::Unfit("the query string cannot be read".to_owned()))
}
