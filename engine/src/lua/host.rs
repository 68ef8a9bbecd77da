//! [`Host`]: what the engine's functions in Lua share.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::Arc;

use mlua::{FromLuaMulti, IntoLuaMulti, Lua, Scope, Table, Value};

use super::batch::Running;
use super::clock::Clock;
use super::error::LuaError;
use super::failure::{Answer, Raised, placed, read};
use super::trace::Names;
use super::values::Reader;
use crate::cause::chain;
use crate::db::{Db, DbError, Mark};

/// What the engine's functions in Lua share.
pub(super) struct Host<'h, 'd> {
    pub(super) db: RefCell<&'h mut Db<'d>>,
    pub(super) clock: Rc<Clock>,
    pub(super) names: Names,
    /// The metatable of blobs.
    pub(super) blob: RefCell<Option<Table>>,
    pub(super) marks: RefCell<Vec<Mark>>,
    pub(super) batch: RefCell<Option<Running>>,
    /// What was raised last, as a text, and where that was.
    noted: RefCell<Option<(String, LuaError)>>,
    /// A panic in a function of the engine's, which is no error that a script could catch.
    panic: RefCell<Option<Panic>>,
    /// How much memory the script may have, in bytes.
    memory: Cell<usize>,
}

type Panic = Box<dyn Any + Send>;

/// Why a function of the engine's fails.
pub(super) enum Why {
    Db(DbError),
    /// It was not called as it wants to be.
    Said(String),
}

impl From<DbError> for Why {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<String> for Why {
    fn from(message: String) -> Self {
        Self::Said(message)
    }
}

impl From<&str> for Why {
    fn from(message: &str) -> Self {
        Self::Said(message.to_owned())
    }
}

impl From<mlua::Error> for Why {
    fn from(error: mlua::Error) -> Self {
        Self::Said(error.to_string())
    }
}

impl<'h, 'd> Host<'h, 'd> {
    pub(super) fn new(db: &'h mut Db<'d>, clock: Rc<Clock>, names: Names, memory: usize) -> Self {
        Self {
            db: RefCell::new(db),
            clock,
            names,
            blob: RefCell::new(None),
            marks: RefCell::new(Vec::new()),
            batch: RefCell::new(None),
            noted: RefCell::new(None),
            panic: RefCell::new(None),
            memory: Cell::new(memory),
        }
    }

    /// Gives the prelude a function that uses the database. Once the time is over it does nothing any more.
    pub(super) fn add<'s, A, R>(
        &'s self,
        scope: &'s Scope<'s, '_>,
        engine: &Table,
        name: &str,
        work: impl Fn(&Self, &Lua, A) -> Result<R, Why> + 's,
    ) -> mlua::Result<()>
    where
        A: FromLuaMulti,
        R: IntoLuaMulti,
    {
        let function = scope.create_function(move |lua, arguments: A| {
            let answer = self.answer(lua, || work(self, lua, arguments));
            self.clock.answered();
            answer
        })?;
        engine.raw_set(name, function)
    }

    /// Does something, unless the script is at its end already.
    pub(super) fn answer<R>(
        &self,
        lua: &Lua,
        work: impl FnOnce() -> Result<R, Why>,
    ) -> mlua::Result<Answer<R>> {
        self.clock.verdict().map_err(mlua::Error::external)?;
        if self.panic.borrow().is_some() {
            return Err(mlua::Error::runtime("the engine has panicked"));
        }
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(outcome) => Ok(Answer(outcome.map_err(|why| self.failure(lua, why)))),
            Err(panic) => {
                self.panic.replace(Some(panic));
                Err(mlua::Error::runtime("the engine has panicked"))
            }
        }
    }

    /// Lets a panic go on, behind the script that could have caught it.
    pub(super) fn pass_panic_on(&self) {
        if let Some(panic) = self.panic.take() {
            resume_unwind(panic);
        }
    }

    /// Reads values that the script gives.
    pub(super) fn read<T, E: Into<Why>>(
        &self,
        work: impl FnOnce(Reader<'_>) -> Result<T, E>,
    ) -> Result<T, Why> {
        let blob = self.blob.borrow();
        work(Reader {
            blob: blob.as_ref(),
        })
        .map_err(Into::into)
    }

    /// An error of the engine's, at the place where the script is.
    pub(super) fn failure(&self, lua: &Lua, why: Why) -> LuaError {
        let line = self.names.line(lua);
        let (message, source) = match why {
            Why::Db(error) => (error.to_string(), Some(Arc::new(error))),
            Why::Said(message) => (message, None),
        };
        LuaError {
            message: self.names.placed(line, &message),
            line,
            calls: self.names.calls(lua),
            source,
        }
    }

    /// Notes where something was raised, while that can be seen.
    pub(super) fn note_error(&self, lua: &Lua, value: &Value) {
        let read = read(value);
        let over = self.clock.verdict().err().map(|over| over.to_string());
        let (text, error) = match (over, read) {
            (Some(text), _) | (None, Raised::Text(text)) => match self.is_noted(&text) {
                true => return,
                false => (text.clone(), self.seen(lua, &text)),
            },
            (None, Raised::Known(error)) => (chain(&error), error),
            (None, Raised::Memory | Raised::Over(_)) => return,
        };
        self.noted.replace(Some((text, error)));
    }

    /// Whether this is what was raised last, and is only passed on.
    fn is_noted(&self, text: &str) -> bool {
        let noted = self.noted.borrow();
        noted.as_ref().is_some_and(|(before, _)| before == text)
    }

    fn seen(&self, lua: &Lua, text: &str) -> LuaError {
        placed(
            &self.names,
            text,
            self.names.line(lua),
            self.names.calls(lua),
        )
    }

    /// What the script's end with an error means.
    pub(super) fn ended(&self, value: &Value) -> LuaError {
        let noted = self.noted.take();
        let noted = |text: &str| noted.filter(|(raw, _)| raw == text).map(|(_, error)| error);
        if let Err(over) = self.clock.verdict() {
            let text = over.to_string();
            return noted(&text).unwrap_or_else(|| LuaError::new(text));
        }
        match read(value) {
            Raised::Known(error) => error,
            Raised::Over(over) => LuaError::new(over.to_string()),
            Raised::Memory => LuaError::new(format!(
                "it needs more than {} MiB of memory; go through many rows with db:query or a batch, which hold few of them at once",
                self.memory.get() / (1024 * 1024)
            )),
            Raised::Text(text) => {
                noted(&text).unwrap_or_else(|| placed(&self.names, &text, None, None))
            }
        }
    }
}
