//! Requests as bytes, over a connection of one's own.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// An answer, as it came.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    /// The headers in lower case.
    head: String,
    pub(crate) body: String,
}

impl Said {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        Self {
            status: status.unwrap_or_default(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// A header; empty where it is not there once.
    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut values = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        match (values.next(), values.next()) {
            (Some((_, value)), None) => value,
            (_, _) => "",
        }
    }
}

/// Sends these bytes, and reads what comes until the other end closes; status 0: nothing came.
pub(crate) fn say(address: &str, bytes: &[u8]) -> Said {
    let mut stream = TcpStream::connect(address).unwrap();
    // It may close before it has heard all.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    Said::read(&answer)
}

/// A request with these headers beside what each needs.
pub(crate) fn ask(address: &str, line: &str, headers: &str, body: &str) -> Said {
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    say(address, request.as_bytes())
}

/// A form that a page of this address sends.
pub(crate) fn form(address: &str, path: &str, cookie: &str, body: &str) -> Said {
    let headers = format!(
        "Origin: http://{address}\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: {cookie}\r\n"
    );
    ask(address, &format!("POST {path}"), &headers, body)
}

/// The value of the token in the form that leads there.
pub(crate) fn token(page: &str, path: &str) -> String {
    let form = page
        .split("<form ")
        .find(|form| form.contains(&format!("action=\"{path}\"")));
    let form = form.unwrap_or_else(|| panic!("no form leads to {path}:\n{page}"));
    let (_, rest) = form.split_once("name=\"token\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}
