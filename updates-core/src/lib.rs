//! The core upgrade scripts of the sample application, a product configurator shop, embedded in the program.

use include_dir::{Dir, include_dir};
use upgrades::{Dialect, Track};

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
///
/// Behind every run that did something, the database counts its tables anew: it chooses indexes by what it has counted, and
/// an upgrade may have changed much.
pub fn track() -> Track {
    Track::core(&SCRIPTS).after_run(|db| {
        match db.dialect() {
            Dialect::Sqlite => db.execute("ANALYZE", &[])?,
            _ => db.execute("ANALYZE TABLE #__products, #__customers, #__orders", &[])?,
        };
        Ok(())
    })
}
