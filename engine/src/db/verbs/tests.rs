use super::rebuild::{Defer, refusal, statements};
use super::*;
use crate::store::{Column, Constraint, ForeignKey, Index, KeyAction, Referrer, Rule};

fn column(name: &str, type_name: &str, is_nullable: bool) -> Column {
    Column {
        name: name.into(),
        type_name: type_name.into(),
        is_nullable,
        default: None,
        generated: None,
        collation: None,
        extra: String::new(),
    }
}

fn table(definition: &str) -> Relation {
    Relation {
        name: "t".into(),
        kind: RelationKind::Table,
        definition: definition.into(),
        columns: vec![
            column("id", "INTEGER", false),
            column("a", "INTEGER", true),
            column("b", "TEXT", true),
        ],
        primary_key: vec!["id".into()],
        indexes: vec![index::plain("i".into(), &["a"], false)],
        constraints: vec![Constraint {
            name: Some("k".into()),
            rule: Rule::ForeignKey(ForeignKey::new(["a"], "p", ["id"])),
        }],
    }
}

const TEXT: &str =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER CONSTRAINT k REFERENCES p (id), b TEXT)";

fn shown(decided: Decided) -> String {
    match decided {
        Err(reason) => format!("no: {reason}"),
        Ok(Decision::Nothing) => "nothing".to_owned(),
        Ok(Decision::Run(statements)) => statements.join("; "),
        Ok(Decision::Rebuild(rebuild)) => {
            let all = [rebuild.before, vec![rebuild.text], rebuild.after];
            format!("anew: {}", all.concat().join("; "))
        }
    }
}

/// The same wishes, as each dialect has them done.
#[test]
fn decides() {
    use column::Rows;
    let (table, none) = (table(TEXT), Vec::new());
    let wanted = |definition: &str| super::tests::column("n", definition, true);
    let add = |dialect, definition: &str| {
        column::add(dialect, &table, &wanted(definition), definition, Rows::Some)
    };
    let unique = index::plain("u".into(), &["B", "a"], true);
    let key = ForeignKey::new(["b"], "t", [""; 0]).on_delete(KeyAction::SetNull);
    type Decide<'w> = Box<dyn Fn(Dialect) -> Decided + 'w>;
    let rows: Vec<(Decide<'_>, &str, &str)> = vec![
        (
            Box::new(|d| add(d, "INTEGER")),
            "ALTER TABLE \"t\" ADD COLUMN \"n\" INTEGER",
            "ALTER TABLE `t` ADD COLUMN `n` INTEGER",
        ),
        (
            Box::new(|d| add(d, "INTEGER UNIQUE")),
            "anew: CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER CONSTRAINT k REFERENCES p (id), b TEXT, \"n\" INTEGER UNIQUE)",
            "ALTER TABLE `t` ADD COLUMN `n` INTEGER UNIQUE",
        ),
        (
            Box::new(|d| column::drop(d, &table, "b", &none)),
            "ALTER TABLE \"t\" DROP COLUMN \"b\"",
            "ALTER TABLE `t` DROP COLUMN `b`",
        ),
        (
            Box::new(|d| column::drop(d, &table, "A", &none)),
            "anew: DROP INDEX \"i\"; CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER , b TEXT); ALTER TABLE \"t\" DROP COLUMN \"a\"",
            "ALTER TABLE `t` DROP FOREIGN KEY `k`, DROP COLUMN `a`",
        ),
        (
            Box::new(|d| column::rename(d, &table, "a", "A")),
            "ALTER TABLE \"t\" RENAME COLUMN \"a\" TO \"A\"",
            "ALTER TABLE `t` RENAME COLUMN `a` TO `A`",
        ),
        (
            Box::new(|d| index::add(d, &table, &unique, None)),
            "CREATE UNIQUE INDEX \"u\" ON \"t\" (\"b\", \"a\")",
            "CREATE UNIQUE INDEX `u` ON `t` (`b`, `a`)",
        ),
        (
            Box::new(|d| index::drop(d, &table, "I", &none)),
            "DROP INDEX main.\"i\"",
            "DROP INDEX `i` ON `t`",
        ),
        (
            Box::new(|d| constraint::add_foreign_key(d, &table, "s", &key, Some(&table))),
            "anew: CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER CONSTRAINT k REFERENCES p (id), b TEXT, CONSTRAINT \"s\" FOREIGN KEY (\"b\") REFERENCES \"t\" (\"id\") ON DELETE SET NULL)",
            "ALTER TABLE `t` ADD CONSTRAINT `s` FOREIGN KEY (`b`) REFERENCES `t` (`id`) ON DELETE SET NULL",
        ),
        (
            Box::new(|d| constraint::drop_constraint(d, &table, "K", &none)),
            "anew: CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER , b TEXT)",
            "ALTER TABLE `t` DROP FOREIGN KEY `K`",
        ),
        (
            Box::new(|d| {
                let names = ("t", "T");
                relation::rename(d, names, Some(&table), Some(&table), relation::Names::Same)
            }),
            "ALTER TABLE \"t\" RENAME TO \"upgrades_renamed\"; ALTER TABLE \"upgrades_renamed\" RENAME TO \"T\"",
            "ALTER TABLE `t` RENAME TO `T`",
        ),
    ];
    for (decide, sqlite, mysql) in rows {
        assert_eq!(shown(decide(Dialect::Sqlite)), sqlite);
        assert_eq!(shown(decide(Dialect::Mysql)), mysql);
    }
}

/// What two texts that say the same may differ in.
#[test]
fn compares() {
    let rows = [
        ("a>0", "A  > 0", true),
        ("a > 'x'", "a > 'X'", false),
        ("varchar(20)", "VARCHAR ( 20 )", true),
        ("a > 0", "a > 0 -- so", true),
        ("a > 0", "a > 0 AND b", false),
        ("\"a\" > `b`", "A > [B]", true),
        ("\"a b\"", "a b", false),
        ("", "", true),
    ];
    for (one, other, expected) in rows {
        assert_eq!(
            same_sql(Dialect::Sqlite, one, other),
            expected,
            "{one} {other}"
        );
    }
}

#[test]
fn makes_anew_in_this_order() {
    let rebuild = Rebuild {
        before: Vec::new(),
        text: "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT, c AS (b))".into(),
        after: vec!["LAST".into()],
    };
    let parts = TableParts {
        row_id: Some("_rowid_".into()),
        sequence: Some(9),
        unique_indexes: vec!["CREATE UNIQUE INDEX u ON t (b)".into()],
        statements: vec!["CREATE INDEX i ON t (b)".into()],
        orphans: Vec::new(),
    };
    let all = statements(&table(TEXT), &parts, &rebuild, Defer::Here);
    assert_eq!(
        all,
        [
            "PRAGMA defer_foreign_keys = ON",
            "CREATE TABLE temp.upgrades_rebuild (c0, c1, c2)",
            "INSERT INTO temp.upgrades_rebuild SELECT _rowid_, \"id\", \"b\" FROM main.\"t\"",
            "DROP TABLE main.\"t\"",
            "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT, c AS (b))",
            "CREATE UNIQUE INDEX u ON t (b)",
            "INSERT OR ABORT INTO main.\"t\" (_rowid_, \"id\", \"b\") SELECT c0, c1, c2 FROM temp.upgrades_rebuild ORDER BY rowid",
            "DROP TABLE temp.upgrades_rebuild",
            "DELETE FROM main.sqlite_sequence WHERE name = 't'",
            "INSERT INTO main.sqlite_sequence (name, seq) VALUES ('t', 9)",
            "CREATE INDEX i ON t (b)",
            "LAST",
        ]
    );
}

#[test]
fn refuses_to_make_anew() {
    let referrer = |table: &str, on_delete: KeyAction, has_rows: bool| Referrer {
        table: table.into(),
        key: ForeignKey::new(["t"], "t", ["id"]).on_delete(on_delete),
        has_rows,
    };
    let orphan = TableParts {
        orphans: vec!["row 1 of t has no parent in p".into()],
        ..TableParts::default()
    };
    let fine = TableParts::default();
    let rows = [
        (&fine, referrer("c", KeyAction::Cascade, true), true, true),
        (&fine, referrer("c", KeyAction::SetNull, true), true, true),
        (
            &fine,
            referrer("c", KeyAction::SetDefault, true),
            true,
            true,
        ),
        (&fine, referrer("c", KeyAction::Cascade, false), true, false),
        (&fine, referrer("T", KeyAction::Cascade, true), true, false),
        (&fine, referrer("c", KeyAction::Cascade, true), false, false),
        (&fine, referrer("c", KeyAction::Restrict, true), true, false),
        (&fine, referrer("c", KeyAction::NoAction, true), true, false),
        (
            &orphan,
            referrer("c", KeyAction::NoAction, true),
            true,
            true,
        ),
        (
            &orphan,
            referrer("c", KeyAction::NoAction, true),
            false,
            false,
        ),
    ];
    for (parts, referrer, enforced, refused) in rows {
        let reason = refusal(
            &table(TEXT),
            parts,
            std::slice::from_ref(&referrer),
            enforced,
        );
        assert_eq!(reason.is_some(), refused, "{referrer:?} {enforced}");
    }
}

/// What counts as unique.
#[test]
fn tells_rows_apart() {
    let mut special = index::plain("s".into(), &["b"], true);
    special.is_plain = false;
    let partly = |is_plain| {
        let mut index: Index = index::plain("p".into(), &["b"], true);
        index.parts[0].is_plain = is_plain;
        index
    };
    let rows = [
        (index::plain("u".into(), &["b"], true), true),
        (index::plain("n".into(), &["b"], false), false),
        (index::plain("ab".into(), &["a", "b"], true), false),
        (special, false),
        (partly(true), true),
        (partly(false), false),
    ];
    for (index, expected) in rows {
        let mut table = table(TEXT);
        table.indexes.push(index.clone());
        assert_eq!(
            table.is_unique(Dialect::Sqlite, &["B"]),
            expected,
            "{index}"
        );
        assert!(table.is_unique(Dialect::Sqlite, &["b", "ID"]));
    }
}
