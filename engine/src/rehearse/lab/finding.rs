//! What a person is told of a death and of what followed from it.

use super::look::sources;
use super::moment::Moment;
use super::noise::{Differing, Noise};
use super::report::{CrashDifference, CrashMoment};
use super::rows::{RowsApart, rows_apart};
use crate::callback::work;
use crate::error::Error;
use crate::inspect::{Ready, inspect};
use crate::latch::shorten;
use crate::ledger::Tables;
use crate::run::statements::Statements;
use crate::sql::{Position, Syntax};
use crate::store::{Session, StoreError};
use crate::upgrader::{Settings, Upgrader};

/// The scripts that are next.
///
/// # Errors
/// One cannot be read, or the database cannot.
pub(super) fn pending(upgrader: &Upgrader<'_>, settings: &Settings) -> Result<Vec<Ready>, Error> {
    let catalog = upgrader.catalog()?;
    let view = upgrader.look(settings, &catalog)?;
    let scripts = work(&catalog, &view.plan).scripts.into_iter();
    let ready = scripts.map(|script| inspect(script, &settings.substitution));
    Ok(ready.collect::<Result<_, _>>()?)
}

/// Where a process was killed, with the statement that had run.
///
/// # Errors
/// The script cannot be read any more.
pub(super) fn death(
    number: u64,
    moment: &Moment,
    ready: &[Ready],
    syntax: Syntax,
) -> Result<CrashMoment, Error> {
    let script = ready
        .iter()
        .find(|ready| Some(ready.id.to_string()) == moment.script);
    let statement = match script.zip(moment.statement) {
        Some((ready, number)) => statement(ready, number, syntax)?,
        None => None,
    };
    let (position, sql) = statement.unzip();
    Ok(CrashMoment {
        number,
        stage: moment.stage,
        script: script.map(|ready| ready.id.clone()),
        statement: moment.statement,
        position,
        sql,
    })
}

/// Where a statement stands, and how it begins.
fn statement(
    ready: &Ready,
    wanted: u64,
    syntax: Syntax,
) -> Result<Option<(Position, String)>, Error> {
    let mut statements = Statements::open(ready, syntax)?;
    while let Some((number, piece, _)) = statements.next()? {
        if number == wanted && !piece.is_empty() {
            return Ok(Some((piece.position, shorten(piece.statement()))));
        }
    }
    Ok(None)
}

/// What differs, with the rows that do.
///
/// # Errors
/// One of the databases cannot be read.
pub(super) fn described(
    differing: Vec<Differing>,
    expected: &mut dyn Session,
    found: &mut dyn Session,
    tables: &Tables,
    noise: &Noise,
) -> Result<Vec<CrashDifference>, StoreError> {
    let sources = sources(expected, tables)?;
    let mut described = Vec::new();
    for differing in differing {
        described.push(match differing {
            Differing::Thing {
                what,
                expected,
                found,
            } => CrashDifference::Thing {
                what,
                expected: expected.as_deref().map(shorten),
                found: found.as_deref().map(shorten),
            },
            Differing::Fault(what) => CrashDifference::Broken { what },
            Differing::Rows(table) => {
                let source = sources.iter().find(|source| source.table == table);
                let apart = match source {
                    Some(source) => rows_apart(expected, found, source, noise)?,
                    None => RowsApart::default(),
                };
                CrashDifference::Rows {
                    table,
                    missing: apart.missing,
                    first_missing: apart.first_missing,
                    extra: apart.extra,
                    first_extra: apart.first_extra,
                }
            }
        });
    }
    Ok(described)
}
