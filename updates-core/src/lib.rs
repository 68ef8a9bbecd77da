//! The core upgrade scripts of the sample application, a product configurator shop, embedded in the program.

use include_dir::{Dir, include_dir};
use upgrades::Track;

static SCRIPTS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/scripts");

/// The track of the maintainer: every script of `scripts/`.
///
/// ```
/// # let mut connection = rusqlite::Connection::open_in_memory()?;
/// let report = upgrades::Upgrader::new(upgrades::sqlite_connection(&mut connection))
///     .track(updates_core::track())
///     .placeholder("currency", "EUR")
///     .run()?;
/// assert!(!report.applied.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn track() -> Track {
    Track::core(&SCRIPTS)
}
