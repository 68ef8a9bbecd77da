//! The connection that the holder of the lock works on, and the end of the one before it.

use std::thread;
use std::time::{Duration, Instant};

use super::super::{Fault, StoreError};
use super::fault::NO_SUCH_THREAD;
use super::link::Link;
use super::lock_table::Connection;
use super::server::Server;

/// Whether a connection of an earlier holder is at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Past {
    Ended,
    /// It was made to another server, or through a proxy; what is left of it cannot be seen from here.
    Elsewhere,
}

/// How long to wait until a server has ended a connection: it may have to take a large change back.
const LONGEST: Duration = Duration::from_secs(600);

/// Ends a connection that a dead process, or this one, has left behind, and whatever the server does for it still. A
/// client's death does not do that: the server goes on with an ALTER, and finds only then that nobody listens.
///
/// # Errors
/// The server does not end it.
pub(super) fn end(link: &mut Link, server: &Server, old: &Connection) -> Result<Past, StoreError> {
    if old.server.name != server.identity.name {
        // On a cluster, what another node has replicated is seen here before anything is read (wsrep_sync_wait), and
        // the session itself was ended for its idleness.
        return Ok(match server.cluster {
            true => Past::Ended,
            false => Past::Elsewhere,
        });
    }
    // No two connections of one life have one number; a server that starts again at once seems to be in the same.
    if !old.server.is_same_life(&server.identity) || old.id == link.id() {
        return Ok(Past::Ended);
    }
    // A proxy has numbers of its own: KILL would hit somebody else.
    if !(old.direct && server.direct) {
        return Ok(Past::Elsewhere);
    }
    let began = Instant::now();
    let mut pause = Duration::from_millis(2);
    loop {
        match link.run(&format!("KILL {}", old.id)) {
            Ok(_) => {}
            Err(error) if error.number() == Some(NO_SUCH_THREAD) => return Ok(Past::Ended),
            Err(error) if error.fault() == Fault::Lost => return Err(error),
            // Another user's: it ends when its work does, or by its own idleness.
            Err(error) => log::debug!("connection {} cannot be ended: {error}", old.id),
        }
        if began.elapsed() >= LONGEST {
            return Err(StoreError::new(
                Fault::Busy,
                format!(
                    "connection {} of an interrupted upgrade is at work on the server still; \
                     wait for it, or end it with KILL {}",
                    old.id, old.id
                ),
            ));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}
