//! Running a statement of SQL in chunks.

use super::journaled::Deed;
use super::statements::describe;
use super::walk::{Progress, Walk};
use super::{Run, Trouble};
use crate::chunked::BATCH;
use crate::db::{Batch, Db, DbError};
use crate::sql::render::Substitution;

impl Run<'_> {
    /// Runs a statement chunk by chunk, from where an earlier process has left it; each is committed with its place in
    /// the journal.
    pub(super) fn in_chunks(
        &mut self,
        walk: &mut Walk,
        progress: &mut Progress,
        deed: Deed<'_>,
        batch: Batch,
    ) -> Result<(), Trouble> {
        let Deed {
            ready,
            number,
            piece,
            said,
        } = deed;
        self.commit(ready, walk, progress, None)?;
        let failed = describe(number, piece);
        let row = walk.rows.get(&ready.slot()).copied();
        let entry = progress.entry.clone();
        let deeds = entry.deeds.clone().unwrap_or_default();
        let substitution = self.substitution;
        let values = ready.directives.placeholders;
        let text = |condition: &str, substitution: &Substitution| {
            let chunk = substitution.with(BATCH, condition);
            chunk
                .render(piece.statement(), piece.syntax, values)
                .map(std::borrow::Cow::into_owned)
        };
        let mut db = self.db(ready, entry, row, deeds);
        let batch = batch.named(format!("statement {number}"));
        let outcome = chunk_by_chunk(&mut db, &batch, |condition| {
            text(condition, substitution).map_err(|unknown| {
                DbError::Impossible(format!("${{{}}} has no value", unknown.name))
            })
        });
        let left = db.leave();
        walk.moved |= left.row != row;
        if let Some(step) = left.row {
            walk.rows.insert(ready.slot(), step);
        }
        progress.entry = left.entry;
        match (left.halted, outcome) {
            (Some(halt), _) => Err(Trouble::of_halt(halt, Some(failed))),
            (None, Err(error)) => Err(Trouble::Script {
                statement: Some(failed),
                error: match error {
                    DbError::Refused { source, .. } => source.into(),
                    error => error.into(),
                },
            }),
            (None, Ok(())) => {
                progress.did(number, said, false);
                self.statement_done(ready, number);
                Ok(())
            }
        }
    }
}

fn chunk_by_chunk(
    db: &mut Db<'_>,
    batch: &Batch,
    text: impl Fn(&str) -> Result<String, DbError>,
) -> Result<(), DbError> {
    let mut chunks = db.begin_batch(batch)?;
    while let Some(range) = db.next_range(&mut chunks)? {
        let sql = text(&range.condition)?;
        let done = db
            .in_chunk(&sql)
            .and_then(|()| db.end_range(&mut chunks, range));
        if let Err(error) = done
            && !db.try_chunk_again(&mut chunks)
        {
            return Err(error);
        }
    }
    Ok(())
}
