//! An upgrade that fails: the shop serves what the old schema has, the administrator is told, nobody else is.

use upgrades::Resolution;
use upgrades_tests::child::until;

use crate::browser::Browser;
use crate::lab::Lab;

const BROKEN: &str = "1.9.0_broken.sql";
/// What only the administrator may see.
const SECRETS: [&str; 5] = [
    "An upgrade of this installation has failed",
    "broken",
    "no such table",
    "no such column",
    "clear-failure",
];

/// Panics where a visitor of these pages learns of the failure.
fn must_know_nothing(stranger: &Browser, pages: &[&str]) {
    for page in pages {
        stranger.get(page).must_hide(&SECRETS);
    }
}

#[test]
fn a_broken_customization_leaves_the_shop_open() {
    let lab = Lab::new();
    lab.script(
        BROKEN,
        "CREATE TABLE #__lost (n);\nINSERT INTO #__missing VALUES (1);\n",
    );
    let shop = lab.open_shop();
    let stranger = shop.browser();
    let pages = ["/", "/products/1", "/cart"];
    for page in pages {
        stranger.get(page).must_be(200, &[]);
    }
    must_know_nothing(&stranger, &pages);

    let administrator = shop.administrator();
    let banner = [
        "An upgrade of this installation has failed",
        "customization/1.9.0_broken.sql",
        "no such table: cb_missing",
        "Mend the cause",
        r#"<a href="/admin/upgrades">"#,
    ];
    for page in pages {
        administrator.get(page).must_be(200, &banner);
    }
    administrator.get("/nothing").must_be(404, &banner);
    let why = administrator.get("/admin/upgrades");
    why.must_be(200, &["1.9.0_broken.sql", "missing VALUES (1)"]);
    let readyz = stranger.get("/admin/upgrades/readyz");
    assert_eq!(readyz.status, 503, "{readyz:?}");
    assert!(lab.said().contains("no such table: cb_missing"));

    // Nothing is tried again until a person has cleared it, whoever starts.
    shop.stop();
    let again = lab.open_shop();
    again.administrator().get("/").must_be(200, &banner);
    let failed = |row: &&String| row.ends_with(" failed");
    assert_eq!(lab.history().iter().filter(failed).count(), 1);

    // Mended and cleared, it is over at the next start; the banner goes as soon as it is cleared.
    lab.script(BROKEN, "CREATE TABLE #__lost (n INTEGER PRIMARY KEY);\n");
    let person = lab.upgrader();
    person
        .clear_failure("the table was forgotten", Resolution::GoOn)
        .unwrap();
    let administrator = again.administrator();
    until("a page without the banner", || {
        let page = administrator.get("/");
        (!page.body.contains(SECRETS[0])).then_some(())
    });
    again.stop();
    let mended = lab.open_shop();
    mended.administrator().get("/").must_hide(&SECRETS[..1]);
    lab.everything_ran_once();
}

#[test]
fn on_an_old_schema_each_page_serves_as_far_as_it_can() {
    let lab = Lab::installed_at("2.3.0");
    lab.open()
        .execute_batch(
            "INSERT INTO cb_products (id, sku, name, price) VALUES (2, 'IMPORT-1', 'Imported', -1)",
        )
        .unwrap();
    let shop = lab.open_shop();
    let stranger = shop.browser();
    // The list reads a view that was there before prices became cents; the configurator needs what came with 3.1.0.
    stranger
        .get("/")
        .must_be(200, &["Desk, made to measure", "from 249.90 EUR"]);
    let closed = "This page is closed for the moment";
    stranger.get("/products/1").must_be(503, &[closed]);
    stranger
        .get("/cart")
        .must_be(200, &["Nothing is in it yet"]);
    stranger
        .post("/cart", &[("product", "1")])
        .must_be(503, &[closed]);
    must_know_nothing(&stranger, &["/", "/products/1", "/cart"]);
    let administrator = shop.administrator();
    administrator.get("/").must_be(
        200,
        &["core/3.0.0_prices_in_cents.sql", "CHECK constraint failed"],
    );
    administrator.get("/products/1").must_be(
        503,
        &[closed, "no such column", "core/3.0.0_prices_in_cents.sql"],
    );
    shop.stop();

    lab.open()
        .execute_batch("UPDATE cb_products SET price = 1 WHERE id = 2")
        .unwrap();
    let person = lab.upgrader();
    person
        .clear_failure("the import had no price", Resolution::GoOn)
        .unwrap();
    let mended = lab.open_shop();
    mended
        .browser()
        .get("/products/1")
        .must_be(200, &["249.95 EUR"]);
    lab.everything_ran_once();
}

#[test]
fn an_installation_that_never_came_up_is_closed_and_says_nothing() {
    let lab = Lab::new();
    lab.script("7.0.0_one.sql", "SELECT 1;");
    lab.script("7.0.0_two.sql", "SELECT 1;");
    // Scripts that are not in order are no failure of the database's: nothing runs, and nothing has to be cleared.
    let shop = lab.open_shop();
    let stranger = shop.browser();
    let pages = ["/", "/products/1"];
    for page in pages {
        stranger
            .get(page)
            .must_be(503, &["This page is closed for the moment"]);
    }
    must_know_nothing(&stranger, &pages);
    stranger.get("/").must_hide(&["7.0.0_two.sql"]);
    let banner = ["the scripts are not in order", "7.0.0_two.sql"];
    shop.administrator().get("/").must_be(503, &banner);
}
