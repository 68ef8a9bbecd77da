//! The two ways of a script into a database.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder};
use regex::Regex;
use tokio::runtime::Runtime;
use upgrades::Dialect;

use crate::picture::picture;
use crate::server::Server;

/// Where a script stopped: the server's error number, and the statement without white space and comments, which the
/// client leaves out.
#[derive(Debug, PartialEq, Eq, Clone)]
pub(crate) struct Stop {
    code: u16,
    statement: String,
}

impl Stop {
    fn new(code: u16, statement: &str) -> Self {
        let layout = Regex::new(r"(?ms)/\*[^!M].*?\*/|-- [^\n]*|--$|#[^\n]*|\s").unwrap();
        Self {
            code,
            statement: layout.replace_all(statement, "").into_owned(),
        }
    }
}

/// What a script left behind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) stop: Option<Stop>,
    pub(crate) picture: String,
}

pub(crate) struct Ways {
    server: Server,
    runtime: Runtime,
}

impl Ways {
    pub(crate) fn new() -> Option<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        Server::start().map(|server| Self { server, runtime })
    }

    /// The script as the client runs it.
    pub(crate) fn by_client(&self, script: &str) -> Outcome {
        self.empty();
        let said = self.server.client_in("tested", script);
        // The statement stands between two lines of dashes, the error behind them.
        let stop = said.find("ERROR ").map(|at| {
            let digits = said[at + 6..].split(' ').next().unwrap();
            let code = digits.parse().unwrap_or_else(|_| panic!("{said}"));
            Stop::new(code, said[..at].trim_matches(['-', '\n']))
        });
        self.outcome(stop)
    }

    /// The statements as the splitter cuts them, one by one.
    pub(crate) fn by_splitter(&self, script: &str) -> Outcome {
        self.empty();
        let statements = upgrades::testing::split(script.as_bytes(), Dialect::Mysql, self.mode())
            .unwrap_or_else(|error| panic!("{script}\n{error}"));
        let stop = self.runtime.block_on(async {
            let mut conn = self.connect(Some("tested")).await;
            for (statement, _) in statements {
                if let Err(mysql_async::Error::Server(error)) = conn.query_drop(&statement).await {
                    return Some(Stop::new(error.code, &statement));
                }
            }
            conn.disconnect().await.unwrap();
            None
        });
        self.outcome(stop)
    }

    /// Both ways give the same.
    pub(crate) fn compare(&self, script: &str) {
        self.compare_two(script, script);
    }

    /// The client needs a script of its own.
    pub(crate) fn compare_two(&self, script: &str, for_client: &str) {
        let (ours, theirs) = (self.by_splitter(script), self.by_client(for_client));
        assert_eq!(ours, theirs, "{script}");
    }

    fn mode(&self) -> &'static str {
        "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION"
    }

    fn empty(&self) {
        self.runtime.block_on(async {
            let mut conn = self.connect(None).await;
            conn.query_drop(
                "DROP DATABASE IF EXISTS tested; DROP DATABASE IF EXISTS tested2; \
                 CREATE DATABASE tested; CREATE DATABASE tested2",
            )
            .await
            .unwrap();
            conn.disconnect().await.unwrap();
        });
    }

    fn outcome(&self, stop: Option<Stop>) -> Outcome {
        let picture = self.runtime.block_on(async {
            let mut conn = self.connect(Some("tested")).await;
            let mut found = picture(&mut conn).await;
            conn.query_drop("USE tested2").await.unwrap();
            found.push_str(&picture(&mut conn).await);
            conn.disconnect().await.unwrap();
            found
        });
        Outcome { stop, picture }
    }

    async fn connect(&self, database: Option<&str>) -> Conn {
        let options = OptsBuilder::default()
            .ip_or_hostname("127.0.0.1")
            .tcp_port(self.server.port)
            .user(Some("root"))
            .prefer_socket(Some(false))
            .db_name(database);
        Conn::new(options).await.unwrap()
    }
}
