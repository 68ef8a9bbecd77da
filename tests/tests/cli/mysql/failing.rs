//! A script that fails, a table that cannot be used, and the ways to go on.

use super::Installation;
use crate::transcript::{FAILING, check};

/// A shop whose customization has failed at its second statement.
fn failed() -> Installation {
    let shop = Installation::shop();
    shop.sandbox.upgrades(["run", "--quiet"]);
    shop.sandbox.write("custom/1.1.0_extra.sql", FAILING);
    check(
        &shop.sandbox,
        r#"
$ upgrades run
=> 4
"#,
    );
    shop
}

#[test]
fn what_is_told_of_it() {
    check(
        &failed().sandbox,
        r#"
$ upgrades run
=> 4
$ upgrades status
=> 0
$ upgrades plan
=> 4
$ upgrades clear-failure --reason "made it" --resolution forget 2>&1 | head -2
=> 0
$ upgrades run --format json
=> 4
"#,
    );
}

#[test]
fn goes_on_at_the_statement() {
    let shop = failed();
    shop.database.query("CREATE TABLE cb_missing (id INT)");
    check(
        &shop.sandbox,
        r#"
$ upgrades clear-failure --reason "the table is there now"
=> 0
$ upgrades run
=> 0
$ upgrades history --limit 3
=> 0
"#,
    );
}

#[test]
fn goes_on_behind_the_statement() {
    check(
        &failed().sandbox,
        r#"
$ upgrades clear-failure --reason "there is nothing to insert" --resolution skip-statement
=> 0
$ upgrades run
=> 0
$ upgrades history --limit 3
=> 0
$ upgrades clear-failure --reason again --resolution skip-statement
=> 0
"#,
    );
}

#[test]
fn starts_over() {
    let shop = failed();
    shop.database
        .query("DROP TABLE cb_extra; CREATE TABLE cb_missing (id INT)");
    check(
        &shop.sandbox,
        r#"
$ upgrades clear-failure --reason "taken back by hand" --resolution start-over --format json
=> 0
$ upgrades run
=> 0
"#,
    );
}

#[test]
fn is_marked_done() {
    let shop = failed();
    check(
        &shop.sandbox,
        r#"
$ upgrades clear-failure --reason "done by hand" --resolution mark-done
=> 0
$ upgrades run
=> 0
$ upgrades history --limit 3
=> 0
"#,
    );
}

#[test]
fn a_table_that_takes_no_part_in_transactions_is_refused() {
    let shop = Installation::shop();
    shop.database.query(
        "CREATE TABLE cb_system_vars (name VARCHAR(100) PRIMARY KEY, value TEXT) ENGINE=MyISAM",
    );
    check(
        &shop.sandbox,
        r#"
$ upgrades status --check --quiet
=> 3
$ upgrades run
=> 4
"#,
    );
    shop.database
        .query("ALTER TABLE `cb_system_vars` ENGINE = InnoDB");
    check(&shop.sandbox, "$ upgrades run --quiet\n=> 0\n");
}

#[test]
fn a_table_without_a_unique_name_is_refused() {
    let shop = Installation::shop();
    shop.database
        .query("CREATE TABLE cb_system_vars (name VARCHAR(100), value TEXT)");
    check(
        &shop.sandbox,
        r#"
$ upgrades run
=> 4
"#,
    );
    shop.database
        .query("ALTER TABLE `cb_system_vars` ADD UNIQUE (name)");
    check(&shop.sandbox, "$ upgrades run --quiet\n=> 0\n");
}
