//! Verbs: each does what it says, does nothing when it is called again, and refuses where something else stands under
//! the name.

use upgrades::{Cause, Db, ForeignKey, KeyAction, Resolution, Track};
use upgrades_tests::told::source;

use crate::helpers::run;
use crate::place::{Place, on_every_store};

pub(crate) type Verb = fn(&mut Db<'_>) -> Result<(), Cause>;

const SETUP: &str = "
CREATE TABLE #__parents (id INTEGER NOT NULL PRIMARY KEY, code VARCHAR(9) NOT NULL, free INTEGER, CONSTRAINT parents_code UNIQUE (code));
INSERT INTO #__parents VALUES (1, 'a', 1), (2, 'b', 1), (9, 'i', 9);
CREATE TABLE #__t (
    id INTEGER NOT NULL PRIMARY KEY,
    parent_id INTEGER, -- who, where
    a INTEGER NOT NULL DEFAULT 7,
    b VARCHAR(20),
    c INTEGER,
    d INTEGER,
    `Order` INTEGER,
    CONSTRAINT t_c UNIQUE (c),
    CONSTRAINT t_check CHECK (a > 0),
    CONSTRAINT t_d FOREIGN KEY (d) REFERENCES #__parents (id)
);
INSERT INTO #__t VALUES (1, 1, 5, 'one', 11, 9, 0), (2, 2, 6, NULL, 12, 9, 0);
CREATE INDEX t_a ON #__t (a);
CREATE INDEX t_ab ON #__t (b, a);
CREATE VIEW #__seen AS SELECT id, a FROM #__t;
CREATE TRIGGER #__trigger AFTER INSERT ON #__t FOR EACH ROW BEGIN UPDATE #__parents SET free = free + 1 WHERE id = 1; END;
CREATE TABLE empty (n INTEGER);
";

/// What each verb makes: a question, and its answer.
const DOES: &[(&str, Verb, &str, &str)] = &[
    (
        "add",
        |db| Ok(db.add_column("#__t", "new", "INTEGER")?),
        "SELECT id, a, new FROM pre_t",
        "1,5,NULL; 2,6,NULL",
    ),
    (
        "add with a default",
        |db| Ok(db.add_column("#__t", "new", "VARCHAR(9) DEFAULT 'it''s' NOT NULL")?),
        "SELECT new FROM pre_t",
        "it's; it's",
    ),
    (
        "add with a comment",
        |db| Ok(db.add_column("#__t", "new", "DECIMAL(10, 2) DEFAULT 0 -- money")?),
        "SELECT new * 2 = 0 FROM pre_t",
        "1; 1",
    ),
    (
        "add NOT NULL",
        |db| Ok(db.add_column("empty", "new", "INTEGER NOT NULL")?),
        "SELECT COUNT(*) FROM empty",
        "0",
    ),
    (
        "add with a moment",
        |db| {
            Ok(db.add_column(
                "#__t",
                "new",
                "TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL",
            )?)
        },
        "SELECT COUNT(*) FROM pre_t WHERE new > '2020'",
        "2",
    ),
    (
        "add unique",
        |db| Ok(db.add_column("#__t", "new", "INTEGER UNIQUE")?),
        "SELECT COUNT(*) FROM pre_t WHERE new IS NULL",
        "2",
    ),
    (
        "add generated",
        |db| Ok(db.add_column("#__t", "new", "INTEGER GENERATED ALWAYS AS (a * 2) STORED")?),
        "SELECT new FROM pre_t",
        "10; 12",
    ),
    (
        "add an expression",
        |db| Ok(db.add_column("#__t", "new", "INTEGER DEFAULT (1 + 2)")?),
        "SELECT new FROM pre_t",
        "3; 3",
    ),
    (
        "add under a hard name",
        |db| Ok(db.add_column("#__t", "it's `so` \"x\"", "INTEGER DEFAULT 3")?),
        "SELECT COUNT(*) FROM pre_t",
        "2",
    ),
    (
        "drop",
        |db| Ok(db.drop_column("#__t", "parent_id")?),
        "SELECT id, a, b FROM pre_t",
        "1,5,one; 2,6,NULL",
    ),
    (
        "drop unique",
        |db| Ok(db.drop_column("#__t", "c")?),
        "SELECT id, a, b FROM pre_t",
        "1,5,one; 2,6,NULL",
    ),
    (
        "drop with a key",
        |db| Ok(db.drop_column("#__t", "D")?),
        "SELECT id, a, b FROM pre_t",
        "1,5,one; 2,6,NULL",
    ),
    (
        "drop a word",
        |db| Ok(db.drop_column("#__t", "order")?),
        "SELECT id FROM pre_t",
        "1; 2",
    ),
    (
        "drop nothing",
        |db| Ok(db.drop_column("#__t", "nothing")?),
        "SELECT id FROM pre_t",
        "1; 2",
    ),
    (
        "drop nowhere",
        |db| Ok(db.drop_column("nowhere", "nothing")?),
        "SELECT id FROM pre_t",
        "1; 2",
    ),
    (
        "rename",
        |db| Ok(db.rename_column("#__t", "parent_id", "of")?),
        "SELECT of FROM pre_t",
        "1; 2",
    ),
    (
        "rename what others use",
        |db| Ok(db.rename_column("#__parents", "id", "number")?),
        "SELECT number FROM pre_parents ORDER BY 1",
        "1; 2; 9",
    ),
    (
        "rename to capitals",
        |db| Ok(db.rename_column("#__t", "b", "B")?),
        "SELECT B FROM pre_t",
        "NULL; one",
    ),
    (
        "change type",
        |db| Ok(db.change_column("#__t", "b", "VARCHAR(50)")?),
        "SELECT b FROM pre_t",
        "NULL; one",
    ),
    (
        "change default",
        |db| Ok(db.change_column("#__t", "c", "INTEGER NOT NULL DEFAULT 4")?),
        "SELECT c FROM pre_t",
        "11; 12",
    ),
    (
        "change what is referred to",
        |db| Ok(db.change_column("#__parents", "code", "VARCHAR(30) NOT NULL DEFAULT 'x'")?),
        "SELECT code FROM pre_parents ORDER BY id",
        "a; b; i",
    ),
    (
        "change with a check",
        |db| Ok(db.change_column("#__t", "a", "BIGINT NOT NULL DEFAULT 8")?),
        "SELECT a FROM pre_t",
        "5; 6",
    ),
    (
        "rename a table",
        |db| Ok(db.rename_table("#__t", "#__u")?),
        "SELECT a FROM pre_u",
        "5; 6",
    ),
    (
        "rename a parent",
        |db| {
            db.drop_view("#__seen")?;
            db.drop_trigger("#__trigger")?;
            Ok(db.rename_table("#__parents", "it's")?)
        },
        "SELECT COUNT(*) FROM `it's`",
        "3",
    ),
    (
        "drop a table",
        |db| Ok(db.drop_table("empty")?),
        "SELECT a FROM pre_t",
        "5; 6",
    ),
    (
        "drop no table",
        |db| Ok(db.drop_table("nowhere")?),
        "SELECT a FROM pre_t",
        "5; 6",
    ),
    (
        "drop a view",
        |db| Ok(db.drop_view("#__seen")?),
        "SELECT a FROM pre_t",
        "5; 6",
    ),
    (
        "drop a trigger",
        |db| Ok(db.drop_trigger("#__trigger")?),
        "INSERT INTO pre_t (id) VALUES (3); SELECT free FROM pre_parents WHERE id = 1",
        "1",
    ),
    (
        "add an index",
        |db| Ok(db.add_index("#__t", "#__i", &["b", "ID"])?),
        "SELECT COUNT(*) FROM pre_t",
        "2",
    ),
    (
        "add a unique index",
        |db| Ok(db.add_unique_index("#__t", "i", &["parent_id"])?),
        "SELECT COUNT(*) FROM pre_t",
        "2",
    ),
    (
        "add an index that is a constraint",
        |db| Ok(db.add_unique_index("#__t", "t_c", &["c"])?),
        "SELECT COUNT(*) FROM pre_t",
        "2",
    ),
    (
        "drop an index",
        |db| Ok(db.drop_index("#__t", "T_AB")?),
        "SELECT COUNT(*) FROM pre_t",
        "2",
    ),
    (
        "drop an index that is a constraint",
        |db| Ok(db.drop_index("#__t", "t_c")?),
        "INSERT INTO pre_t (id, c) VALUES (3, 11); SELECT COUNT(*) FROM pre_t",
        "3",
    ),
    (
        "drop no index",
        |db| Ok(db.drop_index("#__t", "x")?),
        "SELECT COUNT(*) FROM pre_t",
        "2",
    ),
    (
        "add a key",
        |db| Ok(db.add_foreign_key("#__t", "#__of", &key())?),
        "DELETE FROM pre_parents WHERE id = 1; SELECT id FROM pre_t",
        "2",
    ),
    (
        "add a key to the primary key",
        |db| {
            Ok(db.add_foreign_key(
                "#__t",
                "of",
                &ForeignKey::new(["parent_id"], "#__parents", [""; 0])
                    .on_update(KeyAction::SetNull),
            )?)
        },
        "UPDATE pre_parents SET id = 7 WHERE id = 1; SELECT parent_id FROM pre_t ORDER BY id",
        "2; NULL",
    ),
    (
        "add a key to itself",
        |db| {
            Ok(db.add_foreign_key(
                "#__t",
                "self",
                &ForeignKey::new(["parent_id"], "#__t", ["id"]),
            )?)
        },
        "SELECT COUNT(*) FROM pre_t",
        "2",
    ),
    (
        "drop a key",
        |db| Ok(db.drop_foreign_key("#__t", "T_d")?),
        "DELETE FROM pre_parents WHERE id = 9; SELECT d FROM pre_t",
        "9; 9",
    ),
    (
        "drop a key of columns",
        |db| Ok(db.drop_foreign_keys_on("#__t", &["d"])?),
        "DELETE FROM pre_parents WHERE id = 9; SELECT d FROM pre_t",
        "9; 9",
    ),
    (
        "drop no key",
        |db| {
            db.drop_foreign_key("#__t", "x")?;
            Ok(db.drop_foreign_keys_on("nowhere", &["d"])?)
        },
        "SELECT d FROM pre_t",
        "9; 9",
    ),
    (
        "add a check",
        |db| Ok(db.add_check("#__t", "new", "`c` > 0 AND b <> ');'")?),
        "SELECT COUNT(*) FROM pre_t",
        "2",
    ),
    (
        "drop a check",
        |db| Ok(db.drop_constraint("#__t", "T_Check")?),
        "UPDATE pre_t SET a = -1; SELECT a FROM pre_t",
        "-1; -1",
    ),
    (
        "drop a constraint that is a key",
        |db| Ok(db.drop_constraint("#__t", "t_d")?),
        "DELETE FROM pre_parents WHERE id = 9; SELECT d FROM pre_t",
        "9; 9",
    ),
    (
        "drop a constraint that is unique",
        |db| Ok(db.drop_constraint("#__t", "t_c")?),
        "INSERT INTO pre_t (id, c) VALUES (3, 11); SELECT COUNT(*) FROM pre_t",
        "3",
    ),
    (
        "drop no constraint",
        |db| Ok(db.drop_constraint("#__t", "x")?),
        "SELECT COUNT(*) FROM pre_t",
        "2",
    ),
];

/// What each verb refuses, and in which words.
const REFUSES: &[(Verb, &str)] = &[
    (
        |db| Ok(db.add_column("nowhere", "a", "INTEGER")?),
        "there is no table nowhere",
    ),
    (
        |db| Ok(db.add_column("#__seen", "b", "INTEGER")?),
        "pre_seen is a view, and no table",
    ),
    (
        |db| Ok(db.add_column("#__t", "n", "INTEGER NOT NULL")?),
        "pre_t has rows, in which n would be NULL: give it a DEFAULT, or add it without NOT NULL, fill it, and call change_column then",
    ),
    (
        |db| Ok(db.add_column("#__t", "n", "INTEGER; DROP TABLE t")?),
        "\"INTEGER; DROP TABLE t\" cannot stand here: it would end the statement",
    ),
    (
        |db| Ok(db.add_column("#__t", "n", "INTEGER, ADD COLUMN m INTEGER")?),
        "\"INTEGER, ADD COLUMN m INTEGER\" cannot stand here: there is more than one in it",
    ),
    (
        |db| Ok(db.add_column("#__t", "n", "INTEGER) --")?),
        "\"INTEGER) --\" cannot stand here: a quote, a comment or a parenthesis in it is not closed",
    ),
    (
        |db| Ok(db.drop_column("#__t", "id")?),
        "pre_t.id cannot be dropped: it is part of the primary key",
    ),
    (
        |db| Ok(db.drop_column("#__t", "b")?),
        "pre_t.b cannot be dropped: the index t_ab has other columns too; drop that first",
    ),
    (
        |db| Ok(db.drop_column("#__parents", "id")?),
        "pre_parents.id cannot be dropped: it is part of the primary key",
    ),
    (
        |db| Ok(db.drop_column("#__seen", "id")?),
        "pre_seen is a view, and no table",
    ),
    (
        |db| Ok(db.rename_column("#__t", "x", "y")?),
        "pre_t has neither a column x nor a column y",
    ),
    (
        |db| Ok(db.rename_column("#__t", "a", "b")?),
        "pre_t has a column b already, and a was to get that name",
    ),
    (
        |db| Ok(db.rename_column("nowhere", "a", "b")?),
        "there is no table nowhere",
    ),
    (
        |db| Ok(db.change_column("#__t", "x", "INTEGER")?),
        "pre_t has no column x",
    ),
    (
        |db| Ok(db.change_column("#__t", "b", "VARCHAR(9) UNIQUE")?),
        "\"VARCHAR(9) UNIQUE\" cannot stand here: a changed column keeps its keys and its checks, which have verbs of their own",
    ),
    (
        |db| Ok(db.rename_table("#__t", "#__parents")?),
        "there is a table pre_parents already, and pre_t was to get that name",
    ),
    (
        |db| Ok(db.rename_table("#__x", "#__y")?),
        "there is neither a table pre_x nor a table pre_y",
    ),
    (
        |db| Ok(db.rename_table("#__seen", "#__y")?),
        "pre_seen is a view, and no table",
    ),
    (
        |db| Ok(db.drop_table("#__seen")?),
        "pre_seen is a view, and no table",
    ),
    (
        |db| Ok(db.drop_table("#__parents")?),
        "a foreign key of pre_t refers to pre_parents; drop that first, or write `-- upgrade: foreign_keys = off` at the top of the script",
    ),
    (
        |db| Ok(db.drop_view("#__t")?),
        "pre_t is a table, and no view",
    ),
    (
        |db| Ok(db.add_index("#__t", "t_a", &["b"])?),
        "pre_t has an index t_a already, (a), which was to be (b)",
    ),
    (
        |db| Ok(db.add_unique_index("#__t", "t_a", &["a"])?),
        "pre_t has an index t_a already, (a), which was to be unique (a)",
    ),
    (
        |db| Ok(db.add_index("#__t", "t_c", &["c"])?),
        "pre_t has an index t_c already, unique (c), which was to be (c)",
    ),
    (
        |db| Ok(db.add_index("#__t", "i", &["x"])?),
        "pre_t has no column x",
    ),
    (
        |db| Ok(db.add_index("#__t", "i", &[])?),
        "the index i of pre_t has no columns",
    ),
    (
        |db| Ok(db.add_index("#__seen", "i", &["id"])?),
        "pre_seen is a view, and no table",
    ),
    (
        |db| Ok(db.drop_index("#__t", "primary")?),
        "PRIMARY is the primary key of pre_t, and no index",
    ),
    (
        |db| Ok(db.add_foreign_key("#__t", "t_d", &key())?),
        "pre_t has the foreign key (d) REFERENCES pre_parents (id) t_d already, which was to be the foreign key (parent_id) REFERENCES pre_parents (id) ON DELETE CASCADE",
    ),
    (
        |db| Ok(db.add_foreign_key("#__t", "x", &ForeignKey::new(["d"], "#__parents", ["id"]))?),
        "pre_t has the same foreign key (d) REFERENCES pre_parents (id) already, t_d, which was to be called x",
    ),
    (
        |db| Ok(db.add_foreign_key("#__t", "t_check", &key())?),
        "pre_t has the check (a > 0) t_check already, which was to be the foreign key (parent_id) REFERENCES pre_parents (id) ON DELETE CASCADE",
    ),
    (
        |db| Ok(db.add_foreign_key("#__t", "x", &ForeignKey::new(["a"], "nowhere", ["id"]))?),
        "pre_t cannot have the foreign key (a) REFERENCES nowhere (id): there is no table nowhere",
    ),
    (
        |db| Ok(db.add_foreign_key("#__t", "x", &ForeignKey::new(["x"], "#__parents", ["id"]))?),
        "pre_t cannot have the foreign key (x) REFERENCES pre_parents (id): pre_t has no column x",
    ),
    (
        |db| Ok(db.add_foreign_key("#__t", "x", &ForeignKey::new(["a"], "#__parents", ["x"]))?),
        "pre_t cannot have the foreign key (a) REFERENCES pre_parents (x): pre_parents has no column x",
    ),
    (
        |db| {
            Ok(db.add_foreign_key("#__t", "x", &ForeignKey::new(["a"], "#__parents", ["free"]))?)
        },
        "pre_t cannot have the foreign key (a) REFERENCES pre_parents (free): several rows of pre_parents may have the same free",
    ),
    (
        |db| {
            Ok(db.add_foreign_key(
                "#__t",
                "x",
                &ForeignKey::new(["a"], "#__parents", ["id", "code"]),
            )?)
        },
        "pre_t cannot have the foreign key (a) REFERENCES pre_parents (id, code): 1 columns would refer to 2 of pre_parents",
    ),
    (
        |db| Ok(db.drop_foreign_key("#__t", "t_check")?),
        "pre_t has the check (a > 0) t_check, and no foreign key",
    ),
    (
        |db| Ok(db.add_check("#__t", "t_check", "a > 1")?),
        "pre_t has the check (a > 0) t_check already, which was to be the check (a > 1)",
    ),
    (
        |db| Ok(db.add_check("#__t", "t_d", "a > 1")?),
        "pre_t has the foreign key (d) REFERENCES pre_parents (id) t_d already, which was to be the check (a > 1)",
    ),
    (
        |db| Ok(db.add_check("#__t", "x", "a > 1) --")?),
        "\"a > 1) --\" cannot stand here: a quote, a comment or a parenthesis in it is not closed",
    ),
];

fn key() -> ForeignKey {
    ForeignKey::new(["parent_id"], "#__parents", ["id"]).on_delete(KeyAction::Cascade)
}

/// Runs the verb, and then again, in one program and in another; the second time nothing changes.
fn does(place: &dyn Place, what: &str, verb: Verb, question: &str, answer: &str) {
    assert_eq!(
        run(place, &[("1.sql", SETUP)], verb),
        "Upgraded core/1.sql core/9.0.0 x.rs",
        "{what}"
    );
    let made = place.made().replace("9.0.0 x.rs", "");
    let again = Track::core(source(&[("1.sql", SETUP)]))
        .function("9.0.0", "x", verb)
        .function("9.1.0", "y", move |db| {
            verb(db)?;
            verb(db)
        });
    let told = place.told(place.bare().prefix("pre_").track(again).run());
    assert_eq!(told, "Upgraded core/9.1.0 y.rs", "{what}");
    assert_eq!(place.made().replace("9.1.0 y.rs", ""), made, "{what}");
    let mut found: Vec<_> = place
        .rows(question)
        .split("; ")
        .map(str::to_owned)
        .collect();
    found.sort();
    assert_eq!(found.join("; "), answer, "{what}");
}

on_every_store! {
    /// Each does it, once.
    fn each_once(new) {
        for (what, verb, question, answer) in DOES {
            does(&*new(), what, *verb, question, answer);
        }
    }

    /// Where it is not so and cannot be made so, nothing changes.
    fn refusals(new) {
        for (verb, expected) in REFUSES {
            let place = new();
            assert_eq!(run(&*place, &[("1.sql", SETUP)], |_| Ok(())), "Upgraded core/1.sql core/9.0.0 x.rs");
            let before = place.made();
            let (verb, expected) = (*verb, *expected);
            let track = Track::core(source(&[("1.sql", SETUP)])).function("9.0.0", "x", |_| Ok(())).function("9.1.0", "y", move |db| {
                let told = verb(db).map_err(|error| error.to_string());
                assert_eq!(told.map_err(|text| text.replace('`', "")), Err(expected.replace('`', "")));
                Ok(())
            });
            let told = place.told(place.bare().prefix("pre_").track(track).run());
            assert_eq!(told, "Upgraded core/9.1.0 y.rs", "{expected}");
            assert_eq!(place.made().replace("9.1.0 y.rs", "9.0.0 x.rs"), before, "{expected}");
        }
    }

    /// Verbs one behind the other, each on what the last has made; begun anew where somebody stopped them.
    fn together(new) {
        let steps: &[Verb] = &[
            |db| Ok(db.add_column("#__t", "code", "VARCHAR(9) NOT NULL DEFAULT 'a'")?),
            |db| Ok(db.add_foreign_key("#__t", "of_code", &ForeignKey::new(["code"], "#__parents", ["code"]))?),
            |db| Ok(db.add_check("#__t", "code_is_short", "LENGTH(code) < 3")?),
            |db| Ok(db.add_index("#__t", "by_code", &["code", "id"])?),
            |db| Ok(db.drop_index("#__t", "t_ab")?),
            |db| Ok(db.drop_column("#__t", "b")?),
            |db| Ok(db.rename_column("#__t", "c", "number")?),
            |db| Ok(db.drop_constraint("#__t", "t_check")?),
            |db| Ok(db.change_column("#__t", "number", "BIGINT NOT NULL DEFAULT 3")?),
        ];
        let whole = new();
        let all = move |db: &mut Db<'_>| steps.iter().try_for_each(|step| step(db));
        assert_eq!(run(&*whole, &[("1.sql", SETUP)], all), "Upgraded core/1.sql core/9.0.0 x.rs");
        for stopped in 0..steps.len() {
            let place = new();
            let stop = move |db: &mut Db<'_>| {
                steps[..stopped].iter().try_for_each(|step| step(db))?;
                Err("enough".into())
            };
            let told = run(&*place, &[("1.sql", SETUP)], stop);
            assert!(told.ends_with("enough"), "{told}");
            let upgrader = place.bare().prefix("pre_").track(Track::core(source(&[])));
            upgrader.clear_failure("mended", Resolution::GoOn).unwrap();
            assert_eq!(run(&*place, &[("1.sql", SETUP)], all), "Upgraded core/9.0.0 x.rs", "{stopped}");
            let tables = |place: &dyn Place| {
                let made = place.made();
                made.lines().filter(|line| !line.contains("system_vars")).collect::<Vec<_>>().join("\n")
            };
            assert_eq!(tables(&*place), tables(&*whole), "{stopped}");
        }
    }

    /// Rows that do not fulfil what a verb demands: all stays as it was, in whichever words the database says so.
    fn rows_in_the_way(new) {
        let verbs: &[Verb] = &[
            |db| Ok(db.add_foreign_key("#__t", "of", &ForeignKey::new(["a"], "#__parents", ["id"]))?),
            |db| Ok(db.add_foreign_key("#__t", "of", &ForeignKey::new(["b"], "#__parents", ["code"]))?),
            |db| Ok(db.add_check("#__t", "x", "c > 11")?),
            |db| Ok(db.add_unique_index("#__t", "x", &["d"])?),
            |db| Ok(db.change_column("#__t", "b", "VARCHAR(20) NOT NULL")?),
            |db| Ok(db.add_column("#__t", "x", "INTEGER NOT NULL DEFAULT 1 UNIQUE")?),
            |db| Ok(db.add_column("#__t", "x", "NONSENSE NONSENSE (")?),
            |db| Ok(db.add_check("#__t", "x", "nowhere > 1")?),
        ];
        for (at, verb) in verbs.iter().enumerate() {
            let place = new();
            assert_eq!(run(&*place, &[("1.sql", SETUP)], |_| Ok(())), "Upgraded core/1.sql core/9.0.0 x.rs");
            let before = place.made();
            let track = Track::core(source(&[("1.sql", SETUP)])).function("9.0.0", "x", |_| Ok(())).function("9.1.0", "y", move |db| {
                assert!(verb(db).is_err(), "{at}");
                // What was refused leaves the program able to go on.
                db.execute("UPDATE #__parents SET free = free", &[])?;
                Ok(())
            });
            assert_eq!(place.told(place.bare().prefix("pre_").track(track).run()), "Upgraded core/9.1.0 y.rs", "{at}");
            assert_eq!(place.made().replace("9.1.0 y.rs", "9.0.0 x.rs"), before, "{at}");
        }
    }
}
