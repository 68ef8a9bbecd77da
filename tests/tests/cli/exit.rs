//! Every exit code of the reference, each by a command that ends with it.

use crate::transcript::{FAILING, check, shop};

#[test]
fn zero_two_three_and_eight() {
    check(
        &shop(),
        r#"
$ upgrades status --check --quiet # 3: pending
=> 3
$ upgrades run --quiet # 0: done
=> 0
$ upgrades status --check --quiet # 0: current
=> 0
$ upgrades run --quiet # 0: current
=> 0
$ upgrades stauts # 2: wrong usage
! error: unrecognized subcommand 'stauts'
!
!   tip: a similar subcommand exists: 'status'
!
! Usage: upgrades [OPTIONS] <COMMAND>
!
! For more information, try '--help'.
=> 2
$ upgrades # 2: wrong usage
! Takes software that other people run from one version to the next
!
! Usage: upgrades [OPTIONS] <COMMAND>
!
! Commands:
!   status          Show where the installation stands
!   plan            Show what a run would do, and what in it is dangerous
!   rehearse        Make the next run on a copy of the database: how long it takes, what it changes,
!                   what fails
!   run             Bring the database to the newest version
!   clear-failure   Clear a recorded failure, so that the next run goes on
!   adopt           Take over a database whose scripts something else has run until now
!   repair          Show scripts that are not as the database has seen them: edited, deleted, skipped;
!                   and settle them
!   history         Show what happened here, oldest first
!   check           Check the scripts, and the database against them; for the build server of whoever
!                   writes scripts
!   new             Write the next script of a track
!   squash          Write a baseline: what a track's scripts up to a version make of an empty
!                   database, in one script
!   backup          Make backups of the database and the application's files, check them, and bring
!                   them back
!   dashboard       Show the dashboard to browsers, for an application that has no pages of its own
!   hooks           Show what hooks were told of critical issues and what waits; tell it, or try a
!                   hook
!   support-bundle  Pack what may be posted publicly where help is asked for: states, versions,
!                   history; no secrets, no rows
!   explain         Explain an error code, or list them all
!   completions     Write completions for a shell
!   help            Print this message or the help of the given subcommand(s)
!
! Options:
!       --config <FILE>           The configuration file [default: upgrades.toml, found upwards] [env:
!                                 UPGRADES_CONFIG=]
!       --database <URL>          The database, such as sqlite:shop.db or mysql://user@host/shop [env:
!                                 UPGRADES_DATABASE_URL]
!       --prefix <TEXT>           What #__ in a script becomes [env: UPGRADES_PREFIX=]
!       --app-version <SEMVER>    The version of the application, which scripts may require [env:
!                                 UPGRADES_APP_VERSION=]
!       --lock-wait <DURATION>    How long to wait for another process that upgrades, such as 30s
!                                 [env: UPGRADES_LOCK_WAIT=]
!       --wait <DURATION>         How long to wait for a database server that is still starting, such
!                                 as 30s [env: UPGRADES_WAIT=]
!       --log-directory <FOLDER>  The folder of the failure log [env: UPGRADES_LOG_DIRECTORY=]
!       --format <FORMAT>         How to answer [default: text] [possible values: text, json]
!   -v, --verbose...              Log what happens; twice for each script, three times for each
!                                 statement
!   -q, --quiet                   Say nothing but errors
!   -h, --help                    Print help (see more with '--help')
!   -V, --version                 Print version
=> 2
$ upgrades status --format yaml # 2: wrong usage
! error: invalid value 'yaml' for '--format <FORMAT>'
!   [possible values: text, json]
!
! For more information, try '--help'.
=> 2
$ upgrades status --prefix 'a b' # 2: wrong usage
! error[setup]: the table prefix "a b" cannot be used: it is at most 32 ASCII letters, digits and _; nothing was run
!   help: upgrades explain setup
=> 2
$ rm core/1.0.0_products.sql; upgrades check --quiet # 8: found something
=> 8
$ echo > core/nonsense.sql; upgrades run --quiet # 8: scripts not in order
! error[script-name]: the scripts are not in order, and none was run
!   cause: "nonsense.sql" of track core is not named as a script is
!   cause: a script's name begins with its version, and a version with a digit, as in 0042_add_vat.sql
!   help: upgrades explain script-name
=> 8
$ upgrades --version # 0
upgrades 0.1.0
=> 0
"#,
    );
}

#[test]
fn four() {
    let sandbox = shop();
    sandbox.write("core/1.2.0.sql", FAILING);
    check(
        &sandbox,
        r#"
$ upgrades run --quiet 2> /dev/null # 4: failed
=> 4
$ upgrades run --quiet 2> /dev/null # 4: failed earlier
=> 4
$ upgrades status --check --quiet # 4: failed earlier
=> 4
$ upgrades status --quiet # 0: told
=> 0
$ upgrades plan --quiet # 4: failed earlier
=> 4
"#,
    );
}

#[test]
fn five() {
    let sandbox = shop();
    let other = sandbox.open("shop.db");
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let config = sandbox.read("upgrades.toml");
    sandbox.write(
        "upgrades.toml",
        format!("busy_timeout = \"10ms\"\n{config}"),
    );
    check(
        &sandbox,
        r#"
$ upgrades run # 5: another program is in the database
! error[database-busy]: the database cannot be used, and nothing more was run
!   cause: what upgrades keeps in the database cannot be read
!   cause: database is locked
!   help: upgrades explain database-busy
=> 5
$ upgrades status --check # 5: another program is in the database
! error[database-busy]: the database cannot be used, and nothing more was run
!   cause: what upgrades keeps in the database cannot be read
!   cause: database is locked
!   help: upgrades explain database-busy
=> 5
"#,
    );
    other.execute_batch("COMMIT; BEGIN IMMEDIATE").unwrap();
    check(
        &sandbox,
        r#"
$ upgrades run # 5: another program writes
! error[database-busy]: the database cannot be used, and nothing more was run
!   cause: what upgrades keeps in the database cannot be written
!   cause: database is locked
!   help: upgrades explain database-busy
=> 5
$ upgrades status --check --quiet # 3: reading is possible
=> 3
"#,
    );
    drop(other);
    check(
        &sandbox,
        r#"
$ upgrades run --quiet # 0: nothing was latched
=> 0
"#,
    );
}

#[test]
fn six_and_seven() {
    check(
        &shop(),
        r#"
$ upgrades run --quiet && mkdir old && mv custom/*.sql old
=> 0
$ upgrades run --quiet # 6: the program is too old
! error[database-newer]: this program is older than the database: customization is at 1.0.0_dealers.sql, and there is no script of it here
!   help: upgrades explain database-newer
=> 6
$ upgrades status --check --quiet # 6: the program is too old
=> 6
$ mv old/*.sql custom && upgrades run --quiet # 0: the program is back
=> 0
$ upgrades run --quiet --database sqlite:missing/shop.db # 7: unreachable
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: the database missing/shop.db cannot be opened: its folder missing cannot be used
!   cause: No such file or directory (os error 2)
!   help: upgrades explain database-unreachable
=> 7
"#,
    );
}
