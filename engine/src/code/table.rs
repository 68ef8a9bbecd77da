//! The codes, but for those of the review: for each what is wrong, why that is so most often, and what to do.

/// Hands all codes to `$codes`, those of the review last.
macro_rules! all_codes {
    ($codes:ident) => {
        with_review! { $codes
    Setup "setup" Usage
        "The engine was given something that it cannot use."
        "A table prefix, an application version or another setting has a form that it cannot have."
        "Correct the setting that the message names."
    TrackName "track-name" Findings
        "A track has a name that no track can have."
        "Names of tracks become names of rows in the system-vars table."
        "Use at most 64 lower-case letters, digits, - and _, beginning with a letter."
    TrackTwice "track-twice" Findings
        "Two tracks have the same name."
        "Each track keeps its version under its name, so two of one name would overwrite each other."
        "Give one of them another name."
    TrackUnreadable "track-unreadable" Findings
        "The folder of a track cannot be read."
        "It is not there, or this user may not read it."
        "Correct the path or the rights; a folder that need not be there is declared optional."
    ScriptName "script-name" Findings
        "A file's name is not that of a script."
        "A script's name begins with its version, which orders the scripts; a name that cannot be read has no place in the order."
        "Rename it, as in 0042_add_vat.sql or 3.1.0-price-lists.sql, or move it out of the folder."
    ScriptNotAFile "script-not-a-file" Findings
        "Something is named as a script and is not a file."
        "A folder, a pipe or a broken link stands among the scripts."
        "Rename it or move it out of the folder."
    ScriptLink "script-link" Findings
        "A script is a link that leads out of its track's folder."
        "What lies elsewhere can change without the folder changing, and was not put there as a script."
        "Put the script itself into the folder."
    ScriptDuplicate "script-duplicate" Findings
        "Two scripts of a track have the same version, or the same name where there is no version."
        "Which comes first cannot be told. 1.0-rc1 and 1.0RC1 are the same version, and so are 7 and 007. Names are the same whatever their case."
        "Rename one of them. If it has run somewhere already, rename the other."
    ScriptNoVariant "script-no-variant" Findings
        "A script was written for other databases only."
        "NAME.mysql.sql runs on MySQL, NAME.sqlite.sql on SQLite, and a plain NAME.sql beside them everywhere else."
        "Add the missing variant; if there is nothing to do there, with only a comment in it."
    BaselineAlone "baseline-alone" Findings
        "A baseline leads to a version of which there is no script."
        "`baseline-VERSION.sql` stands for the scripts up to that of VERSION, whose name is what the database remembers; it was deleted or renamed, or the baseline's name is wrong."
        "Put the script back, name the baseline by a version that there is, or write it anew with `upgrades squash`."
    ScriptUnreadable "script-unreadable" Findings
        "A script cannot be read."
        "This user may not read it, or the disk fails."
        "Correct the file's rights."
    ScriptText "script-text" Findings
        "A script cannot be split into statements, or a script in Lua cannot be compiled."
        "It is not UTF-8, has a NUL byte, a quote or comment in it is never closed, or Lua does not understand it."
        "Look at the line that the message names: what it says begins there."
    Directive "directive" Findings
        "A script has a directive that cannot be followed."
        "It is unknown or misspelt, has a value that it cannot have, or stands behind the first statement."
        "Directives read `-- upgrade: NAME = VALUE`, one a line, before the first statement."
    Placeholder "placeholder" Findings
        "A script has a placeholder without a value."
        "`${name}` stands for a configured value, and none is configured under that name."
        "Add it to [placeholders], write `$${name}` inside quotes for the text itself, or switch them off with `-- upgrade: placeholders = off`."
    Statement "statement" Findings
        "A script has a statement that its way of running cannot have."
        "A script runs in one transaction, or with `transaction = off` statement by statement; some statements fit only one of them."
        "Do what the message says, or split the script."
    ScriptEmpty "script-empty" Findings
        "A script is empty."
        "A file of no bytes or only white space is most often one that was copied half. If it were recorded, its statements would never run."
        "Copy it again; if there is nothing to do, write a comment into it."
    ScriptChanged "script-changed" Findings
        "A script was changed while it ran."
        "Its text is not the one that was checked before the run."
        "It was rolled back; start again when nobody writes to the folder."
    Requirement "requirement" Findings
        "A script needs what will not be there when it is to run."
        "A `requires` or `min_app` directive names a version of a track or of the application that is not reached."
        "Update what it needs first, or take the script out until then."
    ScriptFailed "script-failed" Failed
        "A script failed."
        "The database refused one of its statements, or the commit."
        "Read the failure log, mend the cause (the data, or the script), then `upgrades clear-failure --reason \"...\"` and start again."
    ScriptDied "script-died" Failed
        "A script was interrupted and waits for a decision."
        "Processes died in it again and again, or what a dead one has done cannot be told."
        "Find out what ends the process (memory, a time limit of its supervisor), then `upgrades clear-failure` with the resolution that fits."
    LatchUnwritten "latch-unwritten" Failed
        "A script failed, and that could not be recorded."
        "The database takes no more writes, as on a full disk."
        "Mend that; the next start tries the script again."
    Latched "latched" Failed
        "An earlier upgrade failed, and nothing runs until a person clears that."
        "`failed_update_detected` is set in the system-vars table."
        "See `upgrades status` for what failed; mend the cause, then `upgrades clear-failure --reason \"...\"` and start again."
    DatabaseNewer "database-newer" TooOld
        "The database is newer than this program."
        "It has seen scripts that this program does not have: an older release was installed over a newer one, or scripts were deleted."
        "Install the newer release again, or restore the database's backup from before it."
    ProgramTooOld "program-too-old" TooOld
        "This program is too old for the database."
        "A script that ran here declared with `min_app` that older programs must not use what it made."
        "Install the version that the message names, or a newer one."
    LedgerNewer "ledger-newer" TooOld
        "The engine's own tables are newer than this engine."
        "A program with a newer engine has upgraded this database."
        "Install that program again, or update this one."
    LedgerValue "ledger-value" Failed
        "A row of the system-vars table cannot be read."
        "Something else wrote it, or a person did."
        "Set it to the file name of the newest script that was applied, such as 3.1.0_prices.sql, or delete it if none was."
    LedgerAmbiguous "ledger-ambiguous" Failed
        "A name that should be unique in the engine's tables is not, or a row that should be there is gone."
        "The table was made without a unique key, or something else writes to it."
        "Leave one row of each name in the system-vars table, and make its name unique."
    LedgerUnfit "ledger-unfit" Failed
        "A table that is there cannot hold what the engine keeps."
        "It was made by an older release, as a table that takes no part in transactions or without a unique name; or it is somebody else's."
        "Run the ALTER TABLE that the message names, and start again. If the table is somebody else's, set another table prefix."
    Rights "rights" Unreachable
        "The database's user may not do what the pending scripts do."
        "It was granted less than an upgrade needs; the README has the GRANT."
        "Grant what the message names, or upgrade with another user."
    Skipped "skipped" Findings
        "A script appeared below the version that its track is at, and never ran."
        "It was merged or copied late: newer scripts ran before it came."
        "`upgrades repair run SCRIPT` runs it now, `upgrades repair mark SCRIPT` says that its work is done. Or give it a version above the newest."
    Edited "edited" Findings
        "A script was edited after it ran."
        "What is on disk is not what this database has run, and other installations may have run either."
        "Restore the text, and put the change into a new script; or `upgrades repair accept SCRIPT`. `upgrades repair` shows what was edited."
    EditedComments "edited-comments" Findings
        "Comments or white space of a script were edited after it ran."
        "What the script does is the same."
        "Nothing needs to be done."
    Gone "gone" Findings
        "A script that ran is not there any more."
        "It was deleted or renamed."
        "Restore it: new installations need it, unless a newer script does its work. Then `upgrades repair accept SCRIPT`."
    Stray "stray" Findings
        "A file among the scripts is none."
        "Its extension is not that of a script, so that it never runs."
        "Rename it if it should run; otherwise move it elsewhere, or hide it with a dot before its name."
    BrokenKeys "broken-foreign-keys" Findings
        "Rows break foreign keys, and did before the script ran."
        "Something wrote to the database without enforcing foreign keys."
        "Give the rows a parent or remove them; `PRAGMA foreign_key_check` lists them."
    NetworkFolder "network-folder" Findings
        "The database lies on a network folder."
        "The locks of files do not hold on every network file system, neither SQLite's nor the engine's."
        "Keep the database on a disk of the machine, or let one machine only open it."
    Unprotected "unprotected" Findings
        "A script makes a table that no transaction protects."
        "Its engine is MyISAM or Aria. What a script does with such a table cannot be taken back, nor told after a crash."
        "Write ENGINE=InnoDB, or none; a person is asked when an upgrade dies at such a table."
    LeftOut "left-out" Findings
        "A statement of a script was left out."
        "The engine's own lock and transactions take the place of LOCK TABLES and SET autocommit; under them the journal could not be written."
        "Nothing needs to be done; the statement can be taken out of new scripts."
    Forgiven "forgiven" Findings
        "A statement failed that may fail."
        "The script says so, with `-- upgrade: can_fail` before it or `/** CAN FAIL **/` in it."
        "Read the answer of the database; nothing needs to be done where it was foreseen."
    Landed "landed" Findings
        "A statement that an interrupted process had sent was found done."
        "The definition of what it changes is not what it was before it, so it was not run again."
        "Compare both definitions in the message; nothing needs to be done where the change is the statement's."
    Due "repeatable-due" Findings
        "A repeatable script is new or has changed, and runs at the next start."
        "What stands in a track's folder repeat/ runs again whenever its text is not the one that ran last."
        "Nothing needs to be done."
    StartedOver "started-over" Findings
        "A script that was interrupted has started over."
        "Where in it to go on could not be told, and each of its statements may run twice: it is repeatable or a callback, and makes things what they are to be."
        "Nothing needs to be done."
    CallbackFailed "callback-failed" Findings
        "An after-failure callback has failed itself."
        "The failure that it was called for is recorded; what the callback was to do is not done."
        "Read the message, and do by hand what the callback is for. The failure that came first is the one to mend."
    Late "late" Findings
        "A new script has a version below one that is released already."
        "Installations that have the released one would never run it."
        "Give it a version above the newest released one."
    Released "released" Findings
        "A released script was changed or deleted."
        "Installations have run it as it was released, and will not run it again."
        "Restore it, and put the change into a new script."
    Locked "locked" Locked
        "Another process upgrades this database."
        "It held the lock for as long as this one was willing to wait."
        "Wait for it: the message says who it is. The lock ends with its process by itself."
    Overtaken "overtaken" Locked
        "Another process has taken this one's place."
        "This process did not answer for longer than the lock's expiry: it was stopped, or cut off from the database."
        "Nothing: the other process goes on where this one was, and what this one had not committed was rolled back."
    DatabaseBusy "database-busy" Locked
        "The database is busy."
        "Another program holds a lock for longer than the time-out, or the server takes no more connections."
        "End that program, or start again later. Nothing is lost: what was not committed was rolled back."
    DatabaseUnreachable "database-unreachable" Unreachable
        "The database cannot be opened, read or written."
        "Its path, its URL or its rights are wrong, its server does not run, or the disk fails."
        "Correct what the message names. Nothing was recorded as failed: the next start tries again."
    DatabaseReadOnly "database-read-only" Unreachable
        "The database cannot be written."
        "The file, its folder or its file system is read-only for this user. SQLite needs to write to the folder too. A server is read-only as a replica."
        "Correct the rights, or connect to the primary."
    DatabaseDamaged "database-damaged" Unreachable
        "The file is no database, or is damaged."
        "The path leads to another file, or the file was damaged."
        "Correct the path, or restore the database's backup."
    DatabaseFull "database-full" Unreachable
        "There is no room for the database to grow."
        "The disk is full, or the database has reached its size limit."
        "Make room. What was not committed was rolled back; the next start tries again."
    DatabaseRefused "database-refused" Unreachable
        "The database refused what the engine asked of it."
        "Its user lacks a right, or something in it is not as the engine left it."
        "Read the database's own words in the message."
    BackupFolder "backup-folder" Usage
        "Nobody said where backups are kept."
        "`[backup]` in upgrades.toml names no directory, or the application gives the engine none."
        "Add `directory = \"backups\"` under `[backup]`, on a disk with room for them."
    BackupHolds "backup-holds" Usage
        "A folder of the application's that is to be backed up holds the database or the backups."
        "Bringing it back would put an old copy under the feet of those who have the database open, or remove the backups."
        "Name the files and folders beside them one by one (`files`), or keep the database and the backups elsewhere."
    BackupImpossible "backup-impossible" Backup
        "This database cannot be copied as a whole."
        "It is a connection of the application's own, as for a database in memory."
        "Back up what it is kept in, or give the engine the path of its file."
    BackupFile "backup-file" Backup
        "A file that belongs to a backup cannot be read or written."
        "The disk is full, this user lacks a right, or a file of the application's that belongs to the backup is not there."
        "Correct what the message names. The database is as before."
    BackupNoRoom "backup-no-room" Backup
        "The disk has no room for a backup."
        "A backup may need as much room as the database, and for a moment twice as much."
        "Make room, keep fewer backups (`keep`), or keep them on another disk (`directory`)."
    CopyImpossible "copy-impossible" Backup
        "This database cannot be copied, so nothing can be tried beside it."
        "It is a connection of the application's own, as for a database in memory, or of a kind that this build cannot copy."
        "Give the engine the path of its file, or rehearse on an installation that has one."
    CopyNoRoom "copy-no-room" Backup
        "The disk has no room for a copy of the database."
        "A rehearsal works on a copy, which needs as much room as the database, and twice as much while it is made."
        "Make room, or name a folder on another disk with `--in`."
    CopyFailed "copy-failed" Backup
        "A second database, to try things in, could not be made or used."
        "The disk or the server refused, as the cause says."
        "Mend that and try again; the real database was not touched."
    ReachesOut "reaches-out" Findings
        "A script reaches beyond its database, so that it cannot be tried in a copy."
        "It opens another database, names one, writes a file, or is about the server: in a copy it would do that to the real one."
        "Rehearse up to the script before it (`--to`), or leave its statement out while trying."
    CopyStopped "copy-stopped" Backup
        "A rehearsal was stopped as asked."
        "The process was told to end while it tried things in a copy."
        "Nothing: start again when it suits. The real database was not touched."
    CrashLab "crash-lab" Findings
        "Scripts lead elsewhere, or nowhere, where their process is killed."
        "What a script writes depends on its connection or on its program's memory, which end with the process; or it goes without the one transaction that would take a half of it back."
        "Read at which statement the process was killed and what differs then, and make the script depend on the rows of the database alone, or put it into one transaction."
    CrashLabProcess "crash-lab-process" Backup
        "A process that the crash lab has started cannot be used."
        "The system refuses to start one, something else ended it, or a script does not do twice what it did once."
        "Read what the message says of it, and try again; the real database was not touched."
    SquashImpossible "squash-impossible" Findings
        "No baseline can be made of these scripts."
        "They do not run in an empty database, make what cannot be written as plain SQL, or change what an earlier track has made."
        "Do what the message says, or write the baseline by hand."
    SquashDiffers "squash-differs" Findings
        "A baseline would lead elsewhere than the scripts."
        "The scripts depend on the moment, on chance, or on a value in a way that cannot be written down."
        "Have the scripts write what is the same each time, or write the baseline by hand."
    BackupFailed "backup-failed" Backup
        "The database could not be copied."
        "It cannot be read, others keep it busy, or the tool that dumps it is missing or failed."
        "Read the cause; nothing was run, and the database is as before."
    BackupStopped "backup-stopped" Backup
        "A backup was stopped as asked."
        "The process was told to end while it made one."
        "Nothing: start again when it suits."
    BackupUnknown "backup-unknown" Usage
        "There is no such backup."
        "Its name is misspelt, it was removed when newer ones came, or another folder is configured."
        "`upgrades backup list` shows those that are there."
    BackupDamaged "backup-damaged" Backup
        "A backup is not as it was made."
        "Its disk fails, it was copied half, or somebody has changed it."
        "Use another backup; `upgrades backup verify ID` tells whether it is whole. The database is as before."
    BackupUnfit "backup-unfit" Backup
        "A backup is not for this database."
        "It is of another kind of database, or its tables have another prefix."
        "Restore it with the configuration that it was made with."
    RestoreFailed "restore-failed" Backup
        "A backup could not be brought back."
        "The database refuses it, is busy for too long, or its disk is full."
        "Read the cause and mend it, then restore again. The message says whether the database is as before."
    NotBroughtBack "not-brought-back" Failed
        "A script failed, and the backup from before the run could not be brought back."
        "The policy on failure is `restore`, and the restore met trouble of its own: a full disk, a busy database, a damaged backup."
        "Mend what the message names second, then `upgrades backup restore ID` with the name that it gives; or mend the script, and go on from where it failed."
    RestoreUnfinished "restore-unfinished" Failed
        "A restore was interrupted half way, and has to be finished."
        "Its process died when the database was about to be replaced, perhaps because a run had failed, or was already and the application's files were not."
        "Start again with the same configuration of backups, or `upgrades backup restore ID` with the name that the message gives. Where only the files were left and are right as they are, empty the row upgrades_restoring of system_vars."
    Hook "hook" Failed
        "A hook cannot be told."
        "It cannot be reached, refuses, takes too long, or its program or secret is not there; or there is no such hook."
        "Mend what the message names; `upgrades hooks` shows what waits, and `upgrades hooks test NAME` tries a hook. What waits is tried again by itself."
    Clear "clear" Usage
        "The failure cannot be cleared in this way."
        "The resolution does not fit what failed."
        "Use the resolution that the message names."
    Repair "repair" Usage
        "A script is not settled in this way."
        "It is not what was meant, nothing about it has to be settled, or not like this."
        "`upgrades repair` shows what is to be settled. One that was skipped is run or marked; an edit or a deletion is accepted."
    Adopt "adopt" Usage
        "An existing database cannot be taken over in this way."
        "What is told of it, or what another tool's table says, does not fit the scripts; or the engine knows it already."
        "Do what the message says. Nothing was changed, and never anything of the other tool's."
        }
    };
}
