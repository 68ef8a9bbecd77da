//! What the numbers depend on: the day, the machine, the file system, and who else is working.

use std::fs;
use std::path::Path;
use std::thread::available_parallelism;
use time::OffsetDateTime;

/// One line that belongs beside the tables; `database` is what they were measured with.
pub fn line(folder: &Path, database: &str) -> String {
    let cores = available_parallelism().map_or(0, usize::from);
    let file_system = file_system(folder).unwrap_or_else(|| "unknown".to_string());
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    format!(
        "{}, {cores} cores, file system {file_system}, {database}, load average {}",
        OffsetDateTime::now_utc().date(),
        load.split_whitespace().next().unwrap_or("unknown"),
    )
}

/// The type of the file system that holds `folder`: that of the longest mount point above it.
fn file_system(folder: &Path) -> Option<String> {
    let mounts = fs::read_to_string("/proc/mounts").ok()?;
    let folder = folder.canonicalize().ok()?;
    mounts
        .lines()
        .filter_map(|line| {
            let mut columns = line.split_whitespace().skip(1);
            Some((columns.next()?, columns.next()?))
        })
        .filter(|(point, _)| folder.starts_with(point))
        .max_by_key(|(point, _)| point.len())
        .map(|(_, kind)| kind.to_string())
}
