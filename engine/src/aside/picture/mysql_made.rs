//! What has made the objects of a MySQL or MariaDB schema, as SHOW CREATE tells it.

use once_cell::sync::Lazy;
use regex::Regex;

use crate::sql::Dialect;
use crate::store::{Session, StoreError, texts};

/// What a table's counter of ids stands at.
static COUNTER: Lazy<Regex> = Lazy::new(|| {
    let pattern = r"(?m)^(\) (?:/\*!\d+ [^\n]*? \*/ )?ENGINE=\S+)( AUTO_INCREMENT=([0-9]+))";
    Regex::new(pattern).expect("the pattern is valid")
});

/// Kinds of objects with a body: in which column of which list their names are, and in which columns of SHOW CREATE the
/// SQL_MODE and the text stand; behind that come the client's character set and collation.
pub(crate) struct Kind {
    pub(crate) kind: &'static str,
    name: &'static str,
    listed: &'static str,
    pub(crate) mode: usize,
    pub(crate) text: usize,
}

pub(crate) const ROUTINES: [Kind; 4] = [
    Kind {
        kind: "FUNCTION",
        name: "ROUTINE_NAME",
        listed: "ROUTINES WHERE ROUTINE_TYPE = 'FUNCTION' AND ROUTINE_SCHEMA = DATABASE() ORDER BY BINARY ROUTINE_NAME",
        mode: 1,
        text: 2,
    },
    Kind {
        kind: "PROCEDURE",
        name: "ROUTINE_NAME",
        listed: "ROUTINES WHERE ROUTINE_TYPE = 'PROCEDURE' AND ROUTINE_SCHEMA = DATABASE() ORDER BY BINARY ROUTINE_NAME",
        mode: 1,
        text: 2,
    },
    Kind {
        kind: "PACKAGE",
        name: "ROUTINE_NAME",
        listed: "ROUTINES WHERE ROUTINE_TYPE = 'PACKAGE' AND ROUTINE_SCHEMA = DATABASE() ORDER BY BINARY ROUTINE_NAME",
        mode: 1,
        text: 2,
    },
    Kind {
        kind: "PACKAGE BODY",
        name: "ROUTINE_NAME",
        listed: "ROUTINES WHERE ROUTINE_TYPE = 'PACKAGE BODY' AND ROUTINE_SCHEMA = DATABASE() ORDER BY BINARY ROUTINE_NAME",
        mode: 1,
        text: 2,
    },
];

pub(crate) const TRIGGERS: Kind = Kind {
    kind: "TRIGGER",
    name: "TRIGGER_NAME",
    listed: "TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() \
             ORDER BY BINARY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER",
    mode: 1,
    text: 2,
};

pub(crate) const EVENTS: Kind = Kind {
    kind: "EVENT",
    name: "EVENT_NAME",
    listed: "EVENTS WHERE EVENT_SCHEMA = DATABASE() ORDER BY BINARY EVENT_NAME",
    mode: 1,
    text: 3,
};

impl Kind {
    /// Those of this kind that are there, in the order in which they can be made.
    pub(crate) fn names(&self, session: &mut dyn Session) -> Result<Vec<String>, StoreError> {
        let sql = format!(
            "SELECT {} FROM information_schema.{}",
            self.name, self.listed
        );
        names(session, &sql)
    }
}

/// The views.
pub(crate) fn views(session: &mut dyn Session) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() ORDER BY BINARY TABLE_NAME";
    names(session, sql)
}

fn names(session: &mut dyn Session, sql: &str) -> Result<Vec<String>, StoreError> {
    let listed = texts(session, sql)?;
    Ok(listed.into_iter().map(|[name]| name).collect())
}

/// What makes a table, and what its counter of ids stands at: 1 where it has none.
pub(crate) fn table(session: &mut dyn Session, name: &str) -> Result<(String, String), StoreError> {
    let text = created(session, "TABLE", name, 1)?;
    let counter = COUNTER
        .captures(&text)
        .map_or_else(|| "1".to_owned(), |found| found[3].to_owned());
    Ok((COUNTER.replace(&text, "$1").into_owned(), counter))
}

/// A column of what SHOW CREATE answers.
pub(crate) fn created(
    session: &mut dyn Session,
    kind: &str,
    name: &str,
    column: usize,
) -> Result<String, StoreError> {
    let row = shown(session, kind, name)?;
    Ok(row.into_iter().nth(column).unwrap_or_default())
}

/// What SHOW CREATE answers.
pub(crate) fn shown(
    session: &mut dyn Session,
    kind: &str,
    name: &str,
) -> Result<Vec<String>, StoreError> {
    let sql = format!("SHOW CREATE {kind} {}", Dialect::Mysql.quoted(name));
    let row = session.query(&sql, &[])?.into_iter().next();
    let texts = row.into_iter().flatten();
    Ok(texts
        .map(|value| value.into_text().unwrap_or_default())
        .collect())
}
