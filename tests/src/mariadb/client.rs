//! A blocking client, over the same driver as the engine's.

use std::path::Path;
use std::sync::mpsc;
use std::thread;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, OptsBuilder, Row, Value};

/// Rows of texts; `None` is NULL.
pub type Rows = Vec<Vec<Option<String>>>;

/// Why a statement failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The server's error number; `None` when the connection failed.
    pub code: Option<u16>,
    /// The server's message, or the driver's.
    pub message: String,
}

/// A connection as root. It lives in a thread of its own, so that it may be used anywhere, and ends when it is dropped: at
/// once, or else when the statement that it is at has ended.
#[derive(Debug)]
pub struct Client {
    orders: mpsc::Sender<Order>,
    id: u32,
}

/// A statement that is under way.
#[derive(Debug)]
pub struct Pending(mpsc::Receiver<Result<Rows, Refusal>>);

struct Order {
    sql: String,
    answer: mpsc::Sender<Result<Rows, Refusal>>,
}

impl Client {
    /// Connects through this socket, into `database` if there is one.
    pub(crate) fn connect(socket: &Path, database: Option<&str>) -> Self {
        Self::try_connect(socket, database)
            .unwrap_or_else(|refusal| panic!("{}: {refusal:?}", socket.display()))
    }

    /// The same, where a failure is no surprise.
    pub(crate) fn try_connect(socket: &Path, database: Option<&str>) -> Result<Self, Refusal> {
        let options = OptsBuilder::default()
            .socket(socket.to_str())
            .user(Some("root"))
            .db_name(database);
        let (orders, received) = mpsc::channel();
        let (connected, connection) = mpsc::channel();
        thread::spawn(move || work(options, &connected, &received));
        let id = connection.recv().expect("the thread answers")?;
        Ok(Self { orders, id })
    }

    /// The connection's number on its server, as KILL takes it.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Runs statements and gives the rows of all of them.
    pub fn query(&self, sql: &str) -> Rows {
        self.try_query(sql)
            .unwrap_or_else(|refusal| panic!("{sql}: {refusal:?}"))
    }

    /// Runs statements until one fails.
    pub fn try_query(&self, sql: &str) -> Result<Rows, Refusal> {
        self.begin(sql).wait()
    }

    /// Has statements run while the test goes on.
    pub fn begin(&self, sql: &str) -> Pending {
        let (answer, answered) = mpsc::channel();
        let sql = sql.to_owned();
        let _ = self.orders.send(Order { sql, answer });
        Pending(answered)
    }
}

impl Pending {
    /// Waits for the end of the last statement, or of the one that failed.
    pub fn wait(self) -> Result<Rows, Refusal> {
        self.0.recv().expect("the connection's thread answers")
    }
}

fn work(
    options: OptsBuilder,
    connected: &mpsc::Sender<Result<u32, Refusal>>,
    orders: &mpsc::Receiver<Order>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut connection = match runtime.block_on(Conn::new(options)) {
        Ok(connection) => connection,
        Err(error) => {
            let _ = connected.send(Err(refusal(&error)));
            return;
        }
    };
    let _ = connected.send(Ok(connection.id()));
    for order in orders {
        let rows = runtime.block_on(rows(&mut connection, &order.sql));
        let _ = order.answer.send(rows.map_err(|error| refusal(&error)));
    }
    let _ = runtime.block_on(connection.disconnect());
}

async fn rows(connection: &mut Conn, sql: &str) -> Result<Rows, Error> {
    let mut result = connection.query_iter(sql).await?;
    let mut rows = Rows::new();
    while !result.is_empty() {
        for row in result.collect::<Row>().await? {
            rows.push(row.unwrap().into_iter().map(text).collect());
        }
    }
    // An error after the last row is told only here.
    result.drop_result().await?;
    Ok(rows)
}

/// The server answers statements without parameters in texts; one that is not UTF-8 is shown in hexadecimal.
fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8(bytes).unwrap_or_else(|error| {
            let digits = error.as_bytes().iter().map(|byte| format!("{byte:02X}"));
            format!("0x{}", digits.collect::<String>())
        })),
        other => Some(other.as_sql(true)),
    }
}

fn refusal(error: &Error) -> Refusal {
    match error {
        Error::Server(error) => Refusal {
            code: Some(error.code),
            message: error.message.clone(),
        },
        other => Refusal {
            code: None,
            message: other.to_string(),
        },
    }
}
