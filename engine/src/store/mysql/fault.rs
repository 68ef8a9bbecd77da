//! What the servers' error numbers mean, from the manuals' lists
//! ([MySQL](https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html),
//! [MariaDB](https://mariadb.com/kb/en/mariadb-error-code-reference/)).

use mysql_async::{DriverError, Error, IoError, ServerError};

use super::super::{Fault, StoreError};

/// The driver's or the server's answer, in its own words.
pub(super) fn store_error(error: Error) -> StoreError {
    match error {
        Error::Server(error) => server_error(&error),
        Error::Io(error) => failed_io(Fault::Lost, "the connection to the server was lost", error),
        Error::Driver(DriverError::ConnectionClosed) => {
            StoreError::new(Fault::Lost, "the server has closed the connection")
        }
        Error::Driver(error) => StoreError::new(Fault::Io, error.to_string()),
        Error::Url(error) => StoreError::new(Fault::Unsuitable, error.to_string()),
        Error::Other(error) => StoreError::new(Fault::Io, error.to_string()),
    }
}

/// What the network's answer means when a connection was to be made.
pub(super) fn connect_error(error: Error) -> StoreError {
    match error {
        Error::Io(error) => failed_io(Fault::CannotOpen, "the server cannot be reached", error),
        other => store_error(other),
    }
}

/// The driver's own text would tell the system's twice.
fn failed_io(fault: Fault, message: &str, error: IoError) -> StoreError {
    let failed = StoreError::new(fault, message);
    match error {
        IoError::Io(error) => failed.because(error),
        other => failed.because(other),
    }
}

fn server_error(error: &ServerError) -> StoreError {
    let ServerError {
        code,
        message,
        state,
    } = error;
    let mut text = format!("{message} (error {code}, {state})");
    if *code == PACKET_TOO_LARGE {
        text += "; the statement is larger than the server's max_allowed_packet";
    }
    let read_only = *code == OPTION_PREVENTS && message.contains("read-only");
    let fault = if read_only {
        Fault::ReadOnly
    } else {
        fault(*code)
    };
    StoreError::new(fault, text).numbered(*code)
}

/// The option that it names prevents the statement: `--read-only`, `--secure-file-priv`, ...
const OPTION_PREVENTS: u16 = 1290;
const PACKET_TOO_LARGE: u16 = 1153;
/// There is no thread of this number.
pub(super) const NO_SUCH_THREAD: u16 = 1094;
/// There is no table of this name.
pub(super) const NO_SUCH_TABLE: u16 = 1146;
/// A statement that the server does not know.
pub(super) const SYNTAX: u16 = 1064;

fn fault(code: u16) -> Fault {
    match code {
        // Deadlock; a transaction that another Galera node's has overtaken; a record changed since it was read; a lock on
        // rows or on a table that did not come.
        1213 | 1020 | 1205 => Fault::Conflict,
        // Too many connections, a user's too many; a Galera node that is not ready.
        1040 | 1203 | 1226 | 1047 => Fault::Busy,
        // Shutdown; gone away; lost during the query; killed; a failed read or write of the network.
        1053 | 2006 | 2013 | 1927 | 1158..=1161 | 1077 | 1079 => Fault::Lost,
        // The session was ended for its idleness (MySQL), or by an administrator.
        4031 | 3169 => Fault::Lost,
        // Access denied; unknown database; host not allowed or blocked.
        1044 | 1045 | 1698 | 1049 | 1129 | 1130 => Fault::CannotOpen,
        // A command, a column, an administrator's right, a routine that the user has no right to.
        1142 | 1143 | 1227 | 1370 => Fault::Denied,
        // Read-only mode; a read-only transaction.
        1836 | 1792 => Fault::ReadOnly,
        // No room on the disk, in a table, or in a temporary file.
        1021 | 1114 | 3 => Fault::Full,
        _ => Fault::Refused,
    }
}
