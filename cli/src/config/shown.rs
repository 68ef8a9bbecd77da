//! What of the configuration may be posted publicly: what somebody has set, but for what may be secret.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{Config, Newer};
use crate::hooks::HookTable;
use crate::url::{Database, has_password};

impl Config {
    /// The configuration without the address of the database, values of placeholders, and paths.
    pub(crate) fn shown(&self) -> Value {
        let file = &self.file;
        let names: Vec<_> = file.placeholders.keys().collect();
        let seconds = |duration: Option<std::time::Duration>| duration.map(|d| d.as_secs_f64());
        let (kind, password) = match &self.database {
            Database::Sqlite(_) => ("sqlite", false),
            Database::Mysql(url) => ("mysql", has_password(url)),
        };
        let tracks = self.tracks.iter().map(|track| {
            json!({
                "name": track.name,
                "optional": track.optional,
                "files": fs::read_dir(&track.directory).map(Iterator::count).ok(),
            })
        });
        json!({
            "database": kind,
            "database_has_password": password,
            "prefix": file.prefix,
            "app_version": file.app_version,
            "lock_wait": seconds(file.lock_wait),
            "busy_timeout": seconds(file.busy_timeout),
            "wait": seconds(file.wait),
            "when_newer": match file.when_newer {
                Newer::Refuse => "refuse",
                Newer::Continue => "continue",
            },
            "mysql": {
                "sql_mode": file.mysql.sql_mode,
                "foreign_key_checks": file.mysql.foreign_key_checks,
                "lock_wait_timeout": seconds(file.mysql.lock_wait_timeout),
                "statement_timeout": seconds(file.mysql.statement_timeout),
                "lock_expiry": seconds(file.mysql.lock_expiry),
            },
            "tracks": tracks.collect::<Vec<_>>(),
            "placeholders": names,
            "hooks": file.hooks.values().map(HookTable::shown).collect::<Vec<_>>(),
            "failure_log_is_there": self.failure_log.is_file(),
            "file_system": self.file_system(),
        })
    }

    /// The kind of the file system that a SQLite database is on.
    fn file_system(&self) -> Option<String> {
        let Database::Sqlite(path) = &self.database else {
            return None;
        };
        let path = fs::canonicalize(path).ok()?;
        kind_of_mount(&fs::read_to_string("/proc/self/mountinfo").ok()?, &path)
    }
}

/// The kind of the file system that is mounted nearest above a path; see proc(5).
fn kind_of_mount(mounts: &str, path: &Path) -> Option<String> {
    let mounted = mounts.lines().filter_map(|line| {
        let (place, kind) = line.split_once(" - ")?;
        let point = Path::new(place.split(' ').nth(4)?);
        let kind = kind.split(' ').next()?;
        path.starts_with(point)
            .then(|| (point.components().count(), kind.to_owned()))
    });
    mounted
        .max_by_key(|(depth, _)| *depth)
        .map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_nearest_mount() {
        let mounts = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 0:5 / /srv rw shared:1 - xfs /dev/b rw\n31 22 0:6 / /srvx rw - nfs4 h:/x rw\n";
        let rows = [
            ("/home/shop.db", Some("ext4")),
            ("/srv/shop.db", Some("xfs")),
            ("/srvx/a/shop.db", Some("nfs4")),
        ];
        for (path, expected) in rows {
            assert_eq!(kind_of_mount(mounts, Path::new(path)).as_deref(), expected);
        }
    }
}
