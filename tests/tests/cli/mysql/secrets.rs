//! The password is nowhere: not in an answer, not in a log, not in the database, not in a list of processes.

use super::{Installation, PASSWORD};
use crate::transcript::{FAILING, check, shell};

#[test]
fn no_answer_has_it() {
    let shop = Installation::shop();
    shop.sandbox.write("custom/1.1.0.sql", FAILING);
    shop.sandbox.write("wrong", shop.url("wrong-sEcret7"));
    shop.sandbox.write("odd", shop.url("sEcret7/#@:"));
    shop.sandbox
        .write("parameter", shop.url(PASSWORD) + "?tls=1");
    let commands = [
        "status",
        "plan",
        "check",
        "run",
        "run",
        "status",
        "history",
        "clear-failure --reason x --resolution start-over",
        "UPGRADES_DATABASE_URL=$(cat wrong) upgrades run",
        "UPGRADES_DATABASE_URL=$(cat odd) upgrades run",
        "UPGRADES_DATABASE_URL=$(cat parameter) upgrades run",
        "run --nonsense",
        "run --help",
        "new core more",
    ];
    for command in commands {
        let command = match command.starts_with("UPGRADES") {
            true => command.to_owned(),
            false => format!("upgrades {command}"),
        };
        for how in ["", "-vvv", "--format json", "-vvv --format json"] {
            let mut shell = shell(&shop.sandbox, &format!("{command} {how}"));
            shell.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "1");
            let answer = shop.sandbox.answer(&mut shell);
            assert!(answer.status.is_some(), "{command}: {answer:?}");
            let all = format!("{}{}", answer.stdout, answer.stderr);
            assert!(!all.contains(PASSWORD), "{command} {how}: {all}");
        }
    }
    let log = shop.sandbox.read("log/upgrade_errors.log");
    assert!(
        log.contains("cb_missing") && !log.contains(PASSWORD),
        "{log}"
    );
    let picture = shop.database.picture(&[]);
    assert!(
        picture.contains("cb_missing") && !picture.contains(PASSWORD),
        "{picture}"
    );
}

#[test]
fn no_list_of_processes_has_it() {
    let shop = Installation::with_script("DO SLEEP(600);\n");
    let mut child = shop.started("DO SLEEP");
    let line = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(String::from_utf8(line).unwrap(), "upgrades\0run\0");
}

#[test]
fn on_a_command_line_it_is_refused() {
    let shop = Installation::shop();
    shop.sandbox.write("url", shop.url(PASSWORD));
    shop.sandbox.write("odd", shop.url("p/a@b"));
    check(
        &shop.sandbox,
        r#"
$ upgrades run --database "$(cat url)"
! error[usage]: the database's URL has a password, which everybody on this machine can read on a command line; put it into UPGRADES_DATABASE_URL or the configuration file
=> 2
$ upgrades status --database="$(cat odd)"
! error[usage]: the database's URL has a password, which everybody on this machine can read on a command line; put it into UPGRADES_DATABASE_URL or the configuration file
=> 2
$ UPGRADES_DATABASE_URL=$(cat url) upgrades run --quiet
=> 0
"#,
    );
}
