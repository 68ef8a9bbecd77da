//! Bad input: what the engine's own tables hold.

use upgrades_tests::Sandbox;

use crate::transcript::{check, shop};

/// A shop whose database was brought to the newest version, and then changed by another hand.
fn changed(sql: &str) -> Sandbox {
    let sandbox = shop();
    let answer = sandbox.upgrades(["run", "--quiet"]);
    assert_eq!(answer.status, Some(0), "{}", answer.stderr);
    sandbox.open("shop.db").execute_batch(sql).unwrap();
    sandbox
}

/// A shop that an older release has brought to 1.0.0, and that upgrades has never seen.
fn older_release(sql: &str) -> Sandbox {
    let sandbox = shop();
    let database = sandbox.open("shop.db");
    database
        .execute_batch(
            "CREATE TABLE cb_products (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
             CREATE TABLE cb_system_vars (name TEXT, value TEXT);
             INSERT INTO cb_system_vars VALUES ('latest_update_version', '1.0.0.php'), ('theirs', 'x');",
        )
        .unwrap();
    database.execute_batch(sql).unwrap();
    sandbox
}

#[test]
fn a_file_name_that_no_longer_exists() {
    let sandbox = changed(
        "UPDATE cb_system_vars SET value = '1.0.7_renamed.sql' WHERE name = 'latest_update_version'",
    );
    check(
        &sandbox,
        r#"
$ upgrades status --check
sqlite:shop.db: 1 script pending

track          in the database    newest script      pending
core           1.0.7_renamed.sql  1.1.0-prices.sql         1
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0
=> 3
$ upgrades plan
script                 statements  description
core/1.1.0-prices.sql           2  prices in cents

1 script would run on sqlite:shop.db
=> 0
"#,
    );
}

#[test]
fn a_value_that_does_not_parse() {
    let sandbox = changed(
        "UPDATE cb_system_vars SET value = 'latest' || char(27) || '[31m' WHERE name = 'latest_update_version'",
    );
    check(
        &sandbox,
        r#"
$ upgrades status
! error[ledger-value]: nothing was run, because of what is in the database
!   cause: the row "latest_update_version" of cb_system_vars holds "latest\u{1b}[31m", from which no version can be read
!   cause: a script's name begins with its version, and a version with a digit, as in 0042_add_vat.sql
!   help: upgrades explain ledger-value
=> 4
$ upgrades run
! error[ledger-value]: nothing was run, because of what is in the database
!   cause: the row "latest_update_version" of cb_system_vars holds "latest\u{1b}[31m", from which no version can be read
!   cause: a script's name begins with its version, and a version with a digit, as in 0042_add_vat.sql
!   help: upgrades explain ledger-value
=> 4
$ upgrades check
! error[ledger-value]: nothing was run, because of what is in the database
!   cause: the row "latest_update_version" of cb_system_vars holds "latest\u{1b}[31m", from which no version can be read
!   cause: a script's name begins with its version, and a version with a digit, as in 0042_add_vat.sql
!   help: upgrades explain ledger-value
=> 4
$ upgrades explain ledger-value
ledger-value: A row of the system-vars table cannot be read.

cause:  Something else wrote it, or a person did.
remedy: Set it to the file name of the newest script that was applied, such as 3.1.0_prices.sql, or delete it if none was.

exit code 4
=> 0
"#,
    );
    let sandbox = changed("INSERT INTO cb_system_vars VALUES ('upgrades_min_app', 'newest')");
    check(
        &sandbox,
        r#"
$ upgrades run
! error[ledger-value]: nothing was run, because of what is in the database
!   cause: the row "upgrades_min_app" of cb_system_vars holds "newest", from which no version can be read
!   cause: unexpected character 'n' while parsing major version number
!   help: upgrades explain ledger-value
=> 4
"#,
    );
}

#[test]
fn no_value_at_all() {
    let sandbox =
        changed("UPDATE cb_system_vars SET value = NULL WHERE name LIKE 'latest_custom%'");
    check(
        &sandbox,
        r#"
$ upgrades status
sqlite:shop.db: 1 script pending

track          in the database   newest script      pending
core           1.1.0-prices.sql  1.1.0-prices.sql         0
customization  -                 1.0.0_dealers.sql        1
=> 0
$ upgrades run
! [1/1] customization/1.0.0_dealers.sql
! error[script-failed]: script customization/1.0.0_dealers.sql failed in statement 1, line 2, column 1; it was rolled back, and later scripts were not run
!   cause: table cb_dealers already exists
!   help: upgrades explain script-failed
!   statement: CREATE TABLE #__dealers (id INTEGER PRIMARY KEY);
!   applied before it: 0 scripts
!   log: log/upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
"#,
    );
}

#[test]
fn two_rows_with_one_name() {
    let sandbox =
        older_release("INSERT INTO cb_system_vars VALUES ('latest_update_version', '1.1.0')");
    check(
        &sandbox,
        r#"
$ upgrades run
! error[ledger-ambiguous]: nothing was run, because of what is in the database
!   cause: cb_system_vars has 2 rows named "latest_update_version"; which of them counts cannot be told
!   help: upgrades explain ledger-ambiguous
=> 4
"#,
    );
}

#[test]
fn an_older_release_is_adopted() {
    check(
        &older_release(""),
        r#"
$ upgrades status
sqlite:shop.db: 2 scripts pending

track          in the database  newest script      pending
core           1.0.0.php        1.1.0-prices.sql         1
customization  -                1.0.0_dealers.sql        1
=> 0
$ upgrades run
track          from       to                 scripts  statements  took
core           1.0.0.php  1.1.0-prices.sql         1           2  N ms
customization  -          1.0.0_dealers.sql        1           1  N ms

2 scripts applied to sqlite:shop.db
! [1/2] core/1.1.0-prices.sql
! [2/2] customization/1.0.0_dealers.sql
=> 0
$ upgrades history
when                      script                           outcome  statements  took
TIME  core/1.0.0.php                   adopted           0  N ms
TIME  core/1.1.0-prices.sql            applied           2  N ms
TIME  customization/1.0.0_dealers.sql  applied           1  N ms
=> 0
$ upgrades check
in order: 3 scripts checked
=> 0
"#,
    );
}

#[test]
fn an_older_release_tripped_the_latch() {
    let sandbox =
        older_release("INSERT INTO cb_system_vars VALUES ('failed_update_detected', '1')");
    check(
        &sandbox,
        r#"
$ upgrades run
! error[latched]: an earlier upgrade failed, and nothing runs until a person clears that (an older release recorded it, without saying more)
!   help: upgrades explain latched
=> 4
$ upgrades status --check
sqlite:shop.db: failed; nothing runs until that is cleared

track          in the database  newest script      pending
core           1.0.0.php        1.1.0-prices.sql         1
customization  -                1.0.0_dealers.sql        1

An upgrade of this installation has failed: latched
  problem:   An older release has recorded that an upgrade failed, without saying which script. No upgrade runs until that is cleared.
  solution:  Look into that release's log, mend the cause, then `upgrades clear-failure --reason "..."`, and start the application again.
  who:       whoever runs the installation
=> 4
$ upgrades history
nothing has happened here yet
=> 0
$ upgrades clear-failure --reason 'looked into it' --resolution mark-done
! error[clear]: the failure cannot be cleared by mark-done: an older release recorded the failure without saying which script it was; use go-on; nothing was changed
!   help: upgrades explain clear
=> 2
$ upgrades clear-failure --reason 'looked into it'
cleared: the failure that an older release recorded
the next run goes on where it failed
=> 0
$ upgrades run
track          from       to                 scripts  statements  took
core           1.0.0.php  1.1.0-prices.sql         1           2  N ms
customization  -          1.0.0_dealers.sql        1           1  N ms

2 scripts applied to sqlite:shop.db
! [1/2] core/1.1.0-prices.sql
! [2/2] customization/1.0.0_dealers.sql
=> 0
$ upgrades history
when                      script                           outcome  statements  took
TIME  core/1.0.0.php                   adopted           0  N ms
TIME  -                                cleared           0  N ms  go-on: looked into it
TIME  core/1.1.0-prices.sql            applied           2  N ms
TIME  customization/1.0.0_dealers.sql  applied           1  N ms
=> 0
"#,
    );
}

#[test]
fn a_newer_engine_was_here() {
    let sandbox = changed("UPDATE cb_system_vars SET value = '99' WHERE name = 'upgrades_schema'");
    check(
        &sandbox,
        r#"
$ upgrades run
! error[ledger-newer]: nothing was run, because of what is in the database
!   cause: the tables of upgrades in this database have version 99; this program knows 2 at most
!   help: upgrades explain ledger-newer
=> 6
$ upgrades status --check
! error[ledger-newer]: nothing was run, because of what is in the database
!   cause: the tables of upgrades in this database have version 99; this program knows 2 at most
!   help: upgrades explain ledger-newer
=> 6
$ upgrades plan
! error[ledger-newer]: nothing was run, because of what is in the database
!   cause: the tables of upgrades in this database have version 99; this program knows 2 at most
!   help: upgrades explain ledger-newer
=> 6
$ upgrades clear-failure --reason x
! error[ledger-newer]: nothing was run, because of what is in the database
!   cause: the tables of upgrades in this database have version 99; this program knows 2 at most
!   help: upgrades explain ledger-newer
=> 6
$ upgrades check
! error[ledger-newer]: nothing was run, because of what is in the database
!   cause: the tables of upgrades in this database have version 99; this program knows 2 at most
!   help: upgrades explain ledger-newer
=> 6
$ upgrades history --limit 1
when                      script                           outcome  statements  took
TIME  customization/1.0.0_dealers.sql  applied           1  N ms
=> 0
"#,
    );
}

#[test]
fn a_history_of_another_hand() {
    let sandbox = changed("DROP TABLE cb_upgrade_history");
    check(
        &sandbox,
        r#"
$ upgrades status --check
sqlite:shop.db: current

track          in the database    newest script      pending
core           1.1.0-prices.sql   1.1.0-prices.sql         0
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0
=> 0
$ upgrades history
nothing has happened here yet
=> 0
$ echo 'SELECT 1;' > custom/1.1.0.sql && upgrades run
track          from               to         scripts  statements  took
customization  1.0.0_dealers.sql  1.1.0.sql        1           1  N ms

1 script applied to sqlite:shop.db
! [1/1] customization/1.1.0.sql
=> 0
"#,
    );
}

/// Whatever reads a table that is somebody else's says so, and leaves it as it is.
#[test]
fn a_table_of_somebody_else() {
    let vars = "cause: cb_system_vars is not the table that upgrades keeps under this name, as it has no name, value; set another \
                table prefix, or rename that table";
    let history = "cause: cb_upgrade_history is not the table that upgrades keeps under this name, as it has no run, version, \
                   file_name, ";
    let journal = "cause: cb_upgrade_journal is not the table that upgrades keeps under this name, as it has no slot, track, ";
    let outbox = "cause: cb_upgrade_outbox is not the table that upgrades keeps under this name, as it has no slot, hook, ";
    let all: &[&str] = &[
        "run",
        "plan",
        "check",
        "status --check",
        "adopt --at core=1.0.0",
    ];
    let making: &[&str] = &["run", "plan", "check"];
    let rows = [
        ("CREATE TABLE cb_system_vars (id INT, k INT)", vars, all),
        (
            "CREATE TABLE cb_upgrade_history (id INT, Track INT)",
            history,
            &["run", "plan", "check", "history", "adopt --at core=1.0.0"],
        ),
        (
            "CREATE TABLE cb_upgrade_journal (step INT)",
            journal,
            making,
        ),
        ("CREATE TABLE cb_upgrade_outbox (id INT)", outbox, making),
        ("CREATE VIEW cb_system_vars AS SELECT 1 AS id", vars, making),
    ];
    for (sql, cause, commands) in rows {
        let sandbox = shop();
        sandbox.open("shop.db").execute_batch(sql).unwrap();
        let before = std::fs::read(sandbox.path("shop.db")).unwrap();
        for command in commands {
            let answer = sandbox.upgrades(command.split(' '));
            assert!(
                answer.stderr.contains(cause),
                "{command}: {}",
                answer.stderr
            );
            assert!(
                answer.stderr.contains("error[ledger-unfit]"),
                "{}",
                answer.stderr
            );
            assert_eq!(answer.status, Some(4), "{command}");
        }
        assert_eq!(
            std::fs::read(sandbox.path("shop.db")).unwrap(),
            before,
            "{sql}"
        );
    }
}
