//! Repeatable scripts and callbacks in Lua.

use upgrades::Track;
use upgrades_tests::told::{Scripts, shown, source};

use crate::lab::{Lab, labs};

const TABLE: (&str, &str) = (
    "1.sql",
    "CREATE TABLE #__a (n INTEGER); INSERT INTO #__a VALUES (1);",
);

fn run(lab: &Lab, scripts: Scripts<'_>) -> String {
    let scripts = [&[TABLE], scripts].concat();
    shown(
        &lab.bare()
            .track(Track::core(source(&scripts)))
            .run()
            .unwrap(),
    )
}

/// They run when their text has changed, line endings and a byte-order mark apart; they have no version.
#[test]
fn repeatable_scripts() {
    let text = "assert(script.version == nil)\ndb:execute('UPDATE #__a SET n = n + 1')\n";
    let with_mark = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let edited = format!("-- edited\n{text}");
    let rows = [
        (text, "Upgraded core/1.sql core/repeat/more.lua"),
        (text, "UpToDate"),
        (&with_mark, "UpToDate"),
        (&edited, "Upgraded core/repeat/more.lua"),
        (text, "Upgraded core/repeat/more.lua"),
    ];
    for lab in labs() {
        for (text, told) in rows {
            assert_eq!(run(&lab, &[("repeat/more.lua", text)]), told, "{text:?}");
        }
    }
}

/// They are called around a run that does something.
#[test]
fn callbacks() {
    for lab in labs() {
        let before = ("before-run.lua", "assert(script.version == nil)");
        let after = ("after-run.lua", "db:execute('UPDATE #__a SET n = n * 10')");
        let add = ("2.lua", "db:execute('UPDATE #__a SET n = n + 1')");
        let check = |n: u32| {
            let text = format!("assert(db:one('SELECT n FROM #__a').n == {n})");
            let told = run(&lab, &[add, ("repeat/check.lua", &text)]);
            assert_eq!(told, "Upgraded core/repeat/check.lua");
        };
        assert_eq!(run(&lab, &[before, after]), "Upgraded core/1.sql");
        assert_eq!(run(&lab, &[before, after]), "UpToDate");
        assert_eq!(run(&lab, &[before, after, add]), "Upgraded core/2.lua");
        check(110);
    }
}
