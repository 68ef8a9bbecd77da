//! Going through the chunks of a batch.

use std::thread;
use std::time::{Duration, Instant};

use super::batch::Batch;
use super::error::DbError;
use super::journal::Halt;
use super::select::Select;
use super::{Db, Row};
use crate::deeds::{Cursor, Key};
use crate::event::Event;
use crate::lock::DoneRows;
use crate::sql::Dialect;
use crate::store::Fault;
#[cfg(feature = "lua")]
use crate::store::Value;

/// A batch under way.
pub(crate) struct Chunks {
    name: String,
    select: Select,
    most: usize,
    /// How many rows the next chunk has at most.
    rows: usize,
    time: Option<Duration>,
    pause: Duration,
    max_lag: Option<Duration>,
    began: Instant,
    chunk_began: Instant,
    /// How many rows were done when this run took it up, and how many there are in all, about.
    before: u64,
    total: Option<u64>,
    tries: u32,
}

/// The rows of a chunk that nobody reads.
pub(crate) struct Range {
    /// In SQL.
    pub(crate) condition: String,
    /// The key of the last.
    end: Option<Vec<Key>>,
    /// How many; `None`: all that are left.
    rows: Option<usize>,
}

/// How often a chunk is tried, when somebody else is in the way.
const TRIES: u32 = 5;

impl Db<'_> {
    /// Goes through a table in chunks, and tells how many rows it has gone through, in this run and before.
    ///
    /// # Errors
    /// What `work` returns; or the database refuses. The chunk under way is taken back, those before it stay.
    pub fn batch<E: From<DbError>>(
        &mut self,
        batch: &Batch,
        mut work: impl FnMut(&mut Self, &[Row]) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut chunks = self.begin_batch(batch)?;
        while let Some(rows) = self.next_chunk(&mut chunks)? {
            let done = work(self, &rows).and_then(|()| Ok(self.end_chunk(&mut chunks, &rows)?));
            if let Err(error) = done
                && !self.try_chunk_again(&mut chunks)
            {
                return Err(error);
            }
        }
        Ok(self.batched(&chunks))
    }

    /// Commits what is open, and takes the batch up where it is.
    pub(crate) fn begin_batch(&mut self, batch: &Batch) -> Result<Chunks, DbError> {
        self.must_go_on()?;
        if self.chunk.is_some() || self.savepoints > 0 {
            return Err(DbError::Impossible(
                "a batch commits its chunks, which cannot be inside a savepoint or another batch"
                    .to_owned(),
            ));
        }
        self.commit()?;
        let key = self.key_of(&batch.table, &batch.key)?;
        let name = batch.name.clone().unwrap_or_else(|| batch.table.clone());
        let select = Select::new(self, batch, &key);
        let cursor = match self.deeds.batches.get(&name) {
            Some(cursor) if cursor.table == batch.table && cursor.key == key => cursor.clone(),
            Some(cursor) => {
                return Err(DbError::Impossible(format!(
                    "the batch {name:?} goes through {} by {} already; give this one a name of its own",
                    cursor.table,
                    cursor.key.join(", ")
                )));
            }
            None => {
                self.refuse_null(&select, &batch.table)?;
                let until = self.largest(&select)?;
                Cursor {
                    table: batch.table.clone(),
                    key,
                    after: None,
                    is_done: until.is_none(),
                    until,
                    rows: 0,
                }
            }
        };
        let total = match cursor.is_done {
            true => Some(cursor.rows),
            false => Some(cursor.rows + self.count_left(&select, &cursor)?),
        };
        let before = cursor.rows;
        self.deeds.batches.insert(name.clone(), cursor);
        let now = Instant::now();
        Ok(Chunks {
            name,
            select,
            most: batch.rows,
            rows: batch.rows,
            time: batch.time,
            pause: batch.pause,
            max_lag: batch.max_lag,
            began: now,
            chunk_began: now,
            before,
            total,
            tries: 0,
        })
    }

    /// The rows of the next chunk, whose transaction is open then; `None`: the batch is done.
    pub(crate) fn next_chunk(&mut self, chunks: &mut Chunks) -> Result<Option<Vec<Row>>, DbError> {
        let Some(cursor) = self.begin_chunk(chunks)? else {
            return Ok(None);
        };
        let (sql, values) = chunks.select.chunk(&cursor, chunks.rows);
        let rows: Vec<Row> = self.query(&sql, &values)?.collect::<Result<_, _>>()?;
        if rows.is_empty() {
            self.chunk = None;
            self.cursor(chunks).is_done = true;
            self.wrote = true;
            self.commit()?;
            return Ok(None);
        }
        Ok(Some(rows))
    }

    /// Waits for the chunk's turn, and tells where it begins; `None`: the batch is done.
    fn begin_chunk(&mut self, chunks: &mut Chunks) -> Result<Option<Cursor>, DbError> {
        self.must_go_on()?;
        let cursor = self.cursor(chunks).clone();
        if cursor.is_done {
            // What was asked so far has begun a transaction.
            self.commit()?;
            return Ok(None);
        }
        if cursor.rows > chunks.before && !chunks.pause.is_zero() {
            self.rest(chunks.pause)?;
        }
        self.wait_for_brake(&chunks.name, chunks.max_lag)?;
        chunks.chunk_began = Instant::now();
        self.chunk = Some(self.deeds.clone());
        Ok(Some(cursor))
    }

    /// The condition for the rows of the next chunk, whose transaction is open then; `None`: the batch is done.
    pub(crate) fn next_range(&mut self, chunks: &mut Chunks) -> Result<Option<Range>, DbError> {
        let Some(cursor) = self.begin_chunk(chunks)? else {
            return Ok(None);
        };
        let (sql, values) = chunks.select.last_of(&cursor, chunks.rows);
        let last = self.one(&sql, &values)?;
        let end = match &last {
            Some(row) => Some(chunks.select.key_of_row(row)?),
            None => cursor.until.clone(),
        };
        let only = Cursor {
            until: end.clone(),
            ..cursor
        };
        Ok(Some(Range {
            condition: chunks.select.in_words(self.dialect(), &only),
            rows: match last {
                Some(_) => Some(chunks.rows),
                None => None,
            },
            end,
        }))
    }

    /// Executes a chunk's statement.
    pub(crate) fn in_chunk(&mut self, sql: &str) -> Result<(), DbError> {
        self.must_go_on()?;
        let outcome = self.session.change(sql, &[]);
        self.settled(outcome, sql).map(drop)
    }

    /// Commits a chunk of rows that nobody has read.
    pub(crate) fn end_range(&mut self, chunks: &mut Chunks, range: Range) -> Result<(), DbError> {
        let total = chunks.total.unwrap_or_default();
        let count = match range.rows {
            Some(rows) => rows as u64,
            None => total.saturating_sub(self.cursor(chunks).rows),
        };
        self.seal_chunk(chunks, range.end, count, range.rows.is_none())
    }

    /// Commits a chunk.
    pub(crate) fn end_chunk(&mut self, chunks: &mut Chunks, rows: &[Row]) -> Result<(), DbError> {
        let last = rows.last().map(|row| chunks.select.key_of_row(row));
        let (after, count) = (last.transpose()?, rows.len());
        self.seal_chunk(chunks, after, count as u64, count < chunks.rows)
    }

    fn seal_chunk(
        &mut self,
        chunks: &mut Chunks,
        after: Option<Vec<Key>>,
        count: u64,
        is_last: bool,
    ) -> Result<(), DbError> {
        self.must_go_on()?;
        let cursor = self.cursor(chunks);
        let first_here = cursor.rows == chunks.before;
        cursor.after = after;
        cursor.rows += count;
        cursor.is_done = is_last;
        let done = cursor.rows;
        self.wrote = true;
        // Where the record of deaths is committed with the work: the process may not live to the next commit.
        if first_here && self.dialect() == Dialect::Mysql {
            self.scope.lock.forget_deaths();
        }
        // A chunk whose commit is refused is taken back, and its place with it.
        self.commit()?;
        self.chunk = None;
        // What earlier processes died of in this batch, this one has survived.
        if first_here {
            self.scope.lock.forget_deaths();
        }
        chunks.tries = 0;
        chunks.pace(count);
        let total = chunks.total.map(|total| total.max(done));
        let rows = (!is_last).then_some(DoneRows { done, total });
        self.scope.lock.batch(self.calls, rows);
        (self.scope.tell)(Event::Progress {
            script: &self.scope.ready.id,
            batch: Some(&chunks.name),
            done,
            total,
            left: chunks.left(done),
        });
        Ok(())
    }

    /// Takes a chunk back that has failed, and tells whether it is to be tried again: somebody else was in the way.
    pub(crate) fn try_chunk_again(&mut self, chunks: &mut Chunks) -> bool {
        if let Some(before) = self.chunk.take() {
            self.deeds = before;
        }
        self.wrote = false;
        let conflict =
            matches!(&self.halted, Some(Halt::Store(error)) if error.fault() == Fault::Conflict);
        chunks.tries += 1;
        if let Err(error) = self.session.roll_back() {
            self.halted.get_or_insert(Halt::Store(error));
            return false;
        }
        if !conflict || chunks.tries >= TRIES {
            return false;
        }
        self.halted = None;
        thread::sleep(Duration::from_millis(50) * 2_u32.pow(chunks.tries));
        true
    }

    /// How many rows the batch has gone through.
    pub(crate) fn batched(&self, chunks: &Chunks) -> u64 {
        let cursor = self.deeds.batches.get(&chunks.name);
        cursor.map_or(0, |cursor| cursor.rows)
    }

    fn cursor(&mut self, chunks: &Chunks) -> &mut Cursor {
        self.deeds
            .batches
            .get_mut(&chunks.name)
            .expect("a batch that has begun has a cursor")
    }

    fn refuse_null(&mut self, select: &Select, table: &str) -> Result<(), DbError> {
        let is_null: Vec<_> = select
            .quoted
            .iter()
            .map(|column| format!("{column} IS NULL"))
            .collect();
        let sql = format!(
            "SELECT 1 FROM {} WHERE {} LIMIT 1",
            select.table,
            is_null.join(" OR ")
        );
        match self.one(&sql, &[])? {
            None => Ok(()),
            Some(_) => Err(DbError::Impossible(format!(
                "{table} has rows whose {} is NULL; a batch would miss them",
                select.key.join(", ")
            ))),
        }
    }

    fn largest(&mut self, select: &Select) -> Result<Option<Vec<Key>>, DbError> {
        let row = self.one(&select.largest(), &[])?;
        row.map(|row| select.key_of_row(&row)).transpose()
    }

    fn count_left(&mut self, select: &Select, cursor: &Cursor) -> Result<u64, DbError> {
        let (sql, values) = select.count(cursor);
        let row = self.one(&sql, &values)?;
        let count = row.map(|row| row.get::<i64>("n")).transpose()?;
        Ok(count.unwrap_or(0).unsigned_abs())
    }
}

#[cfg(feature = "lua")]
impl Chunks {
    /// The columns that the batch goes by.
    pub(crate) fn key(&self) -> &[String] {
        &self.select.key
    }

    /// The values of the key in a row.
    ///
    /// # Errors
    /// The row has not all of them, or one is nothing that a key can be.
    pub(crate) fn key_values(&self, row: &Row) -> Result<Vec<Value>, DbError> {
        let key = self.select.key_of_row(row)?;
        Ok(key.iter().map(Value::from).collect())
    }
}

impl Chunks {
    /// Gives the next chunk as many rows as fit into its time.
    fn pace(&mut self, count: u64) {
        let Some(time) = self.time else { return };
        let took = self.chunk_began.elapsed().as_secs_f64().max(1e-6);
        let fitting = (count as f64 * time.as_secs_f64() / took) as usize;
        self.rows = fitting.clamp(1, self.rows.saturating_mul(2)).min(self.most);
    }

    /// How long the rest will take, if it goes on like this.
    fn left(&self, done: u64) -> Option<Duration> {
        let total = self.total?;
        let here = done.checked_sub(self.before).filter(|here| *here > 0)?;
        let rest = total.saturating_sub(done) as f64;
        Some(self.began.elapsed().mul_f64(rest / here as f64))
    }
}
