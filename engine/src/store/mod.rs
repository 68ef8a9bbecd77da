//! Databases: what the engine asks of one, and what it may rely on.
//!
//! A [`Store`] knows how to reach one database; a [`Session`] is a connection to it; a [`Lock`] is the right to
//! upgrade it. All that knows a driver is behind these traits.

mod answers;
mod brake;
mod broken_key;
mod error;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "sqlite")]
mod sqlite;
mod structure;
#[cfg(feature = "backup")]
mod texts;
mod unlocked;
mod value;
#[cfg(feature = "backup")]
mod whole;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::lock::{Deaths, DoneRows, Holder, LockRecord, Place};
use crate::sql::{Dialect, Object, Right};

pub use answers::{Changed, Definition, Limits, MissingRights};
pub use brake::{Brake, BrakeKind};
pub use broken_key::BrokenKey;
pub use error::{Contradiction, Fault, StoreError};
#[cfg(feature = "mysql")]
pub use mysql::{Mysql, mysql};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteConnection, SqliteFile, sqlite, sqlite_connection};
pub use structure::{
    Column, Constraint, ForeignKey, Index, KeyAction, Part, Referrer, Relation, RelationKind, Rule,
    Structure, TableParts,
};
#[cfg(all(feature = "backup", feature = "mysql"))]
pub(crate) use texts::as_texts;
#[cfg(feature = "backup")]
pub(crate) use texts::texts;
pub use unlocked::{Statement, Unlocked};
pub use value::Value;
#[cfg(feature = "backup")]
pub use whole::{DumpSize, Dumped, Dumping, Hear, Replacing, Scratch, TableCount, Whole};

/// The name of the savepoint that a script runs in, in lower case; scripts cannot use it.
pub const SAVEPOINT: &str = "upgrades_script";

/// A database that can be upgraded.
pub trait Store: Send + Sync {
    /// How its SQL is written.
    fn dialect(&self) -> Dialect;

    /// The name that the engine's tables are to be qualified with, where a script can change what bare names mean.
    fn schema(&self) -> Option<String> {
        None
    }

    /// The SQL_MODE that a script's session begins with, where the database has such a thing and it is known.
    fn sql_mode(&self) -> String {
        String::new()
    }

    /// Which database it is, for people; no secrets.
    fn address(&self) -> String;

    /// Opens the database to read what the engine keeps in it, without waiting for the lock. Nothing is created.
    /// `None`: there is no database yet.
    ///
    /// # Errors
    /// The database cannot be opened.
    fn read(&self) -> Result<Option<Box<dyn Session + '_>>, StoreError>;

    /// Somebody who wants the lock. `prefix`: what the names of the engine's tables begin with.
    ///
    /// # Errors
    /// The lock cannot be used: what it is kept in cannot be written, or the database must not be upgraded here.
    fn claimant<'a>(
        &'a self,
        me: &Holder,
        prefix: &str,
    ) -> Result<Box<dyn Claimant<'a> + 'a>, StoreError>;

    /// Who holds the lock now; `None`: nobody. Never takes the lock and never waits.
    ///
    /// # Errors
    /// What the lock is kept in cannot be read.
    fn holder(&self, prefix: &str) -> Result<Option<LockRecord>, StoreError>;

    /// It again, with connections of its own, for a thread that may outlive it; `None` where there is only the connection
    /// that it was given.
    fn apart(&self) -> Option<Box<dyn Store>> {
        None
    }

    /// Whether there is one [apart](Self::apart).
    fn can_be_apart(&self) -> bool {
        false
    }

    /// Opens the database for what is written without the lock, and waits no longer than `patience` for other users.
    /// Nothing is created. `None`: there is no database yet, or no second connection to it.
    ///
    /// # Errors
    /// The database cannot be opened.
    fn unlocked(&self, _patience: Duration) -> Result<Option<Box<dyn Unlocked + '_>>, StoreError> {
        Ok(None)
    }

    /// What about the place of the database makes the lock unreliable, in words; `None`: nothing known.
    fn doubt(&self) -> Option<String>;

    /// It as a whole, to be dumped and brought back; `None` where it cannot be copied.
    #[cfg(feature = "backup")]
    fn whole(&self) -> Option<&dyn Whole> {
        None
    }
}

/// Somebody who wants the lock, and may have to ask for it again and again.
pub trait Claimant<'a> {
    /// Takes the lock if nobody holds it, or if its holder is dead; never waits.
    ///
    /// # Errors
    /// The lock cannot be used.
    fn claim(&mut self) -> Result<Claim<'a>, StoreError>;
}

/// The outcome of an attempt to take the lock.
pub enum Claim<'a> {
    /// It is ours, until it is dropped; with what the last holders died of, if they did.
    Held(Box<dyn Lock + 'a>, Option<Deaths>),
    /// Another process has it.
    Taken(LockRecord),
}

/// The right to upgrade, held until it is dropped or its process dies.
pub trait Lock {
    /// Opens the database to upgrade it, and creates it where that is all that it takes. Everything that another
    /// holder's session has begun is at its end then.
    ///
    /// # Errors
    /// The database cannot be opened.
    fn write(&self) -> Result<Box<dyn Session + '_>, StoreError>;

    /// Tells others which script is under way; `None`: none. Where that cannot be told, the work goes on.
    fn script(&self, at: Option<&Place>);

    /// Tells others which of the script's statements is under way; they may see it a little later.
    fn statement(&self, number: u64);

    /// As [`statement`](Self::statement), and how far that statement's batch is; `None`: the batch is over.
    fn batch(&self, number: u64, _rows: Option<DoneRows>) {
        self.statement(number);
    }

    /// Tells others for whom the work waits, in words; `None`: for nobody. Where nothing is waited for, there is nothing to
    /// tell.
    fn waits_for(&self, _whom: Option<&str>) {}

    /// Forgets the deaths of earlier holders: their script is through, or a person has decided.
    fn forget_deaths(&self);
}

/// A connection. Statements are SQL of the store's dialect.
pub trait Session {
    /// The rows of a query.
    ///
    /// # Errors
    /// The database refuses the query.
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Vec<Value>>, StoreError>;

    /// Executes one statement and tells how many rows it changed.
    ///
    /// # Errors
    /// The database refuses the statement.
    fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64, StoreError>;

    /// Executes a statement that must change one row: the one named `name` of `table`, for the error. It may be sent
    /// with the commit only, which fails in its place then.
    ///
    /// # Errors
    /// The database refuses the statement, or it changed none or several.
    fn change_one(
        &mut self,
        sql: &str,
        parameters: &[Value],
        table: &str,
        name: &str,
    ) -> Result<(), StoreError> {
        match self.execute(sql, parameters)? {
            1 => Ok(()),
            count => Err(StoreError::contradicted(table, name, count)),
        }
    }

    /// Executes one statement of a program with these values for its `?`, reads all that it returns, and tells what it
    /// changed.
    ///
    /// # Errors
    /// The database refuses the statement, or it has another number of `?`.
    fn change(&mut self, sql: &str, parameters: &[Value]) -> Result<Changed, StoreError>;

    /// Hands over the rows of a program's query one by one, with the names of their columns. Values have the types that
    /// the database gives them; numbers that no integer holds, decimals and times are text.
    ///
    /// # Errors
    /// The database refuses the query, it has another number of `?`, or `take` does not want to go on. Where `take` says
    /// [`Fault::Lost`], nobody reads the rows that are left, and the connection may be lost with them.
    fn each(
        &mut self,
        sql: &str,
        parameters: &[Value],
        take: &mut Take<'_>,
    ) -> Result<(), StoreError>;

    /// Executes one statement of a script, and reads all that it returns, so that no error stays unseen.
    ///
    /// # Errors
    /// The database refuses the statement, or it has parameters, which nobody would fill.
    fn run(&mut self, statement: &str) -> Result<(), StoreError>;

    /// How many rows the statements of scripts have changed in this session by now, those that triggers and foreign keys
    /// have changed among them; `None` where that is not counted.
    fn touched(&self) -> Option<u64> {
        None
    }

    /// Whether there is a table of this name.
    ///
    /// # Errors
    /// The database cannot be read.
    fn has_table(&mut self, name: &str) -> Result<bool, StoreError>;

    /// Begins a transaction that writes.
    ///
    /// # Errors
    /// The database is busy or cannot be written.
    fn begin(&mut self) -> Result<(), StoreError>;

    /// Ends the transaction for good.
    ///
    /// # Errors
    /// It stays open when the database refuses the commit.
    fn commit(&mut self) -> Result<(), StoreError>;

    /// Takes the transaction back. Without one, nothing happens.
    ///
    /// # Errors
    /// The database cannot be reached.
    fn roll_back(&mut self) -> Result<(), StoreError>;

    /// Marks a point in the transaction to go back to, named [`SAVEPOINT`] where it has a name.
    ///
    /// # Errors
    /// There is no transaction.
    fn savepoint(&mut self) -> Result<(), StoreError>;

    /// Gives up the last point that was marked, and keeps what was done since.
    ///
    /// # Errors
    /// There is no such point.
    fn release(&mut self) -> Result<(), StoreError>;

    /// Takes back what was done since the last point that was marked, and gives the point up.
    ///
    /// # Errors
    /// There is no such point.
    fn roll_back_to_savepoint(&mut self) -> Result<(), StoreError>;

    /// Whether a transaction is open.
    fn in_transaction(&self) -> bool;

    /// Makes `id` what the SQL function answers that tells the id of the last row that the session inserted.
    ///
    /// # Errors
    /// The database refuses.
    fn restore_last_insert_id(&mut self, id: i64) -> Result<(), StoreError>;

    /// Whether foreign keys are enforced.
    ///
    /// # Errors
    /// The database cannot be asked.
    fn foreign_keys(&mut self) -> Result<bool, StoreError>;

    /// Switches the enforcement of foreign keys, outside a transaction.
    ///
    /// # Errors
    /// The database refuses, or a transaction is open.
    fn enforce_foreign_keys(&mut self, on: bool) -> Result<(), StoreError>;

    /// Every row that breaks a foreign key now.
    ///
    /// # Errors
    /// The database refuses the check.
    fn broken_foreign_keys(&mut self) -> Result<Vec<BrokenKey>, StoreError>;

    /// Forgets what scripts have left in the session: settings, temporary tables, attached databases. A session whose
    /// connection was lost connects again.
    ///
    /// # Errors
    /// The database cannot be opened again.
    fn renew(&mut self) -> Result<(), StoreError>;

    /// How long statements may take and wait for locks, from here on; `None`: as configured.
    ///
    /// # Errors
    /// The database refuses, or has no such limit.
    fn set_limits(&mut self, limits: Limits) -> Result<(), StoreError>;

    /// What a batch has to wait for before its next chunk; `None`: nothing. Answers at once. `longest`: how far behind
    /// replicas may be; `None`: as configured.
    fn brake(&mut self, _longest: Option<Duration>) -> Option<Brake> {
        None
    }

    /// Keeps a connection from being ended for its idleness, where that happens.
    ///
    /// # Errors
    /// It was ended.
    fn stay_awake(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// What stands in the database under which name.
    fn structure(&mut self) -> &mut dyn Structure;

    /// What only a database has whose definition statements commit by themselves; `None` where none does.
    fn self_committing(&mut self) -> Option<&mut dyn SelfCommitting> {
        None
    }
}

/// What a session is asked where definition statements commit by themselves, so that after a death it can be told
/// whether one has happened.
pub trait SelfCommitting {
    /// The definition of an object, as it stands now.
    ///
    /// # Errors
    /// The database cannot be asked, or refuses to tell.
    fn definition(&mut self, object: &Object) -> Result<Option<Definition>, StoreError>;

    /// What procedures of this name say; `None`: there is none.
    ///
    /// # Errors
    /// The database cannot be asked, or refuses to tell.
    fn procedure(&mut self, schema: Option<&str>, name: &str)
    -> Result<Option<String>, StoreError>;

    /// The tables that no transaction protects.
    ///
    /// # Errors
    /// The database cannot be asked.
    fn without_transactions(&mut self) -> Result<Vec<String>, StoreError>;

    /// What of an earlier holder may be at work still, in words, because it cannot be seen from here.
    fn left_behind(&mut self) -> Option<String>;

    /// What these expressions of the session's are worth, such as `@id` or `@@sql_mode`, each as an SQL literal.
    ///
    /// # Errors
    /// The database refuses.
    fn values(&mut self, expressions: &[String]) -> Result<Vec<String>, StoreError>;

    /// Why one of these tables cannot hold what the engine keeps, with the statement that mends it; `None`: all can, as
    /// far as they are there. The first is the one with rows of unique names.
    ///
    /// # Errors
    /// The database cannot be asked.
    fn unfit(&mut self, tables: &[String]) -> Result<Option<String>, StoreError>;

    /// Which of these rights the user has not, as far as that can be told; `None`: none.
    ///
    /// # Errors
    /// The database cannot be asked.
    fn missing_rights(
        &mut self,
        needed: &BTreeSet<Right>,
    ) -> Result<Option<MissingRights>, StoreError>;

    /// Executes one statement that need not be UTF-8, in whatever character set the session is set to.
    ///
    /// # Errors
    /// The database refuses the statement.
    #[cfg(feature = "backup")]
    fn run_bytes(&mut self, statement: &[u8]) -> Result<(), StoreError>;
}

/// What takes the rows of a query: the names of the columns, and the values of a row.
pub type Take<'t> = dyn FnMut(&Arc<[String]>, Vec<Value>) -> Result<(), StoreError> + Send + 't;
