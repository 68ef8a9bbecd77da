//! What refinery's contenders share: the runner does not know the store.

use super::{Embedded, Source};
use anyhow::{Context, Result};
use include_dir::Dir;
use refinery::{Migration, Runner};
use upgrades_bench_scripts as embedded;

/// How refinery's runner divides its work into transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// The library's default.
    Each,
    /// With `set_grouped(true)`.
    All,
}

impl Grouping {
    /// The contender's name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Each => "refinery",
            Self::All => "refinery-grouped",
        }
    }

    /// The contender's name in the tables.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Each => "refinery [^list]",
            Self::All => "refinery, grouped [^list]",
        }
    }

    /// The runner of `scripts`.
    ///
    /// # Errors
    ///
    /// Scripts that cannot be read.
    pub fn runner(self, scripts: Source<'_>) -> Result<Runner> {
        let runner = match scripts {
            Source::Folder(folder) => Runner::new(&refinery::load_sql_migrations(folder)?),
            Source::Embedded(Embedded::Thousand) => list(&embedded::REFINERY_1000)?,
            Source::Embedded(Embedded::TenThousand) => list(&embedded::REFINERY_10000)?,
        };
        Ok(runner.set_grouped(self == Self::All))
    }
}

/// What the code made by `refinery::embed_migrations!` does when it runs: names and copied texts into
/// a vector, and from it one `Migration::unapplied` each. The macro itself writes all of them into one
/// function, which takes the compiler 77 seconds at 1,000 scripts and more than nine minutes at 10,000.
fn list(folder: &'static Dir<'static>) -> Result<Runner> {
    let texts = folder
        .files()
        .map(|file| {
            let name = file.path().file_stem().and_then(|name| name.to_str());
            let text = file.contents_utf8().map(str::to_string);
            name.zip(text).context("a name and a text that are UTF-8")
        })
        .collect::<Result<Vec<_>>>()?;
    let migrations = texts
        .into_iter()
        .map(|(name, text)| Migration::unapplied(name, &text))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Runner::new(&migrations))
}
