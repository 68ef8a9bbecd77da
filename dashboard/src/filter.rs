//! [`Asked`]: what of the history a request asks for.

use std::str::FromStr;

use axum::http::Uri;
use upgrades::{HistoryFilter, Outcome, TrackName};

use crate::query::query;
use crate::trouble::Trouble;
use crate::words::OUTCOMES;

/// So many rows a page of the history has.
pub(crate) const PAGE: u64 = 50;
/// More rows than this are not answered at once.
const MOST: u64 = 1_000;

/// A filter as the query string has it. What is empty, as forms send it, asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Asked {
    pub(crate) track: Option<TrackName>,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) version: Option<String>,
    pub(crate) before: Option<i64>,
    pub(crate) limit: Option<u64>,
}

impl Asked {
    /// Reads the query string of a request.
    ///
    /// # Errors
    /// It names what there is not, or what cannot be read.
    pub(crate) fn of(uri: &Uri) -> Result<Self, Trouble> {
        let pairs: Vec<(String, String)> = query(uri)?;
        let mut asked = Self::default();
        for (name, value) in &pairs {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match name.as_str() {
                "track" => asked.track = Some(read(name, value)?),
                "outcome" => asked.outcome = Some(outcome(value)?),
                "version" => asked.version = Some(value.to_owned()),
                "before" => asked.before = Some(read(name, value)?),
                "limit" => asked.limit = Some(read(name, value)?),
                // Of others who link here.
                _ => {}
            }
        }
        if let Some(limit) = asked.limit
            && !(1..=MOST).contains(&limit)
        {
            return Err(Trouble::Unfit(format!("limit is from 1 to {MOST}")));
        }
        Ok(asked)
    }

    /// Whether it leaves rows out, paging apart.
    pub(crate) fn narrows(&self) -> bool {
        self.track.is_some() || self.outcome.is_some() || self.version.is_some()
    }

    /// For the engine: no more than so many rows.
    pub(crate) fn filter(&self, limit: u64) -> HistoryFilter {
        let mut filter = HistoryFilter::default().limit(limit);
        if let Some(track) = &self.track {
            filter = filter.track(track.clone());
        }
        if let Some(outcome) = self.outcome {
            filter = filter.outcome(outcome);
        }
        if let Some(version) = &self.version {
            filter = filter.version(version);
        }
        if let Some(before) = self.before {
            filter = filter.before(before);
        }
        filter
    }

    /// The query string of what comes before the row with this id, without its question mark.
    pub(crate) fn before(&self, id: Option<i64>) -> String {
        let mut pairs = Vec::new();
        let mut add = |name: &str, value: String| pairs.push(format!("{name}={}", encoded(&value)));
        if let Some(track) = &self.track {
            add("track", track.to_string());
        }
        if let Some(outcome) = self.outcome {
            add("outcome", outcome.as_str().to_owned());
        }
        if let Some(version) = &self.version {
            add("version", version.clone());
        }
        if let Some(id) = id {
            add("before", id.to_string());
        }
        pairs.join("&")
    }
}

fn read<T: FromStr>(name: &str, value: &str) -> Result<T, Trouble> {
    value
        .parse()
        .map_err(|_| Trouble::Unfit(format!("{name} cannot be {value:?}")))
}

fn outcome(word: &str) -> Result<Outcome, Trouble> {
    let found = OUTCOMES
        .into_iter()
        .find(|outcome| outcome.as_str() == word);
    found.ok_or_else(|| {
        let words = OUTCOMES.map(Outcome::as_str).join(", ");
        Trouble::Unfit(format!("outcome cannot be {word:?}: it is one of {words}"))
    })
}

/// As a query string has it.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_asked() {
        let rows = [
            ("/history", Ok("")),
            ("/history?track=&outcome=&version=", Ok("")),
            (
                "/history?track=core&outcome=failed&version=1.0&before=7",
                Ok("track=core&outcome=failed&version=1.0"),
            ),
            (
                "/history?version=%3Cscript%3E%20%26",
                Ok("version=%3Cscript%3E%20%26"),
            ),
            ("/history?utm_source=x", Ok("")),
            ("/history?limit=1000", Ok("")),
            (
                "/history?track=No%20track",
                Err("track cannot be \"No track\""),
            ),
            ("/history?before=x", Err("before cannot be \"x\"")),
            ("/history?limit=0", Err("limit is from 1 to 1000")),
            ("/history?limit=1001", Err("limit is from 1 to 1000")),
            ("/history?limit=-1", Err("limit cannot be \"-1\"")),
        ];
        for (uri, expected) in rows {
            let uri: Uri = uri.parse().expect("a path");
            let asked = Asked::of(&uri).map(|asked| asked.before(None));
            let asked = asked.map_err(|trouble| trouble.to_string());
            assert_eq!(
                asked,
                expected.map(str::to_owned).map_err(str::to_owned),
                "{uri}"
            );
        }
    }

    #[test]
    fn knows_every_outcome() {
        for known in OUTCOMES {
            assert_eq!(outcome(known.as_str()).ok(), Some(known));
        }
        let unknown = outcome("won").map_err(|trouble| trouble.to_string());
        assert!(unknown.is_err_and(|said| {
            said.starts_with("outcome cannot be \"won\": it is one of applied, ")
        }));
    }
}
