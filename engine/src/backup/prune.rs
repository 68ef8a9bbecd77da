//! Which backups need not be kept. Decides, and touches nothing.

use super::id::BackupId;
use super::manifest::Backup;
use crate::ledger::history::{Attempt, Outcome};

/// The backups of `database` to be removed so that `keep` are left, oldest first. `spared`: those that are needed still.
/// `backups`: oldest first. Others' backups in the same folder are nobody's business here.
pub(super) fn superfluous<'b>(
    backups: impl Iterator<Item = &'b Backup>,
    database: &str,
    keep: usize,
    spared: &[BackupId],
) -> Vec<BackupId> {
    let own: Vec<_> = backups
        .filter(|backup| backup.database == database)
        .map(|backup| &backup.id)
        .collect();
    let too_many = own.len().saturating_sub(keep);
    let removable = own.into_iter().filter(|id| !spared.contains(id));
    removable.take(too_many).cloned().collect()
}

/// The runs whose backups are needed still: those that have failed one after the other, up to now. `history`: oldest
/// first. Once a run has ended well, nothing before it is needed.
pub(super) fn needed(history: &[Attempt]) -> Vec<&str> {
    let mut failed: Vec<&str> = Vec::new();
    // What a restore says to be there again did not run.
    let mut restored: Vec<&str> = Vec::new();
    for attempt in history.iter().rev() {
        let run = attempt.run.as_str();
        match attempt.outcome {
            Outcome::Failed | Outcome::Died if !failed.contains(&run) => failed.push(run),
            Outcome::Restored => restored.push(run),
            Outcome::Applied if !failed.contains(&run) && !restored.contains(&run) => break,
            Outcome::Failed
            | Outcome::Died
            | Outcome::Applied
            | Outcome::Adopted
            | Outcome::Marked
            | Outcome::Cleared
            | Outcome::Skipped
            | Outcome::Accepted
            | Outcome::Undone => {}
        }
    }
    failed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Tables;
    use crate::ledger::book::Book;
    use crate::lock::Holder;
    use crate::script::ScriptId;
    use crate::sql::Dialect;
    use crate::track::TrackName;

    fn attempt(run: &str, outcome: Outcome) -> Attempt {
        let tables = Tables::new("", Dialect::Sqlite, None);
        let script = ScriptId {
            track: TrackName::CORE,
            file: "1.sql".to_owned(),
        };
        let book = Book::new(tables, Holder::me(None));
        Attempt {
            run: run.to_owned(),
            ..book.attempt(script, "1".to_owned(), outcome)
        }
    }

    #[test]
    fn what_a_failed_run_needs() {
        use Outcome::{Applied, Cleared, Died, Failed, Restored, Undone};
        type Case = (&'static [(&'static str, Outcome)], &'static [&'static str]);
        let rows: [Case; 7] = [
            (&[], &[]),
            (&[("1", Applied)], &[]),
            (&[("1", Applied), ("2", Applied), ("2", Failed)], &["2"]),
            (
                &[
                    ("1", Failed),
                    ("x", Cleared),
                    ("2", Died),
                    ("x", Cleared),
                    ("3", Failed),
                ],
                &["3", "2", "1"],
            ),
            (
                &[
                    ("1", Applied),
                    ("1", Failed),
                    ("x", Cleared),
                    ("2", Applied),
                ],
                &[],
            ),
            (
                &[
                    ("1", Applied),
                    ("2", Applied),
                    ("2", Failed),
                    ("2", Undone),
                    ("2", Restored),
                ],
                &["2"],
            ),
            (
                &[
                    ("1", Failed),
                    ("2", Undone),
                    ("3", Applied),
                    ("3", Restored),
                ],
                &["1"],
            ),
        ];
        for (history, expected) in rows {
            let attempts = history.iter().map(|(run, outcome)| attempt(run, *outcome));
            let attempts: Vec<_> = attempts.collect();
            assert_eq!(needed(&attempts), expected, "{history:?}");
        }
    }

    fn backup(id: &str, database: &str) -> Backup {
        let manifest = serde_json::json!({
            "format": 1, "id": id, "why": "asked", "made_at": "2026-11-22T12:00:00Z", "took_ms": 1, "database": database,
            "dialect": "sqlite", "prefix": "", "tracks": {}, "latched": false, "host": "h", "program_version": null,
            "engine": "0.1.0", "made_by": "SQLite", "parts": [], "tables": [], "files": [], "warnings": [],
        });
        serde_json::from_value(manifest).expect("a manifest")
    }

    #[test]
    fn keeps_the_newest_and_what_is_needed() {
        let there = [("1", "a"), ("2", "b"), ("3", "a"), ("4", "a"), ("5", "b")];
        let there = there.map(|(id, database)| backup(id, database));
        let rows: [(&str, usize, Option<&str>, &[&str]); 7] = [
            ("a", 3, None, &[]),
            ("a", 9, None, &[]),
            ("a", 2, None, &["1"]),
            ("a", 1, None, &["1", "3"]),
            ("a", 1, Some("1"), &["3", "4"]),
            ("b", 1, Some("1"), &["2"]),
            ("c", 0, None, &[]),
        ];
        for (database, keep, spared, expected) in rows {
            let spared: Vec<_> = spared.iter().map(|id| id.parse().expect("an id")).collect();
            let found = superfluous(there.iter(), database, keep, &spared);
            let found: Vec<_> = found.iter().map(BackupId::as_str).collect();
            assert_eq!(found, expected, "{database} {keep} {spared:?}");
        }
    }
}
