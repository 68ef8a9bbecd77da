//! A script fails at each of its statements, is mended and goes on: the outcome is that of a run without a failure.

use upgrades::Resolution;

use crate::lab::{Lab, observe};

/// Data, definitions, a procedure, a trigger and a transaction of the script's own.
const STATEMENTS: [&str; 12] = [
    "CREATE TABLE parent (id INT PRIMARY KEY, name VARCHAR(40));",
    "INSERT INTO parent VALUES (1, 'a'), (2, 'b');",
    "SET @first = (SELECT min(id) FROM parent);",
    "CREATE TABLE child (id INT PRIMARY KEY, parent INT, n INT DEFAULT 0);",
    "INSERT INTO child (id, parent) SELECT 10 * id, id FROM parent;",
    "DELIMITER //\nCREATE PROCEDURE grow(IN amount INT) BEGIN UPDATE child SET n = n + amount; END//\nDELIMITER ;",
    "CREATE TRIGGER five BEFORE INSERT ON child FOR EACH ROW SET NEW.n = 5;",
    "START TRANSACTION;",
    "UPDATE child SET n = n + 1;",
    "INSERT INTO child (id, parent) VALUES (100 + @first, @first);",
    "COMMIT;",
    "CALL grow(2);",
];

/// The script with this in place of the statement of a number.
fn script(replaced: Option<(usize, &str)>) -> String {
    let mut statements = STATEMENTS;
    if let Some((number, broken)) = replaced {
        statements[number - 1] = broken;
    }
    statements.join("\n")
}

#[test]
fn a_failure_at_each_statement() {
    let whole = Lab::new();
    let text = script(None);
    assert_eq!(whole.run(&[("1.sql", &text)]), "Upgraded core/1.sql");
    let expected = whole.made();
    assert!(
        expected.contains("1 x child [\"101\", \"1\", \"7\"]"),
        "{expected}"
    );
    for number in 1..=STATEMENTS.len() {
        for broken in [
            "INSERT INTO nowhere VALUES (1);",
            "ALTER TABLE nowhere ADD x INT;",
        ] {
            let data = broken.starts_with("INSERT");
            if number == 11 && data {
                // Then the script's own transaction has no end, which nothing runs with.
                continue;
            }
            let lab = Lab::new();
            let text = script(Some((number, broken)));
            let (upgrader, seen) = observe(lab.core(&[("1.sql", &text)]));
            let failed = lab.told(upgrader.run());
            let told = format!("script core/1.sql failed in statement {number}, line ");
            assert!(failed.starts_with(&told), "{number} {broken}: {failed}");
            let until = |first: usize, last: usize| -> Vec<String> {
                (first..=last).map(|number| number.to_string()).collect()
            };
            assert_eq!(*seen.lock().unwrap(), until(1, number - 1));
            assert_eq!(lab.history(), "failed core/1.sql");
            assert_eq!(
                lab.rows("SELECT value FROM cb_system_vars WHERE name = 'failed_update_detected'"),
                "1"
            );

            let cleared = lab.clear(Resolution::GoOn);
            assert!(
                cleared.starts_with("cleared: script core/1.sql failed"),
                "{cleared}"
            );
            let text = script(None);
            let (upgrader, seen) = observe(lab.core(&[("1.sql", &text)]));
            assert_eq!(
                lab.told(upgrader.run()),
                "Upgraded core/1.sql",
                "{number} {broken}"
            );
            // What ran in the script's own transaction was rolled back with it.
            let first = match (number, data) {
                (9 | 10, true) => 8,
                _ => number,
            };
            assert_eq!(*seen.lock().unwrap(), until(first, 12), "{number} {broken}");
            assert_eq!(lab.made(), expected, "{number} {broken}");
            assert_eq!(
                lab.history(),
                "failed core/1.sql; cleared core/1.sql; applied core/1.sql"
            );
            assert_eq!(lab.rows("SELECT count(*) FROM cb_upgrade_journal"), "0");
        }
    }
}

/// The same for a process that dies behind each statement, where no person has to decide.
#[test]
fn a_death_behind_each_statement() {
    let whole = Lab::new();
    let text = script(None);
    assert_eq!(whole.run(&[("1.sql", &text)]), "Upgraded core/1.sql");
    let expected = whole.made();
    for number in 1..=STATEMENTS.len() {
        let lab = Lab::new();
        lab.die_behind(&text, number as u64);
        let told = lab.run(&[("1.sql", &text)]);
        assert!(told.starts_with("Upgraded core/1.sql"), "{number}: {told}");
        assert_eq!(lab.made(), expected, "{number}");
        assert_eq!(lab.history(), "applied core/1.sql", "{number}");
    }
}

/// What ran outside a transaction stays done when the group behind it runs again as a whole.
#[test]
fn a_definition_before_a_group_that_is_undone() {
    let lab = Lab::new();
    let script = |table: &str| {
        format!(
            "SET @a = 7; CREATE TABLE a (n INT); INSERT INTO a SELECT @a; INSERT INTO {table} SELECT ROW_COUNT();"
        )
    };
    let failed = lab.run(&[("1.sql", &script("nowhere"))]);
    assert!(failed.contains("failed in statement 4"), "{failed}");
    // The group had to be undone, as nobody would know any more how many rows its first statement has changed.
    assert_eq!(lab.rows("SELECT * FROM a"), "");
    lab.clear(Resolution::GoOn);
    assert_eq!(lab.run(&[("1.sql", &script("a"))]), "Upgraded core/1.sql");
    assert_eq!(lab.rows("SELECT * FROM a"), "7; 1");
}

/// A statement whose outcome nobody could tell is noted as done at once, and not asked about when its group is repeated.
#[test]
fn a_person_is_not_asked_about_what_is_known() {
    let lab = Lab::new();
    let name = lab.database.name();
    let script = |table: &str| {
        format!(
            "CREATE TABLE a (n INT); CREATE USER u_{name}; INSERT INTO a VALUES (1); INSERT INTO {table} SELECT ROW_COUNT(); DROP USER u_{name};"
        )
    };
    let failed = lab.run(&[("1.sql", &script("nowhere"))]);
    assert!(failed.contains("failed in statement 4"), "{failed}");
    lab.clear(Resolution::GoOn);
    assert_eq!(lab.run(&[("1.sql", &script("a"))]), "Upgraded core/1.sql");
    assert_eq!(lab.rows("SELECT * FROM a"), "1; 1");
}
