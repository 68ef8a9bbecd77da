//! The benchmark's scripts: written to a folder, or compiled in the way each library embeds them.
//!
//! They are a package of their own, so that the benchmark's own code builds without them.

mod small;

pub use small::{Layout, table, text, write};

use include_dir::{Dir, include_dir};

include!(concat!(env!("OUT_DIR"), "/macros.rs"));

/// 1,000 scripts named `00001_table.sql`.
pub static FLAT_1000: Dir<'static> = include_dir!("$OUT_DIR/flat/1000");
/// 10,000 scripts named `00001_table.sql`.
pub static FLAT_10000: Dir<'static> = include_dir!("$OUT_DIR/flat/10000");

/// 1,000 scripts named `1-table/up.sql`, for rusqlite_migration.
pub static NUMBERED_1000: Dir<'static> = include_dir!("$OUT_DIR/numbered/1000");
/// 10,000 scripts named `1-table/up.sql`, for rusqlite_migration.
pub static NUMBERED_10000: Dir<'static> = include_dir!("$OUT_DIR/numbered/10000");

/// 1,000 scripts named `V1__table.sql`, for refinery.
pub static REFINERY_1000: Dir<'static> = include_dir!("$OUT_DIR/refinery/1000");
/// 10,000 scripts named `V1__table.sql`, for refinery.
pub static REFINERY_10000: Dir<'static> = include_dir!("$OUT_DIR/refinery/10000");
