//! What stands in a new script before anybody has written it.

/// What a script is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Sql,
    Lua,
}

impl Language {
    /// What the names of its files end with.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Sql => "sql",
            Self::Lua => "lua",
        }
    }

    /// The text that whoever writes the script begins with. It does nothing.
    pub(super) fn model(self, description: &str) -> String {
        let description: String = description
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
        let rest = match self {
            Self::Sql => SQL,
            Self::Lua => LUA,
        };
        // A directive, so that no description is taken for another one.
        format!("-- upgrade: description = {description}\n--\n{rest}")
    }
}

const SQL: &str = "\
-- Runs once on every installation, in one transaction with its record, after all scripts with a lower version.
-- #__ becomes the table prefix, ${name} a configured value. More directives may stand here, each on a line of
-- its own and before the first statement:
-- * `-- upgrade: requires = core >= 1.0`: a track, or app, has to be at this version or a later one
-- * `-- upgrade: foreign_keys = off`: to rebuild a table; they are checked before the commit
-- * `-- upgrade: transaction = off`: for VACUUM and some PRAGMAs
-- Try the script with `upgrades check` and `upgrades plan`; once it is released, never edit it: write the next one.

";

const LUA: &str = "\
-- Runs once on every installation, after all scripts with a lower version. A failure takes back what is not committed, and
-- two things commit: each chunk of a batch, and on MySQL what defines something. With nothing but questions, verbs and
-- batches a script that was killed begins again by itself; where it does other things and may do them twice, it says so:
-- * `-- upgrade: idempotent`
-- * `-- upgrade: requires = core >= 1.0`: a track, or app, has to be at this version or a later one
-- In statements #__ becomes the table prefix, and each ? one of the values that follow; config.name is a configured value.
-- Try the script with `upgrades check` and `upgrades run` on a copy; once it is released, never edit it: write the next one.
--
-- A beginning, for whoever takes the dashes away:
--
-- db:add_column(\"#__products\", \"price_cents\", \"BIGINT\")
-- batch{
--     table = \"#__products\",
--     columns = {\"price\"},
--     each = function(row)
--         return {price_cents = math.floor(row.price * 100 + 0.5)}
--     end,
-- }
-- for row in db:query(\"SELECT id, name FROM #__products WHERE price_cents > ?\", {100000}) do
--     log.info(row.id .. \" is dear: \" .. row.name)
-- end

";
