//! What is in a schema of a MySQL or MariaDB server.

use std::collections::BTreeSet;

use once_cell::sync::Lazy;
use regex::Regex;

use super::mysql_collations::without_own;
use super::mysql_foreign;
use super::mysql_made::{self, EVENTS, Kind, ROUTINES, TRIGGERS, created, shown};
use super::mysql_rows::{self, natural_counter};
use super::mysql_views::in_order;
use super::{Object, Picture, Rows, Unread};
use crate::ledger;
use crate::sql::Dialect;
use crate::store::{Session, StoreError, texts};
use crate::upgrader::Settings;

/// Who a definition belongs to, in the quotes of the mode that it was made in.
static DEFINER: Lazy<Regex> = Lazy::new(|| {
    let name = r#"(`(?:[^`]|``)*`|"(?:[^"]|"")*")"#;
    let pattern = format!(r"^CREATE(?: ALGORITHM=\w+)?( DEFINER={name}(?:@{name})?)");
    Regex::new(&pattern).expect("the pattern is valid")
});

/// What a session has that nobody has set anything in.
struct Usual {
    settings: Vec<(&'static str, String)>,
    characters: String,
    user: String,
}

/// The schema's own settings.
pub(super) fn settings(
    session: &mut dyn Session,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let sql = "SELECT @@character_set_database, @@collation_database";
    let found = texts(session, sql)?
        .into_iter()
        .map(|[set, collation]| ("CHARACTER SET", format!("{set} COLLATE {collation}")));
    Ok(found.collect())
}

/// Reads it.
pub(super) fn read(session: &mut dyn Session, settings: &Settings) -> Result<Picture, Unread> {
    let usual = usual(session)?;
    // In this mode texts and names are quoted as the baseline's are read.
    session.execute("SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'", &[])?;
    let mut picture = Picture {
        settings: self::settings(session)?,
        ..Picture::default()
    };
    mysql_foreign::refuse(session)?;
    tables(session, settings, &mut picture)?;
    bodies(session, &ROUTINES, &usual, &mut picture)?;
    views(session, &usual, &mut picture)?;
    bodies(session, &[TRIGGERS, EVENTS], &usual, &mut picture)?;
    Ok(picture)
}

fn usual(session: &mut dyn Session) -> Result<Usual, StoreError> {
    let sql = "SELECT @@sql_mode, @@collation_connection, @@time_zone, @@character_set_client, CURRENT_USER()";
    let row = texts(session, sql)?.into_iter().next();
    let [mode, collation, zone, characters, user] = row.unwrap_or_default();
    Ok(Usual {
        settings: vec![
            ("sql_mode", mode),
            ("collation_connection", collation),
            ("time_zone", zone),
        ],
        characters,
        user,
    })
}

/// Tables and sequences, with what is in them.
fn tables(
    session: &mut dyn Session,
    settings: &Settings,
    picture: &mut Picture,
) -> Result<(), Unread> {
    let own: BTreeSet<String> = settings.tables.names().into_iter().collect();
    let lock = settings.tables.lock_name();
    let listed = texts(
        session,
        "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES \
         WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'VIEW' ORDER BY BINARY TABLE_NAME",
    )?;
    for [name, kind] in listed {
        if own.contains(&name) || name == lock {
            continue;
        }
        match kind.as_str() {
            "BASE TABLE" => {}
            "SEQUENCE" => {
                sequence(session, &name, picture)?;
                continue;
            }
            other => {
                let kind = other.to_lowercase();
                return Err(Unread::Unsaid(format!(
                    "the table {name} is {kind}, and has a past of its own"
                )));
            }
        }
        let (sql, counter) = mysql_made::table(session, &name)?;
        let mut rows = mysql_rows::read(session, &name, "")?;
        let natural = natural_counter(session, &name)?;
        rows.counter = natural
            .filter(|natural| *natural != counter)
            .map(|_| counter);
        picture.tables.push(rows);
        picture.objects.push(Object {
            kind: "table".to_owned(),
            name,
            sql: without_own(&sql),
            session: Vec::new(),
        });
    }
    let vars = settings.tables.vars_name();
    if session.has_table(&vars)? {
        let names = ledger::own_rows(&settings.tracks);
        let names: Vec<_> = names
            .iter()
            .map(|name| format!("'{}'", name.replace('\'', "''")))
            .collect();
        let others = format!("WHERE name NOT IN ({})", names.join(", "));
        let rows = mysql_rows::read(session, &vars, &others)?;
        picture
            .tables
            .extend(Some(rows).filter(|rows| !rows.rows.is_empty()));
    }
    Ok(())
}

fn sequence(
    session: &mut dyn Session,
    name: &str,
    picture: &mut Picture,
) -> Result<(), StoreError> {
    let quoted = Dialect::Mysql.quoted(name);
    let sql = format!(
        "SELECT CAST(next_not_cached_value AS CHAR), CAST(start_value AS CHAR) FROM {quoted}"
    );
    let row = texts(session, &sql)?.into_iter().next();
    let [next, first] = row.unwrap_or_default();
    picture.tables.push(Rows {
        table: name.to_owned(),
        columns: Vec::new(),
        rows: Vec::new(),
        counter: Some(next).filter(|next| *next != first),
    });
    picture.objects.push(Object {
        kind: "sequence".to_owned(),
        sql: created(session, "SEQUENCE", name, 1)?,
        name: name.to_owned(),
        session: Vec::new(),
    });
    Ok(())
}

/// Views, those first that others are made of.
fn views(session: &mut dyn Session, usual: &Usual, picture: &mut Picture) -> Result<(), Unread> {
    let mut views = Vec::new();
    for name in mysql_made::views(session)? {
        let text = created(session, "VIEW", &name, 1)?;
        views.push(Object {
            kind: "view".to_owned(),
            sql: without_definer("view", &name, &text, usual)?,
            name,
            session: Vec::new(),
        });
    }
    picture.objects.extend(in_order(views));
    Ok(())
}

/// What has a body.
fn bodies(
    session: &mut dyn Session,
    kinds: &[Kind],
    usual: &Usual,
    picture: &mut Picture,
) -> Result<(), Unread> {
    for kind in kinds {
        for name in kind.names(session)? {
            picture.objects.push(body(session, kind, name, usual)?);
        }
    }
    Ok(())
}

fn body(
    session: &mut dyn Session,
    kind: &Kind,
    name: String,
    usual: &Usual,
) -> Result<Object, Unread> {
    let row = shown(session, kind.kind, &name)?;
    let at = |column: usize| row.get(column).cloned().unwrap_or_default();
    let word = kind.kind.to_lowercase();
    let (text, characters) = (at(kind.text), at(kind.text + 1));
    if text.is_empty() {
        let why = format!("the {word} {name} cannot be seen by this user");
        return Err(Unread::Unsaid(why));
    }
    if characters != usual.characters && !text.is_ascii() {
        let why = format!("the {word} {name} was made in the character set {characters}");
        return Err(Unread::Unsaid(why));
    }
    let zone = match kind.kind {
        "EVENT" => at(2),
        _ => usual.settings[2].1.clone(),
    };
    let own = [
        ("sql_mode", at(kind.mode)),
        ("collation_connection", at(kind.text + 2)),
        ("time_zone", zone),
    ];
    let session = own
        .into_iter()
        .filter(|setting| !usual.settings.contains(setting));
    Ok(Object {
        sql: without_definer(&word, &name, &text, usual)?,
        kind: word,
        name,
        session: session.collect(),
    })
}

/// What makes an object for whoever makes it; refused where it is somebody else's.
fn without_definer(kind: &str, name: &str, text: &str, usual: &Usual) -> Result<String, Unread> {
    let Some(found) = DEFINER.captures(text) else {
        return Ok(text.to_owned());
    };
    let part = |at: usize| {
        let quoted = found.get(at).map(|quoted| quoted.as_str())?;
        let (quote, inside) = (&quoted[..1], &quoted[1..quoted.len() - 1]);
        Some(inside.replace(&quote.repeat(2), quote))
    };
    let parts = part(2).into_iter().chain(part(3));
    let definer = parts.collect::<Vec<_>>().join("@");
    if definer != usual.user {
        return Err(Unread::Unsaid(format!(
            "the {kind} {name} has the definer {definer}, whom other servers need not have"
        )));
    }
    Ok(text.replacen(&found[1], "", 1))
}
