//! Helpers, which ask about the schema, and verbs, which change it and do nothing where it is so already.

use mlua::{IntoLua, Lua, MultiValue, Scope, Table, Value as LuaValue};

use super::arguments::Arguments;
use super::host::{Host, Why};
use crate::db::Db;
use crate::store::Column;

type Work = fn(&mut Db<'_>, &Lua, &mut Arguments) -> Result<LuaValue, Why>;

/// A name, how a call looks, and what it does.
type Verb = (&'static str, &'static str, Work);

const TABLE: &str = r#""products""#;
const NAME: &str = r#""products", "name""#;
const COLUMNS: &str = r#""products", {"maker_id"}"#;
const INDEX: &str = r#""products", "by_name", {"name"}"#;
const DEFINITION: &str = r#""products", "price", "INTEGER NOT NULL DEFAULT 0""#;
const KEY: &str = r#""products", "of_maker", {columns = {"maker_id"}, parent = "makers", parent_columns = {"id"}}"#;

const VERBS: [Verb; 29] = [
    ("table_exists", TABLE, |db, lua, a| {
        one(lua, a, |t| db.table_exists(t))
    }),
    ("view_exists", TABLE, |db, lua, a| {
        one(lua, a, |t| db.view_exists(t))
    }),
    ("trigger_exists", TABLE, |db, lua, a| {
        one(lua, a, |t| db.trigger_exists(t))
    }),
    ("column_exists", NAME, |db, lua, a| {
        two(lua, a, |t, n| db.column_exists(t, n))
    }),
    ("index_exists", NAME, |db, lua, a| {
        two(lua, a, |t, n| db.index_exists(t, n))
    }),
    ("foreign_key_exists", NAME, |db, lua, a| {
        two(lua, a, |t, n| db.foreign_key_exists(t, n))
    }),
    ("constraint_exists", NAME, |db, lua, a| {
        two(lua, a, |t, n| db.constraint_exists(t, n))
    }),
    ("foreign_key_exists_on", COLUMNS, |db, lua, a| {
        on(lua, a, |t, c| db.foreign_key_exists_on(t, c))
    }),
    ("foreign_key_name", COLUMNS, |db, lua, a| {
        on(lua, a, |t, c| db.foreign_key_name(t, c))
    }),
    ("is_unique_key", COLUMNS, |db, lua, a| {
        on(lua, a, |t, c| db.is_unique_key(t, c))
    }),
    ("primary_key", TABLE, |db, lua, a| {
        one(lua, a, |t| db.primary_key(t))
    }),
    ("index_names", TABLE, |db, lua, a| {
        one(lua, a, |t| db.index_names(t))
    }),
    ("columns", TABLE, |db, lua, a| {
        let table = a.text()?;
        a.end()?;
        columns(lua, db.columns(&table)?)
    }),
    ("drop_table", TABLE, |db, lua, a| {
        one(lua, a, |t| db.drop_table(t))
    }),
    ("drop_view", TABLE, |db, lua, a| {
        one(lua, a, |t| db.drop_view(t))
    }),
    ("drop_trigger", TABLE, |db, lua, a| {
        one(lua, a, |t| db.drop_trigger(t))
    }),
    ("rename_table", r#""products", "goods""#, |db, lua, a| {
        two(lua, a, |t, n| db.rename_table(t, n))
    }),
    ("drop_column", NAME, |db, lua, a| {
        two(lua, a, |t, n| db.drop_column(t, n))
    }),
    ("drop_index", NAME, |db, lua, a| {
        two(lua, a, |t, n| db.drop_index(t, n))
    }),
    ("drop_foreign_key", NAME, |db, lua, a| {
        two(lua, a, |t, n| db.drop_foreign_key(t, n))
    }),
    ("drop_constraint", NAME, |db, lua, a| {
        two(lua, a, |t, n| db.drop_constraint(t, n))
    }),
    ("drop_foreign_keys_on", COLUMNS, |db, lua, a| {
        on(lua, a, |t, c| db.drop_foreign_keys_on(t, c))
    }),
    ("add_column", DEFINITION, |db, lua, a| {
        three(lua, a, |t, n, d| db.add_column(t, n, d))
    }),
    ("change_column", DEFINITION, |db, lua, a| {
        three(lua, a, |t, n, d| db.change_column(t, n, d))
    }),
    (
        "rename_column",
        r#""products", "name", "title""#,
        |db, lua, a| three(lua, a, |t, from, to| db.rename_column(t, from, to)),
    ),
    (
        "add_check",
        r#""products", "price_is_positive", "price > 0""#,
        |db, lua, a| three(lua, a, |t, n, c| db.add_check(t, n, c)),
    ),
    ("add_index", INDEX, |db, lua, a| {
        index(lua, a, |t, n, c| db.add_index(t, n, c))
    }),
    ("add_unique_index", INDEX, |db, lua, a| {
        index(lua, a, |t, n, c| db.add_unique_index(t, n, c))
    }),
    ("add_foreign_key", KEY, |db, lua, a| {
        let (table, name, key) = (a.text()?, a.text()?, a.foreign_key()?);
        a.end()?;
        db.add_foreign_key(&table, &name, &key)?.told(lua)
    }),
];

/// Gives the prelude all of them.
pub(super) fn add<'s>(
    lua: &Lua,
    host: &'s Host<'_, '_>,
    scope: &'s Scope<'s, '_>,
    engine: &Table,
) -> mlua::Result<()> {
    let names = VERBS.map(|(name, _, _)| name);
    engine.raw_set("verbs", lua.create_sequence_from(names)?)?;
    for (name, usage, work) in VERBS {
        host.add(scope, engine, name, move |host, lua, values: MultiValue| {
            let mut arguments = Arguments::of(name, usage, values)?;
            work(&mut host.db.borrow_mut(), lua, &mut arguments)
        })?;
    }
    Ok(())
}

fn lua_value(lua: &Lua, value: impl IntoLua) -> Result<LuaValue, Why> {
    Ok(value.into_lua(lua)?)
}

fn one<T: Told>(
    lua: &Lua,
    arguments: &mut Arguments,
    work: impl FnOnce(&str) -> Result<T, crate::db::DbError>,
) -> Result<LuaValue, Why> {
    let table = arguments.text()?;
    arguments.end()?;
    work(&table)?.told(lua)
}

fn two<T: Told>(
    lua: &Lua,
    arguments: &mut Arguments,
    work: impl FnOnce(&str, &str) -> Result<T, crate::db::DbError>,
) -> Result<LuaValue, Why> {
    let (table, name) = (arguments.text()?, arguments.text()?);
    arguments.end()?;
    work(&table, &name)?.told(lua)
}

fn three(
    lua: &Lua,
    arguments: &mut Arguments,
    work: impl FnOnce(&str, &str, &str) -> Result<(), crate::db::DbError>,
) -> Result<LuaValue, Why> {
    let (table, name, text) = (arguments.text()?, arguments.text()?, arguments.text()?);
    arguments.end()?;
    work(&table, &name, &text)?.told(lua)
}

fn on<T: Told>(
    lua: &Lua,
    arguments: &mut Arguments,
    work: impl FnOnce(&str, &[&str]) -> Result<T, crate::db::DbError>,
) -> Result<LuaValue, Why> {
    let (table, columns) = (arguments.text()?, arguments.names()?);
    arguments.end()?;
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    work(&table, &columns)?.told(lua)
}

fn index(
    lua: &Lua,
    arguments: &mut Arguments,
    work: impl FnOnce(&str, &str, &[&str]) -> Result<(), crate::db::DbError>,
) -> Result<LuaValue, Why> {
    let (table, name, columns) = (arguments.text()?, arguments.text()?, arguments.names()?);
    arguments.end()?;
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    work(&table, &name, &columns)?.told(lua)
}

/// What a helper or a verb answers.
trait Told {
    fn told(self, lua: &Lua) -> Result<LuaValue, Why>;
}

impl Told for () {
    fn told(self, _: &Lua) -> Result<LuaValue, Why> {
        Ok(LuaValue::Nil)
    }
}

impl Told for bool {
    fn told(self, lua: &Lua) -> Result<LuaValue, Why> {
        lua_value(lua, self)
    }
}

impl Told for Option<String> {
    fn told(self, lua: &Lua) -> Result<LuaValue, Why> {
        lua_value(lua, self)
    }
}

impl Told for Vec<String> {
    fn told(self, lua: &Lua) -> Result<LuaValue, Why> {
        lua_value(lua, self)
    }
}

fn columns(lua: &Lua, columns: Vec<Column>) -> Result<LuaValue, Why> {
    let told = lua.create_table()?;
    for column in columns {
        let one = lua.create_table()?;
        one.raw_set("name", column.name)?;
        one.raw_set("type", column.type_name)?;
        one.raw_set("nullable", column.is_nullable)?;
        one.raw_set("default", column.default)?;
        one.raw_set("generated", column.generated)?;
        told.raw_push(one)?;
    }
    Ok(LuaValue::Table(told))
}
