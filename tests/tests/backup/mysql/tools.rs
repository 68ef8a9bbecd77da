//! Tools that are missing, too old, of another kind, or die half way.

use std::os::unix::fs::PermissionsExt;

use upgrades_tests::mariadb::Flavour;

use super::Installation;

/// A script in the place of the tool; `$real` is the real one.
fn tool(shop: &Installation, body: &str) {
    let real = Flavour::of_tests().dump();
    let path = shop.write("tool", format!("#!/bin/sh\nreal={real}\n{body}\n"));
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

const VERSION: &str = "case \"$*\" in *--version*) exec $real --version;; esac\n";

#[test]
fn each_is_told() {
    let half = "$real \"$@\" | head -c 700";
    let rows = [
        Flavour::choose(
            (
                "echo 'mysqldump  Ver 10.16 Distrib 10.1.48-MariaDB, for Linux'".to_owned(),
                "is too old: it is 10.1",
            ),
            (
                "echo 'mysqldump  Ver 10.13 Distrib 5.7.44, for Linux (x86_64)'".to_owned(),
                "is too old: it is 5.7",
            ),
        ),
        Flavour::choose(
            (
                "echo 'mysqldump  Ver 8.0.36 for Linux on x86_64'".to_owned(),
                "is MySQL's, and the server is MariaDB",
            ),
            (
                "echo 'mysqldump  Ver 10.19 Distrib 10.11.19-MariaDB, for Linux'".to_owned(),
                "is MariaDB's, and the server is MySQL",
            ),
        ),
        ("echo hello".to_owned(), "does not tell its version"),
        (
            format!("{VERSION}echo 'it hurts' >&2; exit 3"),
            "ended with 3: it hurts",
        ),
        (
            format!("{VERSION}{half}"),
            "ended before the dump did, without an error",
        ),
        (
            format!("{VERSION}{half}; echo 'the disk burns' >&2; exit 2"),
            "the disk burns",
        ),
        (
            format!("{VERSION}{half}; kill -9 $$"),
            "was ended by signal 9",
        ),
        (
            format!("{VERSION}$real \"$@\" | grep -v 'Dump completed'"),
            "ended before the dump did",
        ),
    ];
    for (body, expected) in rows {
        let shop = Installation::told("dump_tool = \"tool\"", "");
        shop.told(["run"]);
        tool(&shop, &body);
        let answer = shop.upgrades(["backup", "create"]);
        assert_eq!(answer.status, Some(9), "{body}: {answer:#?}");
        assert!(
            answer.stderr.contains(expected),
            "{body}: {}",
            answer.stderr
        );
        assert_eq!(shop.backups(), [""; 0], "{body}");
        shop.must_be_tidy(&body);
        // With the real one it works.
        tool(&shop, "exec $real \"$@\"");
        shop.back_up();
    }
}

#[test]
fn a_missing_one() {
    let shop = Installation::told("dump_tool = \"nowhere\"", "");
    let answer = shop.upgrades(["backup", "create"]);
    let said = "which dump_tool names, cannot be started";
    let install = format!("install {}", Flavour::of_tests().dump());
    assert!(
        answer.stderr.contains(said) && answer.stderr.contains(&install),
        "{answer:#?}"
    );
    // MySQL's need not be where such programs are; MariaDB's, which is there by the same name, is not taken for it.
    if Flavour::MariaDb.is_absent() {
        return;
    }
    // Without a PATH it is found where such programs are.
    let shop = Installation::new("");
    let answer = shop.answer(shop.command(["backup", "create"]).env("PATH", "/nowhere"));
    assert_eq!(answer.status, Some(0), "{answer:#?}");
}

/// A newer server than its tool: made, with a warning.
#[test]
fn an_older_one() {
    let shop = Installation::told("dump_tool = \"tool\"", "");
    let old = Flavour::choose("Ver 1 Distrib 10.6.1-MariaDB", "Ver 8.0.36 for Linux");
    let body =
        format!("case \"$*\" in *--version*) echo 'x {old}'; exit;; esac\nexec $real \"$@\"");
    tool(&shop, &body);
    let made = shop.told(["backup", "create"]);
    assert!(
        made["warnings"]
            .to_string()
            .contains("is older than the server"),
        "{made}"
    );
}
