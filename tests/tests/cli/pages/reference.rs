//! docs/reference.md against the program: what stands on the page is there, and what is there stands on the page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use regex::Regex;
use upgrades_tests::{Sandbox, project};

use crate::mysql::{Installation, shop_for_servers};
use crate::transcript::{FAILING, shop};

type Names = BTreeSet<String>;

/// What stands under a heading of the reference, up to the next one.
fn section(heading: &str) -> String {
    section_of("docs/reference.md", heading)
}

fn section_of(file: &str, heading: &str) -> String {
    let page = fs::read_to_string(project().join(file)).unwrap();
    let (_, rest) = page
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("{file} has no heading {heading:?}"));
    let fits = |line: &&str| !line.starts_with('#');
    rest.lines()
        .take_while(fits)
        .map(|line| format!("{line}\n"))
        .collect()
}

/// The first cells of a table, the one whose head begins so; without the marks of code.
fn first_cells(section: &str, head: &str) -> Vec<String> {
    let rows = section
        .lines()
        .skip_while(|line| !line.starts_with(&format!("| {head} |")));
    let cells = rows.skip(2).map_while(|row| row.strip_prefix("| "));
    cells
        .map(|row| row.split(" |").next().unwrap().trim_matches('`').to_owned())
        .collect()
}

fn names(section: &str, head: &str) -> Names {
    let cells = first_cells(section, head);
    let names: Names = cells.iter().cloned().collect();
    assert_eq!(names.len(), cells.len(), "one stands twice: {cells:?}");
    assert!(!names.is_empty(), "no table {head:?} in {section}");
    names
}

/// What stands between backticks.
fn quoted(text: &str) -> Names {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// The tables of the file that hold what their author names.
const FREE: [&str; 1] = ["placeholders"];

/// The keys that the real parser knows in a table, as its answer to an unknown one lists them.
fn known_keys(table: Option<&str>) -> Names {
    let sandbox = Sandbox::new();
    let (head, told) = match table {
        None => (String::new(), "configuration"),
        Some(table) => (format!("[{table}]\n"), table),
    };
    let database = "database = \"sqlite:shop.db\"\n";
    let config = match table {
        None => format!("no_such_key = 1\n{database}"),
        Some(_) => format!("{database}{head}no_such_key = 1\n"),
    };
    sandbox.write("upgrades.toml", config);
    let answer = sandbox.upgrades(["status"]);
    assert_eq!(answer.status, Some(2), "{told}: {answer:?}");
    let (_, expected) = answer
        .stderr
        .split_once("unknown field `no_such_key`, expected")
        .unwrap_or_else(|| panic!("{told}: {answer:?}"));
    quoted(expected)
}

#[test]
fn every_key_of_the_configuration() {
    let top = section("## Configuration");
    assert_eq!(names(&top, "key"), known_keys(None));
    let mut documented = BTreeMap::from([(String::new(), names(&top, "key"))]);
    let page = fs::read_to_string(project().join("docs/reference.md")).unwrap();
    for line in page.lines() {
        let Some(table) = line
            .strip_prefix("### [")
            .and_then(|rest| rest.strip_suffix(']'))
        else {
            continue;
        };
        let keys = names(&section(line), "key");
        if !FREE.contains(&table) {
            assert_eq!(keys, known_keys(Some(table)), "[{table}]");
        }
        documented.insert(table.split('.').next().unwrap().to_owned(), keys);
    }
    // A key that is a table has a section of its own.
    let rows = top.lines().filter(|row| row.contains("` | table"));
    for table in rows.map(|row| quoted(row).pop_first().unwrap()) {
        assert!(documented.contains_key(&table), "[{table}] has no section");
    }
    whole_file(&documented);
}

/// The example has every key, and is accepted on every store.
fn whole_file(documented: &BTreeMap<String, Names>) {
    let block = section("### A whole file");
    let example = block.split("```toml\n").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let mut shown = BTreeMap::<String, Names>::new();
    let mut table = String::new();
    for line in example.lines() {
        if let Some(head) = line.strip_prefix('[') {
            table = head.split(['.', ']']).next().unwrap().to_owned();
            shown
                .entry(String::new())
                .or_default()
                .insert(table.clone());
        } else if let Some((key, _)) = line.split_once(" = ") {
            let key = match FREE.contains(&table.as_str()) {
                true => "NAME",
                false => key,
            };
            shown
                .entry(table.clone())
                .or_default()
                .insert(key.to_owned());
        }
    }
    assert_eq!(shown, *documented, "the whole file");
    let sandbox = Sandbox::new();
    sandbox.write("upgrades.toml", example);
    sandbox.write("core/1.0.0.sql", "SELECT 1;");
    for database in ["sqlite:shop.db", "mysql://shop@127.0.0.1:1/shop"] {
        let answer = sandbox.upgrades(["check", "--no-database", "--database", database]);
        assert_eq!(answer.status, Some(0), "{database}: {answer:?}");
    }
}

#[test]
fn every_variable_of_the_environment() {
    let sandbox = Sandbox::new();
    let mut help = sandbox.upgrades(["help"]).stdout;
    let command = Regex::new(r"(?m)^  ([a-z-]+)  +[A-Z]").unwrap();
    let commands: Vec<String> = command
        .captures_iter(&help)
        .map(|found| found[1].to_owned())
        .collect();
    for command in commands {
        help += &sandbox.upgrades(["help", &command]).stdout;
    }
    let variable = Regex::new(r"\[env:\s+([A-Z_]+)").unwrap();
    let known = variable
        .captures_iter(&help)
        .map(|found| found[1].to_owned());
    assert_eq!(
        names(&section("## Environment"), "variable"),
        known.collect()
    );
}

/// The program's answer to a script in a folder without a database.
fn checked(script: &str) -> (Option<i32>, String) {
    let sandbox = shop();
    sandbox.write("core/1.2.0.sql", script);
    let answer = sandbox.upgrades(["check", "--no-database"]);
    (answer.status, answer.stdout + &answer.stderr)
}

#[test]
fn every_directive() {
    let section = section("## Directives");
    let (of_scripts, of_statements) = section
        .split_once("These stand before the statement")
        .unwrap();
    let word = |example: &String| example.split(' ').next().unwrap().to_owned();
    let (_, told) = checked("-- upgrade: no_such_directive = on\nSELECT 1;");
    let (_, known) = told
        .split_once("there are ")
        .unwrap_or_else(|| panic!("{told}"));
    let known: Names = known
        .lines()
        .next()
        .unwrap()
        .split(", ")
        .map(str::to_owned)
        .collect();
    assert_eq!(
        names(of_scripts, "directive")
            .iter()
            .map(word)
            .collect::<Names>(),
        known
    );
    for example in first_cells(of_scripts, "directive") {
        let (status, told) = checked(&format!("-- upgrade: {example}\nSELECT 1;"));
        assert_eq!(status, Some(0), "{example}: {told}");
    }
    for example in first_cells(of_statements, "directive") {
        let condition = match example.starts_with("batch") {
            true => " WHERE ${batch}",
            false => "",
        };
        let (status, told) = checked(&format!(
            "-- upgrade: transaction = off\nSELECT 1;\n-- upgrade: {example}\nUPDATE #__products SET cents = 1{condition};"
        ));
        assert_eq!(status, Some(0), "{example}: {told}");
    }
}

#[test]
fn every_exit_code() {
    let answer = Sandbox::new().upgrades(["explain", "--format", "json"]);
    let codes: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    let codes = codes.as_array().unwrap().iter();
    let mut known: Names = codes.map(|code| code["exit_code"].to_string()).collect();
    // What no code stands for; `exit.rs` ends with them.
    known.extend(["0", "3"].map(str::to_owned));
    let readme = section_of("README.md", "### Exit codes and error codes");
    assert_eq!(names(&readme, "exit code"), known);
    assert_eq!(names(&section("## Exit codes"), "exit code"), known);
}

/// The tables of the page, with their columns.
fn documented_tables() -> BTreeMap<String, Names> {
    let page = fs::read_to_string(project().join("docs/reference.md")).unwrap();
    let (_, tables) = page.split_once("\n## Tables\n").unwrap();
    let headings = tables.lines().filter(|line| line.starts_with("### "));
    let told = headings.map(|heading| (heading, section(heading)));
    told.filter(|(_, section)| section.contains("\n| column |"))
        .map(|(heading, section)| {
            let table = heading.trim_start_matches("### ");
            (format!("cb_{table}"), names(&section, "column"))
        })
        .collect()
}

/// The engine's tables among those that a database has, by rows of table and column.
fn engines(rows: impl Iterator<Item = (String, String)>) -> BTreeMap<String, Names> {
    let mut tables = BTreeMap::<String, Names>::new();
    for (table, column) in rows {
        let own = ["cb_products", "cb_dealers"];
        if !own.contains(&table.as_str()) {
            tables.entry(table).or_default().insert(column);
        }
    }
    tables
}

/// A shop that has somebody to tell, and so all of the engine's tables.
fn with_a_hook(sandbox: Sandbox) -> Sandbox {
    let config = sandbox.read("upgrades.toml");
    let hook = "[hooks.mail]\ncommand = [\"true\"]\n";
    sandbox.write("upgrades.toml", format!("{config}\n{hook}"));
    sandbox
}

#[test]
fn every_table_and_column_on_sqlite() {
    let sandbox = with_a_hook(shop());
    assert_eq!(sandbox.upgrades(["run"]).status, Some(0));
    let connection = sandbox.open("shop.db");
    let mut select = connection
        .prepare("SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'")
        .unwrap();
    let rows = select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    let found = engines(rows.map(Result::unwrap));
    let mut documented = documented_tables();
    // There a file is the lock.
    documented.remove("cb_upgrade_lock");
    assert_eq!(found, documented);
}

#[test]
fn every_table_and_column_on_a_server() {
    let installation = Installation::of(with_a_hook(shop_for_servers()));
    assert_eq!(installation.sandbox().upgrades(["run"]).status, Some(0));
    let rows = installation.columns();
    assert_eq!(engines(rows.into_iter()), documented_tables());
}

/// Every name that the engine has ever written into `system_vars`, each for its own reason.
#[test]
fn every_name_in_system_vars() {
    let sandbox = with_a_hook(shop());
    let backup = "\n[tracks.NAME]\ndirectory = \"plugin\"\n\n[backup]\ndirectory = \"backups\"\nfiles = [\"uploads\"]\n";
    sandbox.write(
        "upgrades.toml",
        sandbox
            .read("upgrades.toml")
            .replace("[log]", &format!("{backup}\n[log]"))
            .replace("NAME", "plugin"),
    );
    sandbox.write("uploads/a", "a");
    sandbox.write("plugin/1.0.0.sql", "-- upgrade: min_app = 1.0.0\nSELECT 1;");
    sandbox.write("core/after-run.sql", "SELECT 1;");
    sandbox.write(
        "core/baseline-1.0.0.sql",
        "CREATE TABLE #__products (id INTEGER PRIMARY KEY, name TEXT NOT NULL);",
    );
    let status = |arguments: &[&str]| sandbox.upgrades(arguments).status;
    assert_eq!(status(&["run"]), Some(0));
    assert_eq!(status(&["backup", "create"]), Some(0));
    assert_eq!(status(&["backup", "restore", "latest", "--yes"]), Some(0));
    sandbox.write("plugin/1.1.0.sql", FAILING);
    assert_eq!(status(&["run"]), Some(4));
    let connection = sandbox.open("shop.db");
    let mut select = connection
        .prepare("SELECT name FROM cb_system_vars")
        .unwrap();
    let rows = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let found: Names = rows
        .map(|name| name.unwrap().replace("latest_plugin_", "latest_NAME_"))
        .collect();
    assert_eq!(found, names(&section("### system_vars"), "name"));
}

/// The outcomes that a row of the history may have are those of its column's row.
#[test]
fn every_outcome() {
    let section = section("### upgrade_history");
    let row = section
        .lines()
        .find(|line| line.starts_with("| `outcome` |"))
        .unwrap();
    let mut told = quoted(row);
    told.remove("outcome");
    let known = upgrades::Outcome::all().map(|outcome| outcome.as_str().to_owned());
    assert_eq!(told, known.collect());
}
