//! [`Arguments`]: what a helper or a verb is called with.

use mlua::{MultiValue, Table, Value as LuaValue};

use super::db::{by_colon, text};
use super::host::Why;
use crate::store::{ForeignKey, KeyAction};

/// What `db:name(...)` is called with, read in its order.
pub(super) struct Arguments {
    name: &'static str,
    /// How a call looks, for whoever made another one.
    usage: &'static str,
    values: std::vec::IntoIter<LuaValue>,
}

impl Arguments {
    /// Those behind the colon.
    pub(super) fn of(
        name: &'static str,
        usage: &'static str,
        values: MultiValue,
    ) -> Result<Self, Why> {
        let mut values = values.into_vec().into_iter();
        by_colon(name, &values.next().unwrap_or(LuaValue::Nil))?;
        Ok(Self {
            name,
            usage,
            values,
        })
    }

    fn refuse(&self) -> Why {
        Why::from(format!(
            "db:{} is called as in db:{0}({})",
            self.name, self.usage
        ))
    }

    pub(super) fn text(&mut self) -> Result<String, Why> {
        match self.values.next() {
            Some(LuaValue::String(said)) => text(&said),
            Some(_) | None => Err(self.refuse()),
        }
    }

    pub(super) fn names(&mut self) -> Result<Vec<String>, Why> {
        let next = self.values.next().unwrap_or(LuaValue::Nil);
        names(next).ok_or_else(|| self.refuse())
    }

    /// `{columns = , parent = , parent_columns = , on_delete = , on_update = }`.
    pub(super) fn foreign_key(&mut self) -> Result<ForeignKey, Why> {
        let Some(LuaValue::Table(said)) = self.values.next() else {
            return Err(self.refuse());
        };
        for pair in said.pairs::<LuaValue, LuaValue>() {
            let name = pair?.0.to_string()?;
            if !KEY.contains(&name.as_str()) {
                return Err(
                    format!("a foreign key has no {name:?}; it has {}", KEY.join(", ")).into(),
                );
            }
        }
        let LuaValue::String(parent) = said.raw_get("parent")? else {
            return Err(self.refuse());
        };
        let columns = names(said.raw_get("columns")?).ok_or_else(|| self.refuse())?;
        let parent_columns = match said.raw_get("parent_columns")? {
            LuaValue::Nil => Vec::new(),
            given => names(given).ok_or_else(|| self.refuse())?,
        };
        Ok(ForeignKey {
            columns,
            parent: text(&parent)?,
            parent_columns,
            on_delete: action(&said, "on_delete")?,
            on_update: action(&said, "on_update")?,
        })
    }

    /// Nothing may follow.
    pub(super) fn end(&mut self) -> Result<(), Why> {
        match self.values.next() {
            None => Ok(()),
            Some(_) => Err(self.refuse()),
        }
    }
}

const KEY: [&str; 5] = [
    "columns",
    "parent",
    "parent_columns",
    "on_delete",
    "on_update",
];

const ACTIONS: [(&str, KeyAction); 5] = [
    ("no action", KeyAction::NoAction),
    ("restrict", KeyAction::Restrict),
    ("cascade", KeyAction::Cascade),
    ("set null", KeyAction::SetNull),
    ("set default", KeyAction::SetDefault),
];

fn action(said: &Table, name: &str) -> Result<KeyAction, Why> {
    let value: LuaValue = said.raw_get(name)?;
    let known = match &value {
        LuaValue::Nil => return Ok(KeyAction::default()),
        LuaValue::String(word) => {
            let word = word.to_string_lossy();
            ACTIONS
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(&word))
        }
        _ => None,
    };
    known.map(|(_, action)| *action).ok_or_else(|| {
        let words = ACTIONS.map(|(word, _)| word).join(", ");
        Why::from(format!("{name} is one of {words}"))
    })
}

/// One name or an array of some.
fn names(value: LuaValue) -> Option<Vec<String>> {
    let table = match value {
        LuaValue::String(one) => return text(&one).ok().map(|one| vec![one]),
        LuaValue::Table(table) => table,
        _ => return None,
    };
    let mut names = Vec::new();
    for value in table.sequence_values::<LuaValue>() {
        match value {
            Ok(LuaValue::String(one)) => names.push(text(&one).ok()?),
            Ok(_) | Err(_) => return None,
        }
    }
    (!names.is_empty()).then_some(names)
}
