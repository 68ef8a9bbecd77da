//! Escapes, each of which is refused: the process lives, and its memory stays bounded.

use std::time::Duration;

use upgrades::Resolution;

use crate::lab::{Lab, labs};

/// A script that gets nowhere, and what is said of it.
fn fails(script: &str, message: &str, time: Duration) {
    let lab = Lab::sqlite();
    let upgrader = lab.bare().lua_time(time).lua_memory(16 * 1024 * 1024);
    let said = lab.run_as(upgrader, &[("1.lua", script)]);
    let (_, why) = said.split_once("were not run: ").unwrap_or(("", &said));
    assert_eq!(why, message, "{script}");
    // Nothing of it is left, and a later script runs.
    lab.bare()
        .clear_failure("mended", Resolution::MarkDone)
        .unwrap();
    assert_eq!(
        lab.run(&[("1.lua", script), ("2.lua", "print('on')")]),
        "on",
        "{script}"
    );
}

#[test]
fn nothing_reaches_out() {
    let names = [
        "os",
        "io",
        "package",
        "require",
        "dofile",
        "loadfile",
        "load",
        "loadstring",
        "debug",
        "collectgarbage",
        "coroutine",
        "_G",
    ];
    let longest = Duration::from_secs(60);
    for name in names {
        let message =
            format!("1.lua:1: a script has no {name}: it reaches nothing but its database");
        fails(&format!("{name}()"), &message, longest);
    }
    let rows = [
        (
            "string.dump(print)",
            "1.lua:1: attempt to call a nil value (field 'dump')",
        ),
        (
            "('x'):dump()",
            "1.lua:1: attempt to call a nil value (method 'dump')",
        ),
        (
            "getmetatable('').__index = nil",
            "1.lua:1: attempt to index a boolean value",
        ),
        (
            "setmetatable('', {})",
            "1.lua:1: bad argument #1 to 'setmetatable' (table expected, got string)",
        ),
        (
            "setmetatable(log, {})",
            "1.lua:1: cannot change a protected metatable",
        ),
        (
            "getmetatable(config).x = 1",
            "1.lua:1: attempt to index a boolean value",
        ),
        (
            "getmetatable(null).x = 1",
            "1.lua:1: attempt to index a nil value",
        ),
        (
            "setmetatable({}, {__gc = print})",
            "1.lua:1: a script's objects have no __gc, which would run where nothing interrupts it",
        ),
        (
            "local b = blob('a') b[1] = {} db:one('SELECT ? AS a', {b})",
            "1.lua:1: value 1 is a blob without bytes",
        ),
        (
            "db:one('SELECT ? AS a', {setmetatable({'x'}, {__name = 'blob'})})",
            "1.lua:1: value 1 is a table, which no database keeps",
        ),
    ];
    for (script, message) in rows {
        fails(script, message, longest);
    }
}

#[test]
fn endless_loops_end() {
    let message = "it computed for more than 200ms without a call to the database; what it was to do in so long is left undone";
    let loops = [
        "while true do end",
        "while true do local s = ('x'):rep(10) end",
        "local function f() return f() end f()",
        "while true do pcall(function() while true do end end) end",
        "local function f() pcall(f) while true do pcall(f) end end f()",
        "xpcall(function() while true do end end, function() while true do end end) while true do end",
        "repeat local ok = pcall(function() while true do end end) until ok",
        "setmetatable({}, {__index = function(t, k) return t[k + 1] end})[1] = 1 while true do end",
        "for _ in function() return 1 end do end",
        "error(setmetatable({}, {__tostring = function() while true do end end}))",
        "print(setmetatable({}, {__tostring = function() while true do end end}))",
        "db:savepoint(function() while true do end end)",
        "local t = setmetatable({}, {__len = function() return math.maxinteger - 1 end}) table.insert(t, 1, 1)",
        "local t = setmetatable({}, {__len = function() return math.maxinteger - 1 end}) table.remove(t, 1)",
        "local t = setmetatable({}, {__len = function() return 1 << 40 end, __index = function() end, __newindex = function() end}) table.sort(t)",
        "table.move({}, 1, math.maxinteger - 1, 2)",
        "table.move({}, 1, 1 << 50, 2, {})",
        "table.concat(setmetatable({}, {__index = function() return '' end}), '', 1, 1 << 50)",
        "(('a'):rep(30000)):find(('.-'):rep(20) .. 'b')",
        "(('a'):rep(30)):match(('a?'):rep(30) .. ('a'):rep(30) .. 'b')",
        "(('a'):rep(7)):match(('a?'):rep(150) .. 'b')",
        "(('a'):rep(30000)):gsub(('a*'):rep(9) .. 'b', '')",
        "for _ in (('a'):rep(30000)):gmatch(('a*'):rep(9) .. 'b') do end",
        "local t = setmetatable({}, {__close = function() while true do end end}) do local x <close> = t end",
    ];
    for script in loops {
        let lab = Lab::sqlite();
        let upgrader = lab
            .bare()
            .lua_time(Duration::from_millis(200))
            .lua_memory(64 << 20);
        let said = lab.run_as(upgrader, &[("1.lua", script)]);
        let (_, why) = said.split_once("were not run: ").unwrap_or(("", &said));
        let (place, why) = match why.split_once(": ") {
            Some((place, rest)) if place.starts_with("1.lua:") => (place, rest),
            _ => ("", why),
        };
        assert_eq!((place, why), ("1.lua:1", message), "{script}");
    }
}

/// What works on a caught error is over too.
#[test]
fn nothing_goes_on_behind_the_time() {
    for lab in labs() {
        let script = "db:execute('CREATE TABLE a (n INTEGER)')
            local function work() while true do pcall(function() while true do end end) pcall(db.insert, db, 'a', {n = 1}) end end
            pcall(work) pcall(work) db:insert('a', {n = 2}) print('through')";
        let upgrader = lab.bare().lua_time(Duration::from_millis(200));
        let said = lab.run_as(
            upgrader,
            &[("1.sql", "CREATE TABLE b (n INTEGER);"), ("2.lua", script)],
        );
        assert!(said.contains("it computed for more than 200ms"), "{said}");
        assert!(!said.contains("through"), "{said}");
    }
}

/// The database's own time is not the script's.
#[test]
fn the_database_may_take_its_time() {
    for lab in labs() {
        let script = lab.either(
            "print(db:one('WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1500000) SELECT COUNT(*) AS n FROM c').n > 0)",
            "print(db:one('SELECT SLEEP(0.4) AS n').n == 0)",
        );
        let upgrader = lab.bare().lua_time(Duration::from_millis(100));
        assert_eq!(lab.run_as(upgrader, &[("1.lua", script)]), "true");
    }
}

#[test]
fn memory_is_bounded() {
    let message = "it needs more than 16 MiB of memory; go through many rows with db:query or a batch, which hold few of them at once";
    let rows = [
        "local s = ('x'):rep(1 << 28)",
        "local s = 'x' while true do s = s .. s end",
        "local t = {} while true do t[#t + 1] = {} end",
        "local t = {} for i = 1, 1 << 40 do t[i] = ('x'):rep(1000) .. i end",
        "local t = {} while true do t = {t} end",
        "local t = {} for i = 1, 1e9 do t[i] = blob(('x'):rep(1000) .. i) end",
        "string.format(('%s'):rep(200), table.unpack((function() local t = {} for i = 1, 200 do t[i] = ('x'):rep(1 << 20) end return t end)()))",
        "table.concat((function() local t = {} for i = 1, 200 do t[i] = ('x'):rep(1 << 16) .. i end return t end)(), ('x'):rep(1 << 16))",
        "local t = {} for i = 1, 100000 do t[i] = function() return t[i] end end while true do t = {t, t} end",
        "local rows = {} for row in db:query('WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n, hex(zeroblob(1000)) AS x FROM c LIMIT 100000') do rows[#rows + 1] = row end",
        "(('x'):rep(1 << 20)):gsub('x', ('y'):rep(100))",
    ];
    for script in rows {
        fails(script, message, Duration::from_secs(60));
    }
    // What catches it may go on.
    let lab = Lab::sqlite();
    let upgrader = lab.bare().lua_memory(16 * 1024 * 1024);
    let script = "print(pcall(string.rep, 'x', 1 << 30)) print('on')";
    assert_eq!(
        lab.run_as(upgrader, &[("1.lua", script)]),
        "false\tnot enough memory\non"
    );
}

#[test]
fn deep_is_not_too_deep() {
    let rows = [
        (
            "local function f() return 1 + f() end f()",
            "stack overflow",
        ),
        (
            "local t = setmetatable({}, {}) getmetatable(t).__index = t print(t.x)",
            "'__index' chain too long; possible loop",
        ),
        (
            "local function f() return pcall(f) end print(f()) error('end')",
            "end",
        ),
        (
            "local function f(s) return s:gsub('.', f) end f('x')",
            "C stack overflow",
        ),
        ("local function f() db:savepoint(f) end f()", "overflow"),
        (
            "local function f() table.sort({2, 1}, f) end f()",
            "C stack overflow",
        ),
        ("error()", "(the error is a nil value)"),
        ("error({})", "(the error is a table value)"),
        (
            "error(setmetatable({}, {__tostring = function() return 'mine' end}))",
            "mine",
        ),
        (
            "error(setmetatable({}, {__tostring = function() return {} end}))",
            "(the error is a table value)",
        ),
        (
            "error(setmetatable({}, {__tostring = function() error('worse') end}))",
            "(the error is a table value)",
        ),
        ("error(print)", "(the error is a function value)"),
        ("error('a\\0b\\xff')", "a"),
        ("(('x'):rep(300)):find(('(x'):rep(40))", "too many captures"),
        (
            "('x'):rep(300000):find(('x?'):rep(300))",
            "pattern too complex",
        ),
        ("('x'):find('[a')", "malformed pattern (missing ']')"),
        ("('x'):rep(1 << 62)", "resulting string too large"),
        (
            "string.format('%d', '3.5')",
            "number has no integer representation",
        ),
    ];
    for (script, part) in rows {
        let lab = Lab::sqlite();
        let said = lab.say(script);
        let (_, why) = said.split_once("were not run: ").unwrap_or(("", &said));
        // Where the stack is full, nothing can look where that was.
        let is_placed = why.starts_with("1.lua:1: ") || part.contains("overflow");
        assert!(why.contains(part) && is_placed, "{script}: {said}");
    }
}

/// Long texts go to the matcher that looks at the time, and are matched as short ones are.
#[test]
fn long_texts_are_matched_as_short_ones() {
    let parts = [
        "s:gsub('(%a+),%s*', '%1;%%')",
        "s:gsub('(%a)(%a*)%s*', function(a, b) if b == 'b' then return b .. a end end)",
        "s:gsub('(%a+)%s*', {ab = 'x', c = 7})",
        "s:gsub('x*', '-')",
        "s:gsub('^%s*(%a*)', '<%0%1>')",
        "s:gsub('%a+%s*', '', 3)",
        "s:find('(c+)(c*),', 5)",
        "s:find('c%s*$')",
        "s:find('%s*', -1)",
        "s:match('^(.-),.*$')",
        "s:match('()%d*()', 4)",
        "s:match('%d+x*', 4)",
        "#count(s:gmatch('%a+%s*')), #count(s:gmatch('()%s*')), #count(s:gmatch('(%a*)(,*)'))",
    ];
    for part in parts {
        // More than twelve are as many as the text has blanks.
        let script = format!(
            "local function count(each) local all = {{}} for one in each do all[#all + 1] = one end return all end
             local function told(s) local all = table.pack({part}) for at = 1, all.n do all[at] = math.type(all[at]) and all[at] > 12 and 'more' or tostring(all[at]):sub(1, 9) end return table.concat(all, ' ') end
             local function slow(text) return told(text .. (' '):rep(60000)) end
             local function quick(text) return told(text .. (' '):rep(20)) end
             local one, other = slow('ab, c, ab,'), quick('ab, c, ab,')
             print(one == other or one .. ' / ' .. other)"
        );
        let said = Lab::sqlite().say(&script);
        assert_eq!(said, "true", "{part}");
    }
}
