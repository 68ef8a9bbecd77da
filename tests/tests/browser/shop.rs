//! The failure story in the shop: from its start to the finished upgrade, by an administrator with a browser.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use upgrades_tests::{Sandbox, files, forget_surroundings, project, shop};

use crate::access::everywhere;
use crate::driver::Browser;

const PASSWORD: &str = "made to measure, twice";

/// The shop at work, ended with its owner.
struct Shop {
    process: Child,
    home: String,
}

impl Shop {
    fn start(sandbox: &Sandbox) -> Self {
        let mut command = Command::new(shop());
        forget_surroundings(&mut command);
        command
            .args(["--listen", "127.0.0.1:0", "--database", "shop.db"])
            .args(["--updates", "updates"])
            .env("SHOP_PASSWORD", PASSWORD)
            .current_dir(sandbox.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = said.next().unwrap().unwrap();
        std::thread::spawn(move || said.for_each(drop));
        let home = line.strip_prefix("listening on ").unwrap().to_owned();
        Self { process, home }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn an_administrator_puts_it_right() {
    let sandbox = Sandbox::new();
    for (file, text) in files(&project().join("updates-custom")) {
        sandbox.write(Path::new("updates").join(file), text);
    }
    let script = "updates/1.9.0_gifts.sql";
    sandbox.write(
        script,
        "CREATE TABLE #__gifts (n);\nINSERT INTO #__gift VALUES (1);\n",
    );
    let shop = Shop::start(&sandbox);
    let browser = Browser::start();
    browser.open(&shop.home);
    // The first start builds the database; the page loads itself again until then.
    browser.until_text("main", "Desk");
    everywhere(&browser, "shop-customer");
    assert!(!browser.text("body").contains("failed"));

    browser.open(&format!("{}/admin/login", shop.home));
    everywhere(&browser, "shop-login");
    browser.write("input[type=password]", PASSWORD);
    browser.click("button.main");
    browser.until_text("body", "An upgrade of this installation has failed");
    everywhere(&browser, "shop-banner");
    browser.click("a[href='/admin/upgrades']");
    browser.until_text("h1", "Failed");
    browser.until_text(".upgrades-issue", "no such table: cb_gift");
    everywhere(&browser, "shop-dashboard");

    sandbox.write(script, "CREATE TABLE #__gifts (n INTEGER PRIMARY KEY);\n");
    browser.write("#reason", "the table is cb_gifts");
    browser.click(".upgrades-issue button");
    browser.until_text("h1", "Pending");
    browser.click(".act.run button");
    browser.until_text("h1", "Current");
    let history =
        "SELECT group_concat(outcome) FROM cb_upgrade_history WHERE file_name = '1.9.0_gifts.sql'";
    let outcomes: String = sandbox
        .open("shop.db")
        .query_row(history, [], |row| row.get(0))
        .unwrap();
    assert_eq!(outcomes, "failed,cleared,applied");
    browser.open(&shop.home);
    browser.until_text("main", "Desk");
    assert!(
        !browser
            .text("body")
            .contains("An upgrade of this installation has failed")
    );
    assert_eq!(browser.complaints(), [""; 0]);
}
