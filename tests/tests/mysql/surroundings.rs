//! Runtimes that the calls are made in, servers and databases that are set up in their own way, and what a start costs.

use upgrades::{State, Track, Upgrader};
use upgrades_tests::mariadb::{Durability, Flavour, Server};
use upgrades_tests::told::source;

use crate::lab::Lab;

const SCRIPTS: [(&str, &str); 2] = [
    (
        "1.sql",
        "CREATE TABLE #__t (a VARCHAR(20) CHARACTER SET utf8mb4);",
    ),
    ("2.sql", "INSERT INTO #__t VALUES ('ü€😀 #__');"),
];

/// Every call, from wherever it is made.
fn calls(lab: &Lab) {
    assert_eq!(lab.core(&SCRIPTS).status().unwrap().state, State::Pending);
    assert_eq!(lab.run(&SCRIPTS), "Upgraded core/1.sql core/2.sql");
    assert_eq!(lab.run(&SCRIPTS), "UpToDate");
    assert_eq!(lab.core(&SCRIPTS).status().unwrap().state, State::Current);
    assert_eq!(lab.history(), "applied core/1.sql; applied core/2.sql");
}

#[test]
fn in_a_plain_thread() {
    calls(&Lab::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_runtime_of_many_threads() {
    let lab = Lab::new();
    calls(&lab);
    let more = [
        SCRIPTS[0],
        SCRIPTS[1],
        ("3.sql", "CREATE TABLE #__u (a INT);"),
    ];
    let told = lab.told(lab.core(&more).run_async().await);
    assert_eq!(told, "Upgraded core/3.sql");
    let lab = std::sync::Arc::new(Lab::new());
    let shared = lab.clone();
    tokio::task::spawn_blocking(move || calls(&shared))
        .await
        .unwrap();
    let spawned = tokio::spawn(async move { lab.told(lab.core(&SCRIPTS).run_async().await) });
    assert_eq!(spawned.await.unwrap(), "UpToDate");
}

#[tokio::test]
async fn in_a_runtime_of_one_thread() {
    let lab = Lab::new();
    calls(&lab);
    let more = [SCRIPTS[0], SCRIPTS[1], ("3.sql", "SELECT * FROM nowhere;")];
    let told = lab.told(lab.core(&more).run_async().await);
    assert!(
        told.starts_with("script core/3.sql failed in statement 1"),
        "{told}"
    );
}

#[test]
fn without_any_runtime() {
    let lab = Lab::new();
    let told = futures_executor::block_on(lab.core(&SCRIPTS).run_async());
    assert_eq!(lab.told(told), "Upgraded core/1.sql core/2.sql");
}

/// Databases with other character sets.
#[test]
fn databases_of_every_character_set() {
    for set in [
        "latin1 COLLATE latin1_swedish_ci",
        "latin1 COLLATE latin1_bin",
        "utf8mb3",
        "utf8mb4 COLLATE utf8mb4_unicode_ci",
        "utf8mb4 COLLATE utf8mb4_bin",
        "ucs2",
        "ascii",
    ] {
        let lab = Lab::new();
        let name = lab.database.name();
        lab.rows(&format!("ALTER DATABASE {name} CHARACTER SET {set}"));
        calls(&lab);
        assert_eq!(lab.rows("SELECT a FROM cb_t"), "ü€😀 #__", "{set}");
        let named = [
            SCRIPTS[0],
            SCRIPTS[1],
            ("3_ü 'x' €😀.sql", "SELECT * FROM `nöwhere`;"),
        ];
        let told = lab.run(&named);
        assert!(
            told.contains("core/3_ü 'x' €😀.sql failed") && told.contains("nöwhere"),
            "{set}: {told}"
        );
        assert!(
            lab.history().ends_with("failed core/3_ü 'x' €😀.sql"),
            "{set}"
        );
    }
}

/// Servers whose defaults change what scripts and names mean.
#[test]
fn servers_of_every_kind() {
    let engine = Flavour::choose("Aria", "MyISAM");
    let engine = format!("--default-storage-engine={engine}");
    let modes = "--sql-mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT";
    let rows: [&[&str]; 5] = [
        &["--lower-case-table-names=1"],
        &[modes],
        &[
            "--character-set-server=latin1",
            "--init-connect=SET NAMES latin1",
        ],
        &["--autocommit=0", "--transaction-isolation=SERIALIZABLE"],
        &[
            "--innodb-rollback-on-timeout",
            "--max-allowed-packet=2M",
            &engine,
        ],
    ];
    for arguments in rows {
        let lower = arguments == ["--lower-case-table-names=1"];
        // MySQL's own is told so when its data folder is made, and never again.
        if lower && Flavour::MariaDb.is_absent() {
            continue;
        }
        let server = Server::with(arguments);
        let database = server.database();
        let upgrade = |scripts| {
            let store = upgrades::mysql(&database.url()).unwrap();
            let store = if arguments == [modes] {
                store.sql_mode("")
            } else {
                store
            };
            let upgrader = Upgrader::new(store).without_failure_log().prefix("CB_");
            upgrader.track(Track::core(source(scripts))).run()
        };
        let first = [(
            "1.sql",
            "CREATE TABLE #__T (a VARCHAR(20)); INSERT INTO #__t VALUES (\"it's \\\"\");",
        )];
        let first = match lower {
            true => first,
            false => [(
                "1.sql",
                "CREATE TABLE #__t (a VARCHAR(20)); INSERT INTO #__t VALUES (\"it's \\\"\");",
            )],
        };
        let report = upgrade(&first)
            .unwrap_or_else(|error| panic!("{arguments:?}: {}", upgrades::chain(&error)));
        assert_eq!(report.applied.len(), 1, "{arguments:?}");
        assert_eq!(upgrade(&first).unwrap().applied.len(), 0);
        assert_eq!(database.rows("SELECT a FROM CB_t"), "it's \"");
    }
}

/// A start with nothing to do asks one question.
#[test]
fn an_idle_start() {
    let server = Server::start(Durability::Fast);
    let database = server.database();
    let upgrader = || {
        let store = upgrades::mysql(&database.url()).unwrap();
        let upgrader = Upgrader::new(store).without_failure_log();
        upgrader.track(Track::core(source(&SCRIPTS)))
    };
    assert_eq!(upgrader().run().unwrap().applied.len(), 2);
    let admin = server.connect();
    // Statements of every kind; the end of a connection is none.
    let asked = || -> u64 {
        let rows = admin.query("SHOW GLOBAL STATUS WHERE Variable_name LIKE 'Com\\_%' AND Variable_name <> 'Com_admin_commands'");
        let counts = rows.iter().map(|row| row[1].as_deref().unwrap());
        counts.map(|count| count.parse::<u64>().unwrap()).sum()
    };
    let kept = upgrader();
    let before = asked();
    assert_eq!(asked() - before, 1, "what asking costs");
    for upgrader in [&kept, &kept, &upgrader()] {
        let before = asked();
        assert_eq!(format!("{:?}", upgrader.run().unwrap().ending), "UpToDate");
        // The start's query, and the asking.
        assert_eq!(asked() - before, 2);
    }
}
