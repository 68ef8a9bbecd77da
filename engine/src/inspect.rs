//! Reading a script before anything runs: what it says about itself, what it would do, whether it can be split.

use std::collections::BTreeSet;

use crate::catalog_error::CatalogError;
use crate::checksum::Checksums;
use crate::chunked;
use crate::db::Batch;
use crate::directive::{self, DirectiveError, Directives};
use crate::language::Language;
use crate::latch::shorten;
use crate::lint;
use crate::listening::{Reader, Said};
pub(crate) use crate::ready::Ready;
use crate::ready::runs_whole;
use crate::repeatable::Again;
use crate::role::Role;
use crate::runnable::Runnable;
use crate::script::{Body, ScriptId};
use crate::sql::classifier::Kind;
use crate::sql::mysql::refused::refused;
use crate::sql::piece::Piece;
use crate::sql::read_only::makes_read_only;
use crate::sql::render::Substitution;
use crate::sql::splitter::{SplitError, Splitter};
use crate::sql::{Dialect, Position, Right, right};
use crate::step::{self, Step};
use crate::store::SAVEPOINT;

/// The longest text whose cuts are kept, in bytes.
const LONGEST_CUT: usize = 64 * 1024;

/// Reads the whole script.
///
/// # Errors
/// The first thing that would keep it from running: it cannot be read, is no text, cannot be split, is empty, has a
/// directive or a placeholder that nobody knows, or a statement that its way of running cannot have.
pub(crate) fn inspect(
    script: impl Into<Runnable>,
    substitution: &Substitution,
) -> Result<Ready, CatalogError> {
    let script = script.into();
    match script.language() {
        Language::Sql => inspect_sql(script, substitution, None),
        Language::Lua | Language::Rust => inspect_program(script, substitution),
    }
}

/// As [`inspect`], and what the review is to see of it.
///
/// # Errors
/// As for [`inspect`].
pub(crate) fn inspect_closely(
    script: Runnable,
    substitution: &Substitution,
) -> Result<(Ready, lint::Text), CatalogError> {
    let mut reader = lint::Reader::default();
    let ready = match script.language() {
        Language::Sql => inspect_sql(script, substitution, Some(&mut reader))?,
        Language::Lua | Language::Rust => inspect_program(script, substitution)?,
    };
    let runs_again = ready.directives.idempotent || ready.role() == Role::Repeatable;
    let allow = ready.directives.allow.clone();
    let mut text = reader.finish(ready.id.clone(), ready.dialect, runs_again, allow);
    // What repeats or is called runs again once something is written into it.
    text.blank &= !ready.is_program() && ready.role() == Role::Version && !is_variant(&ready.id);
    Ok((ready, text))
}

/// Whether the script is the one for this database: where there is nothing to do on it, a comment is all that it says.
fn is_variant(id: &ScriptId) -> bool {
    let mut parts = id.file.rsplit('.').skip(1);
    parts
        .next()
        .is_some_and(|part| Dialect::from_suffix(part).is_some())
}

/// A program tells little before it runs.
fn inspect_program(script: Runnable, substitution: &Substitution) -> Result<Ready, CatalogError> {
    match script.language() {
        #[cfg(feature = "lua")]
        Language::Lua => crate::lua::inspect(script, substitution),
        #[cfg(not(feature = "lua"))]
        Language::Lua => unreachable!("no name is one of a script in Lua in this build"),
        Language::Sql | Language::Rust => inspect_function(script, substitution),
    }
}

/// A function tells nothing but its directives before it runs.
fn inspect_function(script: Runnable, substitution: &Substitution) -> Result<Ready, CatalogError> {
    let id = script.id().clone();
    let mut checksums = Checksums::default();
    checksums.text(id.file.as_bytes());
    let mut directives = Directives::default();
    if let Body::Function(function) = script.body() {
        for text in &function.directives {
            directives
                .take_of_program(text)
                .map_err(|error| CatalogError::Directive {
                    script: id.clone(),
                    text: text.clone(),
                    source: error.into(),
                })?;
        }
    }
    Ok(Ready {
        id,
        dialect: substitution.syntax.dialect,
        directives,
        checksums: checksums.finish(),
        statements: 0,
        length: 0,
        cuts: Vec::new(),
        changes_session: false,
        asks_last_id: false,
        needs: BTreeSet::new(),
        starts_over: false,
        script,
    })
}

fn inspect_sql(
    script: Runnable,
    substitution: &Substitution,
    mut review: Option<&mut lint::Reader>,
) -> Result<Ready, CatalogError> {
    let id = script.id().clone();
    let unreadable = |source| CatalogError::Unreadable {
        script: id.clone(),
        source,
    };
    let unsplit = |error: SplitError| CatalogError::Text {
        script: id.clone(),
        source: error.into(),
    };
    let input = script.open().map_err(unreadable)?;
    let mut splitter = Splitter::new(input, substitution.syntax).map_err(unsplit)?;
    let mut reader = Reader::default();
    let mut found = Findings {
        again: Again::of(id.role()),
        ..Findings::default()
    };
    let short = script
        .in_memory()
        .is_some_and(|text| text.len() <= LONGEST_CUT);
    let mut cuts = Vec::new();
    while let Some(piece) = splitter.next(&mut reader).map_err(unsplit)? {
        reader.checksums.text(piece.text.as_bytes());
        if short {
            cuts.push(piece.cut());
        }
        reader.in_statement = false;
        if std::mem::take(&mut reader.hides) {
            return Err(unsplit(SplitError::Return(piece.position)));
        }
        let said = std::mem::take(&mut reader.said);
        found.take(&id, &piece, said, substitution, review.as_deref_mut())?;
    }
    found.finish(&id)?;
    drop(splitter);
    Ok(Ready {
        starts_over: found.again.holds(found.directives.idempotent),
        id,
        script,
        dialect: substitution.syntax.dialect,
        directives: found.directives,
        checksums: reader.checksums.finish(),
        statements: found.statements,
        length: found.length,
        cuts,
        changes_session: found.changes_session,
        asks_last_id: reader.asks_last_id,
        needs: found.needs,
    })
}

#[derive(Default)]
struct Findings {
    directives: Directives,
    statements: u64,
    length: u64,
    changes_session: bool,
    /// Where the script has begun a transaction of its own that it has not ended yet.
    own_transaction: Option<Position>,
    /// Whether `changes()` would answer about a statement of the script, in one without a transaction.
    changes_known: bool,
    says_something: bool,
    needs: BTreeSet<Right>,
    again: Again,
}

impl Findings {
    fn take(
        &mut self,
        script: &ScriptId,
        piece: &Piece<'_>,
        said: Vec<Said>,
        substitution: &Substitution,
        review: Option<&mut lint::Reader>,
    ) -> Result<(), CatalogError> {
        self.length += piece.text.len() as u64;
        self.says_something |= !piece.text.trim().is_empty();
        let mut allowed = Vec::new();
        for Said {
            text,
            late,
            inside,
            misspelt,
        } in said
        {
            let followed = match directive::allowed(&text).filter(|_| late) {
                _ if misspelt => Err(DirectiveError::Head),
                Some(_) if inside => Err(DirectiveError::Inside),
                Some(codes) => codes.map(|codes| allowed.extend(codes)),
                None if late => Err(DirectiveError::Late),
                None => self.directives.take(&text),
            };
            followed.map_err(|error| CatalogError::Directive {
                script: script.clone(),
                text,
                source: error.into(),
            })?;
        }
        if piece.is_empty() {
            if let Some(review) = review.filter(|_| !allowed.is_empty()) {
                review.take(piece, "", allowed);
            }
            return Ok(());
        }
        self.statements += 1;
        let batch = self.batch(script, piece)?;
        let chunk = batch.map(|_| substitution.with(chunked::BATCH, "1"));
        let substitution = chunk.as_ref().unwrap_or(substitution);
        let rendered = substitution
            .render(piece.text, piece.syntax, self.directives.placeholders)
            .map_err(|unknown| CatalogError::Placeholder {
                script: script.clone(),
                position: piece.position_of(unknown.offset),
                name: unknown.name,
            })?;
        self.again.take(piece.class, &rendered, piece.syntax);
        if let Some(review) = review {
            review.take(piece, &rendered, allowed);
        }
        if matches!(
            piece.class.kind,
            Kind::Definition | Kind::Repeatable | Kind::TempTable | Kind::Call
        ) && piece.syntax.dialect == Dialect::Mysql
        {
            self.needs.extend(right::of_definition(piece.statement()));
            if right::refers(piece.statement()) {
                self.needs.insert(Right::References);
            }
        }
        self.take_kind(piece)
            .map_err(|reason| CatalogError::Forbidden {
                script: script.clone(),
                position: piece.position,
                sql: shorten(piece.statement()),
                reason,
            })
    }

    /// The chunks that a statement runs in.
    fn batch(&self, script: &ScriptId, piece: &Piece<'_>) -> Result<Option<Batch>, CatalogError> {
        let refuse = |text: String, reason: String| CatalogError::Directive {
            script: script.clone(),
            text,
            source: reason.into(),
        };
        let whole = runs_whole(piece.syntax.dialect, self.directives.transaction);
        match chunked::of_piece(piece) {
            None => Ok(None),
            Some(Err((text, reason))) => Err(refuse(text, reason)),
            Some(Ok(_)) if whole => Err(refuse(
                chunked::BATCH.to_owned(),
                "its chunks are committed one by one; write `-- upgrade: transaction = off` at the top of the script"
                    .to_owned(),
            )),
            Some(Ok(_)) if self.own_transaction.is_some() => Err(refuse(
                chunked::BATCH.to_owned(),
                "its chunks are committed one by one, and cannot be inside the script's own transaction"
                    .to_owned(),
            )),
            Some(Ok(batch)) => Ok(Some(batch)),
        }
    }

    fn take_kind(&mut self, piece: &Piece<'_>) -> Result<(), &'static str> {
        if piece.syntax.dialect == Dialect::Mysql
            && let Some(reason) = refused(piece.statement())
        {
            return Err(reason);
        }
        if let Some(reason) = makes_read_only(piece) {
            return Err(reason);
        }
        self.changes_session |= matches!(
            piece.class.kind,
            Kind::SessionPragma
                | Kind::ForeignKeysPragma
                | Kind::Attach
                | Kind::TempTable
                | Kind::TempDefinition
                | Kind::Setting
                | Kind::Autocommit
                | Kind::Prepare
                | Kind::Execute
                | Kind::Call
        ) || piece.class.sets_variables;
        if piece.class.kind == Kind::Savepoint && names_our_savepoint(piece.statement()) {
            return Err("the name is that of the savepoint that the engine runs the script in");
        }
        match runs_whole(piece.syntax.dialect, self.directives.transaction) {
            true => match piece.class.kind {
                Kind::Begin | Kind::Commit | Kind::Rollback => {
                    Err("the script runs in a transaction of the engine's already; \
                     with `-- upgrade: transaction = off` it may have its own")
                }
                Kind::ForeignKeysPragma => {
                    Err("inside a transaction SQLite ignores it without a word; \
                     write `-- upgrade: foreign_keys = off` at the top of the script instead")
                }
                Kind::Vacuum => Err("SQLite cannot do it inside a transaction; \
                     write `-- upgrade: transaction = off` at the top of the script"),
                _ => Ok(()),
            },
            false => {
                let step = step::step(
                    piece.syntax.dialect,
                    piece.class.kind,
                    self.own_transaction.is_some(),
                )?;
                if piece.class.reads_changes && !self.changes_known {
                    return Err(
                        "statement by statement, how many rows were changed is known only right behind \
                         the statement that it is about; put both between BEGIN and COMMIT",
                    );
                }
                self.changes_known = step::knows_changes(self.changes_known, step, piece.class);
                match step {
                    Step::Open => self.own_transaction = Some(piece.position),
                    Step::Close | Step::Abandon => self.own_transaction = None,
                    // Where they can stand in a transaction at all, they commit it.
                    Step::Bare | Step::Flight => self.own_transaction = None,
                    Step::Together | Step::Inside | Step::LeftOut => {}
                }
                Ok(())
            }
        }
    }

    fn finish(&self, script: &ScriptId) -> Result<(), CatalogError> {
        if !self.says_something {
            return Err(CatalogError::Empty {
                script: script.clone(),
            });
        }
        match self.own_transaction {
            None => Ok(()),
            Some(position) => Err(CatalogError::Forbidden {
                script: script.clone(),
                position,
                sql: "BEGIN".to_owned(),
                reason: "the transaction that it begins is not ended before the script is",
            }),
        }
    }
}

/// Whether a statement about savepoints means the engine's own.
fn names_our_savepoint(statement: &str) -> bool {
    statement.to_ascii_lowercase().contains(SAVEPOINT)
}
