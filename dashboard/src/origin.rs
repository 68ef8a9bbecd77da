//! Where a request comes from: the host that it names, and the page that has sent it.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Uri};

/// The names under which the dashboard is reached; without any, every name is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hosts(Vec<String>);

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Foreign {
    /// It names no host, or several.
    #[error("the request does not say which host it is for")]
    NoHost,
    /// It names a host that is not this one, as a page does that had its own name lead here.
    #[error("the request is for another host")]
    OtherHost,
    /// It would change something, and its browser does not say which page it comes from.
    #[error("the request does not say which page it comes from")]
    NoOrigin,
    /// It would change something, and comes from another site's page.
    #[error("the request comes from a page of another site")]
    OtherOrigin,
}

impl Hosts {
    pub(crate) fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self(
            names
                .into_iter()
                .map(|name| name.to_ascii_lowercase())
                .collect(),
        )
    }

    /// Whether a request is for us, where our names were told.
    ///
    /// # Errors
    /// It is not, or does not say so.
    pub(crate) fn must_be_ours(&self, headers: &HeaderMap) -> Result<(), Foreign> {
        match self.0.is_empty() {
            true => Ok(()),
            false => self.host(headers).map(|_| ()),
        }
    }

    /// The host, with its port, that a request is for.
    fn host(&self, headers: &HeaderMap) -> Result<String, Foreign> {
        let host = only(headers, HOST).ok_or(Foreign::NoHost)?;
        let host = host.to_ascii_lowercase();
        match self.0.is_empty() || self.knows(&host) {
            true => Ok(host),
            false => Err(Foreign::OtherHost),
        }
    }

    /// Whether a request that would change something comes from a page of this host.
    ///
    /// A browser sends `Origin` with every POST. A page cannot set it, and other programs that do have no cookie to misuse.
    ///
    /// # Errors
    /// It does not, or does not say so.
    pub(crate) fn must_come_from_here(&self, headers: &HeaderMap) -> Result<(), Foreign> {
        let host = self.host(headers)?;
        let origin = only(headers, ORIGIN).ok_or(Foreign::NoOrigin)?;
        let origin: Uri = origin.parse().map_err(|_| Foreign::OtherOrigin)?;
        let port = match origin.scheme_str() {
            Some("http") => "80",
            Some("https") => "443",
            Some(_) | None => return Err(Foreign::OtherOrigin),
        };
        let authority = origin.authority().ok_or(Foreign::OtherOrigin)?.as_str();
        let origin = authority.to_ascii_lowercase();
        // Browsers leave the usual port out, in both; a proxy may write it.
        let usual = |name: &str| {
            let bare = name
                .strip_suffix(port)
                .and_then(|name| name.strip_suffix(':'));
            bare.unwrap_or(name).to_owned()
        };
        // Behind a proxy that changes the host, the page's own name is one of those that were told.
        match usual(&origin) == usual(&host) || self.knows(&origin) {
            true => Ok(()),
            false => Err(Foreign::OtherOrigin),
        }
    }

    /// Whether it is one of the names, which stand for every port where they have none.
    fn knows(&self, host: &str) -> bool {
        let bare = match host.rsplit_once(':') {
            Some((bare, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => bare,
            _ => host,
        };
        self.0.iter().any(|name| name == host || name == bare)
    }
}

/// The value of a header that is there once, and is text.
fn only(headers: &HeaderMap, name: axum::http::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().filter(|value| !value.is_empty()),
        (Some(_), Some(_)) | (None, _) => None,
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]
mod tests {
    use super::*;

    fn headers(hosts: &[&str], origins: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, host.parse().unwrap());
        }
        for origin in origins {
            headers.append(ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_change_comes_from_a_page_of_this_host() {
        let any: &[&str] = &[];
        let shop: &[&str] = &["Shop.example", "localhost:7878", "[::1]"];
        let rows = [
            (any, vec!["a:1"], vec!["http://a:1"], Ok(())),
            (any, vec!["A:1"], vec!["http://a:1"], Ok(())),
            (any, vec!["a"], vec!["https://a:443"], Ok(())),
            (any, vec!["a:80"], vec!["http://a"], Ok(())),
            (
                any,
                vec!["a:80"],
                vec!["https://a"],
                Err(Foreign::OtherOrigin),
            ),
            (
                any,
                vec!["a:1"],
                vec!["http://a:2"],
                Err(Foreign::OtherOrigin),
            ),
            (any, vec!["a"], vec!["http://b"], Err(Foreign::OtherOrigin)),
            (
                any,
                vec!["a"],
                vec!["http://a.b"],
                Err(Foreign::OtherOrigin),
            ),
            (any, vec!["a"], vec!["null"], Err(Foreign::OtherOrigin)),
            (any, vec!["a"], vec!["a"], Err(Foreign::OtherOrigin)),
            (any, vec!["a"], vec!["file://a"], Err(Foreign::OtherOrigin)),
            (
                any,
                vec!["a"],
                vec!["http://x@a"],
                Err(Foreign::OtherOrigin),
            ),
            (any, vec!["a"], vec![""], Err(Foreign::NoOrigin)),
            (any, vec!["a"], vec![], Err(Foreign::NoOrigin)),
            (
                any,
                vec!["a"],
                vec!["http://a", "http://b"],
                Err(Foreign::NoOrigin),
            ),
            (any, vec![], vec!["http://a"], Err(Foreign::NoHost)),
            (any, vec!["a", "b"], vec!["http://a"], Err(Foreign::NoHost)),
            (
                shop,
                vec!["shop.example"],
                vec!["https://shop.example"],
                Ok(()),
            ),
            (
                shop,
                vec!["shop.example:8080"],
                vec!["https://shop.example"],
                Ok(()),
            ),
            (
                shop,
                vec!["localhost:7878"],
                vec!["http://localhost:7878"],
                Ok(()),
            ),
            (shop, vec!["[::1]:7878"], vec!["http://[::1]:7878"], Ok(())),
            (shop, vec!["[::1]"], vec!["http://[::1]"], Ok(())),
            (
                shop,
                vec!["localhost:1"],
                vec!["http://localhost:1"],
                Err(Foreign::OtherHost),
            ),
            (
                shop,
                vec!["evil.example"],
                vec!["http://evil.example"],
                Err(Foreign::OtherHost),
            ),
            (
                shop,
                vec!["shop.example"],
                vec!["http://evil.example"],
                Err(Foreign::OtherOrigin),
            ),
            (
                shop,
                vec!["shop.example.evil"],
                vec!["http://shop.example"],
                Err(Foreign::OtherHost),
            ),
        ];
        for (names, hosts, origins, expected) in rows {
            let ours = Hosts::new(names.iter().map(ToString::to_string));
            let headers = headers(&hosts, &origins);
            let found = ours.must_come_from_here(&headers);
            assert_eq!(found, expected, "{names:?} {hosts:?} {origins:?}");
        }
    }
}
