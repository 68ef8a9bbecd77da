//! The database as a script in Lua has it.

use std::cell::RefCell;
use std::rc::Rc;

use mlua::{
    Lua, MetaMethod, MultiValue, Scope, Table, UserData, UserDataMethods, Value as LuaValue,
};

use super::failure::Answer;
use super::host::{Host, Why};
use super::values::Given;
use crate::db::{Row, Rows};
use crate::store::Value;

/// Rows that a script goes through; gone when it has, or has left the loop.
type Open = Rc<RefCell<Option<Rows>>>;

/// Lets go of rows when the loop is left that goes through them.
struct Closing(Open);

impl UserData for Closing {
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::Close, |_, closing, _: MultiValue| {
            closing.0.take();
            Ok(())
        });
    }
}

/// A statement and its values, behind the `db` that the colon gives.
type Call = (LuaValue, LuaValue, LuaValue, MultiValue);

/// Gives the prelude what it makes `db` of.
pub(super) fn add<'s>(
    host: &'s Host<'_, '_>,
    scope: &'s Scope<'s, '_>,
    engine: &Table,
) -> mlua::Result<()> {
    host.add(scope, engine, "execute", |host, _, call: Call| {
        let (sql, values) = statement(host, "execute", call)?;
        Ok(host.db.borrow_mut().execute(&sql, &values)? as i64)
    })?;
    host.add(scope, engine, "query", |host, lua, call: Call| {
        let (sql, values) = statement(host, "query", call)?;
        let rows = host.db.borrow_mut().query(&sql, &values)?;
        iterator(host, lua, rows)
    })?;
    host.add(scope, engine, "one", |host, lua, call: Call| {
        let (sql, values) = statement(host, "one", call)?;
        let row = host.db.borrow_mut().one(&sql, &values)?;
        match row {
            None => Ok(MultiValue::new()),
            Some(row) => one(lua, row),
        }
    })?;
    host.add(scope, engine, "insert", |host, _, call: Call| {
        let (this, table, row, more) = call;
        by_colon("insert", &this)?;
        let (LuaValue::String(table), LuaValue::Table(row), true) = (table, row, more.is_empty())
        else {
            return Err(
                "db:insert takes the name of a table, and a row as in {name = \"a\"}".into(),
            );
        };
        let table = text(&table)?;
        let row = fields(host, &row)?;
        let row: Vec<(&str, Value)> = row
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        Ok(host.db.borrow_mut().insert(&table, &row)?)
    })?;
    host.add(scope, engine, "mark", |host, _, ()| {
        let mark = host.db.borrow_mut().mark()?;
        host.marks.borrow_mut().push(mark);
        Ok(())
    })?;
    host.add(scope, engine, "release", |host, _, ()| {
        match host.marks.borrow_mut().pop() {
            Some(mark) => Ok(host.db.borrow_mut().release(mark)?),
            None => Ok(()),
        }
    })?;
    host.add(scope, engine, "take_back", |host, _, ()| {
        match host.marks.borrow_mut().pop() {
            Some(mark) => Ok(host.db.borrow_mut().take_back(mark)?),
            None => Ok(()),
        }
    })
}

/// Refuses `db.execute(...)`, whose values are all one place too far to the left.
pub(super) fn by_colon(name: &str, this: &LuaValue) -> Result<(), Why> {
    match this {
        LuaValue::Table(_) => Ok(()),
        _ => Err(format!("db.{name} is called with a colon: db:{name}(...)").into()),
    }
}

/// A text that a script gives.
pub(super) fn text(text: &mlua::String) -> Result<String, Why> {
    match std::str::from_utf8(&text.as_bytes()) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err("a statement or a name is not UTF-8".into()),
    }
}

fn statement(host: &Host<'_, '_>, name: &str, call: Call) -> Result<(String, Vec<Value>), Why> {
    let (this, sql, values, more) = call;
    by_colon(name, &this)?;
    let (LuaValue::String(sql), true) = (sql, more.is_empty()) else {
        return Err(format!(
            "db:{name} takes a statement and an array of its values, as in db:{name}(\"... WHERE id = ?\", {{7}})"
        )
        .into());
    };
    let values = host.read(|reader| reader.list(values))?;
    Ok((text(&sql)?, values))
}

/// The fields of a row, in the order of their names, so that rows with the same ones share a statement.
pub(super) fn fields(host: &Host<'_, '_>, row: &Table) -> Result<Vec<(String, Value)>, Why> {
    let mut fields = Vec::new();
    for pair in row.pairs::<LuaValue, LuaValue>() {
        let (name, value) = pair?;
        let LuaValue::String(name) = name else {
            return Err("a row is given by the names of its columns, as in {name = \"a\"}".into());
        };
        let name = text(&name)?;
        let value = host.read(|reader| reader.value(value));
        let value = value.map_err(|why| match why {
            Why::Said(reason) => Why::Said(format!("column {name} {reason}")),
            Why::Db(error) => Why::Db(error),
        })?;
        fields.push((name, value));
    }
    fields.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(fields)
}

/// The names of columns, each of which has to be a field of its own.
pub(super) fn names(lua: &Lua, columns: &[String]) -> Result<Table, Why> {
    let mut sorted: Vec<&String> = columns.iter().collect();
    sorted.sort();
    if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!(
            "two columns of the query are named {:?}; give one of them a name with AS",
            twice[0]
        )
        .into());
    }
    Ok(lua.create_sequence_from(columns.iter().map(String::as_str))?)
}

/// A row as the functions have it that make a table of it: `true` and the values.
pub(super) fn values(lua: &Lua, row: &[Value]) -> mlua::Result<MultiValue> {
    let mut values = MultiValue::with_capacity(row.len() + 2);
    values.push_back(LuaValue::Boolean(true));
    for value in row {
        values.push_back(mlua::IntoLua::into_lua(Given(value), lua)?);
    }
    Ok(values)
}

/// The names of the columns, a function for the next row, and what lets go of the rest.
fn iterator(host: &Host<'_, '_>, lua: &Lua, rows: Rows) -> Result<MultiValue, Why> {
    let names = names(lua, rows.columns())?;
    let open: Open = Rc::new(RefCell::new(Some(rows)));
    let closing = lua.create_userdata(Closing(Rc::clone(&open)))?;
    let clock = Rc::clone(&host.clock);
    let scripts = host.names.clone();
    let step = lua.create_function(move |lua, ()| {
        clock.answered();
        let next = match open.borrow_mut().as_mut() {
            Some(rows) => rows.next(),
            None => None,
        };
        Ok(Answer(match next {
            None => {
                open.take();
                Ok(MultiValue::new())
            }
            Some(Ok(row)) => Ok(values(lua, row.values())?),
            Some(Err(error)) => Err(super::failure::placed(
                &scripts,
                &crate::cause::chain(&error),
                scripts.line(lua),
                None,
            )),
        }))
    })?;
    Ok(MultiValue::from_iter([
        LuaValue::Table(names),
        LuaValue::Function(step),
        LuaValue::UserData(closing),
    ]))
}

fn one(lua: &Lua, row: Row) -> Result<MultiValue, Why> {
    let names = names(lua, row.columns())?;
    let step = lua.create_function(move |lua, ()| Ok(Answer(Ok(values(lua, row.values())?))))?;
    Ok(MultiValue::from_iter([
        LuaValue::Table(names),
        LuaValue::Function(step),
    ]))
}
