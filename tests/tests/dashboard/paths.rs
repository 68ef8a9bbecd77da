//! What answers at other paths, by other methods, and at those of files.

use crate::lab::{Lab, SHOP, ask, get};
use crate::pages::check;

#[test]
fn what_is_no_page() {
    let lab = Lab::with(SHOP);
    let board = lab.board(SHOP);
    let rows: [(&str, u16, &str); 12] = [
        ("/nowhere", 404, "There is no such page."),
        ("/history/0", 404, "There is no such page."),
        ("/history/-1", 404, "There is no such page."),
        (
            "/history/99999999999999999999",
            404,
            "There is no such page.",
        ),
        ("/history/1%2F..%2F2", 404, "There is no such page."),
        ("/history/%FF", 404, "There is no such page."),
        ("/..%2Fstyle.css", 404, "There is no such page."),
        ("/history?outcome=won", 400, "Outcome cannot be"),
        ("/history?track=%3Cb%3E", 400, "Track cannot be"),
        ("/history?before=zero", 400, "Before cannot be"),
        ("/history?limit=100000", 400, "Limit is from 1 to 1000."),
        ("//evil.example/", 404, "There is no such page."),
    ];
    for (path, status, says) in rows {
        check(&board, path, status, &[says, "What to do"], &[]);
    }
}

#[test]
fn methods() {
    let lab = Lab::with(SHOP);
    let board = lab.board(SHOP);
    let paths = [
        "/",
        "/history",
        "/history/1",
        "/issues.html",
        "/api/status",
        "/metrics",
        "/healthz",
        "/readyz",
        "/style.css",
        "/live.js",
        "/icon.svg",
    ];
    for path in paths {
        let got = get(&board, path);
        assert_eq!(got.status, 200, "{path}");
        let head = ask(&board, "HEAD", path);
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
        assert_eq!(
            head.header("content-type"),
            got.header("content-type"),
            "{path}"
        );
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
            let refused = ask(&board, method, path);
            assert_eq!(refused.status, 405, "{method} {path}");
            assert!(
                refused.header("allow").contains("GET"),
                "{method} {path}: {refused:?}"
            );
        }
    }
    let head = ask(&board, "HEAD", "/nowhere");
    assert_eq!((head.status, head.body.as_str()), (404, ""));
}

#[test]
fn files() {
    let lab = Lab::new();
    let board = lab.board(SHOP);
    let rows = [
        (
            "/style.css",
            "text/css; charset=utf-8",
            "prefers-color-scheme",
        ),
        ("/live.js", "text/javascript; charset=utf-8", "EventSource"),
        ("/icon.svg", "image/svg+xml", "<svg"),
    ];
    for (path, kind, contains) in rows {
        let file = get(&board, path);
        assert_eq!((file.status, file.header("content-type")), (200, kind));
        assert!(file.body.contains(contains), "{path}");
    }
}
