//! Bad input: what stands in scripts.

use crate::transcript::{bare, check};

/// A script, and what comes of it.
#[track_caller]
fn row(script: impl AsRef<[u8]>, transcript: &str) {
    let sandbox = bare();
    sandbox.write("core/1.sql", "CREATE TABLE a (x);");
    sandbox.write("core/2_bad.sql", script);
    check(&sandbox, transcript);
}

#[test]
fn not_utf8() {
    row(
        b"SELECT 1;\nSELECT 'caf\xe9';\n",
        r#"
$ upgrades run
! error[script-text]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql cannot be split into statements
!   cause: it is not UTF-8 at line 2, column 12
!   help: upgrades explain script-text
=> 8
$ upgrades check
script-text: core/2_bad.sql cannot be split into statements: it is not UTF-8 at line 2, column 12
1 problem found; `upgrades explain CODE` tells more
=> 8
$ ls
core
shop.db-upgrade
upgrades.toml
=> 0
"#,
    );
    row(
        b"\xff\xfeS\0E\0L\0E\0C\0T\0",
        r#"
$ upgrades run # UTF-16
! error[script-text]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql cannot be split into statements
!   cause: it has a NUL byte at line 1, column 4, after which the database would read no further
!   help: upgrades explain script-text
=> 8
"#,
    );
}

#[test]
fn lines_that_end_with_a_carriage_return() {
    row(
        "CREATE TABLE b (x);\r-- then\rCREATE TABLE c (x);\r",
        r#"
$ upgrades run
! error[script-text]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql cannot be split into statements
!   cause: a comment near line 1, column 49 goes on behind a carriage return, which ends no line for the database; end lines with a line feed
!   help: upgrades explain script-text
=> 8
"#,
    );
    row(
        "CREATE TABLE b (x); -- then\r\r\n\rCREATE TABLE c (x);\r",
        r#"
$ upgrades run --quiet
=> 0
"#,
    );
}

#[test]
fn comments_that_are_meant_as_directives() {
    let rows = [
        "-- upgrades: transaction = off",
        "-- upgrade : transaction = off",
        "/* upgrade: transaction = off */",
    ];
    for comment in rows {
        let said = comment.trim_matches(['-', '/', '*', ' ']);
        row(
            format!("{comment}\nVACUUM;\n"),
            &format!(
                r#"
$ upgrades run
! error[directive]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql has a directive that cannot be followed: "{said}"
!   cause: a directive is a line of its own that begins with `-- upgrade:`; this would be a comment that nobody follows
!   help: upgrades explain directive
=> 8
"#
            ),
        );
    }
}

#[test]
fn unknown_directives() {
    row(
        "-- upgrade: tranzaction = off\nSELECT 1;",
        r#"
$ upgrades run
! error[directive]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql has a directive that cannot be followed: "tranzaction = off"
!   cause: there is no directive "tranzaction"; did you mean transaction?
!   help: upgrades explain directive
=> 8
$ ls
core
shop.db-upgrade
upgrades.toml
=> 0
"#,
    );
    row(
        "-- upgrade: colour = red\nSELECT 1;",
        r#"
$ upgrades plan
! error[directive]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql has a directive that cannot be followed: "colour = red"
!   cause: there is no directive "colour"; there are description, requires, min_app, transaction, foreign_keys, placeholders, timeout, lock_timeout, idempotent, allow
!   help: upgrades explain directive
=> 8
"#,
    );
    row(
        "-- upgrade: transaction off\nSELECT 1;",
        r#"
$ upgrades run # no sign of equality
! error[directive]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql has a directive that cannot be followed: "transaction off"
!   cause: a directive reads `-- upgrade: NAME = VALUE`, not "transaction off"
!   help: upgrades explain directive
=> 8
"#,
    );
    row(
        "-- upgrade: transaction = no\nSELECT 1;",
        r#"
$ upgrades run # no such value
! error[directive]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql has a directive that cannot be followed: "transaction = no"
!   cause: transaction cannot be "no": it is on or off
!   help: upgrades explain directive
=> 8
"#,
    );
    row(
        "-- upgrade: transaction = off\n-- upgrade: transaction = on\nSELECT 1;",
        r#"
$ upgrades run # twice
! error[directive]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql has a directive that cannot be followed: "transaction = on"
!   cause: transaction is said twice
!   help: upgrades explain directive
=> 8
"#,
    );
}

#[test]
fn directives_after_the_first_statement() {
    row(
        "SELECT 1;\n-- upgrade: transaction = off\nVACUUM;",
        r#"
$ upgrades run
! error[directive]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql has a directive that cannot be followed: "transaction = off"
!   cause: a directive stands before the first statement
!   help: upgrades explain directive
=> 8
$ upgrades check
directive: core/2_bad.sql has a directive that cannot be followed: "transaction = off": a directive stands before the first statement
1 problem found; `upgrades explain CODE` tells more
=> 8
"#,
    );
}

#[test]
fn unknown_placeholders() {
    row(
        "SELECT 1;\nSELECT '${vat}', '$${vat}';",
        r#"
$ upgrades run
! error[placeholder]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql has the placeholder ${vat} at line 2, column 9, which has no value; configure one, or write $${vat} for the text itself
!   help: upgrades explain placeholder
=> 8
$ upgrades plan
! error[placeholder]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql has the placeholder ${vat} at line 2, column 9, which has no value; configure one, or write $${vat} for the text itself
!   help: upgrades explain placeholder
=> 8
$ ls
core
shop.db-upgrade
upgrades.toml
=> 0
"#,
    );
}

#[test]
fn statements_that_cannot_be_split() {
    row(
        "SELECT 1;\nSELECT 'never closed;\n",
        r#"
$ upgrades run # a quote
! error[script-text]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql cannot be split into statements
!   cause: what begins at line 2, column 8 with 'never closed; is never closed
!   help: upgrades explain script-text
=> 8
"#,
    );
    row(
        "SELECT 1; /* never closed",
        r#"
$ upgrades run # a comment
! error[script-text]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql cannot be split into statements
!   cause: what begins at line 1, column 11 with /* never closed is never closed
!   help: upgrades explain script-text
=> 8
"#,
    );
    row(
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;\n",
        r#"
$ upgrades run # a trigger without its END
! [1/2] core/1.sql
! [2/2] core/2_bad.sql
! error[script-failed]: script core/2_bad.sql failed in statement 1, line 1, column 1; it was rolled back, and later scripts were not run
!   cause: incomplete input
!   help: upgrades explain script-failed
!   statement: CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;
!   applied before it: 1 script
!   log: upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
"#,
    );
    row(
        "SELECT 1;\0",
        r#"
$ upgrades run # a NUL byte
! error[script-text]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql cannot be split into statements
!   cause: it has a NUL byte at line 1, column 10, after which the database would read no further
!   help: upgrades explain script-text
=> 8
"#,
    );
}

#[test]
fn empty_scripts() {
    row(
        "",
        r#"
$ upgrades run # nothing
! error[script-empty]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql is empty, as a file is that was copied half; write a comment into it if there is nothing to do
!   help: upgrades explain script-empty
=> 8
$ upgrades check # nothing
script-empty: core/2_bad.sql is empty, as a file is that was copied half; write a comment into it if there is nothing to do
1 problem found; `upgrades explain CODE` tells more
=> 8
"#,
    );
    row(
        "\u{feff} \r\n\t\n",
        r#"
$ upgrades run # white space
! error[script-empty]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql is empty, as a file is that was copied half; write a comment into it if there is nothing to do
!   help: upgrades explain script-empty
=> 8
"#,
    );
    row(
        "-- nothing to do on this database\n",
        r#"
$ upgrades run # a comment
track  from  to         scripts  statements  took
core   -     2_bad.sql        2           1  N ms

2 scripts applied to sqlite:shop.db
! [1/2] core/1.sql
! [2/2] core/2_bad.sql
=> 0
"#,
    );
}

#[test]
fn statements_that_do_not_fit() {
    row(
        "BEGIN;\nSELECT 1;\nCOMMIT;",
        r#"
$ upgrades run # BEGIN
! error[statement]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql has "BEGIN;" at line 1, column 1: the script runs in a transaction of the engine's already; with `-- upgrade: transaction = off` it may have its own
!   help: upgrades explain statement
=> 8
"#,
    );
    row(
        "VACUUM;",
        r#"
$ upgrades run # VACUUM
! error[statement]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql has "VACUUM;" at line 1, column 1: SQLite cannot do it inside a transaction; write `-- upgrade: transaction = off` at the top of the script
!   help: upgrades explain statement
=> 8
"#,
    );
    row(
        "PRAGMA foreign_keys = OFF;",
        r#"
$ upgrades run # PRAGMA foreign_keys
! error[statement]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql has "PRAGMA foreign_keys = OFF;" at line 1, column 1: inside a transaction SQLite ignores it without a word; write `-- upgrade: foreign_keys = off` at the top of the script instead
!   help: upgrades explain statement
=> 8
"#,
    );
    row(
        "-- upgrade: transaction = off\n-- upgrade: foreign_keys = off\nSELECT 1;",
        r#"
$ upgrades run # both off
! error[directive]: the scripts are not in order, and none was run
!   cause: core/2_bad.sql has a directive that cannot be followed: "foreign_keys = off"
!   cause: foreign_keys = off needs the transaction that transaction = off gives up; in such a script write PRAGMA foreign_keys = OFF itself
!   help: upgrades explain directive
=> 8
"#,
    );
}

#[test]
fn statements_that_fail() {
    row(
        "SELECT 1;\n  INSERT INTO a (x, y)\n  VALUES (1, 2);",
        r#"
$ upgrades run # a column
! [1/2] core/1.sql
! [2/2] core/2_bad.sql
! error[script-failed]: script core/2_bad.sql failed in statement 2, line 2, column 3; it was rolled back, and later scripts were not run
!   cause: table a has no column named y
!   help: upgrades explain script-failed
!   statement: INSERT INTO a (x, y) VALUES (1, 2);
!   applied before it: 1 script
!   log: upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
"#,
    );
    row(
        "INSERT INTO a SELECT 1;\nSELECT abs(x) FROM (SELECT 1 AS x UNION ALL SELECT -9223372036854775808);",
        r#"
$ upgrades run # at the second row
! [1/2] core/1.sql
! [2/2] core/2_bad.sql
! error[script-failed]: script core/2_bad.sql failed in statement 2, line 2, column 1; it was rolled back, and later scripts were not run
!   cause: integer overflow
!   help: upgrades explain script-failed
!   statement: SELECT abs(x) FROM (SELECT 1 AS x UNION ALL SELECT -9223372036854775808);
!   applied before it: 1 script
!   log: upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
"#,
    );
    row(
        "INSERT INTO a VALUES (:vat);",
        r#"
$ upgrades run # a parameter
! [1/2] core/1.sql
! [2/2] core/2_bad.sql
! error[script-failed]: script core/2_bad.sql failed in statement 1, line 1, column 23; it was rolled back, and later scripts were not run
!   cause: the statement has the parameter :vat, for which a script has no value; it would be NULL
!   help: upgrades explain script-failed
!   statement: INSERT INTO a VALUES (:vat);
!   applied before it: 1 script
!   log: upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
"#,
    );
    row(
        format!("INSERT INTO nowhere VALUES ('{}');", "long ".repeat(100)),
        r#"
$ upgrades run # a long statement
! [1/2] core/1.sql
! [2/2] core/2_bad.sql
! error[script-failed]: script core/2_bad.sql failed in statement 1, line 1, column 1; it was rolled back, and later scripts were not run
!   cause: no such table: nowhere
!   help: upgrades explain script-failed
!   statement: INSERT INTO nowhere VALUES ('long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long l…
!   applied before it: 1 script
!   log: upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
"#,
    );
    row(
        "INSERT INTO nowhere VALUES ('\u{1b}[31m', 'two\nlines');",
        r#"
$ upgrades run # a statement that moves the cursor
! [1/2] core/1.sql
! [2/2] core/2_bad.sql
! error[script-failed]: script core/2_bad.sql failed in statement 1, line 1, column 1; it was rolled back, and later scripts were not run
!   cause: no such table: nowhere
!   help: upgrades explain script-failed
!   statement: INSERT INTO nowhere VALUES ('�[31m', 'two lines');
!   applied before it: 1 script
!   log: upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ upgrades status # a statement that moves the cursor
sqlite:shop.db: failed; nothing runs until that is cleared

track  in the database  newest script  pending
core   1.sql            2_bad.sql            1

An upgrade of this installation has failed: script-failed
  problem:   The script core/2_bad.sql failed in statement 1, line 1, column 1: no such table: nowhere. No upgrade runs until that is cleared.
  statement: INSERT INTO nowhere VALUES ('�[31m', 'two lines');
  since:     TIME
  solution:  Mend the cause: the data that the script met, or the script; then `upgrades clear-failure --reason "..."`, and start the application again.
  who:       whoever makes the application
  log:       [FOLDER]/upgrade_errors.log
=> 0
"#,
    );
}
