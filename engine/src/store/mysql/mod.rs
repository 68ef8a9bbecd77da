//! MySQL and MariaDB, by the driver mysql_async.

mod asking;
mod beat;
mod bridge;
mod claimant;
mod definition;
mod fault;
mod fitness;
mod guard;
mod lag;
mod link;
mod literal;
mod lock_table;
mod opening;
mod replicas;
mod rights;
mod sending;
mod server;
mod session;
mod structure;
mod typed;
mod unlocked;
mod url;
#[cfg(feature = "backup")]
mod whole;
mod work;

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use mysql_async::{Opts, OptsBuilder};

use self::bridge::Bridge;
use self::claimant::MysqlClaimant;
use self::link::Link;
use self::lock_table::LockTable;
use self::replicas::Replica;
use self::session::MysqlSession;
use self::unlocked::UnlockedLink;
use super::{Claimant, Fault, Session, Store, StoreError, Unlocked};
use crate::lock::{Holder, LockRecord};
use crate::sql::Dialect;

/// A database of a MySQL or MariaDB server: MySQL 8.0, MariaDB 10.6, or a newer one.
///
/// The lock is a row in a table of the database, `upgrade_lock` behind the prefix; it works on Galera clusters too.
pub struct Mysql {
    opts: Opts,
    schema: String,
    address: String,
    sql_mode: Option<String>,
    foreign_key_checks: bool,
    limits: super::Limits,
    expiry: Duration,
    patience: Duration,
    replicas: Vec<Replica>,
    max_lag: Duration,
    #[cfg(feature = "backup")]
    dump_tool: Option<std::path::PathBuf>,
    /// Of a schema aside: what no statement of a program may name.
    #[cfg(feature = "backup")]
    neighbours: Option<Arc<crate::sql::mysql::beyond::Neighbours>>,
    bridge: Arc<Bridge>,
}

/// How long a holder of the lock may be silent, unless told.
const EXPIRY: Duration = Duration::from_secs(30);
/// How long a statement waits for locks, unless told.
const LOCK_WAIT: Duration = Duration::from_secs(50);
/// How far behind a replica may be that batches wait for, unless told.
const MAX_LAG: Duration = Duration::from_secs(5);

/// The database at `url`: `mysql://user:password@host:port/database`, or `mariadb://...`, which is the same. What the
/// driver [`mysql_async`](https://docs.rs/mysql_async) knows may stand behind a `?`: `socket=/run/mysqld/mysqld.sock`,
/// `require_ssl=true`, `verify_ca=false`, ...
///
/// # Errors
/// The URL cannot be read, or names no database.
pub fn mysql(url: &str) -> Result<Mysql, StoreError> {
    let unsuitable = |reason: String| StoreError::new(Fault::Unsuitable, reason);
    let opts = url::read(url)
        .map_err(|reason| unsuitable(format!("the database's URL cannot be used: {reason}")))?;
    let Some(schema) = opts.db_name().filter(|name| !name.is_empty()) else {
        return Err(unsuitable(
            "the database's URL names no database; it reads mysql://user:password@host:port/database"
                .to_owned(),
        ));
    };
    let schema = schema.to_owned();
    let address = url::database(&opts, &schema);
    let bridge = Bridge::new().map_err(|error| {
        unsuitable("the driver's runtime cannot be started".to_owned()).because(error)
    })?;
    Ok(Mysql {
        opts,
        schema,
        address,
        sql_mode: None,
        foreign_key_checks: true,
        limits: super::Limits {
            statement: None,
            lock: Some(LOCK_WAIT),
        },
        expiry: EXPIRY,
        patience: Duration::ZERO,
        replicas: Vec::new(),
        max_lag: MAX_LAG,
        #[cfg(feature = "backup")]
        dump_tool: None,
        #[cfg(feature = "backup")]
        neighbours: None,
        bridge: Arc::new(bridge),
    })
}

impl Mysql {
    /// The SQL_MODE of every script's session; the server's own unless told. Scripts of old projects may need `""`.
    pub fn sql_mode(mut self, sql_mode: impl Into<String>) -> Self {
        self.sql_mode = Some(sql_mode.into());
        self
    }

    /// Whether foreign keys are checked while scripts run; they are unless told.
    pub fn foreign_key_checks(mut self, on: bool) -> Self {
        self.foreign_key_checks = on;
        self
    }

    /// How long a statement waits for a lock on rows or tables that somebody else holds; 50 seconds unless told. A
    /// script may say it for itself: `-- upgrade: lock_timeout = 5s`.
    pub fn lock_wait_timeout(mut self, longest: Duration) -> Self {
        self.limits.lock = Some(longest);
        self
    }

    /// How long a statement may take; as long as it needs unless told. MariaDB only. A script may say it for itself:
    /// `-- upgrade: timeout = 10m`.
    pub fn statement_timeout(mut self, longest: Duration) -> Self {
        self.limits.statement = Some(longest);
        self
    }

    /// How long a process that holds the upgrade's lock may give no sign of life before another takes its place; 30
    /// seconds unless told, and half a second at least. One whose connections are gone is replaced sooner.
    pub fn lock_expiry(mut self, expiry: Duration) -> Self {
        self.expiry = expiry.max(Duration::from_millis(500));
        self
    }

    /// How long to wait for a server that is still starting; not at all unless told.
    pub fn wait_for_server(mut self, longest: Duration) -> Self {
        self.patience = longest;
        self
    }

    /// A replica that [batches](crate::Batch) wait for, as in `mysql://user:password@host:port`: before each chunk it must
    /// not be further behind than [`max_lag`](Self::max_lag), by what it says itself (`Seconds_Behind_Master` of `SHOW
    /// REPLICA STATUS`); it is asked once a second. While it does not replicate or cannot be asked, batches wait too. Its
    /// user needs the right REPLICA MONITOR, on MySQL REPLICATION CLIENT.
    ///
    /// # Errors
    /// The URL cannot be read.
    pub fn replica(mut self, url: &str) -> Result<Self, StoreError> {
        self.replicas.push(Replica::at(url)?);
        Ok(self)
    }

    /// How far behind a [replica](Self::replica) may be, in whole seconds, as it counts them; 5 seconds unless told. A
    /// batch may say it for itself.
    pub fn max_lag(mut self, longest: Duration) -> Self {
        self.max_lag = longest;
        self
    }

    /// The program that dumps the database for a backup; unless told, `mariadb-dump` or `mysqldump` as the server is, from
    /// PATH or where such programs usually are.
    #[cfg(feature = "backup")]
    pub fn dump_tool(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.dump_tool = Some(path.into());
        self
    }

    /// The options of a connection. What the driver would ask the server for at every start is said here.
    fn options(&self) -> OptsBuilder {
        const LARGEST_PACKET: usize = 1024 * 1024 * 1024;
        const DAY: usize = 24 * 60 * 60;
        /// After so long a silence the system asks whether the other end is there.
        const KEEPALIVE: Duration = Duration::from_secs(15);
        OptsBuilder::from_opts(self.opts.clone())
            .prefer_socket(false)
            .max_allowed_packet(Some(LARGEST_PACKET))
            .wait_timeout(Some(DAY))
            // A machine that has vanished says nothing.
            .tcp_keepalive(Some(KEEPALIVE))
            .stmt_cache_size(0)
    }

    /// The options of a connection that each statement is committed on by itself, whatever the server's default is.
    fn committing(&self) -> OptsBuilder {
        self.options()
            .setup(vec!["SET SESSION autocommit = 1".to_owned()])
    }

    /// Connects, and waits for a server that is still starting.
    fn connect(&self, bridge: &Arc<Bridge>, opts: impl Into<Opts>) -> Result<Link, StoreError> {
        const PAUSE: Duration = Duration::from_millis(200);
        let (opts, began) = (opts.into(), Instant::now());
        loop {
            let error = match Link::connect(bridge.clone(), &opts) {
                Ok(link) => return Ok(link),
                Err(error) => error,
            };
            let starting = match error.fault() {
                Fault::CannotOpen => error.number().is_none(),
                Fault::Busy | Fault::Lost => true,
                _ => false,
            };
            if !starting || began.elapsed() + PAUSE > self.patience {
                return Err(self.named(error));
            }
            thread::sleep(PAUSE);
        }
    }

    /// The error of a connection, with what the operator knows the database by.
    fn named(&self, error: StoreError) -> StoreError {
        const UNKNOWN_DATABASE: u16 = 1049;
        const NO_RIGHTS_IN_IT: u16 = 1044;
        let remedy = match error.number() {
            Some(UNKNOWN_DATABASE) => format!(
                "; create it: CREATE DATABASE {} CHARACTER SET utf8mb4",
                literal::quoted(&self.schema)
            ),
            Some(NO_RIGHTS_IN_IT) => {
                "; there is no such database, or the user has no rights in it".to_owned()
            }
            _ => String::new(),
        };
        let message = format!("{} cannot be opened{remedy}", self.address);
        StoreError::new(error.fault(), message).because(error)
    }

    /// Whether it is a schema aside, in which one process works after the other and nobody else.
    fn is_aside(&self) -> bool {
        #[cfg(feature = "backup")]
        let aside = self.neighbours.is_some();
        #[cfg(not(feature = "backup"))]
        let aside = false;
        aside
    }

    fn lock_table(&self, prefix: &str) -> LockTable {
        LockTable::new(&self.schema, prefix)
    }
}

impl fmt::Debug for Mysql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mysql")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Store for Mysql {
    fn dialect(&self) -> Dialect {
        Dialect::Mysql
    }

    fn schema(&self) -> Option<String> {
        Some(self.schema.clone())
    }

    fn sql_mode(&self) -> String {
        self.sql_mode.clone().unwrap_or_default()
    }

    fn address(&self) -> String {
        self.address.clone()
    }

    fn read(&self) -> Result<Option<Box<dyn Session + '_>>, StoreError> {
        let link = self.connect(&self.bridge, self.options())?;
        Ok(Some(Box::new(MysqlSession::reading(self, link))))
    }

    fn claimant<'a>(
        &'a self,
        me: &Holder,
        prefix: &str,
    ) -> Result<Box<dyn Claimant<'a> + 'a>, StoreError> {
        let table = self.lock_table(prefix);
        Ok(Box::new(MysqlClaimant::new(self, me.clone(), table)?))
    }

    fn holder(&self, prefix: &str) -> Result<Option<LockRecord>, StoreError> {
        let mut link = self.connect(&self.bridge, self.options())?;
        let row = self.lock_table(prefix).read(&mut link)?;
        Ok(row.filter(|row| row.is_alive()).and_then(|row| {
            let record = row.record();
            record.holder.is_some().then_some(record)
        }))
    }

    fn apart(&self) -> Option<Box<dyn Store>> {
        let bridge = Bridge::new().map_err(|error| {
            log::warn!("a second runtime of the driver cannot be started: {error}");
        });
        Some(Box::new(Self {
            opts: self.opts.clone(),
            schema: self.schema.clone(),
            address: self.address.clone(),
            sql_mode: self.sql_mode.clone(),
            replicas: Vec::new(),
            #[cfg(feature = "backup")]
            dump_tool: None,
            #[cfg(feature = "backup")]
            neighbours: None,
            bridge: Arc::new(bridge.ok()?),
            ..*self
        }))
    }

    fn can_be_apart(&self) -> bool {
        true
    }

    fn unlocked(&self, patience: Duration) -> Result<Option<Box<dyn Unlocked + '_>>, StoreError> {
        Ok(Some(Box::new(UnlockedLink::open(self, patience)?)))
    }

    fn doubt(&self) -> Option<String> {
        None
    }

    #[cfg(feature = "backup")]
    fn whole(&self) -> Option<&dyn super::Whole> {
        Some(self)
    }
}
