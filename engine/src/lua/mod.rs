//! Scripts in Lua: reading one, and running it in a machine from which it reaches nothing but its database.

mod arguments;
mod batch;
mod clock;
mod db;
mod error;
mod failure;
mod host;
mod inspect;
mod limits;
mod pattern;
mod sandbox;
mod surroundings;
mod token;
mod trace;
mod values;
mod verbs;

use std::rc::Rc;

use mlua::{Function, Value};

pub use error::LuaError;
pub(crate) use inspect::inspect;
pub(crate) use limits::LuaLimits;

use self::clock::Over;
use self::host::Host;
use self::sandbox::{Sandbox, ours};
use self::trace::Names;
use crate::db::Db;
use crate::runnable::Runnable;

/// What is written in Lua of the engine's own functions.
const API: &str = include_str!("prelude/api.lua");

/// Runs a script that was inspected.
///
/// # Errors
/// It raises an error, takes more time or memory than it may, or the application wants to stop.
pub(crate) fn run(script: &Runnable, limits: LuaLimits, db: &mut Db<'_>) -> Result<(), LuaError> {
    let text = script.in_memory().map(String::from_utf8_lossy);
    let text = text.ok_or_else(|| LuaError::new("its text was not read"))?;
    let names = Names::of(&script.id().file);
    let broken = |error: mlua::Error| LuaError::new(error.to_string());
    let sandbox = Sandbox::new(limits, db.stop_flag()).map_err(broken)?;
    let main = sandbox.script(&names, &text).map_err(broken)?;
    let host = Host::new(&mut *db, Rc::clone(&sandbox.clock), names, limits.memory);
    let ended = sandbox.lua.scope(|scope| {
        let engine = sandbox.lua.create_table()?;
        surroundings::add(&sandbox.lua, &host, scope, &engine, script)?;
        self::db::add(&host, scope, &engine)?;
        batch::add(&host, scope, &engine)?;
        verbs::add(&sandbox.lua, &host, scope, &engine)?;
        let api = ours(&sandbox.lua, API)?;
        let runner: Function = api.call((sandbox.variables.clone(), engine))?;
        let (done, raised): (bool, Value) = runner.call(main)?;
        Ok(match done {
            true => host.clock.verdict().map_err(|_| host.ended(&Value::Nil)),
            false => Err(host.ended(&raised)),
        })
    });
    host.pass_panic_on();
    let outcome = match ended {
        Ok(outcome) => outcome,
        Err(error) => Err(host.ended(&Value::Error(Box::new(error)))),
    };
    drop(host);
    if sandbox.clock.verdict() == Err(Over::Stop) {
        db.stopped();
    }
    outcome
}
