//! What a terminal gets, and what a closed pipe.

use upgrades_tests::{Answer, Sandbox};

use crate::transcript::{check, shell, shop};

/// What `line` shows on a terminal of its own.
pub(crate) fn on_a_terminal(sandbox: &Sandbox, line: &str) -> Answer {
    let script = format!("script --quiet --return --command '{line}' /dev/null");
    let mut command = shell(sandbox, &script);
    command.env_remove("NO_COLOR").env("TERM", "xterm-256color");
    sandbox.answer(&mut command)
}

const BOLD_RED: &str = "\u{1b}[1m\u{1b}[31m";
const YELLOW: &str = "\u{1b}[33m";
const GREEN: &str = "\u{1b}[32m";

#[test]
fn colours_and_a_bar() {
    let sandbox = shop();
    let rows = [
        ("upgrades status", 0, YELLOW, "3 scripts pending"),
        ("upgrades run", 0, GREEN, "3 scripts"),
        ("upgrades run", 0, GREEN, "nothing is pending"),
        ("upgrades status", 0, GREEN, "current"),
        ("upgrades explain nonsense", 2, BOLD_RED, "error[usage]"),
    ];
    for (line, status, colour, text) in rows {
        let shown = on_a_terminal(&sandbox, line);
        let part = format!("{colour}{text}\u{1b}[0m");
        assert!(
            shown.status == Some(status) && shown.stdout.contains(&part),
            "{line}: {shown:?}"
        );
    }
}

#[test]
fn a_bar_on_a_terminal_and_lines_elsewhere() {
    let rows = [
        ("upgrades run", true),
        ("NO_COLOR=1 upgrades run", true),
        ("upgrades run 2> lines", false),
        ("upgrades run --verbose", false),
        ("upgrades run --quiet", false),
        ("upgrades run --format json", false),
    ];
    for (line, bar) in rows {
        let sandbox = shop();
        let shown = on_a_terminal(&sandbox, line);
        assert_eq!(shown.status, Some(0), "{shown:?}");
        let has_bar = shown.stdout.contains("/4 statements") && shown.stdout.contains('█');
        assert_eq!(has_bar, bar, "{line}: {shown:?}");
        if line.ends_with("lines") {
            assert_eq!(
                sandbox.read("lines"),
                "[1/3] core/1.0.0_products.sql\n[2/3] core/1.1.0-prices.sql\n[3/3] customization/1.0.0_dealers.sql\n"
            );
        }
    }
}

#[test]
fn no_colours_where_they_are_not_wanted() {
    for line in [
        "NO_COLOR=1 upgrades status",
        "TERM=dumb upgrades status",
        "upgrades status | cat",
        "upgrades status --format json",
        "NO_COLOR=1 upgrades explain nonsense",
    ] {
        let shown = on_a_terminal(&shop(), line);
        assert!(!shown.stdout.contains('\u{1b}'), "{line}: {shown:?}");
    }
    let mut command = shell(&shop(), "upgrades status");
    command.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1");
    let sandbox = shop();
    command.current_dir(sandbox.path(""));
    assert!(sandbox.answer(&mut command).stdout.contains(YELLOW));
}

#[test]
fn a_reader_that_went_away_is_no_error() {
    check(
        &shop(),
        r#"
$ upgrades explain | head -0
=> 0
$ { upgrades explain; echo "ended with $?" >&2; } | head -0
! ended with 0
=> 0
$ { sleep 0.1; upgrades run; echo "ended with $?" >&2; } | true
! [1/3] core/1.0.0_products.sql
! [2/3] core/1.1.0-prices.sql
! [3/3] customization/1.0.0_dealers.sql
! ended with 0
=> 0
$ { sleep 0.1; upgrades status --format json; echo "ended with $?" >&2; } | true
! ended with 0
=> 0
$ { sleep 0.1; upgrades explain nonsense 2>&1; echo "ended with $?" >&2; } | true
! ended with 2
=> 0
$ upgrades status >&-
=> 0
$ upgrades status --check > /dev/full
! error: the answer cannot be written: No space left on device (os error 28)
=> 0
$ upgrades explain nonsense 2>&-
=> 2
"#,
    );
}

/// What the database answers may hold anything, as it repeats what a script says.
#[test]
fn nothing_of_an_error_acts() {
    let sandbox = shop();
    sandbox.write(
        "core/1.2.0_x.sql",
        "SELECT * FROM \"a\u{7}\u{1b}[2Jb\u{202e}c\";\n",
    );
    let rows = [
        ("upgrades rehearse", 8),
        ("upgrades run", 4),
        ("upgrades status", 0),
    ];
    for (line, status) in rows {
        let shown = on_a_terminal(&sandbox, line);
        assert_eq!(shown.status, Some(status), "{line}: {shown:?}");
        assert!(
            shown.stdout.contains("a\u{fffd}\u{fffd}[2Jb\u{fffd}c"),
            "{line}: {shown:?}"
        );
        for acting in ["\u{7}", "\u{1b}[2J", "\u{202e}"] {
            assert!(!shown.stdout.contains(acting), "{line}: {shown:?}");
        }
    }
}
