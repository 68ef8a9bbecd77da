//! What may be posted publicly of an installation, for whoever is asked to help.
//!
//! It is made of what is known to be harmless, and of nothing else: no text that a person, a script's author or the database
//! has written freely is let through as it is.

mod shape;

use serde_json::{Value as Json, json};

use crate::clock::Timestamp;
use crate::code::Code;
use crate::error::Error;
use crate::latch::FailedStatement;
use crate::ledger::SCHEMA;
use crate::ledger::history::Attempt;
use crate::past::HistoryFilter;
use crate::sql::mask::masked;
use crate::sql::{Dialect, Syntax};
use crate::status::{PlannedRun, Status};
use crate::store::Value;
use crate::upgrader::Upgrader;
use shape::{Names, shape};

/// So many rows of the history are told, the newest.
const ROWS: u64 = 1000;
/// So much of the failure log is looked at, from its end.
const TAIL: usize = 256 * 1024;

impl Upgrader<'_> {
    /// What may be posted publicly of this installation: documents by their names, `versions`, `status`, `plan`, `drift`,
    /// `history` and `failure_log`. What cannot be read is told by the code of its error, so that there is something to post
    /// when nothing works. Reads only, and waits for nobody.
    ///
    /// Left out are: where the database is and who uses it, values of placeholders, literals and comments in statements,
    /// statements about accounts, texts of errors but for those of a known form, people's reasons, descriptions, texts of
    /// scripts, and names of machines, which are numbered. Told are: names of tracks, scripts, tables and columns, versions,
    /// checksums, times.
    pub fn support_documents(&self) -> Vec<(&'static str, Json)> {
        let syntax = Syntax::of(self.store.dialect(), &self.store.sql_mode());
        let history = self.history(&HistoryFilter::default().limit(ROWS));
        vec![
            ("versions", self.versions()),
            ("status", told(self.status(), |status| by_status(&status))),
            ("plan", told(self.plan(), |plan| by_plan(&plan))),
            (
                "drift",
                told(self.drift(), |drift| {
                    let drift = drift.into_iter().map(|drift| {
                        json!({ "track": drift.script.track, "file": drift.script.file, "kind": drift.kind, "since": drift.since })
                    });
                    drift.collect()
                }),
            ),
            ("history", told(history, |rows| by_history(&rows, syntax))),
            ("failure_log", self.log_entries()),
        ]
    }

    fn versions(&self) -> Json {
        let question = match self.store.dialect() {
            Dialect::Sqlite => "SELECT sqlite_version()",
            Dialect::Mysql => "SELECT VERSION()",
        };
        let asked = self.store.read().and_then(|session| match session {
            Some(mut session) => session.query(question, &[]),
            None => Ok(Vec::new()),
        });
        let version = match asked {
            Ok(rows) => {
                let version = rows.into_iter().flatten().next();
                json!(version.and_then(Value::into_text))
            }
            Err(error) => json!({ "error": error.code() }),
        };
        json!({
            "engine": env!("CARGO_PKG_VERSION"),
            "engine_tables": SCHEMA,
            "database": match self.store.dialect() { Dialect::Sqlite => "SQLite", Dialect::Mysql => "MySQL or MariaDB" },
            "database_version": version,
            "os": std::env::consts::OS,
            "architecture": std::env::consts::ARCH,
        })
    }

    /// When something was written to the failure log, and its code; the history tells the rest.
    fn log_entries(&self) -> Json {
        let Some(path) = &self.failure_log else {
            return Json::Null;
        };
        let Ok(text) = std::fs::read(path) else {
            return Json::Null;
        };
        let tail = String::from_utf8_lossy(&text[text.len().saturating_sub(TAIL)..]).into_owned();
        let entries = tail.lines().filter_map(|line| {
            let (at, code) = line
                .strip_prefix("=== ")?
                .strip_suffix(']')?
                .split_once(" [")?;
            let (at, code): (Timestamp, Code) = (at.parse().ok()?, code.parse().ok()?);
            Some(json!({ "at": at, "code": code }))
        });
        json!({ "bytes": text.len(), "entries": entries.collect::<Vec<_>>() })
    }
}

fn told<T>(outcome: Result<T, Error>, shown: impl FnOnce(T) -> Json) -> Json {
    match outcome {
        Ok(found) => shown(found),
        Err(error) => json!({ "error": error.code() }),
    }
}

fn by_status(status: &Status) -> Json {
    let issues = status
        .issues
        .iter()
        .map(|issue| json!({ "code": issue.code, "script": issue.script, "since": issue.since }));
    let working = status.working.as_ref().map(|working| {
        let since = working.holder.as_ref().map(|holder| holder.since);
        json!({ "since": since, "at": working.at })
    });
    json!({
        "state": status.state,
        "tracks": status.tracks,
        "issues": issues.collect::<Vec<_>>(),
        "working": working,
    })
}

fn by_plan(plan: &PlannedRun) -> Json {
    let scripts = plan.scripts.iter().map(|planned| {
        let marks = planned.marks.iter().map(|mark| {
            json!({ "code": mark.code, "position": mark.position, "table": mark.table, "size": mark.size })
        });
        json!({
            "track": planned.script.track,
            "file": planned.script.file,
            "statements": planned.statements,
            "transaction": planned.transaction,
            "marks": marks.collect::<Vec<_>>(),
        })
    });
    json!({ "state": plan.state, "refused": plan.refusal.is_some(), "scripts": scripts.collect::<Vec<_>>() })
}

fn by_history(rows: &[Attempt], syntax: Syntax) -> Json {
    let mut hosts: Vec<&str> = Vec::new();
    let rows = rows.iter().map(|attempt| {
        let number = hosts.iter().position(|host| *host == attempt.host);
        let number = number.unwrap_or_else(|| {
            hosts.push(&attempt.host);
            hosts.len() - 1
        });
        let is_sql = attempt.script.file.to_ascii_lowercase().ends_with(".sql");
        // A placeholder stands for itself in the statement, and for its value in what the database says of it.
        let is_literal = |failed: &FailedStatement| is_sql && !failed.sql.contains("${");
        let names = match attempt.failed.as_ref().is_none_or(is_literal) {
            true => Names::OfTheSchema,
            false => Names::Perhaps,
        };
        let failed = attempt.failed.as_ref().map(|failed| {
            let FailedStatement {
                number,
                position,
                sql,
            } = failed;
            let sql = is_sql.then(|| masked(sql, syntax));
            json!({ "number": number, "position": position, "sql": sql })
        });
        json!({
            "id": attempt.id,
            "run": attempt.run,
            "track": attempt.script.track,
            "file": attempt.script.file,
            "checksum": attempt.checksum,
            "code_checksum": attempt.code_checksum,
            "started_at": attempt.started_at,
            "took_ms": attempt.took_ms,
            "statements": attempt.statements,
            "outcome": attempt.outcome,
            "error": attempt.error.as_deref().map(|error| shape(error, names)),
            "failed": failed,
            "resolution": attempt.resolution,
            "host": format!("host {}", number + 1),
            "program_version": attempt.program_version,
        })
    });
    rows.collect()
}
