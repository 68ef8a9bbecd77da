//! What a restart concludes from the journal: to go on exactly, or to ask.

use upgrades::Resolution;

use crate::lab::Lab;

const OFF: &str = "-- upgrade: transaction = off\n";
const TABLES: (&str, &str) = (
    "1.0.0_tables.sql",
    "CREATE TABLE #__t (n INTEGER); CREATE TABLE #__log (n INTEGER); CREATE VIEW #__v AS SELECT 1;",
);

/// Paths and texts; no text removes the file.
type Files<'a> = &'a [(&'a str, &'a str)];

/// Kills a child behind `done` statements of a script without a transaction; the file `then` is written; what does the
/// next start say? Empty: it succeeds.
fn next_start(script: &str, done: u64, then: Files<'_>) -> (Lab, String) {
    let text = format!("{OFF}{script}");
    let lab = Lab::new(&[TABLES, ("2.0.0_off.sql", &text)], &[]);
    lab.reset();
    // Started; the first script: started, three statements, applied; the second: started.
    lab.die_at(7 + done + 1);
    for (file, text) in then {
        match *text {
            "" => std::fs::remove_file(lab.path(file)).unwrap(),
            text => lab.write(file, text),
        }
    }
    let end = lab.child(&[]);
    let said = match end.code {
        Some(0) => String::new(),
        _ => end.said.lines().last().unwrap_or_default().to_owned(),
    };
    (lab, said)
}

#[test]
fn asks_where_it_cannot_be_exact() {
    let insert =
        "INSERT INTO #__t VALUES (1); INSERT INTO #__t VALUES (2); INSERT INTO #__t VALUES (3);";
    let whole = [("core/2.0.0_off.sql", insert)];
    let changed = insert.replace("(1)", "(10)");
    let past = format!("{OFF}{changed}");
    let past = [("core/2.0.0_off.sql", &*past)];
    let future = format!("{OFF}{}", insert.replace("(3)", "(30)"));
    let future = [("core/2.0.0_off.sql", &*future)];
    let renamed = format!("{OFF}{insert}");
    let renamed = [
        ("core/2.0.0_off.sql", ""),
        ("core/2.0.1_other.sql", &*renamed),
    ];
    let renamed_whole = [("core/2.0.0_off.sql", ""), ("core/2.0.1_other.sql", insert)];
    let temporary =
        "CREATE TEMP TABLE x (n); INSERT INTO x VALUES (1); INSERT INTO #__t SELECT n FROM x;";
    let schema_temp =
        "CREATE TABLE temp.x (n); INSERT INTO x VALUES (1); INSERT INTO #__t SELECT n FROM x;";
    let dropped = "CREATE TEMP TRIGGER x AFTER INSERT ON #__t BEGIN INSERT INTO #__log VALUES (1); END;
        INSERT INTO #__t VALUES (1); DROP TRIGGER x; INSERT INTO #__t VALUES (2); INSERT INTO #__t VALUES (3);";
    let kept = dropped.replace("DROP TRIGGER x;", "DELETE FROM #__t;");
    // script, statements that are done, what is written then, what the next start says
    let rows: [(&str, u64, Files<'_>, &str); 10] = [
        (insert, 2, &[], ""),
        (insert, 2, &future, ""),
        (
            insert,
            2,
            &past,
            "what is done of it, statements 1 to 2, was changed",
        ),
        (insert, 2, &whole, "what is done of it, statements 1 to 2"),
        (
            insert,
            2,
            &renamed,
            "2.0.0_off.sql of this track is under way",
        ),
        (
            insert,
            2,
            &renamed_whole,
            "2.0.0_off.sql of this track is under way",
        ),
        (temporary, 2, &[], "statement 1 made a temporary table"),
        (schema_temp, 2, &[], "statement 1 made a temporary table"),
        (
            dropped,
            4,
            &[],
            "statement 1 made a temporary table, view or trigger",
        ),
        (&kept, 4, &[], ""),
    ];
    for (script, done, then, expected) in rows {
        let (lab, said) = next_start(script, done, then);
        let fits = match expected {
            "" => said.is_empty(),
            expected => said.contains(expected),
        };
        assert!(fits, "{script} {then:?}: {said:?}, not {expected:?}");
        if expected.is_empty() {
            assert_eq!(lab.outcome().complaints, [""; 0], "{script} {then:?}");
            continue;
        }
        // Nothing was done twice, and starting over is what a person may choose.
        let rows = lab.outcome().picture.matches("x cb_t ").count();
        assert!(rows <= done as usize, "{script} {then:?}");
        lab.open()
            .execute_batch("DELETE FROM cb_t; DELETE FROM cb_log;")
            .unwrap();
        lab.upgrader()
            .clear_failure("looked", Resolution::StartOver)
            .unwrap();
        lab.plain();
        assert_eq!(lab.outcome().complaints, [""; 0], "{script} {then:?}");
    }
}
