//! Taking the lock: from nobody, or from a holder that is dead.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use mysql_async::Opts;

use super::super::{Claim, Claimant, Fault, Lock, Session, StoreError};
use super::Mysql;
use super::beat::{self, Beat};
use super::bridge::Bridge;
use super::guard::Guard;
use super::link::Link;
use super::lock_table::{Connection, LockRow, LockTable};
use super::opening;
use super::server::Server;
use super::session::MysqlSession;
use crate::clock::Timestamp;
use crate::lock::{DoneRows, Holder, LockRecord, Place};

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
    /// What the lock's record said when it was read last.
    last: LockRecord,
}

/// A holder that is watched for a sign of life.
#[derive(Debug, Default)]
struct Watch {
    /// Token, commits and heartbeats, as last read.
    seen: Option<(i64, i64, i64)>,
    last_look: Option<Instant>,
    /// For how long they have not changed. Time in which nothing was read does not count.
    unchanged: Duration,
    /// For how long the connection of its heartbeat has been gone from the server.
    gone: Duration,
}

/// How often the lock's table is made, when others are in the way.
const TRIES: u32 = 50;
/// How long to wait in between.
const PAUSE: Duration = Duration::from_millis(20);

/// The servers count idleness in seconds.
const A_SECOND: Duration = Duration::from_secs(1);

/// What a look at a holder may add to the time that it has been silent, at most: this process may have slept itself.
const LONGEST_LOOK: Duration = Duration::from_millis(500);

impl Watch {
    /// Takes a look at the holder; `gone`: its heartbeat's connection is not there.
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

    /// Whether a holder that may be silent for `expiry`, and without a connection for `gap`, is dead.
    fn is_dead(&self, expiry: Duration, gap: Duration) -> bool {
        self.unchanged > expiry || self.gone > gap
    }
}

impl<'a> MysqlClaimant<'a> {
    /// Connects, and makes the lock's table where it is missing.
    pub(super) fn new(store: &'a Mysql, me: Holder, table: LockTable) -> Result<Self, StoreError> {
        let bridge = Arc::new(Bridge::new().map_err(|error| {
            StoreError::new(Fault::Io, "the driver's runtime cannot be started").because(error)
        })?);
        // A server may be set up not to commit by itself.
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
            last: LockRecord::default(),
        };
        let mut tries = 1;
        loop {
            match claimant.prepare() {
                // Others make the table at this moment, perhaps on another node of a cluster.
                Err(error) if error.fault() == Fault::Conflict && tries < TRIES => {
                    log::debug!("the upgrade's lock is made by others: {error}");
                    thread::sleep(PAUSE);
                    tries += 1;
                }
                prepared => return prepared.map(|()| claimant),
            }
        }
    }

    /// Makes the lock's table where it is missing.
    fn prepare(&mut self) -> Result<(), StoreError> {
        let (table, link) = (self.table.clone(), self.link()?);
        match table.read(link)? {
            Some(_) => Ok(()),
            None => table.create(link),
        }
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

    /// How long the holder must be silent. Where its session cannot be ended by KILL, it must have ended by itself.
    fn patience(&self, row: &LockRow) -> Duration {
        let within_reach = |work: &Connection| work.server.is_same_life(&self.server.identity);
        match row.work.as_ref().is_none_or(within_reach) {
            true => row.expiry,
            false => row.expiry.max(opening::idle(row.expiry) + A_SECOND),
        }
    }

    /// Whether the holder's heartbeat is gone from this server, as far as that can be seen from here.
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
        // A connection to work on tells nothing: it stays as long as the server works for it. The table of the same name cannot be
        // asked: MySQL refuses to, by any condition, while a statement of anybody's has an emoji (error 3854).
        let listed = self.link()?.query("SHOW PROCESSLIST")?.into_iter();
        let mut ids = listed.filter_map(|row| row.into_iter().next()?.into_text());
        Ok(!ids.any(|id| id == beat.id.to_string()))
    }

    fn take(&mut self, row: &LockRow) -> Result<Option<Claim<'a>>, StoreError> {
        let deaths = row.record().deaths_found();
        let record = LockRecord {
            holder: Some(Holder {
                since: Timestamp::now(),
                ..self.me.clone()
            }),
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
    let server = Server::to_upgrade_on(&mut link)?;
    Ok((link, server))
}

impl<'a> Claimant<'a> for MysqlClaimant<'a> {
    fn claim(&mut self) -> Result<Claim<'a>, StoreError> {
        match self.try_claim() {
            // A waiter whose connection was cut connects again, and begins to watch anew.
            Err(error) if error.fault() == Fault::Lost => {
                log::debug!("who waits for the upgrade's lock connects again: {error}");
                self.try_claim()
            }
            // A node of a cluster answers late, while others agree or a table is altered.
            Err(error) if matches!(error.fault(), Fault::Busy | Fault::Conflict) => {
                log::debug!("the upgrade's lock cannot be read now: {error}");
                Ok(Claim::Taken(self.last.clone()))
            }
            outcome => outcome,
        }
    }
}

impl<'a> MysqlClaimant<'a> {
    fn try_claim(&mut self) -> Result<Claim<'a>, StoreError> {
        let table = self.table.clone();
        let row = table.read(self.link()?)?.ok_or_else(|| {
            StoreError::new(
                Fault::Refused,
                "what the upgrade's lock is kept in has vanished",
            )
        })?;
        self.last = row.record();
        let free = row.is_free() || {
            let gone = self.is_gone(&row)?;
            self.watch.look(&row, gone);
            let expiry = self.patience(&row);
            let gap = match self.store.is_aside() {
                // Whoever was there is dead as soon as its connection is gone.
                true => Duration::ZERO,
                false => beat::longest_gap(expiry),
            };
            self.watch.is_dead(expiry, gap)
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
        state.moves += 1;
        drop(state);
        // The others travel with the commits and the heartbeats.
        if first {
            self.beat.tell();
        }
    }

    fn statement(&self, number: u64) {
        let mut state = self.guard.state();
        if let Some(place) = &mut state.record.at {
            place.move_to(number);
            state.moves += 1;
        }
    }

    fn batch(&self, number: u64, rows: Option<DoneRows>) {
        let mut state = self.guard.state();
        if let Some(place) = &mut state.record.at {
            place.statement = number;
            place.rows = rows;
            state.moves += 1;
        }
    }

    fn waits_for(&self, whom: Option<&str>) {
        let mut state = self.guard.state();
        if let Some(place) = &mut state.record.at {
            place.waits_for = whom.map(str::to_owned);
            state.moves += 1;
            drop(state);
            // No commit will tell it.
            self.beat.tell();
        }
    }

    fn forget_deaths(&self) {
        self.guard.state().record.deaths = None;
    }
}
