//! [`Base`]: under which path the dashboard is nested, so that its links are right wherever it is.

use std::convert::Infallible;
use std::fmt;

use axum::extract::{FromRequestParts, NestedPath, OriginalUri};
use axum::http::request::Parts;

/// What stands before the dashboard's own paths: empty, or as `/admin/upgrades`, without a slash at its end. Still encoded as the
/// request had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base {
    before: String,
    /// The path of the first page.
    home: String,
}

impl Base {
    /// By the path that was asked for, what of it is left for the dashboard, and where the application says that it has nested it.
    fn of(asked: &str, own: &str, nested: Option<&str>) -> Self {
        let before = asked.strip_suffix(own).unwrap_or(asked);
        let before = before.trim_end_matches('/');
        let before = match before.starts_with('/') && !leads_away(before) {
            true => before.to_owned(),
            false => String::new(),
        };
        // axum takes the two for different paths.
        let slash = match before.is_empty() || nested.is_some_and(|nested| nested.ends_with('/')) {
            true => "/",
            false => "",
        };
        Self {
            home: format!("{before}{slash}"),
            before,
        }
    }

    /// The base of a request, without its body.
    pub(crate) fn of_request(parts: &Parts) -> Self {
        let original = parts.extensions.get::<OriginalUri>();
        let asked = original.map_or(&parts.uri, |original| &original.0);
        let nested = parts.extensions.get::<NestedPath>();
        Self::of(
            asked.path(),
            parts.uri.path(),
            nested.map(NestedPath::as_str),
        )
    }

    /// The path of one of the dashboard's pages; `own` begins with a slash.
    pub(crate) fn link(&self, own: &str) -> String {
        match own {
            "/" => self.home.clone(),
            own => format!("{}{own}", self.before),
        }
    }
}

/// Whether a browser takes a path for another machine's: it reads a backslash as a slash.
pub(crate) fn leads_away(path: &str) -> bool {
    path.starts_with("//") || path.starts_with("/\\")
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.before)
    }
}

impl<S: Sync> FromRequestParts<S> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of_request(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_stands_before_the_own_path() {
        let rows = [
            ("/", "/", None, "", "/"),
            ("/history", "/history", None, "", "/"),
            ("/a/b", "/", Some("/a/b"), "/a/b", "/a/b"),
            ("/a/b/", "/", Some("/a/b"), "/a/b", "/a/b"),
            ("/a/b/", "/", Some("/a/b/"), "/a/b", "/a/b/"),
            (
                "/a/b/history/7",
                "/history/7",
                Some("/a/b/"),
                "/a/b",
                "/a/b/",
            ),
            (
                "/a/b/history/7",
                "/history/7",
                Some("/a/{x}"),
                "/a/b",
                "/a/b",
            ),
            ("/a%20b/history/", "/history/", None, "/a%20b", "/a%20b"),
            // Whoever asks for it must not be sent elsewhere.
            ("//evil.example/history", "/history", None, "", "/"),
            ("/\\evil.example/history", "/history", None, "", "/"),
            ("//", "/", None, "", "/"),
        ];
        for (asked, own, nested, before, home) in rows {
            let found = Base::of(asked, own, nested);
            let found = (found.before.as_str(), found.home.as_str());
            assert_eq!(found, (before, home), "{asked}");
        }
    }
}
