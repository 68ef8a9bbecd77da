//! A database of a test's own.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use super::client::{Client, Refusal, Rows};
use super::{Flavour, Server, picture};

/// A database on a [`Server`], dropped when the value is dropped.
#[derive(Debug)]
pub struct Database<'s> {
    server: &'s Server,
    name: String,
}

impl<'s> Database<'s> {
    pub(crate) fn create(server: &'s Server, name: String) -> Self {
        server.connect().query(&creation(&name));
        Self { server, name }
    }

    /// Makes it empty.
    pub fn clear(&self) {
        let name = &self.name;
        let connection = self.server.connect();
        connection.query(&format!("DROP DATABASE {name}; {}", creation(name)));
    }

    /// Counts the ids anew that the server has counted, and what refers to them, so that there are no gaps: those that
    /// were given in a transaction that was rolled back are never given again.
    pub fn close_gaps(&self) {
        let connection = self.connect();
        connection.query("SET SESSION foreign_key_checks = 0");
        let counted = self.query(
            "SELECT table_name, column_name FROM information_schema.columns
              WHERE table_schema = DATABASE() AND extra LIKE '%auto_increment%'",
        );
        for row in counted {
            let [Some(table), Some(column)] = &row[..] else {
                unreachable!("they are not NULL");
            };
            let mut places = vec![(table.clone(), column.clone())];
            places.extend(self.references(table, column));
            let ids = format!("SELECT `{column}` FROM `{table}` ORDER BY `{column}`");
            let ids = connection.query(&ids).into_iter().flatten().flatten();
            // None of the later ones is as small as the new number of one before it.
            for (id, number) in ids.zip(1..) {
                if id == format!("{number}") {
                    continue;
                }
                for (table, column) in &places {
                    connection.query(&format!(
                        "UPDATE `{table}` SET `{column}` = {number} WHERE `{column}` = {id}"
                    ));
                }
            }
        }
    }

    /// Tables and columns that refer to a column.
    fn references(&self, table: &str, column: &str) -> Vec<(String, String)> {
        let rows = self.query(&format!(
            "SELECT table_name, column_name FROM information_schema.key_column_usage
              WHERE table_schema = DATABASE() AND referenced_table_schema = DATABASE()
                AND referenced_table_name = '{table}' AND referenced_column_name = '{column}'"
        ));
        let pairs = rows.into_iter().map(|row| {
            let [table, column] = row.try_into().expect("two columns");
            (table.expect("a table"), column.expect("a column"))
        });
        pairs.collect()
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

    /// What the server's own client makes of this text, with every rule of its own such as DELIMITER. It stops at the first
    /// error; rows are divided by tabs, without a head.
    pub fn client(&self, sql: &str) -> Output {
        let flavour = Flavour::of_tests();
        let mut child = Command::new(flavour.client())
            .args(["--no-defaults", "--batch", "--skip-column-names"])
            .args(flavour.client_arguments())
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

    /// The same for a text that need not be UTF-8, with its comments, which must succeed.
    pub fn client_bytes(&self, sql: &[u8]) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(sql).unwrap();
        std::io::Seek::rewind(&mut file).unwrap();
        let flavour = Flavour::of_tests();
        let output = Command::new(flavour.client())
            .args(["--no-defaults", "--batch", "--comments"])
            .args(flavour.client_arguments())
            .args(["--default-character-set=utf8mb4", "--user=root"])
            .arg(format!("--socket={}", self.server.socket().display()))
            .arg(&self.name)
            .env_remove("MYSQL_PWD")
            .stdin(file)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
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

/// Named, since it is in every picture: the default differs from one server to the next.
fn creation(name: &str) -> String {
    format!("CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
}
