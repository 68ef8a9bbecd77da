//! What comes over the net is foreign: headers that guard, paths and hosts that lead nowhere, senders who take their time.

use std::fmt::Write as _;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use upgrades_dashboard::{Dashboard, SignIn};

use crate::lab::{Lab, Reply, SHOP, ask, get, send};
use crate::markup::sound;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// One that lets in whoever has [`TOKEN`].
fn guarded(lab: &Lab) -> Router {
    let sign_in = SignIn::with_token(TOKEN).unwrap();
    Dashboard::new(lab.upgrader(SHOP)).sign_in(sign_in).router()
}

fn with(router: &Router, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    send(router, request.body(Body::empty()).unwrap())
}

/// Every header, but for how long the body is.
fn headers(reply: &Reply) -> String {
    let rows = reply
        .headers
        .iter()
        .filter(|(name, _)| *name != "content-length");
    let mut rows: Vec<_> = rows
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    rows.sort();
    rows.join("\n")
}

/// What each answer says, whatever it is.
const GUARDS: [&str; 6] = [
    "content-security-policy: default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "cross-origin-opener-policy: same-origin",
    "cross-origin-resource-policy: same-origin",
    "referrer-policy: same-origin",
    "x-content-type-options: nosniff",
    "x-frame-options: DENY",
];

#[test]
fn headers_are_these_and_no_others() {
    let lab = Lab::with(SHOP);
    let (open, token) = (lab.board(SHOP), guarded(&lab));
    let page = "content-type: text/html; charset=utf-8";
    let json = "content-type: application/json";
    let fresh = "cache-control: no-store";
    let kept = "cache-control: max-age=300";
    let reads = "allow: GET,HEAD";
    let rows: &[(&Router, &str, &str, u16, &[&str])] = &[
        (&open, "GET", "/", 200, &[fresh, page]),
        (&open, "GET", "/history/1", 200, &[fresh, page]),
        (&open, "GET", "/issues.html", 200, &[fresh, page]),
        (&open, "GET", "/api/status", 200, &[fresh, json]),
        (
            &open,
            "GET",
            "/live",
            200,
            &[
                fresh,
                "content-type: text/event-stream",
                "x-accel-buffering: no",
            ],
        ),
        (
            &open,
            "GET",
            "/metrics",
            200,
            &[
                fresh,
                "content-type: text/plain; version=0.0.4; charset=utf-8",
            ],
        ),
        (&open, "GET", "/healthz", 200, &[fresh, json]),
        (
            &open,
            "GET",
            "/style.css",
            200,
            &[kept, "content-type: text/css; charset=utf-8"],
        ),
        (
            &open,
            "GET",
            "/live.js",
            200,
            &[kept, "content-type: text/javascript; charset=utf-8"],
        ),
        (
            &open,
            "GET",
            "/icon.svg",
            200,
            &[kept, "content-type: image/svg+xml"],
        ),
        (&open, "GET", "/nowhere", 404, &[fresh, page]),
        (&open, "GET", "/api/nowhere", 404, &[fresh, json]),
        (&open, "GET", "/history?limit=x", 400, &[fresh, page]),
        (&open, "GET", "/?done=a&done=b", 400, &[fresh, page]),
        (&open, "GET", "/api/history?limit=x", 400, &[fresh, json]),
        (
            &open,
            "GET",
            "/history/",
            308,
            &[fresh, "location: /history"],
        ),
        (&open, "POST", "/", 405, &[reads, fresh, page]),
        (&open, "PUT", "/api/status", 405, &[reads, fresh, json]),
        (&open, "DELETE", "/history/1", 405, &[reads, fresh, page]),
        (&open, "TRACE", "/style.css", 405, &[reads, fresh, page]),
        (&open, "OPTIONS", "/", 405, &[reads, fresh, page]),
        (&open, "GET", "/run", 405, &["allow: POST", fresh, page]),
        (&open, "POST", "/run", 403, &[fresh, page]),
        (&token, "GET", "/", 303, &[fresh, "location: /sign-in"]),
        (
            &token,
            "GET",
            "/nowhere",
            303,
            &[fresh, "location: /sign-in"],
        ),
        (
            &token,
            "GET",
            "/api/status",
            401,
            &[fresh, json, "www-authenticate: Bearer"],
        ),
        (
            &token,
            "POST",
            "/run",
            401,
            &[fresh, page, "www-authenticate: Bearer"],
        ),
        (&token, "GET", "/sign-in", 200, &[fresh, page]),
        (
            &token,
            "GET",
            "/sign-in?token=a&token=b",
            400,
            &[fresh, page],
        ),
        (&token, "POST", "/sign-in", 400, &[fresh, page]),
    ];
    for (router, method, path, status, own) in rows {
        let mut expected: Vec<_> = GUARDS.iter().chain(*own).copied().collect();
        expected.sort_unstable();
        let methods = match *method {
            "GET" => vec!["GET", "HEAD"],
            method => vec![method],
        };
        for method in methods {
            let reply = match *path {
                // It never ends.
                "/live" => live(router, method),
                path => ask(router, method, path),
            };
            assert_eq!(reply.status, *status, "{method} {path}\n{}", reply.body);
            assert_eq!(headers(&reply), expected.join("\n"), "{method} {path}");
            assert!(method != "HEAD" || reply.body.is_empty(), "{method} {path}");
        }
    }
}

/// What is said before the first event.
fn live(router: &Router, method: &str) -> Reply {
    use tower::ServiceExt as _;
    let request = Request::builder()
        .method(method)
        .uri("/live")
        .body(Body::empty())
        .unwrap();
    crate::lab::runtime().block_on(async {
        let response = router.clone().oneshot(request).await.unwrap();
        Reply {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: String::new(),
        }
    })
}

#[test]
fn other_hosts_are_refused_everywhere() {
    let lab = Lab::with(SHOP);
    let board = Dashboard::new(lab.upgrader(SHOP))
        .hosts(["shop.example".to_owned()])
        .router();
    let hosts: &[(&[(&str, &str)], u16)] = &[
        (&[("host", "shop.example")], 200),
        (&[("host", "SHOP.example:8443")], 200),
        (&[("host", "evil.example")], 421),
        (&[("host", "shop.example.evil.example")], 421),
        (&[("host", "shop.example@evil.example")], 421),
        (
            &[
                ("host", "evil.example"),
                ("x-forwarded-host", "shop.example"),
            ],
            421,
        ),
        (&[("host", "127.0.0.1")], 421),
        (&[("host", "shop.example, evil.example")], 421),
        (&[("host", "shop.example"), ("host", "evil.example")], 400),
        (&[("host", "shop.example"), ("host", "shop.example")], 400),
        (&[("host", "")], 400),
        (&[], 400),
    ];
    for (headers, status) in hosts {
        for path in [
            "/",
            "/api/status",
            "/metrics",
            "/readyz",
            "/style.css",
            "/sign-in",
        ] {
            let reply = with(&board, "GET", path, headers);
            let expected = match (path, status) {
                // There is nothing to sign in to.
                ("/sign-in", 200) => 404,
                (_, status) => *status,
            };
            assert_eq!(reply.status, expected, "{path} {headers:?}\n{}", reply.body);
            assert!(
                *status == 200 || !reply.body.contains("shop.db"),
                "{}",
                reply.body
            );
        }
    }
}

#[test]
fn paths_lead_nowhere_else() {
    let lab = Lab::with(SHOP);
    let bare = lab.board(SHOP);
    let nested = Router::new().nest("/admin", lab.board(SHOP));
    let any = Router::new().nest("/{shop}", lab.board(SHOP));
    let mut long = String::from("/history/");
    while long.len() < 60_000 {
        let _ = write!(long, "{}/", long.len());
    }
    let rows = [
        (&bare, "//evil.example/", 404, ""),
        (&bare, "//evil.example", 404, ""),
        (&bare, "/\\evil.example/", 404, ""),
        (&bare, "/\\/evil.example/", 404, ""),
        (&any, "/\\evil.example/history/", 308, "/history"),
        (&bare, "/%5cevil.example/", 308, "/%5cevil.example"),
        (&bare, "/%2fevil.example/", 308, "/%2fevil.example"),
        (
            &bare,
            "/https://evil.example/",
            308,
            "/https://evil.example",
        ),
        (&bare, "/.//evil.example/", 308, "/.//evil.example"),
        (
            &bare,
            "/%0d%0aset-cookie:%20a=b/",
            308,
            "/%0d%0aset-cookie:%20a=b",
        ),
        (
            &bare,
            "/history/?x=%0d%0aset-cookie:%20a=b",
            308,
            "/history?x=%0d%0aset-cookie:%20a=b",
        ),
        (&bare, "/..", 404, ""),
        (&bare, "/../../etc/passwd", 404, ""),
        (&bare, "/%2e%2e/%2e%2e/etc/passwd", 404, ""),
        (&bare, "/static/style.css", 404, ""),
        (&bare, "/style.css%00.html", 404, ""),
        (&bare, "/history/../style.css", 404, ""),
        (&bare, "/history%2f1", 404, ""),
        (&bare, "/history/%31", 404, ""),
        (&bare, "/history/1%00", 404, ""),
        (&bare, "/history/%ff", 404, ""),
        (&bare, "/history/-1", 404, ""),
        (&bare, "/history/0x1", 404, ""),
        (&bare, "/history/99999999999999999999", 404, ""),
        (
            &bare,
            "/api/history/1;DROP%20TABLE%20shop_products",
            404,
            "",
        ),
        (&bare, &long, 308, long.trim_end_matches('/')),
        (&nested, "/admin/%2e%2e/history", 404, ""),
        (&nested, "/admin//evil.example/", 308, "/admin/evil.example"),
    ];
    for (router, path, status, to) in rows {
        let reply = get(router, path);
        let shown: String = path.chars().take(100).collect();
        assert_eq!(
            (reply.status, reply.header("location")),
            (status, to),
            "{shown}"
        );
        assert_eq!(reply.headers.get("set-cookie"), None, "{shown}");
        assert!(reply.body.len() < 20_000, "{shown}");
    }
}

#[test]
fn words_in_addresses_stay_words() {
    let lab = Lab::with(SHOP);
    let (open, token) = (lab.board(SHOP), guarded(&lab));
    let hostile = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%0d%0aset-cookie:%20a=b%00";
    let rows = [
        (&open, format!("/?done={hostile}"), 200),
        (&open, "/?done=%ff".to_owned(), 200),
        (&open, "/?done=cleared&x=&&&=;".to_owned(), 200),
        (&open, format!("/history?{hostile}={hostile}"), 200),
        (&open, format!("/history?version={hostile}"), 200),
        (&open, format!("/history?before={hostile}"), 400),
        (&token, format!("/sign-in?token={hostile}"), 200),
        (&token, format!("/sign-in?x={hostile}"), 200),
    ];
    for (router, path, status) in rows {
        let reply = get(router, &path);
        assert_eq!(reply.status, status, "{path}\n{}", reply.body);
        sound(&reply, "");
        assert!(!reply.body.contains("<script>"), "{path}\n{}", reply.body);
        assert_eq!(reply.headers.get("set-cookie"), None, "{path}");
    }
}

/// A form that begins and never ends. The clock is tokio's own, and goes ahead while everybody waits.
#[test]
fn a_slow_form_is_not_waited_for() {
    use tower::ServiceExt as _;
    let lab = Lab::with(SHOP);
    let clock = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    clock.block_on(async {
        let board = guarded(&lab);
        let began = tokio::time::Instant::now();
        let request = Request::post("/sign-in")
            .header("host", "shop")
            .header("origin", "http://shop")
            .header("content-type", "application/x-www-form-urlencoded");
        let (first, never) = (Bytes::from("token="), futures_util::stream::pending());
        let body = futures_util::stream::once(async { Ok::<_, std::io::Error>(first) });
        let body = Body::from_stream(futures_util::StreamExt::chain(body, never));
        let answer = board.oneshot(request.body(body).unwrap()).await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), began.elapsed().as_secs()),
            (408, 10)
        );
    });
}
