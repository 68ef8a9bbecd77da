//! The engine's tables: their names, and every text of SQL that is about them. One text serves every dialect.

mod outbox;

use super::history::{KEEPS_TEXTS, Outcome};
use super::repeated;
use crate::role::REPEAT;
use crate::sql::Dialect;

/// The names of the engine's tables in one installation, and the statements on them.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    prefix: String,
    dialect: Dialect,
    /// The schema that the tables are in, where a script can change what a bare name means.
    schema: Option<String>,
    /// Said once for each script; see [`Tables::insert_attempt`].
    insert_attempt: String,
}

/// The columns of the history but for its id and the kept text, in the order of [`Tables::insert_attempt`].
pub(super) const ATTEMPT_COLUMNS: &str = "run, track, version, file_name, checksum, code_checksum, started_at, took_ms, \
     statements, outcome, error, failed_statement, failed_line, failed_column, failed_sql, resolution, reason, \
     host, program_version";
const ATTEMPT_COLUMN_COUNT: usize = 19;

/// The columns of the journal, in the order in which they are read.
pub(super) const ENTRY_COLUMNS: &str =
    "file_name, run, started_at, step, done, past, last_insert_id, in_flight, surroundings, deeds";

/// What of a table says how far the database is, whoever has brought it there, and when.
#[cfg(feature = "backup")]
pub(crate) struct Lasting {
    pub(crate) table: String,
    pub(crate) columns: &'static [&'static str],
    /// Which rows; nothing: all of them.
    pub(crate) condition: String,
}

/// A column that tables of an older engine lack.
pub(super) struct Added {
    /// The version of the engine's tables that has it first.
    pub(super) since: u32,
    pub(super) table: String,
    pub(super) column: &'static str,
    /// What adds it.
    pub(super) statement: String,
}

impl Tables {
    pub(crate) fn new(prefix: &str, dialect: Dialect, schema: Option<String>) -> Self {
        let mut tables = Self {
            prefix: prefix.to_owned(),
            dialect,
            schema,
            insert_attempt: String::new(),
        };
        tables.insert_attempt = tables.make_insert_attempt();
        tables
    }

    /// The bare name of the system-vars table.
    pub(crate) fn vars_name(&self) -> String {
        format!("{}system_vars", self.prefix)
    }

    /// The bare name of the history.
    pub(crate) fn history_name(&self) -> String {
        format!("{}upgrade_history", self.prefix)
    }

    /// The bare name of the journal.
    pub(crate) fn journal_name(&self) -> String {
        format!("{}upgrade_journal", self.prefix)
    }

    /// The bare names of all of them; first that of the system-vars table.
    pub(crate) fn names(&self) -> [String; 4] {
        let (history, journal) = (self.history_name(), self.journal_name());
        [self.vars_name(), history, journal, self.outbox_name()]
    }

    /// Each of them, and the columns that every engine has made in it.
    pub(super) fn needed(&self) -> [(String, String); 4] {
        let [vars, history, journal, outbox] = self.names();
        [
            (vars, "name, value".to_owned()),
            (history, format!("id, {ATTEMPT_COLUMNS}")),
            (journal, format!("slot, track, {ENTRY_COLUMNS}")),
            (outbox, outbox::COLUMNS.to_owned()),
        ]
    }

    /// Fails unless there is such a table with these columns, and reads no row.
    pub(super) fn probe(&self, table: &str, columns: &str) -> String {
        format!("SELECT {columns} FROM {} WHERE 1 = 0", self.quoted(table))
    }

    /// What of each of them two databases have alike to which the same has happened.
    #[cfg(feature = "backup")]
    pub(crate) fn lasting(&self) -> [Lasting; 3] {
        let done = Outcome::DONE.map(|outcome| format!("'{}'", outcome.as_str()));
        // What waits in the outbox is of one database only.
        let [vars, history, journal, _] = self.names();
        let of = |table, columns, condition| Lasting {
            table,
            columns,
            condition,
        };
        [
            of(vars, &["name", "value"], String::new()),
            of(
                history,
                &["track", "version", "file_name", "checksum", "outcome"],
                format!("WHERE outcome IN ({})", done.join(", ")),
            ),
            of(journal, &["slot", "file_name"], String::new()),
        ]
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether a table or view is the application's: not the engine's, nor that of somebody else who shares the database
    /// under another prefix.
    pub(super) fn is_applications(&self, name: &str) -> bool {
        let head = name.get(..self.prefix.len());
        let Some(true) = head.map(|head| head.eq_ignore_ascii_case(&self.prefix)) else {
            return false;
        };
        let mut own = self.names().into_iter().chain([self.lock_name()]);
        !own.any(|own| name.eq_ignore_ascii_case(&own))
    }

    /// The table that the lock is kept in on servers.
    pub(crate) fn lock_name(&self) -> String {
        format!("{}upgrade_lock", self.prefix)
    }

    fn vars(&self) -> String {
        self.quoted(&self.vars_name())
    }

    fn history(&self) -> String {
        self.quoted(&self.history_name())
    }

    fn journal(&self) -> String {
        self.quoted(&self.journal_name())
    }

    fn quoted(&self, name: &str) -> String {
        let quoted = |name: &str| self.dialect.quoted(name);
        match &self.schema {
            Some(schema) => format!("{}.{}", quoted(schema), quoted(name)),
            None => quoted(name),
        }
    }

    /// What stands behind the columns of a table.
    fn options(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "",
            Dialect::Mysql => " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
        }
    }

    /// What answers the id of the last row that a script inserted.
    fn last_insert_id(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "last_insert_rowid()",
            Dialect::Mysql => "LAST_INSERT_ID()",
        }
    }

    /// The type of a column for bytes.
    fn bytes(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "BLOB",
            Dialect::Mysql => "MEDIUMBLOB",
        }
    }

    /// The columns that tables of an older engine lack.
    pub(super) fn added(&self) -> [Added; 1] {
        [Added {
            since: KEEPS_TEXTS,
            table: self.history_name(),
            column: "body",
            statement: format!(
                "ALTER TABLE {} ADD COLUMN body {}",
                self.history(),
                self.bytes()
            ),
        }]
    }

    pub(super) fn create(&self) -> [String; 3] {
        let (vars, history, journal) = (self.vars(), self.history(), self.journal());
        let (options, bytes) = (self.options(), self.bytes());
        [
            format!(
                "CREATE TABLE IF NOT EXISTS {vars} (name VARCHAR(191) NOT NULL PRIMARY KEY, value TEXT){options}"
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS {history} (\
                 id INTEGER NOT NULL PRIMARY KEY, run VARCHAR(64) NOT NULL, track VARCHAR(64) NOT NULL, \
                 version VARCHAR(255) NOT NULL, file_name VARCHAR(255) NOT NULL, checksum CHAR(64), \
                 code_checksum CHAR(64), started_at VARCHAR(32) NOT NULL, took_ms BIGINT NOT NULL, \
                 statements BIGINT NOT NULL, outcome VARCHAR(16) NOT NULL, error TEXT, failed_statement BIGINT, \
                 failed_line BIGINT, failed_column BIGINT, failed_sql TEXT, resolution VARCHAR(16), reason TEXT, \
                 host VARCHAR(255) NOT NULL, program_version VARCHAR(64), body {bytes}){options}"
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS {journal} (\
                 slot VARCHAR(191) NOT NULL PRIMARY KEY, track VARCHAR(64) NOT NULL, file_name VARCHAR(255) NOT NULL, \
                 run VARCHAR(64) NOT NULL, started_at VARCHAR(32) NOT NULL, step BIGINT NOT NULL, done BIGINT NOT NULL, \
                 past CHAR(64) NOT NULL, last_insert_id BIGINT NOT NULL, in_flight MEDIUMTEXT, \
                 surroundings MEDIUMTEXT, deeds MEDIUMTEXT){options}"
            ),
        ]
    }

    pub(super) fn select_vars(&self, names: usize) -> String {
        format!(
            "SELECT name, value FROM {} WHERE name IN ({})",
            self.vars(),
            marks(names)
        )
    }

    /// Parameters: value, name.
    pub(super) fn update_var(&self) -> String {
        format!("UPDATE {} SET value = ? WHERE name = ?", self.vars())
    }

    /// Parameters: name, value.
    pub(super) fn insert_var(&self) -> String {
        format!("INSERT INTO {} (name, value) VALUES (?, ?)", self.vars())
    }

    /// Parameters: the id and the other columns of an attempt, and its kept text.
    pub(super) fn insert_attempt(&self) -> &str {
        &self.insert_attempt
    }

    fn make_insert_attempt(&self) -> String {
        format!(
            "INSERT INTO {} (id, {ATTEMPT_COLUMNS}, body) VALUES ({})",
            self.history(),
            marks(1 + ATTEMPT_COLUMN_COUNT + 1)
        )
    }

    /// Parameter: the id.
    pub(super) fn select_body(&self) -> String {
        format!("SELECT body FROM {} WHERE id = ?", self.history())
    }

    pub(super) fn select_newest_attempt(&self) -> String {
        format!("SELECT MAX(id) FROM {}", self.history())
    }

    pub(super) fn select_attempts(&self, rest: &str) -> String {
        format!(
            "SELECT id, {ATTEMPT_COLUMNS} FROM {} {rest}",
            self.history()
        )
    }

    /// How often each outcome came about in each track, and how many milliseconds that took.
    pub(super) fn select_tallies(&self) -> String {
        format!(
            "SELECT track, outcome, COUNT(*), SUM(took_ms) FROM {} GROUP BY track, outcome ORDER BY track, outcome",
            self.history()
        )
    }

    pub(super) fn select_entries(&self, rest: &str) -> String {
        format!("SELECT {ENTRY_COLUMNS} FROM {} {rest}", self.journal())
    }

    /// The runs with which the scripts began that are under way.
    #[cfg(feature = "backup")]
    pub(super) fn select_runs_under_way(&self) -> String {
        format!("SELECT run FROM {}", self.journal())
    }

    /// What the history and the journal hold of repeatable scripts: where a row is from, track, file name, checksum. Of the
    /// history, oldest first, what says that the work of one is done, or is done no more, by a row without a checksum.
    pub(super) fn select_repeated(&self) -> String {
        let (history, journal) = (self.history(), self.journal());
        let told = Outcome::DONE.iter().chain([&Outcome::Undone]);
        let done: Vec<_> = told
            .map(|outcome| format!("'{}'", outcome.as_str()))
            .collect();
        let (from, done) = (repeated::HISTORY, done.join(", "));
        let repeats = format!("file_name LIKE '{REPEAT}/%'");
        format!(
            "SELECT '{from}', track, file_name, checksum, id FROM {history} WHERE {repeats} AND outcome IN ({done}) \
             UNION ALL SELECT 'journal', track, file_name, NULL, 0 FROM {journal} WHERE {repeats} ORDER BY 5"
        )
    }

    /// Parameters: track, file name, run, beginning, done, past, in flight, surroundings, deeds, slot.
    pub(super) fn insert_entry(&self) -> String {
        let (journal, last_insert_id) = (self.journal(), self.last_insert_id());
        format!(
            "INSERT INTO {journal} (step, last_insert_id, track, file_name, run, started_at, done, past, in_flight, \
             surroundings, deeds, slot) VALUES (0, {last_insert_id}, {})",
            marks(10)
        )
    }

    /// Parameters: as for [`Tables::insert_entry`], and the step before.
    pub(super) fn update_entry(&self) -> String {
        let (journal, last_insert_id) = (self.journal(), self.last_insert_id());
        format!(
            "UPDATE {journal} SET step = step + 1, last_insert_id = {last_insert_id}, track = ?, file_name = ?, \
             run = ?, started_at = ?, done = ?, past = ?, in_flight = ?, surroundings = ?, deeds = ? WHERE slot = ? AND step = ?"
        )
    }

    /// Parameter: slot.
    pub(super) fn forget_flight(&self) -> String {
        let journal = self.journal();
        format!("UPDATE {journal} SET step = step + 1, in_flight = NULL WHERE slot = ?")
    }

    /// Parameter: slot.
    pub(super) fn delete_entry(&self) -> String {
        format!("DELETE FROM {} WHERE slot = ?", self.journal())
    }
}

fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}
