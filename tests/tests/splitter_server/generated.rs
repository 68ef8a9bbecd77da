//! Scripts that are put together at random, from parts that are likely to be cut wrongly.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use upgrades_tests::mariadb::Flavour;

use crate::way::{by_client, by_splitter};

const CASES: u32 = 200;

fn value() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "1",
        "NULL",
        "''",
        "'a'",
        "'it''s'",
        r"'it\'s'",
        r"'\\'",
        "'a;b'",
        "';'",
        "'-- x'",
        "'#'",
        "'/* x */'",
        "\"b\"",
        "\"it's;\"",
        r#""\"""#,
        "'\n;\n'",
        "'é;'",
        "X'41'",
        "_utf8mb4'x;'",
        "IF(1, 2, 3)",
        "CASE WHEN 1 THEN 2 END",
        "5--5",
        "(SELECT 1)",
        "'DELIMITER $$'",
        "'$$'",
        "'//'",
        "1 /*!50000 + 1 */",
        "2 /* ; */",
        "'\\G'",
        "REPEAT('x;', 2)",
        "\\N",
    ])
    .prop_map(str::to_owned)
}

fn statement() -> impl Strategy<Value = String> {
    let insert = prop::collection::vec(value(), 1..4)
        .prop_map(|values| format!("INSERT INTO log (a) VALUES ({})", values.join("), (")));
    let other = prop::sample::select(vec![
        "SELECT 1",
        "UPDATE log SET a = 'x;y' WHERE id = 2",
        "DELETE FROM log WHERE id = 3",
        "CREATE TABLE IF NOT EXISTS `a;b` (c INT) -- x;\n",
        "ALTER TABLE log ADD COLUMN IF NOT EXISTS d INT /* ; */",
        "/*!40101 SET NAMES utf8mb4 */",
        "SET @x = ';'",
        "CREATE OR REPLACE VIEW v AS SELECT a, 'x;y' AS b FROM log",
        "NONSENSE",
        "INSERT INTO log (id) VALUES (1)",
        "START TRANSACTION",
        "COMMIT",
        "ROLLBACK",
        "BEGIN",
        "USE DB_TESTED",
    ])
    .prop_map(str::to_owned);
    prop_oneof![3 => insert, 2 => other]
}

fn between() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        " ",
        "\n",
        "\r\n",
        "\n-- it's; x\n",
        "\n--\n",
        "\n# it's; x\n",
        " /* it's; x */ ",
        "\n/*\n;\n*/\n",
        "\n--x;\n",
        "\n\n\n",
        "\n#1360858500\n",
    ])
}

/// Statements, each with what ends it and what comes between, in one of the ways of saying so.
fn script() -> impl Strategy<Value = String> {
    let part = (
        statement(),
        between(),
        prop::sample::select(vec![";", ";", ";", "\\g", "\\G", "$$", "//", "|"]),
    );
    prop::collection::vec(part, 1..8).prop_map(|parts| {
        let mut script =
            String::from("CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, a TEXT);\n");
        let mut delimiter = ";";
        for (statement, between, end) in parts {
            if !end.starts_with('\\') && end != delimiter {
                script.push_str(&format!("\nDELIMITER {end}\n"));
                delimiter = end;
            }
            script.push_str(&format!("{between}{statement}{between} {end}"));
        }
        script
    })
}

#[test]
fn random_scripts() {
    if Flavour::MariaDb.is_absent() {
        return;
    }
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(config, seed)
        .run(&script(), |script| {
            let (ours, theirs) = (by_splitter(&script), by_client(&script));
            prop_assert_eq!(ours, theirs, "{}", script);
            Ok(())
        })
        .unwrap();
}
