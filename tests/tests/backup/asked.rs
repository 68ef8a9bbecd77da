//! A restore asks before it replaces anything.

use std::io::Write;
use std::process::Stdio;

use crate::shop::Shop;

/// What a command shows on a terminal of its own, on which somebody types `answer`; and its exit code.
fn on_a_terminal(shop: &Shop, arguments: &str, answer: &str) -> (String, Option<i32>) {
    let binary = upgrades_tests::binary().display();
    let line = format!("{binary} {arguments}");
    let mut command = std::process::Command::new("script");
    command
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .current_dir(shop.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    upgrades_tests::forget_surroundings(&mut command);
    let mut child = command.spawn().unwrap();
    let mut keys = child.stdin.take().unwrap();
    keys.write_all(answer.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        output.status.code(),
    )
}

#[test]
fn on_the_terminal() {
    let rows = [
        ("y\n", true),
        ("YES\n", true),
        ("n\n", false),
        ("\n", false),
        ("yesterday\n", false),
        // The terminal is closed.
        ("\u{4}", false),
    ];
    for (answer, meant) in rows {
        let shop = Shop::new("files = [\"uploads\"]");
        shop.write("uploads/a", "kept");
        shop.told(["run"]);
        let id = shop.back_up();
        shop.write("uploads/a", "since");
        let (shown, status) = on_a_terminal(&shop, &format!("backup restore {id}"), answer);
        assert_eq!(
            status,
            Some(if meant { 0 } else { 3 }),
            "{answer:?}: {shown}"
        );
        for part in [
            format!("would be replaced by the backup {id}"),
            "now:    core/1_first.sql".to_owned(),
            "backup: core/1_first.sql, made ".to_owned(),
            "uploads".to_owned(),
            "restore it? [y/N]".to_owned(),
            (if meant {
                "restored"
            } else {
                "nothing was changed"
            })
            .to_owned(),
        ] {
            assert!(shown.contains(&part), "{answer:?}: no {part:?} in {shown}");
        }
        let found = shop.read("uploads/a");
        assert_eq!(found, if meant { "kept" } else { "since" }, "{answer:?}");
        assert_eq!(shop.backups().len(), if meant { 2 } else { 1 });
    }
}
