//! The database as a script has it, and what surrounds the script.

use crate::lab::check;

#[test]
fn what_a_script_has() {
    check(&[
        ("print(script.version, script.file, script.track)", "1\t1.lua\tcore"),
        ("print(config.currency, config.prefix, config.none)", "EUR\tcb_\tnil"),
        ("log.info('a') log.warn('b', 1) print() progress(1, 3)", "a\nWARN: b\t1\n\n[1/3]"),
        (
            "print(db:execute('CREATE TABLE #__a (id INTEGER PRIMARY KEY, n INTEGER)'))
             db:insert('#__a', {n = 1, id = 1}) db:insert('#__a', {id = 2, n = null})
             print(db:execute('UPDATE #__a SET n = ?', {7}))
             for row in db:query('SELECT id, n FROM #__a ORDER BY id') do print(row.id, row.n) end",
            "0\n2\n1\t7\n2\t7",
        ),
        (
            // A table is changed while it is gone through.
            "db:execute('CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER)')
             for id = 1, 3 do db:insert('a', {id = id, n = 0}) end
             for row in db:query('SELECT id FROM a ORDER BY id') do
                 db:execute('DELETE FROM a WHERE id = ?', {row.id + 1})
                 db:execute('UPDATE a SET n = n + 1 WHERE id = ?', {row.id})
             end
             for row in db:query('SELECT id, n FROM a') do print(row.id, row.n) end
             for row in db:query('SELECT id FROM a') do break end",
            "1\t1",
        ),
        (
            "db:execute('CREATE TABLE a (id INTEGER PRIMARY KEY)')
             print(db:savepoint(function() db:insert('a', {id = 1}) return 'x', 2 end))
             local ok, why = pcall(db.savepoint, db, function()
                 db:insert('a', {id = 2}) db:savepoint(function() db:insert('a', {id = 3}) end) fail('back')
             end)
             print(ok, why)
             print(db:one('SELECT COUNT(*) AS n FROM a').n)",
            "x\t2\nfalse\t1.lua:4: back\n1",
        ),
        (
            "db:execute('CREATE TABLE a (id INTEGER PRIMARY KEY)') db:insert('a', {id = 1})
             local ok, why = pcall(db.insert, db, 'a', {id = 1})
             print(ok, why.line, why.sql:sub(1, 11), ('x: ' .. why):match('^x: 1.lua:2: the database refuses') ~= nil, #tostring(why) == #why.message)
             print(db:one('SELECT COUNT(*) AS n FROM a').n)",
            "false\t2\tINSERT INTO\ttrue\ttrue\n1",
        ),
        (
            "print(null == db.null, type(null), tostring(blob('abc')), #blob('abc'), getmetatable(blob('')), getmetatable(''))",
            "true\tuserdata\tblob of 3 bytes\t3\tfalse\tfalse",
        ),
    ]);
}
