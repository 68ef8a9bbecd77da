//! `upgrades adopt`

use upgrades_tests::Sandbox;

use crate::terminal::on_a_terminal;
use crate::transcript::{check, shop};

/// A shop that Flyway has upgraded; as its documentation describes its table.
pub(crate) fn flyways(rows: &str) -> Sandbox {
    let sandbox = shop();
    sandbox.write("core/1.0.5_late.sql", "SELECT 1;\n");
    let table = "CREATE TABLE flyway_schema_history (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50), \
         description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INT, \
         installed_by VARCHAR(100) NOT NULL, installed_on TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, \
         execution_time INT NOT NULL, success BOOLEAN NOT NULL)";
    let database = sandbox.open("shop.db");
    database
        .execute_batch(&format!(
            "CREATE TABLE cb_products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, cents INTEGER); {table};"
        ))
        .unwrap();
    for (rank, row) in rows.split("; ").enumerate() {
        let (version, rest) = row.split_once(' ').unwrap();
        let (name, success) = rest.split_once(' ').unwrap();
        let insert = "INSERT INTO flyway_schema_history VALUES (?, ?, ?, 'SQL', 'x', 0, 'shop', '2026-11-22', 5, ?)";
        database
            .execute(insert, (rank as i64, version, name, success))
            .unwrap();
    }
    sandbox
}

#[test]
fn from_another_tool() {
    let sandbox = flyways("1.0.0 products 1; 1.0.9 hotfix 1; 1.1.0 prices 1");
    check(
        &sandbox,
        r#"
$ upgrades adopt --from flyway
sqlite:shop.db: flyway says in flyway_schema_history

script                   flyway
core/1.0.0_products.sql  1.0.0 products  counts as applied
core/1.1.0-prices.sql    1.1.0 prices    counts as applied
core/1.0.5_late.sql      -               skipped: flyway did not run it
-                        1.0.9 hotfix    no script here

core at 1.1.0-prices.sql
1 script below it never ran; `upgrades repair` settles that, or --count-gaps counts it as applied

nothing was changed, as nobody is there to ask whether that is meant; --yes does it
=> 3
$ upgrades history
nothing has happened here yet
=> 0
$ upgrades adopt --from flyway --yes --quiet
=> 0
$ upgrades history
when                      script                   outcome  statements  took
TIME  core/1.0.0_products.sql  adopted           0  N ms  flyway ran it as 1.0.0 products
TIME  core/1.1.0-prices.sql    adopted           0  N ms  flyway ran it as 1.1.0 prices
TIME  core/1.0.5_late.sql      skipped           0  N ms  flyway did not run it
=> 0
$ upgrades run --quiet
=> 0
$ upgrades check
skipped: core/1.0.5_late.sql never ran, and its track is past its version
1 problem found; `upgrades explain CODE` tells more
=> 8
$ upgrades adopt --from flyway --yes
! error[adopt]: the database cannot be taken over, and nothing was changed
!   cause: track core is known here already, at 1.1.0-prices.sql; what is to be corrected of it, `upgrades repair` settles script by script
!   help: upgrades explain adopt
=> 2
"#,
    );
}

#[test]
fn refusals() {
    let sandbox = flyways("1.0.0 products 1; 1.1.0 prices 0");
    check(
        &sandbox,
        r#"
$ upgrades adopt
! error: the following required arguments were not provided:
!   --at <[TRACK=]VERSION>
!
! Usage: upgrades adopt --at <[TRACK=]VERSION>
!
! For more information, try '--help'.
=> 2
$ upgrades adopt --from flyway --yes
! error[adopt]: the database cannot be taken over, and nothing was changed
!   cause: table flyway_schema_history marks 1.1.0 prices as failed; finish it with flyway first, since how far it came only a person can tell
!   help: upgrades explain adopt
=> 2
$ upgrades adopt --from sqlx --yes
! error[adopt]: the database cannot be taken over, and nothing was changed
!   cause: the database has no table _sqlx_migrations, in which sqlx would keep what it ran; there is flyway_schema_history, of flyway
!   help: upgrades explain adopt
=> 2
$ upgrades adopt --from liquibase
! error: invalid value 'liquibase' for '--from <TOOL>'
!   [possible values: refinery, sqlx, diesel, flyway, joomla]
!
! For more information, try '--help'.
=> 2
$ upgrades adopt --at 1.1 --yes
! error[adopt]: the database cannot be taken over, and nothing was changed
!   cause: track core has no script of version 1.1; the nearest is 1.1.0-prices.sql
!   help: upgrades explain adopt
=> 2
$ upgrades adopt --at 1.1.0 --database sqlite:missing.db
! error[adopt]: the database cannot be taken over, and nothing was changed
!   cause: there is no database at sqlite:missing.db
!   help: upgrades explain adopt
=> 2
$ ls
core
custom
shop.db
upgrades.toml
=> 0
"#,
    );
}

#[test]
fn asks_at_a_terminal() {
    let rows = [("n", 3, "nothing was changed"), ("y", 0, "taken over")];
    for (answer, status, expected) in rows {
        let sandbox = flyways("1.0.0 products 1");
        let shown = on_a_terminal(
            &sandbox,
            &format!("echo {answer} | upgrades adopt --from flyway"),
        );
        // What is piped is no terminal.
        assert_eq!(shown.status, Some(3), "{shown:?}");
        let typed = sandbox.write("typed", format!("{answer}\n"));
        let line = format!(
            "script --quiet --return --command \"upgrades adopt --from flyway\" /dev/null < {}",
            typed.display()
        );
        let shown = sandbox.answer(&mut crate::transcript::shell(&sandbox, &line));
        assert_eq!(shown.status, Some(status), "{shown:?}");
        assert!(
            shown.stdout.contains("take it over so? [y/N]") && shown.stdout.contains(expected),
            "{shown:?}"
        );
        assert_eq!(
            shown.stdout.matches("counts as applied").count(),
            1 + usize::from(status == 0)
        );
    }
}
