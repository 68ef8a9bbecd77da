//! A database of a test's own.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use super::client::{Client, Refusal, Rows};
use super::{Server, picture};

/// A database on a [`Server`], dropped when the value is dropped.
#[derive(Debug)]
pub struct Database<'s> {
    server: &'s Server,
    name: String,
}

impl<'s> Database<'s> {
    pub(crate) fn create(server: &'s Server, name: String) -> Self {
        // Named, since it is in every picture: the default differs from one MariaDB to the next.
        server.connect().query(&format!(
            "CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
        ));
        Self { server, name }
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address for the engine: `mysql://root@127.0.0.1:PORT/NAME`.
    pub fn url(&self) -> String {
        format!(
            "mysql://root@127.0.0.1:{}/{}",
            self.server.port(),
            self.name
        )
    }

    /// Its address through the socket: `mysql://root@localhost/NAME?socket=PATH`.
    pub fn socket_url(&self) -> String {
        let socket = self.server.socket().display();
        format!("mysql://root@localhost/{}?socket={socket}", self.name)
    }

    /// A connection to it, for what lives in a session: transactions, locks, variables.
    pub fn connect(&self) -> Client {
        Client::connect(self.server.socket(), Some(&self.name))
    }

    /// Runs statements on a connection of their own and gives the rows of all of them.
    pub fn query(&self, sql: &str) -> Rows {
        self.connect().query(sql)
    }

    /// The same, until a statement fails.
    pub fn try_query(&self, sql: &str) -> Result<Rows, Refusal> {
        self.connect().try_query(sql)
    }

    /// The rows as one line, such as `1,a; 2,NULL`.
    pub fn rows(&self, sql: &str) -> String {
        let rows = self.query(sql).into_iter().map(|row| {
            let values = row
                .into_iter()
                .map(|value| value.unwrap_or_else(|| "NULL".to_owned()));
            values.collect::<Vec<_>>().join(",")
        });
        rows.collect::<Vec<_>>().join("; ")
    }

    /// What the `mariadb` client makes of this text, with every rule of its own such as DELIMITER. It stops at the first
    /// error; rows are divided by tabs, without a head.
    pub fn client(&self, sql: &str) -> Output {
        let mut child = Command::new("mariadb")
            .args(["--no-defaults", "--batch", "--skip-column-names"])
            .args(["--default-character-set=utf8mb4", "--user=root"])
            .arg(format!("--socket={}", self.server.socket().display()))
            .arg(&self.name)
            .env_remove("MYSQL_PWD")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().expect("piped");
        let sql = sql.to_owned();
        // It may answer before it has read everything, or end without having done so.
        let writer = std::thread::spawn(move || input.write_all(sql.as_bytes()));
        let output = child.wait_with_output().unwrap();
        let _ = writer.join();
        output
    }

    /// The database as text, in an order of its own: the definition of every table, view, trigger, procedure, function and
    /// event, and every row of every table; but for the tables whose names end with one of `without`. Counters of
    /// AUTO_INCREMENT, definers and the database's own name are left out, so that equal databases have equal pictures.
    pub fn picture(&self, without: &[&str]) -> String {
        picture::picture(&self.connect(), &self.name, without)
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        // In a thread of its own, and not waited for long: the server may be dead, or held still, or a forgotten
        // connection may hold a lock; and then its folder goes with the process anyway.
        let socket = self.server.socket().to_owned();
        let name = self.name.clone();
        let (done, dropped) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            if let Ok(client) = Client::try_connect(&socket, None) {
                let _ = client.try_query(&format!(
                    "SET lock_wait_timeout = 1; DROP DATABASE IF EXISTS {name}"
                ));
            }
            let _ = done.send(());
        });
        let _ = dropped.recv_timeout(std::time::Duration::from_secs(3));
    }
}
