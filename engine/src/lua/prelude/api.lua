-- What a script has beside Lua's library: its database, and what surrounds it. The engine's own functions tell why they
-- fail as their first value; here that becomes an error.
local script, engine = ...

local error, pairs, rawset, select, setmetatable, tostring, type, xpcall =
    error, pairs, rawset, select, setmetatable, tostring, type, xpcall
local format, concat, load = string.format, table.concat, load

local function settle(failure, ...)
    if failure then
        error(failure, 0)
    end
    return ...
end

local function raising(work)
    return function(...)
        return settle(work(...))
    end
end

local function refuse(message)
    error(engine.failure(message), 0)
end

local function read_only(name, fields)
    return setmetatable({}, {
        __index = fields,
        __newindex = function()
            refuse(name .. " cannot be changed")
        end,
        __metatable = false,
    })
end

-- Rows ---------------------------------------------------------------------------------------------------------------

-- More columns than this are more than a function has parameters.
local MANY = 120

-- The functions that make a row of its values, by the names of the columns.
local makers = {}
local known_makers = 0

local function compiled(names)
    local parameters, fields = {}, {}
    for at = 1, #names do
        parameters[at] = "v" .. at
        fields[at] = format("[%q] = v%d", names[at], at)
    end
    local text = format("local first, %s = ... if first then return { %s } end", concat(parameters, ", "),
        concat(fields, ", "))
    return load(text, "=row", "t", {})
end

local function slow(names)
    return function(first, ...)
        if not first then
            return nil
        end
        local row = {}
        for at = 1, #names do
            row[names[at]] = (select(at, ...))
        end
        return row
    end
end

local function maker(names)
    local key = concat(names, "\0")
    local make = makers[key]
    if not make then
        if known_makers > 1000 then
            makers, known_makers = {}, 0
        end
        make = (#names == 0 or #names > MANY) and slow(names) or compiled(names)
        makers[key], known_makers = make, known_makers + 1
    end
    return make
end

-- The database -------------------------------------------------------------------------------------------------------

local db = {}

db.execute, db.insert = raising(engine.execute), raising(engine.insert)

function db.query(...)
    local names, step, closing = settle(engine.query(...))
    local make = maker(names)
    return function()
        return make(settle(step()))
    end, nil, nil, closing
end

function db.one(...)
    local names, step = settle(engine.one(...))
    if names then
        return maker(names)(settle(step()))
    end
    return nil
end

local function is_callable(value)
    return type(value) == "function"
end

function db.savepoint(self, work, ...)
    if self ~= db or not is_callable(work) or select("#", ...) > 0 then
        refuse("db:savepoint takes a function")
    end
    settle(engine.mark())
    local function settled(done, ...)
        if not done then
            settle(engine.take_back())
            error((...), 0)
        end
        settle(engine.release())
        return ...
    end
    return settled(xpcall(work, engine.note_error))
end

for _, name in pairs(engine.verbs) do
    db[name] = raising(engine[name])
end

-- Batches ------------------------------------------------------------------------------------------------------------

local function chunk_of_rows(count, work)
    local make, step = maker(engine.chunk_columns()), engine.row
    if work.chunk then
        local rows = {}
        for at = 1, count do
            rows[at] = make(settle(step(at)))
        end
        work.chunk(rows)
        return
    end
    local each, put = work.each, engine.put
    for at = 1, count do
        local change = each(make(settle(step(at))))
        if change ~= nil then
            settle(put(at, change))
        end
    end
    settle(engine.put_all())
end

local function wait_for(wait)
    while wait do
        local goes_on = wait()
        settle(engine.commit())
        if not goes_on then
            return
        end
        settle(engine.sleep())
    end
end

local function chunks(work)
    while true do
        wait_for(work.wait)
        local count = settle(engine.next_chunk())
        if not count then
            return settle(engine.batched())
        end
        local done, why = xpcall(chunk_of_rows, engine.note_error, count, work)
        if done then
            why = engine.end_chunk()
            done = why == nil
        end
        if not done and not settle(engine.again()) then
            error(why, 0)
        end
    end
end

local function batch(options)
    local work = settle(engine.begin_batch(options))
    local done, rows = xpcall(chunks, engine.note_error, work)
    engine.leave_batch()
    if not done then
        error(rows, 0)
    end
    return rows
end

-- What surrounds the script ------------------------------------------------------------------------------------------

local function said(...)
    local words = {}
    for at = 1, select("#", ...) do
        words[at] = tostring((select(at, ...)))
    end
    return concat(words, "\t")
end

local log = {
    info = function(...)
        settle(engine.say("info", said(...)))
    end,
    warn = function(...)
        settle(engine.say("warn", said(...)))
    end,
}

local function fail(...)
    refuse(said(...))
end

local config = setmetatable({}, {
    __index = function(_, name)
        return settle(engine.config(name))
    end,
    __newindex = function()
        refuse("config cannot be changed")
    end,
    __metatable = false,
})

local Blob = {
    __name = "blob",
    __metatable = false,
    __len = function(blob)
        return #blob[1]
    end,
    __tostring = function(blob)
        return "blob of " .. #blob[1] .. " bytes"
    end,
}

local function blob(bytes)
    if type(bytes) ~= "string" then
        refuse("blob takes a string, and not a " .. type(bytes))
    end
    return setmetatable({ bytes }, Blob)
end

for name, value in pairs {
    batch = batch,
    blob = blob,
    config = config,
    db = db,
    dialect = engine.dialect,
    fail = fail,
    log = read_only("log", log),
    null = engine.null,
    print = log.info,
    progress = raising(engine.progress),
    script = read_only("script", engine.script),
} do
    rawset(script, name, value)
end
db.null = engine.null
engine.set_blob(Blob)

-- Runs the script, and tells nothing but whether it came to its end, or what it raised.
return function(main)
    return xpcall(main, engine.note_error)
end
