//! This project's engine.

use crate::contender::{Contender, Embedded, Event, Source};
use anyhow::Result;
use upgrades::{Track, Upgrader};
use upgrades_bench_scripts::{self as embedded, Layout};

/// `upgrades` with its defaults and one track.
#[derive(Debug)]
pub struct Ours;

impl Contender for Ours {
    fn name(&self) -> &'static str {
        "upgrades"
    }

    fn label(&self) -> &'static str {
        "**upgrades**"
    }

    fn layout(&self) -> Layout {
        Layout::Flat
    }

    fn enters(&self, _event: Event) -> bool {
        true
    }

    fn upgrade(&self, database: &str, scripts: Source<'_>) -> Result<()> {
        let track = match scripts {
            Source::Folder(folder) => Track::core(folder),
            Source::Embedded(Embedded::Thousand) => Track::core(&embedded::FLAT_1000),
            Source::Embedded(Embedded::TenThousand) => Track::core(&embedded::FLAT_10000),
        };
        Upgrader::new(upgrades::mysql(database)?)
            .track(track)
            .run()?;
        Ok(())
    }
}
