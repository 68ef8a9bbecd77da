//! Who may look.

use axum::body::Body;
use axum::http::Request;
use upgrades_dashboard::{Dashboard, Visitor};

use crate::lab::{Lab, SHOP, get, send};
use crate::markup::sound;

#[test]
fn strangers_see_nothing_but_the_probes() {
    let lab = Lab::with(SHOP);
    let board = Dashboard::new(lab.upgrader(SHOP))
        .visitors(|_| Visitor::Stranger)
        .router();
    for path in ["/", "/history", "/history/1", "/issues.html", "/nowhere"] {
        let page = get(&board, path);
        assert_eq!(page.status, 403, "{path}");
        sound(&page, "");
        assert!(!page.body.contains("shop"), "{}", page.body);
    }
    for path in [
        "/api/status",
        "/api/issues",
        "/api/history",
        "/api/history/1",
        "/api/run",
        "/metrics",
        "/live",
    ] {
        let answer = get(&board, path);
        assert_eq!(answer.status, 403, "{path}");
        assert_eq!(answer.json()["error"]["code"], "forbidden");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(&board, path).status, 200, "{path}");
    }
}

#[test]
fn the_application_decides_by_the_request() {
    let lab = Lab::with(SHOP);
    let board =
        Dashboard::new(lab.upgrader(SHOP)).visitors(|parts| match parts.headers.get("x-user") {
            Some(name) if name == "kim" => Visitor::Operator {
                name: "Kim".to_owned(),
            },
            Some(_) => Visitor::Reader,
            None => Visitor::Stranger,
        });
    let board = board.router();
    for (user, status) in [(Some("kim"), 200), (Some("lee"), 200), (None, 403)] {
        let mut request = Request::builder().uri("/");
        if let Some(user) = user {
            request = request.header("x-user", user);
        }
        let page = send(&board, request.body(Body::empty()).unwrap());
        assert_eq!(page.status, status, "{user:?}");
    }
}
