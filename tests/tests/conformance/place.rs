//! A database of one store, and what a test asks of it: the tests know no more about the store than stands here.

use upgrades::{Error, Report, Resolution, Track, Upgrader};
use upgrades_tests::mariadb::{Database, Server};
use upgrades_tests::told::{Scripts, cleared, history, source, told, without_times};
use upgrades_tests::{DIARY, Sandbox};

/// A database that nothing has run on yet.
pub(crate) trait Place {
    /// An upgrade of it without a track.
    fn bare(&self) -> Upgrader<'static>;

    /// Where a program of its own finds it.
    fn address(&self) -> String;

    /// What is left of a script that failed, in words: where definition statements commit by themselves, all that came
    /// before.
    fn remains(&self) -> &'static str;

    /// What a literal with this between its quotes is worth.
    fn literal(&self, text: &str) -> String;

    /// Runs statements without the engine, and gives what the last finds: columns with commas, rows with semicolons.
    fn rows(&self, sql: &str) -> String;

    /// Schema and rows of everything, but for the tables whose names end with one of `without`.
    fn picture(&self, without: &[&str]) -> String;

    /// How the database says that there is no such table.
    fn no_table(&self, name: &str) -> String;

    /// The text without what only this database would say.
    fn without_names(&self, text: &str) -> String;

    /// A folder beside it.
    fn sandbox(&self) -> &Sandbox;
}

/// Makes a place of one store.
pub(crate) type New = fn() -> Box<dyn Place>;

/// Makes each of the tests a test of every store.
macro_rules! on_every_store {
    ($($(#[$about:meta])* fn $name:ident($new:ident) $body:block)+) => {
        $($(#[$about])* mod $name {
            #[allow(unused_imports, reason = "not every test names something of its file")]
            use super::*;

            fn check($new: $crate::place::New) $body

            #[test]
            fn sqlite() {
                check($crate::place::sqlite);
            }

            #[test]
            fn mariadb() {
                check($crate::place::mariadb);
            }
        })+
    };
}
pub(crate) use on_every_store;

pub(crate) fn sqlite() -> Box<dyn Place> {
    Box::new(Sqlite(Sandbox::new()))
}

pub(crate) fn mariadb() -> Box<dyn Place> {
    Box::new(MariaDb {
        database: Server::shared().database(),
        sandbox: Sandbox::new(),
    })
}

struct Sqlite(Sandbox);

struct MariaDb {
    database: Database<'static>,
    sandbox: Sandbox,
}

impl Place for Sqlite {
    fn bare(&self) -> Upgrader<'static> {
        Upgrader::new(upgrades::sqlite(self.0.path("shop.db")))
            .failure_log(self.0.path("errors.log"))
    }

    fn address(&self) -> String {
        self.0
            .path("shop.db")
            .into_os_string()
            .into_string()
            .unwrap()
    }

    fn remains(&self) -> &'static str {
        "it was rolled back, and later scripts were not run"
    }

    fn literal(&self, text: &str) -> String {
        text.replace("''", "'")
    }

    fn rows(&self, sql: &str) -> String {
        upgrades_tests::told::rows(&self.0.open("shop.db"), sql)
    }

    fn picture(&self, without: &[&str]) -> String {
        upgrades_tests::picture(&self.0.open("shop.db"), without)
    }

    fn no_table(&self, name: &str) -> String {
        format!("no such table: {name}")
    }

    fn without_names(&self, text: &str) -> String {
        text.to_owned()
    }

    fn sandbox(&self) -> &Sandbox {
        &self.0
    }
}

impl Place for MariaDb {
    fn bare(&self) -> Upgrader<'static> {
        let store = upgrades::mysql(&self.database.url()).unwrap();
        Upgrader::new(store).failure_log(self.sandbox.path("errors.log"))
    }

    fn address(&self) -> String {
        self.database.url()
    }

    fn remains(&self) -> &'static str {
        "the statements before it stay done, and later scripts were not run"
    }

    fn literal(&self, text: &str) -> String {
        text.replace("''", "'").replace("\\\\", "\\")
    }

    fn rows(&self, sql: &str) -> String {
        self.database.rows(sql)
    }

    fn picture(&self, without: &[&str]) -> String {
        self.database.picture(without)
    }

    fn no_table(&self, name: &str) -> String {
        format!("Table '[DATABASE].{name}' doesn't exist (error 1146, 42S02)")
    }

    fn without_names(&self, text: &str) -> String {
        text.replace(self.database.name(), "[DATABASE]")
    }

    fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }
}

impl dyn Place + '_ {
    /// An upgrade with these scripts as the core track.
    pub(crate) fn core(&self, scripts: Scripts<'_>) -> Upgrader<'static> {
        self.bare().track(Track::core(source(scripts)))
    }

    /// Runs these scripts as the core track, and tells how that went.
    pub(crate) fn run(&self, scripts: Scripts<'_>) -> String {
        self.told(self.core(scripts).run())
    }

    /// Clears the failure.
    pub(crate) fn clear(&self, resolution: Resolution) -> String {
        self.tidy(&cleared(self.core(&[]).clear_failure("mended", resolution)))
    }

    /// What a run did, or the whole chain of its error.
    pub(crate) fn told(&self, outcome: Result<Report, Error>) -> String {
        self.tidy(&told(outcome))
    }

    /// The text without what differs from run to run and from place to place.
    pub(crate) fn tidy(&self, text: &str) -> String {
        without_times(&self.without_names(text))
    }

    /// The history: outcome and script of each row.
    pub(crate) fn history(&self) -> String {
        history(&self.core(&[]))
    }

    /// What the system-vars table says, apart from the engine's own rows.
    pub(crate) fn vars(&self) -> String {
        self.rows(
            "SELECT name, value FROM system_vars WHERE name NOT LIKE 'upgrades%' ORDER BY name",
        )
    }

    /// What the scripts have made: schema and rows without what names runs and moments.
    pub(crate) fn made(&self) -> String {
        self.picture(&[DIARY[0], DIARY[1], "upgrade_lock"])
    }
}
