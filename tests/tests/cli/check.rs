//! `upgrades check`

use crate::transcript::{bare, check, shop};

#[test]
fn folders_in_order() {
    let sandbox = shop();
    sandbox.write("core/README.md", "about");
    sandbox.write("core/.hidden.sql", "nonsense");
    check(
        &sandbox,
        r#"
$ upgrades check
in order: 3 scripts checked
=> 0
$ ls
core
custom
upgrades.toml
=> 0
$ upgrades check --no-database
in order: 3 scripts checked
=> 0
$ upgrades check --quiet
=> 0
"#,
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let sandbox = bare();
    let rows = [
        ("1.sql", "SELECT 1;"),
        ("01_same.sql", "SELECT 1;"),
        ("add_vat.sql", "SELECT 1;"),
        (
            "2_directive.sql",
            "-- upgrade: foreign_key = off\nSELECT 1;",
        ),
        ("3_quote.sql", "SELECT 1;\nSELECT 'it is never closed;\n"),
        ("4_placeholder.sql", "SELECT '${vat}';"),
        ("5_empty.sql", " \n"),
        ("6_vacuum.sql", "VACUUM;"),
        ("7_late.sql", "SELECT 1;\n-- upgrade: transaction = off\n"),
        ("8_other.mysql.sql", "SELECT 1;"),
        ("9_php.php", "return 1"),
        ("notes.txt", "a stray"),
        (
            "10_requires.sql",
            "-- upgrade: requires = core >= 3 and more\nSELECT 1;",
        ),
        ("11_begin.sql", "BEGIN;\nSELECT 1;\nCOMMIT;"),
        (
            "12_open.sql",
            "-- upgrade: transaction = off\nBEGIN;\nSELECT 1;",
        ),
        ("13_nul.sql", "SELECT 1;\0"),
        ("14_keys.sql", "PRAGMA foreign_keys = off;"),
        ("15_comment.sql", "SELECT 1; /* never closed"),
    ];
    for (file, text) in rows {
        sandbox.write(format!("core/{file}"), text);
    }
    check(
        &sandbox,
        r#"
$ upgrades check | sort
16 problems found; `upgrades explain CODE` tells more
directive: core/10_requires.sql has a directive that cannot be followed: "requires = core >= 3 and more": requires cannot be "core >= 3 and more": write TRACK >= VERSION, or app with a range as in app >= 2.0 ("3 and more" is more than a version)
directive: core/2_directive.sql has a directive that cannot be followed: "foreign_key = off": there is no directive "foreign_key"; did you mean foreign_keys?
directive: core/7_late.sql has a directive that cannot be followed: "transaction = off": a directive stands before the first statement
placeholder: core/4_placeholder.sql has the placeholder ${vat} at line 1, column 9, which has no value; configure one, or write $${vat} for the text itself
script-duplicate: "01_same.sql" and "1.sql" of track core have the same version, 01; which comes first cannot be told, so rename one of them
script-empty: core/5_empty.sql is empty, as a file is that was copied half; write a comment into it if there is nothing to do
script-name: "9_php.php" of track core is not named as a script is: this build runs no .php scripts
script-name: "add_vat.sql" of track core is not named as a script is: a script's name begins with its version, and a version with a digit, as in 0042_add_vat.sql
script-no-variant: core/8_other.mysql.sql has no variant for SQLite; add one, with only a comment in it if there is nothing to do
script-text: core/13_nul.sql cannot be split into statements: it has a NUL byte at line 1, column 10, after which the database would read no further
script-text: core/15_comment.sql cannot be split into statements: what begins at line 1, column 11 with /* never closed is never closed
script-text: core/3_quote.sql cannot be split into statements: what begins at line 2, column 8 with 'it is never closed; is never closed
statement: core/11_begin.sql has "BEGIN;" at line 1, column 1: the script runs in a transaction of the engine's already; with `-- upgrade: transaction = off` it may have its own
statement: core/12_open.sql has "BEGIN" at line 2, column 1: the transaction that it begins is not ended before the script is
statement: core/14_keys.sql has "PRAGMA foreign_keys = off;" at line 1, column 1: inside a transaction SQLite ignores it without a word; write `-- upgrade: foreign_keys = off` at the top of the script instead
statement: core/6_vacuum.sql has "VACUUM;" at line 1, column 1: SQLite cannot do it inside a transaction; write `-- upgrade: transaction = off` at the top of the script
stray: "notes.txt" of track core is no script, and never runs
=> 0
$ upgrades check --quiet
=> 8
$ ls
core
upgrades.toml
=> 0
"#,
    );
}

#[test]
fn strays_alone_are_no_problem() {
    let sandbox = shop();
    sandbox.write("core/1.0.sql.bak", "SELECT 1;");
    check(
        &sandbox,
        r#"
$ upgrades check
stray: "1.0.sql.bak" of track core is no script, and never runs
in order: 3 scripts checked
=> 0
"#,
    );
}

#[test]
fn what_was_edited_after_it_ran() {
    let sandbox = shop();
    check(
        &sandbox,
        r#"
$ upgrades run --quiet && upgrades check
in order: 3 scripts checked
=> 0
$ echo '-- more comments' >> core/1.0.0_products.sql
=> 0
$ upgrades check
edited-comments: core/1.0.0_products.sql has other comments or white space than when it ran
in order: 3 scripts checked
=> 0
$ sed -i 's/4900/5900/' core/1.1.0-prices.sql
=> 0
$ upgrades check
edited-comments: core/1.0.0_products.sql has other comments or white space than when it ran
edited: core/1.1.0-prices.sql was edited after it ran
1 problem found; `upgrades explain CODE` tells more
=> 8
$ upgrades check --no-database
in order: 3 scripts checked
=> 0
$ sed -i 's/$/\r/' custom/1.0.0_dealers.sql
=> 0
$ upgrades check
edited-comments: core/1.0.0_products.sql has other comments or white space than when it ran
edited: core/1.1.0-prices.sql was edited after it ran
1 problem found; `upgrades explain CODE` tells more
=> 8
$ upgrades run
sqlite:shop.db is current: nothing is pending
=> 0
"#,
    );
}

#[test]
fn what_was_deleted_renamed_or_added_after_it_ran() {
    check(
        &shop(),
        r#"
$ upgrades run --quiet && rm core/1.0.0_products.sql
=> 0
$ upgrades check
gone: core/1.0.0_products.sql ran here, and is not there any more
1 problem found; `upgrades explain CODE` tells more
=> 8
$ upgrades run
sqlite:shop.db is current: nothing is pending
=> 0
$ mv core/1.1.0-prices.sql core/1.1.0_renamed.sql && upgrades check
gone: core/1.0.0_products.sql ran here, and is not there any more
1 problem found; `upgrades explain CODE` tells more
=> 8
$ echo 'SELECT 1;' > custom/0.9.sql && upgrades check
gone: core/1.0.0_products.sql ran here, and is not there any more
skipped: customization/0.9.sql never ran, and its track is past its version
2 problems found; `upgrades explain CODE` tells more
=> 8
"#,
    );
}

/// A script of comments is told of before it runs; with a statement, or where somebody says so, it is not.
#[test]
fn a_script_without_a_statement() {
    let sandbox = shop();
    sandbox.write("core/2.0.0.sql", "-- to be written\n;\n");
    sandbox.write(
        "core/2.1.0.sql",
        "-- upgrade: allow = no-statement\n-- left out\n",
    );
    sandbox.write(
        "core/2.2.0.sql",
        "-- upgrade: allow = no-statement\nSELECT 1;\n",
    );
    sandbox.write("core/2.3.0.sqlite.sql", "-- nothing to do here\n");
    sandbox.write("core/2.3.0.mysql.sql", "SELECT 1;\n");
    check(
        &sandbox,
        r#"
$ upgrades check --no-database
no-statement: core/2.0.0.sql has no statement, and counts as applied once it has run
allow-unused: core/2.2.0.sql allows no-statement and does nothing of the kind anywhere
in order: 7 scripts checked, 2 warnings; `upgrades explain CODE` tells more
=> 0
$ upgrades run --quiet
=> 0
$ upgrades check
in order: 7 scripts checked
=> 0
"#,
    );
}
