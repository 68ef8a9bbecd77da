//! refinery: a transaction for each script and another for its record, or one for all (`set_grouped`).

use super::{Contender, Embedded, Event, Source};
use anyhow::{Context, Result};
use include_dir::Dir;
use refinery::{Migration, Runner};
use std::path::Path;
use upgrades_bench_scripts as embedded;
use upgrades_bench_scripts::Layout;

/// refinery with its default transactions or grouped.
#[derive(Debug)]
pub struct Refinery {
    grouping: Grouping,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grouping {
    Each,
    All,
}

impl Refinery {
    /// The library's default.
    pub const PLAIN: Self = Self {
        grouping: Grouping::Each,
    };
    /// With `set_grouped(true)`.
    pub const GROUPED: Self = Self {
        grouping: Grouping::All,
    };
}

impl Contender for Refinery {
    fn name(&self) -> &'static str {
        match self.grouping {
            Grouping::Each => "refinery",
            Grouping::All => "refinery-grouped",
        }
    }

    fn label(&self) -> &'static str {
        match self.grouping {
            Grouping::Each => "refinery [^list]",
            Grouping::All => "refinery, grouped [^list]",
        }
    }

    fn layout(&self) -> Layout {
        Layout::Refinery
    }

    fn enters(&self, _event: Event) -> bool {
        true
    }

    fn upgrade(&self, database: &Path, scripts: Source<'_>) -> Result<()> {
        let runner = match scripts {
            Source::Folder(folder) => Runner::new(&refinery::load_sql_migrations(folder)?),
            Source::Embedded(Embedded::Thousand) => list(&embedded::REFINERY_1000)?,
            Source::Embedded(Embedded::TenThousand) => list(&embedded::REFINERY_10000)?,
        };
        let mut connection = rusqlite::Connection::open(database)?;
        runner
            .set_grouped(self.grouping == Grouping::All)
            .run(&mut connection)?;
        Ok(())
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
