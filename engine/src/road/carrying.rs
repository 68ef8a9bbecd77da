//! Carrying out what was planned, under the lock.

use std::cell::RefCell;

use super::interrupted::take_up_first;
use super::report;
#[cfg(feature = "backup")]
use crate::backup::Backup;
use crate::callback::work;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::event::Event;
use crate::ledger::Ledger;
use crate::ledger::book::Book;
use crate::ledger::history;
use crate::lock::{Deaths, Holder};
use crate::plan::{Plan, skipped};
use crate::report::{Ending, Report};
use crate::run::{Ended, Run};
use crate::store;
use crate::upgrader::{Settings, Upgrader};

/// What whoever holds the lock has.
pub(crate) struct Held<'h> {
    pub(crate) settings: &'h Settings,
    pub(crate) catalog: &'h Catalog,
    pub(crate) me: Holder,
    pub(crate) lock: &'h dyn store::Lock,
    pub(crate) deaths: Option<Deaths>,
}

impl Upgrader<'_> {
    /// Does what was planned, which may be done.
    pub(crate) fn carry_out(
        &self,
        held: Held<'_>,
        plan: &Plan,
        ledger: &Ledger,
    ) -> Result<Report, Error> {
        let Held {
            settings,
            catalog,
            me,
            lock,
            deaths,
        } = held;
        let book = Book::new(settings.tables.clone(), me);
        #[cfg(feature = "hooks")]
        let book = book.spoken_for(self.speaker(settings));
        let mut plan = plan.clone();
        let opened = match ledger.exists {
            true => {
                let mut session = lock.write()?;
                take_up_first(&mut plan, catalog, ledger, &book, session.as_mut())?;
                Some(session)
            }
            // Scripts that are not in order leave no database behind.
            false => None,
        };
        let cleared = self.review(work(catalog, &plan), ledger, settings)?;
        let mut report = report(
            Ending::Upgraded,
            Some(book.holder.run.clone()),
            &settings.tracks,
            ledger,
        );
        self.warn_of_doubt(&mut report);

        let mut session = match opened {
            Some(session) => session,
            None => lock.write()?,
        };
        let needed = cleared.needs();
        if let Some(asking) = session.self_committing() {
            let missing = asking.missing_rights(&needed)?;
            if let Some(missing) = missing {
                return Err(Error::Rights(Box::new(missing)));
            }
        }
        #[cfg(feature = "backup")]
        let backup = self.back_up_before(settings, &book.holder)?;
        #[cfg(feature = "backup")]
        let way_back = self.way_back(backup.as_ref()).map(Backup::owed);
        #[cfg(not(feature = "backup"))]
        let way_back = None;
        let done = history::done(session.as_mut(), &settings.tables)?;
        let mut late = skipped(catalog, ledger, &done);
        // One of them may be what is to run.
        late.retain(|late| !plan.pending.iter().any(|script| script.id() == *late));
        for script in &late {
            self.warn_of_one_skipped(script, ledger, &mut report);
        }
        book.prepare(session.as_mut(), ledger, &done)?;
        #[cfg(feature = "hooks")]
        self.see_to_outbox(&book, ledger, session.as_mut());
        let stood_for = cleared.stood_for();
        book.note_baselines(session.as_mut(), ledger, &stood_for)?;
        #[cfg(feature = "backup")]
        let known = self.known_of(&cleared);
        let (scripts, statements) = cleared.size();
        self.tell(Event::Started {
            run: &book.holder.run,
            scripts,
            statements,
        });
        let warned = RefCell::new(Vec::new());
        let run = Run {
            session: session.as_mut(),
            lock,
            book: &book,
            substitution: &settings.substitution,
            tell: &|event| {
                if let Event::Warned(warning) = event {
                    warned.borrow_mut().push(warning.clone());
                }
                self.tell(event);
                #[cfg(feature = "backup")]
                if let Event::ScriptStarted { script, .. } = event
                    && let Some((left, unknown)) = known.left(script)
                {
                    self.tell(Event::Expected { left, unknown });
                }
            },
            stop: &|| self.must_stop(),
            #[cfg(feature = "lua")]
            lua: self.lua,
            stop_flag: self.stop.as_ref(),
            deaths,
            applied: Vec::new(),
            one_by_one: 0,
            way_back,
            before: ledger,
            recorded: ledger.tracks.keys().cloned().collect(),
            stood_for: stood_for.clone(),
            touched: None,
            owed: ledger.owed.clone(),
            after_run: catalog.after_run(),
            unprotected: None,
            default_protects: None,
        };
        let outcome = run.all(cleared);
        #[cfg(feature = "backup")]
        let outcome = outcome.map_err(|error| {
            drop(session);
            self.back_to(backup.as_ref(), settings, &book.holder, lock, error)
        });
        let (applied, ended) = outcome?;
        for applied in &applied {
            let Some(newest) = ledger.leads_to(&applied.script, &stood_for) else {
                continue;
            };
            let mut tracks = report.tracks.iter_mut();
            if let Some(change) = tracks.find(|change| change.track == newest.track) {
                change.after = Some(newest.file.clone());
            }
        }
        report.applied = applied;
        report.warnings.extend(warned.into_inner());
        report.ending = match ended {
            Ended::Done => Ending::Upgraded,
            Ended::Stopped => Ending::Stopped,
        };
        Ok(report)
    }
}
