//! Skipped scripts that a person had run and that were interrupted: their rows of the journal stand in the way of what
//! comes next in their tracks, so they go on first.

use crate::catalog::Catalog;
use crate::journal::Found;
use crate::ledger::book::Book;
use crate::ledger::{Ledger, LedgerError};
use crate::plan::Plan;
use crate::slot::Slot;
use crate::store::Session;

/// Puts what was interrupted so before what is pending in its track.
pub(super) fn take_up_first(
    plan: &mut Plan,
    catalog: &Catalog,
    ledger: &Ledger,
    book: &Book,
    session: &mut dyn Session,
) -> Result<(), LedgerError> {
    for track in &catalog.tracks {
        let is_of = |script: &crate::script::Script| script.id().track == track.name;
        let (Some(at), Some(recorded)) = (
            plan.pending.iter().position(is_of),
            ledger.tracks.get(&track.name),
        ) else {
            continue;
        };
        let next = plan.pending[at].id();
        let Some(Found::Entry(entry)) = book.entry(session, &Slot::of(&next))? else {
            continue;
        };
        let interrupted = track.scripts.iter().find(|script| {
            script.name().file() == entry.file && *script.version() <= recorded.version
        });
        if let Some(script) = interrupted.filter(|script| script.id() != next) {
            plan.pending.insert(at, script.clone());
        }
    }
    Ok(())
}
