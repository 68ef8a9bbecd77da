//! Going through the statements of a script.

use std::borrow::Cow;
use std::io::Read;

use super::{Run, Trouble};
use crate::catalog_error::CatalogError;
use crate::checksum::{Checksums, Said};
use crate::inspect::Ready;
use crate::latch::{FailedStatement, shorten};
use crate::sql::Syntax;
use crate::sql::piece::{Cut, Piece};
use crate::sql::splitter::{Splitter, without_mark};
use crate::store::BrokenKey;

/// The statements of a script that was inspected, read once more.
pub(crate) struct Statements<'s> {
    ready: &'s Ready,
    pieces: Pieces<'s>,
    number: u64,
}

enum Pieces<'s> {
    /// Of a text in memory whose cuts are known.
    Known {
        rest: &'s str,
        cuts: std::slice::Iter<'s, Cut>,
    },
    /// Of any other. The checksums are taken of a script that somebody may have changed since, or on request.
    Split {
        splitter: Box<Splitter<Box<dyn Read + 's>>>,
        checksums: Option<Box<Checksums>>,
    },
}

impl<'s> Statements<'s> {
    pub(crate) fn open(ready: &'s Ready, syntax: Syntax) -> Result<Self, CatalogError> {
        let text = ready.script.in_memory();
        match text.map(|text| std::str::from_utf8(without_mark(text))) {
            Some(Ok(rest)) if !ready.cuts.is_empty() => Ok(Self {
                ready,
                pieces: Pieces::Known {
                    rest,
                    cuts: ready.cuts.iter(),
                },
                number: 0,
            }),
            text => Self::split(ready, syntax, text.is_none()),
        }
    }

    /// As [`Statements::open`], able to tell what the script [said](Said) so far.
    pub(super) fn open_hashing(ready: &'s Ready, syntax: Syntax) -> Result<Self, CatalogError> {
        Self::split(ready, syntax, true)
    }

    fn split(ready: &'s Ready, syntax: Syntax, hashing: bool) -> Result<Self, CatalogError> {
        let input = ready
            .script
            .open()
            .map_err(|source| CatalogError::Unreadable {
                script: ready.id.clone(),
                source,
            })?;
        let splitter = Splitter::new(input, syntax).map_err(|error| unsplit(ready, error))?;
        Ok(Self {
            ready,
            pieces: Pieces::Split {
                splitter: Box::new(splitter),
                checksums: hashing.then(Box::default),
            },
            number: 0,
        })
    }

    /// The next piece and the number of its statement; a piece without one has the number of the last. With what the
    /// script says up to its end, where that was asked for.
    ///
    /// # Errors
    /// The script is not the one that was inspected.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Piece<'_>, Option<Said>)>, CatalogError> {
        let mut said = None;
        let piece = match &mut self.pieces {
            Pieces::Known { rest, cuts } => {
                let next = cuts.next().and_then(|cut| cut.take(rest));
                next.map(|(piece, later)| {
                    *rest = later;
                    piece
                })
            }
            Pieces::Split {
                splitter,
                checksums,
            } => match splitter.next(checksums) {
                Ok(Some(piece)) => {
                    if let Some(checksums) = checksums {
                        checksums.text(piece.text.as_bytes());
                        said = Some(checksums.so_far());
                    }
                    Some(piece)
                }
                Ok(None) => match checksums.take().map(|checksums| checksums.finish()) {
                    Some(found) if found != self.ready.checksums => {
                        return Err(CatalogError::Changed {
                            script: self.ready.id.clone(),
                        });
                    }
                    Some(_) | None => None,
                },
                Err(error) => return Err(unsplit(self.ready, error)),
            },
        };
        let Some(piece) = piece else { return Ok(None) };
        if !piece.is_empty() {
            self.number += 1;
        }
        Ok(Some((self.number, piece, said)))
    }
}

/// What a script says up to the end of a statement; `None`: it has not so many.
///
/// # Errors
/// The script is not the one that was inspected.
pub(crate) fn said_up_to(
    ready: &Ready,
    syntax: Syntax,
    statement: u64,
) -> Result<Option<Said>, CatalogError> {
    let mut statements = Statements::open_hashing(ready, syntax)?;
    while let Some((number, piece, said)) = statements.next()? {
        if number == statement && !piece.is_empty() {
            return Ok(said);
        }
    }
    Ok(None)
}

fn unsplit(ready: &Ready, error: impl Into<crate::cause::Cause>) -> CatalogError {
    CatalogError::Text {
        script: ready.id.clone(),
        source: error.into(),
    }
}

/// Describes the statement of that number, as far as the script has it.
pub(super) fn locate(ready: &Ready, syntax: Syntax, number: u64) -> Option<FailedStatement> {
    let mut statements = Statements::open(ready, syntax).ok()?;
    while let Some((at, piece, _)) = statements.next().ok()? {
        if at == number && !piece.is_empty() {
            return Some(describe(number, &piece));
        }
    }
    None
}

/// A statement as a failure names it.
pub(super) fn describe(number: u64, piece: &Piece<'_>) -> FailedStatement {
    FailedStatement {
        number,
        position: piece.position,
        sql: shorten(piece.statement()),
    }
}

impl Run<'_> {
    /// The statement as the database gets it.
    pub(super) fn render<'p>(
        &self,
        ready: &Ready,
        piece: &'p Piece<'_>,
    ) -> Result<Cow<'p, str>, Trouble> {
        let values = ready.directives.placeholders;
        let rendered = self
            .substitution
            .render(piece.statement(), piece.syntax, values);
        rendered.map_err(|_| {
            Trouble::Catalog(CatalogError::Changed {
                script: ready.id.clone(),
            })
        })
    }

    /// Executes one statement of a script, [rendered](Run::render).
    pub(super) fn execute(
        &mut self,
        rendered: &str,
        number: u64,
        piece: &Piece<'_>,
    ) -> Result<(), Trouble> {
        let Err(error) = self.session.run(rendered) else {
            return Ok(());
        };
        let mut failed = describe(number, piece);
        // The database counts in the text that it was given, which is the script's only where nothing was substituted.
        if let (Some(offset), true) = (error.offset(), rendered == piece.statement()) {
            failed.position = piece.position_of(piece.start + offset);
        }
        Err(Trouble::refused(error, Some(failed)))
    }

    /// Runs a whole script inside the open transaction, and tells which statements failed that may. `broken_before`: the rows that broke foreign keys before it;
    /// then it must not have broken more.
    pub(super) fn whole(
        &mut self,
        ready: &Ready,
        broken_before: Option<&[BrokenKey]>,
    ) -> Result<Vec<String>, Trouble> {
        let mut forgiven = Vec::new();
        let mut statements =
            Statements::open(ready, self.substitution.syntax).map_err(Trouble::Catalog)?;
        while let Some((number, piece, _)) = statements.next().map_err(Trouble::Catalog)? {
            if piece.is_empty() {
                continue;
            }
            if (self.stop)() {
                return Err(Trouble::Stopped);
            }
            self.lock.statement(number);
            let rendered = self.render(ready, &piece)?;
            match self.execute(&rendered, number, &piece) {
                Err(trouble) if self.session.in_transaction() => {
                    forgiven.push(self.forgive(trouble, piece.class, ready, number)?);
                }
                outcome => outcome?,
            }
            if !self.session.in_transaction() {
                return Err(Trouble::Script {
                    statement: Some(describe(number, &piece)),
                    error: "the statement ended the transaction that the script runs in".into(),
                });
            }
            self.statement_done(ready, number);
        }
        if let Some(before) = broken_before {
            self.check_foreign_keys(before)?;
        }
        Ok(forgiven)
    }
}
