//! [`Db`]: the database as a program has it, be it written in Rust or in Lua.

mod allowed;
mod batch;
mod batch_key;
mod chunks;
mod error;
mod hold;
mod journal;
mod row;
mod savepoint;
mod select;
mod spill;
mod statement;
mod structure;
mod value;
mod verbs;
mod write_back;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use batch::Batch;
pub use error::DbError;
pub use row::{Row, Rows};
pub use value::FromValue;
pub use write_back::Changes;

#[cfg(feature = "lua")]
pub(crate) use chunks::Chunks;
pub(crate) use journal::{Halt, Left};
#[cfg(feature = "lua")]
pub(crate) use savepoint::Mark;

use self::allowed::How;
use self::spill::Spill;
use self::statement::{Statement, Statements};
use crate::deeds::Deeds;
use crate::event::Event;
use crate::inspect::Ready;
use crate::journal::Entry;
use crate::latch::shorten;
use crate::ledger::book::Book;
use crate::sql::Dialect;
use crate::sql::render::Substitution;
use crate::store::{Changed, Fault, Lock, Session, StoreError, Value};
use crate::version::Version;

/// The database, as a script has it that is a program.
///
/// What it does is one transaction, together with the record that the script is done. On MySQL and MariaDB a definition
/// statement, and everywhere a [batch](Self::batch), commits what was done before it; the journal says so, and a restart
/// knows.
///
/// In every statement `#__` stands for the tables' prefix, and each `?` for a value that is given with it.
pub struct Db<'d> {
    session: &'d mut dyn Session,
    scope: Scope<'d>,
    statements: Statements,
    /// As it stands in the database, or is to when there is a row.
    entry: Entry,
    /// The step of the journal's row, where there is one.
    row: Option<u64>,
    /// What is committed, and what the open transaction adds.
    deeds: Deeds,
    /// The open transaction holds something.
    wrote: bool,
    /// Something that the session is left with.
    changes_session: bool,
    /// How many savepoints are open.
    savepoints: u32,
    /// A chunk of a batch is under way, before which this was committed.
    chunk: Option<Deeds>,
    calls: u64,
    halted: Option<Halt>,
}

/// What a program runs in.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'d> {
    pub(crate) ready: &'d Ready,
    pub(crate) substitution: &'d Substitution,
    pub(crate) book: &'d Book,
    pub(crate) lock: &'d dyn Lock,
    pub(crate) tell: &'d dyn Fn(Event<'_>),
    pub(crate) stop: &'d dyn Fn() -> bool,
    #[cfg(feature = "lua")]
    pub(crate) lua: crate::lua::LuaLimits,
    /// As `stop`, to be looked at while a script computes or the database answers.
    pub(crate) stop_flag: Option<&'d Arc<AtomicBool>>,
}

impl<'d> Db<'d> {
    pub(crate) fn new(
        session: &'d mut dyn Session,
        scope: Scope<'d>,
        entry: Entry,
        row: Option<u64>,
        deeds: Deeds,
    ) -> Self {
        Self {
            session,
            scope,
            statements: Statements::default(),
            entry,
            row,
            deeds,
            wrote: false,
            changes_session: false,
            savepoints: 0,
            chunk: None,
            calls: 0,
            halted: None,
        }
    }

    /// Executes one statement and tells how many rows it changed.
    ///
    /// # Errors
    /// The database refuses it, or a program must not do it: BEGIN and COMMIT, several statements at once.
    pub fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64, DbError> {
        let statement = self.read(sql)?;
        Ok(self.change(&statement, parameters)?.rows)
    }

    /// The rows of a query, as they are now.
    ///
    /// ```
    /// # use upgrades::{Db, Track, Value};
    /// # let mut connection = rusqlite::Connection::open_in_memory()?;
    /// # let track = Track::core([("1.sql", "CREATE TABLE products (id INTEGER PRIMARY KEY, price INTEGER); INSERT INTO products VALUES (7, 95)")])
    /// .function("1.1.0", "round the prices", |db: &mut Db<'_>| {
    ///     for row in db.query("SELECT id, price FROM products WHERE price > ?", &[Value::from(0_i64)])? {
    ///         let row = row?;
    ///         let rounded = (row.get::<i64>("price")? + 5) / 10 * 10;
    ///         db.execute("UPDATE products SET price = ? WHERE id = ?", &[rounded.into(), row.get::<i64>("id")?.into()])?;
    ///     }
    ///     Ok(())
    /// });
    /// # upgrades::Upgrader::new(upgrades::sqlite_connection(&mut connection)).track(track).without_failure_log().run()?;
    /// # assert_eq!(connection.query_row("SELECT price FROM products", [], |row| row.get::<_, i64>(0))?, 100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The database refuses it, or it has to return more than fits into the temporary folder.
    pub fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Rows, DbError> {
        let statement = self.read(sql)?;
        let mut names: Arc<[String]> = Arc::new([]);
        let (mut values, mut spilt) = (Spill::default(), None);
        let stop = self.scope.stop_flag;
        let mut stopped = false;
        self.open()?;
        self.calls += 1;
        let outcome = self
            .session
            .each(&statement.sql, parameters, &mut |columns, row| {
                stopped = stop.is_some_and(|stop| stop.load(Ordering::Relaxed));
                if stopped {
                    return Err(StoreError::new(Fault::Lost, "no more rows are wanted"));
                }
                if names.is_empty() {
                    names = columns.clone();
                }
                values.push(row).map_err(|error| {
                    spilt = Some(error);
                    StoreError::new(Fault::Refused, "the rows cannot be kept")
                })
            });
        if stopped {
            return Err(self.halt(Halt::Stopped));
        }
        if let Some(error) = spilt {
            return Err(DbError::Spill(error));
        }
        self.settled(outcome, sql)?;
        if statement.changes_rows {
            self.did(&statement);
        }
        Ok(Rows { names, values })
    }

    /// The only row of a query; `None`: there is none.
    ///
    /// # Errors
    /// As for [`Db::query`]; or there is more than one.
    pub fn one(&mut self, sql: &str, parameters: &[Value]) -> Result<Option<Row>, DbError> {
        let mut rows = self.query(sql, parameters)?;
        let first = rows.next().transpose()?;
        match rows.next() {
            None => Ok(first),
            Some(_) => Err(DbError::SeveralRows(shorten(sql))),
        }
    }

    /// Inserts a row, and tells the id that the database gave it, where it did.
    ///
    /// # Errors
    /// The database refuses it.
    pub fn insert(&mut self, table: &str, row: &[(&str, Value)]) -> Result<i64, DbError> {
        let names: Vec<String> = row.iter().map(|(name, _)| self.quoted(name)).collect();
        let marks = vec!["?"; row.len()].join(", ");
        let (table, names) = (self.quoted(table), names.join(", "));
        let sql = match (self.dialect(), row.is_empty()) {
            (Dialect::Sqlite, true) => format!("INSERT INTO {table} DEFAULT VALUES"),
            (_, _) => format!("INSERT INTO {table} ({names}) VALUES ({marks})"),
        };
        let values: Vec<Value> = row.iter().map(|(_, value)| value.clone()).collect();
        let statement = self.read(&sql)?;
        Ok(self.change(&statement, &values)?.last_id)
    }

    #[cfg(feature = "lua")]
    pub(crate) fn lua_limits(&self) -> crate::lua::LuaLimits {
        self.scope.lua
    }

    #[cfg(feature = "lua")]
    pub(crate) fn stop_flag(&self) -> Option<Arc<AtomicBool>> {
        self.scope.stop_flag.map(Arc::clone)
    }

    /// Tells the log, and whoever observes the run, something in passing.
    pub fn note(&mut self, message: &str) {
        self.note_as(log::Level::Info, message);
    }

    pub(crate) fn note_as(&mut self, level: log::Level, message: &str) {
        let script = &self.scope.ready.id;
        (self.scope.tell)(Event::Noted {
            script,
            level,
            message,
        });
    }

    /// Tells how far the program is.
    pub fn progress(&mut self, done: u64, total: u64) {
        (self.scope.tell)(Event::Progress {
            script: &self.scope.ready.id,
            batch: None,
            done,
            total: Some(total),
            left: None,
        });
    }

    /// The version of the script; `None` of a callback and of a repeatable one, which have none.
    pub fn version(&self) -> Option<&Version> {
        self.scope.ready.script.version()
    }

    /// A value that the application passes in, as [`Upgrader::placeholder`](crate::Upgrader::placeholder) names them.
    pub fn config(&self, name: &str) -> Option<&str> {
        let values = &self.scope.substitution.placeholders;
        values.get(name).map(String::as_str)
    }

    /// How the database's SQL is written.
    pub fn dialect(&self) -> Dialect {
        self.scope.substitution.syntax.dialect
    }

    /// A name as a statement has it, with `#__` replaced.
    pub fn quoted(&self, name: &str) -> String {
        self.dialect().quoted(&self.prefixed(name))
    }

    /// A name with `#__` replaced.
    pub(crate) fn prefixed(&self, name: &str) -> String {
        match name.strip_prefix("#__") {
            Some(rest) => format!("{}{rest}", self.scope.substitution.prefix),
            None => name.to_owned(),
        }
    }

    fn read(&mut self, sql: &str) -> Result<Statement, DbError> {
        self.must_go_on()?;
        self.statements.read(sql, self.scope.substitution)
    }

    fn change(&mut self, statement: &Statement, parameters: &[Value]) -> Result<Changed, DbError> {
        match statement.how {
            How::Inside => {
                self.open()?;
                self.calls += 1;
                let outcome = self.session.change(&statement.sql, parameters);
                let changed = self.settled(outcome, &statement.sql)?;
                self.did(statement);
                Ok(changed)
            }
            How::Committing => {
                self.must_be_free(&statement.sql)?;
                self.count(&statement.sql);
                self.commit()?;
                self.calls += 1;
                let outcome = self.session.change(&statement.sql, parameters);
                self.settled(outcome, &statement.sql)
            }
        }
    }

    /// Executes a definition statement, as it is, that a restart may execute again: it was found to be needed.
    pub(crate) fn define(&mut self, sql: &str) -> Result<(), DbError> {
        self.must_go_on()?;
        match self.dialect() {
            Dialect::Sqlite => self.open()?,
            Dialect::Mysql => {
                self.must_be_free(sql)?;
                self.commit()?;
            }
        }
        self.calls += 1;
        let outcome = self.session.change(sql, &[]);
        self.settled(outcome, sql)?;
        self.wrote = true;
        Ok(())
    }

    /// The session, for questions about the schema, which are asked where the program's own statements would be.
    pub(crate) fn asking(&mut self) -> Result<&mut dyn Session, DbError> {
        self.must_go_on()?;
        self.open()?;
        Ok(self.session)
    }

    fn did(&mut self, statement: &Statement) {
        self.changes_session |= statement.changes_session;
        self.wrote = true;
        if self.chunk.is_none() {
            self.count(&statement.sql);
        }
    }

    fn count(&mut self, sql: &str) {
        self.deeds.writes += 1;
        self.deeds.last = Some(shorten(sql));
        self.wrote = true;
    }

    /// A statement that commits by itself would take the ground from under a savepoint or a chunk.
    fn must_be_free(&self, sql: &str) -> Result<(), DbError> {
        let inside = match (&self.chunk, self.savepoints) {
            (None, 0) => return Ok(()),
            (Some(_), _) => "a chunk of a batch",
            (None, _) => "a savepoint",
        };
        Err(DbError::Forbidden {
            sql: shorten(sql),
            reason: format!("it commits by itself, which cannot be inside {inside}"),
        })
    }
}
