//! The scripts' folders: writing those that only the driver needs, and reading one in order.

use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use upgrades_bench_scripts::Layout;

/// Bytes of the large script, at least.
pub const BULK_BYTES: usize = 200_000_000;

/// The table of the large script.
pub const BULK_TABLE: &str = "bulk";

/// How long an INSERT statement of the large script is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insert {
    /// About 1 KB.
    Kilobyte,
    /// About 1 MB.
    Megabyte,
}

impl Insert {
    /// The length, for reading.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Kilobyte => "1 KB",
            Self::Megabyte => "1 MB",
        }
    }

    fn padding(self) -> String {
        "lorem ipsum ".repeat(match self {
            Self::Kilobyte => 80,
            Self::Megabyte => 83_000,
        })
    }
}

/// Writes one script of at least `bytes` bytes below `folder`: a table, and INSERT statements. Gives
/// the number of its rows.
///
/// # Errors
///
/// Whatever the file system answers.
pub fn bulk(layout: Layout, folder: &Path, bytes: usize, insert: Insert) -> io::Result<u32> {
    let path = folder.join(layout.path(1));
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    let mut file = BufWriter::new(File::create(path)?);
    let head =
        format!("CREATE TABLE {BULK_TABLE} (id INTEGER PRIMARY KEY, text LONGTEXT NOT NULL);\n");
    file.write_all(head.as_bytes())?;
    let padding = insert.padding();
    let mut written = head.len();
    let mut rows = 0;
    while written < bytes {
        rows += 1;
        let statement =
            format!("INSERT INTO {BULK_TABLE} (id, text) VALUES ({rows}, '{padding}');\n");
        file.write_all(statement.as_bytes())?;
        written += statement.len();
    }
    file.flush()?;
    Ok(rows)
}

/// The paths in `folder`, sorted by name.
///
/// # Errors
///
/// Whatever the file system answers.
pub fn names_in_order(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<Vec<_>, _>>()
        })
        .with_context(|| format!("cannot list {}", folder.display()))?;
    paths.sort_unstable();
    Ok(paths)
}

/// The texts of `folder`'s files, one after another, sorted by name.
///
/// # Errors
///
/// A folder that cannot be listed; each text is a result of its own.
pub fn read_in_order(folder: &Path) -> Result<impl Iterator<Item = Result<String>>> {
    Ok(names_in_order(folder)?.into_iter().map(|path| {
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }))
}
