//! What verbs refuse.

use upgrades::ForeignKey;

use crate::verbs::{Verb, key};

/// What each verb refuses, and in which words.
pub(crate) const REFUSES: &[(Verb, &str)] = &[
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
