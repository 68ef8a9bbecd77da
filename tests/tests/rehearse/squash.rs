//! Squashing: a baseline leads where the scripts lead, or is not written.

use upgrades_tests::{DIARY, picture};

use crate::shop::Shop;

/// What a new installation has, but for what names runs and moments, and for how it began.
fn installed(shop: &Shop) -> String {
    shop.told(["run"]);
    let whole = picture(&shop.open("shop.db"), &DIARY);
    let lines = whole
        .lines()
        .filter(|line| !line.contains("upgrades_baselines"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Both ways of the sample application, with everything behind them, under another prefix and currency than it was written with.
#[test]
fn the_sample_application() {
    let (scripts, squashed) = (Shop::sample(), Shop::sample());
    let told = squashed.told(["squash", "core", "--to", "3.6.0"]);
    assert_eq!(told["file"], "baseline-3.6.0.sqlite.sql");
    assert_eq!(told["scripts"], 22);
    assert_eq!(squashed.things(), [""; 0]);
    let told = squashed.told(["squash", "customization", "--to", "1.1.1"]);
    assert_eq!(told["scripts"], 3);
    // It adds rows to tables of core, and leaves those that it found.
    assert_eq!(told["rows"], 2);
    for shop in [&scripts, &squashed] {
        let config = shop
            .read("upgrades.toml")
            .replace("EUR", "CHF")
            .replace("cb_", "x9_");
        shop.write("upgrades.toml", config);
    }
    let plan = squashed.told(["plan"]);
    let planned = plan["scripts"].as_array().unwrap().iter();
    let planned: Vec<_> = planned
        .map(|script| script["file"].as_str().unwrap())
        .collect();
    assert_eq!(
        planned,
        [
            "baseline-3.6.0.sqlite.sql",
            "repeat/shop_figures_view.sql",
            "baseline-1.1.1.sqlite.sql",
            "1.2.0_stock.sqlite.sql",
            "1.2.0.1_dealer_number.sql",
            "repeat/custom_reorder_view.sql",
        ]
    );
    assert_eq!(installed(&squashed), installed(&scripts));
    let findings = squashed.told(["check"]);
    assert_eq!(
        findings["findings"].as_array().map(Vec::len),
        Some(0),
        "{findings}"
    );
}

/// Every kind of object and value that SQLite has.
#[test]
fn hostile_schemas_and_rows() {
    let scripts = [
        (
            "core/1_all.sql",
            "CREATE TABLE #__Parents (id INTEGER PRIMARY KEY AUTOINCREMENT, \"a b\" TEXT DEFAULT 'it''s #__ ${prefix}x' /* #__ */, other INTEGER REFERENCES #__children);
             CREATE TABLE #__children (id INTEGER PRIMARY KEY, parent REFERENCES \"#__Parents\" (id), up INT GENERATED ALWAYS AS (id * 2) VIRTUAL, v ANY);
             CREATE TABLE \"plain \"\"quoted\" (a, b, PRIMARY KEY (b, a)) WITHOUT ROWID;
             CREATE TABLE empty (id INTEGER PRIMARY KEY AUTOINCREMENT);
             CREATE INDEX ix_#__ ON #__children (v) WHERE v > 7;
             CREATE VIEW #__view AS SELECT p.id AS \"#__id\" FROM #__Parents AS p JOIN #__children c ON c.parent = p.id;
             CREATE TRIGGER #__trigger AFTER INSERT ON #__children BEGIN UPDATE #__Parents SET other = 1; SELECT '#__;' || NEW.id; END;
             CREATE TRIGGER #__instead INSTEAD OF DELETE ON #__view BEGIN DELETE FROM #__Parents WHERE id = OLD.\"#__id\"; END;
             INSERT INTO empty VALUES (100); DELETE FROM empty;
             INSERT INTO \"plain \"\"quoted\" VALUES (1, 2), ('x', NULLIF(1, 2) IS NULL);",
        ),
        (
            "core/2_rows.sql",
            "-- upgrade: foreign_keys = off
             INSERT INTO #__Parents (id, \"a b\", other) VALUES (5, 'one
two', 1), (9, '$${name} $$$${x} ${currency} ${prefix}y #__', NULL), (3, '', NULL), (40, 'gone', NULL);
             INSERT INTO #__children (id, parent, v) VALUES (1, 5, 9223372036854775807), (2, 5, -9223372036854775808), (3, 5, 0.1), (4, 9, 1e308 * 10), (5, 9, -1e308 * 10),
                 (6, 9, x''), (7, 9, x'00ff27'), (8, 9, NULL), (9, 9, 1.0), (10, 9, 5e-324), (11, 9, '1'), (12, 9, 'a' || char(0) || 'b''c'), (13, 9, char(128512, 10, 13, 9)),
                 (-14, 3, '${currency}'), (15, 3, 'EUR'), (16, 3, 123456789.123456789);
             UPDATE #__Parents SET other = 1 WHERE id = 5;
             DELETE FROM #__Parents WHERE id = 40;
             INSERT INTO #__system_vars (name, value) VALUES ('motto', 'as ${prefix} has it');
             PRAGMA user_version = 42;",
        ),
        ("core/3_later.sql", "ALTER TABLE #__Parents RENAME TO #__elders; ALTER TABLE #__children RENAME COLUMN v TO w;"),
    ];
    for version in ["1", "2", "3"] {
        let (shop, other) = (Shop::new(&scripts), Shop::new(&scripts));
        shop.told(["squash", "core", "--to", version]);
        let (found, expected) = (installed(&shop), installed(&other));
        assert_eq!(
            found,
            expected,
            "{}",
            shop.read(format!("core/baseline-{version}.sqlite.sql"))
        );
        for shop in [&shop, &other] {
            let version: i64 = shop
                .open("shop.db")
                .query_row("PRAGMA user_version", [], |row| row.get(0))
                .unwrap();
            assert_eq!(version, 42);
        }
    }
}

/// What cannot be said, or is not the same each time, is refused, and nothing is left.
#[test]
fn refused() {
    const T: &str = "CREATE TABLE #__t (id INTEGER PRIMARY KEY, v);";
    let rows: &[(&str, &str, &[&str], &str, &str)] = &[
        (
            T,
            "INSERT INTO #__t (v) VALUES (random());",
            &["core", "--to", "2"],
            "squash-differs",
            "what is in table othersquash0q_t is (1, ",
        ),
        (
            T,
            "INSERT INTO #__t (v) VALUES (CURRENT_TIMESTAMP);",
            &["core", "--to", "2"],
            "squash-differs",
            "what is in table othersquash0q_t is (1, ",
        ),
        (
            T,
            "INSERT INTO #__t (v) VALUES (CAST('#__' || '${prefix}' AS BLOB));",
            &["core", "--to", "2"],
            "squash-differs",
            "what is in table",
        ),
        (
            T,
            "INSERT INTO #__t (v) VALUES (length('${prefix}'));",
            &["core", "--to", "2"],
            "squash-differs",
            "what is in table",
        ),
        (
            T,
            "CREATE VIRTUAL TABLE #__f USING fts5 (a);",
            &["core", "--to", "2"],
            "squash-impossible",
            "squash0q_f is a virtual table",
        ),
        (
            T,
            "INSERT INTO #__t (id) VALUES (1), (1);",
            &["core", "--to", "2"],
            "squash-impossible",
            "UNIQUE constraint failed",
        ),
        (
            T,
            "-- upgrade: transaction = off\nATTACH 'side.db' AS side;",
            &["core", "--to", "2"],
            "squash-impossible",
            "opens another database",
        ),
        (
            T,
            "-- x",
            &["core", "--to", "3"],
            "squash-impossible",
            "track core has no script of version 3",
        ),
        (
            T,
            "-- x",
            &["core", "--to", "02.1"],
            "squash-impossible",
            "no script of version",
        ),
        (
            T,
            "SELECT ${nothing};",
            &["core", "--to", "2"],
            "placeholder",
            "nothing",
        ),
        (
            T,
            "-- x",
            &["plugin", "--to", "2"],
            "usage",
            "there is no track plugin in the configuration",
        ),
    ];
    for (one, two, arguments, code, message) in rows {
        let shop = Shop::new(&[("core/1.sql", one), ("core/2.sql", two)]);
        let arguments = [&["squash"], *arguments].concat();
        let (_, found, told) = shop.refused(arguments);
        assert_eq!(found, *code, "{two}: {told}");
        assert!(told.contains(message), "{two}: {told}");
        assert_eq!(shop.things(), [""; 0], "{two}");
        assert_eq!(std::fs::read_dir(shop.path("core")).unwrap().count(), 2);
    }
}

/// A track's baseline is about what the track makes, and not about what it finds.
#[test]
fn of_a_later_track() {
    let core = (
        "core/1.sql",
        "CREATE TABLE #__a (n); INSERT INTO #__a VALUES (1);",
    );
    let rows = [
        (
            "CREATE TABLE #__x (n); INSERT INTO #__x SELECT n FROM #__a;",
            "",
        ),
        ("INSERT INTO #__a VALUES (2);", ""),
        (
            "UPDATE #__a SET n = 2;",
            "what is in table squash0q_a is not as it was",
        ),
        (
            "INSERT INTO #__a VALUES (2); DELETE FROM #__a WHERE n = 1;",
            "what is in table squash0q_a is not as it was",
        ),
        (
            "ALTER TABLE #__a ADD COLUMN m;",
            "the table squash0q_a is not as it was",
        ),
        ("CREATE INDEX #__i ON #__a (n);", ""),
    ];
    for (text, message) in rows {
        let shop = Shop::new(&[core, ("custom/1.sql", text)]);
        let (answer, _) = shop.asked(["squash", "customization", "--to", "1"]);
        assert_eq!(
            answer.status,
            Some(if message.is_empty() { 0 } else { 8 }),
            "{text}: {answer:#?}"
        );
        assert!(answer.stdout.contains(message), "{text}: {answer:#?}");
    }
}

/// A baseline that is there is not written over, and does not take part in making another one.
#[test]
fn beside_another_one() {
    let shop = Shop::new(&[
        ("core/1.sql", "CREATE TABLE #__a (n);"),
        ("core/2.sql", "CREATE TABLE #__b (n);"),
        ("core/baseline-1.sql", "CREATE TABLE #__wrong (n);"),
    ]);
    shop.told(["squash", "core", "--to", "2"]);
    let text = shop.read("core/baseline-2.sqlite.sql");
    assert!(!text.contains("wrong"), "{text}");
    let (status, code, _) = shop.refused(["squash", "core", "--to", "2"]);
    assert_eq!((status, code.as_str()), (Some(2), "usage"));
    assert_eq!(shop.read("core/baseline-2.sqlite.sql"), text);
}
