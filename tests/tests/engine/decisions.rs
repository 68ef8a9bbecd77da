//! What a person's decision keeps, and what is asked when nobody else can tell.

use upgrades::{Refusal, Resolution};

use crate::journaled::OFF;
use crate::lab::Lab;

#[test]
fn a_script_that_is_marked_done_still_demands_its_program() {
    let lab = Lab::new();
    let scripts: &[(&str, &str)] = &[(
        "1.sql",
        "-- upgrade: min_app = 2.0.0\nSELECT * FROM nowhere",
    )];
    let failed = lab.core(scripts).app_version("2.0.0").run();
    assert_eq!(failed.unwrap_err().code().as_str(), "script-failed");
    lab.core(scripts)
        .clear_failure("done by hand", Resolution::MarkDone)
        .unwrap();
    assert_eq!(
        lab.vars(),
        "failed_update_detected,0; latest_update_version,1.sql"
    );
    let refused = lab.core(scripts).app_version("1.0.0").run().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "this program (1.0.0) is too old for the database, which needs 2.0.0 or a newer one"
    );
    assert!(matches!(
        refused,
        upgrades::Error::Refused(Refusal::ProgramTooOld { .. })
    ));
}

#[test]
fn marking_does_not_take_a_track_back() {
    let lab = Lab::new();
    lab.run(&[("1.sql", "SELECT * FROM nowhere")]);
    lab.sql("INSERT INTO system_vars VALUES ('latest_update_version', '2.sql')");
    lab.clear(Resolution::MarkDone);
    assert_eq!(
        lab.vars(),
        "failed_update_detected,0; latest_update_version,2.sql"
    );
}

#[test]
fn a_script_that_is_not_in_order_hides_no_failure() {
    let lab = Lab::new();
    let good = ("1.sql", "SELECT * FROM nowhere");
    lab.run(&[good]);
    let issues = lab.core(&[good, ("bad.sql", "SELECT 1")]).critical_issues();
    let codes: Vec<_> = issues
        .unwrap()
        .iter()
        .map(|issue| issue.code.as_str())
        .collect();
    assert_eq!(codes, ["script-failed"]);
}

#[test]
fn a_journal_that_cannot_be_read_is_asked_about() {
    let lab = Lab::with("CREATE TABLE log(a)");
    let script = |second: &str| {
        format!("{OFF}INSERT INTO log VALUES (1);\nINSERT INTO {second} VALUES (2);\n")
    };
    lab.run(&[("1.sql", &script("nowhere"))]);
    lab.sql("UPDATE upgrade_journal SET started_at = 'x'");
    lab.clear(Resolution::GoOn);
    let asked = "script core/1.sql waits for a decision; neither it nor later scripts were run: the journal of its track \
                 cannot be read, so that nobody can tell how far it has come; look into the database, then start the \
                 script over or mark it done";
    assert_eq!(lab.run(&[("1.sql", &script("log"))]), asked);
    lab.clear(Resolution::StartOver);
    assert_eq!(lab.run(&[("1.sql", &script("log"))]), "Upgraded core/1.sql");
    assert_eq!(lab.rows("SELECT group_concat(a) FROM log"), "1,1,2");
}

#[test]
fn a_repair_that_asks_for_changes_is_asked_about() {
    let lab = Lab::with("CREATE TABLE log(a)");
    let script = |second: &str| format!("{OFF}INSERT INTO log VALUES (1), (2), (3);\n{second};\n");
    lab.run(&[("1.sql", &script("SELECT * FROM nowhere"))]);
    lab.clear(Resolution::GoOn);
    let asked = "script core/1.sql waits for a decision; neither it nor later scripts were run: statement 2 asks what the \
                 one before it has changed, which is not known any more; write the number into it, or start the script over";
    assert_eq!(
        lab.run(&[("1.sql", &script("INSERT INTO log SELECT changes()"))]),
        asked
    );
}

#[test]
fn what_an_opted_out_script_cannot_ask_or_name() {
    let changes = "statement by statement, how many rows were changed is known only right behind the statement that it is about; \
                   put both between BEGIN and COMMIT";
    let ours = "the name is that of the savepoint that the engine runs the script in";
    let rows = [
        (OFF, "SELECT changes();", changes),
        (OFF, "DELETE FROM log; SELECT 1; SELECT changes();", changes),
        (
            OFF,
            "DELETE FROM log; PRAGMA user_version; SELECT changes();",
            changes,
        ),
        (
            OFF,
            "BEGIN; DELETE FROM log; COMMIT; SELECT total_changes();",
            changes,
        ),
        (OFF, "BEGIN; SELECT changes(); COMMIT;", changes),
        ("", "ROLLBACK TO upgrades_script;", ours),
        ("", "RELEASE \"Upgrades_Script\";", ours),
        (
            OFF,
            "DELETE FROM log; SELECT changes(); SELECT changes();",
            "",
        ),
        (
            OFF,
            "BEGIN; DELETE FROM log; SELECT 1; SELECT changes(); COMMIT;",
            "",
        ),
        ("", "SELECT changes();", ""),
        (
            "",
            "SAVEPOINT mine; DELETE FROM log; ROLLBACK TO mine; RELEASE mine;",
            "",
        ),
    ];
    for (head, statements, why) in rows {
        let lab = Lab::with("CREATE TABLE log(a)");
        let told = lab.run(&[("1.sql", &format!("{head}{statements}"))]);
        match why {
            "" => assert_eq!(told, "Upgraded core/1.sql", "{statements}"),
            _ => assert!(told.ends_with(why), "{statements}: {told}"),
        }
    }
}
