//! What a user may do, by what SHOW GRANTS tells.

use std::collections::BTreeSet;

use once_cell::sync::Lazy;
use regex::Regex;

use super::super::{MissingRights, StoreError, Value};
use super::link::Link;
use super::literal::quoted;
use super::server::{Kind, Server};
use crate::sql::Right;

/// `GRANT rights ON place TO ...`, where the place is a schema.
static ON_SCHEMA: Lazy<Regex> = Lazy::new(|| {
    Regex::new(r"^GRANT (.+) ON (\*|`(?:[^`]|``)*`|\w+)\.(\S+) TO ").expect("the pattern is valid")
});

/// Which of these rights the user has not on a schema; `None` also where that cannot be told.
///
/// # Errors
/// The server cannot be asked.
pub(super) fn missing(
    link: &mut Link,
    schema: &str,
    server: &Server,
    needed: &BTreeSet<Right>,
) -> Result<Option<MissingRights>, StoreError> {
    let mut needed = needed.clone();
    if server.kind == Kind::MariaDb {
        // It knows the word and asks for nothing.
        needed.remove(&Right::References);
    }
    let rows = link.query("SHOW GRANTS")?;
    let grants = rows.into_iter().flatten().filter_map(Value::into_text);
    let rights = lacking(&grants.collect::<Vec<_>>(), schema, &needed);
    if rights.is_empty() {
        return Ok(None);
    }
    let names: Vec<_> = rights.iter().map(|right| right.as_str()).collect();
    let grant = format!(
        "GRANT {} ON {}.* TO {}",
        names.join(", "),
        quoted(schema),
        account(server)
    );
    Ok(Some(MissingRights {
        user: server.user.clone(),
        rights,
        grant,
    }))
}

/// The user, as GRANT names it.
pub(super) fn account(server: &Server) -> String {
    match server.user.rsplit_once('@') {
        Some((user, host)) => format!("{}@{}", quoted(user), quoted(host)),
        None => quoted(&server.user),
    }
}

fn lacking(grants: &[String], schema: &str, needed: &BTreeSet<Right>) -> Vec<Right> {
    let mut granted = Vec::new();
    for grant in grants {
        let Some(found) = ON_SCHEMA.captures(grant) else {
            // A role, or something that this does not know: the server itself will tell.
            return Vec::new();
        };
        let (rights, place, object) = (&found[1], &found[2], &found[3]);
        match (object, is_on(place, schema)) {
            ("*", true) => granted.extend(rights.split(", ").map(str::to_owned)),
            ("*", false) => {}
            // Rights on single tables: which, the server itself will tell.
            (_, true) => return Vec::new(),
            (_, false) => {}
        }
    }
    if granted
        .iter()
        .any(|right| right.starts_with("ALL PRIVILEGES"))
    {
        return Vec::new();
    }
    let is_granted = |right: &Right| granted.iter().any(|granted| granted == right.as_str());
    let lacking = needed.iter().filter(|right| !is_granted(right));
    lacking.copied().collect()
}

/// Whether a grant's place, a pattern with `%`, `_` and backslashes before both, is a schema.
fn is_on(place: &str, schema: &str) -> bool {
    if place == "*" {
        return true;
    }
    let pattern = place.trim_matches('`').replace("``", "`");
    let mut regex = String::from("(?is)^");
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '%' => regex.push_str(".*"),
            '_' => regex.push('.'),
            '\\' => regex.push_str(&regex::escape(
                &characters.next().map_or_else(String::new, String::from),
            )),
            other => regex.push_str(&regex::escape(&other.to_string())),
        }
    }
    regex.push('$');
    Regex::new(&regex).is_ok_and(|regex| regex.is_match(schema))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_grants() {
        let usage = "GRANT USAGE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*x'";
        let rows: [(&[&str], &str); 8] = [
            (
                &["GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION"],
                "",
            ),
            (&[usage], "SELECT ALTER"),
            (&[usage, "GRANT SELECT ON `shop`.* TO `a`@`%`"], "ALTER"),
            (&[usage, "GRANT SELECT, ALTER ON `shop`.* TO `a`@`%`"], ""),
            (&[usage, "GRANT ALL PRIVILEGES ON `sh%`.* TO `a`@`%`"], ""),
            (
                &[usage, "GRANT ALL PRIVILEGES ON `sh\\_p`.* TO `a`@`%`"],
                "SELECT ALTER",
            ),
            (&[usage, "GRANT `role` TO `a`@`%`"], ""),
            (&[usage, "GRANT SELECT ON `shop`.`t` TO `a`@`%`"], ""),
        ];
        let needed = BTreeSet::from([Right::Select, Right::Alter]);
        for (grants, expected) in rows {
            let grants: Vec<String> = grants.iter().map(|grant| (*grant).to_owned()).collect();
            let found: Vec<_> = lacking(&grants, "shop", &needed)
                .into_iter()
                .map(Right::as_str)
                .collect();
            assert_eq!(found.join(" "), expected, "{grants:?}");
        }
    }
}
