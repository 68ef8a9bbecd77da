//! What only the servers have, and verbs have to keep.

use upgrades::{Cause, Db, ForeignKey};
use upgrades_tests::mariadb::Flavour;

use crate::helpers::{asked, run};
use crate::place::mariadb;

const TABLES: &str = "CREATE TABLE p (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'the key, AUTO', t TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE t (id BIGINT PRIMARY KEY, p INT UNSIGNED, txt TEXT, kind ENUM('a,b', 'DEFAULT') DEFAULT 'DEFAULT', n INT CHECK (n > 0), l VARCHAR(9) CHARACTER SET latin1,
    FULLTEXT KEY words (txt), KEY part (txt(5)), KEY down (n DESC)) CHARSET utf8mb4 COLLATE utf8mb4_bin;
    INSERT INTO t (id, n) VALUES (1, 1);";

/// Each is done once: a second call finds it so.
#[test]
fn definitions() {
    type Verb = fn(&mut Db<'_>) -> Result<(), Cause>;
    let verbs: &[(Verb, &str, bool)] = &[
        (
            |db| Ok(db.change_column("t", "id", "BIGINT NOT NULL AUTO_INCREMENT")?),
            Flavour::choose(
                "`id` bigint(20) NOT NULL AUTO_INCREMENT,",
                "`id` bigint NOT NULL AUTO_INCREMENT,",
            ),
            true,
        ),
        (
            |db| Ok(db.change_column("t", "n", "BIGINT NOT NULL DEFAULT 2")?),
            Flavour::choose(
                "`n` bigint(20) NOT NULL DEFAULT 2 CHECK (`n` > 0),",
                "`n` bigint NOT NULL DEFAULT '2',",
            ),
            true,
        ),
        (
            |db| Ok(db.change_column("t", "p", "INT UNSIGNED COMMENT 'whose'")?),
            Flavour::choose(
                "`p` int(10) unsigned DEFAULT NULL COMMENT 'whose',",
                "`p` int unsigned DEFAULT NULL COMMENT 'whose',",
            ),
            true,
        ),
        (
            |db| Ok(db.change_column("t", "l", "VARCHAR(9)")?),
            Flavour::choose(
                "`l` varchar(9) DEFAULT NULL,",
                "`l` varchar(9) COLLATE utf8mb4_bin DEFAULT NULL,",
            ),
            true,
        ),
        (
            |db| Ok(db.change_column("t", "kind", "ENUM('a,b', 'DEFAULT') DEFAULT 'DEFAULT'")?),
            Flavour::choose(
                "`kind` enum('a,b','DEFAULT') DEFAULT 'DEFAULT',",
                "`kind` enum('a,b','DEFAULT') COLLATE utf8mb4_bin DEFAULT 'DEFAULT',",
            ),
            false,
        ),
        (
            |db| {
                Ok(db.add_column(
                    "t",
                    "at",
                    "TIMESTAMP NOT NULL DEFAULT NOW() ON UPDATE CURRENT_TIMESTAMP",
                )?)
            },
            Flavour::choose(
                "`at` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),",
                "`at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,",
            ),
            true,
        ),
        (
            |db| Ok(db.add_column("t", "yes", "BOOLEAN NOT NULL DEFAULT TRUE")?),
            Flavour::choose(
                "`yes` tinyint(1) NOT NULL DEFAULT 1,",
                "`yes` tinyint(1) NOT NULL DEFAULT '1',",
            ),
            true,
        ),
        (
            |db| Ok(db.add_column("t", "data", "JSON")?),
            Flavour::choose("CHECK (json_valid(`data`)),", "`data` json DEFAULT NULL,"),
            true,
        ),
        (
            |db| Ok(db.add_column("t", "txt", "TEXT")?),
            Flavour::choose(
                "`txt` text DEFAULT NULL,",
                "`txt` text COLLATE utf8mb4_bin,",
            ),
            false,
        ),
        (
            |db| Ok(db.add_foreign_key("t", "of", &ForeignKey::new(["p"], "p", ["id"]))?),
            "CONSTRAINT `of` FOREIGN KEY (`p`) REFERENCES `p` (`id`)",
            true,
        ),
    ];
    for (verb, expected, changes) in verbs {
        let place = mariadb();
        assert_eq!(
            run(&*place, &[("1.sql", TABLES)], |_| Ok(())),
            "Upgraded core/1.sql core/9.0.0 x.rs"
        );
        let text = || place.rows("SHOW CREATE TABLE t");
        let before = text();
        let (verb, expected) = (*verb, *expected);
        let again = move |db: &mut Db<'_>| {
            verb(db)?;
            let once = db.columns("t")?;
            verb(db)?;
            assert_eq!(db.columns("t")?, once);
            Ok(())
        };
        let track = upgrades::Track::core([("1.sql", TABLES)])
            .function("9.0.0", "x", |_| Ok(()))
            .function("9.1.0", "y", again);
        let told = place.told(place.bare().prefix("pre_").track(track).run());
        assert_eq!(told, "Upgraded core/9.1.0 y.rs", "{expected}");
        assert!(text().contains(expected), "{}", text());
        assert_eq!(text() != before, *changes, "{expected}");
    }
}

/// Indexes of other kinds are not those that a verb makes.
#[test]
fn special_indexes() {
    let place = mariadb();
    let told = asked(&*place, &[("1.sql", TABLES)], |db| {
        let errors = ["words", "part", "down"].map(|name| {
            let column = if name == "down" { "n" } else { "txt" };
            db.add_index("t", name, &[column]).unwrap_err().to_string()
        });
        Ok(errors.join("; "))
    });
    let expected = "t has an index words already, special (txt), which was to be (txt); \
        t has an index part already, (txt in a way of its own), which was to be (txt); \
        t has an index down already, (n in a way of its own), which was to be (n)";
    assert_eq!(told, expected);
}

/// The session's own settings change nothing about the answers.
#[test]
fn settings_of_the_session() {
    for setting in [
        "sql_mode = 'ANSI_QUOTES'",
        "sql_mode = 'ANSI'",
        "sql_quote_show_create = 0",
        "lc_messages = 'de_DE'",
    ] {
        let place = mariadb();
        let told = asked(&*place, &[("1.sql", TABLES)], move |db| {
            db.add_foreign_key("t", "of", &ForeignKey::new(["p"], "p", ["id"]))?;
            db.execute(&format!("SET SESSION {setting}"), &[])?;
            let columns = db.columns("t")?;
            Ok(format!(
                "{} {:?} {} {}",
                columns.len(),
                columns[3].default,
                db.foreign_key_exists("t", "of")?,
                db.table_exists("nowhere")?
            ))
        });
        assert_eq!(told, "6 Some(\"'DEFAULT'\") true false", "{setting}");
    }
}
