//! The two ways of a script into a database.

use regex::Regex;
use upgrades::Dialect;
use upgrades_tests::mariadb::{Database, Server};

/// Where a script stopped: the server's error number, and the statement without white space and comments, which the
/// client leaves out.
#[derive(Debug, PartialEq, Eq)]
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
    /// Of the database that it began in, and of the other.
    pictures: [String; 2],
}

/// Databases of a script's own: it calls them DB_TESTED and DB_OTHER.
struct Pair([Database<'static>; 2]);

impl Pair {
    fn new() -> Self {
        let server = Server::shared();
        Self([server.database(), server.database()])
    }

    fn script(&self, text: &str) -> String {
        let [tested, other] = &self.0;
        text.replace("DB_TESTED", tested.name())
            .replace("DB_OTHER", other.name())
    }

    fn outcome(&self, stop: Option<Stop>) -> Outcome {
        Outcome {
            stop,
            pictures: self.0.each_ref().map(|database| database.picture(&[])),
        }
    }
}

/// The script as the client runs it.
pub(crate) fn by_client(script: &str) -> Outcome {
    let pair = Pair::new();
    let output = pair.0[0].client(&pair.script(script));
    let said = String::from_utf8(output.stderr).unwrap();
    // The statement stands between two lines of dashes, the error behind them.
    let stop = said.find("ERROR ").map(|at| {
        let digits = said[at + 6..].split(' ').next().unwrap();
        let code = digits.parse().unwrap_or_else(|_| panic!("{said}"));
        Stop::new(code, said[..at].trim_matches(['-', '\n']))
    });
    pair.outcome(stop)
}

/// The statements as the splitter cuts them, one by one.
pub(crate) fn by_splitter(script: &str) -> Outcome {
    let pair = Pair::new();
    let script = pair.script(script);
    let statements = upgrades::testing::split(script.as_bytes(), Dialect::Mysql, "")
        .unwrap_or_else(|error| panic!("{script}\n{error}"));
    let client = pair.0[0].connect();
    let stop = statements.iter().find_map(|(statement, _)| {
        let refusal = client.try_query(statement).err()?;
        Some(Stop::new(
            refusal.code.expect("the server answers"),
            statement,
        ))
    });
    // Its transaction, if it left one open, is gone before anybody looks.
    drop(client);
    pair.outcome(stop)
}

/// Both ways give the same.
pub(crate) fn compare(script: &str) {
    compare_two(script, script);
}

/// They give the same where the client needs a script of its own.
pub(crate) fn compare_two(script: &str, for_client: &str) {
    assert_eq!(by_splitter(script), by_client(for_client), "{script}");
}
