//! Asking replicas how far they are behind, each by a thread of its own, so that none holds up the work or the others.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, Opts, Row};

use super::super::{Brake, Fault, StoreError, Value};
use super::bridge::Bridge;
use super::fault::{SYNTAX, connect_error, store_error};
use super::lag::{self, Reading};
use super::url;
use crate::cause::chain;

/// A replica that batches wait for.
#[derive(Debug, Clone)]
pub(super) struct Replica {
    /// For people; no secrets.
    address: String,
    opts: Opts,
}

/// Those who ask the replicas, once a batch wants to know; they end when it is dropped.
#[derive(Default)]
pub(super) struct Lookouts(Vec<Lookout>);

struct Lookout {
    address: String,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    over: Condvar,
}

struct State {
    reading: Reading,
    over: bool,
}

/// The servers count by the second.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a replica may take to answer.
const ANSWER: Duration = Duration::from_secs(3);

/// How MariaDB is asked for all sources, how MySQL is, and how before 8.0.22.
const QUESTIONS: [&str; 3] = [
    "SHOW ALL REPLICAS STATUS",
    "SHOW REPLICA STATUS",
    "SHOW SLAVE STATUS",
];
/// The column that says whether the source is heard.
const HEARS: [&str; 2] = ["slave_io_running", "replica_io_running"];
/// The column that says how far it is ahead.
const LAG: [&str; 2] = ["seconds_behind_master", "seconds_behind_source"];

impl Replica {
    /// The server at a URL, which need name no database.
    ///
    /// # Errors
    /// The URL cannot be read.
    pub(super) fn at(text: &str) -> Result<Self, StoreError> {
        let opts = url::read(text).map_err(|reason| {
            let reason = format!("a replica's URL cannot be used: {reason}");
            StoreError::new(Fault::Unsuitable, reason)
        })?;
        Ok(Self {
            address: url::server(&opts),
            opts,
        })
    }
}

impl Lookouts {
    /// What holds back a batch that waits for these replicas, which may be so far behind. From the first time on each is
    /// asked once a second.
    pub(super) fn brake(&mut self, replicas: &[Replica], longest: Duration) -> Option<Brake> {
        if self.0.is_empty() {
            self.0 = replicas.iter().map(Lookout::post).collect();
        }
        let readings = self.0.iter();
        let readings =
            readings.map(|Lookout { address, shared }| (&**address, shared.lock().reading.clone()));
        lag::brake(readings, longest)
    }
}

impl Lookout {
    fn post(replica: &Replica) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                reading: Reading::Unasked,
                over: false,
            }),
            over: Condvar::new(),
        });
        let (opts, its) = (replica.opts.clone(), shared.clone());
        let name = "upgrades-replica".to_owned();
        let started = thread::Builder::new()
            .name(name)
            .spawn(move || its.keep_asking(&opts));
        if let Err(error) = started {
            shared.lock().reading = Reading::Unreachable(error.to_string());
        }
        Self {
            address: replica.address.clone(),
            shared,
        }
    }
}

impl Drop for Lookout {
    fn drop(&mut self) {
        // Nobody waits for its end: it may be waiting for an answer.
        self.shared.lock().over = true;
        self.shared.over.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep_asking(&self, opts: &Opts) {
        let bridge = match Bridge::new() {
            Ok(bridge) => bridge,
            Err(error) => {
                self.lock().reading = Reading::Unreachable(error.to_string());
                return;
            }
        };
        let mut conn = None;
        loop {
            let reading = ask(&bridge, opts, &mut conn);
            let mut state = self.lock();
            state.reading = reading;
            let waited = self
                .over
                .wait_timeout_while(state, PAUSE, |state| !state.over);
            if waited.unwrap_or_else(PoisonError::into_inner).0.over {
                return;
            }
        }
    }
}

/// Asks a replica, over a new connection where the last one is gone.
fn ask(bridge: &Bridge, opts: &Opts, conn: &mut Option<Conn>) -> Reading {
    let old = conn.take();
    let answer = bridge.wait(async {
        let asking = async {
            let mut conn = match old {
                Some(conn) => conn,
                None => Conn::new(opts.clone()).await.map_err(connect_error)?,
            };
            let reading = read(&mut conn).await.map_err(store_error)?;
            Ok((conn, reading))
        };
        tokio::time::timeout(ANSWER, asking).await
    });
    let answer: Result<_, StoreError> = match answer {
        Ok(answer) => answer,
        Err(_) => {
            return Reading::Unreachable(format!("no answer within {} s", ANSWER.as_secs()));
        }
    };
    match answer {
        Ok((answered, reading)) => {
            *conn = Some(answered);
            reading
        }
        Err(error) => Reading::Unreachable(chain(&error)),
    }
}

async fn read(conn: &mut Conn) -> Result<Reading, Error> {
    let mut answer = Err(Error::Driver(mysql_async::DriverError::ConnectionClosed));
    for question in QUESTIONS {
        answer = conn.query::<Row, _>(question).await;
        match &answer {
            Err(Error::Server(error)) if error.code == SYNTAX => {}
            _ => break,
        }
    }
    let sources: Vec<_> = answer?.into_iter().map(seconds_behind).collect();
    Ok(Reading::of(&sources))
}

/// By how many seconds a source is ahead; `None`: it is not followed now. MySQL says 0 of one that it does not hear any more
/// when all has been done that was heard.
fn seconds_behind(mut row: Row) -> Option<u64> {
    let mut told = |names: [&str; 2]| {
        let at = row.columns().iter().position(|column| {
            let name = column.name_str().to_ascii_lowercase();
            names.contains(&&*name)
        })?;
        Value::from(row.take::<mysql_async::Value, _>(at)?).into_text()
    };
    match told(HEARS)?.as_str() {
        "Yes" => told(LAG)?.parse().ok(),
        _ => None,
    }
}
