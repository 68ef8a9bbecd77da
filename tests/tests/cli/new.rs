//! `upgrades new`

use crate::transcript::{bare, check, shop};

#[test]
fn writes_the_next_file() {
    check(
        &shop(),
        r#"
$ upgrades new core 'Add VAT'
core/1.1.1_add_vat.sql
=> 0
$ cat core/1.1.1_add_vat.sql
-- upgrade: description = Add VAT
--
-- Runs once on every installation, in one transaction with its record, after all scripts with a lower version.
-- #__ becomes the table prefix, ${name} a configured value. More directives may stand here, each on a line of
-- its own and before the first statement:
-- * `-- upgrade: requires = core >= 1.0`: a track, or app, has to be at this version or a later one
-- * `-- upgrade: foreign_keys = off`: to rebuild a table; they are checked before the commit
-- * `-- upgrade: transaction = off`: for VACUUM and some PRAGMAs
-- Try the script with `upgrades check` and `upgrades plan`; once it is released, never edit it: write the next one.

=> 0
$ upgrades new core 'Add VAT'
core/1.1.2_add_vat.sql
=> 0
$ upgrades new customization vat
custom/1.0.1_vat.sql
=> 0
$ upgrades new core 'big step' --version 2.0.0
core/2.0.0_big_step.sql
=> 0
$ upgrades new core 'next'
core/2.0.1_next.sql
=> 0
$ upgrades check
no-statement: core/1.1.1_add_vat.sql has no statement, and counts as applied once it has run
no-statement: core/1.1.2_add_vat.sql has no statement, and counts as applied once it has run
no-statement: core/2.0.0_big_step.sql has no statement, and counts as applied once it has run
no-statement: core/2.0.1_next.sql has no statement, and counts as applied once it has run
no-statement: customization/1.0.1_vat.sql has no statement, and counts as applied once it has run
in order: 8 scripts checked, 5 warnings; `upgrades explain CODE` tells more
=> 0
$ upgrades plan
script                           statements  description
core/1.0.0_products.sql                   1  products
core/1.1.0-prices.sql                     2  prices in cents
core/1.1.1_add_vat.sql                    0  Add VAT
core/1.1.2_add_vat.sql                    0  Add VAT
core/2.0.0_big_step.sql                   0  big step
core/2.0.1_next.sql                       0  next
customization/1.0.0_dealers.sql           1  dealers
customization/1.0.1_vat.sql               0  vat

8 scripts would run on sqlite:shop.db
=> 0
$ upgrades run
track          from  to              scripts  statements  took
core           -     2.0.1_next.sql        6           3  N ms
customization  -     1.0.1_vat.sql         2           1  N ms

8 scripts applied to sqlite:shop.db
! [1/8] core/1.0.0_products.sql
! [2/8] core/1.1.0-prices.sql
! [3/8] core/1.1.1_add_vat.sql
! [4/8] core/1.1.2_add_vat.sql
! [5/8] core/2.0.0_big_step.sql
! [6/8] core/2.0.1_next.sql
! [7/8] customization/1.0.0_dealers.sql
! [8/8] customization/1.0.1_vat.sql
=> 0
"#,
    );
}

#[test]
fn writes_the_next_file_in_lua() {
    let sandbox = shop();
    sandbox.write(
        "core/1.2.0_price.sql",
        "ALTER TABLE #__products ADD COLUMN price DOUBLE NOT NULL DEFAULT 1234.565;\n",
    );
    check(
        &sandbox,
        r##"
$ upgrades new core 'Round prices' --lua
core/1.2.1_round_prices.lua
=> 0
$ cat core/1.2.1_round_prices.lua
-- upgrade: description = Round prices
--
-- Runs once on every installation, after all scripts with a lower version. A failure takes back what is not committed, and
-- two things commit: each chunk of a batch, and on MySQL what defines something. With nothing but questions, verbs and
-- batches a script that was killed begins again by itself; where it does other things and may do them twice, it says so:
-- * `-- upgrade: idempotent`
-- * `-- upgrade: requires = core >= 1.0`: a track, or app, has to be at this version or a later one
-- In statements #__ becomes the table prefix, and each ? one of the values that follow; config.name is a configured value.
-- Try the script with `upgrades check` and `upgrades run` on a copy; once it is released, never edit it: write the next one.
--
-- A beginning, for whoever takes the dashes away:
--
-- db:add_column("#__products", "price_cents", "BIGINT")
-- batch{
--     table = "#__products",
--     columns = {"price"},
--     each = function(row)
--         return {price_cents = math.floor(row.price * 100 + 0.5)}
--     end,
-- }
-- for row in db:query("SELECT id, name FROM #__products WHERE price_cents > ?", {100000}) do
--     log.info(row.id .. " is dear: " .. row.name)
-- end

=> 0
$ upgrades new core 'next'
core/1.2.2_next.sql
=> 0
$ upgrades new core 'and again' --lua --version 2.0.0 --format json
{
  "file": "2.0.0_and_again.lua",
  "path": "core/2.0.0_and_again.lua",
  "track": "core",
  "version": "2.0.0"
}
=> 0
$ upgrades new customization 'upgrade: foreign_keys = off' --lua
custom/1.0.1_upgrade_foreign_keys_off.lua
=> 0
$ head -n1 custom/1.0.1*
-- upgrade: description = upgrade: foreign_keys = off
=> 0
$ upgrades new core '...' --lua
! error[usage]: no script was written: its description needs a letter or a digit
=> 2
$ upgrades check
no-statement: core/1.2.2_next.sql has no statement, and counts as applied once it has run
in order: 8 scripts checked, 1 warning; `upgrades explain CODE` tells more
=> 0
$ sed -i '13,$s/^-- //' core/1.2.1_round_prices.lua && upgrades check
no-statement: core/1.2.2_next.sql has no statement, and counts as applied once it has run
in order: 8 scripts checked, 1 warning; `upgrades explain CODE` tells more
=> 0
$ upgrades run --quiet
=> 0
"##,
    );
    let cents =
        sandbox
            .open("shop.db")
            .query_row("SELECT price_cents FROM cb_products", [], |row| {
                row.get::<_, i64>(0)
            });
    assert_eq!(cents.unwrap(), 123_457);
}

#[test]
fn counts_up_in_the_form_of_the_newest() {
    for (newest, expected) in [
        ("0042_add_vat.sql", "core/0043_x.sql"),
        ("0099.sql", "core/0100_x.sql"),
        ("2013011700.sql", "core/2013011701_x.sql"),
        ("3.3.3.9.sql", "core/3.3.3.10_x.sql"),
        ("1.0-beta2.sql", "core/1.0-beta3_x.sql"),
        ("4.0.0-2018-03-05.sql", "core/4.0.0-2018-03-06_x.sql"),
        ("7_a.sqlite.sql", "core/8_x.sql"),
    ] {
        let sandbox = bare();
        sandbox.write(format!("core/{newest}"), "SELECT 1;");
        let answer = sandbox.upgrades(["new", "core", "x"]);
        let expected = format!("{expected}\n");
        assert_eq!(
            (answer.status, answer.stdout),
            (Some(0), expected),
            "{newest}"
        );
    }
    check(
        &bare(),
        r#"
$ upgrades new core 'the first'
core/1.0.0_the_first.sql
=> 0
"#,
    );
}

#[test]
fn what_it_refuses() {
    let long = "long ".repeat(60);
    let sandbox = shop();
    sandbox.write("long", long);
    check(
        &sandbox,
        r#"
$ upgrades new core x --version 1.0.5
! error[usage]: no script was written: version 1.0.5 is not above the newest, 1.1.0-prices.sql, and would never run where that has run
=> 2
$ upgrades new core x --version 1.1
! error[usage]: no script was written: version 1.1 is not above the newest, 1.1.0-prices.sql, and would never run where that has run
=> 2
$ upgrades new core x --version 'x y'
! error: invalid value 'x y' for '--version <VERSION>': a version cannot contain ' '
!
! For more information, try '--help'.
=> 2
$ upgrades new core x --version ../1
! error: invalid value '../1' for '--version <VERSION>': a version cannot begin or end with '.'
!
! For more information, try '--help'.
=> 2
$ upgrades new plugin x
! error[usage]: no script was written: there is no track plugin in the configuration
=> 2
$ upgrades new Core x
! error: invalid value 'Core' for '<TRACK>': a track's name is at most 64 lower-case letters, digits, - and _, and begins with a letter; "Core" is not
!
! For more information, try '--help'.
=> 2
$ upgrades new core '...'
! error[usage]: no script was written: its description needs a letter or a digit
=> 2
$ upgrades new core ''
! error[usage]: no script was written: its description needs a letter or a digit
=> 2
$ upgrades new core "$(cat long)"
! error[usage]: no script was written: "1.1.1_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long.sql": a script's name is at most 255 bytes long; this one has 309
=> 2
$ upgrades new core
! error: the following required arguments were not provided:
!   <DESCRIPTION>
!
! Usage: upgrades new <TRACK> <DESCRIPTION>
!
! For more information, try '--help'.
=> 2
$ ls core
1.0.0_products.sql
1.1.0-prices.sql
=> 0
$ echo 'SELECT 1;' > core/1.1.0_twice.sql && upgrades new core x
! error[script-duplicate]: the scripts are not in order, and none was run
!   cause: "1.1.0-prices.sql" and "1.1.0_twice.sql" of track core have the same version, 1.1.0; which comes first cannot be told, so rename one of them
!   help: upgrades explain script-duplicate
=> 8
$ rm -r core && upgrades new core x
! error[track-unreadable]: the scripts are not in order, and none was run
!   cause: the folder core of track core cannot be read
!   cause: No such file or directory (os error 2)
!   help: upgrades explain track-unreadable
=> 8
"#,
    );
}

#[test]
fn a_hostile_description_is_only_a_description() {
    let sandbox = bare();
    check(
        &sandbox,
        r#"
$ upgrades new core '../../etc/passwd'
core/1.0.0_etc_passwd.sql
=> 0
$ upgrades new core 'upgrade: transaction = off'
core/1.0.1_upgrade_transaction_off.sql
=> 0
$ upgrades new core "$(printf 'a\nDROP TABLE x;\033[31m')"
core/1.0.2_a_drop_table_x_31m.sql
=> 0
$ upgrades new core 'prix: réduits'
core/1.0.3_prix_réduits.sql
=> 0
$ upgrades new core '-- x'
! error: unexpected argument '-- x' found
!
!   tip: to pass '-- x' as a value, use '-- -- x'
!
! Usage: upgrades new <TRACK> <DESCRIPTION>
!
! For more information, try '--help'.
=> 2
$ upgrades new core -- '--version'
core/1.0.4_version.sql
=> 0
$ head -qn1 core/*
-- upgrade: description = ../../etc/passwd
-- upgrade: description = upgrade: transaction = off
-- upgrade: description = a DROP TABLE x; [31m
-- upgrade: description = prix: réduits
-- upgrade: description = --version
=> 0
$ upgrades plan
script                                  statements  description
core/1.0.0_etc_passwd.sql                        0  ../../etc/passwd
core/1.0.1_upgrade_transaction_off.sql           0  upgrade: transaction = off
core/1.0.2_a_drop_table_x_31m.sql                0  a DROP TABLE x; [31m
core/1.0.3_prix_réduits.sql                      0  prix: réduits
core/1.0.4_version.sql                           0  --version

5 scripts would run on sqlite:shop.db
=> 0
$ upgrades run --quiet
=> 0
"#,
    );
}
