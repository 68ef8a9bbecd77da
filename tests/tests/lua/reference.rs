//! The reference page: its examples, run on every store as parts of one script each.

use std::fs;

use upgrades_tests::project;

use crate::lab::labs;

/// The examples of the page: each with the lines that it prints.
fn examples(page: &str) -> Vec<(String, Vec<String>)> {
    let blocks = page.split("\n```lua\n").skip(1);
    let examples = blocks.map(|block| {
        let (block, _) = block.split_once("\n```").unwrap();
        let (said, code): (Vec<&str>, Vec<&str>) =
            block.lines().partition(|line| line.starts_with("-->"));
        let said = said
            .iter()
            .map(|line| line["-->".len()..].trim_start_matches(' ').to_owned());
        (code.join("\n"), said.collect())
    });
    examples.collect()
}

/// The table of the page, with its three rows.
const TABLE: &str = "CREATE TABLE #__products (id INTEGER NOT NULL PRIMARY KEY AUTO, name VARCHAR(40) NOT NULL, price INTEGER, picture BLOB);
INSERT INTO #__products VALUES (1, 'Sieve', 99, NULL), (2, 'Kettle', 2995, NULL), (3, 'Teapot', 1500, NULL);";

#[test]
fn every_example() {
    let page = fs::read_to_string(project().join("docs/lua.md")).unwrap();
    let examples = examples(&page);
    assert!(examples.len() > 14, "{} examples", examples.len());
    for lab in labs() {
        let table = TABLE.replace(" AUTO,", lab.either(",", " AUTO_INCREMENT,"));
        let mut scripts = vec![("1.0.0.sql".to_owned(), table)];
        // One after the other, so that lines are counted from each one's beginning; the database goes on.
        for (at, (code, said)) in examples.iter().enumerate() {
            let version = match code.contains("script.version") || code.contains("pcall") {
                true => "2.0.0_examples.lua".to_owned(),
                false => format!("1.1.{at}.lua"),
            };
            scripts.push((version.clone(), code.clone()));
            let given: Vec<(&str, &str)> = scripts
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_str()))
                .collect();
            let fresh = lab.fresh(&given[..given.len() - 1]);
            let told = fresh.run(&given);
            let told: Vec<&str> = told.lines().filter(|line| !line.starts_with('[')).collect();
            let told: Vec<&str> = told
                .iter()
                .map(|line| line.strip_prefix("WARN: ").unwrap_or(line))
                .collect();
            assert_eq!(told, *said, "{code}");
            scripts.pop();
            scripts.push((format!("1.1.{at}.lua"), code.clone()));
        }
    }
}
