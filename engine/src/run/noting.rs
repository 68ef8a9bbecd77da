//! What a statement that ran has left in the session, where definition statements commit by themselves.

use super::judging::{Judged, mentioned};
use super::walk::Progress;
use super::{Run, Trouble};
use crate::sql::classifier::{Class, Kind};
use crate::sql::mysql::definition::{self, Filled, temporary_table};
use crate::sql::mysql::session::{Prepare, assigned_variables, prepared, settings, use_target};
use crate::sql::{Danger, Dialect, Syntax};
use crate::store::{Fault, SelfCommitting, StoreError};
use crate::surroundings::{Prepared, Surroundings, Temporary};

/// The variable that keeps the isolation level: MySQL and MariaDB from 11.1 on have the first, older ones the second.
const ISOLATION: [&str; 2] = ["transaction_isolation", "tx_isolation"];

/// The session's isolation level, as a variable and its value.
fn isolation(session: &mut dyn SelfCommitting) -> Result<Option<(String, String)>, StoreError> {
    for name in ISOLATION {
        match session.values(&[format!("@@SESSION.{name}")]) {
            Err(error) if error.fault() == Fault::Refused => {}
            values => return Ok(values?.pop().map(|value| (name.to_owned(), value))),
        }
    }
    Ok(None)
}

impl Run<'_> {
    /// Notes what a statement that ran has set in the session.
    pub(super) fn note(
        &mut self,
        progress: &mut Progress,
        judged: Judged,
        number: u64,
        rendered: &str,
        syntax: Syntax,
    ) -> Result<(), Trouble> {
        if syntax.dialect == Dialect::Sqlite {
            return Ok(());
        }
        let text = judged.executes.as_deref().unwrap_or(rendered);
        self.note_in(&mut progress.set, judged.class, number, text, syntax)?;
        for name in judged.variables {
            let set = &mut progress.set;
            set.user.entry(name).or_insert_with(|| "NULL".to_owned());
        }
        Ok(())
    }

    fn note_in(
        &mut self,
        set: &mut Surroundings,
        class: Class,
        number: u64,
        text: &str,
        syntax: Syntax,
    ) -> Result<(), Trouble> {
        let forget = |set: &mut Surroundings| {
            for object in definition::read(text, syntax).objects {
                set.temporary.remove(&object.name);
            }
        };
        match class.kind {
            Kind::Setting => self.note_setting(set, text, syntax)?,
            Kind::Prepare => match prepared(text, syntax) {
                Some(Prepare::From { name, source }) => {
                    match self.text_of(source)? {
                        Some(text) => {
                            let sql_mode = set.system.get("sql_mode").cloned();
                            set.prepared.insert(name, Prepared { text, sql_mode })
                        }
                        None => set.prepared.remove(&name),
                    };
                }
                Some(Prepare::Deallocate { name }) => {
                    set.prepared.remove(&name);
                }
                None => {}
            },
            Kind::TempTable => {
                if let Some(table) = temporary_table(text, syntax) {
                    let text = (table.filled == Filled::Empty).then(|| text.to_owned());
                    set.temporary.insert(
                        table.name,
                        Temporary {
                            statement: number,
                            text,
                        },
                    );
                }
            }
            Kind::TempDrop => forget(set),
            Kind::Definition | Kind::Repeatable => {
                // DROP TABLE drops temporary tables too.
                if self.may_unprotect(set, text, syntax)? {
                    self.unprotected = None;
                }
                if !set.temporary.is_empty() && class.danger == Some(Danger::DropTable) {
                    forget(set);
                }
            }
            _ => {
                let names = set.temporary.keys().map(String::as_str);
                if let Some(name) = mentioned(text, syntax, names).map(str::to_owned)
                    && let Some(table) = set.temporary.get_mut(&name)
                {
                    table.text = None;
                }
            }
        }
        if class.sets_variables {
            for name in assigned_variables(text, syntax) {
                set.user.entry(name).or_insert_with(|| "NULL".to_owned());
            }
        }
        Ok(())
    }

    fn note_setting(
        &mut self,
        set: &mut Surroundings,
        text: &str,
        syntax: Syntax,
    ) -> Result<(), Trouble> {
        if let Some(schema) = use_target(text, syntax) {
            set.schema = Some(schema);
            return Ok(());
        }
        let settings = settings(text, syntax);
        let mut names = settings.session;
        if settings.character_set {
            let of_names = [
                "character_set_client",
                "character_set_results",
                "collation_connection",
            ];
            names.extend(of_names.map(str::to_owned));
        }
        let expressions: Vec<String> = names
            .iter()
            .map(|name| format!("@@SESSION.{name}"))
            .collect();
        if settings.role {
            set.role = Some(text.to_owned());
        }
        let Some(session) = self.session.self_committing() else {
            return Ok(());
        };
        let values = session.values(&expressions)?;
        set.system.extend(names.into_iter().zip(values));
        if settings.isolation {
            set.system.extend(isolation(session)?);
        }
        Ok(())
    }

    /// Takes what the script's variables are worth now.
    pub(super) fn read_variables(&mut self, progress: &mut Progress) -> Result<(), Trouble> {
        let set = &mut progress.set;
        let names = set.user_variables();
        if let (false, Some(session)) = (names.is_empty(), self.session.self_committing()) {
            set.set_user_variables(session.values(&names)?);
        }
        Ok(())
    }

    /// Whether a definition statement may have made a table that no transaction protects, or there are such: asking after
    /// each statement would read the whole schema again and again.
    fn may_unprotect(
        &mut self,
        set: &Surroundings,
        text: &str,
        syntax: Syntax,
    ) -> Result<bool, Trouble> {
        const ENGINES: [&str; 3] = ["engine", "type", "like"];
        const DEFAULTS: [&str; 2] = ["default_storage_engine", "storage_engine"];
        let known = self.unprotected.as_ref().is_some_and(Vec::is_empty);
        let set_here = DEFAULTS.iter().any(|name| set.system.contains_key(*name));
        if !known || set_here || mentioned(text, syntax, ENGINES.into_iter()).is_some() {
            return Ok(true);
        }
        if self.default_protects.is_none() {
            let rows = self.session.query("SELECT @@default_storage_engine", &[])?;
            let engine = rows.into_iter().flatten().next();
            let engine = engine.and_then(crate::store::Value::into_text);
            let protects = engine.is_some_and(|engine| engine.eq_ignore_ascii_case("InnoDB"));
            self.default_protects = Some(protects);
        }
        Ok(self.default_protects != Some(true))
    }
}
