//! Verbs: each does what it says, does nothing when it is called again, and refuses where something else stands under
//! the name.

use upgrades::{Cause, Db, ForeignKey, KeyAction, Resolution, Track};
use upgrades_tests::told::source;

use crate::helpers::run;
use crate::place::{Place, on_every_store};
use crate::verbs_done::DOES;
use crate::verbs_refused::REFUSES;

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
CREATE TABLE bare (n INTEGER);
";

pub(crate) fn key() -> ForeignKey {
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
                // MySQL's own puts brackets around the whole.
                let told = told.map_err(|text| text.replace('`', "").replace("((a > 0))", "(a > 0)"));
                assert_eq!(told, Err(expected.replace('`', "")));
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

    /// A verb that has nothing to do commits nothing, and takes nothing from under a savepoint.
    fn nothing_is_committed(new) {
        let verbs: &[Verb] = &[
            |db| Ok(db.add_column("#__t", "a", "INTEGER NOT NULL DEFAULT 7")?),
            |db| Ok(db.change_column("#__t", "a", "integer DEFAULT 7 NOT NULL")?),
            |db| Ok(db.add_check("#__t", "t_check", "`a`>0")?),
            |db| Ok(db.add_foreign_key("#__t", "t_d", &ForeignKey::new(["d"], "#__parents", ["id"]))?),
            |db| Ok(db.add_index("#__t", "t_a", &["a"])?),
            |db| Ok(db.drop_table("nowhere")?),
            |db| { db.drop_trigger("nothing")?; Ok(db.drop_view("nothing")?) },
        ];
        for (at, verb) in verbs.iter().enumerate() {
            let place = new();
            assert_eq!(run(&*place, &[("1.sql", SETUP)], |_| Ok(())), "Upgraded core/1.sql core/9.0.0 x.rs");
            let track = Track::core(source(&[])).function("9.1.0", "y", move |db| {
                db.execute("INSERT INTO bare VALUES (1)", &[])?;
                db.savepoint(verb)?;
                verb(db)?;
                Err("enough".into())
            });
            let told = place.told(place.bare().prefix("pre_").track(track).run());
            assert_eq!(told, "script core/9.1.0 y.rs failed; it was rolled back, and later scripts were not run: enough", "{at}");
            assert_eq!(place.rows("SELECT COUNT(*) FROM bare"), "0", "{at}");
        }
    }

    /// Temporary tables: what ends with the session is changed as well, where the database can.
    fn temporary_tables(new) {
        let place = new();
        let told = run(&*place, &[("1.sql", SETUP)], |db| {
            // It hides the table of this name.
            db.execute("CREATE TEMPORARY TABLE #__t (a INTEGER, z INTEGER)", &[])?;
            db.add_column("#__t", "b", "INTEGER NOT NULL DEFAULT 3")?;
            db.add_index("#__t", "by_z", &["z"])?;
            assert_eq!(db.index_names("#__t")?, ["by_z"]);
            db.drop_index("#__t", "by_z")?;
            db.rename_column("#__t", "a", "y")?;
            db.drop_column("#__t", "z")?;
            let columns: Vec<_> = db.columns("#__t")?.into_iter().map(|column| column.name).collect();
            assert_eq!(columns, ["y", "b"]);
            db.drop_table("#__t")?;
            assert!(db.column_exists("#__t", "parent_id")?);
            Ok(())
        });
        assert_eq!(told, "Upgraded core/1.sql core/9.0.0 x.rs");
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
