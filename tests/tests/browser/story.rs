//! The failure story: an upgrade fails, a person sees why, clears it on the page, and runs it to its end there.

use std::fs;
use std::process::Stdio;

use rustix::process::Signal;
use upgrades_tests::Sandbox;
use upgrades_tests::child::signal;

use crate::access::everywhere;
use crate::driver::Browser;
use upgrades_tests::served::Served;

/// An installation whose second script has a mistake, and whose third one takes as long as a file is not there.
fn installation() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "upgrades.toml",
        "database = \"sqlite:shop.db\"\n[tracks.core]\ndirectory = \"core\"\n",
    );
    sandbox.write(
        "core/1.0.0_products.sql",
        "CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n",
    );
    sandbox.write(
        "core/1.1.0_prices.sql",
        "ALTER TABLE products ADD COLUMN price INTEGER NOT NULL DEFAULT 0;\n\
         INSERT INTO product (name) VALUES ('<script>alert(1)</script>');\n",
    );
    sandbox.write("core/1.2.0_unused.sql", "DROP TABLE products;\n");
    sandbox
}

#[test]
fn from_the_failure_to_the_finished_upgrade() {
    let sandbox = installation();
    assert_eq!(sandbox.upgrades(["run"]).status, Some(4));
    let served = Served::start(&sandbox);
    let browser = Browser::start();

    browser.open(&served.home);
    assert_eq!(browser.address(), format!("{}sign-in", served.home));
    everywhere(&browser, "sign-in");
    browser.open(&served.link());
    browser.click("main button");
    browser.until_text("h1", "Failed");
    assert_eq!(browser.address(), served.home);

    let issue = browser.text(".upgrades-issue");
    for part in [
        "An upgrade of this installation has failed",
        "core/1.1.0_prices.sql, statement 2, line 2, column 1",
        "no such table: product",
        "INSERT INTO product (name) VALUES ('<script>alert(1)</script>');",
        "Whoever makes the application",
        "upgrade_errors.log",
    ] {
        assert!(issue.contains(part), "{part}: {issue}");
    }
    everywhere(&browser, "failed");
    browser.click("a[href='/history']");
    browser.until_text("h1", "History");
    everywhere(&browser, "history");
    browser.click("td a, th a");
    browser.until_text("h1", "core/");
    everywhere(&browser, "attempt");
    browser.open(&format!("{}nowhere", served.home));
    browser.until_text("h1", "Not Found");
    // That there is no such page, the browser says too.
    assert_eq!(browser.complaints().len(), 1);

    // The mistake is mended, and the failure cleared where it is shown.
    let mended = sandbox
        .read("core/1.1.0_prices.sql")
        .replace("INTO product ", "INTO products ");
    sandbox.write("core/1.1.0_prices.sql", mended);
    browser.open(&served.home);
    browser.write("#reason", "the table is products <b>now</b>");
    browser.click(".upgrades-issue button");
    browser.until_text("h1", "Pending");
    browser.until_text(".news[role=status]:not([hidden])", "The failure is cleared");
    browser.until_text(".scripts", "drops-table");
    everywhere(&browser, "pending");

    browser.click(".act.run button");
    browser.until_text("h1", "Current");
    browser.until_text("main", "2 scripts were applied");
    everywhere(&browser, "current");
    browser.click("form[action$='/sign-out'] button");
    browser.until_text("h1", "Sign in");
    browser.open(&served.home);
    browser.until_text("h1", "Sign in");
    let history = sandbox.upgrades(["history"]).stdout;
    let reason = "the table is products <b>now</b> (somebody with the token, on the dashboard)";
    assert!(history.contains(reason), "{history}");
    assert!(fs::exists(sandbox.path("upgrade_errors.log")).unwrap());
}

/// Everything is done without a script of the page's.
#[test]
fn without_scripts() {
    let sandbox = installation();
    sandbox.upgrades(["run"]);
    let served = Served::start(&sandbox);
    let browser = Browser::start();
    browser.allow_scripts(false);
    browser.open(&served.link());
    browser.click("main button");
    browser.until_text("h1", "Failed");
    browser.click("label[for=way-mark-done]");
    browser.write("#reason", "done by hand");
    browser.click(".upgrades-issue button");
    browser.until_text("h1", "Pending");
    browser.click(".act.run button");
    browser.until_text(".lead", "up to date");
}

/// The page follows a run in another process: nobody has to load it again.
#[test]
fn a_run_elsewhere_is_followed() {
    let sandbox = installation();
    fs::remove_file(sandbox.path("core/1.1.0_prices.sql")).unwrap();
    fs::remove_file(sandbox.path("core/1.2.0_unused.sql")).unwrap();
    sandbox.upgrades(["run"]);
    sandbox.write(
        "core/2.0.0_long.lua",
        "-- upgrade: description = takes a while\n\
         for i = 1, 20 do\n\
             db:execute(\"INSERT INTO products (name) VALUES ('x')\")\n\
             local j = 0\n\
             while j < 5000000 do j = j + 1 end\n\
         end\n",
    );
    let served = Served::start(&sandbox);
    let browser = Browser::start();
    browser.open(&served.link());
    browser.click("main button");
    browser.until_text("h1", "Pending");
    let mut run = sandbox
        .command(["run"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    browser.until_text("h1", "Upgrading");
    // As long as the pages are looked at.
    signal(&run, Signal::STOP);
    browser.until_text("#live .live-script", "core/2.0.0_long.lua");
    everywhere(&browser, "running");
    signal(&run, Signal::CONT);
    assert!(run.wait().unwrap().success());
    browser.until_text("h1", "Current");
    assert_eq!(browser.complaints(), [""; 0]);
}
