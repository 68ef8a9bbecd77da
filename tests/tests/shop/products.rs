//! The products, and how one is configured. What cannot be sold so is refused on the server.

use crate::lab::Lab;

/// Ids of the sample product's answers, in the order in which they are made.
const SMALL: &str = "question-1=1";
const LARGE: &str = "question-1=2";
const BEECH: &str = "question-2=3";
const GLASS: &str = "question-2=5";
const WOOD: &str = "question-3=6";
const STEEL: &str = "question-3=7";

#[test]
fn every_choice_has_its_price_or_its_reason() {
    let lab = Lab::new();
    let shop = lab.open_shop();
    let browser = shop.browser();
    let rows: &[(&[&str], u16, &str)] = &[
        // What does not go together.
        (&[LARGE, BEECH, WOOD], 422, "180 x 80 cm needs Steel."),
        (&[SMALL, GLASS, WOOD], 422, "Glass does not go with Wood."),
        (&[LARGE, BEECH], 422, "Which legs? has no answer yet."),
        (
            &[SMALL, LARGE, BEECH, STEEL],
            422,
            "Which size? takes one answer.",
        ),
        (
            &[SMALL, BEECH, WOOD, "question-9=99"],
            422,
            "One of the answers does not belong to this product.",
        ),
        (
            &["question-1=x"],
            422,
            "One of the answers does not belong to this product.",
        ),
        (
            &["question-1=99999999999999999999"],
            422,
            "One of the answers",
        ),
        // What does, with its surcharges.
        (&[], 200, r#"<p class="price">249.95 EUR</p>"#),
        (
            &[SMALL, BEECH, WOOD],
            200,
            r#"<p class="price">249.95 EUR</p>"#,
        ),
        (
            &[LARGE, GLASS, STEEL],
            200,
            r#"<p class="price">479.18 EUR</p>"#,
        ),
        // The quantity stays where it is one, and is text in any case.
        (&["quantity=7"], 200, r#"name="quantity" value="7""#),
        (&["quantity=0"], 200, r#"name="quantity" value="1""#),
        (&["quantity=%22%3E"], 200, r#"name="quantity" value="1""#),
        // The name of a field is nothing to go by.
        (
            &["question-x=1", "question-y=3", "question-=6"],
            200,
            "249.95 EUR",
        ),
    ];
    for (choice, status, shows) in rows {
        let page = browser.get(&format!("/products/1?{}", choice.join("&")));
        page.must_be(*status, &[shows]);
    }
}

#[test]
fn pages_that_are_not_there() {
    let lab = Lab::new();
    let shop = lab.open_shop();
    let browser = shop.browser();
    let rows = [
        "/products/2",
        "/products/x",
        "/products/-1",
        "/products/99999999999999999999",
        "/products/1%20OR%201=1",
        "/products",
        "/nothing",
        "/../Cargo.toml",
    ];
    for path in rows {
        browser
            .get(path)
            .must_be(404, &["There is no such page", "To the products"]);
    }
}

#[test]
fn what_the_database_holds_is_text() {
    let lab = Lab::new();
    let shop = lab.open_shop();
    lab.open()
        .execute_batch(
            "INSERT INTO cb_products (id, sku, name, description) VALUES (2, '<b>', '<script>1</script>', '\"><img src=x>');
             INSERT INTO cb_products (id, sku, name, active) VALUES (3, 'old', 'Not sold any more', 0);
             INSERT INTO cb_questions (id, product_id, text) VALUES (20, 2, '<i>?'), (21, 2, 'Nobody has an answer');
             INSERT INTO cb_answers (id, question_id, position, text) VALUES (30, 20, 1, '<u>!');",
        )
        .unwrap();
    let browser = shop.browser();
    let list = browser.get("/");
    list.must_be(
        200,
        &[
            "Desk, made to measure",
            "&#60;script&#62;1",
            "from 249.95 EUR",
        ],
    );
    list.must_hide(&["<script", "<img", "Not sold any more"]);
    let page = browser.get("/products/2");
    page.must_be(200, &["&#60;i&#62;?", "&#60;u&#62;!", "&#60;b&#62;"]);
    page.must_hide(&["<script", "<img", "<i>", "<u>", "<b>"]);
    browser.get("/products/3").must_be(404, &[]);
}

#[test]
fn a_browser_is_kept_from_what_a_page_does_not_need() {
    let lab = Lab::new();
    let shop = lab.open_shop();
    let page = shop.browser().get("/");
    let rows = [
        ("content-type", "text/html; charset=utf-8"),
        (
            "content-security-policy",
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
    ];
    for (name, value) in rows {
        assert_eq!(page.header(name), value);
    }
    let style = shop.browser().get("/shop.css");
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
}
