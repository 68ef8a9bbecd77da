//! What is measured: a row of the table each.

use clap::ValueEnum;

/// What upgrades does, in a process of its own.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Act {
    Make,
    Verify,
    Restore,
}

/// A row of the table.
pub struct Contender {
    pub name: &'static str,
    pub work: Work,
    /// What it is compared with: another row of the table.
    pub against: usize,
}

pub enum Work {
    /// What is typed, in the folder of the database.
    Shell(&'static str),
    /// What a child does.
    Upgrades(Act),
}

const fn shell(name: &'static str, line: &'static str, against: usize) -> Contender {
    let work = Work::Shell(line);
    Contender {
        name,
        work,
        against,
    }
}

const fn upgrades(name: &'static str, act: Act, against: usize) -> Contender {
    let work = Work::Upgrades(act);
    Contender {
        name,
        work,
        against,
    }
}

pub const SQLITE: &[Contender] = &[
    shell("cp, and sync", "cp shop.db copy && sync copy", 0),
    shell(
        "sqlite3 .backup, and sync",
        "sqlite3 shop.db '.backup copy' && sync copy",
        1,
    ),
    shell(
        "sqlite3 .backup, and zstd -T0 -1",
        "sqlite3 shop.db '.backup copy' && zstd -q -T0 -1 --rm copy && sync copy.zst",
        2,
    ),
    upgrades("**upgrades**, backup", Act::Make, 1),
    shell(
        "zstd -d, and PRAGMA integrity_check",
        "zstd -q -d kept.zst -o copy && sqlite3 copy 'PRAGMA integrity_check' >/dev/null",
        4,
    ),
    upgrades("**upgrades**, verify", Act::Verify, 4),
    shell(
        "sqlite3 .backup and zstd, then zstd -d and .restore",
        "sqlite3 shop.db '.backup copy' && zstd -q -T0 -1 --rm copy && \
         zstd -q -d kept.zst -o copy && sqlite3 shop.db '.restore copy' && sync shop.db",
        6,
    ),
    upgrades(
        "**upgrades**, restore, with a backup before it",
        Act::Restore,
        6,
    ),
];

/// `$SERVER` is what the tools are told of the server.
pub const MARIADB: &[Contender] = &[
    shell(
        "mariadb-dump, and zstd -T0 -1",
        "set -o pipefail; mariadb-dump $SERVER --single-transaction --routines --triggers --events --hex-blob bench \
         | zstd -q -T0 -1 -o copy.zst && sync copy.zst",
        0,
    ),
    upgrades("**upgrades**, backup", Act::Make, 0),
    shell(
        "zstd -d and the client, then CHECK TABLE",
        "set -o pipefail; mariadb $SERVER -e 'CREATE DATABASE aside' && zstd -q -d -c kept.zst | mariadb $SERVER aside && \
         mariadb $SERVER aside -e 'CHECK TABLE goods' >/dev/null && mariadb $SERVER -e 'DROP DATABASE aside'",
        2,
    ),
    upgrades("**upgrades**, verify", Act::Verify, 2),
    shell(
        "mariadb-dump and zstd, then zstd -d and the client",
        "set -o pipefail; mariadb-dump $SERVER --single-transaction --routines --triggers --events --hex-blob bench \
         | zstd -q -T0 -1 -o copy.zst && sync copy.zst && zstd -q -d -c kept.zst | mariadb $SERVER bench",
        4,
    ),
    upgrades(
        "**upgrades**, restore, with a backup before it",
        Act::Restore,
        4,
    ),
];
