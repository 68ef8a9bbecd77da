//! Refusing scripts that would reach out of a second database, before any of them runs there.

use super::AsideError;
use super::confines::beyond;
use crate::callback::Work;
use crate::catalog_error::CatalogError;
use crate::chunked;
use crate::error::Error;
use crate::inspect::Ready;
use crate::latch::shorten;
use crate::run::statements::Statements;
use crate::sql::classifier::classify;
use crate::sql::mysql::beyond::Neighbours;
use crate::sql::render::Substitution;
use crate::store::Store;

/// Refuses the first statement of a script in SQL that reaches beyond its database. What a program does is not known before it
/// does it: on a server its connection refuses then.
///
/// # Errors
/// The statement, or a script that cannot be read any more.
pub(crate) fn must_stay(
    work: &Work<Ready>,
    substitution: &Substitution,
    store: &dyn Store,
) -> Result<(), Error> {
    let others = match store.whole() {
        Some(whole) => whole.neighbours()?,
        None => Vec::new(),
    };
    let neighbours = Neighbours::new(store.schema().unwrap_or_default(), others);
    let substitution = substitution.with(chunked::BATCH, "1");
    for ready in work.in_order().filter(|ready| !ready.is_program()) {
        let mut statements = Statements::open(ready, substitution.syntax)?;
        while let Some((_, piece, _)) = statements.next()? {
            let rendered = substitution
                .render(
                    piece.statement(),
                    piece.syntax,
                    ready.directives.placeholders,
                )
                .map_err(|unknown| CatalogError::Placeholder {
                    script: ready.id.clone(),
                    position: piece.position_of(piece.start + unknown.offset),
                    name: unknown.name,
                })?;
            let class = classify(&rendered, piece.syntax);
            if let Some(what) = beyond(&rendered, class, piece.syntax, &neighbours) {
                return Err(AsideError::ReachesOut {
                    script: ready.id.clone(),
                    position: piece.position,
                    sql: shorten(piece.statement()),
                    what,
                }
                .into());
            }
        }
    }
    Ok(())
}
