//! [`Server`]: what a server is, and whether it can be upgraded on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::{Fault, StoreError, Value};
use super::link::Link;
use super::lock_table::Connection;

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) kind: Kind,
    version: (u32, u32, u32),
    /// Which server it is among those that a client may reach, and since when it runs.
    pub(super) identity: Identity,
    read_only: bool,
    /// It is a node of a Galera cluster.
    pub(super) cluster: bool,
    /// The user that it knows us as.
    pub(super) user: String,
    /// Whether the number of the connection is the server's own, and not that of a proxy in between.
    pub(super) direct: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Mysql,
    MariaDb,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::MariaDb => "MariaDB",
            Self::Mysql => "MySQL",
        }
    }
}

/// One life of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    pub(super) name: String,
    /// In seconds since 1970, by the server's clock; two readings differ by a second at most.
    pub(super) started: i64,
}

impl Identity {
    /// Whether both are the same life of the same server.
    pub(super) fn is_same_life(&self, other: &Self) -> bool {
        self.name == other.name && (self.started - other.started).abs() <= 2
    }
}

const VARIABLES: &str = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'version_comment', 'hostname', \
     'port', 'server_id', 'server_uuid', 'read_only', 'super_read_only', 'innodb_read_only', 'wsrep_on')";

/// Every kind of statement waits ([manual](https://mariadb.com/kb/en/galera-cluster-system-variables/#wsrep_sync_wait)).
const KEEP_UP: &str = "SET SESSION wsrep_sync_wait = 15";

/// As [`Server::keep_up`], for a server that has not been asked what it is.
///
/// # Errors
/// The server is lost.
pub(super) fn keep_up(link: &mut Link) -> Result<(), StoreError> {
    match link.run(KEEP_UP) {
        // It does not know the setting, so it is no node of a cluster.
        Err(error) if error.fault() == Fault::Refused => Ok(()),
        outcome => outcome.map(drop),
    }
}

impl Server {
    /// Asks the server at the other end of a connection.
    ///
    /// # Errors
    /// It cannot be asked.
    pub(super) fn ask(link: &mut Link) -> Result<Self, StoreError> {
        let pairs = |rows: Vec<Vec<Value>>| -> BTreeMap<String, String> {
            let pair = |row: Vec<Value>| {
                let mut columns = row.into_iter().map(Value::into_text);
                Some((
                    columns.next()??.to_ascii_lowercase(),
                    columns.next()?.unwrap_or_default(),
                ))
            };
            rows.into_iter().filter_map(pair).collect()
        };
        let variables = pairs(link.query(VARIABLES)?);
        let status = pairs(link.query("SHOW GLOBAL STATUS WHERE Variable_name = 'Uptime'")?);
        let mine = link.query("SELECT CURRENT_USER(), CONNECTION_ID(), UNIX_TIMESTAMP()")?;
        let mut mine = mine.into_iter().flatten();
        let mut next = || mine.next().unwrap_or(Value::Null);
        let (user, connection, now) = (next().into_text(), next(), next());
        let uptime = status
            .get("uptime")
            .and_then(|text| text.parse::<i64>().ok());

        let value = |name: &str| variables.get(name).map(String::as_str).unwrap_or_default();
        let is_on = |name: &str| matches!(value(name), "ON" | "1" | "on");
        let version = value("version");
        let is_maria = [version, value("version_comment")]
            .iter()
            .any(|text| text.to_ascii_lowercase().contains("mariadb"));
        Ok(Self {
            kind: if is_maria { Kind::MariaDb } else { Kind::Mysql },
            version: numbers(version),
            identity: Identity {
                name: ["hostname", "port", "server_id", "server_uuid"]
                    .map(value)
                    .join("/"),
                started: now.as_integer().unwrap_or_default() - uptime.unwrap_or_default(),
            },
            read_only: is_on("read_only") || is_on("super_read_only") || is_on("innodb_read_only"),
            cluster: is_on("wsrep_on"),
            user: user.unwrap_or_default(),
            direct: connection.as_integer() == i64::try_from(link.id()).ok(),
        })
    }

    /// The release that it is of.
    #[cfg(feature = "backup")]
    pub(super) fn release(&self) -> (u32, u32) {
        (self.version.0, self.version.1)
    }

    /// Its name and version.
    #[cfg(feature = "backup")]
    pub(super) fn told(&self) -> String {
        let (major, minor, patch) = self.version;
        format!("{} {major}.{minor}.{patch}", self.kind.name())
    }

    /// A connection to it, as the lock's table notes it.
    pub(super) fn connection(&self, id: u64) -> Connection {
        Connection {
            id,
            server: self.identity.clone(),
            user: self.user.clone(),
            direct: self.direct,
        }
    }

    /// The server at the other end of a connection, which an upgrade can run on; a node of a cluster answers from now
    /// on as the whole cluster would.
    ///
    /// # Errors
    /// It cannot be asked, is too old, or must not be written.
    pub(super) fn to_upgrade_on(link: &mut Link) -> Result<Self, StoreError> {
        let server = Self::ask(link)?;
        server.must_suit()?;
        server.keep_up(link)?;
        Ok(server)
    }

    /// Has a node of a cluster answer on this connection only when it knows what the others had committed by then.
    ///
    /// # Errors
    /// The server is lost.
    pub(super) fn keep_up(&self, link: &mut Link) -> Result<(), StoreError> {
        match self.cluster {
            true => link.run(KEEP_UP).map(drop),
            false => Ok(()),
        }
    }

    fn must_suit(&self) -> Result<(), StoreError> {
        let name = self.kind.name();
        let oldest = match self.kind {
            Kind::MariaDb => (10, 6, 0),
            Kind::Mysql => (8, 0, 0),
        };
        let (major, minor, patch) = self.version;
        if self.version < oldest {
            return Err(StoreError::new(
                Fault::Unsuitable,
                format!(
                    "the server is {name} {major}.{minor}.{patch}; {name} {}.{} is the oldest whose definition \
                     statements can be told done or not done after a crash",
                    oldest.0, oldest.1
                ),
            ));
        }
        if self.read_only {
            return Err(StoreError::new(
                Fault::ReadOnly,
                "the server is read-only, as replicas are; connect to the primary",
            ));
        }
        Ok(())
    }
}

/// The numbers that a version such as `10.11.19-MariaDB-0+deb12u1` begins with.
fn numbers(version: &str) -> (u32, u32, u32) {
    // Replication-aware proxies show MariaDB as 5.5.5-10.11.19-MariaDB.
    let version = version.strip_prefix("5.5.5-").unwrap_or(version);
    let mut numbers = version
        .split(|c: char| !c.is_ascii_digit())
        .map_while(|part| part.parse().ok());
    let mut next = || numbers.next().unwrap_or(0);
    (next(), next(), next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions() {
        let rows = [
            ("10.11.19-MariaDB-0+deb12u1", (10, 11, 19)),
            ("5.5.5-10.6.1-MariaDB", (10, 6, 1)),
            ("8.4.3", (8, 4, 3)),
            ("8.0", (8, 0, 0)),
            ("x", (0, 0, 0)),
        ];
        for (text, expected) in rows {
            assert_eq!(numbers(text), expected, "{text}");
        }
    }
}
