//! The call site of the engine: all that a shop has to say about its upgrades.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use upgrades::{Track, Upgrader};

use crate::options::Options;

/// The shop's own version: scripts may require one, and the history notes which program ran them.
const VERSION: &str = "3.6.0";

/// The upgrade of the shop's database. Nothing runs before somebody calls `run`; once `stop` is true, a run ends behind the
/// statement that it is at.
pub(crate) fn upgrader(options: &Options, stop: Arc<AtomicBool>) -> Arc<Upgrader<'static>> {
    let upgrader = Upgrader::new(upgrades::sqlite(&options.database))
        // The maintainer's scripts are inside the program, an integrator's stand in a folder.
        .track(updates_core::track())
        .track(Track::customization(options.updates.clone()))
        .track(updates_core::program_track())
        // What `#__` in a script becomes; the shop's own SQL writes it out.
        .prefix("cb_")
        .placeholder("currency", "EUR")
        .app_version(VERSION)
        .failure_log(options.database.with_file_name("upgrade_errors.log"))
        .on_critical_issue(|issue| {
            eprintln!("{}: {} {}", issue.title, issue.problem, issue.solution);
        })
        .stop_when(stop);
    Arc::new(upgrader)
}
