//! Bad input: files that this user may not read or write.

use upgrades_tests::Sandbox;

use crate::transcript::{check, check_as_nobody, mode, shop};

fn with_log() -> Sandbox {
    let sandbox = shop();
    std::fs::create_dir(sandbox.path("log")).unwrap();
    mode(&sandbox, "log", 0o777);
    sandbox
}

#[test]
fn a_script_that_cannot_be_read() {
    let sandbox = with_log();
    mode(&sandbox, "core/1.1.0-prices.sql", 0);
    mode(&sandbox, "", 0o777);
    check_as_nobody(
        &sandbox,
        r#"
$ upgrades run
! error[script-unreadable]: the scripts are not in order, and none was run
!   cause: core/1.1.0-prices.sql cannot be read
!   cause: Permission denied (os error 13)
!   help: upgrades explain script-unreadable
=> 8
$ upgrades plan
! error[script-unreadable]: the scripts are not in order, and none was run
!   cause: core/1.1.0-prices.sql cannot be read
!   cause: Permission denied (os error 13)
!   help: upgrades explain script-unreadable
=> 8
$ upgrades check
script-unreadable: core/1.1.0-prices.sql cannot be read: Permission denied (os error 13)
1 problem found; `upgrades explain CODE` tells more
=> 8
$ upgrades status
sqlite:shop.db: 3 scripts pending

track          in the database  newest script      pending
core           -                1.1.0-prices.sql         2
customization  -                1.0.0_dealers.sql        1
=> 0
"#,
    );
}

#[test]
fn a_folder_of_scripts_that_cannot_be_read() {
    let sandbox = with_log();
    mode(&sandbox, "custom", 0);
    check_as_nobody(
        &sandbox,
        r#"
$ upgrades run
! error[track-unreadable]: the scripts are not in order, and none was run
!   cause: the folder custom of track customization cannot be read
!   cause: Permission denied (os error 13)
!   help: upgrades explain track-unreadable
=> 8
"#,
    );
    mode(&sandbox, "custom", 0o755);
}

#[test]
fn a_configuration_that_cannot_be_read() {
    let sandbox = with_log();
    mode(&sandbox, "upgrades.toml", 0);
    check_as_nobody(
        &sandbox,
        r#"
$ upgrades run
! error[usage]: the configuration upgrades.toml cannot be read
!   cause: Permission denied (os error 13)
=> 2
"#,
    );
}

#[test]
fn a_database_that_cannot_be_read() {
    let sandbox = with_log();
    check(
        &sandbox,
        r#"
$ upgrades run --quiet
=> 0
"#,
    );
    mode(&sandbox, "shop.db", 0);
    check_as_nobody(
        &sandbox,
        r#"
$ upgrades run
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: the database [FOLDER]/shop.db cannot be opened
!   cause: unable to open database file: [FOLDER]/shop.db
!   help: upgrades explain database-unreachable
=> 7
$ upgrades status
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: the database [FOLDER]/shop.db cannot be opened
!   cause: unable to open database file: [FOLDER]/shop.db
!   help: upgrades explain database-unreachable
=> 7
"#,
    );
}

#[test]
fn a_database_that_cannot_be_written() {
    let sandbox = with_log();
    check(
        &sandbox,
        r#"
$ upgrades run --quiet --to core=1.0.0
=> 0
"#,
    );
    mode(&sandbox, "shop.db", 0o444);
    mode(&sandbox, "shop.db-upgrade", 0o444);
    check_as_nobody(
        &sandbox,
        r#"
$ upgrades run # nothing may be written
! error[database-read-only]: the database cannot be used, and nothing more was run
!   cause: the lock file [FOLDER]/shop.db-upgrade cannot be used
!   cause: Permission denied (os error 13)
!   help: upgrades explain database-read-only
=> 7
$ upgrades status
sqlite:shop.db: 2 scripts pending

track          in the database     newest script      pending
core           1.0.0_products.sql  1.1.0-prices.sql         1
customization  -                   1.0.0_dealers.sql        1
=> 0
$ upgrades plan
script                           statements  description
core/1.1.0-prices.sql                     2  prices in cents
customization/1.0.0_dealers.sql           1  dealers

2 scripts would run on sqlite:shop.db
=> 0
$ upgrades history
when                      script                   outcome  statements  took
TIME  core/1.0.0_products.sql  applied           1  N ms
=> 0
$ upgrades check
in order: 3 scripts checked
=> 0
"#,
    );
    mode(&sandbox, "shop.db-upgrade", 0o666);
    check_as_nobody(
        &sandbox,
        r#"
$ upgrades run # only the lock may be written
! [1/2] core/1.1.0-prices.sql
! error[database-read-only]: the database cannot be used, and nothing more was run
!   cause: [FOLDER]/shop.db cannot be written
!   cause: attempt to write a readonly database
!   help: upgrades explain database-read-only
=> 7
$ ls log
=> 0
"#,
    );
    mode(&sandbox, "shop.db", 0o666);
    mode(&sandbox, "", 0o555);
    check_as_nobody(
        &sandbox,
        r#"
$ upgrades run # the folder may not be written
! [1/2] core/1.1.0-prices.sql
! error[database-read-only]: the database cannot be used, and nothing more was run
!   cause: [FOLDER]/shop.db cannot be written
!   cause: attempt to write a readonly database
!   help: upgrades explain database-read-only
=> 7
$ ls log
=> 0
"#,
    );
    mode(&sandbox, "", 0o777);
    check_as_nobody(
        &sandbox,
        r#"
$ upgrades run # all may be written
track          from                to                 scripts  statements  took
core           1.0.0_products.sql  1.1.0-prices.sql         1           2  N ms
customization  -                   1.0.0_dealers.sql        1           1  N ms

2 scripts applied to sqlite:shop.db
! [1/2] core/1.1.0-prices.sql
! [2/2] customization/1.0.0_dealers.sql
=> 0
"#,
    );
}

#[test]
fn a_folder_that_cannot_be_written() {
    let sandbox = with_log();
    mode(&sandbox, "core", 0o555);
    check_as_nobody(
        &sandbox,
        r#"
$ upgrades status
sqlite:shop.db: 3 scripts pending

track          in the database  newest script      pending
core           -                1.1.0-prices.sql         2
customization  -                1.0.0_dealers.sql        1
=> 0
$ upgrades new core x
! error[usage]: no script was written: core/1.1.1_x.sql: Permission denied (os error 13)
=> 2
"#,
    );
    mode(&sandbox, "", 0o555);
    check_as_nobody(
        &sandbox,
        r#"
$ upgrades run
! error[database-read-only]: the database cannot be used, and nothing more was run
!   cause: the lock file [FOLDER]/shop.db-upgrade cannot be used
!   cause: Permission denied (os error 13)
!   help: upgrades explain database-read-only
=> 7
"#,
    );
    mode(&sandbox, "", 0o755);
    mode(&sandbox, "core", 0o755);
}

#[test]
fn whoever_may_write_the_database_may_take_its_lock() {
    let sandbox = with_log();
    check(
        &sandbox,
        r#"
$ upgrades run --quiet --to core=1.0.0
=> 0
$ chmod 660 shop.db && rm shop.db-upgrade && upgrades run --quiet --to core=1.1.0 && stat -c %a shop.db-upgrade
660
=> 0
$ chmod 400 shop.db && echo 'SELECT 1;' > core/1.2.0.sql && upgrades run --quiet 2> /dev/null; stat -c %a shop.db-upgrade # its owner's, always
600
=> 0
$ rm shop.db-upgrade && echo mine > other && ln -s other shop.db-upgrade && echo 'SELECT 1;' > core/1.3.0.sql && upgrades run
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: the lock file [FOLDER]/shop.db-upgrade cannot be used
!   cause: it is a symbolic link
!   help: upgrades explain database-unreachable
=> 7
$ cat other
mine
=> 0
"#,
    );
}

#[test]
fn an_administrator_locks_nobody_out() {
    if !rustix::process::getuid().is_root() {
        return;
    }
    let sandbox = with_log();
    mode(&sandbox, "", 0o777);
    check_as_nobody(
        &sandbox,
        r#"
$ upgrades run --quiet --to core=1.0.0
=> 0
$ rm shop.db-upgrade
=> 0
"#,
    );
    check(
        &sandbox,
        r#"
$ upgrades run --quiet --to core=1.1.0
=> 0
"#,
    );
    check_as_nobody(
        &sandbox,
        r#"
$ upgrades run --quiet # the lock is its own again
=> 0
"#,
    );
}

#[test]
fn a_restored_database_is_as_private_as_it_was() {
    let sandbox = with_log();
    check(
        &sandbox,
        r#"
$ upgrades run --quiet && printf '\n[backup]\ndirectory = "backups"\n' >> upgrades.toml
=> 0
$ chmod 600 shop.db && upgrades backup create --quiet
=> 0
$ echo "rubbish instead of a database, by a disk that fails" > shop.db
=> 0
$ upgrades backup restore latest --yes --quiet 2> /dev/null; stat -c %a shop.db shop.db.damaged-*
600
600
=> 0
$ rm shop.db shop.db.damaged-* && upgrades backup restore latest --yes --quiet 2> /dev/null; stat -c %a shop.db
600
=> 0
"#,
    );
}
