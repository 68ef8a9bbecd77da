//! A database as text.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::client::Client;

/// What differs between two databases that are equal.
static INCIDENTAL: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r" AUTO_INCREMENT=[0-9]+| DEFINER=`[^`]*`@`[^`]*`";
    Regex::new(pattern).expect("a pattern")
});

/// What MySQL says of a column only where whoever made it did; it follows from the collation.
static SAID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r" CHARACTER SET \w+( COLLATE \w+)").expect("a pattern"));

/// See [`super::Database::picture`].
pub(crate) fn picture(client: &Client, database: &str, without: &[&str]) -> String {
    let mut picture = String::new();
    let mut tables = Vec::new();
    let listed = "SELECT table_type, table_name FROM information_schema.tables
                   WHERE table_schema = DATABASE() ORDER BY BINARY table_name";
    for (kind, name) in pairs(client, listed) {
        if without.iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let kind = if kind == "VIEW" { "VIEW" } else { "TABLE" };
        picture += &definition(client, kind, &name, 1);
        if kind == "TABLE" {
            tables.push(name);
        }
    }
    let triggers = "SELECT 'TRIGGER', trigger_name FROM information_schema.triggers
                     WHERE trigger_schema = DATABASE() ORDER BY BINARY trigger_name";
    let routines = "SELECT routine_type, routine_name FROM information_schema.routines
                     WHERE routine_schema = DATABASE() ORDER BY routine_type, BINARY routine_name";
    for (kind, name) in pairs(client, triggers)
        .into_iter()
        .chain(pairs(client, routines))
    {
        picture += &definition(client, &kind, &name, 2);
    }
    let events = "SELECT 'EVENT', event_name FROM information_schema.events
                   WHERE event_schema = DATABASE() ORDER BY BINARY event_name";
    for (kind, name) in pairs(client, events) {
        picture += &definition(client, &kind, &name, 3);
    }
    for table in tables {
        let mut lines = BTreeMap::<String, usize>::new();
        for row in client.query(&format!("SELECT * FROM {}", quoted(&table))) {
            let values = row
                .into_iter()
                .map(|value| value.map_or_else(|| "NULL".to_owned(), |value| format!("{value:?}")));
            let line = format!("{table} [{}]", values.collect::<Vec<_>>().join(", "));
            *lines.entry(line).or_default() += 1;
        }
        for (line, times) in lines {
            picture += &format!("{times} x {line}\n");
        }
    }
    picture
        .replace(&format!("`{database}`."), "")
        .replace(database, "[DATABASE]")
}

/// Kind, name and definition, which stands in that column of what SHOW CREATE answers.
fn definition(client: &Client, kind: &str, name: &str, column: usize) -> String {
    let rows = client.query(&format!("SHOW CREATE {kind} {}", quoted(name)));
    let text = rows[0][column].as_deref().expect("root may see it");
    let text = INCIDENTAL.replace_all(text, "");
    let text = SAID.replace_all(&text, "$1");
    // MySQL keeps the semicolon behind a body that was sent with other statements.
    let text = text.trim_end_matches(';');
    format!("{} {name}: {text}\n", kind.to_lowercase())
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn pairs(client: &Client, sql: &str) -> Vec<(String, String)> {
    let rows = client.query(sql).into_iter().map(|row| {
        let [first, second] = row.try_into().expect("two columns");
        (first.expect("a kind"), second.expect("a name"))
    });
    rows.collect()
}
