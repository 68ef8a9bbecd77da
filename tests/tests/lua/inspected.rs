//! What is seen before anything runs: nothing of any script has run then.

use upgrades::HistoryFilter;

use crate::lab::{Lab, labs};

#[test]
fn refused_before_anything_runs() {
    let before = "the scripts are not in order, and none was run: ";
    let lua = "core/2.lua is no script in Lua that can run: ";
    let directive =
        |text: &str| format!("core/2.lua has a directive that cannot be followed: {text:?}: ");
    let rows: [(&[u8], String); 14] = [
        (b"print(1)\nx = = 2", format!("{lua}2.lua:2: unexpected symbol near '='")),
        (b"print('a", format!("{lua}2.lua:1: unfinished string near <eof>")),
        (b"goto nowhere", format!("{lua}2.lua:1: no visible label 'nowhere' for <goto> at line 1")),
        (b"\x1bLua\x54", format!("{lua}it is compiled Lua, which is never run, as nobody can see what it does; give the source")),
        (b"\xef\xbb\xbf\x1bLua", format!("{lua}it is compiled Lua, which is never run, as nobody can see what it does; give the source")),
        (b"print(1)\n-- \xff", format!("{lua}line 2 is not UTF-8")),
        (b"", "core/2.lua is empty, as a file is that was copied half; write a comment into it if there is nothing to do".to_owned()),
        (b" \n\t", "core/2.lua is empty, as a file is that was copied half; write a comment into it if there is nothing to do".to_owned()),
        (b"-- upgrade: idempotnt = on", directive("idempotnt = on") + "there is no directive \"idempotnt\"; did you mean idempotent?"),
        (b"print(1)\n-- upgrade: idempotent", directive("idempotent") + "a directive stands before the first statement"),
        (b"-- upgrade: transaction = off", directive("transaction = off") + "transaction is nothing for a program: it runs in a transaction, but for batches and for what commits by itself"),
        (b"-- upgrade: placeholders = off", directive("placeholders = off") + "placeholders is nothing for a program: values come with each statement, and configured ones from `config`"),
        (b"db:execute('x') -- upgrade: can_fail", directive("can_fail") + "a directive stands before the first statement"),
        (b"-- upgrade: can_fail", directive("can_fail") + "can_fail is nothing for a program: pcall tells whether a statement has failed"),
    ];
    for lab in labs() {
        let folder = lab.sandbox.path("core");
        for (script, message) in &rows {
            lab.sandbox
                .write("core/1.sql", "CREATE TABLE a (n INTEGER);");
            lab.sandbox.write("core/2.lua", script);
            let outcome = lab
                .bare()
                .track(upgrades::Track::core(folder.clone()))
                .run();
            assert_eq!(
                upgrades::chain(&outcome.unwrap_err()),
                format!("{before}{message}")
            );
            assert_eq!(
                lab.bare().history(&HistoryFilter::default()).unwrap().len(),
                0,
                "{message}"
            );
        }
    }
}

#[test]
fn a_script_is_too_long() {
    let lab = Lab::sqlite();
    let script = "-- x\n".repeat(8 * 1024 * 1024 / 5 + 1);
    assert_eq!(
        lab.run(&[("1.lua", script.as_str())]),
        "the scripts are not in order, and none was run: core/1.lua is no script in Lua that can run: it is longer than 8 MiB; data belongs into files of its own"
    );
}

#[test]
fn what_is_in_order_runs() {
    let rows = [
        "-- nothing to do",
        "\u{feff}-- upgrade: description = with a mark\n-- upgrade: idempotent\n-- upgrade: timeout = 10m\n--[[ upgrade: not a directive ]] local x <const> = 1",
        "-- upgrade: foreign_keys = off\n",
        "return",
    ];
    for script in rows {
        let lab = Lab::sqlite();
        assert_eq!(lab.say(script), "", "{script}");
    }
}

/// Comments and white space change one checksum, code both, line endings none.
#[test]
fn checksums() {
    let sums = |script: &str| {
        let lab = Lab::sqlite();
        assert_eq!(lab.say(script), "", "{script}");
        let attempts = lab.bare().history(&HistoryFilter::default()).unwrap();
        let attempt = &attempts[0];
        (
            attempt.checksum.clone().unwrap(),
            attempt.code_checksum.clone().unwrap(),
        )
    };
    let (text, code) = sums("local a = 1\nlocal b = [[ -- x]]\n");
    let rows = [
        ("local a = 1\r\nlocal b = [[ -- x]]\r\n", true, true),
        ("\u{feff}local a = 1\nlocal b = [[ -- x]]\n", true, true),
        ("local a=1 local b = [[ -- x]]", false, true),
        (
            "--[==[ a ]==] local a = 1 -- x\nlocal b = [[ -- x]]",
            false,
            true,
        ),
        (
            "-- upgrade: idempotent\nlocal a = 1\nlocal b = [[ -- x]]\n",
            false,
            false,
        ),
        ("local a = 1\nlocal b = [[ -- y]]\n", false, false),
        ("local a = 2\nlocal b = [[ -- x]]\n", false, false),
    ];
    for (script, same_text, same_code) in rows {
        let (other_text, other_code) = sums(script);
        assert_eq!(
            (other_text == text, other_code == code),
            (same_text, same_code),
            "{script:?}"
        );
    }
}
