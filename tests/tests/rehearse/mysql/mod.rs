//! The same on a real server.

mod crash_lab;
mod lab_faults;
mod reaching;
mod rehearsal;
mod rights;
mod squash;

use std::process::Command;

use upgrades_tests::mariadb::{Database, Flavour, Server};

use crate::shop::Shop;

/// An installation on a server, as root, with a folder for backups.
pub(crate) struct Installation {
    shop: Shop,
    database: Database<'static>,
}

impl std::ops::Deref for Installation {
    type Target = Shop;

    fn deref(&self) -> &Shop {
        &self.shop
    }
}

const BACKUP: &str = "[backup]\ndirectory = \"backups\"\n";

impl Installation {
    fn new(scripts: &[(&str, &str)]) -> Self {
        let database = Server::shared().database();
        let url = database.url();
        Self::of(database, &url, scripts)
    }

    fn of(database: Database<'static>, url: &str, scripts: &[(&str, &str)]) -> Self {
        let shop = Shop::on(url, BACKUP, scripts);
        Self { shop, database }
    }

    /// What the plain tool says of a database, which is all that there is.
    fn dump(name: &str) -> String {
        let output = Command::new(Flavour::of_tests().dump())
            .args(["--no-defaults", "--user=root", "--routines", "--triggers"])
            .args(["--events", "--hex-blob", "--skip-dump-date"])
            .args(["--default-character-set=binary", "--order-by-primary"])
            .arg(format!("--socket={}", Server::shared().socket().display()))
            .arg(name)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Does something that changes nothing of the database, and leaves nothing beside it.
    fn untouched<T>(&self, act: impl FnOnce() -> T) -> T {
        let name = self.database.name();
        let before = Self::dump(name);
        let outcome = act();
        assert!(Self::dump(name) == before, "the real database was touched");
        assert_eq!(self.beside(), "");
        outcome
    }

    /// The connections in schemas beside the database, with what they are at. The table that has them too cannot be asked on
    /// MySQL while a statement of anybody's has an emoji.
    fn those_beside(&self) -> Vec<(String, String)> {
        const DATABASE: usize = 3;
        const STATEMENT: usize = 7;
        let beside = format!("{}_upgrades_", self.database.name());
        let listed = self.database.query("SHOW FULL PROCESSLIST").into_iter();
        let ours = listed.filter(|row| {
            let database = row[DATABASE].as_deref();
            database.is_some_and(|database| database.starts_with(&beside))
        });
        let told = |row: Vec<Option<String>>| {
            let cell = |at: usize| row[at].clone().unwrap_or_default();
            (cell(0), cell(STATEMENT))
        };
        ours.map(told).collect()
    }

    /// Whether a statement that begins so is under way there.
    fn is_at(&self, beginning: &str) -> Option<()> {
        let mut those = self.those_beside().into_iter();
        those
            .any(|(_, statement)| statement.starts_with(beginning))
            .then_some(())
    }

    /// Ends the connections of the dead there.
    fn end_those_beside(&self) {
        for (id, _) in self.those_beside() {
            // It may have ended by itself.
            let _ = self.database.try_query(&format!("KILL {id}"));
        }
    }

    /// The schemas beside the database that are there.
    fn beside(&self) -> String {
        let name = self.database.name();
        self.database.rows(&format!(
            "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '{name}\\_upgrades%' ORDER BY 1"
        ))
    }
}
