//! [`Structure`]: what stands in a database under which name, told alike by every store.

use std::fmt;

use super::StoreError;

/// What a session tells of the schema, as a statement would find it: with all that the session itself has just made.
pub trait Structure {
    /// The table or the view that a statement finds under this name; `None`: there is none.
    ///
    /// # Errors
    /// The database cannot be asked, or refuses to tell.
    fn relation(&mut self, name: &str) -> Result<Option<Relation>, StoreError>;

    /// The table or view that has a trigger of this name; `None`: there is no such trigger.
    ///
    /// # Errors
    /// The database cannot be asked.
    fn trigger(&mut self, name: &str) -> Result<Option<String>, StoreError>;

    /// The table that keeps others from calling an index so; `None`: the name is free.
    ///
    /// # Errors
    /// The database cannot be asked.
    fn index_owner(&mut self, table: &Relation, name: &str) -> Result<Option<String>, StoreError>;

    /// The foreign keys, of this table too, that refer to this table.
    ///
    /// # Errors
    /// The database cannot be asked.
    fn referrers(&mut self, table: &Relation) -> Result<Vec<Referrer>, StoreError>;

    /// What the database would make of a column of this definition in this table.
    ///
    /// # Errors
    /// The database refuses the definition.
    fn column_of(
        &mut self,
        table: &Relation,
        name: &str,
        definition: &str,
    ) -> Result<Column, StoreError>;

    /// How the database would note this condition of a CHECK in this table.
    ///
    /// # Errors
    /// The database refuses the condition.
    fn condition_of(&mut self, table: &Relation, condition: &str) -> Result<String, StoreError>;

    /// What has to be made anew when a table is; `None` where the database changes its tables itself.
    ///
    /// # Errors
    /// The database cannot be asked.
    fn surroundings(&mut self, table: &Relation) -> Result<Option<TableParts>, StoreError>;

    /// Whether two names of tables are one.
    ///
    /// # Errors
    /// The database cannot be asked.
    fn same_table(&mut self, one: &str, other: &str) -> Result<bool, StoreError>;
}

/// What a relation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RelationKind {
    /// A table that lasts.
    Table,
    /// A table that ends with the session.
    TemporaryTable,
    /// A table that a module of the database's makes up.
    VirtualTable,
    /// A view.
    View,
}

/// A table or a view.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// As the database has it.
    pub name: String,
    /// What it is.
    pub kind: RelationKind,
    /// The statement that makes it, in the database's words.
    pub definition: String,
    /// Its columns, in their order.
    pub columns: Vec<Column>,
    /// The columns of its primary key, in the key's order; empty: it has none.
    pub primary_key: Vec<String>,
    /// Its indexes that have a name, unique constraints among them; not the primary key.
    pub indexes: Vec<Index>,
    /// What rows have to fulfil.
    pub constraints: Vec<Constraint>,
}

/// A column of a table or a view.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as the database says it, such as `INTEGER`, `varchar(20)`; empty where it has none.
    pub type_name: String,
    /// Whether it can be NULL.
    pub is_nullable: bool,
    /// What it is where an INSERT says nothing, in SQL, such as `0`, `'x'`, `CURRENT_TIMESTAMP`; `None`: NULL.
    pub default: Option<String>,
    /// What the database makes it of, in SQL; `None`: it is stored as it was given.
    pub generated: Option<String>,
    /// How its texts are compared, where its definition says so.
    pub collation: Option<String>,
    /// What else the servers say of it, such as `auto_increment`; empty in SQLite.
    pub extra: String,
}

/// An index that has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// What it is made of.
    pub parts: Vec<Part>,
    /// Whether no two rows may be alike in it.
    pub is_unique: bool,
    /// Whether it holds all rows, in the usual way; not with a condition, nor for full texts.
    pub is_plain: bool,
    /// Whether it is there for a UNIQUE in the definition of the table, where that differs.
    pub is_constraint: bool,
}

/// A part of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The column; `None`: an expression.
    pub column: Option<String>,
    /// Whether the column is indexed as it is: whole, upwards, compared as itself.
    pub is_plain: bool,
}

/// What rows have to fulfil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// Its name; `None`: it has none.
    pub name: Option<String>,
    /// What it demands.
    pub rule: Rule,
}

/// What a constraint demands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// These columns are the primary key.
    PrimaryKey(Vec<String>),
    /// No two rows are alike in these columns.
    Unique(Vec<String>),
    /// A row has a parent.
    ForeignKey(ForeignKey),
    /// A condition.
    Check(String),
}

/// What a foreign key demands of a row: a parent.
///
/// ```
/// use upgrades::{ForeignKey, KeyAction};
///
/// let key = ForeignKey::new(["customer_id"], "#__customers", ["id"]).on_delete(KeyAction::Cascade);
/// assert_eq!(key.to_string(), "(customer_id) REFERENCES #__customers (id) ON DELETE CASCADE");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForeignKey {
    /// The columns of the table.
    pub columns: Vec<String>,
    /// The table of the parents.
    pub parent: String,
    /// The columns of the parent's; empty where it is the primary key.
    pub parent_columns: Vec<String>,
    /// What becomes of a row whose parent is deleted.
    pub on_delete: KeyAction,
    /// What becomes of a row whose parent gets another key.
    pub on_update: KeyAction,
}

/// What becomes of a row whose parent goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum KeyAction {
    /// Nothing: it keeps the parent from going.
    #[default]
    NoAction,
    /// Nothing: it keeps the parent from going at once, even where the key is deferred.
    Restrict,
    /// It goes with the parent.
    Cascade,
    /// Its columns become NULL.
    SetNull,
    /// Its columns get their defaults.
    SetDefault,
}

/// A foreign key that refers to a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrer {
    /// The table that has the key.
    pub table: String,
    /// Its key.
    pub key: ForeignKey,
    /// Whether a row has a parent in the table referred to.
    pub has_rows: bool,
}

/// What has to be made anew with a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableParts {
    /// A name for the id of a row that no column has, where rows have such ids beside their columns.
    pub row_id: Option<String>,
    /// The last id given with AUTOINCREMENT.
    pub sequence: Option<i64>,
    /// The statements that make its unique indexes.
    pub unique_indexes: Vec<String>,
    /// The statements that make its other indexes and its triggers.
    pub statements: Vec<String>,
    /// What a row lacks a parent for now.
    pub orphans: Vec<String>,
}

impl Relation {
    /// What it is, in words.
    pub fn what(&self) -> &'static str {
        match self.kind {
            RelationKind::Table => "table",
            RelationKind::TemporaryTable => "temporary table",
            RelationKind::VirtualTable => "virtual table",
            RelationKind::View => "view",
        }
    }
}

impl ForeignKey {
    /// These columns refer to those of another table; with none of those, to its primary key.
    pub fn new<C: Into<String>, P: Into<String>>(
        columns: impl IntoIterator<Item = C>,
        parent: impl Into<String>,
        parent_columns: impl IntoIterator<Item = P>,
    ) -> Self {
        Self {
            columns: columns.into_iter().map(Into::into).collect(),
            parent: parent.into(),
            parent_columns: parent_columns.into_iter().map(Into::into).collect(),
            on_delete: KeyAction::NoAction,
            on_update: KeyAction::NoAction,
        }
    }

    /// What becomes of a row whose parent is deleted; unless told, it keeps the parent from it.
    pub fn on_delete(mut self, action: KeyAction) -> Self {
        self.on_delete = action;
        self
    }

    /// What becomes of a row whose parent gets another key; unless told, it keeps the parent from it.
    pub fn on_update(mut self, action: KeyAction) -> Self {
        self.on_update = action;
        self
    }
}

impl KeyAction {
    /// As SQL has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }

    /// The action that these words of SQL mean, in any case; `None`: they are none.
    pub fn of(words: &str) -> Option<Self> {
        [
            Self::NoAction,
            Self::Restrict,
            Self::Cascade,
            Self::SetNull,
            Self::SetDefault,
        ]
        .into_iter()
        .find(|action| action.as_str().eq_ignore_ascii_case(words))
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.type_name.as_str() {
            "" => "without a type",
            type_name => type_name,
        })?;
        if let Some(collation) = &self.collation {
            write!(f, " COLLATE {collation}")?;
        }
        if let Some(generated) = &self.generated {
            write!(f, " AS ({generated})")?;
        }
        if !self.is_nullable {
            f.write_str(" NOT NULL")?;
        }
        if let Some(default) = &self.default {
            write!(f, " DEFAULT {default}")?;
        }
        match self.extra.as_str() {
            "" => Ok(()),
            extra => write!(f, " {extra}"),
        }
    }
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self
            .parts
            .iter()
            .map(|part| match (&part.column, part.is_plain) {
                (Some(column), true) => column.clone(),
                (Some(column), false) => format!("{column} in a way of its own"),
                (None, _) => "an expression".to_owned(),
            });
        let parts: Vec<_> = parts.collect();
        f.write_str(match (self.is_unique, self.is_plain) {
            (true, true) => "unique ",
            (true, false) => "unique and special ",
            (false, true) => "",
            (false, false) => "special ",
        })?;
        write!(f, "({})", parts.join(", "))
    }
}

impl fmt::Display for ForeignKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "({}) REFERENCES {}",
            self.columns.join(", "),
            self.parent
        )?;
        if !self.parent_columns.is_empty() {
            write!(f, " ({})", self.parent_columns.join(", "))?;
        }
        for (event, action) in [("DELETE", self.on_delete), ("UPDATE", self.on_update)] {
            if action != KeyAction::NoAction {
                write!(f, " ON {event} {}", action.as_str())?;
            }
        }
        Ok(())
    }
}
