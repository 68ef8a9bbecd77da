//! What is asked before a dump: whether the user may see all that is to be in it. The tools leave out in silence what
//! they may not see.

use std::collections::BTreeSet;

use super::super::super::StoreError;
use super::super::link::Link;
use super::super::literal::{quoted, text};
use super::super::server::{Kind, Server};
use super::super::{definition, rights};
use super::{denied, names};
use crate::sql::Right;

/// What a dump is to hold.
#[derive(Debug)]
pub(super) struct Asked {
    /// Whether events are to be in it.
    pub(super) events: Events,
    /// Views that cannot be read; the tools would give up at them.
    pub(super) broken: Vec<String>,
    /// What will not be in it, in words.
    pub(super) warnings: Vec<String>,
}

/// Whether events are to be in a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Events {
    Dumped,
    LeftOut,
}

/// What a view refers to is not there, or its definer may not see it.
const INVALID_VIEW: u16 = 1356;

/// Asks.
///
/// # Errors
/// The user may not see what a backup must have; the message has the statement that gives the right.
pub(super) fn ask(link: &mut Link, schema: &str, server: &Server) -> Result<Asked, StoreError> {
    let place = text(schema);
    let views = names(
        link,
        &format!(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_TYPE = 'VIEW' AND TABLE_SCHEMA = {place}"
        ),
    )?;
    let mut needed = BTreeSet::from([Right::Select, Right::Trigger]);
    if !views.is_empty() {
        needed.insert(Right::ShowView);
    }
    if let Some(missing) = rights::missing(link, schema, server, &needed)? {
        return Err(denied(format!(
            "{missing}, without which a backup would not be whole; an administrator gives them: {}",
            missing.grant
        )));
    }
    routines_must_show(link, &place, server)?;

    let mut asked = Asked {
        events: Events::Dumped,
        broken: Vec::new(),
        warnings: Vec::new(),
    };
    for view in views {
        let fields = format!("SHOW FIELDS FROM {}.{}", quoted(schema), quoted(&view));
        match link.query(&fields) {
            Ok(_) => {}
            Err(error) if error.number() == Some(INVALID_VIEW) => {
                asked
                    .warnings
                    .push(format!("the view {view} is broken, and not in it: {error}"));
                asked.broken.push(view);
            }
            Err(error) => return Err(error),
        }
    }
    let mut lacks = |right| -> Result<_, StoreError> {
        rights::missing(link, schema, server, &BTreeSet::from([right]))
    };
    if let Some(missing) = lacks(Right::Event)? {
        asked.events = Events::LeftOut;
        asked.warnings.push(format!(
            "events are not in it: {missing}; {}",
            missing.grant
        ));
    }
    if let Some(missing) = lacks(Right::Execute)? {
        asked.warnings.push(format!(
            "procedures and functions of others are not in it: {missing}; {}",
            missing.grant
        ));
    }
    for table in definition::unprotected(link, schema)? {
        asked.warnings.push(format!(
            "the table {table} takes no part in transactions: what was written to it meanwhile may be in it by half"
        ));
    }
    let versioned = names(
        link,
        &format!(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_TYPE = 'SYSTEM VERSIONED' \
             AND TABLE_SCHEMA = {place}"
        ),
    )?;
    for table in versioned {
        asked.warnings.push(format!(
            "of the system-versioned table {table} only the present is in it"
        ));
    }
    Ok(asked)
}

/// Refuses procedures and functions that the user may call and not read.
fn routines_must_show(link: &mut Link, place: &str, server: &Server) -> Result<(), StoreError> {
    let hidden = names(
        link,
        &format!(
            "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_DEFINITION IS NULL \
             AND ROUTINE_BODY IN ('SQL', 'EXTERNAL') AND ROUTINE_SCHEMA = {place}"
        ),
    )?;
    let Some(first) = hidden.first() else {
        return Ok(());
    };
    let account = rights::account(server);
    let grant = match server.kind {
        Kind::MariaDb => format!("GRANT SELECT ON mysql.proc TO {account}"),
        Kind::Mysql => format!("GRANT SHOW_ROUTINE ON *.* TO {account}"),
    };
    Err(denied(format!(
        "{} may not see what {first} does, so that it would not be in the backup; an administrator gives the right: \
         {grant}",
        server.user
    )))
}
