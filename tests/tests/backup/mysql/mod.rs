//! Backups of databases of a real server.

mod faults;
mod full;
mod killed;
mod load;
mod policy;
mod rights;
mod round_trip;
mod secrets;
mod tools;

use upgrades_tests::DIARY;
use upgrades_tests::mariadb::{Database, Server};

use crate::shop::Shop;

/// An installation on a server, as root.
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

impl Installation {
    /// With these lines under `[backup]`.
    fn new(backup: &str) -> Self {
        Self::told("", backup)
    }

    /// And with these under `[mysql]`.
    fn told(mysql: &str, backup: &str) -> Self {
        let database = Server::shared().database();
        let url = database.url();
        Self::of(database, &url, mysql, backup)
    }

    fn of(database: Database<'static>, url: &str, mysql: &str, backup: &str) -> Self {
        let config = format!("database = {url:?}\n[mysql]\n{mysql}\n");
        let shop = Shop::on(&config, backup);
        shop.write(
            "core/1_first.sql",
            "CREATE TABLE first (id INTEGER PRIMARY KEY AUTO_INCREMENT, name TEXT);",
        );
        Self { shop, database }
    }

    /// All but what differs from run to run.
    fn picture(&self) -> String {
        self.database
            .picture(&[DIARY[0], DIARY[1], "system_vars", "upgrade_lock"])
    }

    /// The schemas beside the database that are there.
    fn beside(&self) -> String {
        let name = self.database.name();
        self.database.rows(&format!(
            "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '{name}\\_upgrades%' ORDER BY 1"
        ))
    }

    /// Nothing of a backup or a restore is left.
    fn must_be_tidy(&self, story: &str) {
        assert_eq!(self.beside(), "", "{story}");
        assert_eq!(self.left_over(), [""; 0], "{story}");
    }
}
