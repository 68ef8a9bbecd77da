//! What stands in the database, in names and in errors stays text, whatever it says.

use crate::lab::{Lab, SHOP, get};
use crate::markup::sound;

/// What would run, or leave its place, if it were taken for markup.
const MARKUP: &str =
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"'--></title></textarea>{{7*7}}";
/// What turns the direction, moves the cursor or is not seen.
const ACTING: &str = "\u{202e}gpj.exe\u{2066}\u{200f}\u{feff}\u{1b}[31m\u{7}";

fn hostile() -> Lab {
    let lab = Lab::failed();
    let text = format!("{MARKUP}{ACTING}").replace('\'', "''");
    let long = "<b>".repeat(350_000);
    lab.sql(&format!(
        "UPDATE shop_upgrade_history SET file_name = '1.2.0_{text}', version = '{text}', run = '{text}', host = '{text}', \
         program_version = '{text}', checksum = '{text}', reason = '{text}', failed_sql = '{text}', error = '{text}{long}' WHERE id = 3"
    ));
    lab
}

#[test]
fn stays_text_everywhere() {
    let lab = hostile();
    let board = lab.board(SHOP);
    for path in [
        "/",
        "/history",
        "/history/3",
        "/issues.html",
        "/history?version=%3Cscript%3Ealert(3)%3C/script%3E%22%3E",
        "/history?track=%3Cscript%3E",
        "/%3Cscript%3Ealert(4)%3C/script%3E",
    ] {
        let page = get(&board, path);
        match path {
            "/issues.html" => {}
            _ => sound(&page, ""),
        }
        for markup in ["<script>", "<img", "<b>", "</textarea>", "\"'--", "49"] {
            let is_there =
                page.body.contains(markup) && (markup != "49" || page.body.contains("}49"));
            assert!(!is_there, "{markup} in {path}");
        }
        let acting = page
            .body
            .chars()
            .find(|c| ACTING.contains(*c) && !c.is_ascii_graphic());
        assert_eq!(acting, None, "{path}");
    }
}

/// A megabyte of an error is cut in lists and cards, and whole on its own page.
#[test]
fn is_cut_where_it_would_bury_the_rest() {
    let lab = hostile();
    let board = lab.board(SHOP);
    let rows = [
        ("/", 40_000),
        ("/history", 40_000),
        ("/issues.html", 10_000),
    ];
    for (path, most) in rows {
        let length = get(&board, path).body.len();
        assert!(length < most, "{path} has {length} bytes");
    }
    let whole = get(&board, "/history/3").body;
    assert_eq!(
        whole.matches("&#60;b&#62;").count() + whole.matches("&lt;b&gt;").count(),
        350_000
    );
}

/// Nor do programs get anything but JSON.
#[test]
fn json_is_json() {
    let lab = hostile();
    let board = lab.board(SHOP);
    for path in [
        "/api/status",
        "/api/issues",
        "/api/history",
        "/api/history/3",
    ] {
        let answer = get(&board, path);
        assert_eq!(answer.status, 200);
        answer.json();
    }
    let metrics = get(&board, "/metrics").body;
    assert!(metrics.is_ascii(), "{metrics}");
}

/// The script of the pages replaces the same characters as the server does.
#[test]
fn acts_on_the_page_as_on_the_server() {
    let script = get(&Lab::failed().board(SHOP), "/live.js").body;
    let line = script.lines().find_map(|line| {
        let line = line.trim().strip_prefix("const acting = /")?;
        line.strip_suffix("/gu;")
    });
    let acting = regex::Regex::new(line.unwrap()).unwrap();
    let differ = |c: &char| acting.is_match(c.encode_utf8(&mut [0; 4])) != upgrades::acts(*c);
    let different: Vec<char> = ('\0'..=char::MAX).filter(differ).collect();
    assert!(different.is_empty(), "{different:?}");
}
