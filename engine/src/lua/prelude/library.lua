-- The functions of Lua's library that a script has. What could run for years where nothing interrupts it is written
-- in Lua here, or is sent to a matcher that looks at the time.
local search = ...

local error, getmetatable, ipairs, pcall, rawget, rawset, select, setmetatable, tonumber, tostring, type =
    error, getmetatable, ipairs, pcall, rawget, rawset, select, setmetatable, tonumber, tostring, type
local string_byte, string_find, string_gmatch, string_gsub, string_match, string_rep, string_sub =
    string.byte, string.find, string.gmatch, string.gsub, string.match, string.rep, string.sub
local table_concat, table_insert, table_move, table_pack, table_remove, table_sort, table_unpack =
    table.concat, table.insert, table.move, table.pack, table.remove, table.sort, table.unpack
local to_integer, kind_of = math.tointeger, math.type

local function copy(from, names)
    local to = {}
    for _, name in ipairs(names) do
        to[name] = from[name]
    end
    return to
end

local function refuse(number, name, expected, value)
    local message = "bad argument #%d to '%s' (%s expected, got %s)"
    error(message:format(number, name, expected, value == nil and "no value" or type(value)), 3)
end

-- Tables -------------------------------------------------------------------------------------------------------------

-- More elements than this are moved in Lua, where they can be interrupted.
local MANY = 1000000

-- Whether Lua's own functions come to an end with this table soon.
local function is_plain(list)
    return getmetatable(list) == nil and #list <= MANY
end

local function insert(list, ...)
    if type(list) ~= "table" or select("#", ...) ~= 2 or is_plain(list) then
        return table_insert(list, ...)
    end
    local place, value = ...
    local count = #list
    place = to_integer(place)
    if not place or place < 1 or place > count + 1 then
        error("bad argument #2 to 'insert' (position out of bounds)", 2)
    end
    for at = count, place, -1 do
        list[at + 1] = list[at]
    end
    list[place] = value
end

local function remove(list, ...)
    if type(list) ~= "table" or select("#", ...) == 0 or is_plain(list) then
        return table_remove(list, ...)
    end
    local count = #list
    local place = to_integer((...))
    if not place or (place ~= count and (place < 1 or place > count + 1)) then
        error("bad argument #2 to 'remove' (position out of bounds)", 2)
    end
    local value = list[place]
    for at = place, count - 1 do
        list[at] = list[at + 1]
    end
    list[count] = nil
    return value
end

local function move(from, first, last, place, to)
    local target = to == nil and from or to
    first, last, place = to_integer(first), to_integer(last), to_integer(place)
    if type(from) ~= "table" or type(target) ~= "table" or not (first and last and place) then
        return table_move(from, first, last, place, to)
    end
    if last < first or (last - first <= MANY and last - first >= 0
        and getmetatable(from) == nil and getmetatable(target) == nil) then
        return table_move(from, first, last, place, target)
    end
    local behind = place > last or place <= first or target ~= from
    local begin, finish, step = last, first, -1
    if behind then
        begin, finish, step = first, last, 1
    end
    for at = begin, finish, step do
        target[place + (at - first)] = from[at]
    end
    return target
end

local function concat(list, separator, first, last)
    if type(list) ~= "table" then
        refuse(1, "concat", "table", list)
    end
    first = first == nil and 1 or first
    last = last == nil and #list or last
    if getmetatable(list) == nil and kind_of(first) and kind_of(last) and last - first <= MANY then
        return table_concat(list, separator, first, last)
    end
    local parts = {}
    for at = to_integer(first), to_integer(last) do
        local part = list[at]
        if type(part) ~= "string" and type(part) ~= "number" then
            error(("invalid value (at index %d) in table for 'concat'"):format(at), 2)
        end
        parts[#parts + 1] = part
    end
    return table_concat(parts, separator)
end

local function sort(list, is_less)
    if type(list) ~= "table" or is_plain(list) then
        return table_sort(list, is_less)
    end
    local sorted = {}
    for at = 1, #list do
        sorted[at] = list[at]
    end
    table_sort(sorted, is_less)
    for at = 1, #sorted do
        list[at] = sorted[at]
    end
end

-- Texts --------------------------------------------------------------------------------------------------------------

local function rep(text, count, separator)
    if text == "" and (separator == nil or separator == "") and kind_of(count) then
        return ""
    end
    return string_rep(text, count, separator)
end

-- How the time of Lua's own matcher grows with the subject: to which power.
local powers = {}
local known_powers = 0

local function power_of(pattern)
    local power = powers[pattern]
    if power then
        return power
    end
    power = string_byte(pattern, 1) == 94 and 0 or 1 -- ^
    for at = 1, #pattern do
        local byte = string_byte(pattern, at)
        -- * + - ? and %, behind which %b and %1 go through the subject too.
        if byte == 42 or byte == 43 or byte == 45 or byte == 63 or byte == 37 then
            power = power + (byte == 37 and 0.3 or 1)
        end
    end
    if known_powers > 1000 then
        powers, known_powers = {}, 0
    end
    powers[pattern], known_powers = power, known_powers + 1
    return power
end

-- So many steps take Lua's own matcher a moment.
local A_MOMENT = 1e8

local function is_quick(subject, pattern)
    if type(subject) ~= "string" or type(pattern) ~= "string" then
        return true
    end
    return (#subject + 1) ^ power_of(pattern) * (#pattern + 1) <= A_MOMENT
end

-- The next match as `start, stop, captures`, of which there are none where the pattern has none. An error blames the
-- function so many calls up.
local function settle(level, start, stop, ...)
    if start == false then
        error(stop, level)
    end
    return start, stop, ...
end

local function anchored(pattern)
    if string_byte(pattern, 1) == 94 then
        return true, string_sub(pattern, 2)
    end
    return false, pattern
end

local function first_of(subject, init)
    init = init == nil and 1 or to_integer(init)
    if init == nil then
        error("bad argument #3 (number expected)", 3)
    end
    if init < 0 then
        init = #subject + init + 1
    end
    return init < 1 and 1 or init
end

local function found(start, ...)
    if start == nil then
        return nil
    end
    return start, ...
end

local function find(subject, pattern, init, is_text)
    if is_text or is_quick(subject, pattern) then
        return string_find(subject, pattern, init, is_text)
    end
    local from = first_of(subject, init)
    local at_start, bare = anchored(pattern)
    return found(settle(3, search(subject, bare, from, 0, at_start)))
end

local function captured(subject, start, stop, ...)
    if start == nil then
        return nil
    elseif select("#", ...) == 0 then
        return string_sub(subject, start, stop)
    end
    return ...
end

local function match(subject, pattern, init)
    if is_quick(subject, pattern) then
        return string_match(subject, pattern, init)
    end
    local from = first_of(subject, init)
    local at_start, bare = anchored(pattern)
    return captured(subject, settle(3, search(subject, bare, from, 0, at_start)))
end

local function gmatch(subject, pattern, init)
    if is_quick(subject, pattern) then
        return string_gmatch(subject, pattern, init)
    end
    local from, last = first_of(subject, init), 0
    local function step(start, stop, ...)
        if start then
            from, last = stop + 1, stop + 1
        end
        return captured(subject, start, stop, ...)
    end
    return function()
        return step(settle(3, search(subject, pattern, from, last, false)))
    end
end

-- What stands in place of a match, by a text with %0 to %9.
local function filled(replacement, subject, start, stop, ...)
    local parts, from = {}, 1
    while true do
        local at = string_find(replacement, "%", from, true)
        if not at then
            parts[#parts + 1] = string_sub(replacement, from)
            return table_concat(parts)
        end
        parts[#parts + 1] = string_sub(replacement, from, at - 1)
        local sign = string_sub(replacement, at + 1, at + 1)
        local number = to_integer(tonumber(sign))
        if sign == "%" then
            parts[#parts + 1] = "%"
        elseif number == 0 or (number == 1 and select("#", ...) == 0) then
            parts[#parts + 1] = string_sub(subject, start, stop)
        elseif number and number <= select("#", ...) then
            parts[#parts + 1] = (select(number, ...))
        elseif number then
            error(("invalid capture index %%%d in replacement string"):format(number), 0)
        else
            error("invalid use of '%' in replacement string", 0)
        end
        from = at + 2
    end
end

local function replaced(replacement, subject, start, stop, ...)
    local kind, value = type(replacement), nil
    if kind == "string" or kind == "number" then
        return filled(tostring(replacement), subject, start, stop, ...)
    elseif kind == "table" then
        value = replacement[(captured(subject, start, stop, ...))]
    else
        value = replacement(captured(subject, start, stop, ...))
    end
    if not value then
        return string_sub(subject, start, stop)
    elseif type(value) ~= "string" and type(value) ~= "number" then
        error(("invalid replacement value (a %s)"):format(type(value)), 0)
    end
    return tostring(value)
end

local function gsub(subject, pattern, replacement, most)
    local kind = type(replacement)
    local is_known = kind == "string" or kind == "number" or kind == "table" or kind == "function"
    if not is_known or is_quick(subject, pattern) then
        return string_gsub(subject, pattern, replacement, most)
    end
    local at_start, bare = anchored(pattern)
    local parts, from, last, count = {}, 1, 0, 0
    local function step(start, stop, ...)
        if start then
            parts[#parts + 1] = string_sub(subject, from, start - 1)
            parts[#parts + 1] = replaced(replacement, subject, start, stop, ...)
            from, last, count = stop + 1, stop + 1, count + 1
        end
        return start
    end
    while most == nil or count < most do
        if not step(settle(3, search(subject, bare, from, last, at_start))) or at_start then
            break
        end
    end
    parts[#parts + 1] = string_sub(subject, from)
    return table_concat(parts), count
end

-- Metatables and errors ----------------------------------------------------------------------------------------------

local function set_metatable(object, metatable)
    if type(object) ~= "table" then
        refuse(1, "setmetatable", "table", object)
    end
    if type(metatable) == "table" and rawget(metatable, "__gc") ~= nil then
        error("a script's objects have no __gc, which would run where nothing interrupts it", 2)
    end
    return setmetatable(object, metatable)
end

-- A handler that Lua itself called would run where nothing interrupts it.
local function handled(handler, done, ...)
    if done then
        return true, ...
    end
    return false, handler((...))
end

local function protected(work, handler, ...)
    if type(handler) ~= "function" then
        refuse(2, "xpcall", "function", handler)
    end
    return handled(handler, pcall(work, ...))
end

-- What a script has --------------------------------------------------------------------------------------------------

local strings = copy(string, {
    "byte", "char", "format", "len", "lower", "pack", "packsize", "reverse", "sub", "unpack", "upper",
})
strings.find, strings.gmatch, strings.gsub, strings.match, strings.rep = find, gmatch, gsub, match, rep

local shared = getmetatable("")
shared.__index, shared.__metatable = strings, false

local tables = { concat = concat, insert = insert, move = move, pack = table_pack, remove = remove, sort = sort,
    unpack = table_unpack }

local script = copy(_G, {
    "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawlen", "rawset",
    "select", "tonumber", "tostring", "type",
})
script.xpcall = protected
script.setmetatable = set_metatable
script.string, script.table = strings, tables
script.math, script.utf8 = copy(math, {
    "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger",
    "min", "mininteger", "modf", "pi", "rad", "random", "randomseed", "sin", "sqrt", "tan", "tointeger", "type", "ult",
}), copy(utf8, { "char", "charpattern", "codepoint", "codes", "len", "offset" })

-- A name that nobody has given a value is a slip of the pen, and must not become NULL.
local named = {}
local withheld = {}
for _, name in ipairs { "collectgarbage", "coroutine", "debug", "dofile", "io", "load", "loadfile", "loadstring", "os",
    "package", "require", "warn", "_G" } do
    withheld[name] = true
end
return setmetatable(script, {
    __index = function(_, name)
        if named[name] then
            return nil
        elseif withheld[name] then
            error(("a script has no %s: it reaches nothing but its database"):format(name), 2)
        end
        error(("there is no variable %s"):format(tostring(name)), 2)
    end,
    __newindex = function(variables, name, value)
        named[name] = true
        rawset(variables, name, value)
    end,
    __metatable = false,
})
