//! [`Base`]: under which path the dashboard is nested, so that its links are right wherever it is.

use std::convert::Infallible;
use std::fmt;

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::Uri;
use axum::http::request::Parts;

/// What stands before the dashboard's own paths: empty, or as `/admin/upgrades`, without a slash at its end. Still encoded as the
/// request had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base(String);

impl Base {
    /// By the path that was asked for, and what of it is left for the dashboard.
    fn of(asked: &str, own: &str) -> Self {
        let before = asked.strip_suffix(own).unwrap_or(asked);
        let before = before.trim_end_matches('/');
        // A link that begins with two slashes would lead to another machine.
        match before.starts_with('/') && !before.starts_with("//") {
            true => Self(before.to_owned()),
            false => Self(String::new()),
        }
    }

    /// The base of a request.
    pub(crate) fn of_request(original: Option<&OriginalUri>, own: &Uri) -> Self {
        let asked = original.map_or(own, |original| &original.0);
        Self::of(asked.path(), own.path())
    }

    /// The path of one of the dashboard's pages; `own` begins with a slash.
    pub(crate) fn link(&self, own: &str) -> String {
        match (self.0.is_empty(), own) {
            (false, "/") => self.0.clone(),
            (_, own) => format!("{}{own}", self.0),
        }
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let original = parts.extensions.get::<OriginalUri>();
        Ok(Self::of_request(original, &parts.uri))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_stands_before_the_own_path() {
        let rows = [
            ("/", "/", "", "/"),
            ("/history", "/history", "", "/"),
            ("/admin/upgrades", "/", "/admin/upgrades", "/admin/upgrades"),
            (
                "/admin/upgrades/",
                "/",
                "/admin/upgrades",
                "/admin/upgrades",
            ),
            (
                "/admin/upgrades/history/7",
                "/history/7",
                "/admin/upgrades",
                "/admin/upgrades",
            ),
            ("/a%20b/history/", "/history/", "/a%20b", "/a%20b"),
            // Whoever asks for it must not be sent elsewhere.
            ("//evil.example/history", "/history", "", "/"),
            ("//", "/", "", "/"),
        ];
        for (asked, own, base, home) in rows {
            let found = Base::of(asked, own);
            assert_eq!(
                (found.0.as_str(), found.link("/").as_str()),
                (base, home),
                "{asked}"
            );
        }
    }
}
