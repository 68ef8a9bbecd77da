-- upgrade: description = the address becomes street, postcode and city
--
-- Parcel services want the parts. Where a line is divided is a guess, and SQL guesses badly: SQLite cannot look for the last
-- comma, and MySQL does it in other words. Here it is one function for both, and it only guesses where the line says what it
-- means: "STREET, POSTCODE CITY". Every other line stays as it was typed, whole, in street, where an address label prints it
-- right all the same, and where the shop's people find it: it has no city.
--
-- Nothing is lost: street, postcode and city put together are the line again, but for blanks.
--
-- Only verbs and a batch, so that a run that is killed goes on by itself, behind the last chunk.

local longest_postcode, longest_city = 20, 200

local function trimmed(text)
    return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

-- Capitals, digits and "-", a digit among them: "8001", "D-80331", "SW1A". Not "3.", "12b" or "Wien".
local function belongs_to_postcode(word)
    return word:find("^[%u%d-]+$") and word:find("%d")
end

-- "1080 Wien" is "1080" and "Wien". Nothing where it does not begin with a postcode, has none of four characters ("12 Hof"),
-- or no city behind it.
local function place(text)
    local postcode, city = {}, {}
    for word in text:gmatch("%S+") do
        local part = #city == 0 and belongs_to_postcode(word) and postcode or city
        part[#part + 1] = word
    end
    postcode, city = table.concat(postcode, " "), table.concat(city, " ")
    -- A text that is not UTF-8 has no length: it stays whole, as everything that is not understood.
    local length = utf8.len(city)
    if #postcode < 4 or #postcode > longest_postcode or city == "" or not length or length > longest_city then
        return nil
    end
    return postcode, city
end

-- What is before the last comma, postcode and city; or the whole line and nothing.
local function parts(line)
    local street, rest = line:match("^(.*),([^,]*)$")
    street = street and trimmed(street)
    if street and street ~= "" then
        local postcode, city = place(rest)
        if postcode then
            return street, postcode, city
        end
    end
    return line, "", ""
end

-- As long as the line was, as it may have to hold the whole of it.
db:add_column("#__customers", "street", "VARCHAR(500) NOT NULL DEFAULT ''")
db:add_column("#__customers", "postcode", ("VARCHAR(%d) NOT NULL DEFAULT ''"):format(longest_postcode))
db:add_column("#__customers", "city", ("VARCHAR(%d) NOT NULL DEFAULT ''"):format(longest_city))

-- Gone already where an earlier run was killed at the very end. A verb asks by itself; a batch has to be asked for.
if db:column_exists("#__customers", "address") then
    batch{
        table = "#__customers",
        columns = {"address"},
        where = "address <> ''",
        each = function(row)
            -- Blanks alone are no address. (To MySQL they are '', and do not come here.)
            if trimmed(row.address) ~= "" then
                local street, postcode, city = parts(row.address)
                return {street = street, postcode = postcode, city = city}
            end
        end,
    }
end

-- As in 3.0.0: what the new program does not read must go, or old imports go on to fill it.
db:drop_column("#__customers", "address")
