-- upgrade: description = one customer for each e-mail address
--
-- 1.3.0 made e-mail addresses unique, whatever their case. Imports found the way around it: " ada@example.com", with a blank or
-- a tab before it, is another text and the same person, whose orders then stood in two accounts.
--
-- The oldest customer of an address keeps it, and gets the orders and carts of the others. Nothing is deleted, and no e-mail
-- address is changed:
--
-- - The others stay, as `merged_into` says: tables of customizations may refer to them with ON DELETE CASCADE, and columns of
--   customizations hold what core does not know. The program of this release shows nobody who is merged.
-- - What the oldest lacks (a name, an address, a price list) it gets from the next one that has it. Where both have one and they
--   differ, its own counts; the other is still in the other's row.
-- - An address without "@" is none: two customers without an address are two customers.
--
-- First the demand and then the data, other than in 1.0.0.1: the column is new and everybody's is NULL, of which a unique index
-- takes any number. So the index is there to find the oldest by, row by row, however many customers there are.
--
-- Only verbs and a batch: all that is known about a customer stands in the database, and none of it in a variable. A run that was
-- killed goes on behind the last chunk, and finds those that the first half of it has seen.

-- The address as the program of this release looks for it. ASCII's case only, on every store: "Ö" and "ö" are two letters to many
-- mail servers, and whom nobody can merge by mistake nobody has to take apart again.
local function key_of(email)
    local key = email:gsub("^%s+", ""):gsub("%s+$", ""):lower()
    if key:find("@", 1, true) then
        return key
    end
end

-- What `oldest` lacks and `other` has. First and last name belong together, as do the parts of an address.
local function lacking(oldest, other)
    local gets = {}
    for _, group in ipairs{{"first_name", "last_name"}, {"street", "postcode", "city"}} do
        local empty = true
        for _, column in ipairs(group) do
            empty = empty and oldest[column] == ""
        end
        for _, column in ipairs(group) do
            gets[column] = empty and other[column] or oldest[column]
        end
    end
    gets.price_list_id = oldest.price_list_id or other.price_list_id
    return gets
end

local columns = "id, first_name, last_name, street, postcode, city, price_list_id"

local function merge(other, oldest)
    local gets = lacking(oldest, other)
    db:execute(
        "UPDATE #__customers SET first_name = ?, last_name = ?, street = ?, postcode = ?, city = ?, price_list_id = ? WHERE id = ?",
        {gets.first_name, gets.last_name, gets.street, gets.postcode, gets.city, gets.price_list_id or null, oldest.id}
    )
    db:execute("UPDATE #__orders SET customer_id = ? WHERE customer_id = ?", {oldest.id, other.id})
    db:execute("UPDATE #__carts SET customer_id = ? WHERE customer_id = ?", {oldest.id, other.id})
    db:execute("UPDATE #__customers SET merged_into = ? WHERE id = ?", {oldest.id, other.id})
end

db:add_column("#__customers", "email_key", "VARCHAR(254)")
db:add_column("#__customers", "merged_into", "INTEGER")
db:add_unique_index("#__customers", "#__customers_email_key", {"email_key"})

-- By id, from the smallest: who comes first is the oldest.
batch{
    table = "#__customers",
    columns = {"email", "first_name", "last_name", "street", "postcode", "city", "price_list_id"},
    rows = 500,
    chunk = function(customers)
        for _, customer in ipairs(customers) do
            local key = key_of(customer.email)
            local oldest = key and db:one("SELECT " .. columns .. " FROM #__customers WHERE email_key = ?", {key})
            -- Itself where the script is started over after a failure, by whoever decided so.
            if oldest and oldest.id ~= customer.id then
                merge(customer, oldest)
            elseif key and not oldest then
                db:execute("UPDATE #__customers SET email_key = ? WHERE id = ?", {key, customer.id})
            end
        end
    end,
}
