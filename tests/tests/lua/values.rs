//! Values: what goes in comes out, with its type.

use crate::lab::{check, labs};

#[test]
fn go_round() {
    for lab in labs() {
        let types = lab.either(
            "id INTEGER PRIMARY KEY, i INTEGER, r REAL, t TEXT, b BLOB, d TEXT, at TEXT, u TEXT",
            "id INTEGER PRIMARY KEY, i BIGINT, r DOUBLE, t TEXT, b BLOB, d DECIMAL(20, 4), at DATETIME(6), u BIGINT UNSIGNED",
        );
        let script = r#"
            local row = {id = 1, i = math.mininteger, r = 1.0, t = "Ä\0'\"\\ 😀", b = blob("\0\xff\xfe"),
                d = "12345678901234.5000", at = "2024-02-29 23:59:59.000001", u = "18446744073709551615"}
            db:insert("v", row)
            db:execute("INSERT INTO v (id, i, r, t, b) VALUES (?, ?, ?, ?, ?)", {2, true, 0.1, null, db.null})
            for row in db:query("SELECT * FROM v ORDER BY id") do
                print(row.id, row.i, math.type(row.i), row.r, math.type(row.r), row.t and #row.t, row.b and #row.b, row.d, row.at, row.u)
            end
            local found = db:one("SELECT t, b FROM v WHERE id = ?", {1})
            print(found.t == row.t, found.b == "\0\xff\xfe", db:one("SELECT t FROM v WHERE id = 3"))
        "#;
        let table = format!("CREATE TABLE v ({types});");
        let said = lab.run(&[("1.sql", table.as_str()), ("2.lua", script)]);
        assert_eq!(
            said,
            "1\t-9223372036854775808\tinteger\t1.0\tfloat\t11\t3\t12345678901234.5000\t2024-02-29 23:59:59.000001\t18446744073709551615\n\
             2\t1\tinteger\t0.1\tfloat\tnil\tnil\tnil\tnil\tnil\n\
             true\ttrue\tnil"
        );
    }
}

#[test]
fn refused() {
    let rows = [
        (
            "db:one('SELECT ? AS a, ? AS b', {1, nil, 3})",
            "value 2 of 3 is nil, which an array loses; write null for NULL",
        ),
        (
            "db:one('SELECT ? AS a', {[2] = 1})",
            "value 1 of 2 is nil, which an array loses; write null for NULL",
        ),
        (
            "db:one('SELECT ? AS a', {a = 1})",
            "the values of a statement come as an array, and not by names such as \"a\"",
        ),
        (
            "db:one('SELECT ? AS a', 7)",
            "the values of a statement come as an array, as in {1, \"a\"}, and not as a integer",
        ),
        (
            "db:one('SELECT ? AS a', {0/0})",
            "value 1 is not a number (nan), which no database keeps",
        ),
        (
            "db:one('SELECT ? AS a', {'\\xff'})",
            "value 1 is a string that is not UTF-8; blob(...) binds bytes",
        ),
        (
            "db:one('SELECT ? AS a', {{}})",
            "value 1 is a table, which no database keeps",
        ),
        (
            "db:one('SELECT ? AS a', {print})",
            "value 1 is a function, which no database keeps",
        ),
        ("blob(7)", "blob takes a string, and not a number"),
        (
            "db.execute('SELECT 1')",
            "db.execute is called with a colon: db:execute(...)",
        ),
        (
            "db:execute()",
            "db:execute takes a statement and an array of its values, as in db:execute(\"... WHERE id = ?\", {7})",
        ),
        (
            "db:execute('SELECT ?', 1, 2)",
            "db:execute takes a statement and an array of its values, as in db:execute(\"... WHERE id = ?\", {7})",
        ),
        (
            "db:insert('t', {1})",
            "a row is given by the names of its columns, as in {name = \"a\"}",
        ),
        (
            "db:insert('t', {a = {}})",
            "column a is a table, which no database keeps",
        ),
        (
            "db:insert('t')",
            "db:insert takes the name of a table, and a row as in {name = \"a\"}",
        ),
        (
            "for row in db:query('SELECT 1 AS a, 2 AS a') do end",
            "two columns of the query are named \"a\"; give one of them a name with AS",
        ),
        ("db:savepoint(7)", "db:savepoint takes a function"),
        ("config.x = 1", "config cannot be changed"),
        ("log.info = 1", "log cannot be changed"),
        ("script.version = 1", "script cannot be changed"),
        (
            "progress('a')",
            "progress takes two integers: how much is done, and of how much",
        ),
        ("fail('no euro')", "no euro"),
        ("print(pric)", "there is no variable pric"),
        (
            "os.exit()",
            "a script has no os: it reaches nothing but its database",
        ),
    ];
    for lab in labs() {
        for (script, message) in rows {
            let said = lab.say(script);
            let (_, why) = said
                .split_once("were not run: 1.lua:1: ")
                .unwrap_or(("", &said));
            assert_eq!(why, message, "{script}");
            lab.bare()
                .clear_failure("next", upgrades::Resolution::GoOn)
                .unwrap();
        }
    }
}

#[test]
fn packed_arrays_know_their_nils() {
    check(&[(
        "local row = db:one('SELECT ? AS a, ? AS b, ? AS c', table.pack(1, nil, 3)) print(row.a, row.b, row.c)",
        "1\tnil\t3",
    )]);
}
