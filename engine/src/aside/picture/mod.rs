//! [`Picture`]: what is in a database, as SQL: every object by its text, every value as a literal. Two of them can be
//! compared, whatever database they are of.

mod mysql;
mod mysql_collations;
mod mysql_foreign;
pub(crate) mod mysql_made;
mod mysql_rows;
pub(crate) mod mysql_values;
mod mysql_views;
mod sqlite;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub(crate) use sqlite::literal;

use crate::sql::Dialect;
use crate::store::{Session, StoreError};
use crate::upgrader::Settings;

/// Why there is no picture of a database.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It cannot be read.
    Store(StoreError),
    /// Something in it cannot be written as SQL, in words that begin a sentence.
    Unsaid(String),
}

impl From<StoreError> for Unread {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What is in a database, but for what the engine keeps there.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    /// In the order in which they were made.
    pub(crate) objects: Vec<Object>,
    /// By table, in the order of `objects`.
    pub(crate) tables: Vec<Rows>,
    /// Settings that the database keeps, by name, where the value is not the usual one.
    pub(crate) settings: Vec<(&'static str, String)>,
}

/// Something that a CREATE statement has made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Object {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) sql: String,
    /// Settings of the session that made it which it has kept, by name, where they are not the usual ones.
    pub(crate) session: Vec<(&'static str, String)>,
}

/// The rows of a table.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) table: String,
    /// Those that can be written.
    pub(crate) columns: Vec<String>,
    /// Each value as a literal, in the order of their ids or keys.
    pub(crate) rows: Vec<Vec<String>>,
    /// What its counter of ids stands at, or a sequence, where the rows alone do not bring it there.
    pub(crate) counter: Option<String>,
}

/// A thing in which two databases differ.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The thing, as in `the view orders`.
    what: String,
    /// What it is in the one, unless it is only in the other; where both have it, their first lines that differ.
    one: Option<String>,
    other: Option<String>,
}

impl Difference {
    /// It, where the two databases are called so.
    pub(crate) fn between(&self, one: &str, other: &str) -> impl fmt::Display {
        let what = &self.what;
        match (&self.one, &self.other) {
            (Some(here), Some(there)) => {
                format!("{what} is {here} by {one}, and {there} by {other}")
            }
            (Some(_), None) => format!("{what} is missing"),
            (None, _) => format!("{what} is one too many"),
        }
    }
}

impl Picture {
    /// Reads it. `usual`: the settings of a database like this one that is new.
    ///
    /// # Errors
    /// The database cannot be read, or holds what cannot be written as SQL.
    pub(crate) fn read(
        session: &mut dyn Session,
        settings: &Settings,
        usual: &[(&'static str, String)],
    ) -> Result<Self, Unread> {
        let mut picture = match settings.substitution.syntax.dialect {
            Dialect::Sqlite => sqlite::read(session, settings)?,
            Dialect::Mysql => mysql::read(session, settings)?,
        };
        picture.settings.retain(|setting| !usual.contains(setting));
        Ok(picture)
    }

    /// The settings of a database as it is now.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(crate) fn settings_of(
        session: &mut dyn Session,
        dialect: Dialect,
    ) -> Result<Vec<(&'static str, String)>, StoreError> {
        match dialect {
            Dialect::Sqlite => sqlite::settings(session),
            Dialect::Mysql => mysql::settings(session),
        }
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> usize {
        self.tables.iter().map(|table| table.rows.len()).sum()
    }

    /// What has come to a database that was as `before`: objects, and rows in tables old and new; or what of it was changed, in
    /// words.
    pub(crate) fn without(mut self, before: Self) -> Result<Self, String> {
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

    /// The first thing in which the other one differs; `None`: nothing.
    pub(crate) fn difference(&self, other: &Self) -> Option<Difference> {
        let (here, there) = (self.as_map(), other.as_map());
        let names: BTreeSet<_> = here.keys().chain(there.keys()).collect();
        names.into_iter().find_map(|what| {
            let (one, other) = (here.get(what), there.get(what));
            let (one, other) = match (one, other) {
                (Some(one), Some(other)) if one == other => return None,
                (Some(one), Some(other)) => {
                    let (one, other) = apart(one, other);
                    (Some(one), Some(other))
                }
                (one, other) => (
                    one.map(|lines| lines.concat()),
                    other.map(|lines| lines.concat()),
                ),
            };
            Some(Difference {
                what: what.clone(),
                one,
                other,
            })
        })
    }

    /// Everything by its name, as text.
    fn as_map(&self) -> BTreeMap<String, Vec<String>> {
        let mut map = BTreeMap::new();
        for Object {
            kind,
            name,
            sql,
            session,
        } in &self.objects
        {
            let lines = sql.lines().map(str::to_owned);
            let kept = session
                .iter()
                .map(|(name, value)| format!("{name} = {value}"));
            map.insert(format!("the {kind} {name}"), lines.chain(kept).collect());
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
}
