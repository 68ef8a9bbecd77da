//! [`Browser`]: what a visitor's browser does: keeps cookies, and says where a form comes from.

use std::cell::RefCell;
use std::collections::BTreeMap;

use ureq::http::{HeaderMap, Response};
use ureq::{Agent, Body};

/// A browser that looks at one instance of the shop.
pub(crate) struct Browser {
    shop: String,
    agent: Agent,
    cookies: RefCell<BTreeMap<String, String>>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Browser {
    /// A new visitor of the shop at this address, `http://HOST:PORT`.
    pub(crate) fn at(shop: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .build();
        Self {
            shop: shop.to_owned(),
            agent: agent.into(),
            cookies: RefCell::default(),
        }
    }

    /// The same visitor at another instance.
    pub(crate) fn moved_to(&self, shop: &str) -> Self {
        let cookies = self.cookies.clone();
        Self {
            cookies,
            ..Self::at(shop)
        }
    }

    /// Opens a page.
    pub(crate) fn get(&self, path: &str) -> Answer {
        let request = self.agent.get(format!("{}{path}", self.shop));
        let request = request
            .header("Accept", "text/html")
            .header("Cookie", self.sent());
        self.answer(request.call().unwrap())
    }

    /// Sends a form of the shop's own.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(Some(&self.shop), path, fields)
    }

    /// Sends a form that says that it comes from there, or does not say it.
    pub(crate) fn post_from(
        &self,
        origin: Option<&str>,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let request = self.agent.post(format!("{}{path}", self.shop));
        let request = request.header("Cookie", self.sent());
        let request = match origin {
            Some(origin) => request.header("Origin", origin),
            None => request,
        };
        self.answer(request.send_form(fields.iter().copied()).unwrap())
    }

    /// Takes a cookie that the shop has not set.
    pub(crate) fn forge(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.borrow_mut();
        cookies.insert(name.to_owned(), value.to_owned());
    }

    /// A cookie that the shop has set.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    fn sent(&self) -> String {
        let cookies = self.cookies.borrow();
        let pairs = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn answer(&self, response: Response<Body>) -> Answer {
        let (parts, mut body) = response.into_parts();
        for set in parts.headers.get_all("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.forge(name, value);
        }
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.read_to_string().unwrap(),
        }
    }
}

impl Answer {
    /// A header that is there once.
    pub(crate) fn header(&self, name: &str) -> &str {
        let values: Vec<_> = self.headers.get_all(name).iter().collect();
        assert_eq!(values.len(), 1, "{name} in {:?}", self.headers);
        values[0].to_str().unwrap()
    }

    /// Panics where it is another status, or any of these is not on the page.
    pub(crate) fn must_be(&self, status: u16, shows: &[&str]) {
        assert_eq!(self.status, status, "{}", self.body);
        for text in shows {
            assert!(self.body.contains(text), "{text:?} is not in {}", self.body);
        }
    }

    /// Panics where one of these is on the page.
    pub(crate) fn must_hide(&self, secrets: &[&str]) {
        for text in secrets {
            assert!(!self.body.contains(text), "{text:?} is in {}", self.body);
        }
    }
}
