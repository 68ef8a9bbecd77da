//! The upgrades of the sample application, a product configurator shop: the core scripts, embedded in the program, and those
//! that are functions of the program's.

mod slugs;

pub use slugs::slug;

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

/// What the program upgrades with code of its own, behind the scripts: the track `program`.
///
/// A track apart from core, since the command `upgrades` and other tools read core's folder, and no folder holds a function. In
/// core, a database that the command has brought to the newest version would have skipped it, and one that the program has
/// brought there would have a script that the command cannot find. So each of them runs what it has, in whatever order they
/// come; what a function needs of core it says.
///
/// ```
/// # let mut connection = rusqlite::Connection::open_in_memory()?;
/// let report = upgrades::Upgrader::new(upgrades::sqlite_connection(&mut connection))
///     .track(updates_core::track())
///     .track(updates_core::program_track())
///     .placeholder("currency", "EUR")
///     .run()?;
/// let newest = report.applied.last().map(|applied| applied.script.file.as_str());
/// assert_eq!(newest, Some("1.0.0 addresses of product pages.rs"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn program_track() -> Track {
    let scripts: [(&str, &str); 0] = [];
    Track::named("program", scripts).function_with(
        "1.0.0",
        "addresses of product pages",
        &["requires = core >= 1.0"],
        slugs::give_to_each_product,
    )
}
