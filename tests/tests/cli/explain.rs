//! `upgrades explain`

use upgrades::Code;
use upgrades_tests::Sandbox;

use crate::transcript::check;

#[test]
fn explains_a_code() {
    check(
        &Sandbox::new(),
        r#"
$ upgrades explain latched
latched: An earlier upgrade failed, and nothing runs until a person clears that.

cause:  `failed_update_detected` is set in the system-vars table.
remedy: See `upgrades status` for what failed; mend the cause, then `upgrades clear-failure --reason "..."` and start again.

exit code 4
=> 0
$ upgrades explain LATCHED --quiet
=> 0
$ upgrades explain usage
usage: The command cannot do what it was asked to.

cause:  An argument, a variable of the environment or the configuration file does not fit.
remedy: Correct what the message names; `upgrades help` and the README tell what there is.

exit code 2
=> 0
$ upgrades explain nonsense
! error[usage]: there is no code "nonsense"; `upgrades explain` lists them all
=> 2
$ upgrades explain latched locked
! error: unexpected argument 'locked' found
!
! Usage: upgrades explain [OPTIONS] [CODE]
!
! For more information, try '--help'.
=> 2
$ upgrades explain
code                       exit  problem
usage                         2  The command cannot do what it was asked to.
setup                         2  The engine was given something that it cannot use.
track-name                    8  A track has a name that no track can have.
track-twice                   8  Two tracks have the same name.
track-unreadable              8  The folder of a track cannot be read.
script-name                   8  A file's name is not that of a script.
script-not-a-file             8  Something is named as a script and is not a file.
script-link                   8  A script is a link that leads out of its track's folder.
script-duplicate              8  Two scripts of a track have the same version, or the same name where there is no version.
script-no-variant             8  A script was written for other databases only.
baseline-alone                8  A baseline leads to a version of which there is no script.
script-unreadable             8  A script cannot be read.
script-text                   8  A script cannot be split into statements, or a script in Lua cannot be compiled.
directive                     8  A script has a directive that cannot be followed.
placeholder                   8  A script has a placeholder without a value.
statement                     8  A script has a statement that its way of running cannot have.
script-empty                  8  A script is empty.
script-changed                8  A script was changed while it ran.
requirement                   8  A script needs what will not be there when it is to run.
script-failed                 4  A script failed.
script-died                   4  A script was interrupted and waits for a decision.
latch-unwritten               4  A script failed, and that could not be recorded.
latched                       4  An earlier upgrade failed, and nothing runs until a person clears that.
database-newer                6  The database is newer than this program.
program-too-old               6  This program is too old for the database.
ledger-newer                  6  The engine's own tables are newer than this engine.
ledger-value                  4  A row of the system-vars table cannot be read.
ledger-ambiguous              4  A name that should be unique in the engine's tables is not, or a row that should be there is gone.
ledger-unfit                  4  A table that is there cannot hold what the engine keeps.
rights                        7  The database's user may not do what the pending scripts do.
skipped                       8  A script appeared below the version that its track is at, and never ran.
edited                        8  A script was edited after it ran.
edited-comments               8  Comments or white space of a script were edited after it ran.
gone                          8  A script that ran is not there any more.
stray                         8  A file among the scripts is none.
broken-foreign-keys           8  Rows break foreign keys, and did before the script ran.
network-folder                8  The database lies on a network folder.
unprotected                   8  A script makes a table that no transaction protects.
left-out                      8  A statement of a script was left out.
forgiven                      8  A statement failed that may fail.
landed                        8  A statement that an interrupted process had sent was found done.
repeatable-due                8  A repeatable script is new or has changed, and runs at the next start.
started-over                  8  A script that was interrupted has started over.
callback-failed               8  An after-failure callback has failed itself.
late                          8  A new script has a version below one that is released already.
released                      8  A released script was changed or deleted.
locked                        5  Another process upgrades this database.
overtaken                     5  Another process has taken this one's place.
database-busy                 5  The database is busy.
database-unreachable          7  The database cannot be opened, read or written.
database-read-only            7  The database cannot be written.
database-damaged              7  The file is no database, or is damaged.
database-full                 7  There is no room for the database to grow.
database-refused              7  The database refused what the engine asked of it.
backup-folder                 2  Nobody said where backups are kept.
backup-holds                  2  A folder of the application's that is to be backed up holds the database or the backups.
backup-impossible             9  This database cannot be copied as a whole.
backup-file                   9  A file that belongs to a backup cannot be read or written.
backup-no-room                9  The disk has no room for a backup.
copy-impossible               9  This database cannot be copied, so nothing can be tried beside it.
copy-no-room                  9  The disk has no room for a copy of the database.
copy-failed                   9  A second database, to try things in, could not be made or used.
reaches-out                   8  A script reaches beyond its database, so that it cannot be tried in a copy.
copy-stopped                  9  A rehearsal was stopped as asked.
crash-lab                     8  Scripts lead elsewhere, or nowhere, where their process is killed.
crash-lab-process             9  A process that the crash lab has started cannot be used.
squash-impossible             8  No baseline can be made of these scripts.
squash-differs                8  A baseline would lead elsewhere than the scripts.
backup-failed                 9  The database could not be copied.
backup-stopped                9  A backup was stopped as asked.
backup-unknown                2  There is no such backup.
backup-damaged                9  A backup is not as it was made.
backup-unfit                  9  A backup is not for this database.
restore-failed                9  A backup could not be brought back.
not-brought-back              4  A script failed, and the backup from before the run could not be brought back.
restore-unfinished            4  A restore was interrupted half way, and has to be finished.
hook                          4  A hook cannot be told.
clear                         2  The failure cannot be cleared in this way.
repair                        2  A script is not settled in this way.
adopt                         2  An existing database cannot be taken over in this way.
drops-table                   8  A script drops a table, or makes one anew in its place.
drops-column                  8  A script drops a column.
drops-object                  8  A script drops a view, an index, a trigger or a routine and does not make it again.
drops-database                8  A script drops a whole database.
deletes-all-rows              8  A script deletes every row of a table that was there before.
updates-all-rows              8  A script changes every row of a table that was there before.
rebuilds-table                8  A script copies a whole table, or keeps others out of it while it works.
indexes-large-table           8  A script makes an index on a large table of SQLite's.
required-column               8  A script adds a column that is NOT NULL and has no default.
column-for-empty-table        8  A script adds a column in a way that SQLite allows for empty tables only.
unique-on-rows                8  A script makes a unique index on a table that was there before, and does nothing about doubles.
foreign-key-on-rows           8  A script adds a foreign key to a table that was there before, and does nothing about orphans.
narrows-column                8  A script gives a column a type that holds less than the one before.
forbids-null                  8  A script makes a column NOT NULL that could be NULL so far, and does nothing about rows that are.
renames-table                 8  A script renames a table.
renames-column                8  A script renames a column.
drops-used                    8  A script drops or renames what another track's script uses.
not-repeatable                8  A script that may run again has a statement that cannot run twice.
no-primary-key                8  A script makes a table without a primary key.
inline-references             8  A script writes a reference beside a column, for MySQL.
foreign-key-without-index     8  A foreign key of SQLite's has no index on its columns.
no-statement                  8  A script has no statement in it.
allow-unused                  8  A script allows what it does not do.
=> 0
"#,
    );
}

/// That the reference lists all codes, the runner of its pages sees to.
#[test]
fn every_code_has_a_cause_and_a_remedy() {
    let sandbox = Sandbox::new();
    let names = Code::all().iter().map(|explanation| explanation.name);
    for name in names.chain(["usage"]) {
        let answer = sandbox.upgrades(["explain", name, "--format", "json"]);
        assert_eq!((answer.status, answer.stderr.as_str()), (Some(0), ""));
        let data: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
        assert_eq!(data["code"], name);
        for field in ["problem", "cause", "remedy"] {
            let text = data[field].as_str().unwrap();
            assert!(
                text.ends_with('.') && text.len() > 12,
                "{name}: {field} {text:?}"
            );
        }
        let exit = data["exit_code"].as_u64().unwrap();
        let text = sandbox.upgrades(["explain", name]).stdout;
        assert!(text.ends_with(&format!("\nexit code {exit}\n")), "{text}");
    }
}
