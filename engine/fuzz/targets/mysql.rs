//! Any bytes as a script for MySQL; the first decides on the SQL_MODE.
#![no_main]

const MODES: [&str; 4] = [
    "",
    "ANSI_QUOTES",
    "NO_BACKSLASH_ESCAPES",
    "ANSI_QUOTES,NO_BACKSLASH_ESCAPES",
];

libfuzzer_sys::fuzz_target!(|text: &[u8]| {
    let Some((first, text)) = text.split_first() else {
        return;
    };
    let mode = MODES[usize::from(*first) % MODES.len()];
    upgrades::testing::check(text, upgrades::Dialect::Mysql, mode);
});
