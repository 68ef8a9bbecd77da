//! Users who may not do all: what is missing is named with the GRANT.

use upgrades_tests::mariadb::{Flavour, Server};

use super::Installation;

/// What the README grants.
const README: &str = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, CREATE VIEW, SHOW VIEW, \
                      TRIGGER, CREATE ROUTINE, ALTER ROUTINE, EXECUTE, CREATE TEMPORARY TABLES";

const SCRIPTS: [(&str, &str); 2] = [
    (
        "core/1.sql",
        "CREATE TABLE #__a (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO #__a VALUES (1, 1);",
    ),
    (
        "core/2.sql",
        "CREATE VIEW #__v AS SELECT n FROM #__a; CREATE PROCEDURE #__p() UPDATE #__a SET n = 2; CALL #__p();",
    ),
];

#[test]
fn a_schema_aside() {
    let database = Server::shared().database();
    let name = database.name().to_owned();
    let user = format!("{name}@'127.0.0.1'");
    database.query(&format!(
        "CREATE USER {user} IDENTIFIED BY 'p'; GRANT {README} ON {name}.* TO {user}"
    ));
    let url = format!(
        "mysql://{name}:p@127.0.0.1:{}/{name}",
        Server::shared().port()
    );
    let shop = Installation::of(database, &url, &SCRIPTS);
    shop.told(["run", "--to", "1"]);
    let commands: [&[&str]; 2] = [&["rehearse"], &["squash", "core", "--to", "2"]];
    let aside = name.replace('_', "\\_");
    for command in commands {
        let (status, code, message) = shop.untouched(|| shop.refused(command));
        assert_eq!(
            (status, code.as_str()),
            (Some(9), "copy-failed"),
            "{message}"
        );
        let grant = format!("GRANT ALL ON `{aside}\\_upgrades\\_%`.* TO `{name}`@`127.0.0.1`");
        assert!(message.contains(&grant), "{message}");
    }
    shop.database.query(&format!(
        "GRANT ALL ON `{aside}\\_upgrades\\_%`.* TO {user}"
    ));
    let told = shop.untouched(|| shop.told(["rehearse"]));
    assert!(told["failure"].is_null(), "{told}");
    // Events that the user may not see are said to be missing.
    let left_out = told["left_out"].to_string();
    assert!(left_out.contains("GRANT EVENT ON"), "{left_out}");
    shop.untouched(|| shop.told(["squash", "core", "--to", "2"]));
    // What root has defined, it cannot make anew.
    shop.database
        .query("CREATE TRIGGER t BEFORE INSERT ON cb_a FOR EACH ROW SET NEW.n = 1");
    let (_, code, message) = shop.untouched(|| shop.refused(["rehearse"]));
    assert_eq!(code, "copy-failed", "{message}");
    let right = Flavour::choose("SET USER", "SET_ANY_DEFINER");
    let grant = format!("GRANT {right} ON *.* TO");
    assert!(message.contains(&grant), "{message}");
}
