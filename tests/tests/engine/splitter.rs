//! Scripts that the engine splits do what SQLite does with the whole text.

use proptest::prelude::*;
use rusqlite::Connection;
use upgrades::{Track, Upgrader};
use upgrades_tests::picture;

use crate::lab::{shown, source};

/// What SQLite itself makes of the text; the error without what it names.
fn by_sqlite(script: &str) -> Option<String> {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(script).ok()?;
    Some(data(&connection))
}

fn data(connection: &Connection) -> String {
    picture(
        connection,
        &["upgrade_history", "upgrade_journal", "system_vars"],
    )
}

fn by_engine(script: &str) -> Option<String> {
    let mut connection = Connection::open_in_memory().unwrap();
    let outcome = {
        let upgrader =
            Upgrader::new(upgrades::sqlite_connection(&mut connection)).without_failure_log();
        upgrader
            .track(Track::core(source(&[("1.sql", script)])))
            .run()
    };
    outcome.ok().map(|report| {
        assert_eq!(shown(&report), "Upgraded core/1.sql");
        data(&connection)
    })
}

/// Statements as people write them, and as nobody should; the last two fail.
const STATEMENTS: [&str; 26] = [
    "CREATE TABLE IF NOT EXISTS t(a, b)",
    "CREATE TABLE IF NOT EXISTS \"odd; name\"(\"semi;colon\", [brack;et], `tick;ed`)",
    "INSERT INTO t VALUES ('it''s; here', \"a\")",
    "INSERT INTO t SELECT 1, '--no comment; '",
    "INSERT INTO t VALUES ('/* ; */', x'3b3b')",
    "INSERT INTO t VALUES ('
;
', '\r\n;')",
    "INSERT INTO \"odd; name\" VALUES (';', \";\", 1)",
    "CREATE TRIGGER IF NOT EXISTS tr AFTER INSERT ON t WHEN NEW.a = 'CASE' BEGIN
       UPDATE t SET b = CASE WHEN a THEN 1 ELSE 2 END; -- END;
       DELETE FROM t WHERE a = 'END;'; /* ; END; */
     END",
    "create temp trigger if not exists tt after delete on t begin select case 1 when 1 then 2 end; end",
    "CREATE TRIGGER IF NOT EXISTS main.tu AFTER UPDATE ON t BEGIN SELECT 'END'; SELECT 1; END /* done */",
    "EXPLAIN CREATE TRIGGER te AFTER INSERT ON t BEGIN SELECT 1; END",
    "EXPLAIN QUERY PLAN SELECT * FROM t; INSERT INTO t VALUES (3, 4)",
    "CREATE TABLE IF NOT EXISTS trigger_log(trigger_id, begin_at, 'end')",
    "CREATE VIEW IF NOT EXISTS v AS SELECT CASE WHEN a THEN ';' END AS c FROM t",
    "UPDATE t SET b = CASE a WHEN 1 THEN 'x;y' ELSE b END WHERE a IS NOT NULL",
    "DELETE FROM t WHERE a = 'gone;'",
    "WITH x AS (SELECT 1 AS c) INSERT INTO t SELECT c, ';' FROM x",
    "SELECT 1; SELECT ';'",
    "",
    "-- a comment; with one",
    "/* a comment; with one */",
    "CREATE TABLE IF NOT EXISTS café(naïve TEXT DEFAULT 'é;🦀')",
    "INSERT INTO café VALUES ('🦀;')",
    "SAVEPOINT s; INSERT INTO t VALUES (9, 9); ROLLBACK TO s; RELEASE s",
    "SELECT * FROM nowhere",
    "INSERT INTO t VALUES (1, 2, 3)",
];

fn script() -> impl Strategy<Value = String> {
    let (good, bad) = STATEMENTS.split_at(STATEMENTS.len() - 2);
    let statements = prop_oneof![
        40 => prop::sample::select(good.to_vec()),
        1 => prop::sample::select(bad.to_vec()),
    ];
    let between = prop::sample::select(vec![
        ";", " ;\n", ";\r\n", ";;", "; -- ;\n", ";/* ; */", ";\n\n\t",
    ]);
    let end = prop::sample::select(vec![
        "",
        ";",
        "\n",
        "; -- the end",
        ";/* the end */",
        " ",
        ";\r\n",
    ]);
    let start = prop::sample::select(vec![
        "CREATE TABLE t(a, b);",
        "\u{feff}CREATE TABLE t(a, b);\n",
        "-- x\r\nCREATE TABLE t(a, b);",
    ]);
    (
        start,
        prop::collection::vec((statements, between), 0..12),
        end,
    )
        .prop_map(|(start, parts, end)| {
            let mut script = start.to_owned();
            for (statement, between) in parts {
                script.push_str(statement);
                // A comment must not take the semicolon in.
                script.push_str(if statement.starts_with("--") {
                    "\n"
                } else {
                    ""
                });
                script.push_str(between);
            }
            script + end
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_does_what_sqlite_does(script in script()) {
        let bare = script.trim_start_matches('\u{feff}');
        prop_assert_eq!(by_engine(&script), by_sqlite(bare), "{}", script);
    }
}

/// Each of them on its own, so that none hides behind a failure of another.
#[test]
fn every_statement_alone() {
    for statement in STATEMENTS {
        let script = format!(
            "CREATE TABLE t(a, b); CREATE TABLE café(naïve); CREATE TABLE \"odd; name\"(a, b, c);\n{statement}"
        );
        assert_eq!(by_engine(&script), by_sqlite(&script), "{statement}");
    }
}
