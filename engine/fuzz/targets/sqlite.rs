//! Any bytes as a script for SQLite.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| {
    upgrades::testing::check(text, upgrades::Dialect::Sqlite, "");
});
