//! What programs are told about the schema: each question about each kind of object, under names of every kind.

use std::sync::{Arc, Mutex};

use upgrades::{Cause, Db, Dialect, Track};
use upgrades_tests::told::{Scripts, source};

use crate::place::{Place, on_every_store};

/// Runs these scripts, and a program behind them; tells how that went.
pub(crate) fn run(
    place: &dyn Place,
    scripts: Scripts<'_>,
    program: impl Fn(&mut Db<'_>) -> Result<(), Cause> + Send + Sync + 'static,
) -> String {
    let track = Track::core(source(scripts)).function("9.0.0", "x", program);
    place.told(place.bare().prefix("pre_").track(track).run())
}

/// Runs these scripts, and gives what a program answers behind them.
pub(crate) fn asked(
    place: &dyn Place,
    scripts: Scripts<'_>,
    question: impl Fn(&mut Db<'_>) -> Result<String, Cause> + Send + Sync + 'static,
) -> String {
    let answer = Arc::new(Mutex::new(String::new()));
    let heard = answer.clone();
    let told = run(place, scripts, move |db| {
        *heard.lock().unwrap() = question(db)?;
        Ok(())
    });
    assert!(told.ends_with("core/9.0.0 x.rs"), "{told}");
    let answer = answer.lock().unwrap().clone();
    place.tidy(&answer)
}

/// One of every kind.
const OBJECTS: &str = "
CREATE TABLE parents (id INTEGER NOT NULL, code VARCHAR(9) NOT NULL, PRIMARY KEY (id), CONSTRAINT parents_code UNIQUE (code));
CREATE TABLE #__all (
    id INTEGER NOT NULL PRIMARY KEY,
    parent_id INTEGER, -- who, where
    parent_code VARCHAR(9),
    a INTEGER DEFAULT 7,
    b VARCHAR(20) NOT NULL DEFAULT 'it''s, (',
    twice INTEGER GENERATED ALWAYS AS (a * 2) STORED,
    u INTEGER,
    CONSTRAINT all_u UNIQUE (u),
    CONSTRAINT all_check CHECK (a > 0),
    CONSTRAINT `all of` FOREIGN KEY (parent_id) REFERENCES parents (id) ON DELETE CASCADE,
    CONSTRAINT ALL_CODE FOREIGN KEY (parent_code) REFERENCES parents (code)
);
CREATE INDEX all_a ON #__all (a, b);
CREATE UNIQUE INDEX all_ub ON #__all (u, b);
CREATE VIEW #__seen AS SELECT id, a FROM #__all;
CREATE TRIGGER #__trigger AFTER INSERT ON #__all FOR EACH ROW BEGIN DELETE FROM parents WHERE id = -1; END;
CREATE TABLE keyless (n INTEGER);
CREATE TABLE pair (y INTEGER NOT NULL, x INTEGER NOT NULL, PRIMARY KEY (x, y));
";

/// Names of a table and of something in it.
type Pairs<'p> = &'p [(&'p str, &'p str)];

type Question = fn(&mut Db<'_>, &str, &str) -> Result<bool, Cause>;

const TABLE: Question = |db, name, _| Ok(db.table_exists(name)?);
const VIEW: Question = |db, name, _| Ok(db.view_exists(name)?);
const COLUMN: Question = |db, table, name| Ok(db.column_exists(table, name)?);
const INDEX: Question = |db, table, name| Ok(db.index_exists(table, name)?);
const KEY: Question = |db, table, name| Ok(db.foreign_key_exists(table, name)?);
const KEY_ON: Question = |db, table, column| Ok(db.foreign_key_exists_on(table, &[column])?);
const CONSTRAINT: Question = |db, table, name| Ok(db.constraint_exists(table, name)?);
const TRIGGER: Question = |db, name, _| Ok(db.trigger_exists(name)?);

on_every_store! {
    /// Every question about every kind of object.
    fn questions(new) {
        let rows: &[(&str, Question, Pairs<'_>, Pairs<'_>)] = &[
            ("table", TABLE, &[("parents", ""), ("#__all", ""), ("pre_all", ""), ("scratch", "")],
             &[("#__seen", ""), ("all", ""), ("all_a", ""), ("#__trigger", ""), ("", ""), ("x'y\"z`", ""), ("a?", ""), ("#__parents", "")]),
            ("view", VIEW, &[("#__seen", ""), ("pre_seen", "")],
             &[("#__all", ""), ("seen", ""), ("scratch", ""), ("all_a", ""), ("", "")]),
            ("column", COLUMN, &[("#__all", "a"), ("#__all", "A"), ("#__all", "twice"), ("#__seen", "id"), ("scratch", "s"), ("pair", "y")],
             &[("#__all", "b "), ("#__all", "all_a"), ("#__all", "all_u"), ("#__seen", "b"), ("nowhere", "a"), ("scratch", "id"), ("#__all", "")]),
            ("index", INDEX, &[("#__all", "all_a"), ("#__all", "ALL_A"), ("#__all", "all_ub"), ("#__all", "all_u"), ("parents", "parents_code"), ("scratch", "scratch_s")],
             &[("#__all", "a"), ("#__all", "parents_code"), ("parents", "all_a"), ("#__all", "all_check"), ("#__all", "PRIMARY"), ("#__seen", "all_a"), ("nowhere", "x")]),
            ("key", KEY, &[("#__all", "all of"), ("#__all", "ALL OF"), ("#__all", "all_code")],
             &[("#__all", "all_u"), ("#__all", "all_check"), ("#__all", "all_a"), ("parents", "all of"), ("nowhere", "x"), ("#__all", "PRIMARY")]),
            ("key on", KEY_ON, &[("#__all", "parent_id"), ("#__all", "PARENT_CODE")], &[("#__all", "a"), ("#__all", "id"), ("nowhere", "x"), ("#__seen", "id")]),
            ("constraint", CONSTRAINT, &[("#__all", "all of"), ("#__all", "all_check"), ("#__all", "All_Check"), ("#__all", "all_u"), ("#__all", "all_ub"), ("pair", "PRIMARY"), ("#__all", "primary"), ("parents", "parents_code")],
             &[("#__all", "all_a"), ("#__all", "a"), ("keyless", "PRIMARY"), ("#__seen", "all_check"), ("nowhere", "x"), ("parents", "all_check")]),
            ("trigger", TRIGGER, &[("#__trigger", ""), ("pre_trigger", "")], &[("trigger", ""), ("#__all", ""), ("#__seen", ""), ("", "")]),
        ];
        for (what, question, there, missing) in rows {
            let place = new();
            let (question, there, missing) = (*question, *there, *missing);
            let wrong = asked(&*place, &[("1.sql", OBJECTS)], move |db| {
                db.execute("CREATE TEMPORARY TABLE scratch (s INTEGER)", &[])?;
                db.execute("CREATE INDEX scratch_s ON scratch (s)", &[])?;
                let mut wrong = Vec::new();
                for (names, expected) in [(there, true), (missing, false)] {
                    for (one, other) in names {
                        if question(db, one, other)? != expected {
                            wrong.push(format!("{one:?} {other:?} {}", !expected));
                        }
                    }
                }
                Ok(wrong.join("; "))
            });
            assert_eq!(wrong, "", "{what}");
        }
    }

    /// What is told in full.
    fn lists(new) {
        let place = new();
        let told = asked(&*place, &[("1.sql", OBJECTS)], |db| {
            let columns = db.columns("#__all")?.into_iter().map(|column| {
                // The types are the database's own words.
                format!("{} {} {:?}", column.name, column.is_nullable, column.default.as_deref().map(|text| plain(text).replace('\\', "'")))
            });
            let columns: Vec<_> = columns.collect();
            let generated = db.columns("#__all")?[5].generated.clone().unwrap_or_default().replace('`', "");
            let generated = plain(&generated);
            let seen: Vec<_> = db.columns("#__seen")?.into_iter().map(|column| column.name).collect();
            Ok(format!(
                "{}\n{generated}\n{seen:?}\n{:?} {:?} {:?}\n{:?} {:?} {:?}\n{:?} {:?} {:?}\n{} {} {} {}",
                columns.join(", "),
                db.primary_key("#__all")?, db.primary_key("pair")?, db.primary_key("keyless")?,
                named(db.index_names("#__all")?), db.index_names("pair")?, db.index_names("#__seen")?,
                db.foreign_key_name("#__all", &["parent_id"])?, db.foreign_key_name("#__all", &["Parent_Code"])?, db.foreign_key_name("#__all", &["a"])?,
                db.is_unique_key("#__all", &["id"])?, db.is_unique_key("#__all", &["u"])?, db.is_unique_key("pair", &["y", "x"])?, db.is_unique_key("pair", &["x"])?,
            ))
        });
        assert_eq!(told, "id false None, parent_id true None, parent_code true None, a true Some(\"7\"), b false Some(\"'it''s, ('\"), twice true None, u true None\n\
                          a * 2\n[\"id\", \"a\"]\n\
                          [\"id\"] [\"x\", \"y\"] []\n\
                          [\"all_a\", \"all_u\", \"all_ub\"] [] []\n\
                          Some(\"all of\") Some(\"ALL_CODE\") None\n\
                          true false true false");
    }

    /// Questions about what is not there that cannot be answered.
    fn nowhere(new) {
        let place = new();
        let told = asked(&*place, &[], |db| {
            let errors = [
                db.columns("#__x").map(drop).unwrap_err(),
                db.primary_key("x").map(drop).unwrap_err(),
                db.index_names("x").map(drop).unwrap_err(),
                db.foreign_key_name("x", &["a"]).map(drop).unwrap_err(),
                db.is_unique_key("x", &["a"]).map(drop).unwrap_err(),
            ];
            Ok(errors.map(|error| error.to_string()).join("; "))
        });
        assert_eq!(told, "there is no table pre_x; there is no table x; there is no table x; there is no table x; there is no table x");
    }

    /// Names with quotes, capital letters, signs of their own, words of SQL, other alphabets.
    fn names(new) {
        for name in ["it's", "a\"b", "a`b", "Order", "select", "größe €", "日本語", "a b", "a.b", "a?b", "a;b", "--x", "[x]", "x]", "${y}", "%_", "a\\b"] {
            let place = new();
            let told = asked(&*place, &[], move |db| {
                let q = db.quoted(name);
                db.execute(&format!("CREATE TABLE {q} ({q} INTEGER NOT NULL DEFAULT 1, n INTEGER, PRIMARY KEY ({q}))"), &[])?;
                let key = db.dialect().quoted(&format!("k{name}"));
                let check = db.dialect().quoted(&format!("c{name}"));
                let child = db.dialect().quoted(&format!("child {name}"));
                let index = db.dialect().quoted(&format!("i{name}"));
                db.execute(&format!("CREATE TABLE {child} ({q} INTEGER, CONSTRAINT {key} FOREIGN KEY ({q}) REFERENCES {q} ({q}), CONSTRAINT {check} CHECK ({q} > 0))"), &[])?;
                db.execute(&format!("CREATE INDEX {index} ON {child} ({q})"), &[])?;
                let view = db.dialect().quoted(&format!("v{name}"));
                db.execute(&format!("CREATE VIEW {view} AS SELECT * FROM {q}"), &[])?;
                let child = format!("child {name}");
                let told = [
                    db.table_exists(name)?,
                    db.column_exists(name, name)?,
                    db.primary_key(name)? == [name],
                    db.columns(name)?[0].default.as_deref().map(plain) == Some("1"),
                    db.foreign_key_exists(&child, &format!("k{name}"))?,
                    db.foreign_key_name(&child, &[name])? == Some(format!("k{name}")),
                    db.constraint_exists(&child, &format!("c{name}"))?,
                    db.index_names(&child)?.contains(&format!("i{name}")),
                    db.view_exists(&format!("v{name}"))?,
                    db.column_exists(&format!("v{name}"), name)?,
                ];
                Ok(format!("{told:?}"))
            });
            assert_eq!(told, format!("{:?}", [true; 10]), "{name}");
        }
    }

    /// Letters of other alphabets: each database compares them in its own way.
    fn capital_letters(new) {
        let place = new();
        let told = asked(&*place, &[], |db| {
            db.execute("CREATE TABLE t (Ab INTEGER)", &[])?;
            // The servers compare the names of tables by a setting of theirs, by letter here.
            let is_sqlite = db.dialect() == Dialect::Sqlite;
            db.execute("CREATE TABLE l (Größe INTEGER, ÄB INTEGER)", &[])?;
            Ok(format!(
                "{} {} {} {} {} {}",
                db.column_exists("t", "aB")?, db.table_exists("t")?, db.columns("t")?[0].name,
                db.table_exists("T")? == is_sqlite, db.column_exists("l", "äb")? != is_sqlite, db.column_exists("l", "gröSSe")?,
            ))
        });
        assert_eq!(told, "true true Ab true true false");
    }

    /// A view whose table is gone is there, and can go too.
    fn broken_views(new) {
        let place = new();
        let script = "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE VIEW v AS SELECT id FROM t; DROP TABLE t;";
        let told = asked(&*place, &[("1.sql", script)], |db| {
            let told = format!("{} {} {}", db.view_exists("v")?, db.column_exists("v", "id")?, db.columns("v").unwrap_err());
            db.drop_view("v")?;
            Ok(format!("{told}; {}", db.view_exists("v")?))
        });
        assert_eq!(told, "true false the view v speaks of what is not there; false");
    }

    /// What the program itself has made is seen, in its savepoint too, and what it has taken back is not.
    fn as_it_stands(new) {
        let place = new();
        let told = asked(&*place, &[("1.sql", "CREATE TABLE t (id INTEGER PRIMARY KEY)")], |db| {
            db.execute("ALTER TABLE t ADD COLUMN a INTEGER", &[])?;
            let before = db.column_exists("t", "a")?;
            db.execute("DROP TABLE t", &[])?;
            Ok(format!("{before} {}", db.table_exists("t")?))
        });
        assert_eq!(told, "true false");
    }

    /// Batches go by the primary key, and by nothing that is not unique.
    fn keys_of_batches(new) {
        const ROWS: &str = "CREATE TABLE #__t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, u INTEGER NOT NULL, CONSTRAINT t_u UNIQUE (u));
            INSERT INTO #__t VALUES (1, 1, 3), (2, 1, 2), (3, 1, 1);
            CREATE TABLE keyless (n INTEGER); INSERT INTO keyless VALUES (1);
            CREATE VIEW seen AS SELECT * FROM #__t;";
        let rows: [(&str, &[&str], &str); 8] = [
            ("#__t", &[], "1 2 3"),
            ("#__t", &["ID"], "1 2 3"),
            ("#__t", &["u"], "3 2 1"),
            ("#__t", &["n", "id"], "1 2 3"),
            ("#__t", &["n"], "several rows of pre_t may have the same n; a batch would miss some, and needs a primary key or columns with a unique index"),
            ("#__t", &["x"], "pre_t has no column x"),
            ("keyless", &[], "a batch over keyless has to say which key it goes by: the table has no primary key"),
            ("seen", &["id"], "seen is a view; a batch goes through a table, whose key is known"),
        ];
        for (table, key, expected) in rows {
            let place = new();
            let told = asked(&*place, &[("1.sql", ROWS)], move |db| {
                let mut seen = Vec::new();
                let batch = upgrades::Batch::over(table).by(key.iter().copied()).rows(2);
                let done = db.batch(&batch, |_, rows| {
                    for row in rows {
                        seen.push(row.get::<i64>("id")?.to_string());
                    }
                    Ok::<_, upgrades::DbError>(())
                });
                Ok(match done {
                    Ok(_) => seen.join(" "),
                    Err(error) => error.to_string(),
                })
            });
            assert_eq!(told, expected, "{table} {key:?}");
        }
    }
}

/// A default or an expression without what only MySQL's own server says: quotes around numbers, brackets around all.
fn plain(text: &str) -> &str {
    let inner = |open, close| text.strip_prefix(open)?.strip_suffix(close);
    let number = inner('\'', '\'').filter(|inner| inner.parse::<i64>().is_ok());
    number.or_else(|| inner('(', ')')).unwrap_or(text)
}

/// Indexes that the database has made by itself, under the name of a foreign key, are left out.
fn named(names: Vec<String>) -> Vec<String> {
    let own = |name: &String| !["all of", "ALL_CODE"].contains(&name.as_str());
    names.into_iter().filter(own).collect()
}
