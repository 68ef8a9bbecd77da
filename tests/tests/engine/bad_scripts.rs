//! Scripts that are not in order: each is told exactly, before anything runs.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use upgrades::Track;

use crate::lab::Lab;

const HEAD: &str = "the scripts are not in order, and none was run: ";

/// The script's bytes in a folder, beside one that is in order; what is said.
fn check(bytes: impl AsRef<[u8]>, expected: &str) {
    let lab = Lab::new();
    lab.sandbox.write("updates/1.sql", "CREATE TABLE a(a)");
    lab.sandbox.write("updates/2.sql", bytes);
    let upgrader = lab.bare().track(Track::core(lab.sandbox.path("updates")));
    assert_eq!(lab.told(upgrader.run()), format!("{HEAD}{expected}"));
    assert!(!lab.database().exists(), "{expected}");
    assert_eq!(
        lab.told(upgrader.plan().map(|_| unreachable!())),
        format!("{HEAD}{expected}")
    );
    // The state is told by names alone.
    assert_eq!(format!("{:?}", upgrader.status().unwrap().state), "Pending");
}

#[test]
fn texts() {
    const SPLIT: &str = "core/2.sql cannot be split into statements: ";
    const EMPTY: &str = "core/2.sql is empty, as a file is that was copied half; write a comment into it if there is nothing to do";
    check(
        b"SELECT 1;\n-- caf\xe9",
        &format!("{SPLIT}it is not UTF-8 at line 2, column 7"),
    );
    check(
        b"\xff\xfeS\0E\0",
        &format!(
            "{SPLIT}it has a NUL byte at line 1, column 4, after which the database would read no further"
        ),
    );
    check(
        "SELECT 1;\nSELECT \0 2",
        &format!(
            "{SPLIT}it has a NUL byte at line 2, column 8, after which the database would read no further"
        ),
    );
    check(
        "SELECT 1;\n  SELECT 'a;\n b;",
        &format!("{SPLIT}what begins at line 2, column 10 with 'a; is never closed"),
    );
    check(
        "SELECT \"a",
        &format!("{SPLIT}what begins at line 1, column 8 with \"a is never closed"),
    );
    check(
        "SELECT `a",
        &format!("{SPLIT}what begins at line 1, column 8 with `a is never closed"),
    );
    check(
        "SELECT [a",
        &format!("{SPLIT}what begins at line 1, column 8 with [a is never closed"),
    );
    check(
        "SELECT é; /* never\nclosed",
        &format!("{SPLIT}what begins at line 1, column 11 with /* never is never closed"),
    );
    for empty in ["", " \n\t\r\n", "\u{feff}", "\u{feff}\n"] {
        check(empty, EMPTY);
    }
}

#[test]
fn directives() {
    let directive = |text: &str, why: &str| {
        format!("core/2.sql has a directive that cannot be followed: {text:?}: {why}")
    };
    let rows = [
        (
            "transation = off",
            "there is no directive \"transation\"; did you mean transaction?",
        ),
        (
            "isolation = off",
            "there is no directive \"isolation\"; there are description, requires, min_app, transaction, foreign_keys, \
             placeholders, timeout, lock_timeout, idempotent, allow",
        ),
        (
            "Transaction = off",
            "there is no directive \"Transaction\"; did you mean transaction?",
        ),
        (
            "transaction",
            "a directive reads `-- upgrade: NAME = VALUE`, not \"transaction\"",
        ),
        ("", "a directive reads `-- upgrade: NAME = VALUE`, not \"\""),
        (
            "transaction = no",
            "transaction cannot be \"no\": it is on or off",
        ),
        (
            "foreign_keys = OFF",
            "foreign_keys cannot be \"OFF\": it is on or off",
        ),
        (
            "placeholders =",
            "placeholders cannot be \"\": it is on or off",
        ),
        (
            "min_app = 2.0",
            "min_app cannot be \"2.0\": unexpected end of input while parsing minor version number; write it as in 3.2.0",
        ),
        (
            "requires = Core >= 2",
            "requires cannot be \"Core >= 2\": write TRACK >= VERSION, or app with a range as in app >= 2.0 (a track's name \
             is at most 64 lower-case letters, digits, - and _, and begins with a letter; \"Core\" is not)",
        ),
        (
            "requires = core > 2",
            "requires cannot be \"core > 2\": write TRACK >= VERSION, or app with a range as in app >= 2.0 (\"> 2\" does not \
             begin with >=)",
        ),
    ];
    for (text, why) in rows {
        check(
            format!("-- upgrade: {text}\nSELECT 1"),
            &directive(text, why),
        );
    }
    const ONE: &str = "-- upgrade: transaction = off\n";
    check(
        format!("{ONE}{ONE}SELECT 1"),
        &directive("transaction = off", "transaction is said twice"),
    );
    let late = directive(
        "transaction = off",
        "a directive stands before the first statement",
    );
    check(format!("SELECT 1;\n{ONE}"), &late);
    check(format!("SELECT 1\n{ONE}"), &late);
    check(
        format!("{ONE}-- upgrade: foreign_keys = off\nSELECT 1"),
        &directive(
            "foreign_keys = off",
            "foreign_keys = off needs the transaction that transaction = off gives up; in such a script write PRAGMA \
             foreign_keys = OFF itself",
        ),
    );
}

/// What only looks like a directive, and what follows one.
#[test]
fn comments_that_are_no_directives() {
    let rows = [
        "-- upgrade the prices: all of them\nSELECT 1",
        "/* upgrade: nonsense */ SELECT 1",
        "SELECT '-- upgrade: nonsense'",
        "-- Upgrade: description = anything = goes; 'even this\n-- upgrade: requires = core >= 1\n--upgrade:requires=core\nSELECT 1",
        "-- only a comment",
        "/* only a comment */",
        ";;",
    ];
    for text in rows {
        let lab = Lab::new();
        assert_eq!(
            lab.run(&[("1.sql", "-- x"), ("2.sql", text)]),
            "Upgraded core/1.sql core/2.sql",
            "{text}"
        );
        assert_eq!(
            lab.core(&[("1.sql", "-- x"), ("2.sql", text)])
                .check()
                .unwrap(),
            [],
            "{text}"
        );
    }
}

#[test]
fn placeholders() {
    let unknown = |name: &str, place: &str| {
        format!(
            "core/2.sql has the placeholder ${{{name}}} at {place}, which has no value; configure one, or write $${{{name}}} \
             for the text itself"
        )
    };
    check(
        "SELECT 1;\n SELECT '€', ${curency};",
        &unknown("curency", "line 2, column 14"),
    );
    check(
        "SELECT 'in a ${text}';",
        &unknown("text", "line 1, column 14"),
    );
    check(
        "SELECT \"${a.b-c}\";",
        &unknown("a.b-c", "line 1, column 9"),
    );
    check("SELECT x${}", &unknown("", "line 1, column 9"));

    let lab = Lab::new();
    let script = "CREATE TABLE ${table}_x(a);
        INSERT INTO ${table}_x VALUES ('${owner}'), (\"${owner}\" IS NULL), ('$${owner}'), ('${prefix}'), (${n}), ('${not closed');
        -- ${unknown} in a comment
        /* ${unknown} */ INSERT INTO ${table}_x VALUES ('#__') -- ${unknown}";
    let upgrader = lab
        .core(&[
            ("1.sql", script),
            (
                "2.sql",
                "-- upgrade: placeholders = off\nINSERT INTO t_x VALUES ('${unknown}')",
            ),
        ])
        .placeholder("owner", "O'Hara")
        .placeholder("table", "t")
        .placeholder("n", "40 + 2")
        .prefix("cb_");
    assert_eq!(lab.told(upgrader.run()), "Upgraded core/1.sql core/2.sql");
    assert_eq!(
        lab.rows("SELECT a FROM t_x"),
        "O'Hara; 0; ${owner}; cb_; 42; ${not closed; #__; ${unknown}"
    );
}

/// A file and a folder that this user may not read. The superuser may read all, so that another one asks.
#[test]
fn files_that_may_not_be_read() {
    let check = |file: &str, expected: &str| {
        let lab = Lab::new();
        lab.sandbox.write("updates/1.sql", "CREATE TABLE a(a)");
        if file.contains("repeat") {
            lab.sandbox.write("updates/repeat/a.sql", "-- a");
        }
        let allow = |path: &Path, mode| {
            std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap()
        };
        allow(lab.database().parent().unwrap(), 0o777);
        allow(&lab.sandbox.path("updates"), 0o755);
        allow(&lab.sandbox.path(file), 0o000);
        // A copy that everybody may execute.
        let program = lab.sandbox.path("upgrade-memory");
        std::fs::copy(env!("CARGO_BIN_EXE_upgrade-memory"), &program).unwrap();
        allow(&program, 0o755);
        let mut command = Command::new(program);
        command.args([lab.database(), lab.sandbox.path("updates")]);
        if rustix::process::geteuid().is_root() {
            command.uid(65534).gid(65534);
        }
        let output = command.output().unwrap();
        let said = lab.tidy(&String::from_utf8(output.stderr).unwrap());
        assert_eq!((output.status.code(), said.trim_end()), (Some(1), expected));
        assert!(!lab.database().exists());
    };
    const DENIED: &str = "Permission denied (os error 13)";
    check(
        "updates/1.sql",
        &format!("{HEAD}core/1.sql cannot be read: {DENIED}"),
    );
    check(
        "updates/repeat/a.sql",
        &format!("{HEAD}core/repeat/a.sql cannot be read: {DENIED}"),
    );
    check(
        "updates/repeat",
        &format!(
            "{HEAD}the folder [FOLDER]/updates/repeat/ of track core cannot be read: {DENIED}"
        ),
    );
    check(
        "updates",
        &format!("{HEAD}the folder [FOLDER]/updates of track core cannot be read: {DENIED}"),
    );
}
