-- upgrade: description = prices end in 5 or 9
--
-- The shop's people set such prices by hand, and forgot half of them. From one unit of the currency on, a price goes to the
-- nearest that ends in 5 or 9 cents; from a hundred on, to the nearest that ends in 95. Halfway it goes down: in doubt for the
-- customer. SQL could say this in a page of CASE, and another page for MySQL, where "/" is no whole number; here the rule is a
-- table that the shop's people can read.
--
-- What the author was careful about:
--
-- - Whole numbers only: "//" and "%", never "/". 0.1 has no place in a price.
-- - What is free, or costs less than one unit, stays. No price leaves the step that it is in, so nothing becomes free, and the
--   dearer of two things does not become the cheaper one: a price in a list that is below the product's own stays so.
-- - A price that the rule has made stays when the rule is applied again.
-- - Orders have their own copy of each price (2.0.0), and surcharges are added to a price that is right: neither is touched.
-- - Price lists whose code begins with custom_ are an integrator's, and what was agreed with a dealer is not ours to round.
--
-- Nothing is remembered from one row to the next: a run that was killed goes on behind the last chunk, in a new process, which
-- has none of this one's variables. (Hence no count of changed prices in the log.)

-- From `from` cents on and below the next step, a price ends so within each `unit`. The last step has no end.
local steps = {
    {from = 100, below = 10000, unit = 10, endings = {5, 9}},
    {from = 10000, below = math.maxinteger, unit = 100, endings = {95}},
}

local function rounded(price, step)
    local best, distance
    local start = price // step.unit * step.unit
    for _, unit in ipairs{start - step.unit, start, start + step.unit} do
        for _, ending in ipairs(step.endings) do
            local candidate = unit + ending
            local away = math.abs(candidate - price)
            -- From the lowest on, and only what is nearer: halfway, the lower one stays. A number beyond 64 bits begins again at
            -- the smallest one, which is in no step.
            if candidate >= step.from and candidate < step.below and (not best or away < distance) then
                best, distance = candidate, away
            end
        end
    end
    return best
end

local function at_its_point(price)
    for _, step in ipairs(steps) do
        if price >= step.from and price < step.below then
            return rounded(price, step)
        end
    end
    return price
end

local function each(row)
    local price = at_its_point(row.price_cents)
    -- A row that is right is not written: whoever watches the table with a trigger hears of changes only.
    if price ~= row.price_cents then
        return {price_cents = price}
    end
end

batch{
    table = "#__products",
    columns = {"price_cents"},
    each = each,
}

-- substr and not LIKE, in which "_" stands for any character.
batch{
    table = "#__prices",
    columns = {"price_cents"},
    where = "price_list_id IN (SELECT id FROM #__price_lists WHERE substr(code, 1, 7) <> 'custom_')",
    each = each,
}
