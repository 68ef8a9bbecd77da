//! [`Place`]: a schema beside the real one, that nobody else uses.

use sha2::{Digest as _, Sha256};

use super::super::super::{Fault, StoreError, Value};
use super::super::Mysql;
use super::super::link::Link;
use super::super::literal::{quoted, text};
use super::super::rights;
use super::super::server::Server;
use super::{denied, names};
use crate::checksum::Checksum;

/// How many there may be at once.
const MOST: u32 = 9;
/// How long the name of a schema may be, in characters.
const LONGEST: usize = 64;
/// This server has no locks by name, as a node of a cluster has none.
const NO_NAMED_LOCKS: u16 = 1235;

/// A schema of one's own, gone with its value, or with the next that is made. A lock by its name, which the server gives
/// back when our connection ends, tells the living from the dead.
pub(super) struct Place {
    pub(super) link: Link,
    pub(super) name: String,
}

impl Place {
    /// Makes one, empty, and removes those of the dead.
    ///
    /// # Errors
    /// The user may make none, or there are too many.
    pub(super) fn make(store: &Mysql) -> Result<Self, StoreError> {
        let mut link = store.beside()?;
        let all: Vec<String> = all_beside(&store.schema).collect();
        let listed: Vec<String> = all.iter().map(|name| text(name)).collect();
        let there = names(
            &mut link,
            &format!(
                "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN ({})",
                listed.join(", ")
            ),
        )?;
        let is_there = |name: &String| there.iter().any(|other| other.eq_ignore_ascii_case(name));
        let mut own = None;
        for name in all {
            if own.is_some() && !is_there(&name) {
                continue;
            }
            if !claim(&mut link, &name)? {
                continue;
            }
            if is_there(&name) {
                link.run(&format!("DROP DATABASE IF EXISTS {}", quoted(&name)))?;
            }
            match own {
                None => own = Some(name),
                Some(_) => drop(link.query(&format!("SELECT RELEASE_LOCK({})", text(&name)))?),
            }
        }
        let Some(name) = own else {
            let message = format!(
                "{MOST} copies of {} are in use by others already",
                store.schema
            );
            return Err(StoreError::new(Fault::Busy, message));
        };
        create(&mut link, store, &name)?;
        let mut place = Self { link, name };
        place.link.run(&format!("USE {}", quoted(&place.name)))?;
        Ok(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let dropped = self
            .link
            .run(&format!("DROP DATABASE IF EXISTS {}", quoted(&self.name)));
        if let Err(error) = dropped {
            log::warn!(
                "the schema {} cannot be dropped; whatever makes the next copy does: {error}",
                self.name
            );
        }
    }
}

/// The name of a schema beside another: `shop_upgrades_1`.
pub(super) fn beside(schema: &str, what: &str) -> String {
    format!("{}_upgrades_{what}", stem(schema))
}

/// Whether a schema is called as one that is made here.
pub(super) fn is_beside(schema: &str, name: &str) -> bool {
    all_beside(schema).any(|other| other == name)
}

fn all_beside(schema: &str) -> impl Iterator<Item = String> {
    (1..=MOST).map(move |number| beside(schema, &number.to_string()))
}

/// What the names of the schemas beside another begin with: its own, unless that is too long.
fn stem(schema: &str) -> String {
    const ROOM: usize = LONGEST - "_upgrades_before".len();
    const SUM: usize = 8;
    if schema.chars().count() <= ROOM {
        return schema.to_owned();
    }
    let kept: String = schema.chars().take(ROOM - SUM - 1).collect();
    let sum = Checksum::of(Sha256::new_with_prefix(schema.as_bytes()));
    format!("{kept}_{}", &sum.as_str()[..SUM])
}

fn claim(link: &mut Link, name: &str) -> Result<bool, StoreError> {
    match link.query(&format!("SELECT GET_LOCK({}, 0)", text(name))) {
        Ok(rows) => Ok(rows
            .into_iter()
            .flatten()
            .any(|got| got.into_text().as_deref() == Some("1"))),
        Err(error) if error.number() == Some(NO_NAMED_LOCKS) => Ok(!is_used(link, name)?),
        Err(error) => Err(error),
    }
}

/// Whether a connection of this server is in a schema, as that of its living owner is.
fn is_used(link: &mut Link, name: &str) -> Result<bool, StoreError> {
    // Number, user, host, schema. MySQL's table of the same fails where a statement has an emoji.
    let mut rows = link.query("SHOW PROCESSLIST")?.into_iter();
    let schema = |row: Vec<Value>| row.into_iter().nth(3).and_then(Value::into_text);
    Ok(rows.any(|row| schema(row).is_some_and(|schema| schema.eq_ignore_ascii_case(name))))
}

/// Makes a schema with the defaults of the real one.
fn create(link: &mut Link, store: &Mysql, name: &str) -> Result<(), StoreError> {
    const NO_RIGHT: u16 = 1044;
    let defaults = defaults(link, &store.schema)?;
    let created = link.run(&format!("CREATE DATABASE {}{defaults}", quoted(name)));
    let error = match created {
        Ok(_) => return Ok(()),
        Err(error) if error.number() == Some(NO_RIGHT) => error,
        Err(error) => return Err(error),
    };
    let account = rights::account(&Server::ask(link)?);
    let places = match takes_patterns(link) {
        true => vec![pattern(&store.schema)],
        // All that one after the other need.
        false => vec![name.to_owned(), beside(&store.schema, "before")],
    };
    let grants: Vec<_> = places
        .iter()
        .map(|place| format!("GRANT ALL ON {}.* TO {account}", quoted(place)))
        .collect();
    Err(denied(format!(
        "copies are made in a schema beside the real one, which this user may not make; an administrator gives the \
         right: {}",
        grants.join("; ")
    ))
    .because(error))
}

/// What GRANT calls all schemas beside another.
fn pattern(schema: &str) -> String {
    let stem = stem(schema)
        .replace('\\', "\\\\")
        .replace('_', "\\_")
        .replace('%', "\\%");
    format!("{stem}\\_upgrades\\_%")
}

/// Whether the server takes a schema's name in a GRANT for a pattern: MySQL does not where rights can be revoked in part.
fn takes_patterns(link: &mut Link) -> bool {
    let setting = names(link, "SELECT @@GLOBAL.partial_revokes");
    // Who does not know it, takes them.
    !setting.is_ok_and(|setting| setting == ["1"])
}

/// What stands behind CREATE DATABASE to have the defaults of a schema.
pub(super) fn defaults(link: &mut Link, schema: &str) -> Result<String, StoreError> {
    let rows = link.query(&format!(
        "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA \
         WHERE SCHEMA_NAME = {}",
        text(schema)
    ))?;
    let mut row = rows.into_iter().flatten().map(Value::into_text);
    let said = row.next().flatten().zip(row.next().flatten());
    Ok(said.map_or_else(String::new, |(characters, collation)| {
        format!(" CHARACTER SET {characters} COLLATE {collation}")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own() {
        for (name, expected) in [
            ("shop_upgrades_1", true),
            ("shop_upgrades_9", true),
            ("shop_upgrades_10", false),
            ("shop_upgrades_before", false),
            ("shop", false),
            ("other_upgrades_1", false),
        ] {
            assert_eq!(is_beside("shop", name), expected, "{name}");
        }
    }

    #[test]
    fn names_fit() {
        let long = "ü".repeat(64);
        for (schema, expected) in [
            ("shop", "shop_upgrades_before"),
            ("a-b`", "a-b`_upgrades_before"),
        ] {
            assert_eq!(beside(schema, "before"), expected);
        }
        let name = beside(&long, "before");
        assert_eq!(name.chars().count(), LONGEST, "{name}");
        assert_ne!(name, beside(&format!("{}a", "ü".repeat(63)), "before"));
    }
}
