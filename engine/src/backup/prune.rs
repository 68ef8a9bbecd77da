//! Which backups need not be kept. Decides, and touches nothing.

use super::id::BackupId;
use super::manifest::{Backup, Why};
use crate::ledger::history::{Attempt, Outcome};

/// How many are left of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept {
    /// Of those that somebody asked for or that a run began with.
    backups: usize,
    /// Of what restores have replaced: however often one is tried again, that pushes out no backup.
    copies: usize,
}

impl Kept {
    /// So many.
    pub(super) fn of_each(keep: usize) -> Self {
        Self {
            backups: keep,
            copies: keep,
        }
    }

    /// So many, once there is a new one; but one of its kind stays until it is whole.
    pub(super) fn beside_new(why: Why, keep: usize) -> Self {
        let beside = keep.saturating_sub(1).max(1);
        let all = Self::of_each(keep);
        match why {
            Why::Asked | Why::BeforeRun => Self {
                backups: beside,
                ..all
            },
            Why::BeforeRestore => Self {
                copies: beside,
                ..all
            },
        }
    }
}

/// The backups of `database` to be removed, oldest first: those that enough newer ones of their kind follow. What a restore has
/// replaced also goes when enough newer backups follow it. `spared`: those that are needed still, beside those that are kept.
/// `backups`: oldest first. Others' backups in the same folder are nobody's business here.
pub(super) fn superfluous<'b>(
    backups: impl DoubleEndedIterator<Item = &'b Backup>,
    database: &str,
    kept: Kept,
    spared: &[BackupId],
) -> Vec<BackupId> {
    let mut newer = Kept::of_each(0);
    let mut superfluous = Vec::new();
    for backup in backups.rev().filter(|backup| backup.database == database) {
        let (enough, of_its_kind) = match backup.why {
            Why::Asked | Why::BeforeRun => (newer.backups >= kept.backups, &mut newer.backups),
            Why::BeforeRestore => (
                newer.copies >= kept.copies || newer.backups >= kept.backups,
                &mut newer.copies,
            ),
        };
        *of_its_kind += 1;
        if enough && !spared.contains(&backup.id) {
            superfluous.push(backup.id.clone());
        }
    }
    superfluous.reverse();
    superfluous
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

    /// A backup by its name, `database-number`; `+` behind it: what a restore has replaced.
    fn backup(said: &str) -> Backup {
        let (id, why) = match said.strip_suffix('+') {
            Some(id) => (id, "before-restore"),
            None => (said, "asked"),
        };
        let (number, database) = id.split_once('-').expect("a number and a database");
        let manifest = serde_json::json!({
            "format": 1, "id": id, "why": why, "made_at": "2026-11-22T12:00:00Z", "took_ms": 1, "database": database,
            "dialect": "sqlite", "prefix": "", "tracks": {}, "latched": false, "host": "h", "program_version": null,
            "engine": "0.1.0", "made_by": "SQLite", "parts": [], "tables": [], "files": [], "warnings": [],
            "number": number.parse::<u64>().expect("a number"),
        });
        serde_json::from_value(manifest).expect("a manifest")
    }

    #[test]
    fn keeps_the_newest_and_what_is_needed() {
        type Case = (
            &'static [&'static str],
            usize,
            &'static [&'static str],
            &'static [&'static str],
        );
        let three: &[_] = &["1-a", "2-b", "3-a", "4-a", "5-b"];
        let rows: [Case; 14] = [
            (&[], 1, &[], &[]),
            (&["1-b", "2-b"], 1, &[], &[]),
            (three, 3, &[], &[]),
            (three, 9, &[], &[]),
            (three, 2, &[], &["1-a"]),
            (three, 1, &[], &["1-a", "3-a"]),
            // What is needed pushes out none, least of all the newest.
            (three, 1, &["1-a"], &["3-a"]),
            (three, 2, &["1-a"], &[]),
            // Nor do restores, tried however often.
            (&["1-a", "2-a+", "3-a+", "4-a+"], 1, &[], &["2-a", "3-a"]),
            (&["1-a", "2-a", "3-a+", "4-a+"], 2, &[], &[]),
            (&["1-a+", "2-a+", "3-a+"], 2, &[], &["1-a"]),
            (&["1-a+", "2-a+", "3-a+"], 2, &["1-a"], &[]),
            // What was replaced goes with the backups of its time.
            (&["1-a", "2-a+", "3-a", "4-a"], 2, &[], &["1-a", "2-a"]),
            (&["1-a", "2-a+", "3-a", "4-b"], 2, &[], &[]),
        ];
        for (there, keep, spared, expected) in rows {
            let backups: Vec<_> = there.iter().map(|said| backup(said)).collect();
            let spared: Vec<_> = spared.iter().map(|id| id.parse().expect("an id")).collect();
            let found = superfluous(backups.iter(), "a", Kept::of_each(keep), &spared);
            let found: Vec<_> = found.iter().map(BackupId::as_str).collect();
            assert_eq!(found, expected, "{there:?} {keep} {spared:?}");
        }
    }

    #[test]
    fn one_stays_until_the_new_one_is_whole() {
        let rows = [
            (Why::Asked, 1, (1, 1)),
            (Why::BeforeRun, 3, (2, 3)),
            (Why::BeforeRestore, 1, (1, 1)),
            (Why::BeforeRestore, 3, (3, 2)),
        ];
        for (why, keep, (backups, copies)) in rows {
            let expected = Kept { backups, copies };
            assert_eq!(Kept::beside_new(why, keep), expected, "{why:?} {keep}");
        }
    }
}
