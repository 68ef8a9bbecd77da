//! What surrounds a script: its own name, the configuration, the log.

use mlua::{FromLuaMulti, IntoLuaMulti, Lua, Scope, Table, Value as LuaValue};

use super::host::{Host, Why};
use super::values::null;
use crate::runnable::Runnable;

/// Gives the prelude what is no database.
pub(super) fn add<'s>(
    lua: &Lua,
    host: &'s Host<'_, '_>,
    scope: &'s Scope<'s, '_>,
    engine: &Table,
    script: &Runnable,
) -> mlua::Result<()> {
    let about = lua.create_table()?;
    about.raw_set("version", script.version().map(crate::Version::as_str))?;
    about.raw_set("file", script.id().file.as_str())?;
    about.raw_set("track", script.track().to_string())?;
    engine.raw_set("script", about)?;
    engine.raw_set("dialect", host.db.borrow().dialect().suffix())?;
    engine.raw_set("null", null())?;
    engine.raw_set(
        "set_blob",
        scope.create_function(move |_, blob: Table| {
            host.blob.replace(Some(blob));
            Ok(())
        })?,
    )?;
    engine.raw_set(
        "note_error",
        scope.create_function(move |lua, raised: LuaValue| {
            host.note_error(lua, &raised);
            Ok(raised)
        })?,
    )?;
    engine.raw_set(
        "failure",
        scope.create_function(move |lua, message: mlua::String| {
            let failure = host.failure(lua, Why::Said(message.to_string_lossy()));
            lua.create_userdata(super::failure::Failure(failure))
        })?,
    )?;
    quiet(host, scope, engine, "config", |host, _, name: LuaValue| {
        let LuaValue::String(name) = name else {
            return Ok(None);
        };
        let db = host.db.borrow();
        Ok(db.config(&name.to_string_lossy()).map(str::to_owned))
    })?;
    quiet(
        host,
        scope,
        engine,
        "say",
        |host, _, (level, text): (String, mlua::String)| {
            let level = match level.as_str() {
                "warn" => log::Level::Warn,
                _ => log::Level::Info,
            };
            host.db.borrow_mut().note_as(level, &text.to_string_lossy());
            Ok(())
        },
    )?;
    quiet(
        host,
        scope,
        engine,
        "progress",
        |host, lua, (done, total): (LuaValue, LuaValue)| {
            let count = |value| match lua.coerce_integer(value) {
                Ok(Some(count)) => Ok(u64::try_from(count).unwrap_or(0)),
                Ok(None) | Err(_) => Err(Why::from(
                    "progress takes two integers: how much is done, and of how much",
                )),
            };
            let (done, total) = (count(done)?, count(total)?);
            host.db.borrow_mut().progress(done, total);
            Ok(())
        },
    )
}

/// A function that does not begin the script's time anew.
fn quiet<'s, A, R>(
    host: &'s Host<'_, '_>,
    scope: &'s Scope<'s, '_>,
    engine: &Table,
    name: &str,
    work: impl Fn(&Host<'_, '_>, &Lua, A) -> Result<R, Why> + 's,
) -> mlua::Result<()>
where
    A: FromLuaMulti,
    R: IntoLuaMulti,
{
    let function = scope.create_function(move |lua, arguments: A| {
        host.answer(lua, || work(host, lua, arguments))
    })?;
    engine.raw_set(name, function)
}
