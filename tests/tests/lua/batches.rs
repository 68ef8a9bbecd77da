//! Batches: each row once, whatever happens.

use upgrades::Resolution;

use crate::lab::{check, labs};

const TABLE: &str =
    "CREATE TABLE p (id BIGINT PRIMARY KEY, name VARCHAR(40), price BIGINT, note VARCHAR(200));";

/// The table with this many rows, prices 1, 2, 3 and so on.
fn table(rows: u64) -> String {
    let values: Vec<String> = (1..=rows)
        .map(|id| format!("({id}, 'n{id}', {id}, NULL)"))
        .collect();
    let inserts = values
        .chunks(500)
        .map(|values| format!("INSERT INTO p VALUES {};", values.join(", ")));
    format!("{TABLE}\n{}", inserts.collect::<Vec<_>>().join("\n"))
}

#[test]
fn rows_are_changed() {
    let rows = [
        (
            "print(batch{table = 'p', columns = {'price'}, each = function(row) return {price = row.price * 10} end})",
            "[p 7/7]\n7",
            "10; 20; 30; 40; 50; 60; 70",
        ),
        (
            "batch{table = 'p', key = 'id', rows = 3, each = function(row)
                if row.price % 3 == 0 then return {price = 0, note = 'third'} elseif row.price == 1 then return {price = null} end
             end}",
            "[p 3/7]\n[p 6/7]\n[p 7/7]",
            "NULL; 2; 0; 4; 5; 0; 7",
        ),
        (
            // Values of different types, all at once.
            "local given = {1, 2.5, '30', null, 9007199254740993, '6', 7.0}
             batch{table = 'p', each = function(row) return {note = given[row.id]} end}
             local notes = {} for row in db:query('SELECT note FROM p ORDER BY id') do notes[#notes + 1] = tostring(row.note) end
             print(table.concat(notes, ' '))",
            "[p 7/7]\n1 2.5 30 nil 9007199254740993 6 7",
            "1; 2; 3; 4; 5; 6; 7",
        ),
        (
            "local seen = 0
             batch{table = 'p', where = 'price > 2', rows = 2, name = 'dear ones', pause = 0.001, time = 5, chunk = function(rows)
                for _, row in ipairs(rows) do db:execute('UPDATE p SET price = price + 100 WHERE id = ?', {row.id}) seen = seen + 1 end
             end}
             print(seen)",
            "[dear ones 2/5]\n[dear ones 4/5]\n[dear ones 5/5]\n5",
            "1; 2; 103; 104; 105; 106; 107",
        ),
        (
            "local asked = 0
             batch{table = 'p', rows = 4, wait = function() asked = asked + 1 return db:one('SELECT COUNT(*) AS n FROM p').n == 0 end,
                each = function() end}
             print(asked)",
            "[p 4/7]\n[p 7/7]\n3",
            "1; 2; 3; 4; 5; 6; 7",
        ),
        (
            "batch{table = 'p', key = 'name', columns = {'price'}, rows = 3, each = function(row) return {price = row.price + 1} end}",
            "[p 3/7]\n[p 6/7]\n[p 7/7]",
            "2; 3; 4; 5; 6; 7; 8",
        ),
    ];
    for (script, said, prices) in rows {
        for lab in labs() {
            let table = table(7).replace("name VARCHAR(40)", "name VARCHAR(40) UNIQUE");
            let told = lab.run(&[("1.sql", table.as_str()), ("2.lua", script)]);
            // How 7.0 and 2.5 look as a text is the database's own.
            assert_eq!(told.replace("7.0", "7"), said, "{script}");
            assert_eq!(
                lab.rows("SELECT price FROM p ORDER BY id"),
                prices,
                "{script}"
            );
        }
    }
}

#[test]
fn refused() {
    let rows = [
        (
            "batch()",
            "batch takes a table, as in batch{table = \"products\", key = \"id\", each = function(row) ... end}",
        ),
        ("batch{}", "batch needs table, the name of a table"),
        (
            "batch{table = 'p', row = 7}",
            "batch has no option \"row\"; it has table, key, columns, where, rows, time, pause, max_lag, name, each, chunk, wait",
        ),
        (
            "batch{table = 'p'}",
            "batch needs either each, a function for one row, or chunk, one for all rows of a chunk",
        ),
        (
            "batch{table = 'p', each = 7}",
            "each is a function, and not a integer",
        ),
        (
            "batch{table = 'p', rows = 0, each = print}",
            "rows is how many rows a chunk has, at least 1",
        ),
        (
            "batch{table = 'p', pause = -1, each = print}",
            "pause is in seconds, and not -1",
        ),
        (
            "batch{table = 'p', each = function() return 7 end}",
            "each returns what is to change of its row, as in {price = 7}, or nothing; it returned a integer",
        ),
        (
            "batch{table = 'p', each = function() return {id = 7} end}",
            "id is the key that the batch goes by; it stays as it is",
        ),
        (
            "batch{table = 'p', each = function() batch{table = 'p', each = print} end}",
            "a batch commits its chunks, which cannot be inside another batch",
        ),
        (
            "db:savepoint(function() batch{table = 'p', each = print} end)",
            "a batch commits its chunks, which cannot be inside a savepoint or another batch",
        ),
        (
            "batch{table = 'p', each = function(row) return {price = {}} end}",
            "column price is a table, which no database keeps",
        ),
    ];
    for lab in labs() {
        let table = table(3);
        lab.run(&[("1.sql", table.as_str())]);
        for (script, message) in rows {
            let said = lab.run(&[("1.sql", table.as_str()), ("2.lua", script)]);
            let (_, why) = said.split_once("2.lua:1: ").unwrap_or(("", &said));
            assert_eq!(why, message, "{script}");
            lab.bare().clear_failure("next", Resolution::GoOn).unwrap();
        }
        assert_eq!(lab.rows("SELECT price FROM p ORDER BY id"), "1; 2; 3");
    }
}

/// A script of batches goes on where it was; one with other writes asks, unless it says that it may start over.
#[test]
fn a_failed_batch_goes_on() {
    let failing = "batch{table = 'p', rows = 2, each = function(row)
        if row.id == 5 and config.currency == 'EUR' then fail('not yet') end
        return {price = row.price + 1000}
    end}";
    let writing = format!("db:execute('UPDATE p SET note = ?', {{'x'}})\n{failing}");
    let idempotent = format!("-- upgrade: idempotent\n{writing}");
    let rows = [
        (
            failing,
            "earlier batches",
            "1001; 1002; 1003; 1004; 1005; 1006",
        ),
        (
            idempotent.as_str(),
            "",
            "1001; 1002; 1003; 1004; 1005; 1006",
        ),
        (writing.as_str(), "asks", "1001; 1002; 1003; 1004; 5; 6"),
    ];
    for (script, kind, prices) in rows {
        for lab in labs() {
            let table = table(6);
            let scripts = [("1.sql", table.as_str()), ("2.lua", script)];
            let said = lab.run(&scripts);
            assert!(
                said.starts_with("[p 2/6]\n[p 4/6]\nscript core/2.lua failed in statement"),
                "{said}"
            );
            assert_eq!(
                lab.rows("SELECT price FROM p ORDER BY id"),
                "1001; 1002; 1003; 1004; 5; 6"
            );
            lab.bare()
                .clear_failure("mended", Resolution::GoOn)
                .unwrap();
            let again = lab.run_as(lab.bare().placeholder("currency", "CHF"), &scripts);
            match kind {
                "asks" => assert!(again.contains("waits for a decision"), "{again}"),
                _ => assert_eq!(again, "[p 6/6]"),
            }
            assert_eq!(
                lab.rows("SELECT price FROM p ORDER BY id"),
                prices,
                "{script}"
            );
        }
    }
}

#[test]
fn a_caught_failure_takes_its_chunk_back() {
    check(&[(
        "db:execute('CREATE TABLE q (id BIGINT PRIMARY KEY, n BIGINT)')
         for id = 1, 4 do db:insert('q', {id = id, n = 0}) end
         local ok, why = pcall(batch, {table = 'q', rows = 2, each = function(row)
             db:execute('UPDATE q SET n = n + 1 WHERE id = ?', {row.id})
             if row.id == 4 then error('four') end
         end})
         print(ok, why)
         for row in db:query('SELECT n FROM q ORDER BY id') do print(row.n) end",
        "[q 2/4]\nfalse\t1.lua:5: four\n1\n1\n0\n0",
    )]);
}
