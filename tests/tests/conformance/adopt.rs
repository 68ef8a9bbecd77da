//! Taking over databases that something else has upgraded until now.

use upgrades::{Existing, Predecessor, Resolution, Tool, Track, chain};
use upgrades_tests::told::{Scripts, source};

use crate::place::{Place, on_every_store};

const SCRIPTS: Scripts<'_> = &[
    ("1_base.sql", "CREATE TABLE base (n INTEGER);"),
    ("2_prices.sql", "CREATE TABLE prices (n INTEGER);"),
    ("3_orders.sql", "CREATE TABLE orders (n INTEGER);"),
];

/// What taking over says, and does where it may.
fn adopt(place: &dyn Place, existing: Existing) -> String {
    let upgrader = place
        .core(SCRIPTS)
        .track(Track::customization(source(&[("1_own.sql", "SELECT 1;")])));
    let outcome = upgrader
        .adoption(existing)
        .and_then(|adoption| upgrader.adopt(&adoption).map(|()| adoption));
    match outcome {
        Ok(adoption) => {
            let tracks = adoption.tracks.iter();
            let tracks = tracks.map(|track| format!("{} at {}", track.track, track.at));
            tracks.collect::<Vec<_>>().join(", ")
        }
        Err(error) => place.tidy(&chain(&error)),
    }
}

fn at(versions: &[(&str, &str)]) -> Existing {
    let pairs = versions.iter();
    let pairs = pairs.map(|(track, version)| (track.parse().unwrap(), version.parse().unwrap()));
    Existing::At(pairs.collect())
}

fn from(tool: Tool) -> Existing {
    Existing::From(Predecessor::new(tool))
}

/// The tables of the peers, by the statements that are in their sources: refinery-core 0.10.1 (traits/mod.rs), sqlx-sqlite and
/// sqlx-mysql 0.9.0 (migrate.rs), diesel 2.3.14 (setup_migration_table.sql). Flyway's and Joomla's by their documentation.
fn peer(tool: Tool) -> &'static str {
    match tool {
        Tool::Refinery => {
            "CREATE TABLE refinery_schema_history (version INT4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), \
             checksum VARCHAR(255)); \
             INSERT INTO refinery_schema_history VALUES (1, 'base', '2026-11-22T05:10:00Z', '8229'), \
             (2, 'prices', '2026-11-22T05:10:00Z', '1234')"
        }
        Tool::Sqlx => {
            "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
             installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, \
             execution_time BIGINT NOT NULL); \
             INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (1, 'base', TRUE, X'00FF', 7), (2, 'prices', TRUE, X'01', 7)"
        }
        Tool::Diesel => {
            "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
             run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP); \
             INSERT INTO __diesel_schema_migrations (version) VALUES ('1'), ('2')"
        }
        // https://documentation.red-gate.com/fd/flyway-schema-history-table-273973417.html
        Tool::Flyway => {
            "CREATE TABLE flyway_schema_history (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50), \
             description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INT, \
             installed_by VARCHAR(100) NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, \
             execution_time INT NOT NULL, success BOOLEAN NOT NULL); \
             INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, installed_by, \
             execution_time, success) VALUES (1, '1', 'base', 'SQL', 'V1__base.sql', 'shop', 5, TRUE), \
             (2, '2', 'prices', 'SQL', 'V2__prices.sql', 'shop', 5, TRUE), \
             (3, NULL, 'view', 'SQL', 'R__view.sql', 'shop', 5, TRUE)"
        }
        // Joomla's installation/sql/mysql; https://docs.joomla.org/Tables/schemas has older names.
        Tool::Joomla => {
            "CREATE TABLE `schemas` (extension_id INT NOT NULL, version_id VARCHAR(20) NOT NULL, \
             PRIMARY KEY (extension_id, version_id)); \
             INSERT INTO `schemas` VALUES (10012, '2')"
        }
        _ => unreachable!("there are no others"),
    }
}

/// A database as the peer has left it.
fn left_by(place: &dyn Place, tool: Tool) {
    make(
        place,
        "CREATE TABLE base (n INTEGER); CREATE TABLE prices (n INTEGER)",
    );
    make(place, peer(tool));
}

/// Runs statements one by one, each of which needs what those before it made.
fn make(place: &dyn Place, statements: &str) {
    for statement in statements.split("; ") {
        place.rows(statement);
    }
}

on_every_store! {
    /// What every tool's table says; what runs from then on; and that nothing of theirs is changed.
    fn from_each_tool(new) {
        let rows = [
            (Tool::Refinery, "refinery_schema_history", "refinery ran it as 1 base; refinery ran it as 2 prices"),
            (Tool::Sqlx, "_sqlx_migrations", "sqlx ran it as 1 base; sqlx ran it as 2 prices"),
            (Tool::Diesel, "__diesel_schema_migrations", "diesel ran it as 1; diesel ran it as 2"),
            (Tool::Flyway, "flyway_schema_history", "flyway ran it as 1 base; flyway ran it as 2 prices"),
            (Tool::Joomla, "schemas", "joomla is past it"),
        ];
        for (tool, table, reasons) in rows {
            let place = new();
            left_by(place.as_ref(), tool);
            let before = place.picture(&["system_vars", "upgrade_history", "upgrade_journal", "upgrade_lock"]);
            assert!(before.contains(table), "{before}");
            assert_eq!(adopt(place.as_ref(), from(tool)), "core at 2_prices.sql", "{tool}");
            assert_eq!(place.picture(&["system_vars", "upgrade_history", "upgrade_journal", "upgrade_lock"]), before, "{tool}");
            assert_eq!(place.vars(), "latest_update_version,2_prices.sql");
            assert_eq!(place.rows("SELECT reason FROM upgrade_history WHERE outcome = 'adopted' ORDER BY id"), reasons);
            assert_eq!(place.core(SCRIPTS).critical_issues().unwrap(), []);
            assert_eq!(place.run(SCRIPTS), "Upgraded core/3_orders.sql", "{tool}");
            assert_eq!(place.run(SCRIPTS), "UpToDate", "{tool}");
        }
    }

    /// Versions that somebody knows, of several tracks.
    fn at_versions(new) {
        let place = new();
        make(place.as_ref(), "CREATE TABLE base (n INTEGER); CREATE TABLE prices (n INTEGER)");
        let told = adopt(place.as_ref(), at(&[("core", "2"), ("customization", "1")]));
        assert_eq!(told, "core at 2_prices.sql, customization at 1_own.sql");
        assert_eq!(place.history(), "adopted core/2_prices.sql; adopted customization/1_own.sql");
        assert_eq!(place.run(SCRIPTS), "Upgraded core/3_orders.sql");
    }

    /// What the other tool has passed over is told of, and stays told.
    fn gaps(new) {
        let place = new();
        left_by(place.as_ref(), Tool::Sqlx);
        make(place.as_ref(), "DELETE FROM _sqlx_migrations WHERE version = 1");
        assert_eq!(adopt(place.as_ref(), from(Tool::Sqlx)), "core at 2_prices.sql");
        assert_eq!(place.history(), "adopted core/2_prices.sql; skipped core/1_base.sql");
        let issues = |scripts| {
            let issues = place.core(scripts).critical_issues().unwrap();
            issues.into_iter().map(|issue| issue.problem).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(issues(SCRIPTS), "The script core/1_base.sql never ran, and its track is at 2_prices.sql already.");
        let late = [SCRIPTS, &[("0_older.sql", "SELECT 1;")]].concat();
        assert_eq!(issues(&late), issues(SCRIPTS));
    }

    /// Why a database is not taken over. What it was before, what is told of it, and the answer.
    fn refused(new) {
        const NOT: &str = "the database cannot be taken over, and nothing was changed: ";
        let left = |tool| format!("{}; ", peer(tool));
        let rows = [
            (String::new(), at(&[("core", "4")]), "track core has no script of version 4; the nearest is 3_orders.sql"),
            (String::new(), at(&[("plugin", "1")]), "there is no track plugin; there are core, customization"),
            (String::new(), from(Tool::Flyway), "the database has no table flyway_schema_history, in which flyway would keep what it ran"),
            (left(Tool::Sqlx), from(Tool::Flyway), "the database has no table flyway_schema_history, in which flyway would keep what it ran; there is _sqlx_migrations, of sqlx"),
            (left(Tool::Sqlx) + "UPDATE _sqlx_migrations SET success = FALSE WHERE version = 2; ", from(Tool::Sqlx),
                "table _sqlx_migrations marks 2 prices as failed; finish it with sqlx first, since how far it came only a person can tell"),
            (left(Tool::Flyway) + "UPDATE flyway_schema_history SET success = FALSE WHERE version = '1'; ", from(Tool::Flyway),
                "table flyway_schema_history marks 1 base as failed; finish it with flyway first, since how far it came only a person can tell"),
            (left(Tool::Diesel) + "INSERT INTO __diesel_schema_migrations (version) VALUES ('20240105'); ", from(Tool::Diesel),
                "diesel has run 20240105, and the newest script of track core is 3_orders.sql: this program is older than the database; take it over with a release that has that script"),
            (left(Tool::Diesel) + "DELETE FROM __diesel_schema_migrations; ", from(Tool::Diesel),
                "table __diesel_schema_migrations says of no script that diesel has run it"),
            (left(Tool::Joomla) + "INSERT INTO `schemas` VALUES (700, '4.0.0'); ", from(Tool::Joomla),
                "table schemas is about extension 700 at 4.0.0, extension 10012 at 2; say which of them is meant"),
            (left(Tool::Diesel), Existing::From(Predecessor::new(Tool::Sqlx).table("__diesel_schema_migrations")),
                "table __diesel_schema_migrations is not as sqlx makes it: "),
            ("CREATE TABLE system_vars (name VARCHAR(50) PRIMARY KEY, value TEXT); INSERT INTO system_vars VALUES ('latest_update_version', '1_base.sql'); ".to_owned(),
                at(&[("core", "2")]), "track core is known here already, at 1_base.sql; what is to be corrected of it, `upgrades repair` settles script by script"),
        ];
        for (before, existing, expected) in rows {
            let place = new();
            make(place.as_ref(), &format!("CREATE TABLE something (n INTEGER); {before}SELECT 1"));
            let was = place.picture(&["upgrade_lock"]);
            let told = adopt(place.as_ref(), existing);
            assert!(told.starts_with(&format!("{NOT}{expected}")), "{told}\n{expected}");
            assert_eq!(place.picture(&["upgrade_lock"]), was, "{expected}");
        }
    }

    /// What is latched, and what changed between the question and the answer.
    fn not_any_more(new) {
        let place = new();
        left_by(place.as_ref(), Tool::Sqlx);
        let upgrader = place.core(SCRIPTS);
        let adoption = upgrader.adoption(from(Tool::Sqlx)).unwrap();
        make(place.as_ref(), "DELETE FROM _sqlx_migrations WHERE version = 2");
        let error = upgrader.adopt(&adoption).unwrap_err();
        assert_eq!(
            chain(&error),
            "the database cannot be taken over, and nothing was changed: the database or the scripts are not any more what they were when it was shown; look again"
        );
        let adoption = upgrader.adoption(from(Tool::Sqlx)).unwrap();
        upgrader.adopt(&adoption).unwrap();
        let again = upgrader.adopt(&adoption).unwrap_err();
        assert!(chain(&again).contains("track core is known here already, at 1_base.sql"), "{}", chain(&again));

        let place = new();
        let told = place.run(&[("1.sql", "CREATE TABLE a (n INTEGER);"), ("2.sql", "INSERT INTO missing VALUES (1);")]);
        assert!(told.contains("2.sql failed"), "{told}");
        let told = adopt(place.as_ref(), at(&[("core", "2")]));
        assert!(told.starts_with("an earlier upgrade failed, and nothing runs until a person clears that"), "{told}");
        place.clear(Resolution::GoOn);
        let told = adopt(place.as_ref(), at(&[("core", "2")]));
        assert!(told.contains("track core is known here already, at 1.sql"), "{told}");
    }
}
