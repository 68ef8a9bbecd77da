//! What verbs do.

use upgrades::{ForeignKey, KeyAction};

use crate::verbs::{Verb, key};

/// What each verb makes: a question, and its answer.
pub(crate) const DOES: &[(&str, Verb, &str, &str)] = &[
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
        |db| Ok(db.add_column("bare", "new", "INTEGER NOT NULL")?),
        "SELECT COUNT(*) FROM bare",
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
        "SELECT COUNT(*) FROM pre_t WHERE new > '2020-01-01'",
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
        |db| Ok(db.rename_column("#__t", "parent_id", "parent")?),
        "SELECT parent FROM pre_t",
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
        |db| Ok(db.drop_table("bare")?),
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
        "add with a key in it",
        |db| Ok(db.add_column("#__t", "new", "INTEGER REFERENCES #__parents (id)")?),
        "SELECT new FROM pre_t",
        "NULL; NULL",
    ),
    (
        "drop a constraint whose name an index has",
        |db| Ok(db.drop_constraint("#__t", "t_a")?),
        "SELECT COUNT(*) FROM pre_t",
        "2",
    ),
    (
        "drop no constraint",
        |db| Ok(db.drop_constraint("#__t", "x")?),
        "SELECT COUNT(*) FROM pre_t",
        "2",
    ),
];
