//! Names and files that mean harm, or might as well.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Command;

use upgrades::Track;

use crate::lab::Lab;

const HEAD: &str = "the scripts are not in order, and none was run: ";

/// Names of scripts given in code, which no file system has checked.
#[test]
fn names() {
    let check = |name: &str, expected: &str| {
        let lab = Lab::new();
        assert_eq!(
            lab.run(&[(name, "CREATE TABLE a(a)")]),
            expected,
            "{name:?}"
        );
        assert_eq!(
            lab.database().exists(),
            expected.starts_with("Upgraded"),
            "{name:?}"
        );
    };
    let refused = |name: &str, why: &str| {
        check(
            name,
            &format!("{HEAD}{name:?} of track core is not named as a script is: {why}"),
        );
    };
    let character = |c: char| format!("a script's name cannot contain {c:?}");
    refused("../1.sql", &character('/'));
    refused("1/../../2.sql", &character('/'));
    refused("/etc/1.sql", &character('/'));
    refused("1\\..\\2.sql", &character('\\'));
    refused("1\n2.sql", &character('\n'));
    refused("1_\r.sql", &character('\r'));
    refused("1_\0.sql", &character('\0'));
    refused("1_\u{1b}[31m.sql", &character('\u{1b}'));
    refused("1_\u{202e}lqs.sql", &character('\u{202e}'));
    refused("1_\u{feff}.sql", &character('\u{feff}'));
    let long = format!("1_{}.sql", "x".repeat(250));
    refused(
        &long,
        "a script's name is at most 255 bytes long; this one has 256",
    );
    let number = format!("{}.sql", "9".repeat(251));
    check(&number, &format!("Upgraded core/{number}"));
    let no_version = "a script's name begins with its version, and a version with a digit, as in 0042_add_vat.sql";
    refused("add_vat.sql", no_version);
    refused("V1__init.sql", no_version);
    refused("_1.sql", no_version);
    refused("٣.sql", no_version);
    refused("-1.sql", no_version);
    let edge = "a version cannot begin or end with '.'";
    refused("1..sql", edge);
    check("1..0.sql", "Upgraded core/1..0.sql");
}

/// Quotes and SQL in a name reach the ledger as they are.
#[test]
fn quotes_in_names() {
    let names = [
        "1_'; DROP TABLE system_vars; --.sql",
        "2_\"x\" `y` [z].sql",
        "3_%s ${x} #__ ?1.sql",
        "4_ünïcödé 🦀.sql",
    ];
    let lab = Lab::new();
    let scripts: Vec<_> = names.iter().map(|name| (*name, "-- x")).collect();
    for count in 1..=names.len() {
        assert_eq!(
            lab.run(&scripts[..count]),
            format!("Upgraded core/{}", names[count - 1])
        );
        assert_eq!(lab.run(&scripts[..count]), "UpToDate");
        assert_eq!(
            lab.vars(),
            format!("latest_update_version,{}", names[count - 1])
        );
    }
    assert_eq!(lab.core(&scripts).check().unwrap(), []);
}

/// The folder with one hostile thing in it; what is said.
fn check(make: impl Fn(&Lab), expected: &str) {
    let lab = Lab::new();
    lab.sandbox.write("updates/1.sql", "CREATE TABLE a(a)");
    lab.sandbox.write("secret.sql", "CREATE TABLE secret(a)");
    make(&lab);
    let upgrader = lab.bare().track(Track::core(lab.sandbox.path("updates")));
    assert_eq!(lab.told(upgrader.run()), expected);
    assert_eq!(
        lab.database().exists(),
        expected.starts_with("Upgraded"),
        "{expected}"
    );
}

#[test]
fn links() {
    let link = |target: &'static str| {
        move |lab: &Lab| {
            symlink(target, lab.sandbox.path("updates/2.sql")).unwrap();
        }
    };
    check(
        link("../secret.sql"),
        &format!(
            "{HEAD}\"2.sql\" of track core is a link to [FOLDER]/secret.sql, outside the track's folder; put the script \
             itself there"
        ),
    );
    check(
        link("/etc/passwd"),
        &format!(
            "{HEAD}\"2.sql\" of track core is a link to /etc/passwd, outside the track's folder; put the script itself there"
        ),
    );
    let not_a_file =
        format!("{HEAD}\"2.sql\" of track core is named as a script and is not a file");
    check(link("nowhere.sql"), &not_a_file);
    check(link("2.sql"), &not_a_file);
    check(
        |lab| {
            std::fs::create_dir(lab.sandbox.path("updates/sub")).unwrap();
            symlink("sub", lab.sandbox.path("updates/2.sql")).unwrap();
        },
        &not_a_file,
    );
    check(
        |lab| {
            lab.sandbox
                .write("updates/hidden/two.txt", "CREATE TABLE b(a)");
            symlink("hidden/two.txt", lab.sandbox.path("updates/2.sql")).unwrap();
        },
        "Upgraded core/1.sql core/2.sql",
    );
    // The track's folder may be a link itself.
    let lab = Lab::new();
    lab.sandbox.write("real/1.sql", "CREATE TABLE a(a)");
    symlink("1.sql", lab.sandbox.path("real/2.sql.hidden")).unwrap();
    symlink("real", lab.sandbox.path("updates")).unwrap();
    let upgrader = lab.bare().track(Track::core(lab.sandbox.path("updates")));
    assert_eq!(lab.told(upgrader.run()), "Upgraded core/1.sql");
}

#[test]
fn things_that_are_no_files() {
    let not_a_file =
        format!("{HEAD}\"2.sql\" of track core is named as a script and is not a file");
    check(
        |lab| std::fs::create_dir(lab.sandbox.path("updates/2.sql")).unwrap(),
        &not_a_file,
    );
    check(
        |lab| {
            let made = Command::new("mkfifo")
                .arg(lab.sandbox.path("updates/2.sql"))
                .status()
                .unwrap();
            assert!(made.success());
        },
        &not_a_file,
    );
    check(
        |lab| {
            std::os::unix::net::UnixListener::bind(lab.sandbox.path("updates/2.sql")).unwrap();
        },
        &not_a_file,
    );
    check(
        |lab| {
            let name = OsStr::from_bytes(b"2_caf\xe9.sql");
            std::fs::write(lab.sandbox.path("updates").join(name), "-- x").unwrap();
        },
        &format!(
            "{HEAD}\"2_caf\u{fffd}.sql\" of track core has a name that is not UTF-8; rename it"
        ),
    );
    // Whatever is not named as a script is left alone, pipes and all.
    check(
        |lab| {
            let made = Command::new("mkfifo")
                .arg(lab.sandbox.path("updates/pipe"))
                .status()
                .unwrap();
            assert!(made.success());
            std::fs::write(
                lab.sandbox
                    .path("updates")
                    .join(OsStr::from_bytes(b"\xff\xfe")),
                "",
            )
            .unwrap();
            std::fs::create_dir(lab.sandbox.path("updates/sub")).unwrap();
            lab.sandbox
                .write("updates/sub/2.sql", "CREATE TABLE sub(a)");
        },
        "Upgraded core/1.sql",
    );
}
