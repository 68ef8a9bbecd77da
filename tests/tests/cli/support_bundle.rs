//! `upgrades support-bundle`: what is in it, and what is not.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use upgrades_tests::Sandbox;

use crate::transcript::{check, shell, shop};

/// The documents of a bundle by their names, and all its bytes as text, headers included.
pub(crate) fn unpacked(path: &Path) -> (Vec<String>, String) {
    let bytes = zstd::decode_all(std::fs::File::open(path).unwrap()).unwrap();
    let mut archive = tar::Archive::new(bytes.as_slice());
    let mut names = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        names.push(entry.path().unwrap().to_string_lossy().into_owned());
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        assert!(!text.is_empty(), "{names:?}");
    }
    (names, String::from_utf8_lossy(&bytes).into_owned())
}

/// A shop with a secret in every place that has one, whose words all contain `s3cret`.
fn full_of_secrets() -> Sandbox {
    let sandbox = shop();
    let config = sandbox
        .read("upgrades.toml")
        .replace("sqlite:shop.db", "sqlite:path-s3cret.db");
    sandbox.write(
        "upgrades.toml",
        format!("# comment-s3cret\n{config}\n[placeholders]\nkey = \"placeholder-s3cret\"\nword = \"s3cret_word\"\n"),
    );
    sandbox.write(
        "core/1.2.0_mails.sql",
        "-- upgrade: description = description-s3cret\n\
         CREATE TABLE #__mails (mail TEXT UNIQUE CHECK (mail <> 'check-s3cret'));\n\
         CREATE TRIGGER #__t BEFORE INSERT ON #__mails WHEN NEW.mail = 'x' \
         BEGIN SELECT RAISE(ABORT, 'trigger-s3cret'); END;\n\
         INSERT INTO #__mails VALUES ('${key}'), ('row-s3cret');\n",
    );
    for (file, text) in [
        (
            "core/1.3.0.sql",
            "INSERT INTO #__mails /* comment-s3cret */ VALUES ('row-s3cret'); -- comment-s3cret\n",
        ),
        (
            "core/1.3.0.sql",
            "INSERT INTO #__mails VALUES ('x'), (\"quoted-s3cret\");\n",
        ),
        (
            "core/1.3.0.sql",
            "INSERT INTO #__mails SELECT [bracket-s3cret];\n",
        ),
        (
            "core/1.3.0.sql",
            "CREATE USER s3cret@localhost IDENTIFIED BY 'password-s3cret';\n",
        ),
        ("core/1.3.0.sql", "SELECT * FROM ${word};\n"),
        ("core/1.3.0.lua", "fail('lua-s3cret')\n"),
    ] {
        let _ = std::fs::remove_file(sandbox.path("core/1.3.0.sql"));
        sandbox.write(file, text);
        for line in [
            "upgrades run",
            "upgrades clear-failure --reason reason-s3cret",
        ] {
            let mut command = shell(&sandbox, line);
            sandbox.answer(command.env("HOSTNAME", "host-s3cret"));
        }
    }
    sandbox
}

#[test]
fn no_secret_is_in_it() {
    let sandbox = full_of_secrets();
    let mut command = shell(
        &sandbox,
        "upgrades run; upgrades support-bundle --output bundle.tar.zst",
    );
    let answer = sandbox.answer(command.env("UPGRADES_SOMETHING", "environment-s3cret"));
    assert_eq!(answer.status, Some(0), "{answer:?}");
    // The secrets were there to be found.
    let log = sandbox.read("log/upgrade_errors.log");
    for planted in ["row-s3cret", "trigger-s3cret", "lua-s3cret"] {
        assert!(log.contains(planted), "{planted}: {log}");
    }
    let history = sandbox.upgrades(["history", "--format", "json"]).stdout;
    assert!(history.contains("reason-s3cret"), "{history}");
    let (names, all) = unpacked(&sandbox.path("bundle.tar.zst"));
    assert_eq!(
        names,
        [
            "about.txt",
            "versions.json",
            "status.json",
            "plan.json",
            "drift.json",
            "history.json",
            "failure_log.json",
            "configuration.json",
            "program.json"
        ]
    );
    assert!(!all.to_lowercase().contains("s3cret"), "{all}");
    let folder = sandbox.path("").canonicalize().unwrap();
    let host = String::from_utf8(
        std::process::Command::new("hostname")
            .output()
            .unwrap()
            .stdout,
    )
    .unwrap();
    for private in [folder.to_str().unwrap(), &format!("\"{}\"", host.trim())] {
        assert!(!all.contains(private), "{private}: {all}");
    }
    // And it is of use.
    for told in [
        "INSERT INTO #__mails VALUES (?);",
        "CREATE USER ...",
        "UNIQUE constraint failed: cb_mails.mail",
        "[text left out]",
        "\"script-failed\"",
        "\"key\"",
        "core",
        "1.3.0.lua",
        "\"host 1\"",
        "\"database_version\": \"3.",
    ] {
        assert!(all.contains(told), "{told}: {all}");
    }
    let mode = sandbox
        .path("bundle.tar.zst")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn there_is_one_when_nothing_works() {
    let sandbox = shop();
    sandbox.write(
        "shop.db",
        "this is no database, it is a text of some length that nobody can read as one",
    );
    let answer = sandbox.upgrades(["support-bundle", "--output", "bundle.tar.zst"]);
    assert_eq!(answer.status, Some(0), "{answer:?}");
    let (_, all) = unpacked(&sandbox.path("bundle.tar.zst"));
    assert!(all.contains("\"error\": \"database-damaged\""), "{all}");
}

#[test]
fn nothing_is_replaced() {
    let sandbox = shop();
    sandbox.write("taken", "mine");
    check(
        &sandbox,
        r#"
$ upgrades support-bundle --output taken
! error[usage]: the support bundle taken cannot be written: File exists (os error 17); a file that is there is never replaced
=> 2
$ upgrades support-bundle --output missing/bundle
! error[usage]: the support bundle missing/bundle cannot be written: No such file or directory (os error 2); a file that is there is never replaced
=> 2
$ cat taken
mine<no line feed>
=> 0
$ upgrades support-bundle --quiet && ls -A | sed 's/[0-9]\{8\}T[0-9]\{6\}Z/TIME/'
core
custom
taken
upgrades-support-TIME.tar.zst
upgrades.toml
=> 0
"#,
    );
}
