//! Reaching the server: what is wrong is named, and nothing is recorded as failed.

use std::thread;
use std::time::Duration;

use upgrades_tests::mariadb::{Durability, Server};

use super::{Installation, PASSWORD};
use crate::transcript::{check, shop};

#[test]
fn what_keeps_it_from_connecting() {
    let shop = Installation::shop();
    let port = Server::shared().port();
    let urls = [
        ("password", shop.url("wrong")),
        ("nothing", format!("mysql://root@127.0.0.1:{port}/nothing")),
        ("foreign", shop.url(PASSWORD) + "_not_his"),
        ("port", "mysql://root@127.0.0.1:1/shop".to_owned()),
        (
            "socket",
            "mysql://root@localhost/shop?socket=/nowhere/sock".to_owned(),
        ),
        ("tls", shop.url(PASSWORD) + "?require_ssl=true"),
    ];
    for (file, url) in urls {
        shop.sandbox.write(file, url);
    }
    check(
        &shop.sandbox,
        r#"
$ UPGRADES_DATABASE_URL=$(cat password) upgrades run
=> 7
$ UPGRADES_DATABASE_URL=$(cat nothing) upgrades run
=> 7
$ UPGRADES_DATABASE_URL=$(cat nothing) upgrades status --format json
=> 7
$ UPGRADES_DATABASE_URL=$(cat foreign) upgrades plan
=> 7
$ UPGRADES_DATABASE_URL=$(cat port) upgrades run
=> 7
$ UPGRADES_DATABASE_URL=$(cat port) upgrades status --wait 300ms 2>&1 | head -1
=> 0
$ UPGRADES_DATABASE_URL=$(cat socket) upgrades status
=> 7
$ UPGRADES_DATABASE_URL=$(cat tls) upgrades status
=> 7
$ ls
=> 0
$ upgrades run --quiet
=> 0
"#,
    );
}

#[test]
fn over_a_socket() {
    let sandbox = shop();
    let database = Server::shared().database();
    sandbox.write("url", database.socket_url());
    check(
        &sandbox,
        r#"
$ UPGRADES_DATABASE_URL=$(cat url) upgrades run --quiet
=> 0
$ upgrades status --database "$(cat url)"
=> 0
"#,
    );
}

#[test]
fn a_server_that_starts_meanwhile_is_waited_for() {
    let sandbox = shop();
    let server = Server::start(Durability::Fast);
    let database = server.database();
    sandbox.write("url", database.url().replace("mysql:", "mariadb:"));
    server.stop();
    let run = thread::scope(|scope| {
        let run = scope
            .spawn(|| sandbox.upgrades(["run", "--wait", "60s", "--database", &database.url()]));
        thread::sleep(Duration::from_millis(500));
        assert!(!run.is_finished());
        server.restart();
        run.join().unwrap()
    });
    assert_eq!(run.status, Some(0), "{run:?}");
    server.stop();
    check(
        &sandbox,
        r#"
$ UPGRADES_WAIT=100ms upgrades status --database "$(cat url)"
=> 7
$ upgrades status --wait soon
=> 2
"#,
    );
    let config = sandbox.read("upgrades.toml");
    sandbox.write("upgrades.toml", format!("wait = \"60s\"\n{config}"));
    server.restart();
    check(
        &sandbox,
        "$ upgrades status --check --quiet --database \"$(cat url)\"\n=> 0\n",
    );
}

#[test]
fn a_user_without_rights() {
    let shop = Installation::shop();
    let name = shop.database.name();
    let revoke = |rights: &str| {
        shop.database.query(&format!(
            "REVOKE {rights} ON {name}.* FROM {name}@'127.0.0.1'"
        ))
    };
    shop.sandbox.write(
        "core/1.2.0_view.sql",
        "CREATE VIEW #__names AS SELECT name FROM #__products;",
    );
    revoke("ALTER, SHOW VIEW");
    check(
        &shop.sandbox,
        r#"
$ upgrades run
=> 7
$ upgrades run --format json
=> 7
$ upgrades status --check --quiet
=> 3
"#,
    );
    revoke("CREATE");
    shop.database.query("DROP TABLE cb_upgrade_lock");
    check(
        &shop.sandbox,
        r#"
$ upgrades run
=> 7
"#,
    );
}
