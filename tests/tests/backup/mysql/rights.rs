//! Users who may not do all: what a backup cannot have is refused with the GRANT, or left out and said.

use upgrades_tests::mariadb::{Flavour, Server};

use super::Installation;

/// What the README grants.
const README: &str = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, CREATE VIEW, SHOW VIEW, \
                      TRIGGER, CREATE ROUTINE, ALTER ROUTINE, EXECUTE";

/// As a user with these rights on the database, and what else it is given.
fn with(rights: &str, more: &str) -> Installation {
    with_on(Server::shared(), rights, more)
}

fn with_on(server: &'static Server, rights: &str, more: &str) -> Installation {
    let database = server.database();
    let (name, port) = (database.name().to_owned(), server.port());
    let aside = name.replace('_', "\\_");
    database.query(&format!(
        "CREATE USER {name}@'127.0.0.1' IDENTIFIED BY 'p'; GRANT {rights} ON {name}.* TO {name}@'127.0.0.1'; {}",
        more.replace("USER", &format!("{name}@'127.0.0.1'")).replace("ASIDE", &format!("`{aside}\\_upgrades\\_%`"))
    ));
    let url = format!("mysql://{name}:p@127.0.0.1:{port}/{name}");
    Installation::of(database, &url, "", "")
}

/// The causes that a refused command tells.
fn causes(shop: &Installation, arguments: &[&str]) -> String {
    let answer = shop.upgrades(arguments.iter().copied());
    assert_ne!(answer.status, Some(0), "{arguments:?}");
    answer.stderr.replace(shop.database.name(), "shop")
}

#[test]
fn what_a_backup_needs() {
    let without = |right: &str| README.replace(&format!(", {right}"), "");
    let rows = [
        (
            without("TRIGGER"),
            "",
            "",
            "GRANT TRIGGER ON `shop`.* TO `shop`@`127.0.0.1`",
        ),
        (
            without("SHOW VIEW"),
            "CREATE VIEW v AS SELECT 1",
            "",
            "GRANT SHOW VIEW ON `shop`.* TO",
        ),
        (
            README.to_owned(),
            "CREATE PROCEDURE hidden() SELECT 1",
            "",
            Flavour::choose(
                "may not see what hidden does, so that it would not be in the backup; an administrator gives the right: \
                 GRANT SELECT ON mysql.proc TO `shop`@`127.0.0.1`",
                "may not see what hidden does, so that it would not be in the backup; an administrator gives the right: \
                 GRANT SHOW_ROUTINE ON *.* TO `shop`@`127.0.0.1`",
            ),
        ),
    ];
    for (rights, made, more, expected) in rows {
        let shop = with(&rights, more);
        shop.told(["run"]);
        shop.database.query(&format!("DO 1; {made}"));
        let said = causes(&shop, &["backup", "create"]);
        assert!(said.contains(expected), "{rights}: {said}");
        assert_eq!(shop.backups(), [""; 0]);
        shop.must_be_tidy(&rights);
    }
}

#[test]
fn what_is_left_out() {
    let shop = with(README, "");
    shop.told(["run"]);
    shop.database
        .query("CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DO SELECT 1");
    let made = shop.told(["backup", "create"]);
    let warnings = made["warnings"]
        .to_string()
        .replace(shop.database.name(), "shop");
    let said = "events are not in it: shop@127.0.0.1 lacks the rights EVENT; GRANT EVENT ON `shop`.* TO `shop`@`127.0.0.1`";
    assert!(warnings.contains(said), "{warnings}");
}

#[test]
fn no_schema_aside() {
    let shop = with(README, "");
    shop.told(["run"]);
    let id = shop.back_up();
    let before = shop.picture();
    for arguments in [
        vec!["backup", "verify", &id],
        vec!["backup", "restore", &id, "--yes"],
    ] {
        let said = causes(&shop, &arguments);
        // In a pattern, the underscore of the name needs its backslash too.
        let expected = "GRANT ALL ON `shop\\_upgrades\\_%`.* TO `shop`@`127.0.0.1`";
        let said = said.replace(&shop.database.name().replace('_', "\\_"), "shop");
        assert!(said.contains(expected), "{said}");
    }
    assert_eq!(shop.picture(), before);
    // With that right and no other, all of it works.
    let name = shop.database.name();
    let aside = name.replace('_', "\\_");
    shop.database.query(&format!(
        "GRANT ALL ON `{aside}\\_upgrades\\_%`.* TO {name}@'127.0.0.1'"
    ));
    shop.database.query("DELETE FROM first; DROP TABLE first");
    shop.told(["backup", "verify", &id]);
    shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(shop.picture(), before);
    shop.must_be_tidy("after all");
}

/// Where rights can be revoked in part, MySQL knows no patterns of schemas.
#[test]
fn no_schema_aside_and_no_patterns() {
    if Flavour::Mysql.is_absent() {
        return;
    }
    let server: &'static Server = Box::leak(Box::new(Server::with(&["--partial-revokes=ON"])));
    let shop = with_on(server, README, "");
    shop.told(["run"]);
    let id = shop.back_up();
    let said = causes(&shop, &["backup", "restore", &id, "--yes"]);
    let grants = "GRANT ALL ON `shop_upgrades_1`.* TO `shop`@`127.0.0.1`; GRANT ALL ON `shop_upgrades_before`.* TO `shop`@`127.0.0.1`";
    assert!(said.contains(grants), "{said}");
    shop.database
        .query(&grants.replace("shop", shop.database.name()));
    shop.told(["backup", "restore", &id, "--yes"]);
    shop.must_be_tidy("after all");
}

/// What others have defined, a user without the rights cannot define for them: said before anything is changed.
#[test]
fn definers() {
    let sees = Flavour::choose("SELECT ON mysql.proc", "SHOW_ROUTINE ON *.*");
    let shop = with(
        README,
        &format!("GRANT ALL ON ASIDE.* TO USER; GRANT {sees} TO USER"),
    );
    shop.told(["run"]);
    shop.database
        .query("CREATE PROCEDURE roots() SELECT 1; CREATE DEFINER = gone@'%' PROCEDURE the_dead_ones() SELECT 1");
    let id = shop.back_up();
    let before = shop.picture();
    let mysqls = [
        "SET_ANY_DEFINER",
        "SYSTEM_USER",
        "ALLOW_NONEXISTENT_DEFINER",
    ];
    for right in Flavour::choose(&["SET USER"][..], &mysqls) {
        let said = causes(&shop, &["backup", "restore", &id, "--yes"]);
        let expected = format!("GRANT {right} ON *.* TO `shop`@`127.0.0.1`");
        assert!(
            said.contains(&expected) && said.contains("nothing was changed"),
            "{right}: {said}"
        );
        assert_eq!(shop.picture(), before);
        shop.must_be_tidy(right);
        let grant = expected.replace("`shop`", &format!("`{}`", shop.database.name()));
        shop.database.query(&grant);
    }
    shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(shop.picture(), before);
}

/// Others' foreign keys would follow the old tables.
#[test]
fn tables_that_others_refer_to() {
    let shop = Installation::new("");
    shop.told(["run"]);
    let id = shop.back_up();
    let name = shop.database.name();
    shop.database.query(&format!(
        "CREATE DATABASE {name}_x; CREATE TABLE {name}_x.t (a INT, FOREIGN KEY (a) REFERENCES {name}.first (id))"
    ));
    let before = shop.picture();
    let said = causes(&shop, &["backup", "restore", &id, "--yes"]);
    shop.told(["status"]);
    shop.told(["run"]);
    assert_eq!(shop.picture(), before);
    assert!(
        said.contains("refer to those of shop by foreign keys") && said.contains("shop_x.t"),
        "{said}"
    );
    shop.database.query(&format!("DROP DATABASE {name}_x"));
    shop.told(["run"]);
}
