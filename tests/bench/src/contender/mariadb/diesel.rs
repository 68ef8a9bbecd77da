//! diesel_migrations, whose work is in a program of its own: `src/bin/upgrades-bench-diesel-mysql.rs`.

use crate::contender::{Contender, Event, Source};
use anyhow::{Result, bail, ensure};
use std::env;
use std::path::PathBuf;
use upgrades_bench_scripts::Layout;

/// The program, beside this one.
const PROGRAM: &str = "upgrades-bench-diesel-mysql";

/// diesel's migration harness with its defaults.
#[derive(Debug)]
pub struct Diesel;

impl Contender for Diesel {
    fn name(&self) -> &'static str {
        "diesel"
    }

    fn label(&self) -> &'static str {
        "diesel_migrations"
    }

    fn layout(&self) -> Layout {
        Layout::Diesel
    }

    fn enters(&self, _event: Event) -> bool {
        true
    }

    fn program(&self) -> Result<PathBuf> {
        let program = env::current_exe()?.with_file_name(PROGRAM);
        ensure!(
            program.exists(),
            "{PROGRAM} was not built: cargo build --release --features diesel-mysql"
        );
        Ok(program)
    }

    fn upgrade(&self, _database: &str, _scripts: Source<'_>) -> Result<()> {
        bail!("only {PROGRAM} can do it")
    }
}
