//! Taking the lock: from nobody, or from a holder that is dead.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mysql_async::Opts;

use super::super::{Claim, Claimant, Fault, Lock, Session, StoreError};
use super::Mysql;
use super::beat::{self, Beat};
use super::bridge::Bridge;
use super::guard::Guard;
use super::link::Link;
use super::lock_table::{Connection, LockRow, LockTable};
use super::server::Server;
use super::session::MysqlSession;
use crate::lock::{Holder, LockRecord, Place};

/// Somebody who wants the lock.
pub(super) struct MysqlClaimant<'a> {
    store: &'a Mysql,
    me: Holder,
    table: LockTable,
    bridge: Arc<Bridge>,
    opts: Opts,
    /// Becomes the connection of the heartbeat.
    link: Option<Link>,
    server: Server,
    watch: Watch,
}

/// A holder that is watched for a sign of life.
#[derive(Debug, Default)]
struct Watch {
    /// Token, commits and heartbeats, as last read.
    seen: Option<(i64, i64, i64)>,
    last_look: Option<Instant>,
    /// For how long they have not changed. Time in which nothing was read does not count.
    unchanged: Duration,
    /// For how long its connections have been gone from the server.
    gone: Duration,
}

/// What a look at a holder may add to the time that it has been silent, at most: this process may have slept itself.
const LONGEST_LOOK: Duration = Duration::from_millis(500);

impl Watch {
    /// Takes a look at the holder; `gone`: its connections are not there.
    fn look(&mut self, row: &LockRow, gone: bool) {
        let seen = (row.token, row.writes, row.beats);
        let since = self
            .last_look
            .map_or(Duration::ZERO, |last| last.elapsed().min(LONGEST_LOOK));
        self.last_look = Some(Instant::now());
        if self.seen != Some(seen) {
            self.seen = Some(seen);
            self.unchanged = Duration::ZERO;
            self.gone = Duration::ZERO;
            return;
        }
        self.unchanged += since;
        match gone {
            true => self.gone += since,
            false => self.gone = Duration::ZERO,
        }
    }

    /// Whether a holder that may be silent for `expiry` is dead. One that lives connects again with its next heartbeat.
    fn is_dead(&self, expiry: Duration) -> bool {
        self.unchanged > expiry || self.gone > 2 * beat::pause(expiry)
    }
}

impl<'a> MysqlClaimant<'a> {
    /// Connects, and makes the lock's table where it is missing.
    pub(super) fn new(store: &'a Mysql, me: Holder, table: LockTable) -> Result<Self, StoreError> {
        let bridge = Arc::new(Bridge::new().map_err(|error| {
            StoreError::new(Fault::Io, "the driver's runtime cannot be started").because(error)
        })?);
        let opts = Opts::from(store.committing());
        let (link, server) = connect(store, &bridge, &opts)?;
        let mut claimant = Self {
            store,
            me,
            table,
            bridge,
            opts,
            link: Some(link),
            server,
            watch: Watch::default(),
        };
        let (table, link) = (claimant.table.clone(), claimant.link()?);
        if table.read(link)?.is_none() {
            table.create(link)?;
        }
        Ok(claimant)
    }

    fn link(&mut self) -> Result<&mut Link, StoreError> {
        if self.link.as_ref().is_none_or(Link::is_lost) {
            let (link, server) = connect(self.store, &self.bridge, &self.opts)?;
            self.server = server;
            self.watch = Watch::default();
            self.link = Some(link);
        }
        self.link
            .as_mut()
            .ok_or_else(|| StoreError::new(Fault::Lost, "the connection to the server was lost"))
    }

    /// Whether the holder's connections are gone from this server, as far as that can be seen from here.
    fn is_gone(&mut self, row: &LockRow) -> Result<bool, StoreError> {
        let visible = |connection: &Connection| {
            connection.direct
                && self.server.direct
                && connection.user == self.server.user
                && connection.server.is_same_life(&self.server.identity)
        };
        let Some(beat) = row.beat.as_ref().filter(|beat| visible(beat)) else {
            return Ok(false);
        };
        let work = row.work.as_ref().filter(|work| visible(work));
        if row.work.is_some() != work.is_some() {
            return Ok(false);
        }
        let ids: Vec<String> = std::iter::once(beat)
            .chain(work)
            .map(|connection| connection.id.to_string())
            .collect();
        let select = format!(
            "SELECT ID FROM information_schema.PROCESSLIST WHERE ID IN ({})",
            ids.join(", ")
        );
        let mut there = self.link()?.query(&select)?.into_iter().flatten();
        // A connection to work on stays as long as the server works for it.
        Ok(!there.any(|id| id.as_integer() == i64::try_from(beat.id).ok()))
    }

    fn take(&mut self, row: &LockRow) -> Result<Option<Claim<'a>>, StoreError> {
        let deaths = row.record().deaths_found();
        let record = LockRecord {
            holder: Some(self.me.clone()),
            at: None,
            deaths: deaths.clone(),
        };
        let expiry = self.store.expiry;
        let table = self.table.clone();
        let id = self.link()?.id();
        let beat = self.server.connection(id);
        let link = self.link()?;
        if !table.take(link, row, &record, &beat, expiry)? {
            return Ok(None);
        }
        let Some(link) = self.link.take() else {
            return Ok(None);
        };
        let guard = Arc::new(Guard::new(table, row.token + 1, record, row.work.clone()));
        let beat = Beat::start(
            link,
            self.bridge.clone(),
            self.opts.clone(),
            guard.clone(),
            expiry,
        )?;
        let lock = MysqlLock {
            store: self.store,
            guard,
            beat,
        };
        Ok(Some(Claim::Held(Box::new(lock), deaths)))
    }
}

fn connect(store: &Mysql, bridge: &Arc<Bridge>, opts: &Opts) -> Result<(Link, Server), StoreError> {
    let mut link = store.connect(bridge, opts.clone())?;
    let server = Server::ask(&mut link)?;
    server.must_suit()?;
    if server.cluster {
        link.run("SET SESSION wsrep_sync_wait = 15")?;
    }
    Ok((link, server))
}

impl<'a> Claimant<'a> for MysqlClaimant<'a> {
    fn claim(&mut self) -> Result<Claim<'a>, StoreError> {
        let table = self.table.clone();
        let row = table.read(self.link()?)?.ok_or_else(|| {
            StoreError::new(
                Fault::Refused,
                "what the upgrade's lock is kept in has vanished",
            )
        })?;
        let free = row.is_free() || {
            let gone = self.is_gone(&row)?;
            self.watch.look(&row, gone);
            self.watch.is_dead(row.expiry)
        };
        if free && let Some(claim) = self.take(&row)? {
            return Ok(claim);
        }
        Ok(Claim::Taken(row.record()))
    }
}

/// The lock, held.
struct MysqlLock<'a> {
    store: &'a Mysql,
    guard: Arc<Guard>,
    beat: Beat,
}

impl Lock for MysqlLock<'_> {
    fn write(&self) -> Result<Box<dyn Session + '_>, StoreError> {
        Ok(Box::new(MysqlSession::upgrading(
            self.store,
            self.guard.clone(),
        )?))
    }

    fn script(&self, at: Option<&Place>) {
        let mut state = self.guard.state();
        let first = state.record.at.is_none();
        state.record.at = at.cloned();
        drop(state);
        // The others travel with the commits.
        if first {
            self.beat.tell();
        }
    }

    fn statement(&self, number: u64) {
        if let Some(place) = &mut self.guard.state().record.at {
            place.statement = number;
        }
    }

    fn forget_deaths(&self) {
        self.guard.state().record.deaths = None;
    }
}
