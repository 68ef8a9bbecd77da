//! Bad input: folders, and what stands in them in place of scripts.

use std::fs;
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
