//! Bad input: what is in the database's place.

use std::fs;
use std::os::unix::fs::symlink;

use upgrades_tests::Sandbox;

use crate::transcript::{bare, check};

fn pending() -> Sandbox {
    let sandbox = bare();
    sandbox.write("core/1.sql", "CREATE TABLE a (x);");
    sandbox
}

#[test]
fn a_file_that_is_no_database() {
    let sandbox = pending();
    sandbox.write("shop.db", "this is a letter and no database\n".repeat(100));
    check(
        &sandbox,
        r#"
$ upgrades run
! error[database-damaged]: the database cannot be used, and nothing more was run
!   cause: what upgrades keeps in the database cannot be read
!   cause: [FOLDER]/shop.db is no database, or is damaged
!   cause: file is not a database
!   help: upgrades explain database-damaged
=> 7
$ upgrades status
! error[database-damaged]: the database cannot be used, and nothing more was run
!   cause: what upgrades keeps in the database cannot be read
!   cause: [FOLDER]/shop.db is no database, or is damaged
!   cause: file is not a database
!   help: upgrades explain database-damaged
=> 7
$ upgrades plan
! error[database-damaged]: the database cannot be used, and nothing more was run
!   cause: what upgrades keeps in the database cannot be read
!   cause: [FOLDER]/shop.db is no database, or is damaged
!   cause: file is not a database
!   help: upgrades explain database-damaged
=> 7
$ upgrades history
! error[database-damaged]: the database cannot be used, and nothing more was run
!   cause: [FOLDER]/shop.db is no database, or is damaged
!   cause: file is not a database
!   help: upgrades explain database-damaged
=> 7
$ upgrades check
! error[database-damaged]: the database cannot be used, and nothing more was run
!   cause: what upgrades keeps in the database cannot be read
!   cause: [FOLDER]/shop.db is no database, or is damaged
!   cause: file is not a database
!   help: upgrades explain database-damaged
=> 7
$ upgrades clear-failure --reason x
! error[database-damaged]: the database cannot be used, and nothing more was run
!   cause: what upgrades keeps in the database cannot be read
!   cause: [FOLDER]/shop.db is no database, or is damaged
!   cause: file is not a database
!   help: upgrades explain database-damaged
=> 7
$ ls
core
shop.db
upgrades.toml
=> 0
"#,
    );
}

#[test]
fn an_empty_file_is_an_empty_database() {
    let sandbox = pending();
    sandbox.write("shop.db", "");
    check(
        &sandbox,
        r#"
$ upgrades status --check
sqlite:shop.db: 1 script pending

track  in the database  newest script  pending
core   -                1.sql                1
=> 3
$ upgrades run
track  from  to     scripts  statements  took
core   -     1.sql        1           1  N ms

1 script applied to sqlite:shop.db
! [1/1] core/1.sql
=> 0
"#,
    );
}

#[test]
fn a_folder_in_its_place() {
    let sandbox = pending();
    fs::create_dir(sandbox.path("shop.db")).unwrap();
    check(
        &sandbox,
        r#"
$ upgrades run
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: the database [FOLDER]/shop.db cannot be opened: it is a folder
!   help: upgrades explain database-unreachable
=> 7
$ upgrades status
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: the database [FOLDER]/shop.db cannot be opened: it is a folder
!   help: upgrades explain database-unreachable
=> 7
"#,
    );
}

#[test]
fn a_missing_folder() {
    let sandbox = pending();
    check(
        &sandbox,
        r#"
$ upgrades run --database sqlite:data/shop.db
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: the database data/shop.db cannot be opened: its folder data cannot be used
!   cause: No such file or directory (os error 2)
!   help: upgrades explain database-unreachable
=> 7
$ upgrades status --database sqlite:data/shop.db
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: the database data/shop.db cannot be opened: its folder data cannot be used
!   cause: No such file or directory (os error 2)
!   help: upgrades explain database-unreachable
=> 7
$ upgrades run --database sqlite:upgrades.toml/shop.db
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: the database upgrades.toml/shop.db cannot be opened: its path cannot be followed
!   cause: Not a directory (os error 20)
!   help: upgrades explain database-unreachable
=> 7
$ upgrades run --database sqlite:/
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: the database / cannot be opened: it is a folder
!   help: upgrades explain database-unreachable
=> 7
$ ls
core
upgrades.toml
=> 0
"#,
    );
}

#[test]
fn links() {
    let sandbox = pending();
    symlink("nowhere.db", sandbox.path("shop.db")).unwrap();
    check(
        &sandbox,
        r#"
$ upgrades run
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: the database shop.db cannot be opened: it is a symbolic link to a file that is not there
!   help: upgrades explain database-unreachable
=> 7
$ upgrades status
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: the database shop.db cannot be opened: it is a symbolic link to a file that is not there
!   help: upgrades explain database-unreachable
=> 7
$ ls
core
shop.db
upgrades.toml
=> 0
$ touch nowhere.db && upgrades run
track  from  to     scripts  statements  took
core   -     1.sql        1           1  N ms

1 script applied to sqlite:shop.db
! [1/1] core/1.sql
=> 0
$ ls
core
nowhere.db
nowhere.db-upgrade
shop.db
upgrades.toml
=> 0
$ rm shop.db && ln -s shop.db shop.db && upgrades run
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: the database shop.db cannot be opened: its path cannot be followed
!   cause: Too many levels of symbolic links (os error 40)
!   help: upgrades explain database-unreachable
=> 7
"#,
    );
}
