//! Opening the connections of a session.

use std::time::Duration;

use mysql_async::OptsBuilder;

use super::super::StoreError;
use super::Mysql;
use super::guard::Guard;
use super::link::Link;
use super::server::Server;
use super::work::{self, Past};
use super::{literal, lock_table};

/// How many statements of a program's stay prepared.
const PREPARED: usize = 64;

/// Opens a connection for questions. It may be idle for as long as the longest statement takes.
pub(super) fn aside(store: &Mysql, server: &Server) -> Result<Link, StoreError> {
    let setup = vec!["SET SESSION autocommit = 1, wait_timeout = 2000000"];
    let link = store.connect(&store.bridge, store.options().setup(setup))?;
    let mut link = link.for_questions();
    server.keep_up(&mut link)?;
    Ok(link)
}

/// Opens a connection to work on, and sees to it that its predecessor works no more.
pub(super) fn connect(
    store: &Mysql,
    guard: &Guard,
) -> Result<(Link, Server, Option<lock_table::Connection>), StoreError> {
    let mut link = store.connect(&store.bridge, setup(store))?;
    let server = Server::to_upgrade_on(&mut link)?;
    let old = guard.state().work.clone();
    let mut elsewhere = None;
    if let Some(old) = old {
        match work::end(&mut link, &server, &old)? {
            Past::Ended => {}
            Past::Elsewhere => elsewhere = Some(old),
        }
    }
    let connection = server.connection(link.id());
    guard.work_on(&mut link, connection)?;
    Ok((link, server, elsewhere))
}

/// How long a connection to work on may be idle until the server ends it, in whole seconds: by then its process has
/// been silent for so long that another may take the lock.
pub(super) fn idle(expiry: Duration) -> Duration {
    Duration::from_secs((expiry / 2).as_secs().max(1))
}

/// The options of a connection to work on: what every script's session begins with.
fn setup(store: &Mysql) -> OptsBuilder {
    let mut settings = vec![
        // As every client says it: what the driver says at the beginning is no more true behind a reset.
        "NAMES utf8mb4".to_owned(),
        format!("wait_timeout = {}", idle(store.expiry).as_secs()),
        format!(
            "foreign_key_checks = {}",
            u8::from(store.foreign_key_checks)
        ),
        "autocommit = 1".to_owned(),
    ];
    if let Some(sql_mode) = &store.sql_mode {
        settings.push(format!("sql_mode = {}", literal::text(sql_mode)));
    }
    store
        .options()
        .stmt_cache_size(PREPARED)
        .setup(vec![format!("SET {}", settings.join(", "))])
}

/// The settings for how long a statement waits for locks.
pub(super) fn lock_limits(longest: Duration) -> [String; 2] {
    let seconds = longest.as_secs().max(1);
    [
        format!("lock_wait_timeout = {seconds}"),
        format!("innodb_lock_wait_timeout = {seconds}"),
    ]
}
