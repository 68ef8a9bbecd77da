//! [`Picture`]: what is in a SQLite database, as SQL: every object by its text, every value as a literal.

use std::collections::{BTreeMap, BTreeSet};

use super::SquashError;
use crate::ledger;
use crate::sql::Dialect;
use crate::store::{Session, StoreError, Value};
use crate::upgrader::Settings;

/// What is in a database, but for what the engine keeps there.
#[derive(Debug, Default)]
pub(super) struct Picture {
    /// In the order in which they were made.
    pub(super) objects: Vec<Object>,
    /// By table, in the order of `objects`.
    pub(super) tables: Vec<Rows>,
    /// Settings that the file keeps: PRAGMA and value, where it is not the usual one.
    pub(super) settings: Vec<(&'static str, String)>,
}

/// Something that a CREATE statement has made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Object {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) sql: String,
}

/// The rows of a table.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) table: String,
    /// Those that can be written.
    pub(super) columns: Vec<String>,
    /// Each value as a literal, in the order of their ids.
    pub(super) rows: Vec<Vec<String>>,
    /// What AUTOINCREMENT has counted, where that is not the highest id.
    pub(super) counter: Option<String>,
}

impl Picture {
    /// Reads it; or tells what cannot be written as SQL.
    pub(super) fn read(
        session: &mut dyn Session,
        settings: &Settings,
    ) -> Result<Result<Self, SquashError>, StoreError> {
        let own: BTreeSet<String> = settings.tables.names().into_iter().collect();
        let mut picture = Self::default();
        let listed = texts(
            session,
            "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid",
        )?;
        for [kind, name, table, sql] in listed {
            if own.contains(&table) || name.starts_with("sqlite_") {
                continue;
            }
            if kind == "table"
                && sql
                    .get(..14)
                    .is_some_and(|head| head.eq_ignore_ascii_case("create virtual"))
            {
                return Ok(Err(SquashError::Beyond(format!(
                    "{name} is a virtual table"
                ))));
            }
            if kind == "table" {
                picture.tables.push(Rows::read(session, &name, "")?);
            }
            picture.objects.push(Object { kind, name, sql });
        }
        let vars = settings.tables.vars_name();
        if session.has_table(&vars)? {
            let names = ledger::own_rows(&settings.tracks);
            let names: Vec<_> = names.iter().map(|name| literal(name)).collect();
            let others = format!("WHERE name NOT IN ({})", names.join(", "));
            let rows = Rows::read(session, &vars, &others)?;
            picture
                .tables
                .extend(Some(rows).filter(|rows| !rows.rows.is_empty()));
        }
        for pragma in ["user_version", "application_id"] {
            for [value] in texts(session, &format!("SELECT {pragma} FROM pragma_{pragma}"))? {
                picture
                    .settings
                    .extend(Some((pragma, value)).filter(|(_, value)| value != "0"));
            }
        }
        Ok(Ok(picture))
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.tables.iter().map(|table| table.rows.len()).sum()
    }

    /// What has come to a database that was as `before`: objects, and rows in tables old and new; or what of it was changed, in
    /// words.
    pub(super) fn without(mut self, before: Self) -> Result<Self, String> {
        let was = before
            .settings
            .iter()
            .find(|setting| !self.settings.contains(setting));
        if let Some((pragma, _)) = was {
            return Err(format!("the setting {pragma} is not as it was"));
        }
        let is: BTreeSet<_> = self.objects.iter().cloned().collect();
        if let Some(Object { kind, name, .. }) =
            before.objects.iter().find(|object| !is.contains(object))
        {
            return Err(format!("the {kind} {name} is not as it was"));
        }
        for was in &before.tables {
            let now = self.tables.iter_mut().find(|rows| rows.table == was.table);
            if !now.is_some_and(|now| now.take(was)) {
                return Err(format!("what is in table {} is not as it was", was.table));
            }
        }
        self.objects
            .retain(|object| !before.objects.contains(object));
        self.settings
            .retain(|setting| !before.settings.contains(setting));
        Ok(self)
    }

    /// The first thing in which the other one differs, in words; `None`: nothing.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        let (here, there) = (self.as_map(), other.as_map());
        let names: BTreeSet<_> = here.keys().chain(there.keys()).collect();
        names
            .into_iter()
            .find_map(|what| match (here.get(what), there.get(what)) {
                (Some(one), Some(other)) if one == other => None,
                (Some(one), Some(other)) => {
                    let (one, other) = apart(one, other);
                    Some(format!(
                        "{what} is {one} by the scripts, and {other} by the baseline"
                    ))
                }
                (Some(_), None) => Some(format!("{what} is missing")),
                (None, _) => Some(format!("{what} is one too many")),
            })
    }

    /// Everything by its name, as text.
    fn as_map(&self) -> BTreeMap<String, Vec<String>> {
        let mut map = BTreeMap::new();
        for Object { kind, name, sql } in &self.objects {
            map.insert(format!("the {kind} {name}"), vec![sql.clone()]);
        }
        for rows in &self.tables {
            let lines = rows.rows.iter().map(|row| format!("({})", row.join(", ")));
            let lines = lines.chain(rows.counter.clone());
            map.insert(format!("what is in table {}", rows.table), lines.collect());
        }
        for (pragma, value) in &self.settings {
            map.insert(format!("the setting {pragma}"), vec![value.clone()]);
        }
        map
    }
}

/// The first lines in which two texts differ.
fn apart(one: &[String], other: &[String]) -> (String, String) {
    let same = one
        .iter()
        .zip(other)
        .take_while(|(one, other)| one == other)
        .count();
    let line = |lines: &[String]| lines.get(same).map_or("nothing", String::as_str).to_owned();
    (line(one), line(other))
}

impl Rows {
    /// Takes the rows away that were there, and tells whether all of them still are, as they were.
    fn take(&mut self, was: &Self) -> bool {
        let mut were = was.rows.iter().peekable();
        self.rows
            .retain(|row| were.next_if(|was| *was == row).is_none());
        let counts_on = self.counter.is_some() || was.counter.is_none();
        were.peek().is_none() && self.columns == was.columns && counts_on
    }

    fn read(session: &mut dyn Session, table: &str, condition: &str) -> Result<Self, StoreError> {
        let quoted = |name: &str| Dialect::Sqlite.quoted(name);
        // Generated columns are not written.
        let columns = texts(
            session,
            &format!(
                "SELECT name FROM pragma_table_xinfo({}) WHERE hidden = 0 ORDER BY cid",
                literal(table)
            ),
        )?;
        let columns: Vec<String> = columns.into_iter().map(|[name]| name).collect();
        // quote() ends a text at its first NUL.
        let values = columns.iter().map(|column| {
            let column = quoted(column);
            format!(
                "CASE WHEN typeof({column}) = 'text' AND instr({column}, char(0)) \
                 THEN 'CAST(X''' || hex({column}) || ''' AS TEXT)' ELSE quote({column}) END"
            )
        });
        let values: Vec<String> = values.collect();
        // A table without ids is kept in the order of its key.
        let select = |order: &str| {
            format!(
                "SELECT {} FROM {} {condition} {order}",
                values.join(", "),
                quoted(table)
            )
        };
        let rows = session
            .query(&select("ORDER BY rowid"), &[])
            .or_else(|_| session.query(&select(""), &[]))?;
        let rows = rows.into_iter().map(|row| {
            row.into_iter()
                .map(|value| value.into_text().unwrap_or_default())
        });
        let mut read = Self {
            table: table.to_owned(),
            columns,
            rows: rows.map(Iterator::collect).collect(),
            counter: None,
        };
        if session.has_table("sqlite_sequence")? {
            let counted = format!(
                "SELECT CAST(seq AS TEXT) FROM sqlite_sequence WHERE name = {}",
                literal(table)
            );
            let counted = texts(session, &counted)?.pop().map(|[counted]| counted);
            if let Some(counted) = counted {
                let highest = format!("SELECT CAST(max(rowid) AS TEXT) FROM {}", quoted(table));
                let highest = texts(session, &highest)?.pop().map(|[highest]| highest);
                read.counter = Some(counted).filter(|counted| highest.as_ref() != Some(counted));
            }
        }
        Ok(read)
    }
}

/// A text as SQL has it.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn texts<const COUNT: usize>(
    session: &mut dyn Session,
    sql: &str,
) -> Result<Vec<[String; COUNT]>, StoreError> {
    let rows = session.query(sql, &[])?;
    let row = |row: Vec<Value>| {
        let mut values = row
            .into_iter()
            .map(|value| value.into_text().unwrap_or_default());
        std::array::from_fn(|_| values.next().unwrap_or_default())
    };
    Ok(rows.into_iter().map(row).collect())
}
