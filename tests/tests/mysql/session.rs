//! What a script sets in its session, what the configuration sets, and what of it the next script finds: nothing.

use std::time::Duration;

use upgrades::Resolution;
use upgrades_tests::mariadb::Flavour;

use crate::lab::Lab;

/// A setting counts in its own script, also when that goes on after a failure, and not in the next one.
#[test]
fn settings_end_with_their_script() {
    let check = |set: &str, probe: &str, within: &str| {
        let lab = Lab::new();
        let name = lab.database.name().to_owned();
        let note = |at: &str| format!("INSERT INTO {name}.seen SELECT '{at}', {probe};");
        let before = format!(
            "CREATE TABLE seen (at VARCHAR(9) CHARACTER SET utf8mb4, v TEXT CHARACTER SET utf8mb4);\n{}",
            note("before")
        );
        let with = format!("{set};\n{}\n", note("with"));
        let again = format!("{with}{}", note("again"));
        let broken = format!("{with}INSERT INTO {name}.nowhere VALUES (1);");
        let after = note("after");
        let told = lab.run(&[("1.sql", &before), ("2.sql", &broken)]);
        assert!(told.contains("nowhere' doesn't exist"), "{set}: {told}");
        lab.clear(Resolution::GoOn);
        assert_eq!(
            lab.run(&[("1.sql", &before), ("2.sql", &again), ("3.sql", &after)]),
            "Upgraded core/2.sql core/3.sql",
            "{set}"
        );
        let seen = |at: &str| lab.rows(&format!("SELECT v FROM seen WHERE at = '{at}'"));
        assert_eq!(lab.tidy(&seen("with")), within, "{set}");
        assert_eq!(lab.tidy(&seen("again")), within, "{set}, resumed");
        assert_eq!(seen("after"), seen("before"), "{set}, next script");
        assert_ne!(seen("after"), within, "{set} is not what it was");
    };
    let rows = [
        ("SET sql_mode = 'ANSI_QUOTES'", "@@sql_mode", "ANSI_QUOTES"),
        ("SET NAMES latin1", "@@character_set_client", "latin1"),
        (
            "SET NAMES latin1",
            "@@collation_connection",
            "latin1_swedish_ci",
        ),
        (
            "SET CHARACTER SET latin2",
            "@@character_set_results",
            "latin2",
        ),
        ("USE mysql", "DATABASE()", "mysql"),
        ("SET foreign_key_checks = 0", "@@foreign_key_checks", "0"),
        ("SET SESSION unique_checks = OFF", "@@unique_checks", "0"),
        ("SET @x = 7", "@x", "7"),
        ("SET @x = 'it''s ü'", "@x", "it's ü"),
        ("SET @`an odd ``name` := 1.50", "@`an odd ``name`", "1.50"),
        ("SELECT 3, 'b' INTO @x, @y", "CONCAT(@x, @y)", "3b"),
        (
            "SET @a = 1, @b = @a + 1, time_zone = '+05:00'",
            "@@time_zone",
            "+05:00",
        ),
        (
            "SET group_concat_max_len = 77",
            "@@group_concat_max_len",
            "77",
        ),
        (
            Flavour::choose(
                "SET STATEMENT max_statement_time = 9 FOR SET @x = 7",
                "SET /*+ a comment */ @x = 7",
            ),
            "@x",
            "7",
        ),
        ("SET ROLE NONE; SET @x = 7", "@x", "7"),
        (
            "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE; SET @x = 7",
            "@x",
            "7",
        ),
    ];
    for (set, probe, within) in rows {
        check(set, probe, within);
    }
}

/// Prepared statements and temporary tables are gone, too.
#[test]
fn what_lives_in_the_session() {
    let check = |first: &str, second: &str, reason: &str| {
        let lab = Lab::new();
        let told = lab.run(&[("1.sql", first), ("2.sql", second)]);
        assert!(
            told.starts_with("script core/2.sql failed in statement 1") && told.contains(reason),
            "{told}"
        );
        assert_eq!(lab.history(), "applied core/1.sql; failed core/2.sql");
    };
    check(
        "PREPARE s FROM 'SELECT 1'; EXECUTE s;",
        "EXECUTE s;",
        "Unknown prepared statement handler (s) given to EXECUTE (error 1243, HY000)",
    );
    check(
        "CREATE TEMPORARY TABLE t (a INT); INSERT INTO t VALUES (1);",
        "INSERT INTO t VALUES (2);",
        "Table '[DATABASE].t' doesn't exist (error 1146, 42S02)",
    );
}

/// A statement prepared before a failure is there when the script goes on.
#[test]
fn prepared_statements_are_prepared_again() {
    let lab = Lab::new();
    let begin = "CREATE TABLE t (a INT); SET @sql = CONCAT('INSERT INTO t VALUES (', 7, ')'); PREPARE s FROM @sql; EXECUTE s;";
    let broken = format!("{begin} INSERT INTO nowhere VALUES (1);");
    let mended = format!("{begin} EXECUTE s; DEALLOCATE PREPARE s;");
    assert!(
        lab.run(&[("1.sql", &broken)])
            .contains("failed in statement 5")
    );
    lab.clear(Resolution::GoOn);
    assert_eq!(lab.run(&[("1.sql", &mended)]), "Upgraded core/1.sql");
    assert_eq!(lab.rows("SELECT a FROM t"), "7; 7");
}

/// LAST_INSERT_ID() goes on with the script, and begins each one anew.
#[test]
fn last_insert_ids() {
    let lab = Lab::new();
    let begin = "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT); INSERT INTO t (a) VALUES (1), (2);\n\
                 CREATE TABLE u (a INT); INSERT INTO u SELECT LAST_INSERT_ID();";
    let broken = format!("{begin} ALTER TABLE nowhere ADD a INT;");
    let mended = format!("{begin} INSERT INTO u SELECT LAST_INSERT_ID() + 10;");
    assert!(
        lab.run(&[("1.sql", &broken)])
            .contains("failed in statement 5")
    );
    lab.clear(Resolution::GoOn);
    let next = "INSERT INTO u SELECT LAST_INSERT_ID() + 20;";
    assert_eq!(
        lab.run(&[("1.sql", &mended), ("2.sql", next)]),
        "Upgraded core/1.sql core/2.sql"
    );
    assert_eq!(lab.rows("SELECT a FROM u ORDER BY a"), "1; 11; 20");
}

/// Old projects need a server that asks for less.
#[test]
fn the_configured_sql_mode() {
    let script = "CREATE TABLE t (d DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', v VARCHAR(3) NOT NULL);\n\
                  INSERT INTO t VALUES ('0000-00-00', 'too long');\nINSERT INTO t (d) VALUES ('2018-02-31');\n\
                  CREATE TABLE m AS SELECT @@sql_mode AS m;";
    let lab = Lab::new();
    let scripts = [("1.sql", script)];
    let strict = lab
        .store()
        .sql_mode("STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE");
    let told = lab.told(lab.with(strict, &scripts).run());
    assert!(
        told.contains("Invalid default value for 'd' (error 1067, 42000)"),
        "{told}"
    );
    lab.clear(Resolution::GoOn);
    let told = lab.told(lab.with(lab.store().sql_mode(""), &scripts).run());
    assert_eq!(told, "Upgraded core/1.sql");
    assert_eq!(
        lab.rows("SELECT d, v FROM t"),
        "0000-00-00 00:00:00,too; 0000-00-00 00:00:00,"
    );
    assert_eq!(lab.rows("SELECT m FROM m"), "");
}

/// A configured SQL_MODE decides how the script is read, too.
#[test]
fn sql_modes_that_change_the_grammar() {
    let rows = [
        (
            "",
            r#"INSERT INTO t VALUES ("a;\"b"), ('c\'#__')"#,
            "a;\"b; c'#__",
        ),
        (
            "ANSI_QUOTES",
            r#"INSERT INTO "t" ("v") VALUES ('a;b')"#,
            "a;b",
        ),
        (
            "NO_BACKSLASH_ESCAPES",
            r"INSERT INTO t VALUES ('a\'); INSERT INTO t VALUES ('b;\')",
            r"a\; b;\",
        ),
        (
            "ANSI_QUOTES,NO_BACKSLASH_ESCAPES",
            r#"INSERT INTO "t" VALUES ('a\')"#,
            r"a\",
        ),
        ("ANSI", r#"INSERT INTO "t" VALUES ('a' || ';b')"#, "a;b"),
    ];
    for (mode, script, expected) in rows {
        let lab = Lab::new();
        let scripts = [
            ("1.sql", "CREATE TABLE t (v VARCHAR(30));"),
            ("2.sql", script),
        ];
        let told = lab.told(lab.with(lab.store().sql_mode(mode), &scripts).run());
        assert_eq!(told, "Upgraded core/1.sql core/2.sql", "{mode}");
        assert_eq!(lab.rows("SELECT v FROM t ORDER BY v"), expected, "{mode}");
    }
}

const PARENTS: &str = "CREATE TABLE p (id INT PRIMARY KEY); CREATE TABLE c (p INT, FOREIGN KEY (p) REFERENCES p (id));";
const ORPHAN: &str = "INSERT INTO c VALUES (1);";

#[test]
fn foreign_keys() {
    let refused = "Cannot add or update a child row: a foreign key constraint fails";
    let lab = Lab::new();
    let told = lab.run(&[("1.sql", PARENTS), ("2.sql", ORPHAN)]);
    assert!(told.contains(refused), "{told}");
    lab.clear(Resolution::GoOn);
    let off = format!("-- upgrade: foreign_keys = off\n{ORPHAN}\nINSERT INTO p VALUES (1);");
    let next = "INSERT INTO c VALUES (2);";
    let told = lab.run(&[("1.sql", PARENTS), ("2.sql", &off), ("3.sql", next)]);
    assert!(
        told.starts_with("script core/3.sql failed") && told.contains(refused),
        "{told}"
    );
    lab.clear(Resolution::MarkDone);

    let lab = Lab::new();
    let store = lab.store().foreign_key_checks(false);
    let told = lab.told(
        lab.with(store, &[("1.sql", PARENTS), ("2.sql", ORPHAN)])
            .run(),
    );
    assert_eq!(told, "Upgraded core/1.sql core/2.sql");
}

/// A statement that takes too long fails its script; the next script has the time that is configured.
#[test]
fn time_limits() {
    // The other one has them for SELECT only.
    if Flavour::MariaDb.is_absent() {
        return;
    }
    let slow = "CREATE TABLE IF NOT EXISTS t (a INT);\nINSERT INTO t SELECT SLEEP(2);";
    let told = "script core/1.sql failed in statement 2, line 3, column 1; the statements before it stay done, and later scripts \
                were not run: Query execution was interrupted (max_statement_time exceeded) (error 1969, 70100)";
    let lab = Lab::new();
    let limited = format!("-- upgrade: timeout = 200ms\n{slow}");
    assert_eq!(lab.run(&[("1.sql", &limited)]), told);
    assert!(lab.clear(Resolution::StartOver).starts_with("cleared"));
    let longer = format!("-- upgrade: timeout = 10s\n{slow}");
    assert_eq!(lab.run(&[("1.sql", &longer)]), "Upgraded core/1.sql");

    let lab = Lab::new();
    let store = || lab.store().statement_timeout(Duration::from_millis(200));
    let same_lines = format!("-- configured\n{slow}");
    assert_eq!(
        lab.told(lab.with(store(), &[("1.sql", &same_lines)]).run()),
        told
    );
    lab.clear(Resolution::StartOver);
    let scripts = [
        ("1.sql", longer.as_str()),
        (
            "2.sql",
            "CREATE TABLE l AS SELECT @@max_statement_time AS s;",
        ),
    ];
    assert_eq!(
        lab.told(lab.with(store(), &scripts).run()),
        "Upgraded core/1.sql core/2.sql"
    );
    assert_eq!(lab.rows("SELECT s FROM l"), "0.200000");
}

/// A server that has no such limit says so, and nothing has run.
#[test]
fn time_limits_of_selects_only() {
    if Flavour::Mysql.is_absent() {
        return;
    }
    let lab = Lab::new();
    let none = "the database cannot be used, and nothing more was run: MySQL has no time limit for statements that change \
                something; MariaDB has";
    let script = "-- upgrade: timeout = 10s\nCREATE TABLE t (a INT);";
    assert_eq!(lab.run(&[("1.sql", script)]), none);
    let store = lab.store().statement_timeout(Duration::from_secs(10));
    let plain = [("1.sql", "CREATE TABLE t (a INT);")];
    assert_eq!(lab.told(lab.with(store, &plain).run()), none);
    assert_eq!(lab.made(), "");
    assert_eq!(lab.run(&plain), "Upgraded core/1.sql");
}

#[test]
fn lock_limits() {
    let lab = Lab::new();
    let own = "-- upgrade: lock_timeout = 7s\nCREATE TABLE a AS SELECT @@lock_wait_timeout AS l, @@innodb_lock_wait_timeout AS i;";
    let next =
        "CREATE TABLE b AS SELECT @@lock_wait_timeout AS l, @@innodb_lock_wait_timeout AS i;";
    let store = lab.store().lock_wait_timeout(Duration::from_secs(9));
    let told = lab.told(lab.with(store, &[("1.sql", own), ("2.sql", next)]).run());
    assert_eq!(told, "Upgraded core/1.sql core/2.sql");
    assert_eq!(
        lab.rows("SELECT * FROM a UNION ALL SELECT * FROM b"),
        "7,7; 9,9"
    );
}

/// A process that takes a script up again has the role and the isolation level that the dead one had set.
#[test]
fn role_and_isolation_of_a_dead_process() {
    let lab = Lab::new();
    let role = format!("{}_role", lab.database.name());
    lab.rows(&format!(
        "CREATE ROLE {role}; GRANT {role} TO root@'127.0.0.1'; SELECT 1"
    ));
    let see = format!(
        "INSERT INTO #__seen VALUES (@@{}, CURRENT_ROLE())",
        Flavour::choose("tx_isolation", "transaction_isolation")
    );
    let script = format!(
        "CREATE TABLE #__seen (isolation VARCHAR(30), role VARCHAR(90));
         SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE;
         SET ROLE {role};
         {see};
         CREATE TABLE #__u (a INT);
         {see};"
    );
    lab.die_behind(&script, 5);
    let told = lab.run(&[("1.sql", &script)]);
    assert!(told.starts_with("Upgraded core/1.sql [landed: "), "{told}");
    let seen = Flavour::choose(role.clone(), format!("`{role}`@`%`"));
    assert_eq!(
        lab.rows("SELECT * FROM cb_seen"),
        format!("SERIALIZABLE,{seen}; SERIALIZABLE,{seen}")
    );
    lab.rows(&format!("DROP ROLE {role}; SELECT 1"));
}
