//! Who may see what, and who may change what.

use crate::browser::Browser;
use crate::lab::{Lab, PASSWORD};

/// Whether the shop takes a visitor for the administrator.
fn is_administrator(browser: &Browser) -> bool {
    let page = browser.get("/");
    page.must_be(200, &[]);
    page.body.contains("Sign out")
}

#[test]
fn a_wrong_password_lets_nobody_in() {
    let lab = Lab::new();
    let shop = lab.open_shop();
    let longer = format!("{PASSWORD}x");
    let rows = ["", "x", &PASSWORD[1..], &longer, "' OR 1=1 --", "\u{0}"];
    for password in rows {
        let browser = shop.browser();
        let answer = browser.post("/admin/login", &[("password", password)]);
        answer.must_be(403, &["That is not the password."]);
        assert_eq!(browser.cookie("shop_admin"), None, "{password:?}");
        assert!(!is_administrator(&browser), "{password:?}");
    }
    let answer = shop.browser().post("/admin/login", &[("name", "admin")]);
    assert_eq!(answer.status, 422);
}

#[test]
fn a_forged_session_is_none() {
    let lab = Lab::new();
    let shop = lab.open_shop();
    let administrator = shop.administrator();
    assert!(is_administrator(&administrator));
    let session = administrator.cookie("shop_admin").unwrap();
    let (end, signature) = session.split_once('.').unwrap();
    let later = end.parse::<u64>().unwrap() + 1;
    let over = "1";
    let rows = [
        String::new(),
        "1".to_owned(),
        ".".to_owned(),
        format!("{end}."),
        format!(".{signature}"),
        format!("{later}.{signature}"),
        format!("{over}.{signature}"),
        format!("-1.{signature}"),
        format!("{end}.{}", &signature[1..]),
        format!("{end}.{}", signature.to_uppercase()),
        format!("{end}.{}", "0".repeat(signature.len())),
        format!("{session}; shop_admin={session}"),
    ];
    for forged in rows {
        let browser = shop.browser();
        browser.forge("shop_admin", &forged);
        assert!(!is_administrator(&browser), "{forged}");
        let dashboard = browser.get("/admin/upgrades");
        assert_eq!(
            (dashboard.status, dashboard.header("location")),
            (303, "/admin/login"),
            "{forged}"
        );
    }
    // Another instance with the same password knows the session; whoever signs out has none.
    let other = lab.open_shop();
    assert!(is_administrator(&administrator.moved_to(&other.address)));
    assert_eq!(administrator.post("/admin/logout", &[]).status, 303);
    assert!(!is_administrator(&administrator));
}

#[test]
fn the_dashboard_is_behind_the_login() {
    let lab = Lab::new();
    let shop = lab.open_shop();
    let stranger = shop.browser();
    for page in [
        "/admin/upgrades",
        "/admin/upgrades/history",
        "/admin/upgrades/nothing",
    ] {
        let answer = stranger.get(page);
        let place = (answer.status, answer.header("location"));
        assert_eq!(place, (303, "/admin/login"), "{page}");
        answer.must_hide(&["core", "shop.db"]);
    }
    for probe in ["/admin/upgrades/healthz", "/admin/upgrades/readyz"] {
        stranger.get(probe).must_be(200, &[]);
    }
    let dashboard = shop.administrator().get("/admin/upgrades");
    dashboard.must_be(200, &["customization", "program"]);
    let session = shop
        .browser()
        .post("/admin/login", &[("password", PASSWORD)]);
    let cookie = session.header("set-cookie");
    let kept = "; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict";
    assert!(cookie.ends_with(kept), "{cookie}");
}

#[test]
fn a_form_of_another_site_changes_nothing() {
    let lab = Lab::new();
    let shop = lab.open_shop();
    let administrator = shop.administrator();
    let fields = [
        ("product", "1"),
        ("question-1", "1"),
        ("question-2", "3"),
        ("question-3", "6"),
        ("quantity", "1"),
        ("password", PASSWORD),
    ];
    let beside = format!("{}.example", shop.address);
    let port = format!("{}1", shop.address);
    let origins = [
        None,
        Some(""),
        Some("null"),
        Some("http://evil.example"),
        Some(&beside),
        Some(&port),
    ];
    for origin in origins {
        for path in [
            "/cart",
            "/cart/1",
            "/cart/1/remove",
            "/admin/login",
            "/admin/logout",
        ] {
            let answer = administrator.post_from(origin, path, &fields);
            answer.must_be(403, &["That did not come from this shop"]);
        }
    }
    assert!(is_administrator(&administrator));
    administrator
        .get("/cart")
        .must_be(200, &["Nothing is in it yet"]);
}
