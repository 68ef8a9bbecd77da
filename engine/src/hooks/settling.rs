//! Making the outbox agree with the issues that there are.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Hooks;
use super::due::NoticeKind;
use super::letter::Letter;
use crate::clock::Timestamp;
use crate::discover::discover;
use crate::error::Error;
use crate::issue::CriticalIssue;
use crate::ledger::book::Book;
use crate::ledger::outbox::{Door, Outbox, new_id, raising};
use crate::ledger::{self, Ledger, LedgerError};
use crate::lock::Holder;
use crate::store::{Fault, Session, StoreError};
use crate::upgrader::{Settings, Upgrader};
use crate::waiting::{Waited, acquire};

/// How long a start that was refused or has failed waits for others to write its issues down.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long what is over and told is kept for people to look at.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The issues of the latch and of a restore: what the scripts are does not matter for them.
const OF_THE_DATABASE: [&str; 5] = [
    "script-failed:",
    "script-died:",
    "latched",
    "restore-unfinished",
    "program-too-old",
];

/// No outbox is made where there is no database.
fn gone() -> StoreError {
    StoreError::new(Fault::CannotOpen, "the database is not there")
}

impl Hooks {
    /// Notes what the ledger says of the outbox.
    pub(crate) fn saw(&self, outbox: Outbox) {
        match outbox {
            Outbox::Open => self.open.store(true, Ordering::Relaxed),
            Outbox::None | Outbox::Quiet => {}
        }
    }

    /// Notes an issue that a run meets.
    pub(crate) fn meet(&self, issue: &CriticalIssue) {
        if self.told.is_empty() {
            return;
        }
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        met.retain(|other| other.id != issue.id);
        met.push(issue.clone());
    }
}

impl Upgrader<'_> {
    /// Behind a call that may have met issues or ended one: writes down what has to be told, and has it told. With nothing
    /// of that, it asks nobody anything.
    pub(crate) fn tell_hooks(&self) {
        let open = self.hooks.open.swap(false, Ordering::Relaxed);
        let met = self.hooks.met();
        if self.hooks.told.is_empty() || (met.is_empty() && !open) {
            return;
        }
        let Ok(settings) = self.settings() else {
            return;
        };
        if let Err(error) = self.settle_outbox(&settings, met) {
            let told = crate::cause::chain(&error);
            log::warn!("which issues are over is told by the next start: {told}");
        }
        if !self.hooks.only_when_asked {
            self.hooks
                .background
                .look(&self.hooks.unwritten, || self.post(&settings).ok());
        }
    }

    /// Puts the issues that were met into the outbox, and notes of those that are there whether they are over. What cannot
    /// be written is kept to be told once, directly.
    pub(super) fn settle_outbox(
        &self,
        settings: &Settings,
        met: Vec<CriticalIssue>,
    ) -> Result<(), Error> {
        let outcome = self.put_into_outbox(settings, &met);
        if let Err(error) = outcome {
            let told = crate::cause::chain(&error);
            log::error!(
                "the outbox cannot be written, so hooks are told directly and once: {told}"
            );
            self.tell_directly(settings, &met);
            return Ok(());
        }
        self.end_what_is_over(settings, &met)
    }

    fn put_into_outbox(&self, settings: &Settings, met: &[CriticalIssue]) -> Result<(), Error> {
        let Some(speaker) = self.speaker(settings).filter(|_| !met.is_empty()) else {
            return Ok(());
        };
        match self.outbox_state(settings)? {
            Outbox::None => self.make_outbox(settings)?,
            Outbox::Quiet | Outbox::Open => {}
        }
        let store = self.post(settings)?.store;
        for issue in met {
            let mut session = store.unlocked(PATIENCE)?.ok_or_else(gone)?;
            let mut door = Door::new(session.as_mut(), &settings.tables);
            // Who is overtaken by another process finds the issue there.
            const TRIES: u32 = 3;
            let mut is_there = false;
            for _ in 0..TRIES {
                let id = issue.id.as_str().into();
                let known = door.rows("WHERE issue = ? ORDER BY raised_at", &[id])?;
                let now = Timestamp::now();
                let statements = raising(&settings.tables, &known, &speaker, issue, now);
                is_there = statements.is_empty() || door.put(&statements)?;
                if is_there {
                    break;
                }
            }
            if !is_there {
                let table = settings.tables.outbox_name();
                let refused = format!(
                    "{table} does not take a row; drop it, and the next start makes it anew"
                );
                return Err(LedgerError::write(StoreError::new(Fault::Refused, refused)).into());
            }
        }
        Ok(())
    }

    fn outbox_state(&self, settings: &Settings) -> Result<Outbox, Error> {
        let mut session = self.store.read()?.ok_or_else(gone)?;
        let ledger = ledger::read(session.as_mut(), &settings.tables, &settings.tracks)?;
        Ok(ledger.outbox)
    }

    /// Makes the outbox before a run that may have to put something there. Without it the run goes on.
    pub(crate) fn see_to_outbox(&self, book: &Book, ledger: &Ledger, session: &mut dyn Session) {
        if self.hooks.told.is_empty() || ledger.outbox != Outbox::None {
            return;
        }
        if let Err(error) = book.prepare_outbox(session) {
            let told = crate::cause::chain(&error);
            log::error!("the outbox cannot be made, so hooks are told directly and once: {told}");
            // What is wrong with the connection itself, the run's first statement meets too.
            let _ = session.roll_back();
        }
    }

    /// Makes the outbox, unless somebody has the lock for longer than it takes to make one.
    fn make_outbox(&self, settings: &Settings) -> Result<(), Error> {
        let me = Holder::me(settings.app.version.as_ref().map(ToString::to_string));
        let lock = acquire(
            self.store.as_ref(),
            &me,
            self.prefix_said(),
            PATIENCE,
            |_, _| {},
            || false,
        );
        let (lock, _) = lock.map_err(|waited| match waited {
            Waited::InVain { waited, holder } => Error::Locked { holder, waited },
            Waited::Store(error) => error.into(),
            Waited::Stopped => unreachable!("nobody stops it"),
        })?;
        match self.outbox_state(settings)? {
            Outbox::Quiet | Outbox::Open => Ok(()),
            Outbox::None => {
                let mut session = lock.write()?;
                let book = Book::new(settings.tables.clone(), me);
                Ok(book.prepare_outbox(session.as_mut())?)
            }
        }
    }

    fn end_what_is_over(&self, settings: &Settings, met: &[CriticalIssue]) -> Result<(), Error> {
        let open = self.outbox_rows(settings)?;
        let open = open.into_iter().filter(|row| row.over_at.is_none());
        let mut open: Vec<String> = open.map(|row| row.issue).collect();
        open.sort_unstable();
        open.dedup();
        open.retain(|issue| !met.iter().any(|met| met.id == *issue));
        if open.is_empty() {
            return Ok(());
        }
        let scripts = discover(&self.tracks, self.store.dialect());
        let can_tell = |issue: &String| {
            // Of scripts that are not in order nobody can say what they are not.
            scripts.problems.is_empty()
                || OF_THE_DATABASE.iter().any(|known| issue.starts_with(known))
        };
        let present = self.critical_issues()?;
        let is_over = |issue: &String| !present.iter().any(|present| present.id == *issue);
        let store = self.post(settings)?.store;
        let Some(mut session) = store.unlocked(PATIENCE)? else {
            return Ok(());
        };
        let mut door = Door::new(session.as_mut(), &settings.tables);
        let now = Timestamp::now();
        for issue in open
            .iter()
            .filter(|issue| can_tell(issue) && is_over(issue))
        {
            door.end_issue(issue, now)?;
        }
        let long_ago = std::time::SystemTime::now()
            .checked_sub(KEPT)
            .map(Timestamp::from);
        long_ago.map_or(Ok(()), |long_ago| Ok(door.forget(long_ago)?))
    }

    /// Keeps issues that cannot be written down, to be told once in this process.
    fn tell_directly(&self, settings: &Settings, met: &[CriticalIssue]) {
        let Some(speaker) = self.speaker(settings) else {
            return;
        };
        let mut once = self
            .hooks
            .told_once
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut unwritten = self
            .hooks
            .unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for issue in met {
            // Every start of a program that starts again and again has an id of its own.
            if !once.insert(format!("{} {:?}", issue.code, issue.script)) {
                continue;
            }
            let body = serde_json::from_str(&speaker.body(issue)).unwrap_or_default();
            let now = Timestamp::now();
            let occurrence = new_id();
            for hook in &speaker.hooks {
                let body = serde_json::Map::clone(&body);
                let letter =
                    Letter::new(&occurrence, NoticeKind::Raised, hook, &issue.id, now, body);
                unwritten.push(letter);
            }
        }
    }
}
