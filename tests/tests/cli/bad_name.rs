//! Bad input: the names of files.

use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::transcript::{bare, check, shop};

#[test]
fn a_name_that_does_not_parse() {
    for (file, transcript) in [
        (
            "add_vat.sql",
            r#"
$ upgrades run # add_vat
! error[script-name]: the scripts are not in order, and none was run
!   cause: "add_vat.sql" of track core is not named as a script is
!   cause: a script's name begins with its version, and a version with a digit, as in 0042_add_vat.sql
!   help: upgrades explain script-name
=> 8
"#,
        ),
        (
            "V1__init.sql",
            r#"
$ upgrades run # V1
! error[script-name]: the scripts are not in order, and none was run
!   cause: "V1__init.sql" of track core is not named as a script is
!   cause: a script's name begins with its version, and a version with a digit, as in 0042_add_vat.sql
!   help: upgrades explain script-name
=> 8
"#,
        ),
        (
            "3.2.0_prices.mariadb.sql",
            r#"
$ upgrades run # mariadb
! error[script-name]: the scripts are not in order, and none was run
!   cause: "3.2.0_prices.mariadb.sql" of track core is not named as a script is
!   cause: "mariadb" is no name that a script for one database has; there are .sqlite.sql and .mysql.sql, which is for MariaDB too
!   help: upgrades explain script-name
=> 8
"#,
        ),
        (
            "3.2.0.backup.sql",
            r#"
$ upgrades run # backup
! error[script-name]: the scripts are not in order, and none was run
!   cause: "3.2.0.backup.sql" of track core is not named as a script is
!   cause: "backup" is no word of a version (dev, alpha, a, beta, b, rc, pl, p); put "_" before it if it describes the script
!   help: upgrades explain script-name
=> 8
"#,
        ),
        (
            "1.0..sql",
            r#"
$ upgrades run # a dot too many
! error[script-name]: the scripts are not in order, and none was run
!   cause: "1.0..sql" of track core is not named as a script is
!   cause: a version cannot begin or end with '.'
!   help: upgrades explain script-name
=> 8
"#,
        ),
        (
            "1.0(1).sql",
            r#"
$ upgrades run # brackets
! error[script-name]: the scripts are not in order, and none was run
!   cause: "1.0(1).sql" of track core is not named as a script is
!   cause: a version cannot contain '('
!   help: upgrades explain script-name
=> 8
"#,
        ),
        (
            "1.9_hook.php",
            r#"
$ upgrades run # lua
! error[script-name]: the scripts are not in order, and none was run
!   cause: "1.9_hook.php" of track core is not named as a script is
!   cause: this build runs no .php scripts
!   help: upgrades explain script-name
=> 8
"#,
        ),
    ] {
        let sandbox = shop();
        sandbox.write(format!("core/{file}"), "SELECT 1;");
        check(&sandbox, transcript);
    }
}

#[test]
fn hostile_names() {
    let long = format!("2_{}.sql", "x".repeat(249));
    for (file, transcript) in [
        (
            "2_a\nb.sql".as_bytes(),
            r#"
$ upgrades run # a line feed
! error[script-name]: the scripts are not in order, and none was run
!   cause: "2_a\nb.sql" of track core is not named as a script is
!   cause: a script's name cannot contain '\n'
!   help: upgrades explain script-name
=> 8
$ upgrades check # a line feed
script-name: "2_a\nb.sql" of track core is not named as a script is: a script's name cannot contain '\n'
1 problem found; `upgrades explain CODE` tells more
=> 8
"#,
        ),
        (
            "2_\u{1b}[31mred.sql".as_bytes(),
            r#"
$ upgrades run # an escape sequence
! error[script-name]: the scripts are not in order, and none was run
!   cause: "2_\u{1b}[31mred.sql" of track core is not named as a script is
!   cause: a script's name cannot contain '\u{1b}'
!   help: upgrades explain script-name
=> 8
$ upgrades check # an escape sequence
script-name: "2_\u{1b}[31mred.sql" of track core is not named as a script is: a script's name cannot contain '\u{1b}'
1 problem found; `upgrades explain CODE` tells more
=> 8
"#,
        ),
        (
            "2_\u{202e}lqs.sql".as_bytes(),
            r#"
$ upgrades run # from right to left
! error[script-name]: the scripts are not in order, and none was run
!   cause: "2_\u{202e}lqs.sql" of track core is not named as a script is
!   cause: a script's name cannot contain '\u{202e}'
!   help: upgrades explain script-name
=> 8
"#,
        ),
        (
            "2_\\..\\x.sql".as_bytes(),
            r#"
$ upgrades run # backslashes
! error[script-name]: the scripts are not in order, and none was run
!   cause: "2_\\..\\x.sql" of track core is not named as a script is
!   cause: a script's name cannot contain '\\'
!   help: upgrades explain script-name
=> 8
"#,
        ),
        (
            b"2_\xff.sql".as_slice(),
            r#"
$ upgrades run # no UTF-8
! error[script-name]: the scripts are not in order, and none was run
!   cause: "2_�.sql" of track core has a name that is not UTF-8; rename it
!   help: upgrades explain script-name
=> 8
$ upgrades check # no UTF-8
script-name: "2_�.sql" of track core has a name that is not UTF-8; rename it
1 problem found; `upgrades explain CODE` tells more
=> 8
"#,
        ),
        (
            "notes\u{1b}[2J\n.txt".as_bytes(),
            r#"
$ upgrades check # a stray
stray: "notes\u{1b}[2J\n.txt" of track core is no script, and never runs
in order: 1 script checked
=> 0
"#,
        ),
        (
            "2_it's \"quoted\" `so` $(so) ; --.sql".as_bytes(),
            r#"
$ upgrades plan # quotes
script                                    statements  description
core/1.sql                                         1
core/2_it's "quoted" `so` $(so) ; --.sql           1  it's "quoted" `so` $(so) ; --

2 scripts would run on sqlite:shop.db
=> 0
$ upgrades run # quotes
track  from  to                                   scripts  statements  took
core   -     2_it's "quoted" `so` $(so) ; --.sql        2           2  N ms

2 scripts applied to sqlite:shop.db
! [1/2] core/1.sql
! [2/2] core/2_it's "quoted" `so` $(so) ; --.sql
=> 0
$ upgrades history --limit 1 # quotes
when                      script                                    outcome  statements  took
TIME  core/2_it's "quoted" `so` $(so) ; --.sql  applied           1  N ms
=> 0
$ upgrades check # quotes
in order: 2 scripts checked
=> 0
"#,
        ),
        (
            "2_..sql".as_bytes(),
            r#"
$ upgrades run # dots
track  from  to       scripts  statements  took
core   -     2_..sql        2           2  N ms

2 scripts applied to sqlite:shop.db
! [1/2] core/1.sql
! [2/2] core/2_..sql
=> 0
"#,
        ),
        (
            long.as_bytes(),
            r#"
$ upgrades run # as long as a name can be
track  from  to                                                                                                                                                                                                                                                               scripts  statements  took
core   -     2_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.sql        2           2  N ms

2 scripts applied to sqlite:shop.db
! [1/2] core/1.sql
! [2/2] core/2_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.sql
=> 0
$ upgrades status # as long as a name can be
sqlite:shop.db: current

track  in the database                                                                                                                                                                                                                                                  newest script                                                                                                                                                                                                                                                    pending
core   2_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.sql  2_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.sql        0
=> 0
"#,
        ),
    ] {
        let sandbox = bare();
        sandbox.write("core/1.sql", "SELECT 1;");
        let name = std::ffi::OsStr::from_bytes(file);
        fs::write(sandbox.path("core").join(name), "SELECT 1;").unwrap();
        check(&sandbox, transcript);
    }
}

#[test]
fn two_scripts_with_one_version() {
    for (file, transcript) in [
        (
            "1.1.0_prices.sql",
            r#"
$ upgrades run # the same extension
! error[script-duplicate]: the scripts are not in order, and none was run
!   cause: "1.1.0-prices.sql" and "1.1.0_prices.sql" of track core have the same version, 1.1.0; which comes first cannot be told, so rename one of them
!   help: upgrades explain script-duplicate
=> 8
$ upgrades check # the same extension
script-duplicate: "1.1.0-prices.sql" and "1.1.0_prices.sql" of track core have the same version, 1.1.0; which comes first cannot be told, so rename one of them
1 problem found; `upgrades explain CODE` tells more
=> 8
"#,
        ),
        (
            "1.1.0-prices.SQL",
            r#"
$ upgrades run # another extension
! error[script-duplicate]: the scripts are not in order, and none was run
!   cause: "1.1.0-prices.SQL" and "1.1.0-prices.sql" of track core have the same version, 1.1.0; which comes first cannot be told, so rename one of them
!   help: upgrades explain script-duplicate
=> 8
"#,
        ),
        (
            "1.01.0.sqlite.sql",
            r#"
$ upgrades run # written otherwise
! error[script-duplicate]: the scripts are not in order, and none was run
!   cause: "1.01.0.sqlite.sql" and "1.1.0-prices.sql" of track core have the same version, 1.01.0; which comes first cannot be told, so rename one of them
!   help: upgrades explain script-duplicate
=> 8
"#,
        ),
        (
            "1.1.0-prices.php",
            r#"
$ upgrades run # another language
! error[script-name]: the scripts are not in order, and none was run
!   cause: "1.1.0-prices.php" of track core is not named as a script is
!   cause: this build runs no .php scripts
!   help: upgrades explain script-name
=> 8
"#,
        ),
    ] {
        let sandbox = shop();
        sandbox.write(format!("core/{file}"), "SELECT 1;");
        check(&sandbox, transcript);
    }
}
