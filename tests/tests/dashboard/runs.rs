//! Upgrades that are begun on the page: one at a time, and whatever becomes of one, the page stays usable.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use upgrades::Upgrader;
use upgrades_dashboard::{Dashboard, Visitor};
use upgrades_tests::child::until;

use crate::lab::{AT_WORK, Lab, Reply, SHOP, get, pending, send};
use crate::markup::nothing_is_inline;
use crate::wire::token;

/// Who acts: a name that would be markup.
const NAME: &str = "<script>alert(1)</script>\"'";

fn board(upgrader: Upgrader<'static>) -> Router {
    let operator = |_: &_| Visitor::Operator {
        name: NAME.to_owned(),
    };
    Dashboard::new(upgrader).visitors(operator).router()
}

fn begin(board: &Router, token: &str) -> Reply {
    let request = Request::post("/run")
        .header("host", "shop")
        .header("origin", "http://shop")
        .header("content-type", "application/x-www-form-urlencoded");
    send(
        board,
        request.body(Body::from(format!("token={token}"))).unwrap(),
    )
}

/// The first page, once the last upgrade has ended.
fn ended(board: &Router) -> String {
    until("its end", || {
        let page = get(board, "/").body;
        (!page.contains(", and goes on")).then_some(page)
    })
}

#[test]
fn a_panic_leaves_the_page_usable() {
    let lab = Lab::with(SHOP);
    let first = AtomicBool::new(true);
    let upgrader = lab.upgrader(&pending()).on_event(move |_| {
        assert!(
            !first.swap(false, Ordering::SeqCst),
            "an observer that fails"
        );
    });
    let board = board(upgrader);
    let page = get(&board, "/").body;
    assert_eq!(begin(&board, &token(&page, "/run")).status, 303);
    let page = ended(&board);
    assert!(page.contains("it ended unexpectedly"), "{page}");
    assert!(!page.contains("<script>"), "{page}");
    nothing_is_inline(&page);
    assert_eq!(begin(&board, &token(&page, "/run")).status, 303);
    let page = ended(&board);
    assert!(page.contains("1 script was applied"), "{page}");
    assert!(page.contains("Current"), "{page}");
    assert!(!page.contains(" data-again"), "{page}");
}

#[test]
fn a_second_is_not_begun_beside_it() {
    let lab = Lab::with(SHOP);
    let (reached, at_work) = channel();
    let (go_on, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let upgrader = lab.upgrader(&pending()).on_event(move |_| {
        let _ = reached.send(());
        // Once the other end is gone, it waits no more.
        let _ = wait.lock().unwrap().recv();
    });
    let board = board(upgrader);
    let tokens = [0; 3].map(|_| token(&get(&board, "/").body, "/run"));
    assert_eq!(begin(&board, &tokens[0]).status, 303);
    at_work.recv().unwrap();
    assert!(get(&board, "/").body.contains(" data-again"));
    let second = begin(&board, &tokens[1]);
    assert_eq!(second.status, 409, "{}", second.body);
    assert!(
        second.body.contains("code <code>going-on</code>"),
        "{}",
        second.body
    );
    // Of the one that goes on, its own form is no second.
    assert_eq!(begin(&board, &tokens[0]).status, 403);
    drop(go_on);
    let page = ended(&board);
    assert!(page.contains("1 script was applied"), "{page}");
    // Nothing is left to do, and that is said.
    assert_eq!(begin(&board, &tokens[2]).status, 303);
    assert!(ended(&board).contains("nothing was pending"));
}

#[test]
fn another_process_is_waited_for() {
    let lab = Lab::with(SHOP);
    let board = board(lab.upgrader(&pending()));
    let token = token(&get(&board, "/").body, "/run");
    let lock = lab.held(AT_WORK);
    assert!(!get(&board, "/").body.contains("action=\"/run\""));
    assert_eq!(begin(&board, &token).status, 303);
    assert!(get(&board, "/").body.contains(", and goes on"));
    drop(lock);
    let page = ended(&board);
    assert!(page.contains("1 script was applied"), "{page}");
}
