//! What the pages say in every state.

use axum::Router;
use upgrades::{Track, Upgrader};
use upgrades_dashboard::Dashboard;

use crate::lab::{AT_WORK, Lab, Reply, SHOP, failing, get, pending};
use crate::markup::{nothing_is_inline, sound};

/// A page has this status, is sound, says all of this, and nothing of that.
#[track_caller]
pub(crate) fn check(
    board: &Router,
    path: &str,
    status: u16,
    says: &[&str],
    silent: &[&str],
) -> Reply {
    let page = get(board, path);
    assert_eq!(page.status, status, "{path}\n{}", page.body);
    sound(&page, "");
    for words in says {
        assert!(
            page.body.contains(words),
            "{path} does not say {words:?}:\n{}",
            page.body
        );
    }
    for words in silent {
        assert!(
            !page.body.contains(words),
            "{path} says {words:?}:\n{}",
            page.body
        );
    }
    page
}

#[test]
fn a_database_that_is_not_there_yet() {
    let lab = Lab::new();
    let board = lab.board(SHOP);
    check(
        &board,
        "/",
        200,
        &["Pending", "The next run applies 2 scripts.", "nothing yet"],
        &["To be seen to"],
    );
    check(
        &board,
        "/history",
        200,
        &["Nothing has happened here yet."],
        &["<table"],
    );
    check(&board, "/history/1", 404, &["There is no such page."], &[]);
    assert!(
        !lab.0.path("shop.db").exists(),
        "reading has made the database"
    );
    // An empty file is an empty database.
    lab.0.write("shop.db", "");
    check(&board, "/", 200, &["Pending"], &[]);
    check(
        &board,
        "/history",
        200,
        &["Nothing has happened here yet."],
        &[],
    );
}

#[test]
fn a_database_that_is_current() {
    let lab = Lab::with(SHOP);
    let board = lab.board(SHOP);
    check(
        &board,
        "/",
        200,
        &[
            "Current",
            "up to date",
            "1.1.0_sample.sql",
            "href=\"/history/2\"",
            "sqlite:",
        ],
        &["To be seen to", "What the next run does", "refresh"],
    );
    check(
        &board,
        "/history",
        200,
        &[
            "core/1.0.0_products.sql",
            "applied",
            "<svg",
            "2 attempts from the oldest",
        ],
        &[],
    );
    check(
        &board,
        "/history?outcome=failed",
        200,
        &[
            "The history has no such rows.",
            "Show all",
            "<option value=\"failed\" selected>",
        ],
        &["<table"],
    );
    check(
        &board,
        "/history?version=1.1.0",
        200,
        &["core/1.1.0_sample.sql", "value=\"1.1.0\""],
        &["core/1.0.0_products.sql"],
    );
}

#[test]
fn scripts_that_are_pending() {
    let lab = Lab::with(SHOP);
    check(
        &lab.board(&pending()),
        "/",
        200,
        &[
            "Pending",
            "The next run applies 1 script.",
            "core/1.3.0_clean.sql",
            "drops-table",
            "What deserves a second look",
        ],
        &["To be seen to"],
    );
}

#[test]
fn a_failure() {
    let lab = Lab::failed();
    let board = lab.board(&failing());
    let log = lab.0.path("errors.log");
    check(
        &board,
        "/",
        200,
        &[
            "Failed",
            "Nothing runs until that is settled.",
            "An upgrade of this installation has failed",
            "core/1.2.0_points.sql",
            "statement 2, line 4, column 1",
            "ALTER TABLE #__customer ADD COLUMN points INTEGER;",
            "no such table: shop_customer",
            "<code>upgrades clear-failure --reason",
            "Whoever makes the application",
            "script-failed",
            log.to_str().unwrap(),
            "<a href=\"/history/3\">The attempt, with the text of the script</a>",
        ],
        &["What the next run does"],
    );
    let fragment = get(&board, "/issues.html");
    assert_eq!(
        (fragment.status, fragment.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    assert!(
        fragment
            .body
            .starts_with("<section class=\"upgrades-issues\""),
        "{}",
        fragment.body
    );
    assert!(
        fragment
            .body
            .contains("An upgrade of this installation has failed"),
        "{}",
        fragment.body
    );
    for part in ["<html", "<head", "<body", "<main", "<h1", " id="] {
        assert!(!fragment.body.contains(part), "{part} in {}", fragment.body);
    }
    nothing_is_inline(&fragment.body);
}

#[test]
fn an_installation_without_issues_has_a_fragment_too() {
    let lab = Lab::with(SHOP);
    let fragment = get(&lab.board(SHOP), "/issues.html");
    assert_eq!(fragment.status, 200);
    assert!(
        fragment.body.contains("No critical issues."),
        "{}",
        fragment.body
    );
}

#[test]
fn a_database_that_is_newer() {
    let lab = Lab::with(SHOP);
    check(
        &lab.board(&SHOP[..1]),
        "/",
        200,
        &[
            "Program too old",
            "The database is newer than this program, so nothing runs.",
            "The application is older than its database",
            "database-newer",
            "To be seen to",
        ],
        &[],
    );
}

#[test]
fn an_upgrade_at_work() {
    let lab = Lab::with(SHOP);
    let held = lab.held(AT_WORK);
    let board = lab.board(&pending());
    check(
        &board,
        "/",
        200,
        &[
            "Upgrading",
            "core/1.3.0_clean.sql",
            "2 of 7",
            "5,000 of 12,000 rows",
            "value=\"5000\" max=\"12000\"",
            "Process 4711 on shop-1, version 3.6.0",
            "since 2026-11-22 05:10:00 UTC",
            "replica b is 6 s behind",
            "<noscript><meta http-equiv=\"refresh\" content=\"3\"></noscript>",
        ],
        &["What the next run does"],
    );
    drop(held);
    // A dead one leaves its record, and no lock.
    check(
        &board,
        "/",
        200,
        &[
            "Pending",
            "id=\"live\" class=\"live\" aria-labelledby=\"live-title\" data-source=\"/live\" hidden",
        ],
        &["refresh", "4711"],
    );
}

/// What a writer keeps readers out of is told by its lock.
#[test]
fn an_upgrade_that_keeps_readers_out() {
    let lab = Lab::with(SHOP);
    let _held = lab.held(AT_WORK);
    let connection = lab.0.open("shop.db");
    connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let store =
        upgrades::sqlite(lab.0.path("shop.db")).busy_timeout(std::time::Duration::from_millis(10));
    let upgrader = Upgrader::new(store)
        .track(Track::core([("1.0.0_products.sql", "SELECT 1;")]))
        .prefix("shop_");
    let board = Dashboard::new(upgrader).router();
    check(
        &board,
        "/",
        503,
        &["Upgrading", "Process 4711 on shop-1"],
        &["No answer"],
    );
    let page = check(
        &board,
        "/history",
        503,
        &["Another process upgrades this database", "refresh"],
        &[],
    );
    assert_eq!(page.header("retry-after"), "5");
}

#[test]
fn scripts_that_are_not_in_order_hide_no_failure() {
    let lab = Lab::failed();
    let mut scripts = failing();
    scripts.push(("1.2.0_twice.sql", "SELECT 1;"));
    check(
        &lab.board(&scripts),
        "/",
        503,
        &[
            "Scripts not in order",
            "script-duplicate",
            "An upgrade of this installation has failed",
        ],
        &[],
    );
}

#[test]
fn a_server_that_is_not_there() {
    // Nobody listens on this port, which is one for administrators only.
    let url = "mysql://shop:geheim@127.0.0.1:1/shop";
    let upgrader =
        Upgrader::new(upgrades::mysql(url).unwrap()).track(Track::core([("1.sql", "SELECT 1;")]));
    let board = Dashboard::new(upgrader).router();
    check(
        &board,
        "/",
        503,
        &["No answer", "What to do", "database-unreachable"],
        &["geheim"],
    );
    check(
        &board,
        "/history",
        503,
        &["What to do", "database-unreachable"],
        &["geheim"],
    );
    check(
        &board,
        "/issues.html",
        503,
        &["database-unreachable"],
        &["geheim"],
    );
}

#[test]
fn a_file_that_is_no_database() {
    let lab = Lab::new();
    lab.0.write(
        "shop.db",
        "Dear diary, today I was opened as a database. ".repeat(50),
    );
    check(
        &lab.board(SHOP),
        "/",
        503,
        &["database-damaged", "What to do"],
        &[],
    );
}
