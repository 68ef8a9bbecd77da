//! What a statement turns out to be when it is to run, where definition statements commit by themselves.

use super::walk::Progress;
use super::{Run, Trouble};
use crate::flight::{self, Before, Telling};
use crate::sql::classifier::{Class, Kind, classify};
use crate::sql::mysql::definition::{self, words};
use crate::sql::mysql::routine::body_kinds;
use crate::sql::mysql::session::{Executed, Source, assigned_variables, executed};
use crate::sql::piece::Piece;
use crate::sql::{Dialect, Object, Syntax};
use crate::store::{Fault, SelfCommitting};

/// How deep procedures may call each other and still be looked through.
const DEEPEST: u32 = 8;

/// What a statement turns out to be when it is to run.
pub(super) struct Judged {
    pub(super) class: Class,
    /// Why its outcome could not be told after a death.
    pub(super) reason: Option<String>,
    /// What it executes, where that is another text.
    pub(super) executes: Option<String>,
    /// The user variables that the procedures assign that it calls.
    pub(super) variables: Vec<String>,
}

impl Judged {
    fn new(class: Class, reason: Option<String>) -> Self {
        Self {
            class,
            reason,
            executes: None,
            variables: Vec::new(),
        }
    }
}

impl Run<'_> {
    /// The class of a statement, when what it executes or calls, and the tables that it names, are known.
    pub(super) fn class_of(
        &mut self,
        progress: &Progress,
        piece: &Piece<'_>,
        rendered: &str,
    ) -> Result<Judged, Trouble> {
        let (class, syntax) = (piece.class, piece.syntax);
        match syntax.dialect {
            Dialect::Sqlite => Ok(Judged::new(class, None)),
            Dialect::Mysql => self.judge(progress, class, rendered, syntax),
        }
    }

    fn judge(
        &mut self,
        progress: &Progress,
        class: Class,
        text: &str,
        syntax: Syntax,
    ) -> Result<Judged, Trouble> {
        match class.kind {
            Kind::Execute => {
                let Some(text) = self.prepared_text(progress, text, syntax)? else {
                    let kind = Kind::Untold;
                    let reason = "the text that it executes is not known";
                    return Ok(Judged::new(
                        Class { kind, ..class },
                        Some(reason.to_owned()),
                    ));
                };
                let inner = classify(&text, syntax);
                let kind = match inner.kind {
                    Kind::Execute | Kind::Prepare | Kind::Empty => Kind::Ordinary,
                    kind => kind,
                };
                let inner = Class {
                    kind,
                    can_fail: class.can_fail,
                    ..inner
                };
                let judged = self.judge(progress, inner, &text, syntax)?;
                let executes = Some(text);
                Ok(Judged { executes, ..judged })
            }
            Kind::Call => self.judge_call(class, text, syntax),
            Kind::Ordinary => {
                let names = self.unprotected()?.iter().map(String::as_str);
                let reason = mentioned(text, syntax, names)
                    .map(|table| format!("no transaction protects table {table}"));
                let kind = match &reason {
                    Some(_) if class.sets_changes => Kind::Untold,
                    _ => Kind::Ordinary,
                };
                Ok(Judged::new(Class { kind, ..class }, reason))
            }
            Kind::Untold => {
                let reason = "the server keeps no trace of it that could be compared";
                Ok(Judged::new(class, Some(reason.to_owned())))
            }
            _ => Ok(Judged::new(class, None)),
        }
    }

    /// The text that EXECUTE is about to run.
    fn prepared_text(
        &mut self,
        progress: &Progress,
        text: &str,
        syntax: Syntax,
    ) -> Result<Option<String>, Trouble> {
        match executed(text, syntax) {
            Some(Executed::Named(name)) => {
                let prepared = progress.set.prepared.get(&name);
                Ok(prepared.map(|prepared| prepared.text.clone()))
            }
            Some(Executed::Immediate(source)) => self.text_of(source),
            None => Ok(None),
        }
    }

    /// The text that a statement is prepared from; `None` where it is computed.
    pub(super) fn text_of(&mut self, source: Source) -> Result<Option<String>, Trouble> {
        match source {
            Source::Text(text) => Ok(Some(text)),
            Source::Computed => Ok(None),
            Source::Variable(name) => {
                let name = name.replace('`', "``");
                let select = format!("SELECT CONVERT(@`{name}` USING utf8mb4)");
                let rows = self.session.query(&select, &[])?;
                let value = rows.into_iter().flatten().next();
                Ok(value.and_then(crate::store::Value::into_text))
            }
        }
    }

    /// A CALL is a data statement when the procedure's body, and all that it calls, hold data statements only.
    fn judge_call(&mut self, class: Class, text: &str, syntax: Syntax) -> Result<Judged, Trouble> {
        let mut variables = Vec::new();
        let told = match definition::called(text, syntax) {
            Some(procedure) => {
                let Some(session) = self.session.self_committing() else {
                    return Ok(Judged::new(class, None));
                };
                only_data(session, &procedure, syntax, 0, &mut variables)
            }
            None => body_is_data(
                self.session.self_committing(),
                text,
                syntax,
                0,
                &mut variables,
            ),
        };
        match told {
            Ok(()) => {
                let kind = Kind::Ordinary;
                // What it changes cannot be seen from here.
                Ok(Judged {
                    variables,
                    ..Judged::new(Class { kind, ..class }, None)
                })
            }
            Err(NotData::Because(reason)) => Ok(Judged::new(class, Some(reason))),
            Err(NotData::Trouble(trouble)) => Err(trouble),
        }
    }

    /// The tables that no transaction protects, as last asked.
    fn unprotected(&mut self) -> Result<&[String], Trouble> {
        if self.unprotected.is_none()
            && let Some(session) = self.session.self_committing()
        {
            self.unprotected = Some(session.without_transactions()?);
        }
        Ok(self.unprotected.as_deref().unwrap_or_default())
    }

    /// How a restart will be able to tell whether a statement has happened.
    pub(super) fn telling(
        &mut self,
        judged: &Judged,
        rendered: &str,
        syntax: Syntax,
    ) -> Result<Telling, Trouble> {
        if judged.class.kind != Kind::Definition {
            let reason = judged.reason.as_deref().unwrap_or("nothing tells it");
            return Ok(Telling::Never(reason.to_owned()));
        }
        let text = judged.executes.as_deref().unwrap_or(rendered);
        let objects = definition::read(text, syntax).objects;
        if objects.is_empty() {
            let reason = "what it is about cannot be read from it";
            return Ok(Telling::Never(reason.to_owned()));
        }
        let Some(session) = self.session.self_committing() else {
            return Ok(Telling::Compare(Vec::new()));
        };
        let mut compared = Vec::with_capacity(objects.len());
        for object in objects {
            let definition = match session.definition(&object) {
                Ok(definition) => definition,
                Err(error) if matches!(error.fault(), Fault::Refused | Fault::Denied) => {
                    return Ok(Telling::Never(format!("{object} cannot be seen: {error}")));
                }
                Err(error) => return Err(error.into()),
            };
            if definition.as_ref().is_some_and(|d| d.without_transactions) {
                let reason = format!("no transaction protects {object}");
                return Ok(Telling::Never(reason));
            }
            compared.push(Before {
                object,
                definition: definition.map(|definition| definition.text),
            });
        }
        Ok(match flight::is_swap(&compared) {
            true => Telling::Never("it swaps objects that are equal but for their rows".to_owned()),
            false => Telling::Compare(compared),
        })
    }
}

/// Why a procedure is more than data statements.
enum NotData {
    Because(String),
    Trouble(Trouble),
}

/// The first of the names that a text mentions.
pub(super) fn mentioned<'n>(
    text: &str,
    syntax: Syntax,
    names: impl Iterator<Item = &'n str>,
) -> Option<&'n str> {
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        return None;
    }
    words(text, syntax).find_map(|word| {
        let same = |name: &&&str| name.eq_ignore_ascii_case(&word);
        names.iter().find(same).copied()
    })
}

fn only_data(
    session: &mut dyn SelfCommitting,
    procedure: &Object,
    syntax: Syntax,
    depth: u32,
    variables: &mut Vec<String>,
) -> Result<(), NotData> {
    let name = &procedure.name;
    let because = |reason: String| Err(NotData::Because(reason));
    if depth > DEEPEST {
        return because(format!(
            "procedure {name} calls others too deep to look through"
        ));
    }
    match session.procedure(procedure.schema.as_deref(), name) {
        Ok(Some(body)) => body_is_data(Some(session), &body, syntax, depth, variables),
        Ok(None) => because(format!("there is no procedure {name} yet")),
        Err(error) if matches!(error.fault(), Fault::Refused | Fault::Denied) => {
            because(error.to_string())
        }
        Err(error) => Err(NotData::Trouble(error.into())),
    }
}

fn body_is_data(
    mut session: Option<&mut (dyn SelfCommitting + '_)>,
    body: &str,
    syntax: Syntax,
    depth: u32,
    variables: &mut Vec<String>,
) -> Result<(), NotData> {
    for inner in body_kinds(body, syntax) {
        let text = inner.sql;
        if inner.class.sets_variables {
            variables.extend(assigned_variables(text, syntax));
        }
        match inner.class.kind {
            Kind::Ordinary | Kind::Empty => {}
            Kind::Call => match (definition::called(text, syntax), &mut session) {
                (Some(procedure), Some(session)) => {
                    only_data(*session, &procedure, syntax, depth + 1, variables)?;
                }
                (_, _) => return Err(NotData::Because(format!("it does more than data: {text}"))),
            },
            _ => {
                let shown = crate::latch::shorten(text);
                return Err(NotData::Because(format!(
                    "the procedure does more than data statements: {shown}"
                )));
            }
        }
    }
    Ok(())
}
