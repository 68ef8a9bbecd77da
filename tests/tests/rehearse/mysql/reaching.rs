//! Nothing gets out of a copy: whatever could is refused before it runs.

use upgrades_tests::mariadb::Flavour;

use super::Installation;

const ONE: (&str, &str) = (
    "core/1.sql",
    "CREATE TABLE #__a (id INTEGER PRIMARY KEY AUTO_INCREMENT, n INTEGER); INSERT INTO #__a (n) VALUES (1), (2), (3);",
);

/// Scripts that name the real schema or another one, or are about the server.
#[test]
fn scripts() {
    let rows = [
        "USE `LIVE`;",
        "USE OTHER;",
        "DELETE FROM LIVE.cb_a;",
        "DELETE FROM `LIVE`.cb_a;",
        "UPDATE cb_a SET n = (SELECT MAX(id) FROM `LIVE` . cb_a);",
        "INSERT INTO ${live}.cb_a (n) VALUES (9);",
        "INSERT INTO nowhere.t VALUES (9);",
        "/*!50003 DELETE FROM LIVE.cb_a */;",
        "CREATE TABLE OTHER.x (a INT);",
        "CREATE TABLE x LIKE OTHER.t;",
        "ALTER TABLE cb_a RENAME OTHER.cb_a;",
        "RENAME TABLE cb_a TO OTHER.cb_a;",
        "CREATE VIEW v AS SELECT * FROM LIVE.cb_a;",
        "CREATE TRIGGER t BEFORE INSERT ON cb_a FOR EACH ROW DELETE FROM LIVE.cb_a;",
        "CREATE TRIGGER t BEFORE INSERT ON cb_a FOR EACH ROW BEGIN IF 1 THEN DELETE FROM LIVE.cb_a; END IF; END;",
        "CREATE PROCEDURE p() BEGIN DELETE FROM LIVE.cb_a; END; CALL p();",
        "CREATE PROCEDURE p() BEGIN SET GLOBAL max_connections = 77; END; CALL p();",
        "CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO DELETE FROM LIVE.cb_a;",
        "CALL LIVE.p();",
        "SELECT LIVE.f();",
        "ALTER TABLE cb_a ADD FOREIGN KEY (n) REFERENCES LIVE.cb_a (id);",
        "CREATE DATABASE LIVE_x;",
        "CREATE DATABASE IF NOT EXISTS LIVE_x;",
        "DROP DATABASE LIVE;",
        "DROP DATABASE IF EXISTS `LIVE`;",
        "ALTER DATABASE LIVE CHARACTER SET latin1;",
        "CREATE USER cb_x;",
        "CREATE OR REPLACE ROLE cb_x;",
        "DROP USER IF EXISTS cb_x;",
        "GRANT SELECT ON *.* TO cb_x;",
        "REVOKE SELECT ON *.* FROM root@localhost;",
        "SET GLOBAL max_connections = 77;",
        "SET @@GLOBAL.max_connections = 77;",
        "SET @a = 1, GLOBAL max_connections = 77;",
        "SET PASSWORD = PASSWORD('x');",
        "FLUSH TABLES;",
        "FLUSH PRIVILEGES;",
        "KILL 4711;",
        "PURGE BINARY LOGS TO 'x';",
        "RESET QUERY CACHE;",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE cb_a;",
        "SELECT 1 INTO OUTFILE '/tmp/upgrades-never';",
        "SELECT 1 INTO DUMPFILE '/tmp/upgrades-never';",
        "PREPARE s FROM 'DELETE FROM LIVE.cb_a'; EXECUTE s;",
        "SET @text = CONCAT('DELETE FROM LIV', 'E.cb_a'); PREPARE s FROM @text; EXECUTE s;",
        "EXECUTE IMMEDIATE CONCAT('DELETE FROM LIV', 'E.cb_a');",
        "BEGIN NOT ATOMIC DELETE FROM LIVE.cb_a; END;",
        "SET STATEMENT max_statement_time = 10 FOR DELETE FROM LIVE.cb_a;",
        "CREATE TABLE far (a INT) ENGINE = FEDERATED CONNECTION = 'mysql://root@127.0.0.1/LIVE/cb_a';",
        "CREATE FUNCTION f RETURNS INTEGER SONAME 'x.so';",
        "INSTALL SONAME 'ha_blackhole';",
    ];
    let shop = Installation::new(&[ONE]);
    let name = shop.database.name().to_owned();
    shop.database.query(&format!(
        "CREATE DATABASE {name}_o; CREATE TABLE {name}_o.t (a INT)"
    ));
    let config = shop.read("upgrades.toml");
    let config = config.replace(
        "[placeholders]\n",
        &format!("[placeholders]\nlive = \"{name}\"\n"),
    );
    shop.write("upgrades.toml", config);
    shop.told(["run"]);
    let other = Installation::dump(&format!("{name}_o"));
    shop.write("core/2.sql", "DELETE FROM #__a;");
    for row in rows {
        let text = row
            .replace("OTHER", &format!("{name}_o"))
            .replace("LIVE", &name);
        shop.write("core/3.sql", &text);
        let (status, code, message) = shop.untouched(|| shop.refused(["rehearse"]));
        assert_eq!(
            (status, code.as_str()),
            (Some(8), "reaches-out"),
            "{row}: {message}"
        );
        assert!(
            message.starts_with("core/3.sql reaches beyond its database: "),
            "{row}: {message}"
        );
    }
    assert_eq!(Installation::dump(&format!("{name}_o")), other);
    shop.database.query(&format!("DROP DATABASE {name}_o"));
}

/// What only looks so is rehearsed.
#[test]
fn what_stays() {
    let rows = [
        "ALTER DATABASE CHARACTER SET latin1;",
        "START TRANSACTION; UPDATE cb_a SET n = 1; COMMIT;",
        "UPDATE cb_a SET n = (SELECT COUNT(*) FROM information_schema.TABLES);",
        "PREPARE s FROM 'DELETE FROM cb_a'; EXECUTE s; DEALLOCATE PREPARE s;",
        "SET @x = @@GLOBAL.max_connections; SET SESSION sql_mode = '';",
        "INSERT INTO cb_a (n) SELECT a.n FROM cb_a AS a;",
        "CREATE PROCEDURE p() BEGIN DELETE FROM cb_a; END; CALL p(); DROP PROCEDURE p;",
        "CREATE TABLE users (user INT, role INT); INSERT INTO users SELECT 1, 2; SELECT users.role FROM users;",
    ];
    let shop = Installation::new(&[ONE]);
    shop.told(["run"]);
    for row in rows {
        shop.write("core/2.sql", row);
        let told = shop.untouched(|| shop.told(["rehearse"]));
        assert_eq!(told["scripts"][0]["fate"], "applied", "{row}: {told}");
    }
}

/// What stands in the real schema and would reach out of a copy as soon as a script uses it.
#[test]
fn what_is_copied() {
    let rows = [
        (
            "VIEW v AS SELECT * FROM OTHER.t",
            "the view v names the database OTHER",
        ),
        (
            "TRIGGER tr BEFORE INSERT ON cb_a FOR EACH ROW DELETE FROM LIVE.cb_a WHERE 0",
            "the trigger tr names the database LIVE",
        ),
        (
            "PROCEDURE p() BEGIN IF 1 THEN DELETE FROM LIVE.cb_a; END IF; END",
            "the procedure p names the database LIVE",
        ),
        (
            "PROCEDURE p() FLUSH TABLES",
            "the procedure p is about the server",
        ),
        (
            "PROCEDURE p() BEGIN PREPARE s FROM @x; EXECUTE s; END",
            "the procedure p executes a text that cannot be read",
        ),
        (
            "FUNCTION f() RETURNS INT BEGIN DELETE FROM `LIVE`.`cb_a`; RETURN 1; END",
            "the function f names the database LIVE",
        ),
        (
            "EVENT e ON SCHEDULE EVERY 1 YEAR DO DELETE FROM LIVE.cb_a",
            "the event e names the database LIVE",
        ),
        (
            "TABLE child (a INT, FOREIGN KEY (a) REFERENCES OTHER.t (a))",
            "the table child has a foreign key into the database OTHER",
        ),
    ];
    let another_language = (
        "FUNCTION f() RETURNS INT DETERMINISTIC LANGUAGE JAVASCRIPT AS $$ return 1 $$",
        "the function f executes a text that cannot be read",
    );
    let mysqls = Flavour::choose(None, Some(another_language));
    for (made, expected) in rows.into_iter().chain(mysqls) {
        let shop = Installation::new(&[ONE, ("core/2.sql", "UPDATE #__a SET n = 4;")]);
        let name = shop.database.name().to_owned();
        shop.told(["run", "--to", "1"]);
        let named = |text: &str| {
            text.replace("OTHER", &format!("{name}_o"))
                .replace("LIVE", &name)
        };
        shop.database.query(&format!(
            "CREATE DATABASE {name}_o; CREATE TABLE {name}_o.t (a INT PRIMARY KEY); CREATE {}",
            named(made)
        ));
        let (status, code, message) = shop.untouched(|| shop.refused(["rehearse"]));
        assert_eq!(
            (status, code.as_str()),
            (Some(8), "reaches-out"),
            "{made}: {message}"
        );
        assert!(message.starts_with(&named(expected)), "{made}: {message}");
        let own = "SET foreign_key_checks = 0; DROP TABLE IF EXISTS child";
        shop.database
            .query(&format!("{own}; DROP DATABASE {name}_o"));
    }
}

/// What a program sends is read when it does; it fails in the copy, and there only.
#[test]
fn programs() {
    let rows = [
        "db:execute('DELETE FROM LIVE.cb_a')",
        "db:execute('DELETE FROM ' .. '`LI' .. 'VE`' .. ' . cb_a')",
        "for row in db:query('SELECT id FROM LIVE.cb_a') do end",
        "db:execute('CREATE TABLE LIVE.x (a INT)')",
        "db:execute('DROP DATABASE LIVE')",
        "db:execute('SET GLOBAL max_connections = 77')",
        "db:execute('FLUSH TABLES')",
        "pcall(function() db:execute('DELETE FROM LIVE.cb_a') end)",
        "db:add_column('#__a', 'm', 'INT CHECK (m IN (SELECT 1 FROM LIVE.cb_a))')",
        "db:add_column('#__a', 'm', 'INT); DELETE FROM LIVE.cb_a; -- ')",
        "batch{table = '#__a', where = 'id IN (SELECT id FROM LIVE.cb_a)', each = function(row) return {n = 1} end}",
    ];
    let shop = Installation::new(&[ONE]);
    let name = shop.database.name().to_owned();
    shop.told(["run"]);
    for row in rows {
        let text = row.replace("LI' .. 'VE", &format!("{}' .. '{}", &name[..2], &name[2..]));
        shop.write("core/2.lua", text.replace("LIVE", &name));
        let (_, told) = shop.untouched(|| shop.asked(["rehearse"]));
        let failure = told["failure"]["error"].as_str().unwrap_or_default();
        let refusals = ["reaches beyond its database", "is not closed"];
        let is_caught = row.starts_with("pcall");
        assert_eq!(
            told["scripts"][0]["fate"] == "applied",
            is_caught,
            "{row}: {told}"
        );
        assert!(
            is_caught || refusals.iter().any(|refusal| failure.contains(refusal)),
            "{row}: {told}"
        );
    }
}
