//! A connection to SQLite.

use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection, params_from_iter};

use super::super::{
    BrokenKey, Changed, Fault, Limits, SAVEPOINT, Session, StoreError, Structure, Take, Value,
};
use super::driver::store_error;
use super::held::{Held, Reopen};

/// After so many steps of SQLite's machine it is asked whether a statement takes too long.
const STEPS: i32 = 10_000;

/// A connection that is the session's own, or the application's.
pub(super) struct SqliteSession<'g, 'c> {
    connection: Held<'g, 'c>,
    /// How long a statement of a script may take.
    longest: Option<Duration>,
    /// The busy time-out to go back to.
    busy_timeout: Option<Duration>,
    /// How many rows the statements of scripts have changed.
    touched: u64,
}

impl<'g, 'c> SqliteSession<'g, 'c> {
    /// A session with a connection of its own.
    pub(super) fn open(reopen: Reopen) -> Result<Self, StoreError> {
        Ok(Self {
            connection: Held::Own(reopen.open()?, reopen),
            longest: None,
            busy_timeout: None,
            touched: 0,
        })
    }

    /// A session with the application's connection.
    pub(super) fn borrow(
        connection: MutexGuard<'g, &'c mut Connection>,
    ) -> Result<Self, StoreError> {
        if !connection.is_autocommit() {
            return Err(StoreError::new(
                Fault::Unsuitable,
                "the connection is inside a transaction; end it before upgrading",
            ));
        }
        let mut session = Self {
            connection: Held::Borrowed(connection, false),
            longest: None,
            busy_timeout: None,
            touched: 0,
        };
        let enforced = session.foreign_keys()?;
        if let Held::Borrowed(_, before) = &mut session.connection {
            *before = enforced;
        }
        Ok(session)
    }

    /// SQLite's answer; one that blames the file names it.
    fn blamed(&self, error: rusqlite::Error) -> StoreError {
        let error = store_error(error);
        let Held::Own(_, reopen) = &self.connection else {
            return error;
        };
        let what = match error.fault() {
            Fault::NotADatabase => "is no database, or is damaged",
            Fault::ReadOnly => "cannot be written",
            _ => return error,
        };
        let message = format!("{} {what}", reopen.path.display());
        StoreError::new(error.fault(), message).because(error)
    }

    fn run_to_its_end(&self, statement: &str) -> Result<(), StoreError> {
        let mut batch = Batch::new(&self.connection, statement);
        while let Some(mut prepared) = batch.next().map_err(|error| self.blamed(error))? {
            if let Some(parameter) = (1..=prepared.parameter_count()).next() {
                let name = prepared.parameter_name(parameter).unwrap_or("?").to_owned();
                return Err(StoreError::new(
                    Fault::Refused,
                    format!("the statement has the parameter {name}, for which a script has no value; it would be NULL"),
                )
                .at(statement.find(&name)));
            }
            let mut rows = prepared.raw_query();
            while rows.next().map_err(|error| self.blamed(error))?.is_some() {}
        }
        Ok(())
    }

    /// Does something for no longer than a statement of a script may take.
    fn within_limits<T>(
        &mut self,
        work: impl FnOnce(&Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Some(longest) = self.longest else {
            return work(self);
        };
        let deadline = Instant::now() + longest;
        self.connection
            .progress_handler(STEPS, Some(move || Instant::now() >= deadline))
            .map_err(store_error)?;
        let outcome = work(self);
        self.connection
            .progress_handler(0, None::<fn() -> bool>)
            .map_err(store_error)?;
        outcome
    }

    /// Statements of the engine's own, which are few and come again.
    fn cached(&self, sql: &str) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(store_error)?;
        statement.execute([]).map(drop).map_err(store_error)
    }
}

impl Drop for SqliteSession<'_, '_> {
    fn drop(&mut self) {
        // An own connection is closed, which rolls back; the application's must not be left in our transaction, nor
        // with foreign keys switched, when an error or a panic ends the work.
        if let Held::Borrowed(_, enforced) = self.connection
            && let Err(error) = self
                .roll_back()
                .and_then(|()| self.enforce_foreign_keys(enforced))
        {
            log::error!("the connection cannot be left as it was: {error}");
        }
    }
}

impl Session for SqliteSession<'_, '_> {
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Vec<Value>>, StoreError> {
        let blamed = |error| self.blamed(error);
        let mut statement = self.connection.prepare(sql).map_err(blamed)?;
        let columns = statement.column_count();
        let mut rows = statement
            .query(params_from_iter(parameters))
            .map_err(blamed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(blamed)? {
            let values = (0..columns).map(|column| row.get_ref(column).map(Value::from));
            found.push(values.collect::<Result<_, _>>().map_err(blamed)?);
        }
        Ok(found)
    }

    fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64, StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(store_error)?;
        let changed = statement
            .execute(params_from_iter(parameters))
            .map_err(store_error)?;
        Ok(changed as u64)
    }

    fn change(&mut self, sql: &str, parameters: &[Value]) -> Result<Changed, StoreError> {
        let untouched = self.connection.total_changes();
        let changed = self.within_limits(|session| {
            let blamed = |error| session.blamed(error);
            let before = session.connection.total_changes();
            let mut statement = session.connection.prepare_cached(sql).map_err(blamed)?;
            let mut rows = statement
                .query(params_from_iter(parameters))
                .map_err(blamed)?;
            while rows.next().map_err(blamed)?.is_some() {}
            drop(rows);
            // What a statement before it has changed is none of this one's.
            let changed = match session.connection.total_changes() == before {
                true => 0,
                false => session.connection.changes(),
            };
            Ok(Changed {
                rows: changed,
                last_id: session.connection.last_insert_rowid(),
            })
        });
        self.touched += self.connection.total_changes() - untouched;
        changed
    }

    fn each(
        &mut self,
        sql: &str,
        parameters: &[Value],
        take: &mut Take<'_>,
    ) -> Result<(), StoreError> {
        self.within_limits(|session| {
            let blamed = |error| session.blamed(error);
            let mut statement = session.connection.prepare_cached(sql).map_err(blamed)?;
            let name = |column| statement.column_name(column).map(str::to_owned);
            let names = (0..statement.column_count()).map(name);
            let names: Arc<[String]> = names.collect::<Result<_, _>>().map_err(blamed)?;
            let mut rows = statement
                .query(params_from_iter(parameters))
                .map_err(blamed)?;
            while let Some(row) = rows.next().map_err(blamed)? {
                let values = (0..names.len()).map(|column| row.get_ref(column).map(Value::from));
                take(&names, values.collect::<Result<_, _>>().map_err(blamed)?)?;
            }
            Ok(())
        })
    }

    fn run(&mut self, statement: &str) -> Result<(), StoreError> {
        let before = self.connection.total_changes();
        let ran = self.within_limits(|session| session.run_to_its_end(statement));
        self.touched += self.connection.total_changes() - before;
        ran
    }

    fn touched(&self) -> Option<u64> {
        Some(self.touched)
    }

    fn set_limits(&mut self, limits: Limits) -> Result<(), StoreError> {
        self.longest = limits.statement;
        let before = match self.busy_timeout {
            Some(before) => before,
            None => {
                let told = self.query("PRAGMA busy_timeout", &[])?;
                let told = told.into_iter().flatten().next();
                let milliseconds = told.and_then(|told| told.as_integer()).unwrap_or(0);
                Duration::from_millis(milliseconds.try_into().unwrap_or(0))
            }
        };
        self.busy_timeout = limits.lock.map(|_| before);
        let busy_timeout = limits.lock.unwrap_or(before);
        self.connection
            .busy_timeout(busy_timeout)
            .map_err(store_error)
    }

    fn has_table(&mut self, name: &str) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
        Ok(!self.query(sql, &[name.into()])?.is_empty())
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        self.cached("BEGIN IMMEDIATE")
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.cached("COMMIT")
    }

    fn roll_back(&mut self) -> Result<(), StoreError> {
        if self.in_transaction() {
            self.cached("ROLLBACK")?;
        }
        Ok(())
    }

    fn savepoint(&mut self) -> Result<(), StoreError> {
        self.cached(&format!("SAVEPOINT {SAVEPOINT}"))
    }

    fn release(&mut self) -> Result<(), StoreError> {
        self.cached(&format!("RELEASE {SAVEPOINT}"))
    }

    fn roll_back_to_savepoint(&mut self) -> Result<(), StoreError> {
        self.cached(&format!("ROLLBACK TO {SAVEPOINT}"))?;
        self.release()
    }

    fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    fn restore_last_insert_id(&mut self, id: i64) -> Result<(), StoreError> {
        // SQL has no other way to set it; a temporary table leaves nothing in the database.
        self.cached("CREATE TEMP TABLE upgrades_last_id (id INTEGER PRIMARY KEY)")?;
        let inserted = self.execute(
            "INSERT INTO upgrades_last_id (id) VALUES (?1)",
            &[Value::Integer(id)],
        );
        self.cached("DROP TABLE temp.upgrades_last_id")?;
        inserted.map(drop)
    }

    fn foreign_keys(&mut self) -> Result<bool, StoreError> {
        let on: i64 = self
            .connection
            .pragma_query_value(None, "foreign_keys", |row| row.get(0))
            .map_err(store_error)?;
        Ok(on != 0)
    }

    fn enforce_foreign_keys(&mut self, on: bool) -> Result<(), StoreError> {
        if self.in_transaction() {
            return Err(StoreError::new(
                Fault::Unsuitable,
                "foreign keys can be switched only outside a transaction",
            ));
        }
        self.connection
            .pragma_update(None, "foreign_keys", on)
            .map_err(store_error)
    }

    fn broken_foreign_keys(&mut self) -> Result<Vec<BrokenKey>, StoreError> {
        let rows = self.query("PRAGMA foreign_key_check", &[])?;
        let broken = rows.into_iter().map(|row| {
            let mut values = row.into_iter();
            let mut next = || values.next().unwrap_or(Value::Null);
            let (table, row, parent) = (next(), next(), next());
            BrokenKey {
                table: table.into_text().unwrap_or_default(),
                row: row.as_integer(),
                parent: parent.into_text().unwrap_or_default(),
            }
        });
        Ok(broken.collect())
    }

    fn structure(&mut self) -> &mut dyn Structure {
        self
    }

    fn renew(&mut self) -> Result<(), StoreError> {
        match &mut self.connection {
            Held::Own(connection, reopen) => *connection = reopen.open()?,
            Held::Borrowed(..) => {
                log::warn!(
                    "settings that a script changed stay in the connection, which is the application's own"
                );
            }
        }
        Ok(())
    }
}
