//! Forms that no page of this dashboard has shown to whoever sends them change nothing.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use upgrades_dashboard::{Dashboard, Visitor};
use upgrades_tests::told::history;

use crate::lab::{Lab, Reply, failing, pending, send};
use crate::markup::sound;
use crate::wire::token;

/// The dashboard, to whose application people say who they are.
fn board(lab: &Lab, scripts: &[(&'static str, &'static str)]) -> Router {
    let visitor = |parts: &axum::http::request::Parts| {
        let name = parts
            .headers
            .get("x-user")
            .and_then(|name| name.to_str().ok());
        match name {
            None => Visitor::Stranger,
            Some("guest") => Visitor::Reader,
            Some(name) => Visitor::Operator {
                name: name.to_owned(),
            },
        }
    };
    Dashboard::new(lab.upgrader(scripts))
        .visitors(visitor)
        .router()
}

fn read(board: &Router, user: &str) -> String {
    let request = Request::get("/").header("x-user", user);
    send(board, request.body(Body::empty()).unwrap()).body
}

/// The headers with which a browser sends a form.
const HEADERS: &[(&str, &str)] = &[
    ("host", "shop"),
    ("origin", "http://shop"),
    ("content-type", "application/x-www-form-urlencoded"),
];

fn post(board: &Router, path: &str, user: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let request = Request::post(path).header("x-user", user);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    send(board, request.body(Body::from(body.to_owned())).unwrap())
}

/// The headers with this one as the rows have it.
fn with(name: &str, values: &[&'static str]) -> Vec<(&'static str, &'static str)> {
    let rest = HEADERS.iter().filter(|(other, _)| *other != name).copied();
    let name = HEADERS.iter().find(|(other, _)| *other == name).unwrap().0;
    rest.chain(values.iter().map(|value| (name, *value)))
        .collect()
}

/// What clears the failure that the page shows, with this token.
fn decision(page: &str, token: &str) -> String {
    let (_, rest) = page.split_once("name=\"issue\" value=\"").unwrap();
    let issue = rest.split('"').next().unwrap();
    format!("token={token}&issue={issue}&reason=mended&resolution=go-on")
}

#[test]
fn of_others_change_nothing() {
    let lab = Lab::failed();
    let board = board(&lab, &failing());
    let elsewhere = self::board(&lab, &failing());
    let before = history(&lab.upgrader(&failing()));
    let page = read(&board, "ada");
    let ada = token(&page, "/clear");
    let foreign = token(&read(&elsewhere, "ada"), "/clear");
    let bobs = token(&read(&board, "bob"), "/clear");
    let (_, rest) = ada.split_once('.').unwrap();
    let prolonged = format!("ffffffff.{rest}");
    let over = format!("1.{rest}");
    let tokens = [
        ("", "foreign-form"),
        ("0", "foreign-form"),
        ("..", "foreign-form"),
        (foreign.as_str(), "foreign-form"),
        (bobs.as_str(), "foreign-form"),
        (&prolonged, "foreign-form"),
        (&over, "foreign-form"),
        (&ada[..ada.len() - 2], "foreign-form"),
    ];
    let refuse = |user: &str, headers: &[(&str, &str)], body: &str, status: u16, code: &str| {
        let reply = post(&board, "/clear", user, headers, body);
        assert_eq!(reply.status, status, "{headers:?} {body}\n{}", reply.body);
        let says = format!("code <code>{code}</code>");
        assert!(
            reply.body.contains(&says),
            "{headers:?} {body}\n{}",
            reply.body
        );
        sound(&reply, "");
        assert_eq!(history(&lab.upgrader(&failing())), before);
    };
    for (token, code) in tokens {
        refuse("ada", HEADERS, &decision(&page, token), 403, code);
    }
    let right = decision(&page, &ada);
    let without = right.split_once('&').unwrap().1;
    refuse("ada", HEADERS, without, 403, "foreign-form");
    refuse("bob", HEADERS, &right, 403, "foreign-form");
    refuse("guest", HEADERS, &right, 403, "forbidden");
    let headers = [
        ("origin", vec![], 403, "foreign-request"),
        ("origin", vec!["null"], 403, "foreign-request"),
        ("origin", vec!["http://evil"], 403, "foreign-request"),
        ("origin", vec!["http://shop.evil"], 403, "foreign-request"),
        ("origin", vec!["http://shop:81"], 403, "foreign-request"),
        (
            "origin",
            vec!["http://shop", "http://evil"],
            403,
            "foreign-request",
        ),
        (
            "origin",
            vec!["http://shop http://evil"],
            403,
            "foreign-request",
        ),
        ("host", vec![], 400, "foreign-request"),
        ("host", vec![""], 400, "foreign-request"),
        ("host", vec!["shop", "evil"], 400, "foreign-request"),
        ("host", vec!["evil"], 403, "foreign-request"),
        ("content-type", vec![], 400, "usage"),
        ("content-type", vec!["text/plain"], 400, "usage"),
        ("content-type", vec!["application/json"], 400, "usage"),
        (
            "content-type",
            vec!["multipart/form-data; boundary=x"],
            400,
            "usage",
        ),
    ];
    for (name, values, status, code) in headers {
        refuse("ada", &with(name, &values), &right, status, code);
    }
    let bodies = [
        "",
        "token",
        "%ff=%ff",
        &format!("{right}&token=x"),
        &right.replace("go-on", "<script>"),
        &right.replace("=mended", "=%20%0a"),
        &right.replace("&reason=mended", ""),
    ];
    for body in bodies {
        refuse("ada", HEADERS, body, 400, "usage");
    }
    let long = format!("{right}{}", "x".repeat(16 * 1024));
    refuse("ada", HEADERS, &long, 413, "too-long");
    // None of that has used the token up, and it is good once.
    assert_eq!(post(&board, "/clear", "ada", HEADERS, &right).status, 303);
    let after = history(&lab.upgrader(&failing()));
    assert_ne!(after, before);
    let again = post(&board, "/clear", "ada", HEADERS, &right);
    assert_eq!(again.status, 403, "{}", again.body);
    assert_eq!(history(&lab.upgrader(&failing())), after);
}

/// A token for one thing is none for another.
#[test]
fn for_something_else_change_nothing() {
    let lab = Lab::with(crate::lab::SHOP);
    let board = board(&lab, &pending());
    let run = token(&read(&board, "ada"), "/run");
    let body = format!("token={run}&issue=latched&reason=x&resolution=go-on");
    let reply = post(&board, "/clear", "ada", HEADERS, &body);
    assert_eq!(reply.status, 403, "{}", reply.body);
    for path in ["/run", "/clear", "/sign-out"] {
        let rows = [
            ("GET", 405),
            ("HEAD", 405),
            ("PUT", 405),
            ("DELETE", 405),
            ("TRACE", 405),
            ("OPTIONS", 405),
        ];
        for (method, status) in rows {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("x-user", "ada");
            let reply = send(&board, request.body(Body::empty()).unwrap());
            assert_eq!(
                (reply.status, reply.header("allow")),
                (status, "POST"),
                "{method} {path}"
            );
        }
    }
    assert!(!read(&board, "ada").contains("was begun here"));
}

/// Who decides about a failure decides about the one that they saw.
#[test]
fn about_an_older_failure_clear_no_newer_one() {
    let lab = Lab::failed();
    let board = board(&lab, &failing());
    let page = read(&board, "ada");
    let old = decision(&page, &token(&page, "/clear"));
    let upgrader = lab.upgrader(&failing());
    upgrader
        .clear_failure("by hand", upgrades::Resolution::GoOn)
        .unwrap();
    upgrader.run().unwrap_err();
    let before = history(&upgrader);
    let reply = post(&board, "/clear", "ada", HEADERS, &old);
    assert_eq!(reply.status, 409, "{}", reply.body);
    assert!(
        reply.body.contains("nother failure is recorded by now"),
        "{}",
        reply.body
    );
    assert_eq!(history(&upgrader), before);
}

/// While another process works, a decision does not wait behind the visitor's back.
#[test]
fn while_another_process_works_change_nothing() {
    let lab = Lab::failed();
    let board = board(&lab, &failing());
    let page = read(&board, "ada");
    let body = decision(&page, &token(&page, "/clear"));
    let before = history(&lab.upgrader(&failing()));
    let lock = lab.held(crate::lab::AT_WORK);
    let reply = post(&board, "/clear", "ada", HEADERS, &body);
    assert_eq!(reply.status, 409, "{}", reply.body);
    assert!(
        reply.body.contains("code <code>locked</code>"),
        "{}",
        reply.body
    );
    drop(lock);
    assert_eq!(history(&lab.upgrader(&failing())), before);
}

/// Of two decisions at once one is written, and of two starts one begins.
#[test]
fn at_once_act_once() {
    let lab = Lab::failed();
    let board = board(&lab, &failing());
    let bodies = [0; 4].map(|_| {
        let page = read(&board, "ada");
        decision(&page, &token(&page, "/clear"))
    });
    let sent = bodies.map(|body| {
        let board = board.clone();
        std::thread::spawn(move || post(&board, "/clear", "ada", HEADERS, &body).status)
    });
    for status in sent.map(|sent| sent.join().unwrap()) {
        // One does it; others come too late or meet it at work.
        assert!([303, 409].contains(&status), "{status}");
    }
    let cleared = history(&lab.upgrader(&failing()))
        .matches("cleared")
        .count();
    assert_eq!(cleared, 1);
}
