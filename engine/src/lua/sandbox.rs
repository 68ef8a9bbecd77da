//! Lua's machine, with nothing in it that reaches beyond the script.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use mlua::{ChunkMode, Function, Lua, LuaOptions, MultiValue, StdLib, Table, Value};

use super::clock::Clock;
use super::error::Uncompiled;
use super::limits::LuaLimits;
use super::pattern::{self, Capture, Search, Unmatched};
use super::trace::Names;

/// What is written in Lua of what a script has.
const LIBRARY: &str = include_str!("prelude/library.lua");

/// A machine, and what a script finds in it.
pub(super) struct Sandbox {
    pub(super) lua: Lua,
    pub(super) clock: Rc<Clock>,
    /// The script's variables.
    pub(super) variables: Table,
}

fn machine(limits: LuaLimits) -> mlua::Result<Lua> {
    let libraries = StdLib::TABLE | StdLib::STRING | StdLib::UTF8 | StdLib::MATH;
    let lua = Lua::new_with(libraries, LuaOptions::default())?;
    lua.set_memory_limit(limits.memory)?;
    Ok(lua)
}

/// Compiles a script, and runs nothing of it.
///
/// # Errors
/// Lua does not understand it.
pub(super) fn compile(file: &str, text: &str) -> Result<(), Uncompiled> {
    let refused = |error: mlua::Error| match error {
        mlua::Error::SyntaxError { message, .. } => Uncompiled::Syntax(message),
        error => Uncompiled::Syntax(error.to_string()),
    };
    let lua = machine(LuaLimits::default()).map_err(refused)?;
    load(&lua, &Names::of(file), text, lua.globals()).map_err(refused)?;
    Ok(())
}

fn load(lua: &Lua, names: &Names, text: &str, variables: Table) -> mlua::Result<Function> {
    lua.load(text)
        .set_name(names.chunk())
        .set_mode(ChunkMode::Text)
        .set_environment(variables)
        .into_function()
}

/// The engine's own code. Without its lines, so that errors name those of the script alone.
pub(super) fn ours(lua: &Lua, text: &str) -> mlua::Result<Function> {
    let code = lua.load(text).set_mode(ChunkMode::Text).into_function()?;
    let bare = code.dump(true);
    lua.load(bare).set_mode(ChunkMode::Binary).into_function()
}

impl Sandbox {
    pub(super) fn new(limits: LuaLimits, stop: Option<Arc<AtomicBool>>) -> mlua::Result<Self> {
        let lua = machine(limits)?;
        let clock = Clock::start(&lua, limits.time, stop)?;
        let searching = Rc::clone(&clock);
        let search = lua.create_function(move |lua, given: Given| given.search(lua, &searching))?;
        let variables = ours(&lua, LIBRARY)?.call(search)?;
        Ok(Self {
            lua,
            clock,
            variables,
        })
    }

    /// The script as a function.
    pub(super) fn script(&self, names: &Names, text: &str) -> mlua::Result<Function> {
        load(&self.lua, names, text, self.variables.clone())
    }
}

/// What the library asks for a match with: subject, pattern, from where, the end of the match before, anchored.
type Given = (mlua::String, mlua::String, usize, usize, bool);

trait Searched {
    fn search(self, lua: &Lua, clock: &Clock) -> mlua::Result<MultiValue>;
}

impl Searched for Given {
    /// `start, stop, captures`; nothing; or `false` and what is wrong with the pattern. Places are counted from 1.
    fn search(self, lua: &Lua, clock: &Clock) -> mlua::Result<MultiValue> {
        let (subject, pattern, from, last, anchored) = self;
        let (subject, pattern) = (subject.as_bytes(), pattern.as_bytes());
        let search = Search {
            from: from.saturating_sub(1),
            last: last.checked_sub(1),
            anchored,
        };
        let found = match pattern::search(&subject, &pattern, search, clock) {
            Ok(None) => return Ok(MultiValue::new()),
            Ok(Some(found)) => found,
            Err(Unmatched::Malformed(message)) => {
                let message = lua.create_string(message)?;
                return Ok([Value::Boolean(false), Value::String(message)]
                    .into_iter()
                    .collect());
            }
            Err(Unmatched::Over(over)) => return Err(mlua::Error::external(over)),
        };
        let place = |at: usize| Value::Integer(at as i64);
        let mut answer = MultiValue::from_iter([place(found.start + 1), place(found.end)]);
        for capture in found.captures {
            answer.push_back(match capture {
                Capture::Part { start, end } => {
                    Value::String(lua.create_string(&subject[start..end])?)
                }
                Capture::Place(at) | Capture::Open(at) => place(at + 1),
            });
        }
        Ok(answer)
    }
}
