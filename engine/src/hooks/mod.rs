//! Hooks: web services and commands that are told of critical issues, from an outbox in the database.
//!
//! What an issue's hooks are to be told is written with the commit that trips the latch, or as soon as a start meets the
//! issue; that it is over with the commit that clears the latch, or as soon as a start does not meet it any more. A thread
//! tells it, outside of the lock, so that no hook ever holds up an upgrade.

mod background;
mod command;
mod due;
mod hook;
mod letter;
mod post;
mod secret;
mod settling;
mod url;
mod webhook;

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use self::background::Background;
use self::due::{Due, due};
use self::letter::{Letter, Unheard};
use self::post::{Post, Tried};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::issue::CriticalIssue;
use crate::ledger::outbox::{ALL, NoticeRow, Speaker, new_id, select};
use crate::ledger::{self, LedgerError};
use crate::upgrader::{Settings, Upgrader};

pub use due::NoticeKind;
pub use hook::Hook;

/// What an [`Upgrader`] has of hooks.
#[derive(Default)]
pub(crate) struct Hooks {
    told: Vec<Hook>,
    /// Whether nothing is sent but by [`Upgrader::send_notices`].
    only_when_asked: bool,
    /// The issues that the present run has met.
    met: Mutex<Vec<CriticalIssue>>,
    /// Whether the ledger said that the outbox has something open.
    open: AtomicBool,
    /// What could not be put into the outbox, to be told once.
    unwritten: Arc<Mutex<Vec<Letter>>>,
    /// The issues of which that is true, so that an application that starts again and again tells them once.
    told_once: Mutex<BTreeSet<String>>,
    background: Arc<Background>,
}

/// What waits for a hook, or was told.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Notice {
    /// The id of this occurrence of the issue; what is told has it too, as `occurrence`.
    pub occurrence: String,
    /// The name of the hook.
    pub hook: String,
    /// The id of the issue.
    pub issue: String,
    /// Where it stands.
    pub state: NoticeState,
    /// When the issue was raised.
    pub raised_at: Timestamp,
    /// When the hook was told of it.
    pub raised_sent_at: Option<Timestamp>,
    /// When the issue was over.
    pub over_at: Option<Timestamp>,
    /// When the hook was told of that.
    pub cleared_sent_at: Option<Timestamp>,
    /// How often the present attempt has failed.
    pub attempts: u64,
    /// When it is tried next, where it is.
    pub next_at: Option<Timestamp>,
    /// What went wrong last.
    pub error: Option<String>,
}

/// Where a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoticeState {
    /// The hook has yet to be told.
    Waiting,
    /// Somebody tells it now.
    Sending,
    /// The hook knows of the issue, which is still there.
    Told,
    /// The hook knows that the issue is over.
    Done,
    /// The hook could not be told for a week after the issue was over.
    GivenUp,
}

/// What [`Upgrader::send_notices`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Sent {
    /// How many notices were heard.
    pub sent: usize,
    /// How many were not heard.
    pub failed: usize,
    /// How many have yet to be told: those that failed, and those whose time has not come.
    pub left: usize,
}

/// Why a hook could not be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// There is no such hook.
    #[error("there is no hook {0:?}; nothing was sent")]
    Unknown(String),
    /// It did not hear.
    #[error("hook {name} ({target}) did not hear it: {why}")]
    Unheard {
        /// Its name.
        name: String,
        /// Where it is, for people.
        target: String,
        /// What went wrong, in words.
        why: String,
    },
}

impl<'a> Upgrader<'a> {
    /// Tells this hook of every critical issue, and again when it is over, from an outbox in the database (the table
    /// `upgrade_outbox` behind the prefix). Where several processes upgrade one database, all of them name the same hooks.
    ///
    /// Runs never wait for a hook: a thread of the process tells them, and tries again after 1 second, 2, 4, up to an hour;
    /// what is left when the process ends, the next one goes on with. A program that ends right behind its run calls
    /// [`send_notices`](Self::send_notices) first.
    ///
    /// The hook needs a second connection to the database, so a database in memory cannot have one: calls end with
    /// [`Error::Setup`]. [`on_critical_issue`](Self::on_critical_issue) serves there.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use upgrades::{Hook, Track, Upgrader};
    ///
    /// let chat = Hook::webhook("chat", "https://chat.example.org/hooks/upgrades");
    /// let upgrader = Upgrader::new(upgrades::sqlite("shop.db"))
    ///     .track(Track::core("updates-core/scripts"))
    ///     .hook(chat.secret_file("secrets/chat"))
    ///     .hook(Hook::command("mail", ["bin/mail-it", "operator@example.org"]));
    /// if let Err(error) = upgrader.run() {
    ///     // This program ends now, and with it the thread that would tell them.
    ///     upgrader.send_notices(Duration::from_secs(10))?;
    ///     return Err(error);
    /// }
    /// # Ok::<(), upgrades::Error>(())
    /// ```
    pub fn hook(mut self, hook: Hook) -> Self {
        self.hooks.told.push(hook);
        self
    }

    /// Sends no notice but by [`send_notices`](Self::send_notices): for programs that end soon.
    pub fn send_only_when_asked(mut self) -> Self {
        self.hooks.only_when_asked = true;
        self
    }

    /// Tells the hooks what is due now, each notice once, and looks before that which issues there are and which are over.
    /// It takes no longer than `within` and a moment; notices that other threads and processes tell just now are waited for. For
    /// programs that end soon, for pages, and for whoever clears issues by hand.
    ///
    /// # Errors
    /// The database cannot be used, or a hook cannot be one. That a hook did not hear is no error but counted.
    pub fn send_notices(&self, within: Duration) -> Result<Sent, Error> {
        /// How often it is looked whether others are through.
        const LOOK_EVERY: Duration = Duration::from_millis(50);
        let settings = self.settings()?;
        if self.hooks.told.is_empty() {
            return Ok(Sent::default());
        }
        let end = Instant::now() + within;
        let met = self.hooks.met();
        let settled = self.settle_outbox(&settings, met);
        let mut sent = self.hooks.tell_unwritten(end);
        settled?;
        let post = self.post(&settings)?;
        let mut tried = Tried::new();
        loop {
            let round = post.round(&mut tried, Some(end))?;
            sent.sent += round.sent;
            sent.failed += round.failed;
            sent.left = round.left;
            let goes_on = round.sent > 0 || round.under_way;
            if !goes_on || round.left == 0 || Instant::now() >= end || self.must_stop() {
                return Ok(sent);
            }
            if round.sent == 0 {
                thread::sleep(LOOK_EVERY.min(end.saturating_duration_since(Instant::now())));
            }
        }
    }

    /// What waits for hooks and what was told, oldest first; what was over and told more than 30 days ago is forgotten now
    /// and then. Reads only.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn notices(&self) -> Result<Vec<Notice>, Error> {
        let settings = self.settings()?;
        let now = Timestamp::now();
        let rows = self.outbox_rows(&settings)?;
        Ok(rows.into_iter().map(|row| Notice::of(row, now)).collect())
    }

    /// The hooks, as they were [told](Self::hook).
    pub fn hooks(&self) -> &[Hook] {
        &self.hooks.told
    }

    /// Tells a hook, by its name, a notice of the kind `test`, which is about no issue; now, and once.
    ///
    /// # Errors
    /// There is no such hook, or it did not hear.
    pub fn test_hook(&self, name: &str) -> Result<(), Error> {
        let settings = self.settings()?;
        let hook = self.hooks.told.iter().find(|hook| hook.name == name);
        let hook = hook.ok_or_else(|| HookError::Unknown(name.to_owned()))?;
        let body = serde_json::to_value(self.speaker(&settings));
        let body = body.ok().and_then(|body| body.as_object().cloned());
        let now = Timestamp::now();
        let letter = Letter::new(
            &new_id(),
            NoticeKind::Test,
            name,
            "",
            now,
            body.unwrap_or_default(),
        );
        letter.deliver(hook).map_err(|Unheard { why, .. }| {
            HookError::Unheard {
                name: name.to_owned(),
                target: hook.target(),
                why,
            }
            .into()
        })
    }

    fn outbox_rows(&self, settings: &Settings) -> Result<Vec<NoticeRow>, Error> {
        let Some(mut session) = self.store.read()? else {
            return Ok(Vec::new());
        };
        let ledger = ledger::read(session.as_mut(), &settings.tables, &settings.tracks)?;
        if ledger.outbox == ledger::outbox::Outbox::None {
            return Ok(Vec::new());
        }
        let ask = &mut |sql: &str, parameters: &[_]| session.query(sql, parameters);
        Ok(select(ask, &settings.tables, ALL, &[]).map_err(LedgerError::read)?)
    }

    /// Who tells hooks of what this run records; `None`: there are no hooks.
    pub(crate) fn speaker(&self, settings: &Settings) -> Option<Speaker> {
        let hooks: Vec<String> = self
            .hooks
            .told
            .iter()
            .map(|hook| hook.name.clone())
            .collect();
        (!hooks.is_empty()).then(|| Speaker {
            hooks,
            database: self.store.address(),
            app_version: settings.app.version.as_ref().map(ToString::to_string),
            host: gethostname::gethostname().to_string_lossy().into_owned(),
            log: self
                .failure_log
                .as_ref()
                .and_then(|path| std::path::absolute(path).ok()),
        })
    }

    /// Why one of the hooks cannot be one.
    pub(crate) fn check_hooks(&self) -> Result<(), Error> {
        let refuse = |hook: &Hook, reason: String| Error::Setup {
            what: "the hook",
            value: hook.name.clone(),
            reason,
        };
        let mut names = BTreeSet::new();
        for hook in &self.hooks.told {
            if let Some(reason) = hook.refused() {
                return Err(refuse(hook, reason));
            }
            if !names.insert(&hook.name) {
                return Err(refuse(hook, "there are two of this name".to_owned()));
            }
        }
        match self.hooks.told.first() {
            Some(hook) if !self.store.can_be_apart() => {
                let reason = "it needs a second connection to the database, which one in memory does not have; \
                              on_critical_issue serves there";
                Err(refuse(hook, reason.to_owned()))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn post(&self, settings: &Settings) -> Result<Post, Error> {
        let store = self.store.apart().ok_or_else(|| Error::Setup {
            what: "the database",
            value: self.store.address(),
            reason: "no second connection to it can be made, which hooks need".to_owned(),
        })?;
        Ok(Post {
            store,
            tables: settings.tables.clone(),
            hooks: self.hooks.told.clone(),
            me: format!(
                "process {} on {}",
                std::process::id(),
                gethostname::gethostname().to_string_lossy()
            ),
        })
    }
}

impl Hooks {
    fn met(&self) -> Vec<CriticalIssue> {
        std::mem::take(&mut *self.met.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells what could not be put into the outbox.
    fn tell_unwritten(&self, end: Instant) -> Sent {
        let mut sent = Sent::default();
        for letter in background::taken(&self.unwritten) {
            let Some(hook) = self.told.iter().find(|hook| hook.name == letter.hook) else {
                continue;
            };
            let left = end.saturating_duration_since(Instant::now());
            let hook = hook.clone().timeout(hook.timeout.min(left));
            match background::tell_once(&letter, &hook) {
                true => sent.sent += 1,
                false => sent.failed += 1,
            }
        }
        sent
    }
}

impl Notice {
    fn of(row: NoticeRow, now: Timestamp) -> Self {
        let (state, next_at) = match due(&row, now) {
            Due::Done if row.given_up_at.is_some() => (NoticeState::GivenUp, None),
            Due::Done => (NoticeState::Done, None),
            Due::Told => (NoticeState::Told, None),
            Due::Now(_) | Due::At(_) => (NoticeState::Waiting, Some(row.next_at)),
            Due::UnderWay(_) => (NoticeState::Sending, None),
            Due::GiveUp => (NoticeState::GivenUp, None),
        };
        Self {
            occurrence: row.id,
            hook: row.hook,
            issue: row.issue,
            state,
            raised_at: row.raised_at,
            raised_sent_at: row.raised_sent_at,
            over_at: row.over_at,
            cleared_sent_at: row.cleared_sent_at,
            attempts: row.attempts,
            next_at,
            error: row.error,
        }
    }
}
