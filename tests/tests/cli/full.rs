//! Bad input: a full disk, once with room for the latch and once without, and what happens when there is room again.

use upgrades_tests::Sandbox;
use upgrades_tests::disk::Disk;

use crate::transcript::{bare, check};

const LARGE: &str = "INSERT INTO a WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000) \
     SELECT randomblob(1000) FROM c;\n";

fn large(head: &str) -> Sandbox {
    let sandbox = bare();
    let config = sandbox.read("upgrades.toml");
    sandbox.write("upgrades.toml", config.replace("shop.db", "disk/shop.db"));
    sandbox.write("core/1.sql", "CREATE TABLE a (x);");
    sandbox.write("core/2.sql", format!("{head}{LARGE}"));
    sandbox
}

#[test]
fn with_room_for_the_latch() {
    let sandbox = large("");
    let Some(disk) = Disk::new(sandbox.path("disk"), "1m") else {
        return without_growing();
    };
    check(
        &sandbox,
        r#"
$ upgrades run
! [1/2] core/1.sql
! [2/2] core/2.sql
! 2 scripts were rolled back together; running them one by one
! [1/2] core/1.sql
! [2/2] core/2.sql
! error[script-failed]: script core/2.sql failed in statement 1, line 1, column 1; it was rolled back, and later scripts were not run
!   cause: database or disk is full
!   help: upgrades explain script-failed
!   statement: INSERT INTO a WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000) SELECT randomblob(1000) FROM c;
!   applied before it: 1 script
!   log: upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ upgrades status --check # in a transaction
sqlite:disk/shop.db: failed; nothing runs until that is cleared

track  in the database  newest script  pending
core   1.sql            2.sql                1

An upgrade of this installation has failed: script-failed
  problem:   The script core/2.sql failed in statement 1, line 1, column 1: database or disk is full. No upgrade runs until that is cleared.
  statement: INSERT INTO a WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000) SELECT randomblob(1000) FROM c;
  since:     TIME
  solution:  Mend the cause: the data that the script met, or the script; then `upgrades clear-failure --reason "..."`, and start the application again.
  who:       whoever makes the application
  log:       [FOLDER]/upgrade_errors.log
=> 4
"#,
    );
    disk.enlarge("64m");
    check(
        &sandbox,
        r#"
$ upgrades run # latched
! error[latched]: an earlier upgrade failed, and nothing runs until a person clears that: script core/2.sql failed in statement 1, line 1, column 1 at TIME
!   cause: database or disk is full
!   help: upgrades explain latched
=> 4
$ upgrades clear-failure --reason 'the disk is larger now'
cleared: script core/2.sql failed in statement 1, line 1, column 1
the next run goes on where it failed
=> 0
$ upgrades run # cleared
track  from   to     scripts  statements  took
core   1.sql  2.sql        1           1  N ms

1 script applied to sqlite:disk/shop.db
! [1/1] core/2.sql
=> 0
"#,
    );
}

#[test]
fn without_a_transaction() {
    let sandbox = large("-- upgrade: transaction = off\n");
    let Some(disk) = Disk::new(sandbox.path("disk"), "1m") else {
        return without_growing();
    };
    check(
        &sandbox,
        r#"
$ upgrades run
! [1/2] core/1.sql
! [2/2] core/2.sql
! error[script-failed]: script core/2.sql failed in statement 1, line 2, column 1; it was rolled back, and later scripts were not run
!   cause: database or disk is full
!   help: upgrades explain script-failed
!   statement: INSERT INTO a WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000) SELECT randomblob(1000) FROM c;
!   applied before it: 1 script
!   log: upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
$ upgrades status --check # without one
sqlite:disk/shop.db: failed; nothing runs until that is cleared

track  in the database  newest script  pending
core   1.sql            2.sql                1

An upgrade of this installation has failed: script-failed
  problem:   The script core/2.sql failed in statement 1, line 2, column 1: database or disk is full. No upgrade runs until that is cleared.
  statement: INSERT INTO a WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000) SELECT randomblob(1000) FROM c;
  since:     TIME
  solution:  Mend the cause: the data that the script met, or the script; then `upgrades clear-failure --reason "..."`, and start the application again.
  who:       whoever makes the application
  log:       [FOLDER]/upgrade_errors.log
=> 4
"#,
    );
    disk.enlarge("64m");
    check(
        &sandbox,
        r#"
$ upgrades clear-failure --reason 'the disk is larger now' --resolution start-over
cleared: script core/2.sql failed in statement 1, line 2, column 1
the next run starts the script over
=> 0
$ upgrades run # cleared
track  from   to     scripts  statements  took
core   1.sql  2.sql        1           1  N ms

1 script applied to sqlite:disk/shop.db
! [1/1] core/2.sql
=> 0
"#,
    );
}

#[test]
fn without_room_for_the_latch() {
    let sandbox = large("");
    let Some(disk) = Disk::new(sandbox.path("disk"), "1m") else {
        return without_growing();
    };
    check(
        &sandbox,
        r#"
$ upgrades run --quiet --to 1
=> 0
$ dd if=/dev/zero of=disk/filler bs=4096 2> /dev/null; df disk | awk 'END { print $4, "free" }'
0 free
=> 0
$ upgrades run # no room
! [1/1] core/2.sql
! error[latch-unwritten]: script core/2.sql failed in statement 1, line 1, column 1, which could not be recorded in the database (database or disk is full); the next start tries it again
!   cause: database or disk is full
!   help: upgrades explain latch-unwritten
=> 4
$ upgrades status --check # no room
sqlite:disk/shop.db: 1 script pending

track  in the database  newest script  pending
core   1.sql            2.sql                1
=> 3
$ cat upgrade_errors.log # no room
=== TIME [latch-unwritten]
script:    core/2.sql
statement: 1 (line 1, column 1)
           INSERT INTO a WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000) SELECT randomblob(1000) FROM c;
error:     database or disk is full
unwritten: database or disk is full
run:       RUN, begun TIME
to go on:  Make the database writable again (disk space, rights); the next start tries the script again.

=> 0
"#,
    );
    disk.enlarge("64m");
    check(
        &sandbox,
        r#"
$ upgrades run # room again
track  from   to     scripts  statements  took
core   1.sql  2.sql        1           1  N ms

1 script applied to sqlite:disk/shop.db
! [1/1] core/2.sql
=> 0
"#,
    );
}

/// A batch fails at the chunk that finds no room, and goes on from there.
#[test]
fn in_a_chunk() {
    let sandbox = large("");
    sandbox.write("core/2.sql", "-- Nothing.");
    sandbox.write(
        "core/3.lua",
        "batch{table = 'b', rows = 100, each = function(row)\n\
             db:execute('INSERT INTO a VALUES (randomblob(1000))')\n\
             return {n = row.n + 1}\n\
         end}",
    );
    sandbox.write(
        "core/1.sql",
        "CREATE TABLE a (x); CREATE TABLE b (id INTEGER PRIMARY KEY, n INTEGER NOT NULL); INSERT INTO b \
         WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000) SELECT i, 0 FROM c;",
    );
    let Some(disk) = Disk::new(sandbox.path("disk"), "1m") else {
        return;
    };
    let failed = sandbox.upgrades(["run", "--quiet"]);
    assert_eq!(failed.status, Some(4), "{failed:?}");
    let told = "what its batches have done stays done, and they go on from there";
    let why = "cause: database or disk is full";
    assert!(
        failed.stderr.contains(told) && failed.stderr.contains(why),
        "{failed:?}"
    );
    let taken = || {
        let connection = sandbox.open("disk/shop.db");
        upgrades_tests::told::rows(
            &connection,
            "SELECT COUNT(*), MAX(n), SUM(n), (SELECT COUNT(*) FROM a) - SUM(n) FROM b",
        )
    };
    let before = taken();
    // Whole chunks, at least one, and far from all.
    let chunks: u64 = (1..20)
        .find(|n| before == format!("3000,1,{},0", n * 100))
        .unwrap_or(0);
    assert!(chunks > 0, "{before}");
    disk.enlarge("64m");
    let cleared = sandbox.upgrades(["clear-failure", "--reason", "room"]);
    assert_eq!(cleared.status, Some(0), "{cleared:?}");
    let done = sandbox.upgrades(["run", "--quiet"]);
    assert_eq!(done.status, Some(0), "{done:?}");
    assert_eq!(taken(), "3000,1,3000,0");
}

/// The rows of a query wait in a temporary file, for which there is no room.
#[test]
fn in_the_temporary_folder() {
    let sandbox = bare();
    sandbox.write(
        "core/1.lua",
        "db:execute('CREATE TABLE seen (n INTEGER)')\n\
         local n = 0\n\
         for row in db:query('WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000) \
             SELECT i, hex(randomblob(500)) AS x FROM c') do n = n + 1 end\n\
         db:execute('INSERT INTO seen VALUES (?)', {n})",
    );
    let Some(disk) = Disk::new(sandbox.path("disk"), "1m") else {
        return;
    };
    check(
        &sandbox,
        r#"
$ TMPDIR=disk upgrades run --quiet
! error[script-failed]: script core/1.lua failed in statement 3, line 3, column 1; it was rolled back, and later scripts were not run
!   cause: 1.lua:3: the rows of a query cannot be kept in a temporary file
!   cause: No space left on device (os error 28)
!   help: upgrades explain script-failed
!   statement: for row in db:query('WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000) SELECT i, hex(randomblob(500)) AS x FROM c') do n = n + 1 end
!   applied before it: 0 scripts
!   log: upgrade_errors.log
!   then: upgrades clear-failure --reason "...", and run again
=> 4
"#,
    );
    disk.enlarge("64m");
    check(
        &sandbox,
        r#"
$ upgrades clear-failure --reason 'the disk is larger now'
cleared: script core/1.lua failed in statement 3, line 3, column 1
the next run goes on where it failed
=> 0
$ TMPDIR=disk upgrades run --quiet
=> 0
"#,
    );
    let connection = sandbox.open("shop.db");
    assert_eq!(
        upgrades_tests::told::rows(&connection, "SELECT n FROM seen"),
        "20000"
    );
}

/// Where no disk can be mounted, a database that may not grow is the same to SQLite.
fn without_growing() {
    let sandbox = bare();
    let path = sandbox.path("shop.db");
    let mut connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .pragma_update(None, "max_page_count", 100)
        .unwrap();
    let scripts = [("1.sql", "CREATE TABLE a (x);"), ("2.sql", LARGE)];
    let failed = upgrades::Upgrader::new(upgrades::sqlite_connection(&mut connection))
        .track(upgrades::Track::core(scripts))
        .without_failure_log()
        .run()
        .unwrap_err();
    assert_eq!(failed.code(), upgrades::Code::ScriptFailed, "{failed}");
    drop(connection);
    sandbox.write("core/1.sql", "CREATE TABLE a (x);");
    sandbox.write("core/2.sql", LARGE);
    for (arguments, status) in [
        (&["run", "--quiet"][..], 4),
        (&["clear-failure", "--reason", "room"], 0),
        (&["run", "--quiet"], 0),
    ] {
        assert_eq!(
            sandbox.upgrades(arguments).status,
            Some(status),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_database_that_may_not_grow() {
    without_growing();
}
