//! The exchange of two schemas' tables by one RENAME TABLE, and what has to go before and come after: no table with a
//! trigger moves to another schema, and no view, routine or event does.
//!
//! A death in between leaves a ledger that says so, in the old tables or in the new ones; then the whole restore is done
//! again, from the backup.

use std::collections::BTreeSet;

use super::super::super::{Fault, Lock, SelfCommitting, Session, StoreError, Value};
use super::super::literal::{quoted, text};
use super::kept::Kept;
use super::place::beside;
use super::scratch::MysqlScratch;
use super::{denied, names};
use crate::sql::Right;

/// What a user needs for it.
const NEEDED: [Right; 10] = [
    Right::Insert,
    Right::Create,
    Right::Alter,
    Right::Drop,
    Right::CreateView,
    Right::ShowView,
    Right::Trigger,
    Right::CreateRoutine,
    Right::AlterRoutine,
    Right::Execute,
];

/// Refuses what [`swap`] could begin and not end.
pub(super) fn may(scratch: &MysqlScratch<'_>, lock: &dyn Lock) -> Result<(), StoreError> {
    let mut session = lock.write()?;
    let fires = scratch
        .kept
        .iter()
        .any(|kept| matches!(kept, Kept::Event(_)));
    must_be_allowed(session.as_mut(), fires)?;
    must_be_alone(session.as_mut(), &scratch.live.schema)
}

/// Makes the real schema what the one aside is.
pub(super) fn swap(scratch: &mut MysqlScratch<'_>, lock: &dyn Lock) -> Result<(), StoreError> {
    let (live, aside) = (scratch.live.schema.as_str(), scratch.place.name.clone());
    let before = beside(live, "before");
    let link = &mut scratch.place.link;
    let triggers = format!(
        "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {}",
        text(&aside)
    );
    for trigger in names(link, &triggers)? {
        link.run(&format!("DROP TRIGGER {}", qualified(&aside, &trigger)))?;
    }

    let mut session = lock.write()?;
    let session = session.as_mut();
    session.run(&format!("DROP DATABASE IF EXISTS {}", quoted(&before)))?;
    session.run(&format!("CREATE DATABASE {}", quoted(&before)))?;
    drop_objects(session, live)?;
    let arriving = tables(session, &aside)?;
    let mut leaving = tables(session, live)?;
    // It is in no dump, and its holder is at work.
    leaving.retain(|table| !table.ends_with("upgrade_lock") || arriving.contains(table));
    let leaving = leaving.iter().map(|table| renamed(table, live, &before));
    let arriving = arriving.iter().map(|table| renamed(table, &aside, live));
    let all: Vec<String> = leaving.chain(arriving).collect();
    // Without this, MySQL leaves the keys behind that refer to what is renamed.
    session.run("SET SESSION foreign_key_checks = 1")?;
    // Whoever has taken the lock over ends this connection before it does anything.
    session.begin()?;
    session.commit()?;
    if !all.is_empty() {
        session.run(&format!("RENAME TABLE {}", all.join(", ")))?;
    }
    for kept in &scratch.kept {
        asked(session)?.run_bytes(&kept.run_in(live))?;
    }
    session.renew()?;
    session.run(&format!("DROP DATABASE {}", quoted(&before)))
}

fn asked(session: &mut dyn Session) -> Result<&mut dyn SelfCommitting, StoreError> {
    session
        .self_committing()
        .ok_or_else(|| StoreError::new(Fault::Unsuitable, "the session is another database's"))
}

/// Refuses a user who could begin and not end it.
fn must_be_allowed(session: &mut dyn Session, fires: bool) -> Result<(), StoreError> {
    let mut needed = BTreeSet::from(NEEDED);
    if fires {
        needed.insert(Right::Event);
    }
    match asked(session)?.missing_rights(&needed)? {
        None => Ok(()),
        Some(missing) => Err(denied(format!(
            "{missing}, without which a backup cannot take the place of the database; an administrator gives \
             them: {}",
            missing.grant
        ))),
    }
}

/// Refuses a schema whose tables others refer to: the keys would follow the old tables.
fn must_be_alone(session: &mut dyn Session, live: &str) -> Result<(), StoreError> {
    let referring = list(
        session,
        "SELECT DISTINCT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) FROM information_schema.KEY_COLUMN_USAGE \
         WHERE REFERENCED_TABLE_SCHEMA = ? AND TABLE_SCHEMA <> REFERENCED_TABLE_SCHEMA",
        live,
    )?;
    if referring.is_empty() {
        return Ok(());
    }
    let message = format!(
        "tables of other schemas refer to those of {live} by foreign keys, which would follow the old tables: {}; \
         drop these keys, and make them anew behind the restore",
        referring.join(", ")
    );
    Err(StoreError::new(Fault::Unsuitable, message))
}

/// What only MySQL has, since 9.2.
const LIBRARY: &str = "LIBRARY";

/// Drops what no RENAME TABLE moves.
fn drop_objects(session: &mut dyn Session, schema: &str) -> Result<(), StoreError> {
    // What a function uses of a library goes behind it.
    const KINDS: [(&str, &str); 8] = [
        (
            "TRIGGER",
            "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?",
        ),
        (
            "EVENT",
            "SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ?",
        ),
        (
            "VIEW",
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_TYPE = 'VIEW' AND TABLE_SCHEMA = ?",
        ),
        (
            "PROCEDURE",
            "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_TYPE = 'PROCEDURE' AND ROUTINE_SCHEMA = ?",
        ),
        (
            "FUNCTION",
            "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_TYPE = 'FUNCTION' AND ROUTINE_SCHEMA = ?",
        ),
        (
            "PACKAGE BODY",
            "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_TYPE = 'PACKAGE BODY' AND ROUTINE_SCHEMA = ?",
        ),
        (
            "PACKAGE",
            "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_TYPE = 'PACKAGE' AND ROUTINE_SCHEMA = ?",
        ),
        (
            LIBRARY,
            "SELECT LIBRARY_NAME FROM information_schema.LIBRARIES WHERE LIBRARY_SCHEMA = ?",
        ),
    ];
    let has_libraries = list(
        session,
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_NAME = 'LIBRARIES' AND TABLE_SCHEMA = ?",
        "information_schema",
    )?;
    for (kind, select) in KINDS {
        if kind == LIBRARY && has_libraries.is_empty() {
            continue;
        }
        for name in list(session, select, schema)? {
            session.run(&format!(
                "DROP {kind} IF EXISTS {}",
                qualified(schema, &name)
            ))?;
        }
    }
    Ok(())
}

/// Tables and sequences.
fn tables(session: &mut dyn Session, schema: &str) -> Result<Vec<String>, StoreError> {
    let select = "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? \
                  AND TABLE_TYPE NOT IN ('VIEW', 'SYSTEM VIEW') ORDER BY BINARY TABLE_NAME";
    list(session, select, schema)
}

/// The first column of what a query about a schema answers.
fn list(session: &mut dyn Session, select: &str, schema: &str) -> Result<Vec<String>, StoreError> {
    let rows = session.query(select, &[schema.into()])?.into_iter();
    let first = rows.filter_map(|row| row.into_iter().next());
    Ok(first.filter_map(Value::into_text).collect())
}

fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", quoted(schema), quoted(name))
}

fn renamed(table: &str, from: &str, to: &str) -> String {
    format!("{} TO {}", qualified(from, table), qualified(to, table))
}
