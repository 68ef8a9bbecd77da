//! rusqlite_migration: one transaction and `PRAGMA user_version`; no names, checksums or history.

use crate::contender::{Contender, Embedded, Event, Source};
use crate::generate::read_in_order;
use anyhow::Result;
use rusqlite_migration::{M, Migrations};
use upgrades_bench_scripts as embedded;
use upgrades_bench_scripts::Layout;

/// rusqlite_migration with its defaults. It reads no folder itself: its user does.
#[derive(Debug)]
pub struct RusqliteMigration;

impl Contender for RusqliteMigration {
    fn name(&self) -> &'static str {
        "rusqlite_migration"
    }

    fn label(&self) -> &'static str {
        "rusqlite_migration [^history]"
    }

    fn layout(&self) -> Layout {
        Layout::Flat
    }

    fn enters(&self, _event: Event) -> bool {
        true
    }

    fn upgrade(&self, database: &str, scripts: Source<'_>) -> Result<()> {
        let texts;
        let migrations = match scripts {
            Source::Folder(folder) => {
                texts = read_in_order(folder)?.collect::<Result<Vec<_>, _>>()?;
                Migrations::from_iter(texts.iter().map(|text| M::up(text)))
            }
            Source::Embedded(Embedded::Thousand) => {
                Migrations::from_directory(&embedded::NUMBERED_1000)?
            }
            Source::Embedded(Embedded::TenThousand) => {
                Migrations::from_directory(&embedded::NUMBERED_10000)?
            }
        };
        let mut connection = rusqlite::Connection::open(database)?;
        migrations.to_latest(&mut connection)?;
        Ok(())
    }
}
