//! How large the tables are that a review is about. Nothing is written, and no table is read further than a few pages.

use std::collections::BTreeMap;

use crate::lint::{Count, Presence, Size};
use crate::sql::Dialect;
use crate::sql::facts::Name;
use crate::store::{Session, StoreError, Value};

/// Counted up to here, estimated beyond.
const MOST_COUNTED: u64 = 10_000;

/// SQLite tells the bytes of a table only by reading it, which is done up to this size of the whole database.
const MOST_READ: i64 = 64 << 20;

/// Asks a database, once for each name.
pub(crate) struct Sizes<'s> {
    /// `None`: there is no database yet.
    session: Option<Box<dyn Session + 's>>,
    dialect: Dialect,
    known: BTreeMap<Name, Presence>,
}

impl<'s> Sizes<'s> {
    /// About the database of this session, which nobody else uses.
    pub(crate) fn new(session: Option<Box<dyn Session + 's>>, dialect: Dialect) -> Self {
        Self {
            session: session.map(|session| unhindered(session, dialect)),
            dialect,
            known: BTreeMap::new(),
        }
    }

    /// What is there of this name. Where the database does not tell, as it tells only users with the right to read the
    /// table, that is unknown.
    pub(crate) fn of(&mut self, name: &Name) -> Presence {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let presence = match &mut self.session {
            None => Ok(Presence::Missing),
            Some(session) => match self.dialect {
                Dialect::Sqlite => sqlite(session.as_mut(), name),
                Dialect::Mysql => mysql(session.as_mut(), name),
            },
        };
        let presence = presence.unwrap_or_else(|error| {
            log::warn!("how large {name} is cannot be told: {error}");
            Presence::Unknown
        });
        self.known.insert(name.clone(), presence);
        presence
    }
}

/// A server's session does not wait for long where a definition statement is at work on the table.
fn unhindered<'s>(mut session: Box<dyn Session + 's>, dialect: Dialect) -> Box<dyn Session + 's> {
    match dialect {
        Dialect::Sqlite => {}
        Dialect::Mysql => {
            if let Err(error) = session.execute("SET SESSION lock_wait_timeout = 1", &[]) {
                log::warn!("reading sizes may wait for others: {error}");
            }
        }
    }
    session
}

fn sqlite(session: &mut dyn Session, name: &Name) -> Result<Presence, StoreError> {
    let listed = session.query(
        "SELECT type, sql LIKE 'CREATE VIRTUAL%', name FROM sqlite_master WHERE name = ? COLLATE NOCASE",
        &[Value::from(name.as_str())],
    )?;
    let Some([kind, is_virtual, own]) = listed.first().map(Vec::as_slice) else {
        return Ok(match name.as_str().contains('.') {
            // Of another schema, or with a dot in its name.
            true => Presence::Unknown,
            false => Presence::Missing,
        });
    };
    match (kind, is_virtual.as_integer()) {
        (Value::Text(kind), Some(0)) if kind == "table" => {}
        (Value::Text(kind), _) if kind != "table" => return Ok(Presence::Empty),
        _ => return Ok(Presence::Unknown),
    }
    let Some(own) = own.clone().into_text() else {
        return Ok(Presence::Unknown);
    };
    let quoted = Dialect::Sqlite.quoted(&own);
    let rows = match counted(session, &quoted)? {
        0 => return Ok(Presence::Empty),
        rows if rows <= MOST_COUNTED => Count::Exactly(rows),
        _ => {
            let ids = format!("SELECT max(rowid) - min(rowid) + 1 FROM {quoted}");
            // A table may have no such ids; then more is not known.
            let ids = session.query(&ids, &[]).unwrap_or_default();
            match ids.first().and_then(|row| row[0].as_integer()) {
                Some(rows) if rows.unsigned_abs() > MOST_COUNTED => {
                    Count::About(rows.unsigned_abs())
                }
                Some(_) | None => Count::MoreThan(MOST_COUNTED),
            }
        }
    };
    let bytes = sqlite_bytes(session, &own)?;
    Ok(Presence::Filled(Size { rows, bytes }))
}

fn sqlite_bytes(session: &mut dyn Session, table: &str) -> Result<Option<u64>, StoreError> {
    let whole = session.query(
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
        &[],
    )?;
    let whole = whole.first().and_then(|row| row[0].as_integer());
    if whole.is_none_or(|whole| whole > MOST_READ) {
        return Ok(None);
    }
    let sql = "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name = ?) \
               AND aggregate = TRUE";
    // Not every SQLite has this table.
    let found = session
        .query(sql, &[Value::from(table)])
        .unwrap_or_default();
    let bytes = found.first().and_then(|row| row[0].as_integer());
    Ok(bytes.map(i64::unsigned_abs))
}

fn mysql(session: &mut dyn Session, name: &Name) -> Result<Presence, StoreError> {
    let (schema, table) = match name.as_str().split_once('.') {
        Some((schema, table)) => (Value::from(schema), table),
        None => (Value::Null, name.as_str()),
    };
    let listed = session.query(
        "SELECT TABLE_TYPE, TABLE_ROWS, DATA_LENGTH + INDEX_LENGTH, TABLE_SCHEMA FROM information_schema.TABLES \
         WHERE TABLE_SCHEMA = coalesce(?, database()) AND TABLE_NAME = ?",
        &[schema, Value::from(table)],
    )?;
    let Some([kind, estimate, bytes, schema]) = listed.first().map(Vec::as_slice) else {
        return Ok(Presence::Missing);
    };
    if kind.clone().into_text().as_deref() != Some("BASE TABLE") {
        return Ok(Presence::Empty);
    }
    let schema = schema.clone().into_text().unwrap_or_default();
    let quoted = format!(
        "{}.{}",
        Dialect::Mysql.quoted(&schema),
        Dialect::Mysql.quoted(table)
    );
    let rows = match counted(session, &quoted)? {
        0 => return Ok(Presence::Empty),
        rows if rows <= MOST_COUNTED => Count::Exactly(rows),
        rows => {
            let estimate = estimate.as_integer().unwrap_or(0).unsigned_abs();
            match estimate >= rows {
                true => Count::About(estimate),
                false => Count::MoreThan(MOST_COUNTED),
            }
        }
    };
    let bytes = bytes.as_integer().map(i64::unsigned_abs);
    Ok(Presence::Filled(Size { rows, bytes }))
}

/// How many rows there are, up to one more than are counted.
fn counted(session: &mut dyn Session, quoted: &str) -> Result<u64, StoreError> {
    let most = MOST_COUNTED + 1;
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {quoted} LIMIT {most}) AS counted");
    let rows = session.query(&sql, &[])?;
    let count = rows.first().and_then(|row| row[0].as_integer());
    Ok(count.map_or(0, i64::unsigned_abs))
}
