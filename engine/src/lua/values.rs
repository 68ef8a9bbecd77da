//! Values on their way between Lua and the database: nothing changes its type unseen.

use mlua::{IntoLua, Lua, Table, Value as LuaValue};

use crate::store::Value;

/// What a script says for NULL where Lua would lose a nil.
pub(super) fn null() -> LuaValue {
    LuaValue::NULL
}

/// A value of the database as Lua has it: NULL is nil, text and bytes are strings.
pub(super) struct Given<'v>(pub(super) &'v Value);

impl IntoLua for Given<'_> {
    fn into_lua(self, lua: &Lua) -> mlua::Result<LuaValue> {
        Ok(match self.0 {
            Value::Null => LuaValue::Nil,
            Value::Integer(number) => LuaValue::Integer(*number),
            Value::Real(number) => LuaValue::Number(*number),
            Value::Text(text) => LuaValue::String(lua.create_string(text)?),
            Value::Blob(bytes) => LuaValue::String(lua.create_string(bytes)?),
        })
    }
}

/// Reads values that a script gives. `blob`: the metatable of what `blob` returns.
#[derive(Clone, Copy)]
pub(super) struct Reader<'r> {
    pub(super) blob: Option<&'r Table>,
}

/// Why a value cannot be given to the database, in words that follow its name.
type Reason = String;

impl Reader<'_> {
    /// One value; nil is NULL.
    pub(super) fn value(self, value: LuaValue) -> Result<Value, Reason> {
        match value {
            LuaValue::Nil => Ok(Value::Null),
            LuaValue::Boolean(yes) => Ok(Value::from(yes)),
            LuaValue::Integer(number) => Ok(Value::Integer(number)),
            LuaValue::Number(number) if number.is_nan() => {
                Err("is not a number (nan), which no database keeps".to_owned())
            }
            LuaValue::Number(number) => Ok(Value::Real(number)),
            LuaValue::String(text) => match std::str::from_utf8(&text.as_bytes()) {
                Ok(text) => Ok(Value::Text(text.to_owned())),
                Err(_) => Err("is a string that is not UTF-8; blob(...) binds bytes".to_owned()),
            },
            LuaValue::Table(table) => self.bytes(&table),
            LuaValue::LightUserData(pointer) if pointer.0.is_null() => Ok(Value::Null),
            other => Err(format!(
                "is a {}, which no database keeps",
                other.type_name()
            )),
        }
    }

    fn bytes(self, table: &Table) -> Result<Value, Reason> {
        let is_blob = match (self.blob, table.metatable()) {
            (Some(blob), Some(metatable)) => *blob == metatable,
            (_, _) => false,
        };
        if !is_blob {
            return Err("is a table, which no database keeps".to_owned());
        }
        match table.raw_get(1) {
            Ok(LuaValue::String(bytes)) => Ok(Value::Blob(bytes.as_bytes().to_vec())),
            Ok(_) | Err(_) => Err("is a blob without bytes".to_owned()),
        }
    }

    /// The values for a statement's `?`: an array, which must not have nils in it, whose number Lua would lose.
    pub(super) fn list(self, given: LuaValue) -> Result<Vec<Value>, String> {
        let table = match given {
            LuaValue::Nil => return Ok(Vec::new()),
            LuaValue::Table(table) => table,
            other => {
                return Err(format!(
                    "the values of a statement come as an array, as in {{1, \"a\"}}, and not as a {}",
                    other.type_name()
                ));
            }
        };
        let count = length(&table)?;
        let mut values = Vec::with_capacity(count);
        for at in 1..=count {
            let value: LuaValue = table.raw_get(at).map_err(|error| error.to_string())?;
            let value = self.value(value);
            values.push(value.map_err(|reason| format!("value {at} {reason}"))?);
        }
        Ok(values)
    }
}

/// How many values an array has that may hold nils only where `table.pack` has counted them.
fn length(table: &Table) -> Result<usize, String> {
    let packed: LuaValue = table.raw_get("n").map_err(|error| error.to_string())?;
    let (counted, is_packed) = match packed {
        LuaValue::Integer(count) => (usize::try_from(count).unwrap_or(0), true),
        _ => (table.raw_len(), false),
    };
    let mut found = 0;
    for pair in table.pairs::<LuaValue, LuaValue>() {
        let (key, _) = pair.map_err(|error| error.to_string())?;
        match key {
            LuaValue::Integer(at) if at >= 1 && at as usize <= counted => found += 1,
            LuaValue::Integer(at) if at >= 1 => return Err(hole(at as usize, counted + 1)),
            LuaValue::String(name) if is_packed && name == "n" => {}
            other => {
                let name = other.to_string().unwrap_or_default();
                return Err(format!(
                    "the values of a statement come as an array, and not by names such as {name:?}"
                ));
            }
        }
    }
    match is_packed || found == counted {
        true => Ok(counted),
        false => {
            let missing = (1..=counted).find(|at| {
                table
                    .raw_get::<LuaValue>(*at)
                    .is_ok_and(|value| value.is_nil())
            });
            Err(hole(counted, missing.unwrap_or(counted)))
        }
    }
}

fn hole(count: usize, missing: usize) -> String {
    format!("value {missing} of {count} is nil, which an array loses; write null for NULL")
}
