//! refinery on `mysql_async`: a transaction for each script with its record, or one for all
//! (`set_grouped`), which MariaDB commits at every definition statement.

use crate::contender::refinery_runner::Grouping;
use crate::contender::{Contender, Event, Source};
use crate::mysql::block_on;
use anyhow::Result;
use mysql_async::{Opts, Pool};
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
        block_on(async {
            let mut pool = Pool::new(Opts::from_url(database)?);
            runner.run_async(&mut pool).await?;
            pool.disconnect().await?;
            Ok(())
        })
    }
}
