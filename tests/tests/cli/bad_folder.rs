//! Bad input: folders, and names in them.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use crate::transcript::{bare, check, shop};

#[test]
fn a_missing_folder() {
    let sandbox = shop();
    fs::remove_dir_all(sandbox.path("custom")).unwrap();
    check(
        &sandbox,
        r#"
$ upgrades run
! error[track-unreadable]: the scripts are not in order, and none was run
!   cause: the folder custom of track customization cannot be read
!   cause: No such file or directory (os error 2)
!   help: upgrades explain track-unreadable
=> 8
$ upgrades status --check
! error[track-unreadable]: the scripts are not in order, and none was run
!   cause: the folder custom of track customization cannot be read
!   cause: No such file or directory (os error 2)
!   help: upgrades explain track-unreadable
=> 8
$ upgrades check
track-unreadable: the folder custom of track customization cannot be read: No such file or directory (os error 2)
1 problem found; `upgrades explain CODE` tells more
=> 8
$ upgrades history
nothing has happened here yet
=> 0
$ ls
core
upgrades.toml
=> 0
"#,
    );
}

#[test]
fn a_file_in_place_of_a_folder() {
    let sandbox = shop();
    fs::remove_dir_all(sandbox.path("custom")).unwrap();
    sandbox.write("custom", "a file");
    check(
        &sandbox,
        r#"
$ upgrades run
! error[track-unreadable]: the scripts are not in order, and none was run
!   cause: the folder custom of track customization cannot be read
!   cause: Not a directory (os error 20)
!   help: upgrades explain track-unreadable
=> 8
"#,
    );
}

#[test]
fn a_folder_in_place_of_a_script() {
    let sandbox = shop();
    fs::create_dir(sandbox.path("core/1.2.0_folder.sql")).unwrap();
    fs::create_dir(sandbox.path("core/1.3.0_folder_of_others")).unwrap();
    check(
        &sandbox,
        r#"
$ upgrades run
! error[script-not-a-file]: the scripts are not in order, and none was run
!   cause: "1.2.0_folder.sql" of track core is named as a script and is not a file
!   help: upgrades explain script-not-a-file
=> 8
$ upgrades check
script-not-a-file: "1.2.0_folder.sql" of track core is named as a script and is not a file
stray: "1.3.0_folder_of_others" of track core is no script, and never runs
1 problem found; `upgrades explain CODE` tells more
=> 8
"#,
    );
}

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
track  from  to       scripts  statements  took
core   -     2_..sql        2           2  N ms

2 scripts applied to sqlite:shop.db
! [1/2] core/1.sql
! [2/2] core/2_..sql
=> 0
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
            "1.9_hook.lua",
            r#"
$ upgrades run # lua
! error[script-name]: the scripts are not in order, and none was run
!   cause: "1.9_hook.lua" of track core is not named as a script is
!   cause: this build runs no .lua scripts
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
track          from  to                 scripts  statements  took
core           -     1..2.sql                 3           4  N ms
customization  -     1.0.0_dealers.sql        1           1  N ms

4 scripts applied to sqlite:shop.db
! [1/4] core/1.0.0_products.sql
! [2/4] core/1.1.0-prices.sql
! [3/4] core/1..2.sql
! [4/4] customization/1.0.0_dealers.sql
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
            "1.1.0-prices.lua",
            r#"
$ upgrades run # another language
! error[script-name]: the scripts are not in order, and none was run
!   cause: "1.1.0-prices.lua" of track core is not named as a script is
!   cause: this build runs no .lua scripts
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
fn links() {
    let sandbox = shop();
    sandbox.write("elsewhere.sql", "CREATE TABLE elsewhere (x);");
    symlink("../elsewhere.sql", sandbox.path("core/1.2.0.sql")).unwrap();
    check(
        &sandbox,
        r#"
$ upgrades run
! error[script-link]: the scripts are not in order, and none was run
!   cause: "1.2.0.sql" of track core is a link to [FOLDER]/elsewhere.sql, outside the track's folder; put the script itself there
!   help: upgrades explain script-link
=> 8
$ upgrades check
script-link: "1.2.0.sql" of track core is a link to [FOLDER]/elsewhere.sql, outside the track's folder; put the script itself there
1 problem found; `upgrades explain CODE` tells more
=> 8
$ rm elsewhere.sql && upgrades run
! error[script-not-a-file]: the scripts are not in order, and none was run
!   cause: "1.2.0.sql" of track core is named as a script and is not a file
!   help: upgrades explain script-not-a-file
=> 8
$ rm core/1.2.0.sql && ln -s 1.0.0_products.sql core/1.2.0.sql && upgrades plan
script                           statements  description
core/1.0.0_products.sql                   1  products
core/1.1.0-prices.sql                     2  prices in cents
core/1.2.0.sql                            1
customization/1.0.0_dealers.sql           1  dealers

4 scripts would run on sqlite:shop.db
=> 0
$ rm core/1.2.0.sql && ln -s 1.2.0.sql core/1.2.0.sql && upgrades run
! error[script-not-a-file]: the scripts are not in order, and none was run
!   cause: "1.2.0.sql" of track core is named as a script and is not a file
!   help: upgrades explain script-not-a-file
=> 8
$ rm core/1.2.0.sql && mv core moved && ln -s moved core && upgrades run
track          from  to                 scripts  statements  took
core           -     1.1.0-prices.sql         2           3  N ms
customization  -     1.0.0_dealers.sql        1           1  N ms

3 scripts applied to sqlite:shop.db
! [1/3] core/1.0.0_products.sql
! [2/3] core/1.1.0-prices.sql
! [3/3] customization/1.0.0_dealers.sql
=> 0
"#,
    );
}

#[test]
fn two_tracks_in_one_folder_are_two_tracks() {
    let sandbox = bare();
    sandbox.write("core/1.sql", "CREATE TABLE IF NOT EXISTS a (x);");
    sandbox.write(
        "upgrades.toml",
        "database = \"sqlite:shop.db\"\ntracks.core.directory = \"core\"\ntracks.other.directory = \"core\"\n",
    );
    check(
        &sandbox,
        r#"
$ upgrades run
track  from  to     scripts  statements  took
core   -     1.sql        1           1  N ms
other  -     1.sql        1           1  N ms

2 scripts applied to sqlite:shop.db
! [1/2] core/1.sql
! [2/2] other/1.sql
=> 0
"#,
    );
}
