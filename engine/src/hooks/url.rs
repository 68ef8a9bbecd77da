//! The URLs of webhooks: which can be used, and what of them may be shown.

use ureq::http::Uri;

/// Why a URL cannot be that of a webhook; `None`: it can.
pub(super) fn refused(url: &str) -> Option<String> {
    // The parser's own words may repeat the URL.
    let Ok(uri) = url.parse::<Uri>() else {
        return Some("it is no URL, such as https://example.org/path".to_owned());
    };
    match (uri.scheme_str(), uri.authority()) {
        (Some("http" | "https"), Some(authority)) if authority.host().is_empty() => {
            Some("its URL names no host".to_owned())
        }
        (Some("http" | "https"), Some(authority)) if authority.as_str().contains('@') => Some(
            "its URL has a user or a password, which would not be sent; a secret belongs in its path or signs what is sent"
                .to_owned(),
        ),
        (Some("http" | "https"), Some(_)) => None,
        (_, _) => Some("its URL begins neither with https:// nor with http://".to_owned()),
    }
}

/// Scheme and host of a URL, and its port where it has one.
pub(super) fn shown(url: &str) -> String {
    let Ok(uri) = url.parse::<Uri>() else {
        return "(no URL)".to_owned();
    };
    let scheme = uri.scheme_str().unwrap_or_default();
    let host = uri.host().unwrap_or_default();
    match uri.port_u16() {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    }
}

/// A text without what of a URL may be secret: its path, and each longer part of it.
pub(super) fn concealed(text: &str, url: &str) -> String {
    /// Parts that are shorter are words of every day.
    const SHORTEST: usize = 6;
    let Some(private) = url.parse::<Uri>().ok().and_then(|uri| {
        let private = uri.path_and_query()?;
        Some(private.as_str().to_owned())
    }) else {
        return text.to_owned();
    };
    let parts = private.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    let mut parts: Vec<&str> = parts.filter(|part| part.len() >= SHORTEST).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let whole = (private.len() > 1).then_some(private.as_str());
    whole
        .into_iter()
        .chain(parts)
        .fold(text.to_owned(), |text, part| text.replace(part, "[...]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scheme_and_host_are_shown() {
        let rows = [
            (
                "https://hooks.example.org/services/T0/B1/s3cret?key=s3cret#x",
                None,
                "https://hooks.example.org",
            ),
            ("http://127.0.0.1:8080/", None, "http://127.0.0.1:8080"),
            ("http://[::1]:8080", None, "http://[::1]:8080"),
            (
                "https://user:s3cret@example.org/",
                Some("its URL has a user"),
                "https://example.org",
            ),
            (
                "ftp://example.org/",
                Some("its URL begins neither"),
                "ftp://example.org",
            ),
            ("/s3cret", Some("its URL begins neither"), "://"),
            ("s3cret here", Some("it is no URL"), "(no URL)"),
            ("", Some("it is no URL"), "(no URL)"),
        ];
        for (url, reason, expected) in rows {
            let refused = refused(url);
            assert_eq!(refused.is_some(), reason.is_some(), "{url}: {refused:?}");
            assert!(
                refused
                    .unwrap_or_default()
                    .starts_with(reason.unwrap_or_default()),
                "{url}"
            );
            assert_eq!(shown(url), expected, "{url}");
        }
    }

    #[test]
    fn an_answer_does_not_repeat_the_path() {
        let url = "https://example.org/services/T0123456/s3cret-token?key=another-one";
        let rows = [
            ("no such hook", "no such hook"),
            (
                "POST /services/T0123456/s3cret-token?key=another-one",
                "POST [...]",
            ),
            (
                "token s3cret-token is wrong for T0123456",
                "token [...] is wrong for [...]",
            ),
            ("another-one", "[...]"),
        ];
        for (text, expected) in rows {
            assert_eq!(concealed(text, url), expected);
        }
    }
}
