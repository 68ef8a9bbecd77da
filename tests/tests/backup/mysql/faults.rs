//! Backups that somebody else has written, and schemas that are in the way.

use upgrades_tests::mariadb::Server;

use super::Installation;

/// Puts another dump into a backup.
fn forge(shop: &Installation, id: &str, dump: &str) {
    crate::forged::forge(shop, id, "database.sql.zst", dump.as_bytes());
}

#[test]
fn statements_that_reach_out() {
    let shop = Installation::new("");
    shop.told(["run"]);
    let id = shop.back_up();
    let name = shop.database.name();
    let before = shop.picture();
    let rows = [
        "USE `LIVE`; DROP TABLE `first`;",
        "DROP TABLE `LIVE`.`first`;",
        "DROP TABLE IF EXISTS `x`, `LIVE` . `first`;",
        "/*!50003 DROP TABLE LIVE.first */;",
        "/* a comment */ INSERT INTO `LIVE`.`first` VALUES (1, 'x');",
        "CREATE TABLE `LIVE`.`x` (a INT);",
        "DROP DATABASE `LIVE`;",
        "CREATE DATABASE `LIVE_x`;",
        "SET GLOBAL max_connections = 7;",
        "SET @@GLOBAL.max_connections = 7;",
        "SET PASSWORD = 'x';",
        "GRANT ALL ON *.* TO x;",
        "CREATE USER x;",
        "DELETE FROM `first`;",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE `first`;",
        "DELIMITER ;;\nDROP TABLE `LIVE`.`first` ;;\n",
        "RENAME TABLE `LIVE`.`first` TO `x`;",
        "SELECT 1 INTO OUTFILE '/tmp/x';",
        "\\! touch here\n;",
        "source /etc/passwd\n;",
        "INSERT INTO `first` VALUES ('never closed",
    ];
    for row in rows {
        forge(&shop, &id, &row.replace("LIVE", name));
        let answer = shop.upgrades(["backup", "verify", &id]);
        assert_eq!(answer.status, Some(9), "{row}: {answer:#?}");
        let said = ["is not run: ", "the dump ends within a statement"];
        assert!(
            said.iter().any(|said| answer.stderr.contains(said)),
            "{row}: {}",
            answer.stderr
        );
    }
    assert_eq!(shop.picture(), before);
    assert!(!shop.path("here").exists());
    shop.must_be_tidy("after all");
}

/// What a dead process has left is replaced; what a living one has is left alone.
#[test]
fn schemas_beside() {
    let shop = Installation::new("");
    shop.told(["run"]);
    let id = shop.back_up();
    let name = shop.database.name();
    let living = Server::shared().connect();
    living.query(&format!(
        "CREATE DATABASE {name}_upgrades_1; CREATE TABLE {name}_upgrades_1.t (a INT); SELECT GET_LOCK('{name}_upgrades_1', 0);
         CREATE DATABASE {name}_upgrades_2; CREATE TABLE {name}_upgrades_2.t (a INT); CREATE DATABASE {name}_upgrades_5;
         CREATE DATABASE {name}_upgrades_before; CREATE TABLE {name}_upgrades_before.first (a INT)"
    ));
    shop.told(["backup", "verify", &id]);
    assert_eq!(
        shop.beside(),
        format!("{name}_upgrades_1; {name}_upgrades_before")
    );
    shop.told(["backup", "restore", &id, "--yes"]);
    assert_eq!(shop.beside(), format!("{name}_upgrades_1"));
    drop(living);
    upgrades_tests::child::until("the lock is given back", || {
        shop.told(["backup", "verify", &id]);
        shop.beside().is_empty().then_some(())
    });
}
