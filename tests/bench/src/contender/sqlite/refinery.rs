//! refinery: a transaction for each script and another for its record, or one for all (`set_grouped`).

use crate::contender::refinery_runner::Grouping;
use crate::contender::{Contender, Event, Source};
use anyhow::Result;
use upgrades_bench_scripts::Layout;

/// refinery with its default transactions or grouped.
#[derive(Debug)]
pub struct Refinery(pub Grouping);

impl Contender for Refinery {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn label(&self) -> &'static str {
        self.0.label()
    }

    fn layout(&self) -> Layout {
        Layout::Refinery
    }

    fn enters(&self, _event: Event) -> bool {
        true
    }

    fn upgrade(&self, database: &str, scripts: Source<'_>) -> Result<()> {
        let runner = self.0.runner(scripts)?;
        let mut connection = rusqlite::Connection::open(database)?;
        runner.run(&mut connection)?;
        Ok(())
    }
}
