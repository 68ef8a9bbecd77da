//! [`Failure`]: an error as the script gets it, and what an error of the script's says.

use mlua::{
    IntoLuaMulti, Lua, MetaMethod, MultiValue, UserData, UserDataFields, UserDataMethods, Value,
};

use super::clock::Over;
use super::error::LuaError;
use super::trace::Names;
use crate::cause::chain;
use crate::db::DbError;

/// An error that a function of the engine raises.
///
/// In Lua it can be shown and joined as the text that it is, and tells `message`, `line` and `sql`.
#[derive(Debug, Clone)]
pub(super) struct Failure(pub(super) LuaError);

impl UserData for Failure {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_field_method_get("message", |_, failure| Ok(chain(&failure.0)));
        fields.add_field_method_get("line", |_, failure| Ok(failure.0.line));
        fields.add_field_method_get("sql", |_, failure| {
            Ok(failure.0.db().and_then(DbError::sql).map(str::to_owned))
        });
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, failure, ()| Ok(chain(&failure.0)));
        methods.add_meta_function(MetaMethod::Concat, |lua, (left, right): (Value, Value)| {
            let text = |value: Value| match value {
                Value::UserData(data) if data.is::<Self>() => {
                    Ok(chain(&data.borrow::<Self>()?.0).into_bytes())
                }
                value => match lua.coerce_string(value)? {
                    Some(text) => Ok(text.as_bytes().to_vec()),
                    None => Err(mlua::Error::runtime(
                        "attempt to concatenate an error with what is no text",
                    )),
                },
            };
            let mut joined = text(left)?;
            joined.extend(text(right)?);
            lua.create_string(joined)
        });
    }
}

/// What a function of the engine's tells the prelude: nil and its values, or the failure alone.
pub(super) struct Answer<T>(pub(super) Result<T, LuaError>);

impl<T: IntoLuaMulti> IntoLuaMulti for Answer<T> {
    fn into_lua_multi(self, lua: &Lua) -> mlua::Result<MultiValue> {
        match self.0 {
            Ok(values) => {
                let mut values = values.into_lua_multi(lua)?;
                values.push_front(Value::Nil);
                Ok(values)
            }
            Err(error) => {
                let failure = lua.create_userdata(Failure(error))?;
                Ok(MultiValue::from_iter([Value::UserData(failure)]))
            }
        }
    }
}

/// What a raised value says.
pub(super) enum Raised {
    /// All of it is known: it is one of ours.
    Known(LuaError),
    /// The script may not go on.
    Over(Over),
    /// The script has no memory left.
    Memory,
    Text(String),
}

/// Reads what was raised, be it a text, an object or whatever.
pub(super) fn read(value: &Value) -> Raised {
    match value {
        Value::String(text) if text == "not enough memory" => Raised::Memory,
        Value::String(text) => Raised::Text(text.to_string_lossy()),
        Value::UserData(data) => match data.borrow::<Failure>() {
            Ok(failure) => Raised::Known(failure.0.clone()),
            Err(_) => Raised::Text(object(value)),
        },
        Value::Error(error) => of_mlua(error),
        Value::Integer(_) | Value::Number(_) => Raised::Text(value.to_string().unwrap_or_default()),
        Value::Table(table) => {
            let says = |metatable: mlua::Table| metatable.raw_get("__tostring");
            match table.metatable().map(says) {
                Some(Ok(Value::Function(_))) => {
                    Raised::Text(value.to_string().unwrap_or_else(|_| object(value)))
                }
                Some(_) | None => Raised::Text(object(value)),
            }
        }
        other => Raised::Text(object(other)),
    }
}

/// As Lua's own interpreter says it.
fn object(value: &Value) -> String {
    format!("(the error is a {} value)", value.type_name())
}

fn of_mlua(error: &mlua::Error) -> Raised {
    match error {
        mlua::Error::MemoryError(_) => Raised::Memory,
        mlua::Error::CallbackError { cause, .. } => of_mlua(cause),
        mlua::Error::RuntimeError(message) => Raised::Text(message.clone()),
        error => match error.downcast_ref::<Over>() {
            Some(over) => Raised::Over(*over),
            None => Raised::Text(error.to_string()),
        },
    }
}

/// A text as an error, with the place that it names, or at which it was raised.
pub(super) fn placed(
    names: &Names,
    text: &str,
    line: Option<u64>,
    calls: Option<String>,
) -> LuaError {
    let (message, line) = match names.line_of(text) {
        Some(named) => (text.to_owned(), Some(named)),
        None => (names.placed(line, text), line),
    };
    LuaError {
        message,
        line,
        calls,
        source: None,
    }
}
