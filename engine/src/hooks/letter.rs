//! [`Letter`]: what a hook is told, ready to be sent.

use serde_json::{Map, Value as Json};

use super::due::{Again, NoticeKind};
use super::hook::{Hook, Way};
use super::{command, webhook};
use crate::clock::Timestamp;
use crate::ledger::outbox::NoticeRow;

/// What a hook is told.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    pub(super) id: String,
    pub(super) kind: NoticeKind,
    pub(super) hook: String,
    /// The issue's id.
    pub(super) issue: String,
    pub(super) text: String,
}

/// Why it was not heard.
#[derive(Debug)]
pub(super) struct Unheard {
    /// In words, without secrets.
    pub(super) why: String,
    pub(super) again: Again,
}

impl Letter {
    /// What a row of the outbox tells.
    pub(super) fn of(row: &NoticeRow, kind: NoticeKind) -> Self {
        let at = match kind {
            NoticeKind::Raised | NoticeKind::Test => row.raised_at,
            NoticeKind::Cleared => row.over_at.unwrap_or(row.raised_at),
        };
        // One that another hand has changed is told as far as it can be read.
        let body = serde_json::from_str(&row.body).unwrap_or_default();
        Self::new(&row.id, kind, &row.hook, &row.issue, at, body)
    }

    /// `occurrence`: the id of this occurrence of the issue; the letter's own id is made of it and the kind.
    pub(super) fn new(
        occurrence: &str,
        kind: NoticeKind,
        hook: &str,
        issue: &str,
        at: Timestamp,
        mut body: Map<String, Json>,
    ) -> Self {
        let id = format!("{occurrence}-{}", kind.as_str());
        let told = [
            ("id", id.clone()),
            ("occurrence", occurrence.to_owned()),
            ("kind", kind.as_str().to_owned()),
            ("hook", hook.to_owned()),
            ("at", at.to_string()),
            ("engine", env!("CARGO_PKG_VERSION").to_owned()),
        ];
        body.extend(told.map(|(key, value)| (key.to_owned(), Json::String(value))));
        Self {
            id,
            kind,
            hook: hook.to_owned(),
            issue: issue.to_owned(),
            text: Json::Object(body).to_string(),
        }
    }

    /// Tells it, within the hook's time-out.
    pub(super) fn deliver(&self, hook: &Hook) -> Result<(), Unheard> {
        match &hook.way {
            Way::Webhook(url) => webhook::post(url, hook, self),
            Way::Command(arguments) => command::call(arguments, hook, self),
        }
    }
}

impl Unheard {
    /// Texts of others are cut, and stand on one line.
    pub(super) fn new(again: Again, why: impl AsRef<str>) -> Self {
        const LONGEST: usize = 500;
        let mut why = why
            .as_ref()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        why.retain(|c| !c.is_control());
        if let Some((end, _)) = why.char_indices().nth(LONGEST) {
            why.truncate(end);
            why.push('…');
        }
        Self { why, again }
    }
}
