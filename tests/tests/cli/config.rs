//! The configuration: the file, the environment, the flags.

use upgrades_tests::Sandbox;

use crate::transcript::{SHOP, check, shop};

#[test]
fn the_file_is_found_upwards_and_its_paths_are_relative_to_it() {
    check(
        &shop(),
        r#"
$ mkdir -p a/b && cd a/b && upgrades run
track          from  to                 scripts  statements  took
core           -     1.1.0-prices.sql         2           3  N ms
customization  -     1.0.0_dealers.sql        1           1  N ms

3 scripts applied to sqlite:../../shop.db
! [1/3] core/1.0.0_products.sql
! [2/3] core/1.1.0-prices.sql
! [3/3] customization/1.0.0_dealers.sql
=> 0
$ cd a && upgrades status --check
sqlite:../shop.db: current

track          in the database    newest script      pending
core           1.1.0-prices.sql   1.1.0-prices.sql         0
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0
=> 0
$ cd core && upgrades new core 'add vat'
../core/1.1.1_add_vat.sql
=> 0
$ ls && ls a
a
core
custom
shop.db
shop.db-upgrade
upgrades.toml
b
=> 0
$ cd / && upgrades status --config "$OLDPWD/upgrades.toml" --quiet
=> 0
$ cd a && echo 'broken' > upgrades.toml && upgrades status
! error[usage]: the configuration upgrades.toml cannot be used
!   cause: line 1, column 7: key with no value, expected `=`
=> 2
$ cd a && upgrades status --config ../upgrades.toml
sqlite:../shop.db: 1 script pending

track          in the database    newest script      pending
core           1.1.0-prices.sql   1.1.1_add_vat.sql        1
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0
=> 0
$ cd a && UPGRADES_CONFIG=../upgrades.toml upgrades status --check --quiet
=> 3
"#,
    );
}

#[test]
fn without_a_file() {
    let sandbox = Sandbox::new();
    sandbox.write("only_tracks.toml", "[tracks.core]\ndirectory = \"core\"\n");
    sandbox.write("only_database.toml", "database = \"sqlite:shop.db\"\n");
    check(
        &sandbox,
        r#"
$ upgrades status
! error[usage]: there is no upgrades.toml here or in a folder above, and the command line names no database; write database = "sqlite:shop.db" or pass --database
=> 2
$ upgrades status --database sqlite:shop.db
! error[usage]: there is no upgrades.toml here or in a folder above, and the command line names no track; write [tracks.core] with a directory
=> 2
$ upgrades status --config only_tracks.toml
! error[usage]: only_tracks.toml names no database; write database = "sqlite:shop.db" or pass --database
=> 2
$ upgrades status --config only_database.toml
! error[usage]: only_database.toml names no track; write [tracks.core] with a directory
=> 2
$ upgrades status --config missing.toml
! error[usage]: the configuration missing.toml cannot be read
!   cause: No such file or directory (os error 2)
=> 2
$ upgrades status --config .
! error[usage]: the configuration . cannot be read
!   cause: Is a directory (os error 21)
=> 2
$ upgrades explain setup --quiet
=> 0
"#,
    );
}

#[test]
fn flags_override_the_environment_which_overrides_the_file() {
    check(
        &shop(),
        r#"
$ upgrades status | head -1
sqlite:shop.db: 3 scripts pending
=> 0
$ UPGRADES_DATABASE_URL=sqlite:environment.db upgrades status | head -1
sqlite:environment.db: 3 scripts pending
=> 0
$ UPGRADES_DATABASE_URL=sqlite:environment.db upgrades status --database sqlite:flag.db | head -1
sqlite:flag.db: 3 scripts pending
=> 0
$ UPGRADES_PREFIX=env_ upgrades run --quiet --to 1.0.0 && upgrades history --quiet
=> 0
$ UPGRADES_PREFIX=env_ upgrades history
when                      script                   outcome  statements  took
TIME  core/1.0.0_products.sql  applied           1  N ms
=> 0
$ UPGRADES_PREFIX=env_ upgrades history --prefix flag_
nothing has happened here yet
=> 0
$ upgrades history
nothing has happened here yet
=> 0
$ UPGRADES_PREFIX= upgrades status # as an orchestrator sets it that has no value for it
! error[usage]: the variable UPGRADES_PREFIX of the environment is empty; fill it in, or unset it so that the configuration counts
=> 2
$ UPGRADES_PREFIX= upgrades status --prefix cb_ | head -1
sqlite:shop.db: 3 scripts pending
=> 0
$ UPGRADES_DATABASE_URL= upgrades status
! error[usage]: the variable UPGRADES_DATABASE_URL of the environment is empty; fill it in, or unset it so that the configuration counts
=> 2
$ UPGRADES_APP_VERSION= upgrades status
! error[usage]: the variable UPGRADES_APP_VERSION of the environment is empty; fill it in, or unset it so that the configuration counts
=> 2
$ UPGRADES_APP_VERSION=nonsense upgrades status
! error[setup]: the application's version "nonsense" cannot be used: unexpected character 'n' while parsing major version number; write it as in 3.2.0; nothing was run
!   help: upgrades explain setup
=> 2
$ UPGRADES_APP_VERSION=nonsense upgrades status --app-version 1.2.3 | head -1
sqlite:shop.db: 3 scripts pending
=> 0
$ UPGRADES_LOCK_WAIT=nonsense upgrades status
! error[usage]: --lock-wait, or UPGRADES_LOCK_WAIT, cannot be used
!   cause: "nonsense" is no duration such as 30s or 5m (expected number at 0)
=> 2
$ UPGRADES_LOCK_WAIT=nonsense upgrades status --lock-wait 1s | head -1
sqlite:shop.db: 3 scripts pending
=> 0
$ UPGRADES_CONFIG=missing.toml upgrades status
! error[usage]: the configuration missing.toml cannot be read
!   cause: No such file or directory (os error 2)
=> 2
$ UPGRADES_CONFIG=missing.toml upgrades status --config upgrades.toml | head -1
sqlite:shop.db: 3 scripts pending
=> 0
"#,
    );
    let sandbox = shop();
    sandbox.write("custom/1.1.0.sql", "nonsense;");
    check(
        &sandbox,
        r#"
$ UPGRADES_LOG_DIRECTORY=env upgrades run --log-directory flag 2>&1 | grep log:
  log: flag/upgrade_errors.log
=> 0
$ upgrades clear-failure -q --reason x
=> 0
$ UPGRADES_LOG_DIRECTORY=env upgrades run 2>&1 | grep log:
  log: env/upgrade_errors.log
=> 0
$ upgrades clear-failure -q --reason x
=> 0
$ upgrades run 2>&1 | grep log:
  log: log/upgrade_errors.log
=> 0
$ ls env flag log
env:
upgrade_errors.log

flag:
upgrade_errors.log

log:
upgrade_errors.log
=> 0
"#,
    );
}

#[test]
fn values_that_cannot_be_used() {
    let sandbox = Sandbox::new();
    let rows = [
        ("key", "colour = 1"),
        (
            "track_key",
            "database = \"sqlite:s.db\"\n[tracks.core]\ndirectory = \"core\"\nfolder = \"core\"",
        ),
        (
            "track_directory",
            "database = \"sqlite:s.db\"\n[tracks.core]",
        ),
        (
            "track_twice",
            "[tracks.core]\ndirectory = \"a\"\n[tracks.core]\ndirectory = \"b\"",
        ),
        (
            "track_name",
            "database = \"sqlite:s.db\"\ntracks.Core.directory = \"core\"",
        ),
        ("log_key", "[log]\nfolder = \"log\""),
        ("syntax", "prefix = [\n"),
        ("type", "database = 5"),
        ("placeholder", "[placeholders]\nvat = 20"),
        ("newer", "when_newer = \"ignore\""),
        ("wait", "lock_wait = \"soon\""),
        ("lua_key", "[lua]\nstack = \"1 MiB\""),
        ("lua_unit", "[lua]\nmemory = \"256 MB\""),
        ("lua_little", "[lua]\nmemory = \"1023 KiB\""),
        ("lua_number", "[lua]\nmemory = 268435456"),
        ("lua_time", "[lua]\ntime = \"for ever\""),
        ("lua_no_time", "[lua]\ntime = \"0s\""),
        ("lua_seconds", "[lua]\ntime = 60"),
        (
            "prefix",
            "database = \"sqlite:s.db\"\nprefix = \"cb-\"\ntracks.core.directory = \".\"",
        ),
        (
            "app",
            "database = \"sqlite:s.db\"\napp_version = \"3.2\"\ntracks.core.directory = \".\"",
        ),
        (
            "memory",
            "database = \"sqlite::memory:\"\ntracks.core.directory = \".\"",
        ),
    ];
    for (name, text) in rows {
        sandbox.write(format!("{name}.toml"), format!("{text}\n"));
    }
    sandbox.write("bytes.toml", b"prefix = \"\xff\"\n");
    check(
        &sandbox,
        r#"
$ upgrades status --config key.toml
! error[usage]: the configuration key.toml cannot be used
!   cause: line 1, column 1: unknown field `colour`, expected one of `database`, `prefix`, `app_version`, `lock_wait`, `busy_timeout`, `wait`, `mysql`, `lua`, `when_newer`, `tracks`, `placeholders`, `log`, `backup`, `hooks`
=> 2
$ upgrades status --config track_key.toml
! error[usage]: [tracks.core] of track_key.toml cannot be used
!   cause: unknown field `folder`, expected `directory` or `optional`
=> 2
$ upgrades status --config track_directory.toml
! error[usage]: [tracks.core] of track_directory.toml cannot be used
!   cause: missing field `directory`
=> 2
$ upgrades status --config track_twice.toml
! error[usage]: the configuration track_twice.toml cannot be used
!   cause: line 3, column 9: duplicate key
=> 2
$ upgrades status --config track_name.toml
! error[track-name]: the scripts are not in order, and none was run
!   cause: a track's name is at most 64 lower-case letters, digits, - and _, and begins with a letter; "Core" is not
!   help: upgrades explain track-name
=> 8
$ upgrades status --config log_key.toml
! error[usage]: the configuration log_key.toml cannot be used
!   cause: line 2, column 1: unknown field `folder`, expected `directory` or `file`
=> 2
$ upgrades status --config syntax.toml
! error[usage]: the configuration syntax.toml cannot be used
!   cause: line 1, column 11: unclosed array, expected `]`
=> 2
$ upgrades status --config type.toml
! error[usage]: the configuration type.toml cannot be used
!   cause: line 1, column 12: invalid type: integer `5`, expected a string
=> 2
$ upgrades status --config placeholder.toml
! error[usage]: the configuration placeholder.toml cannot be used
!   cause: line 2, column 7: invalid type: integer `20`, expected a string
=> 2
$ upgrades status --config newer.toml
! error[usage]: the configuration newer.toml cannot be used
!   cause: line 1, column 14: unknown variant `ignore`, expected `refuse` or `continue`
=> 2
$ upgrades status --config wait.toml
! error[usage]: the configuration wait.toml cannot be used
!   cause: line 1, column 13: "soon" is no duration such as 30s or 5m (expected number at 0)
=> 2
$ upgrades status --config lua_key.toml
! error[usage]: the configuration lua_key.toml cannot be used
!   cause: line 2, column 1: unknown field `stack`, expected `memory` or `time`
=> 2
$ upgrades status --config lua_unit.toml
! error[usage]: the configuration lua_unit.toml cannot be used
!   cause: line 2, column 10: memory: "256 MB" is no size such as 256 MiB; the units are B, KiB, MiB, GiB
=> 2
$ upgrades status --config lua_little.toml
! error[usage]: the configuration lua_little.toml cannot be used
!   cause: line 2, column 10: memory: "1023 KiB" is too little: Lua itself needs 1 MiB
=> 2
$ upgrades status --config lua_number.toml
! error[usage]: the configuration lua_number.toml cannot be used
!   cause: line 2, column 10: memory: it is a text, such as "256 MiB"; this is of the type integer
=> 2
$ upgrades status --config lua_time.toml
! error[usage]: the configuration lua_time.toml cannot be used
!   cause: line 2, column 8: time: "for ever" is no duration such as 30s or 5m (expected number at 0)
=> 2
$ upgrades status --config lua_no_time.toml
! error[usage]: the configuration lua_no_time.toml cannot be used
!   cause: line 2, column 8: time: in "0s" no script computes anything
=> 2
$ upgrades status --config lua_seconds.toml
! error[usage]: the configuration lua_seconds.toml cannot be used
!   cause: line 2, column 8: time: it is a text, such as "1m"; this is of the type integer
=> 2
$ upgrades status --config prefix.toml
! error[setup]: the table prefix "cb-" cannot be used: it is at most 32 ASCII letters, digits and _; nothing was run
!   help: upgrades explain setup
=> 2
$ upgrades status --config app.toml
! error[setup]: the application's version "3.2" cannot be used: unexpected end of input while parsing minor version number; write it as in 3.2.0; nothing was run
!   help: upgrades explain setup
=> 2
$ upgrades status --config memory.toml
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: ":memory:" names no database file; give a path, or a connection of your own for a database in memory
!   help: upgrades explain database-unreachable
=> 7
$ upgrades status --config bytes.toml
! error[usage]: the configuration bytes.toml cannot be read
!   cause: stream did not contain valid UTF-8
=> 2
"#,
    );
}

#[test]
fn placeholders_and_the_names_of_the_log() {
    let sandbox = shop();
    let config = SHOP.replace(
        "[log]\n",
        "[placeholders]\ncurrency = \"E'UR\"\n\n[log]\nfile = \"errors.txt\"\n",
    );
    sandbox.write("upgrades.toml", config);
    sandbox.write(
        "core/1.2.0.sql",
        "CREATE TABLE c AS SELECT '${currency} ${prefix} #__' AS t;\n",
    );
    sandbox.write("custom/1.1.0.sql", "nonsense;\n");
    check(
        &sandbox,
        r#"
$ upgrades run 2>&1 | grep log:
  log: log/errors.txt
=> 0
$ ls log
errors.txt
=> 0
"#,
    );
    let text: String = sandbox
        .open("shop.db")
        .query_row("SELECT t FROM c", [], |row| row.get(0))
        .unwrap();
    assert_eq!(text, "E'UR cb_ #__");
}

/// The same script with enough and with too little: the limits are those that were told.
#[test]
fn limits_of_lua() {
    let sandbox = shop();
    let script =
        "local text = (\"x\"):rep(8 << 20)\nlocal n = 0\nwhile n < 30000000 do n = n + 1 end\n";
    sandbox.write("core/1.2.0_large.lua", script);
    for (name, limits) in [
        ("memory", "memory = \"2 MiB\""),
        ("time", "time = \"1ms\""),
        ("enough", "memory = \"64 MiB\"\ntime = \"1h\""),
    ] {
        sandbox.write(format!("{name}.toml"), format!("{SHOP}\n[lua]\n{limits}\n"));
    }
    check(
        &sandbox,
        r#"
$ upgrades run --quiet --config memory.toml 2>&1 | sed -n 2p
  cause: it needs more than 2 MiB of memory; go through many rows with db:query or a batch, which hold few of them at once
=> 0
$ upgrades clear-failure --quiet --reason 'more memory' && upgrades run --quiet --config time.toml 2>&1 | sed -n 2p
  cause: 1.2.0_large.lua:3: it computed for more than 1ms without a call to the database; what it was to do in so long is left undone
=> 0
$ upgrades clear-failure --quiet --reason 'more time' && upgrades run --quiet --config enough.toml
=> 0
"#,
    );
}
