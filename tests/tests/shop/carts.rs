//! The cart, known by a cookie.

use crate::browser::Browser;
use crate::lab::{Lab, strings};

const LARGE_IN_GLASS: [(&str, &str); 5] = [
    ("product", "1"),
    ("question-1", "2"),
    ("question-2", "5"),
    ("question-3", "7"),
    ("quantity", "2"),
];

/// What is sent where, and the status of the answer.
type Step = (&'static str, &'static [(&'static str, &'static str)], u16);

fn add(browser: &Browser, fields: &[(&str, &str)]) {
    let answer = browser.post("/cart", fields);
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/cart"),
        "{}",
        answer.body
    );
}

#[test]
fn what_does_not_go_together_does_not_get_in() {
    let lab = Lab::new();
    let shop = lab.open_shop();
    let with = |changes: &[(&'static str, &'static str)]| {
        let mut fields = LARGE_IN_GLASS.to_vec();
        for (name, value) in changes {
            fields.retain(|(one, _)| one != name);
            fields.push((*name, *value));
        }
        fields
    };
    let quantity = "The quantity is a whole number from 1 to 99.";
    let rows = [
        (
            with(&[("question-3", "6")]),
            422,
            "180 x 80 cm needs Steel.",
        ),
        (
            with(&[("question-3", "x")]),
            422,
            "does not belong to this product",
        ),
        (with(&[("quantity", "0")]), 422, quantity),
        (with(&[("quantity", "100")]), 422, quantity),
        (with(&[("quantity", "-1")]), 422, quantity),
        (with(&[("quantity", "1.5")]), 422, quantity),
        (with(&[("quantity", "")]), 422, quantity),
        (with(&[("quantity", "1e9")]), 422, quantity),
        (with(&[("product", "2")]), 404, "There is no such page"),
        (with(&[("product", "")]), 404, "There is no such page"),
        (vec![], 404, "There is no such page"),
    ];
    let browser = shop.browser();
    for (fields, status, shows) in rows {
        browser.post("/cart", &fields).must_be(status, &[shows]);
    }
    browser.get("/cart").must_be(200, &["Nothing is in it yet"]);
    assert_eq!(
        strings(&lab.open(), "SELECT token FROM cb_carts"),
        [""; 0],
        "no cart for nothing"
    );
}

#[test]
fn it_is_filled_changed_and_emptied() {
    let lab = Lab::new();
    let shop = lab.open_shop();
    let browser = shop.browser();
    add(&browser, &LARGE_IN_GLASS);
    let filled = [
        "180 x 80 cm, Glass, Steel",
        "2 at 479.18 EUR",
        "Together: 958.36 EUR",
    ];
    browser.get("/cart").must_be(200, &filled);
    // The same again becomes more of it; another configuration is another line.
    add(&browser, &LARGE_IN_GLASS);
    let small = [
        ("product", "1"),
        ("question-1", "1"),
        ("question-2", "3"),
        ("question-3", "6"),
    ];
    add(&browser, &[&small[..], &[("quantity", "1")]].concat());
    browser.get("/cart").must_be(
        200,
        &[
            "4 at 479.18 EUR",
            "1 at 249.95 EUR",
            "Together: 2166.67 EUR",
        ],
    );
    // There is no more than 99 of a line, however often it is put in.
    add(&browser, &[&small[..], &[("quantity", "99")]].concat());
    browser.get("/cart").must_be(200, &["99 at 249.95 EUR"]);

    let steps: [Step; 8] = [
        ("/cart/1", &[("quantity", "0")], 422),
        ("/cart/1", &[], 422),
        ("/cart/9", &[("quantity", "1")], 404),
        ("/cart/x", &[("quantity", "1")], 404),
        ("/cart/9/remove", &[], 404),
        ("/cart/1", &[("quantity", "1")], 303),
        ("/cart/2/remove", &[], 303),
        ("/cart/2/remove", &[], 404),
    ];
    for (path, fields, status) in steps {
        assert_eq!(
            browser.post(path, fields).status,
            status,
            "{path} {fields:?}"
        );
    }
    let left = browser.get("/cart");
    left.must_be(200, &["1 at 479.18 EUR", "Together: 479.18 EUR"]);
    left.must_hide(&["249.95 EUR"]);
    browser.post("/cart/1/remove", &[]);
    browser.get("/cart").must_be(200, &["Nothing is in it yet"]);
}

#[test]
fn it_is_one_visitors_alone() {
    let lab = Lab::new();
    let shop = lab.open_shop();
    let one = shop.browser();
    add(&one, &LARGE_IN_GLASS);
    let token = one.cookie("shop_cart").unwrap();
    // Whoever forges a cookie gets a token of the shop's choice with what they put in.
    let rows = [
        None,
        Some(""),
        Some("' OR 1=1 --"),
        Some("00000000000000000000000000000000"),
        Some(&token[1..]),
    ];
    for forged in rows {
        let other = shop.browser();
        if let Some(forged) = forged {
            other.forge("shop_cart", forged);
        }
        other.get("/cart").must_be(200, &["Nothing is in it yet"]);
        assert_eq!(
            other.post("/cart/1", &[("quantity", "9")]).status,
            404,
            "{forged:?}"
        );
        assert_eq!(other.post("/cart/1/remove", &[]).status, 404, "{forged:?}");
        add(&other, &LARGE_IN_GLASS);
        let given = other.cookie("shop_cart").unwrap();
        assert!(
            given != token && Some(given.as_str()) != forged,
            "{given} for {forged:?}"
        );
    }
    one.get("/cart").must_be(200, &["2 at 479.18 EUR"]);
    let set = one.post("/cart", &LARGE_IN_GLASS);
    let cookie = format!("shop_cart={token}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax");
    assert_eq!(set.header("set-cookie"), cookie);
}

#[test]
fn what_is_not_sold_so_any_more_is_told_and_costs_nothing() {
    let lab = Lab::new();
    let shop = lab.open_shop();
    let rows = [
        (
            "INSERT INTO cb_rules (if_answer_id, kind, then_answer_id) VALUES (2, 'excludes', 5)",
            "180 x 80 cm does not go with Glass.",
        ),
        (
            "DELETE FROM cb_answers WHERE id = 5",
            "Which top? has no answer yet.",
        ),
        (
            "UPDATE cb_products SET active = 0",
            "This product is not sold any more.",
        ),
    ];
    let browser = shop.browser();
    add(&browser, &LARGE_IN_GLASS);
    for (change, told) in rows {
        let connection = lab.open();
        connection
            .execute_batch(&format!("PRAGMA foreign_keys = ON; {change}"))
            .unwrap();
        let cart = browser.get("/cart");
        cart.must_be(200, &[told, "not for sale so any more"]);
        cart.must_hide(&["Together", "479.18"]);
    }
}
