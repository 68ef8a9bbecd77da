//! [`Flavour`]: whose server the tests use, and what differs between the two programs.

use std::path::Path;
use std::sync::OnceLock;

/// Whose server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// MariaDB.
    MariaDb,
    /// MySQL's own, which `tests/mysql-server` fetches.
    Mysql,
}

impl Flavour {
    /// That of all servers of this process: MariaDB, unless the environment's `UPGRADES_TEST_SERVER` says `mysql`, as it
    /// does for what `tests/mysql-server COMMAND` runs.
    pub fn of_tests() -> Self {
        static OURS: OnceLock<Flavour> = OnceLock::new();
        *OURS.get_or_init(|| match std::env::var("UPGRADES_TEST_SERVER").as_deref() {
            Err(_) | Ok("mariadb") => Self::MariaDb,
            Ok("mysql") => Self::Mysql,
            Ok(other) => panic!("UPGRADES_TEST_SERVER is {other:?}; there are mariadb and mysql"),
        })
    }

    /// Whether the tests use another one. A test that needs this one begins with
    /// `if Flavour::MariaDb.is_absent() { return; }`, and a comment that says why.
    #[must_use]
    #[expect(
        clippy::print_stderr,
        reason = "the test harness shows it to who asks for it"
    )]
    pub fn is_absent(self) -> bool {
        let absent = self != Self::of_tests();
        if absent {
            eprintln!("left out: this test is for {self:?}");
        }
        absent
    }

    /// What is to be expected of the tests' servers, where it differs.
    pub fn choose<T>(mariadb: T, mysql: T) -> T {
        match Self::of_tests() {
            Self::MariaDb => mariadb,
            Self::Mysql => mysql,
        }
    }

    /// The client's command.
    pub fn client(self) -> &'static str {
        match self {
            Self::MariaDb => "mariadb",
            Self::Mysql => "mysql",
        }
    }

    /// What the client is told, so that it knows every word of its own, such as DELIMITER and `\G`.
    pub(crate) fn client_arguments(self) -> &'static [&'static str] {
        match self {
            Self::MariaDb => &[],
            Self::Mysql => &["--commands"],
        }
    }

    /// The command that dumps a database.
    pub fn dump(self) -> &'static str {
        match self {
            Self::MariaDb => "mariadb-dump",
            Self::Mysql => "mysqldump",
        }
    }

    /// The server's program.
    pub(crate) fn program(self) -> &'static str {
        // Debian keeps it where only root looks for commands.
        let debian = "/usr/sbin/mariadbd";
        match self {
            Self::MariaDb if Path::new(debian).exists() => debian,
            Self::MariaDb => "mariadbd",
            Self::Mysql => "mysqld",
        }
    }

    /// What every server is told beside where it is.
    pub(crate) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::MariaDb => &[
                "--innodb-log-file-size=4M",
                // For tests that count rows up WITH RECURSIVE.
                "--max-recursive-iterations=2000000",
            ],
            Self::Mysql => &[
                "--innodb-redo-log-capacity=8M",
                "--cte-max-recursion-depth=2000000",
                "--mysqlx=OFF",
                // As MariaDB has it.
                "--event-scheduler=OFF",
                // As MariaDB has it; its own is a folder of the machine, which has to be there.
                "--secure-file-priv=",
            ],
        }
    }

    /// What makes a server fast that has nothing to lose.
    pub(crate) fn fast(self) -> &'static [&'static str] {
        match self {
            Self::MariaDb => &[
                "--innodb-flush-log-at-trx-commit=0",
                "--innodb-flush-method=nosync",
                "--skip-innodb-doublewrite",
                "--sync-frm=OFF",
            ],
            Self::Mysql => &[
                "--innodb-flush-log-at-trx-commit=0",
                "--innodb-flush-method=nosync",
                "--skip-innodb-doublewrite",
            ],
        }
    }
}
