//! What a person is told of a script that failed: message, place, statement, calls.

use upgrades::{HistoryFilter, Resolution};

use crate::lab::labs;

#[test]
fn where_and_why() {
    let rows = [
        (
            "local function price(row)\n  fail('no euro: ' .. row)\nend\nlocal function all()\n  price('7')\n  return\nend\nall()\n",
            "statement 1, line 2, column 3",
            "2.lua:2: no euro: 7",
            " (in price, called from 2.lua:5 in all, called from 2.lua:8)",
            "fail('no euro: ' .. row)",
        ),
        (
            "db:execute('UPDATE a SET n = 2')\n\nlocal x = nil + 1\n",
            "statement 2, line 3, column 1",
            "2.lua:3: attempt to perform arithmetic on a nil value",
            "",
            "local x = nil + 1",
        ),
        (
            "db:one('SELECT 1 AS a')\n db:execute('INSERT INTO none (n) VALUES (?)', {1})",
            "statement 2, line 2, column 2",
            "2.lua:2: the database refuses \"INSERT INTO none (n) VALUES (?)\": [NO TABLE]",
            "",
            "INSERT INTO none (n) VALUES (?)",
        ),
        (
            "db:execute('COMMIT')",
            "statement 1, line 1, column 1",
            "2.lua:1: \"COMMIT\" cannot be run from a program: the engine begins and ends the transactions; use a savepoint to take something back",
            "",
            "COMMIT",
        ),
        (
            "error('by hand', 0)",
            "statement 1, line 1, column 1",
            "2.lua:1: by hand",
            "",
            "error('by hand', 0)",
        ),
        (
            "local ok, why = pcall(db.execute, db, 'DELETE FROM none')\n\nerror(why)",
            "statement 1, line 1, column 1",
            "2.lua:1: the database refuses \"DELETE FROM none\": [NO TABLE]",
            "",
            "DELETE FROM none",
        ),
        (
            "db:savepoint(function()\n  db:savepoint(function()\n    error('deep')\n  end)\nend)",
            "statement 1, line 3, column 5",
            "2.lua:3: deep",
            " (in a function, called from 2.lua:2 in a function, called from 2.lua:1)",
            "error('deep')",
        ),
    ];
    for lab in labs() {
        let first = ("1.sql", "CREATE TABLE a (n INTEGER);");
        lab.run(&[first]);
        let no_table = lab.either(
            "no such table: none",
            "Table '[DATABASE].none' doesn't exist (error 1146, 42S02)",
        );
        for (script, place, message, calls, sql) in rows {
            let message = message.replace("[NO TABLE]", no_table);
            let said = lab.run(&[first, ("2.lua", script)]);
            assert_eq!(
                said,
                format!(
                    "script core/2.lua failed in {place}; it was rolled back, and later scripts were not run: {message}"
                ),
                "{script}"
            );
            let attempts = lab.bare().history(&HistoryFilter::default()).unwrap();
            let attempt = attempts
                .iter()
                .rfind(|attempt| attempt.script.file == "2.lua")
                .unwrap();
            let error = lab.tidy(attempt.error.as_deref().unwrap());
            assert_eq!(error, format!("{message}{calls}"), "{script}");
            assert_eq!(attempt.failed.as_ref().unwrap().sql, sql, "{script}");
            let log = lab.tidy(&lab.sandbox.read("errors.log"));
            assert!(
                log.contains(&format!("error:     {message}{calls}\n")),
                "{log}"
            );
            lab.bare().clear_failure("next", Resolution::GoOn).unwrap();
        }
    }
}
