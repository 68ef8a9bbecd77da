use super::key::References;
use super::*;

const HARD: &str = r#"CREATE TABLE "or""ders" (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- the key; (not a clause
    "customer, id" INTEGER CONSTRAINT fk_c REFERENCES customers (id) ON DELETE SET NULL NOT NULL DEFAULT -1,
    [note] VARCHAR (20, 2) COLLATE nocase DEFAULT 'it''s, NOT NULL' CHECK (note <> '),' /* , */),
    state DEFAULT NULL NULL UNIQUE ON CONFLICT REPLACE,
    twice INT GENERATED ALWAYS AS (id * 2) STORED CONSTRAINT odd CHECK (twice > 0),
    thrice AS (id * 3),
    CONSTRAINT "PRIMARY" UNIQUE (state, note COLLATE binary DESC) CHECK (id > 0)
    , CONSTRAINT fk FOREIGN KEY (state, note) REFERENCES "par""ent" ON UPDATE CASCADE NOT DEFERRABLE
    /* the end */
) STRICT, WITHOUT ROWID"#;

fn read(text: &str) -> TableText<'_> {
    TableText::read(text, Syntax::SQLITE).expect("a table")
}

#[test]
fn reads_columns_and_clauses() {
    let table = read(HARD);
    let shown: Vec<String> = table
        .items
        .iter()
        .map(|item| {
            let column = item.column.as_ref();
            let head = column.map(|c| format!("{} [{}]", c.name, c.type_name));
            let clauses = item.clauses.iter().map(|clause| {
                let name = clause.name.clone().unwrap_or_default();
                format!("{:?} {name}", clause.what).trim().to_owned()
            });
            let clauses: Vec<_> = clauses.collect();
            format!("{}: {}", head.unwrap_or_default(), clauses.join(", "))
        })
        .collect();
    assert_eq!(table.name, "or\"ders");
    assert_eq!(
        shown,
        [
            "id [INTEGER]: PrimaryKey",
            "customer, id [INTEGER]: ForeignKey fk_c, NotNull, Default",
            "note [VARCHAR (20, 2)]: Collate, Default, Check",
            "state []: Default, Null, Unique",
            "twice [INT]: Generated, Check odd",
            "thrice []: Generated",
            ": Unique PRIMARY, Check",
            ": ForeignKey fk",
        ]
    );
    assert!(table.has_option("rowid") && table.has_option("strict") && !table.has_option("x"));
}

#[test]
fn reads_keys() {
    let table = read(HARD);
    let clause = |item: usize, at: usize| &table.items[item].clauses[at];
    assert_eq!(table.key_columns(clause(1, 0)), None);
    assert_eq!(
        table.key_columns(clause(6, 0)).unwrap_or_default(),
        ["state", "note"]
    );
    assert_eq!(
        table.key_columns(clause(7, 0)).unwrap_or_default(),
        ["state", "note"]
    );
    let references = |parent: &str, columns: &[&str], on_delete: &str, on_update: &str| {
        Some(References {
            parent: parent.into(),
            columns: columns.iter().map(|&c| c.into()).collect(),
            on_delete: on_delete.into(),
            on_update: on_update.into(),
        })
    };
    assert_eq!(
        table.references(clause(1, 0)),
        references("customers", &["id"], "SET NULL", "NO ACTION")
    );
    assert_eq!(
        table.references(clause(7, 0)),
        references("par\"ent", &[], "NO ACTION", "CASCADE")
    );
    assert_eq!(table.references(clause(6, 0)), None);
    assert_eq!(table.value(clause(1, 2)), "-1");
    assert_eq!(table.value(clause(2, 1)), "'it''s, NOT NULL'");
    assert_eq!(table.expression(clause(2, 2)), "note <> '),'");
}

#[test]
fn edits_one_thing() {
    let small = "CREATE TABLE t(a INT, -- a\n b UNIQUE, UNIQUE (a) -- last\n)";
    let table = read(small);
    let rows = [
        (
            table.with_column("c TEXT"),
            "CREATE TABLE t(a INT, -- a\n b UNIQUE, c TEXT, UNIQUE (a) -- last\n)",
        ),
        (
            table.with_constraint("CHECK (a)"),
            "CREATE TABLE t(a INT, -- a\n b UNIQUE, UNIQUE (a), CHECK (a) -- last\n)",
        ),
        (
            table.without(&table.items[2], &[&table.items[2].clauses[0]]),
            "CREATE TABLE t(a INT, -- a\n b UNIQUE  -- last\n)",
        ),
        (
            table.without(&table.items[1], &[&table.items[1].clauses[0]]),
            "CREATE TABLE t(a INT, -- a\n b , UNIQUE (a) -- last\n)",
        ),
        (
            table.with_definition(&table.items[1], "TEXT NOT NULL"),
            "CREATE TABLE t(a INT, -- a\n b TEXT NOT NULL UNIQUE, UNIQUE (a) -- last\n)",
        ),
    ];
    for (edited, expected) in rows {
        assert_eq!(edited, expected);
        read(&edited);
    }
}

#[test]
fn reads_what_a_server_shows() {
    let shown = "CREATE TABLE `t` (\n  `id` int(11) NOT NULL AUTO_INCREMENT,\n  `key` enum('a,b','DEFAULT') DEFAULT 'x\\'y' COMMENT 'DEFAULT 7',\n  \
                 `at` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),\n  \
                 `n` int(11) DEFAULT NULL CHECK (`n` > 0),\n  `g` int(11) GENERATED ALWAYS AS (`n` + 1) STORED,\n  PRIMARY KEY (`id`),\n  \
                 UNIQUE KEY `u` (`n`),\n  KEY `k` (`key`(3)),\n  CONSTRAINT `f` FOREIGN KEY (`n`) REFERENCES `x`.`p` (`id`) ON DELETE CASCADE,\n  \
                 CONSTRAINT `c` CHECK (`n` < 9)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4";
    let table = TableText::read(shown, Syntax::of(Dialect::Mysql, "")).expect("a table");
    let default = |at: usize| {
        let clauses = &table.items[at].clauses;
        let clause = clauses.iter().find(|clause| clause.what == What::Default);
        clause.map(|clause| table.value(clause))
    };
    assert_eq!(default(0), None);
    assert_eq!(default(1).as_deref(), Some("'x\\'y'"));
    assert_eq!(default(2).as_deref(), Some("current_timestamp()"));
    assert_eq!(default(3).as_deref(), Some("NULL"));
    let clauses = || table.items.iter().flat_map(|item| &item.clauses);
    let names: Vec<_> = clauses().filter_map(|clause| clause.name.clone()).collect();
    assert_eq!(names, ["f", "c"]);
    let key = clauses().find_map(|clause| table.references(clause));
    assert_eq!(
        key.map(|key| (key.parent, key.on_delete)),
        Some(("p".into(), "CASCADE".into()))
    );
}

#[test]
fn is_no_table() {
    for text in [
        "",
        "CREATE VIEW v AS SELECT 1",
        "CREATE VIRTUAL TABLE t USING fts5(a)",
        "CREATE TABLE t",
        "CREATE TABLE t(a",
        "x",
    ] {
        assert!(TableText::read(text, Syntax::SQLITE).is_none(), "{text}");
    }
}

#[test]
fn parts_of_statements() {
    let rows = [
        ("INTEGER NOT NULL", Ok("INTEGER NOT NULL")),
        (
            " DECIMAL(10, 2) -- money\n DEFAULT 0 /* x */ ",
            Ok("DECIMAL(10, 2) DEFAULT 0"),
        ),
        ("TEXT DEFAULT ';,('", Ok("TEXT DEFAULT ';,('")),
        ("", Ok("")),
        ("INTEGER; DROP TABLE t", Err("it would end the statement")),
        ("INTEGER, ADD b TEXT", Err("there is more than one in it")),
        (
            "DECIMAL(10",
            Err("a quote, a comment or a parenthesis in it is not closed"),
        ),
        (
            "INT) --",
            Err("a quote, a comment or a parenthesis in it is not closed"),
        ),
        (
            "TEXT DEFAULT 'x",
            Err("a quote, a comment or a parenthesis in it is not closed"),
        ),
        (
            "TEXT /* x",
            Err("a quote, a comment or a parenthesis in it is not closed"),
        ),
    ];
    for (text, expected) in rows {
        assert_eq!(
            part(text, Syntax::SQLITE),
            expected.map(str::to_owned),
            "{text}"
        );
    }
}

proptest::proptest! {
    /// Whatever stands in a definition, reading and editing it does not panic, and edits one thing.
    #[test]
    fn reads_anything(words in proptest::collection::vec(proptest::sample::select(WORDS), 0..24)) {
        let text = format!("CREATE TABLE t(a {})", words.join(" "));
        for syntax in [Syntax::SQLITE, Syntax::of(Dialect::Mysql, "")] {
            let Some(table) = TableText::read(&text, syntax) else { continue };
            for item in &table.items {
                for clause in &item.clauses {
                    let _ = (table.value(clause), table.expression(clause), table.text_of(clause));
                    let _ = (table.columns_of(item, clause), table.references(clause));
                    let shorter = table.without(item, &[clause]);
                    assert!(shorter.len() < text.len(), "{text}");
                }
                let _ = table.with_definition(item, "TEXT");
            }
            let more = table.with_constraint("CHECK (1)");
            let read = TableText::read(&more, syntax).expect("it is a table still");
            assert_eq!(read.items.len(), table.items.len() + 1, "{more}");
        }
    }
}

const WORDS: &[&str] = &[
    "a",
    "(",
    ")",
    ",",
    "CONSTRAINT",
    "x",
    "PRIMARY",
    "KEY",
    "NOT",
    "NULL",
    "DEFAULT",
    "'it''s'",
    "\"q\"",
    "`b`",
    "[c]",
    "-1",
    "CHECK",
    "UNIQUE",
    "FOREIGN",
    "REFERENCES",
    "ON",
    "DELETE",
    "SET",
    "UPDATE",
    "CASCADE",
    "COLLATE",
    "GENERATED",
    "ALWAYS",
    "AS",
    "STORED",
    "/* c, ) */",
    "-- l\n",
    ".",
    "COMMENT",
    "/*!80023 INVISIBLE */",
    ";",
];
