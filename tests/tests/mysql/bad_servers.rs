//! Servers, users and URLs that do not serve: a clear message, no secret in it, and nothing written.

use std::net::TcpListener;
use std::time::Duration;

use upgrades::store::{Mysql, StoreError};
use upgrades::{Track, Upgrader, chain};
use upgrades_tests::mariadb::{Durability, Server};
use upgrades_tests::told::source;

use crate::lab::Lab;

const SCRIPT: (&str, &str) = ("1.sql", "CREATE TABLE t (a INT);");

fn upgrader(store: Mysql) -> Upgrader<'static> {
    Upgrader::new(store)
        .without_failure_log()
        .track(Track::core(source(&[SCRIPT])))
}

/// What every call says of a database that cannot be used.
#[track_caller]
fn refused(store: Mysql, code: &str, expected: &str) {
    assert!(!format!("{store:?}").contains("secret"));
    let upgrader = upgrader(store);
    assert!(!format!("{upgrader:?} {}", upgrader.database()).contains("secret"));
    let errors = [
        upgrader.run().map(drop),
        upgrader.status().map(drop),
        upgrader.check().map(drop),
        upgrader
            .history(&upgrades::HistoryFilter::default())
            .map(drop),
        upgrader
            .clear_failure("x", upgrades::Resolution::GoOn)
            .map(drop),
    ];
    for outcome in errors {
        let error = outcome.unwrap_err();
        assert_eq!(error.code().as_str(), code, "{}", chain(&error));
        assert_eq!(chain(&error), expected);
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
}

#[test]
fn users_and_databases_that_are_not_there() {
    let lab = Lab::new();
    let (name, port) = (lab.database.name(), Server::shared().port());
    let none = "the database cannot be used, and nothing more was run";
    let at = |user: &str, database: &str| format!("mysql://{user}@127.0.0.1:{port}/{database}");
    lab.rows(&format!(
        "CREATE USER s_{name} IDENTIFIED BY 'secret'; GRANT ALL ON {name}.* TO s_{name}"
    ));
    refused(
        upgrades::mysql(&format!(
            "mysql://s_{name}:secretive@127.0.0.1:{port}/{name}"
        ))
        .unwrap(),
        "database-unreachable",
        &format!(
            "{none}: {} cannot be opened: Access denied for user 's_{name}'@'127.0.0.1' (using password: YES) (error 1045, 28000)",
            at(&format!("s_{name}"), name)
        ),
    );
    refused(
        upgrades::mysql(&format!("mysql://root:@127.0.0.1:{port}/no`where")).unwrap(),
        "database-unreachable",
        &format!(
            "{none}: {} cannot be opened; create it: CREATE DATABASE `no``where` CHARACTER SET utf8mb4: Unknown database \
             'no`where' (error 1049, 42000)",
            at("root", "no`where")
        ),
    );
    refused(
        upgrades::mysql(&format!("mysql://s_{name}:secret@127.0.0.1:{port}/mysql")).unwrap(),
        "database-unreachable",
        &format!(
            "{none}: {} cannot be opened; there is no such database, or the user has no rights in it: Access denied for user \
             's_{name}'@'%' to database 'mysql' (error 1044, 42000)",
            at(&format!("s_{name}"), "mysql")
        ),
    );
    lab.rows(&format!("DROP USER s_{name}"));
}

#[test]
fn servers_that_are_not_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let url = format!("mysql://root:secret@127.0.0.1:{port}/shop");
    refused(
        upgrades::mysql(&url).unwrap(),
        "database-unreachable",
        &format!(
            "the database cannot be used, and nothing more was run: mysql://root@127.0.0.1:{port}/shop cannot be opened: the server \
             cannot be reached: Connection refused (os error 111)"
        ),
    );
    let since = std::time::Instant::now();
    let patient = upgrades::mysql(&url)
        .unwrap()
        .wait_for_server(Duration::from_millis(900));
    assert_eq!(
        upgrader(patient).run().unwrap_err().code().as_str(),
        "database-unreachable"
    );
    assert!(since.elapsed() >= Duration::from_millis(600));
}

/// A server that is started together with the application, and is slower.
#[test]
fn a_server_that_starts_later() {
    let server = Server::start(Durability::Fast);
    let database = server.database();
    let url = database.url();
    server.stop();
    let started = std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            let store = upgrades::mysql(&url)
                .unwrap()
                .wait_for_server(Duration::from_secs(60));
            upgrader(store).run().map(|report| report.applied.len())
        });
        std::thread::sleep(Duration::from_millis(500));
        server.restart();
        run.join().unwrap()
    });
    assert_eq!(started.unwrap(), 1);
}

#[test]
fn a_server_that_may_not_be_written() {
    let server = Server::with(&["--read-only"]);
    let database = server.database();
    let before = database.picture(&[]);
    let store = upgrades::mysql(&database.url()).unwrap();
    let error = upgrader(store).run().unwrap_err();
    assert_eq!(error.code().as_str(), "database-read-only");
    assert_eq!(
        chain(&error),
        "the database cannot be used, and nothing more was run: the server is read-only, as replicas are; connect to the primary"
    );
    assert_eq!(database.picture(&[]), before);
    let store = upgrades::mysql(&database.url()).unwrap();
    assert_eq!(
        format!("{:?}", upgrader(store).status().unwrap().state),
        "Pending"
    );
}

/// A user who may read only is refused before anything is written, and reads what stands there.
#[test]
fn users_without_rights() {
    let lab = Lab::new();
    let name = lab.database.name();
    lab.rows(&format!(
        "CREATE USER r_{name} IDENTIFIED BY 'secret'; GRANT SELECT ON {name}.* TO r_{name}"
    ));
    let url = lab
        .database
        .url()
        .replace("root@", &format!("r_{name}:secret@"));
    let before = lab.database.picture(&[]);
    let upgrader = || upgrader(upgrades::mysql(&url).unwrap());
    let error = upgrader().run().unwrap_err();
    let told = chain(&error);
    assert!(!told.contains("secret"), "{told}");
    assert!(
        [
            "database-refused",
            "database-read-only",
            "database-unreachable",
            "rights"
        ]
        .contains(&error.code().as_str()),
        "{} {told}",
        error.code()
    );
    assert_eq!(lab.database.picture(&[]), before);
    assert_eq!(
        format!("{:?}", upgrader().status().unwrap().state),
        "Pending"
    );
    lab.rows(&format!("DROP USER r_{name}"));
}

/// Tables of older releases that nothing can be kept in.
#[test]
fn old_tables() {
    let unique = "CREATE TABLE system_vars (name VARCHAR(99), value TEXT) ENGINE = InnoDB";
    let engine =
        "CREATE TABLE system_vars (name VARCHAR(99) PRIMARY KEY, value TEXT) ENGINE = MyISAM";
    for (table, alter) in [(unique, "ADD UNIQUE (name)"), (engine, "ENGINE")] {
        let lab = Lab::new();
        lab.rows(table);
        lab.rows("INSERT INTO system_vars VALUES ('latest_update_version', '0.9.sql')");
        let before = lab.database.picture(&["upgrade_lock"]);
        let told = chain(&upgrader(lab.store()).run().unwrap_err());
        assert!(
            told.contains("ALTER TABLE") && told.contains(alter),
            "{told}"
        );
        assert_eq!(lab.database.picture(&["upgrade_lock"]), before);
        let sql = &told[told.find("ALTER TABLE").unwrap()..];
        lab.rows(sql.split(';').next().unwrap());
        assert_eq!(upgrader(lab.store()).run().unwrap().applied.len(), 1);
        assert_eq!(
            lab.rows("SELECT value FROM system_vars WHERE name = 'latest_update_version'"),
            "1.sql"
        );
    }
}

#[test]
fn urls() {
    let told = |error: StoreError| chain(&error);
    let form = "it reads mysql://user:password@host:port/database";
    let escapes = ", with %23 for # and %2F for / in a password";
    let rows = [
        ("mysql://root:secret@localhost", format!("the database's URL names no database; {form}")),
        ("mysql://root:secret@localhost/", format!("the database's URL names no database; {form}")),
        ("postgres://root:secret@localhost/shop", format!("the database's URL cannot be used: {form}{escapes}")),
        ("root:secret", format!("the database's URL cannot be used: {form}{escapes}")),
        ("", format!("the database's URL cannot be used: {form}{escapes}")),
        (
            "mysql://root:secret@localhost/shop?sokcet=/run/x",
            "the database's URL cannot be used: there is no parameter \"sokcet\"".to_owned(),
        ),
        (
            "mysql://root:secret@localhost/shop?tcp_nodelay=perhaps",
            "the database's URL cannot be used: the parameter \"tcp_nodelay\" has a value that it cannot have".to_owned(),
        ),
    ];
    for (url, expected) in rows {
        assert_eq!(told(upgrades::mysql(url).unwrap_err()), expected, "{url}");
    }
    let lab = Lab::new();
    let port = Server::shared().port();
    let name = lab.database.name();
    let good = [
        lab.database.url(),
        lab.database.url().replace("mysql://", "mariadb://"),
        lab.database.socket_url(),
        format!("mysql://root@localhost:{port}/{name}"),
    ];
    for url in good {
        let run = upgrader(upgrades::mysql(&url).unwrap()).run();
        run.unwrap_or_else(|error| panic!("{url}: {}", chain(&error)));
    }
    for url in [
        "mysql://root:secret@[::1]:3306/shop",
        "mysql://root:secret@h.example/shop",
    ] {
        let upgrader = upgrader(upgrades::mysql(url).unwrap());
        assert!(
            upgrader.database().starts_with("mysql://root@"),
            "{}",
            upgrader.database()
        );
        assert!(!upgrader.database().contains("secret"));
    }
}

/// By IPv6, where the machine has it.
#[test]
fn addresses_of_version_6() {
    if TcpListener::bind("[::1]:0").is_err() {
        return;
    }
    let server = Server::with(&["--bind-address=::"]);
    let database = server.database();
    let url = format!("mysql://root@[::1]:{}/{}", server.port(), database.name());
    let report = upgrader(upgrades::mysql(&url).unwrap()).run();
    assert_eq!(report.unwrap().applied.len(), 1);
}
