//! The same on a real server.

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

    /// Ends the connections of the dead in schemas beside the database.
    fn end_those_beside(&self) {
        let connection = Server::shared().connect();
        let ids = format!(
            "SELECT ID FROM information_schema.PROCESSLIST WHERE DB LIKE '{}\\_upgrades%'",
            self.database.name()
        );
        for id in connection.query(&ids).into_iter().flatten().flatten() {
            // It may have ended by itself.
            let _ = connection.try_query(&format!("KILL {id}"));
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
