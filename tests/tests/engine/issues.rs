//! Failures as a person meets them: the latch, critical issues, the failure log, clearing.

use std::sync::Mutex;

use upgrades::{
    CriticalIssue, Deaths, HistoryFilter, Holder, LockRecord, Place, Resolution, Track,
};

use crate::lab::{Lab, Scripts, source};

const BAD: Scripts<'static> = &[
    ("1.sql", "CREATE TABLE a(a)"),
    (
        "2_b.sql",
        "INSERT INTO a VALUES (1);\n  INSERT INTO b VALUES (2);",
    ),
];

fn json(lab: &Lab, issue: &CriticalIssue) -> String {
    lab.tidy(&serde_json::to_string_pretty(issue).unwrap())
}

const ISSUE: &str = r#"{
  "id": "script-failed:core/2_b.sql:[RUN]",
  "code": "script-failed",
  "title": "An upgrade of this installation has failed",
  "problem": "The script core/2_b.sql failed in statement 2, line 2, column 3: no such table: b. No upgrade runs until that is cleared.",
  "solution": "Mend the cause: the data that the script met, or the script; then `upgrades clear-failure --reason \"...\"`, and start the application again.",
  "who": "maintainer",
  "since": "[TIME]",
  "script": {
    "track": "core",
    "file": "2_b.sql"
  },
  "statement": {
    "number": 2,
    "position": {
      "line": 2,
      "column": 3
    },
    "sql": "INSERT INTO b VALUES (2);"
  },
  "log": "[FOLDER]/errors.log"
}"#;

/// The hook, the error and every later look at the database tell the same.
#[test]
fn one_failure_is_one_issue() {
    let lab = Lab::new();
    let told = Mutex::new(Vec::new());
    let upgrader = lab
        .core(BAD)
        .on_critical_issue(|issue| told.lock().unwrap().push(json(&lab, issue)));
    let error = upgrader.run().unwrap_err();
    assert_eq!(error.code().as_str(), "script-failed");
    let second = upgrader.run().unwrap_err();
    assert_eq!(second.code().as_str(), "latched");
    assert_eq!(
        lab.tidy(&upgrades::chain(&second)),
        "an earlier upgrade failed, and nothing runs until a person clears that: script core/2_b.sql failed in statement \
         2, line 2, column 3 at [TIME]"
    );
    let now: Vec<_> = lab.core(BAD).critical_issues().unwrap();
    assert_eq!(
        now.iter()
            .map(|issue| json(&lab, issue))
            .collect::<Vec<_>>(),
        [ISSUE]
    );
    assert_eq!(lab.core(BAD).status().unwrap().issues, now);
    drop(upgrader);
    assert_eq!(told.into_inner().unwrap(), [ISSUE, ISSUE]);
    assert_eq!(lab.history(), "applied core/1.sql; failed core/2_b.sql");
    let attempt = lab
        .core(BAD)
        .history(&HistoryFilter::default().limit(1))
        .unwrap()
        .remove(0);
    assert_eq!(attempt.error.as_deref(), Some("no such table: b"));
    assert_eq!(attempt.failed, now[0].statement);
}

#[test]
fn the_failure_log() {
    let lab = Lab::new();
    let entry = "=== [TIME] [script-failed]
script:    core/2_b.sql
statement: 2 (line 2, column 3)
           INSERT INTO b VALUES (2);
error:     no such table: b
run:       [RUN], begun [TIME]
to go on:  Mend the cause: the data that the script met, or the script; then `upgrades clear-failure --reason \"...\"`, and start the application again.

";
    for entries in 1..=2 {
        assert!(lab.core(BAD).run().is_err());
        // A start that is refused adds nothing.
        assert!(lab.core(BAD).run().is_err());
        assert_eq!(
            lab.tidy(&lab.sandbox.read("errors.log")),
            entry.repeat(entries)
        );
        lab.clear(Resolution::GoOn);
    }
    let elsewhere = lab
        .core(BAD)
        .failure_log(lab.sandbox.path("log/deep/failures.txt"));
    assert!(elsewhere.run().is_err());
    assert_eq!(lab.tidy(&lab.sandbox.read("log/deep/failures.txt")), entry);
    lab.clear(Resolution::GoOn);
    assert!(lab.core(BAD).without_failure_log().run().is_err());
    assert_eq!(
        lab.core(BAD)
            .without_failure_log()
            .critical_issues()
            .unwrap()[0]
            .log,
        None
    );
    assert_eq!(lab.tidy(&lab.sandbox.read("errors.log")), entry.repeat(2));
    lab.clear(Resolution::GoOn);
    // A log that cannot be written takes nothing from the failure.
    let nowhere = lab
        .core(BAD)
        .failure_log(lab.sandbox.path("errors.log/x.log"));
    assert_eq!(nowhere.run().unwrap_err().code().as_str(), "script-failed");
}

/// Who can mend it, by track; what else can be wrong.
#[test]
fn other_issues() {
    let shown = |lab: &Lab, issue: &CriticalIssue| {
        lab.tidy(&format!(
            "{} | {} | {} | {} | {:?} | {}",
            issue.id,
            issue.title,
            issue.problem,
            issue.solution,
            issue.who,
            issue.since.is_some()
        ))
    };
    let check = |lab: &Lab, scripts: Scripts<'_>, expected: &[&str]| {
        let issues = lab.core(scripts).critical_issues().unwrap();
        let issues: Vec<_> = issues.iter().map(|issue| shown(lab, issue)).collect();
        assert_eq!(issues, expected);
    };
    const CLEAR: &str =
        "then `upgrades clear-failure --reason \"...\"`, and start the application again.";
    let lab = Lab::with(
        "CREATE TABLE system_vars(name, value); INSERT INTO system_vars VALUES ('failed_update_detected', 1)",
    );
    check(
        &lab,
        BAD,
        &[&format!(
            "latched | An upgrade of this installation has failed | An older release has recorded that an upgrade failed, \
             without saying which script. No upgrade runs until that is cleared. | Look into that release's log, mend the \
             cause, {CLEAR} | Operator | false"
        )],
    );
    let lab = Lab::new();
    assert_eq!(
        lab.run(&[("1.sql", "-- x"), ("3.sql", "-- x")]),
        "Upgraded core/1.sql core/3.sql"
    );
    let skipped = "skipped:core/2.sql | An upgrade script came too late to run | The script core/2.sql never ran, and its track \
                   is at 3.sql already. | `upgrades repair run SCRIPT` runs it now, `upgrades repair mark SCRIPT` says that its work is done. Or give it a version above the newest. | Maintainer | false";
    check(
        &lab,
        &[("1.sql", "-- x"), ("2.sql", "-- x"), ("3.sql", "-- x")],
        &[skipped],
    );
    check(
        &lab,
        &[("1.sql", "-- x")],
        &[
            "database-newer | The application is older than its database | This program is older than the database: core is at \
           3.sql, and the newest script here is 1.sql. | Install the newer release again, or restore the database's backup \
           from before it. | Operator | false",
        ],
    );
    check(
        &lab,
        &[
            ("1.sql", "-- edited, which is no matter for now"),
            ("3.sql", ""),
        ],
        &[],
    );
    lab.sql("INSERT INTO system_vars VALUES ('upgrades_min_app', '2.0.0')");
    let old = lab
        .core(&[("1.sql", ""), ("3.sql", "")])
        .app_version("1.0.0");
    let issues = old.critical_issues().unwrap();
    assert_eq!(
        issues
            .iter()
            .map(|issue| shown(&lab, issue))
            .collect::<Vec<_>>(),
        [
            "program-too-old | The application is older than its database | This program (1.0.0) is too old for the database, \
          which needs 2.0.0 or a newer one. | Install the version that the message names, or a newer one. | Operator | false"
        ]
    );
    let custom = lab
        .core(&[("1.sql", ""), ("3.sql", "-- x")])
        .track(Track::customization(source(&[(
            "1.sql",
            "SELECT * FROM x",
        )])));
    assert!(custom.run().is_err());
    assert_eq!(
        format!("{:?}", custom.critical_issues().unwrap()[0].who),
        "Integrator"
    );
}

/// The third death in one script trips the latch. Two are left behind as dead processes leave them.
#[test]
fn a_script_that_processes_die_in() {
    let lab = Lab::new();
    let scripts: Scripts<'_> = &[("1.sql", "CREATE TABLE a(a);\nCREATE TABLE b(a);")];
    let at = Place {
        script: "core/1.sql".into(),
        statement: 2,
        statements: 2,
        waits_for: None,
        rows: None,
    };
    let died = |count: u32| {
        let deaths = (count > 1).then(|| Deaths {
            at: at.clone(),
            count: count - 1,
        });
        let record = LockRecord {
            holder: Some(Holder::me(None)),
            at: Some(at.clone()),
            deaths,
        };
        lab.sandbox.write(
            "shop.db-upgrade",
            serde_json::to_string(&record).unwrap() + "\n",
        );
    };
    died(3);
    let told = "processes in a row died in it, the last seen at core/1.sql, statement 2 of 2; find out what ends them";
    assert_eq!(
        lab.run(scripts),
        format!(
            "script core/1.sql waits for a decision at statement 2, line 2, column 1; neither it nor later scripts were run: 3 {told}"
        )
    );
    let issue = lab.core(scripts).critical_issues().unwrap().remove(0);
    assert_eq!(
        [
            issue.code.as_str(),
            &issue.title,
            &issue.problem,
            &issue.solution
        ],
        [
            "script-died",
            "An upgrade of this installation waits for a decision",
            &format!(
                "The script core/1.sql waits for a decision at statement 2, line 2, column 1: 3 {told}. No upgrade runs until \
                 that is cleared."
            ),
            "Do what the problem asks for; then `upgrades clear-failure --reason \"...\" --resolution HOW`, where HOW is go-on, start-over, skip-statement or mark-done, and start the application again.",
        ]
    );
    assert_eq!(
        lab.clear(Resolution::GoOn),
        "cleared: script core/1.sql waits for a decision at statement 2, line 2, column 1"
    );
    assert_eq!(lab.run(scripts), "Upgraded core/1.sql");
    // Two deaths are not enough.
    let lab = Lab::new();
    let record = LockRecord {
        holder: Some(Holder::me(None)),
        at: Some(at.clone()),
        deaths: Some(Deaths { at, count: 1 }),
    };
    lab.sandbox.write(
        "shop.db-upgrade",
        serde_json::to_string(&record).unwrap() + "\n",
    );
    assert_eq!(lab.run(scripts), "Upgraded core/1.sql");
}

/// What the history keeps of a decision.
#[test]
fn clearing_is_audited() {
    let lab = Lab::new();
    let clear = |reason: &str, resolution| match lab
        .core(BAD)
        .app_version("1.2.3")
        .clear_failure(reason, resolution)
    {
        Ok(clearing) => lab.tidy(&format!("{clearing:?}")),
        Err(error) => lab.tidy(&upgrades::chain(&error)),
    };
    for resolution in [
        Resolution::GoOn,
        Resolution::StartOver,
        Resolution::MarkDone,
    ] {
        assert_eq!(clear("no reason", resolution), "NothingToClear");
        assert_eq!(lab.files(), []);
    }
    assert!(lab.core(BAD).run().is_err());
    let before = lab.files();
    for (resolution, word) in [
        (Resolution::GoOn, "go-on"),
        (Resolution::MarkDone, "mark-done"),
    ] {
        assert_eq!(
            clear(" \n", resolution),
            format!(
                "the failure cannot be cleared by {word}: a reason is needed, for whoever reads the history later; nothing \
                 was changed"
            )
        );
    }
    assert_eq!(lab.files(), before);
    assert!(clear("made b by hand", Resolution::MarkDone).starts_with("Cleared(Some(Failure"));
    let rows = "SELECT outcome, file_name, version, resolution, reason, program_version FROM upgrade_history WHERE id > 2";
    let audited = "marked,2_b.sql,2,NULL,made b by hand,1.2.3; cleared,2_b.sql,2,mark-done,made b by hand,1.2.3";
    assert_eq!(lab.rows(rows), audited);
    assert_eq!(
        lab.vars(),
        "failed_update_detected,0; latest_update_version,2_b.sql"
    );
    let before = lab.files();
    assert_eq!(clear("again", Resolution::GoOn), "NothingToClear");
    assert_eq!(lab.files(), before);
    assert_eq!(lab.run(BAD), "UpToDate");
    assert_eq!(lab.core(BAD).critical_issues().unwrap(), []);
}

/// An older release's latch says nothing of a script, so that nothing can be marked or started over.
#[test]
fn clearing_what_an_older_release_recorded() {
    let lab = Lab::with(
        "CREATE TABLE system_vars(name, value); INSERT INTO system_vars VALUES ('failed_update_detected', 1), ('latest_update_version', '1.php')",
    );
    let good: Scripts<'_> = &[("1.sql", "-- x"), ("2.sql", "CREATE TABLE a(a)")];
    for (resolution, word) in [
        (Resolution::StartOver, "start-over"),
        (Resolution::MarkDone, "mark-done"),
    ] {
        assert_eq!(
            lab.told(
                lab.core(good)
                    .clear_failure("x", resolution)
                    .map(|_| unreachable!())
            ),
            format!(
                "the failure cannot be cleared by {word}: an older release recorded the failure without saying which script \
                 it was; use go-on; nothing was changed"
            )
        );
        assert_eq!(
            lab.vars(),
            "failed_update_detected,1; latest_update_version,1.php"
        );
    }
    assert_eq!(lab.clear(Resolution::GoOn), "cleared: unknown");
    assert_eq!(lab.run(good), "Upgraded core/2.sql");
    assert_eq!(lab.core(good).critical_issues().unwrap(), []);
}

/// What people write into the latch by hand.
#[test]
fn values_of_the_latch() {
    let lab = Lab::new();
    assert_eq!(lab.run(&[("1.sql", "-- x")]), "Upgraded core/1.sql");
    let refused = "an earlier upgrade failed, and nothing runs until a person clears that (an older release recorded it, \
                   without saying more)";
    let rows = [
        ("'1'", refused),
        ("'0'", "UpToDate"),
        ("1", refused),
        ("0", "UpToDate"),
        ("'true'", refused),
        ("''", "UpToDate"),
        ("NULL", "UpToDate"),
        ("' 0 '", "UpToDate"),
    ];
    for (value, told) in rows {
        lab.sql(&format!(
            "INSERT OR REPLACE INTO system_vars VALUES ('failed_update_detected', {value})"
        ));
        assert_eq!(lab.run(&[("1.sql", "-- x")]), told, "{value}");
    }
}
