//! [`Link`]: one connection to the server.

use std::sync::Arc;
use std::time::Duration;

use mysql_async::consts::StatusFlags;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, Opts, Row, Value as Driver};

use super::super::{Changed, Fault, StoreError, Take, Value};
use super::bridge::Bridge;
use super::fault::{connect_error, store_error};
use super::typed;

/// A connection, and the runtime that it lives on.
pub(super) struct Link {
    bridge: Arc<Bridge>,
    /// `None` once it is lost.
    conn: Option<Conn>,
    /// Whether every statement is on its own, so that none can end a transaction.
    for_questions: bool,
}

/// How long to wait for the server's first answer.
const CONNECT: Duration = Duration::from_secs(10);

impl Link {
    /// Connects.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses.
    pub(super) fn connect(bridge: Arc<Bridge>, opts: &Opts) -> Result<Self, StoreError> {
        let connected = bridge.wait(async {
            match tokio::time::timeout(CONNECT, Conn::new(opts.clone())).await {
                Ok(connected) => connected.map_err(connect_error),
                Err(_) => Err(StoreError::new(
                    Fault::CannotOpen,
                    format!("the server does not answer within {} s", CONNECT.as_secs()),
                )),
            }
        });
        let conn = connected.map_err(|error| match error.fault() {
            Fault::Lost | Fault::Io => {
                StoreError::new(Fault::CannotOpen, "the server cannot be reached").because(error)
            }
            _ => error,
        })?;
        Ok(Self {
            bridge,
            conn: Some(conn),
            for_questions: false,
        })
    }

    /// The same, on which no transaction will be open.
    pub(super) fn for_questions(mut self) -> Self {
        self.for_questions = true;
        self
    }

    /// The number that the server gave the connection when it began.
    pub(super) fn id(&self) -> u64 {
        self.conn.as_ref().map_or(0, |conn| u64::from(conn.id()))
    }

    /// The rows of a query.
    ///
    /// # Errors
    /// The server refuses the query, or is lost.
    pub(super) fn rows(&mut self, sql: &str) -> Result<Vec<Row>, StoreError> {
        let conn = self.conn.as_mut().ok_or_else(lost)?;
        let outcome = self.bridge.wait(async { conn.query::<Row, _>(sql).await });
        self.settle(outcome)
    }

    /// The rows of a query, as text.
    ///
    /// # Errors
    /// As for [`Link::rows`].
    pub(super) fn query(&mut self, sql: &str) -> Result<Vec<Vec<Value>>, StoreError> {
        let rows = self.rows(sql)?;
        Ok(rows
            .into_iter()
            .map(|row| row.unwrap().into_iter().map(Value::from).collect())
            .collect())
    }

    /// Executes a statement, reads all that it returns, and tells how many rows it changed.
    ///
    /// # Errors
    /// The server refuses it, or is lost.
    pub(super) fn run(&mut self, sql: &str) -> Result<u64, StoreError> {
        let conn = self.conn.as_mut().ok_or_else(lost)?;
        let outcome = self.bridge.wait(async {
            let result = conn.query_iter(sql).await?;
            let changed = result.affected_rows();
            // An error behind the first of several results comes out here only.
            result.drop_result().await?;
            Ok(changed)
        });
        self.settle(outcome)
    }

    /// Executes a statement that need not be UTF-8, and reads all that it returns.
    ///
    /// # Errors
    /// As for [`Link::run`].
    #[cfg(feature = "backup")]
    pub(super) fn run_bytes(&mut self, sql: &[u8]) -> Result<(), StoreError> {
        let conn = self.conn.as_mut().ok_or_else(lost)?;
        let outcome = self.bridge.wait(async { conn.query_drop(sql).await });
        self.settle(outcome)
    }

    /// Executes several statements at once, none of which returns rows, and tells how many each changed.
    ///
    /// # Errors
    /// The server refuses one, which ends the row, or is lost.
    pub(super) fn run_all(&mut self, sql: &str) -> Result<Vec<u64>, StoreError> {
        let conn = self.conn.as_mut().ok_or_else(lost)?;
        let outcome = self.bridge.wait(async {
            let mut result = conn.query_iter(sql).await?;
            let mut changed = Vec::new();
            loop {
                changed.push(result.affected_rows());
                if result.is_empty() {
                    break;
                }
                result.for_each(drop).await?;
            }
            // An error behind the first of several results comes out here only.
            result.drop_result().await?;
            Ok(changed)
        });
        self.settle(outcome)
    }

    /// Executes a statement with these values for its `?`, and reads all that it returns.
    ///
    /// # Errors
    /// The server refuses it, or is lost.
    pub(super) fn change(
        &mut self,
        sql: &str,
        parameters: &[Value],
    ) -> Result<Changed, StoreError> {
        let conn = self.conn.as_mut().ok_or_else(lost)?;
        let outcome = self.bridge.wait(async {
            // Not every statement can be prepared.
            if parameters.is_empty() {
                conn.query_drop(sql).await?;
            } else {
                conn.exec_drop(sql, typed::parameters(parameters)).await?;
            }
            Ok(Changed {
                rows: conn.affected_rows(),
                last_id: conn
                    .last_insert_id()
                    .map_or(0, |id| i64::try_from(id).unwrap_or(i64::MAX)),
            })
        });
        self.settle(outcome)
    }

    /// Hands over the rows of a query with these values for its `?`.
    ///
    /// # Errors
    /// The server refuses it, or is lost; or `take` does not want to go on. It does not even want to wait for the rows
    /// that are left where what it says is [`Fault::Lost`], and then the connection is.
    pub(super) fn each(
        &mut self,
        sql: &str,
        parameters: &[Value],
        take: &mut Take<'_>,
    ) -> Result<(), StoreError> {
        let conn = self.conn.as_mut().ok_or_else(lost)?;
        let mut refused = Ok(());
        let outcome = self.bridge.wait(async {
            let parameters = typed::parameters(parameters);
            let mut result = conn.exec_iter(sql, parameters).await?;
            let columns = result.columns().unwrap_or_default();
            let names = columns.iter().map(|column| column.name_str().into_owned());
            let names: Arc<[String]> = names.collect();
            while let Some(row) = result.next().await? {
                if refused.is_ok() {
                    let values = columns.iter().zip(row.unwrap());
                    let values = values.map(|(column, value)| typed::value(column, value));
                    refused = take(&names, values.collect());
                }
                if gives_up(&refused) {
                    return Ok(());
                }
            }
            result.drop_result().await
        });
        if gives_up(&refused) {
            // Ended in good order, it would read what is left.
            self.conn = None;
            return refused;
        }
        self.settle(outcome)?;
        refused
    }

    /// Makes the session what it was when it began, apart from the schema that USE has chosen.
    ///
    /// # Errors
    /// The server is lost.
    pub(super) fn reset(&mut self) -> Result<(), StoreError> {
        let conn = self.conn.as_mut().ok_or_else(lost)?;
        let outcome = self.bridge.wait(conn.reset());
        self.settle(outcome).map(drop)
    }

    /// Whether the server said last that a transaction is open.
    pub(super) fn in_transaction(&self) -> bool {
        let status = self.conn.as_ref().and_then(Conn::last_ok_packet);
        status.is_some_and(|ok| {
            ok.status_flags()
                .contains(StatusFlags::SERVER_STATUS_IN_TRANS)
        })
    }

    /// Whether the connection was lost.
    pub(super) fn is_lost(&self) -> bool {
        self.conn.is_none()
    }

    fn settle<T>(&mut self, outcome: Result<T, Error>) -> Result<T, StoreError> {
        let fatal = matches!(&outcome, Err(error) if error.is_fatal());
        let outcome = outcome.map_err(store_error);
        if fatal || matches!(&outcome, Err(error) if error.fault() == Fault::Lost) {
            self.conn = None;
        }
        if outcome.is_err() && !self.for_questions {
            self.ask_state();
        }
        outcome
    }

    /// Has the server say whether a transaction is open: it does so with what succeeds, not with an error.
    fn ask_state(&mut self) {
        let Some(conn) = self.conn.as_mut() else {
            return;
        };
        if self.bridge.wait(conn.ping()).is_err() {
            self.conn = None;
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            // The server ends what is left of the session in any case.
            let _ = self.bridge.wait(conn.disconnect());
        }
    }
}

/// Whether the taker of rows does not even want to wait for those that are left.
fn gives_up(taken: &Result<(), StoreError>) -> bool {
    matches!(taken, Err(error) if error.fault() == Fault::Lost)
}

fn lost() -> StoreError {
    StoreError::new(Fault::Lost, "the connection to the server was lost")
}

impl From<Driver> for Value {
    /// Of a text result, in which every value is text.
    fn from(value: Driver) -> Self {
        match value {
            Driver::NULL => Self::Null,
            Driver::Bytes(bytes) => Self::Text(match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            }),
            Driver::Int(number) => Self::Integer(number),
            other => Self::Text(other.as_sql(false)),
        }
    }
}
