//! Databases that cannot be used: each is told exactly, and nothing is recorded as failed.

use std::os::unix::fs::symlink;

use upgrades::{Track, Upgrader};

use crate::lab::{Lab, source};

fn told(lab: &Lab, path: &str) -> (String, String) {
    let store = upgrades::sqlite(match path {
        "" | ":memory:" => path.into(),
        file => lab.sandbox.path(file),
    });
    let upgrader = Upgrader::new(store).without_failure_log();
    let error = upgrader
        .track(Track::core(source(&[("1.sql", "CREATE TABLE a(a)")])))
        .run()
        .unwrap_err();
    (error.code().to_string(), lab.tidy(&upgrades::chain(&error)))
}

#[test]
fn files_that_are_no_database() {
    let lab = Lab::new();
    lab.sandbox.write(
        "text",
        "this is no database, but long enough to be taken for one: ".repeat(20),
    );
    lab.sandbox.write("folder/x", "");
    lab.sandbox.write("file", "");
    symlink("nowhere.db", lab.sandbox.path("link.db")).unwrap();
    symlink("loop.db", lab.sandbox.path("loop.db")).unwrap();
    let rows = [
        (
            "text",
            "database-damaged",
            "the database cannot be used, and nothing more was run: what upgrades keeps in the database cannot be read: \
             [FOLDER]/text is no database, or is damaged: file is not a database",
        ),
        (
            "folder",
            "database-unreachable",
            "the database cannot be used, and nothing more was run: the database [FOLDER]/folder cannot be opened: it is a \
             folder",
        ),
        (
            "nowhere/shop.db",
            "database-unreachable",
            "the database cannot be used, and nothing more was run: the database [FOLDER]/nowhere/shop.db cannot be opened: \
             its folder [FOLDER]/nowhere cannot be used: No such file or directory (os error 2)",
        ),
        (
            "file/shop.db",
            "database-unreachable",
            "the database cannot be used, and nothing more was run: the database [FOLDER]/file/shop.db cannot be opened: its \
             path cannot be followed: Not a directory (os error 20)",
        ),
        (
            "link.db",
            "database-unreachable",
            "the database cannot be used, and nothing more was run: the database [FOLDER]/link.db cannot be opened: it is a \
             symbolic link to a file that is not there",
        ),
        (
            "loop.db",
            "database-unreachable",
            "the database cannot be used, and nothing more was run: the database [FOLDER]/loop.db cannot be opened: its path \
             cannot be followed: Too many levels of symbolic links (os error 40)",
        ),
        (
            ":memory:",
            "database-unreachable",
            "the database cannot be used, and nothing more was run: \":memory:\" names no database file; give a path, or a \
             connection of your own for a database in memory",
        ),
        (
            "",
            "database-unreachable",
            "the database cannot be used, and nothing more was run: \"\" names no database file; give a path, or a connection \
             of your own for a database in memory",
        ),
    ];
    for (path, code, message) in rows {
        let before = lab.files();
        assert_eq!(
            told(&lab, path),
            (code.to_owned(), message.to_owned()),
            "{path}"
        );
        assert_eq!(lab.files(), before, "{path}");
    }
}

/// A damaged page is met by the script, and is no script's fault.
#[test]
fn a_damaged_database() {
    let lab = Lab::with(
        "CREATE TABLE system_vars(name PRIMARY KEY, value); INSERT INTO system_vars VALUES ('a', 'b')",
    );
    let mut bytes = std::fs::read(lab.database()).unwrap();
    let page = bytes.len() / 2;
    bytes[page..].fill(0x5a);
    lab.sandbox.write("shop.db", &bytes);
    let (code, message) = told(&lab, "shop.db");
    assert_eq!(
        (code.as_str(), message.as_str()),
        (
            "database-damaged",
            "the database cannot be used, and nothing more was run: what upgrades keeps in the database cannot be read: \
             [FOLDER]/shop.db is no database, or is damaged: database disk image is malformed"
        )
    );
    assert_eq!(
        lab.sandbox.path("shop.db").metadata().unwrap().len(),
        bytes.len() as u64
    );
}

/// As far as it goes without another user: the connection itself may not write.
#[test]
fn a_database_that_is_only_read() {
    let lab = Lab::with("CREATE TABLE other(a)");
    let before = lab.files();
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let mut connection = rusqlite::Connection::open_with_flags(lab.database(), flags).unwrap();
    let upgrader =
        Upgrader::new(upgrades::sqlite_connection(&mut connection)).without_failure_log();
    let upgrader = upgrader.track(Track::core(source(&[("1.sql", "CREATE TABLE a(a)")])));
    let error = upgrader.run().unwrap_err();
    assert_eq!(error.code().as_str(), "database-read-only");
    assert_eq!(
        upgrades::chain(&error),
        "the database cannot be used, and nothing more was run: what upgrades keeps in the database cannot be written: attempt to \
         write a readonly database"
    );
    assert_eq!(upgrader.plan().unwrap().scripts.len(), 1);
    assert_eq!(lab.files()[0], before[0]);
}
