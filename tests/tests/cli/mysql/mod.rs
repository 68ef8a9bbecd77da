//! The command on a real MariaDB: what it answers, with the rights that the README grants and no others.

mod commands;
mod connection;
mod failing;
mod secrets;
mod support_bundle;
mod two_programs;
mod working;

use std::process::{Child, Stdio};

use upgrades_tests::child::until;
use upgrades_tests::mariadb::{Database, Server};
use upgrades_tests::{Sandbox, project};

use crate::transcript::{SHOP, shell, shop};

/// The password of every user that the tests make.
const PASSWORD: &str = "sEcret7";

/// An application, and its database.
pub(crate) struct Installation {
    sandbox: Sandbox,
    database: Database<'static>,
}

impl Installation {
    /// The application in this folder, on an empty database; its configuration is moved there.
    pub(crate) fn of(sandbox: Sandbox) -> Self {
        let database = Server::shared().database();
        let name = database.name();
        let statements = readme_setup()
            .replace("shop@localhost", "shop@'127.0.0.1'")
            .replace("'...'", &format!("'{PASSWORD}'"))
            .replace("shop", name);
        let (create, rest) = statements.split_once(';').unwrap();
        assert!(create.starts_with("CREATE DATABASE"), "{create}");
        database.query(rest);
        let installation = Self { sandbox, database };
        let config = installation.sandbox.read("upgrades.toml");
        let line = config.lines().find(|line| line.starts_with("database ="));
        let url = format!("database = {:?}", installation.url(PASSWORD));
        let config = config.replace(line.unwrap(), &url);
        installation.sandbox.write("upgrades.toml", config);
        installation
    }

    /// The small shop of the other tests.
    fn shop() -> Self {
        Self::of(shop_for_servers())
    }

    /// A shop with one script.
    fn with_script(text: &str) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("upgrades.toml", SHOP);
        sandbox.write("core/1.0.0_products.sql", text);
        std::fs::create_dir(sandbox.path("custom")).unwrap();
        Self::of(sandbox)
    }

    /// The address of its database, with a password.
    fn url(&self, password: &str) -> String {
        let name = self.database.name();
        let port = Server::shared().port();
        format!("mysql://{name}:{password}@127.0.0.1:{port}/{name}")
    }

    /// The application's folder.
    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// The tables of its database, each with each of its columns.
    pub(crate) fn columns(&self) -> Vec<(String, String)> {
        let name = self.database.name();
        let rows = self.database.rows(&format!(
            "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '{name}'"
        ));
        let pairs = rows.split("; ").map(|row| row.split_once(',').unwrap());
        pairs
            .map(|(table, column)| (table.to_owned(), column.to_owned()))
            .collect()
    }

    /// What a line typed into a shell shows, where the database is called `shop`.
    pub(crate) fn answer_as_shop(&self, line: &str) -> String {
        let answer = self.sandbox.answer(&mut shell(&self.sandbox, line));
        answer.stdout.replace(self.database.name(), "shop")
    }

    /// Lets its user make schemas beside the real one, as docs/aside-mysql.md grants it.
    pub(crate) fn may_work_aside(&self) {
        let name = self.database.name();
        let pattern = name.replace('_', "\\_") + "\\_upgrades\\_%";
        self.database.query(&format!(
            "GRANT ALL ON `{pattern}`.* TO {name}@'127.0.0.1'; GRANT EVENT ON {name}.* TO {name}@'127.0.0.1'"
        ));
    }

    /// Starts a run, and waits until the server is at a statement that begins so.
    fn started(&self, statement: &str) -> Child {
        let mut child = shell(&self.sandbox, "exec upgrades run")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let name = self.database.name();
        let select = format!(
            "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = '{name}' AND INFO LIKE '{statement}%'"
        );
        until(statement, || {
            assert_eq!(child.try_wait().unwrap(), None, "ended too early");
            (self.database.rows(&select) != "0").then_some(())
        });
        child
    }

    /// Waits until `status` tells that this statement is at work: the heartbeat tells it.
    fn told(&self, place: &str) {
        until(place, || {
            let status = self.sandbox.upgrades(["status"]).stdout;
            status.contains(place).then_some(())
        });
    }
}

/// The small shop of the other tests, where no server has to think of an id.
pub(crate) fn shop_for_servers() -> Sandbox {
    let sandbox = shop();
    let file = "core/1.1.0-prices.sql";
    let text = sandbox.read(file);
    let told = text.replace("(name, cents) VALUES (", "(id, name, cents) VALUES (1, ");
    assert_ne!(text, told);
    sandbox.write(file, told);
    sandbox
}

/// The statements that the README has an administrator type.
fn readme_setup() -> String {
    let readme = std::fs::read_to_string(project().join("README.md")).unwrap();
    let block = readme.split_once("\n```sql\n").unwrap().1;
    block.split_once("```\n").unwrap().0.to_owned()
}
