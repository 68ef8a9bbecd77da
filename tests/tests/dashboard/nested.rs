//! The dashboard under another path: its links stay right.

use axum::Router;

use crate::lab::{Lab, SHOP, failing, get};
use crate::markup::sound;

const PAGES: [&str; 4] = ["/", "/history", "/history/1", "/history?outcome=failed"];

#[test]
fn links_stay_right() {
    let lab = Lab::failed();
    let board = || lab.board(&failing());
    let routers = [
        ("", board()),
        (
            "/admin/upgrades",
            Router::new().nest("/admin/upgrades", board()),
        ),
        ("/shops/a%20b", Router::new().nest("/shops/{shop}", board())),
        (
            "/outer/inner",
            Router::new().nest("/outer", Router::new().nest("/inner", board())),
        ),
        ("/service", Router::new().nest_service("/service", board())),
    ];
    let slash = Router::new().nest("/slash/", board());
    let home = get(&slash, "/slash/");
    sound(&home, "/slash");
    assert!(home.body.contains("href=\"/slash/\""), "{}", home.body);
    for (base, router) in routers {
        for page in PAGES {
            let path = match (base, page) {
                ("", page) => page.to_owned(),
                (base, "/") => base.to_owned(),
                (base, page) => format!("{base}{page}"),
            };
            let reply = get(&router, &path);
            assert_eq!(reply.status, 200, "{path}");
            sound(&reply, base);
        }
        let fragment = get(&router, &format!("{base}/issues.html"));
        let home = if base.is_empty() { "/" } else { base };
        assert!(
            fragment.body.contains(&format!("href=\"{home}\"")),
            "{}",
            fragment.body
        );
        let missing = get(&router, &format!("{base}/nowhere"));
        assert_eq!(
            (missing.status, missing.header("content-type")),
            (404, "text/html; charset=utf-8"),
            "{base}"
        );
        sound(&missing, base);
    }
}

#[test]
fn a_slash_too_many_leads_to_the_page() {
    let lab = Lab::with(SHOP);
    let nested = Router::new().nest("/admin/upgrades", lab.board(SHOP));
    let service = Router::new().nest_service("/service", lab.board(SHOP));
    let slash = Router::new().nest("/slash/", lab.board(SHOP));
    let bare = lab.board(SHOP);
    let rows = [
        // Of a path that ends with a slash, `nest` asks the dashboard only where it is nested there.
        (&nested, "/admin/upgrades/", 404, ""),
        (&service, "/service/", 200, ""),
        (&service, "/service", 200, ""),
        (&slash, "/slash/", 200, ""),
        (&slash, "/slash/history/", 308, "/slash/history"),
        (
            &nested,
            "/admin/upgrades/history/",
            308,
            "/admin/upgrades/history",
        ),
        (
            &nested,
            "/admin/upgrades/history/?outcome=failed",
            308,
            "/admin/upgrades/history?outcome=failed",
        ),
        (&nested, "/admin/upgrades//", 308, "/admin/upgrades"),
        (&bare, "/history/", 308, "/history"),
        (&bare, "/history/1/", 308, "/history/1"),
        // It must not lead to another machine.
        (&bare, "//evil.example/", 404, ""),
        (&bare, "///evil.example/", 404, ""),
    ];
    for (router, path, status, to) in rows {
        let reply = get(router, path);
        assert_eq!(
            (reply.status, reply.header("location")),
            (status, to),
            "{path}"
        );
    }
}
