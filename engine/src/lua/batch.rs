//! `batch{...}`: what the engine does of it, while the prelude walks through the rows.

use std::time::Duration;

use mlua::{Lua, MultiValue, Scope, Table, Value as LuaValue};

use super::db::{fields, names, text, values};
use super::host::{Host, Why};
use crate::db::{Batch, Changes, Chunks, Row};
use crate::store::Value;

/// A batch under way.
pub(super) struct Running {
    chunks: Chunks,
    table: String,
    /// The rows of the chunk.
    rows: Vec<Row>,
    /// What is to be written of it, by the columns that are changed.
    changes: Vec<Changes>,
}

/// How long a batch waits before it asks again whether it may go on.
const WAIT: Duration = Duration::from_secs(1);

const OPTIONS: [&str; 12] = [
    "table", "key", "columns", "where", "rows", "time", "pause", "max_lag", "name", "each",
    "chunk", "wait",
];

/// Gives the prelude what it makes `batch` of.
pub(super) fn add<'s>(
    host: &'s Host<'_, '_>,
    scope: &'s Scope<'s, '_>,
    engine: &Table,
) -> mlua::Result<()> {
    host.add(scope, engine, "begin_batch", |host, lua, options: LuaValue| {
        let LuaValue::Table(options) = options else {
            return Err("batch takes a table, as in batch{table = \"products\", key = \"id\", each = function(row) ... end}".into());
        };
        if host.batch.borrow().is_some() {
            return Err("a batch commits its chunks, which cannot be inside another batch".into());
        }
        let (batch, table, work) = read(lua, &options)?;
        let chunks = host.db.borrow_mut().begin_batch(&batch)?;
        host.batch.replace(Some(Running {
            chunks,
            table,
            rows: Vec::new(),
            changes: Vec::new(),
        }));
        Ok(work)
    })?;
    host.add(scope, engine, "next_chunk", |host, _, ()| {
        let mut batch = host.batch.borrow_mut();
        let running = batch.as_mut().ok_or("there is no batch")?;
        running.changes.clear();
        let rows = host.db.borrow_mut().next_chunk(&mut running.chunks)?;
        let count = rows.as_ref().map(Vec::len);
        running.rows = rows.unwrap_or_default();
        Ok(count)
    })?;
    engine.raw_set(
        "chunk_columns",
        scope.create_function(move |lua, ()| match &*host.batch.borrow() {
            Some(Running { rows, .. }) if !rows.is_empty() => {
                lua.create_sequence_from(rows[0].columns().iter().map(String::as_str))
            }
            Some(_) | None => lua.create_table(),
        })?,
    )?;
    host.add(scope, engine, "row", |host, lua, at: usize| {
        let batch = host.batch.borrow();
        let running = batch.as_ref().ok_or("there is no batch")?;
        if at == 1 {
            names(lua, running.rows[0].columns())?;
        }
        match running.rows.get(at.wrapping_sub(1)) {
            Some(row) => Ok(values(lua, row.values())?),
            None => Ok(MultiValue::new()),
        }
    })?;
    host.add(scope, engine, "put", |host, _, (at, change): (usize, LuaValue)| {
        let LuaValue::Table(change) = change else {
            return Err(format!(
                "each returns what is to change of its row, as in {{price = 7}}, or nothing; it returned a {}",
                change.type_name()
            )
            .into());
        };
        let change = fields(host, &change)?;
        let mut batch = host.batch.borrow_mut();
        batch.as_mut().ok_or("there is no batch")?.put(at, change)
    })?;
    host.add(scope, engine, "put_all", |host, _, ()| {
        let mut batch = host.batch.borrow_mut();
        let running = batch.as_mut().ok_or("there is no batch")?;
        for changes in std::mem::take(&mut running.changes) {
            host.db.borrow_mut().write(&changes)?;
        }
        Ok(())
    })?;
    host.add(scope, engine, "end_chunk", |host, _, ()| {
        let mut batch = host.batch.borrow_mut();
        let running = batch.as_mut().ok_or("there is no batch")?;
        let rows = std::mem::take(&mut running.rows);
        Ok(host.db.borrow_mut().end_chunk(&mut running.chunks, &rows)?)
    })?;
    host.add(scope, engine, "again", |host, _, ()| {
        let mut batch = host.batch.borrow_mut();
        let running = batch.as_mut().ok_or("there is no batch")?;
        Ok(host.db.borrow_mut().try_chunk_again(&mut running.chunks))
    })?;
    host.add(scope, engine, "batched", |host, _, ()| {
        let batch = host.batch.borrow();
        let running = batch.as_ref().ok_or("there is no batch")?;
        Ok(host.db.borrow().batched(&running.chunks))
    })?;
    host.add(scope, engine, "commit", |host, _, ()| {
        Ok(host.db.borrow_mut().commit()?)
    })?;
    host.add(scope, engine, "sleep", |host, _, ()| {
        Ok(host.db.borrow_mut().rest(WAIT)?)
    })?;
    engine.raw_set(
        "leave_batch",
        scope.create_function(move |_, ()| {
            host.batch.take();
            Ok(())
        })?,
    )
}

impl Running {
    /// Takes what is to change of a row.
    fn put(&mut self, at: usize, change: Vec<(String, Value)>) -> Result<(), Why> {
        let row = at.checked_sub(1).and_then(|at| self.rows.get(at));
        let row = row.ok_or("there is no such row in the chunk")?;
        let mut values = self.chunks.key_values(row)?;
        let key = self.chunks.key();
        if let Some((name, _)) = change.iter().find(|(name, _)| key.contains(name)) {
            return Err(
                format!("{name} is the key that the batch goes by; it stays as it is").into(),
            );
        }
        let has_these = |changes: &Changes| {
            let columns = changes.columns();
            columns.len() == change.len()
                && columns
                    .iter()
                    .zip(&change)
                    .all(|(known, (name, _))| known == name)
        };
        let changes = match self.changes.iter().position(has_these) {
            Some(at) => &mut self.changes[at],
            None => {
                let columns = change.iter().map(|(name, _)| name.clone());
                let key = key.to_vec();
                self.changes.push(Changes::of(
                    self.table.clone(),
                    key,
                    columns.collect::<Vec<_>>(),
                ));
                self.changes.last_mut().ok_or("there is no change")?
            }
        };
        values.extend(change.into_iter().map(|(_, value)| value));
        changes.push(values);
        Ok(())
    }
}

/// What a script says about a batch, and the functions that do its work.
fn read(lua: &Lua, options: &Table) -> Result<(Batch, String, Table), Why> {
    for pair in options.pairs::<LuaValue, LuaValue>() {
        let (name, _) = pair?;
        let name = name.to_string()?;
        if !OPTIONS.contains(&name.as_str()) {
            return Err(format!(
                "batch has no option {name:?}; it has {}",
                OPTIONS.join(", ")
            )
            .into());
        }
    }
    let table = said(options, "table")?.ok_or("batch needs table, the name of a table")?;
    let mut batch = Batch::over(table.clone());
    let key = list(options, "key")?;
    if !key.is_empty() {
        batch = batch.by(key);
    }
    batch = batch.columns(list(options, "columns")?);
    if let Some(condition) = said(options, "where")? {
        batch = batch.filter(condition);
    }
    if let Some(name) = said(options, "name")? {
        batch = batch.named(name);
    }
    if let Some(rows) = number(options, "rows")? {
        if rows < 1.0 || rows.fract() != 0.0 {
            return Err("rows is how many rows a chunk has, at least 1".into());
        }
        batch = batch.rows(rows as usize);
    }
    if let Some(seconds) = number(options, "time")? {
        batch = batch.time(duration("time", seconds)?);
    }
    if let Some(seconds) = number(options, "pause")? {
        batch = batch.pause(duration("pause", seconds)?);
    }
    if let Some(seconds) = number(options, "max_lag")? {
        batch = batch.max_lag(duration("max_lag", seconds)?);
    }
    let work = lua.create_table()?;
    for name in ["each", "chunk", "wait"] {
        match options.raw_get(name)? {
            LuaValue::Nil => {}
            LuaValue::Function(function) => work.raw_set(name, function)?,
            other => {
                return Err(
                    format!("{name} is a function, and not a {}", other.type_name()).into(),
                );
            }
        }
    }
    let has = |name: &str| {
        work.raw_get::<LuaValue>(name)
            .is_ok_and(|value| !value.is_nil())
    };
    if has("each") == has("chunk") {
        return Err("batch needs either each, a function for one row, or chunk, one for all rows of a chunk".into());
    }
    Ok((batch, table, work))
}

fn said(options: &Table, name: &str) -> Result<Option<String>, Why> {
    match options.raw_get(name)? {
        LuaValue::Nil => Ok(None),
        LuaValue::String(said) => text(&said).map(Some),
        other => Err(format!("{name} is a text, and not a {}", other.type_name()).into()),
    }
}

/// One name or several.
fn list(options: &Table, name: &str) -> Result<Vec<String>, Why> {
    let several = match options.raw_get(name)? {
        LuaValue::Nil => return Ok(Vec::new()),
        LuaValue::String(one) => return Ok(vec![text(&one)?]),
        LuaValue::Table(several) => several,
        other => {
            return Err(format!(
                "{name} is a name or an array of names, and not a {}",
                other.type_name()
            )
            .into());
        }
    };
    let mut names = Vec::new();
    for value in several.sequence_values::<LuaValue>() {
        match value? {
            LuaValue::String(one) => names.push(text(&one)?),
            other => {
                return Err(format!("{name} has a {} among its names", other.type_name()).into());
            }
        }
    }
    Ok(names)
}

fn number(options: &Table, name: &str) -> Result<Option<f64>, Why> {
    match options.raw_get(name)? {
        LuaValue::Nil => Ok(None),
        LuaValue::Integer(number) => Ok(Some(number as f64)),
        LuaValue::Number(number) => Ok(Some(number)),
        other => Err(format!("{name} is a number, and not a {}", other.type_name()).into()),
    }
}

fn duration(name: &str, seconds: f64) -> Result<Duration, Why> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| format!("{name} is in seconds, and not {seconds}").into())
}
