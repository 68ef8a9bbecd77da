//! [`Facts`]: what a statement does to the schema and to rows, as far as its text tells. The classifier says what kind of
//! statement it is, for every statement that runs; this says what it is about, for those that are reviewed.

mod alter;
mod column;
mod create;
mod remove;
mod repeat;
mod rows;
mod uses;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::classifier::{Class, Kind};
use super::cursor::{Cursor, Token};
use super::lexer::TokenKind;
use super::{Dialect, ObjectKind, Syntax};

pub(crate) use uses::Uses;

/// What one statement does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// In the order of the statement; none where it changes nothing that the review knows.
    pub(crate) changes: Vec<Change>,
    /// What it needs to be there.
    pub(crate) uses: Uses,
    /// Why it cannot run twice; `None`: it can, or nobody can tell.
    pub(crate) once: Option<&'static str>,
}

/// A name as a statement has it; upper and lower case are the same when names are compared.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    shown: String,
    key: String,
}

/// One thing that a statement does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Change {
    CreateTable(Box<Table>),
    /// A view, a trigger or a routine.
    CreateObject {
        kind: ObjectKind,
        name: Name,
        /// The table of a trigger.
        on: Option<Name>,
    },
    DropTable(Name),
    DropObject {
        kind: Object,
        name: Name,
    },
    DropDatabase(Name),
    RenameTable {
        from: Name,
        to: Name,
    },
    AddColumn {
        table: Name,
        column: Column,
    },
    DropColumn {
        table: Name,
        column: Name,
    },
    RenameColumn {
        table: Name,
        from: Name,
        to: Name,
    },
    /// MODIFY and CHANGE: the definition that a column has from here on.
    Redefine {
        table: Name,
        column: Column,
    },
    AddIndex(Index),
    AddPrimaryKey(Name),
    AddForeignKey {
        table: Name,
        key: ForeignKey,
    },
    DropForeignKey(Name),
    /// Any other ALTER TABLE, and OPTIMIZE.
    Alter(Name),
    /// All of the database is written anew.
    Vacuum,
    Insert(Name),
    Update(Name),
    Delete(Name),
}

/// What DROP can be about, apart from tables and databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Object {
    Index,
    Other(ObjectKind),
}

/// A table as CREATE TABLE makes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    pub(crate) name: Name,
    pub(crate) temporary: bool,
    /// By OR REPLACE.
    pub(crate) replaces: bool,
    /// AS SELECT or LIKE: what it is like cannot be read here.
    pub(crate) copied: bool,
    /// CREATE VIRTUAL TABLE.
    pub(crate) is_virtual: bool,
    pub(crate) columns: Vec<Column>,
    /// Its indexes, the primary key and UNIQUE among them.
    pub(crate) indexes: Vec<Index>,
    pub(crate) has_primary_key: bool,
    pub(crate) foreign_keys: Vec<ForeignKey>,
}

/// A column's definition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: Name,
    /// The type in lower case, without blanks around its parentheses: `varchar(100)`, `int unsigned`.
    pub(crate) kind: String,
    pub(crate) not_null: bool,
    pub(crate) default: Value,
    pub(crate) generated: Option<Generated>,
    pub(crate) counts_up: bool,
    pub(crate) key: Key,
    pub(crate) references: Option<Name>,
}

/// Which key a column is by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    None,
    Unique,
    Primary,
}

/// What a column's default is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    /// None, or NULL.
    Null,
    Constant,
    /// It is computed for each row: `CURRENT_TIMESTAMP`, an expression.
    Computed,
}

/// When the value of a generated column is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generated {
    Virtual,
    Stored,
}

/// An index.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Index {
    pub(crate) name: Option<Name>,
    pub(crate) table: Name,
    /// Its columns; an expression ends the list.
    pub(crate) columns: Vec<Name>,
    pub(crate) unique: bool,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ForeignKey {
    pub(crate) columns: Vec<Name>,
    pub(crate) parent: Name,
}

impl Facts {
    /// What a statement does, `#__` and placeholders filled in.
    pub(crate) fn read(statement: &str, class: Class, syntax: Syntax) -> Self {
        let mut cursor = Cursor::new(statement, syntax);
        cursor.end();
        let uses = uses::read(&cursor);
        let changes = match class.kind {
            Kind::TempDefinition | Kind::TempDrop => Vec::new(),
            _ => changes(&mut cursor.clone(), syntax.dialect).unwrap_or_default(),
        };
        let once = repeat::once(&mut cursor, class);
        Self {
            changes,
            uses,
            once,
        }
    }
}

fn changes(cursor: &mut Cursor<'_>, dialect: Dialect) -> Option<Vec<Change>> {
    let verbs = [
        "create", "alter", "drop", "rename", "insert", "replace", "update", "delete", "with",
        "optimize", "truncate", "vacuum",
    ];
    match cursor.takes_any(&verbs)? {
        "create" => create::read(cursor),
        "alter" => alter::read(cursor, dialect),
        "drop" => remove::drop(cursor),
        "rename" => remove::rename(cursor),
        "optimize" => remove::optimize(cursor),
        "truncate" => {
            cursor.takes("table");
            Some(vec![Change::Delete(name(cursor)?)])
        }
        "vacuum" => (!cursor.sees("into")).then(|| vec![Change::Vacuum]),
        verb => rows::read(cursor, verb),
    }
}

/// Takes `name` or `schema.name`.
fn name(cursor: &mut Cursor<'_>) -> Option<Name> {
    let (schema, name) = cursor.full_name()?;
    Some(match schema {
        Some(schema) if !schema.eq_ignore_ascii_case("main") => {
            Name::new(format!("{schema}.{name}"))
        }
        Some(_) | None => Name::new(name),
    })
}

/// Takes the name of a column.
fn column_name(cursor: &mut Cursor<'_>) -> Option<Name> {
    cursor.name().map(Name::new)
}

/// The columns of an index or a key: bare names, with a length or an order behind them; an expression ends the list.
fn columns(list: &[Token<'_>], syntax: Syntax) -> Vec<Name> {
    let mut found = Vec::new();
    for item in items(list) {
        let mut cursor = Cursor::over(item, syntax);
        let Some(name) = column_name(&mut cursor) else {
            break;
        };
        let is_length = |group: Vec<Token<'_>>| matches!(group[..], [(TokenKind::Word, number)] if number.parse::<u32>().is_ok());
        if cursor.sees_sign("(") && !cursor.group().is_some_and(is_length) {
            break;
        }
        found.push(name);
    }
    found
}

/// What stands between commas outside parentheses.
fn items<'t, 's>(tokens: &'t [Token<'s>]) -> Vec<&'t [Token<'s>]> {
    let mut depth = 0_u32;
    let parts = tokens.split(|token| {
        match token {
            (TokenKind::Other, "(") => depth += 1,
            (TokenKind::Other, ")") => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && *token == (TokenKind::Other, ",")
    });
    parts.filter(|part| !part.is_empty()).collect()
}

impl Name {
    pub(crate) fn new(shown: impl Into<String>) -> Self {
        let shown = shown.into();
        let key = shown.to_lowercase();
        Self { shown, key }
    }

    /// As the statement has it, without quotes.
    pub(crate) fn as_str(&self) -> &str {
        &self.shown
    }
}

impl Change {
    /// The table that it is about, where it is about one.
    pub(crate) fn table(&self) -> Option<&Name> {
        match self {
            Self::CreateTable(table) => Some(&table.name),
            Self::DropTable(table)
            | Self::RenameTable { from: table, .. }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::Redefine { table, .. }
            | Self::AddIndex(Index { table, .. })
            | Self::AddPrimaryKey(table)
            | Self::AddForeignKey { table, .. }
            | Self::DropForeignKey(table)
            | Self::Alter(table)
            | Self::Insert(table)
            | Self::Update(table)
            | Self::Delete(table) => Some(table),
            Self::CreateObject { .. }
            | Self::DropObject { .. }
            | Self::DropDatabase(_)
            | Self::Vacuum => None,
        }
    }
}

impl Object {
    /// The word that SQL has for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Other(kind) => kind.as_str(),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}
