//! Which backups need not be kept. Decides, and touches nothing.

use super::id::BackupId;
use super::manifest::Backup;

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

#[cfg(test)]
mod tests {
    use super::*;

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
