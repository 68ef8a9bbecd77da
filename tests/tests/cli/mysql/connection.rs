//! Reaching the server: what is wrong is named, and nothing is recorded as failed.

use std::thread;
use std::time::Duration;

use upgrades_tests::mariadb::{Durability, Flavour, Server};

use super::{Installation, PASSWORD, shop_for_servers};
use crate::transcript::check;

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
    // MySQL's own has made a certificate for itself.
    let no_tls = Flavour::choose(
        "Client asked for SSL but server does not have this capability",
        "invalid peer certificate: UnknownIssuer",
    );
    check(
        &shop.sandbox,
        &r#"
$ UPGRADES_DATABASE_URL=$(cat password) upgrades run
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: mysql://DB@127.0.0.1:PORT/DB cannot be opened
!   cause: Access denied for user 'DB'@'127.0.0.1' (using password: YES) (error 1045, 28000)
!   help: upgrades explain database-unreachable
=> 7
$ UPGRADES_DATABASE_URL=$(cat nothing) upgrades run
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: mysql://root@127.0.0.1:PORT/nothing cannot be opened; create it: CREATE DATABASE `nothing` CHARACTER SET utf8mb4
!   cause: Unknown database 'nothing' (error 1049, 42000)
!   help: upgrades explain database-unreachable
=> 7
$ UPGRADES_DATABASE_URL=$(cat nothing) upgrades status --format json
{
  "error": {
    "causes": [
      "mysql://root@127.0.0.1:PORT/nothing cannot be opened; create it: CREATE DATABASE `nothing` CHARACTER SET utf8mb4",
      "Unknown database 'nothing' (error 1049, 42000)"
    ],
    "code": "database-unreachable",
    "message": "the database cannot be used, and nothing more was run"
  }
}
=> 7
$ UPGRADES_DATABASE_URL=$(cat foreign) upgrades plan
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: mysql://DB@127.0.0.1:PORT/DB_not_his cannot be opened; there is no such database, or the user has no rights in it
!   cause: Access denied for user 'DB'@'127.0.0.1' to database 'DB_not_his' (error 1044, 42000)
!   help: upgrades explain database-unreachable
=> 7
$ UPGRADES_DATABASE_URL=$(cat port) upgrades run
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: mysql://root@127.0.0.1:PORT/shop cannot be opened
!   cause: the server cannot be reached
!   cause: Connection refused (os error 111)
!   help: upgrades explain database-unreachable
=> 7
$ UPGRADES_DATABASE_URL=$(cat port) upgrades status --wait 300ms 2>&1 | head -1
error[database-unreachable]: the database cannot be used, and nothing more was run
=> 0
$ UPGRADES_DATABASE_URL=$(cat socket) upgrades status
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: mysql://root@localhost/shop?socket=SOCKET cannot be opened
!   cause: the server cannot be reached
!   cause: No such file or directory (os error 2)
!   help: upgrades explain database-unreachable
=> 7
$ UPGRADES_DATABASE_URL=$(cat tls) upgrades status
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: mysql://DB@127.0.0.1:PORT/DB cannot be opened
!   cause: the server cannot be reached
!   cause: [NO TLS]
!   help: upgrades explain database-unreachable
=> 7
$ ls
core
custom
foreign
nothing
password
port
socket
tls
upgrades.toml
=> 0
$ upgrades run --quiet
=> 0
"#
        .replace("[NO TLS]", no_tls),
    );
}

#[test]
fn over_a_socket() {
    let sandbox = shop_for_servers();
    let database = Server::shared().database();
    sandbox.write("url", database.socket_url());
    check(
        &sandbox,
        r#"
$ UPGRADES_DATABASE_URL=$(cat url) upgrades run --quiet
=> 0
$ upgrades status --database "$(cat url)"
mysql://root@localhost/DB?socket=SOCKET: current

track          in the database    newest script      pending
core           1.1.0-prices.sql   1.1.0-prices.sql         0
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0
=> 0
"#,
    );
}

#[test]
fn a_server_that_starts_meanwhile_is_waited_for() {
    let sandbox = shop_for_servers();
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
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: mysql://root@127.0.0.1:PORT/DB cannot be opened
!   cause: the server cannot be reached
!   cause: Connection refused (os error 111)
!   help: upgrades explain database-unreachable
=> 7
$ upgrades status --wait soon
! error[usage]: --wait, or UPGRADES_WAIT, cannot be used
!   cause: "soon" is no duration such as 30s or 5m (expected number at 0)
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
! error[rights]: the database's user DB@127.0.0.1 lacks the rights ALTER, SHOW VIEW, and nothing was run; an administrator gives them: GRANT ALTER, SHOW VIEW ON `DB`.* TO `DB`@`127.0.0.1`
!   help: upgrades explain rights
=> 7
$ upgrades run --format json
{
  "error": {
    "causes": [],
    "code": "rights",
    "message": "the database's user DB@127.0.0.1 lacks the rights ALTER, SHOW VIEW, and nothing was run; an administrator gives them: GRANT ALTER, SHOW VIEW ON `DB`.* TO `DB`@`127.0.0.1`"
  }
}
=> 7
$ upgrades status --check --quiet
=> 3
"#,
    );
    revoke("CREATE");
    shop.database.query("DROP TABLE cb_upgrade_lock");
    let table = Flavour::choose("`DB`.`cb_upgrade_lock`", "'cb_upgrade_lock'");
    check(
        &shop.sandbox,
        &r#"
$ upgrades run
! error[rights]: the database cannot be used, and nothing more was run
!   cause: CREATE command denied to user 'DB'@'127.0.0.1' for table [TABLE] (error 1142, 42000)
!   help: upgrades explain rights
=> 7
"#
        .replace("[TABLE]", table),
    );
}
