//! A session of the store: the connection that is worked on, and one beside it for questions.

use std::sync::Arc;
use std::time::Duration;

use super::super::{
    Brake, BrokenKey, Changed, Fault, Limits, SelfCommitting, Session, StoreError, Structure, Take,
    Value,
};
use super::Mysql;
use super::guard::Guard;
use super::link::Link;
use super::literal;
use super::lock_table;
use super::opening::{aside, connect, lock_limits};
use super::replicas::Lookouts;
use super::sending::Waiting;
use super::server::{self, Kind, Server};

/// A connection for reading the ledger, or one for upgrading under the lock.
pub(super) struct MysqlSession<'s> {
    pub(super) store: &'s Mysql,
    pub(super) link: Link,
    pub(super) work: Option<Work>,
    /// A transaction that begins with the next statement.
    pub(super) begins: bool,
    /// What has yet to be sent, before anything else is or with the commit.
    pub(super) waiting: Vec<Waiting>,
    lookouts: Lookouts,
    /// How many rows statements of scripts have changed.
    pub(super) touched: u64,
    /// The last statement of a program that was read and stays in its schema.
    #[cfg(feature = "backup")]
    pub(super) stayed: String,
}

/// What only the holder of the lock has.
pub(super) struct Work {
    guard: Arc<Guard>,
    pub(super) server: Server,
    /// For questions that must not touch the transaction, nor be answered by what a script has set.
    side: Option<Link>,
    foreign_keys: bool,
    /// A connection of an earlier holder to a server that cannot be asked from here.
    pub(super) elsewhere: Option<lock_table::Connection>,
}

impl<'s> MysqlSession<'s> {
    pub(super) fn reading(store: &'s Mysql, link: Link) -> Self {
        Self {
            store,
            link,
            work: None,
            begins: false,
            waiting: Vec::new(),
            lookouts: Lookouts::default(),
            touched: 0,
            #[cfg(feature = "backup")]
            stayed: String::new(),
        }
    }

    /// Connects to work under the lock, when the connection that was worked on before is at its end.
    pub(super) fn upgrading(store: &'s Mysql, guard: Arc<Guard>) -> Result<Self, StoreError> {
        let (link, server, elsewhere) = connect(store, &guard)?;
        let mut session = Self {
            store,
            link,
            work: Some(Work {
                guard,
                server,
                side: None,
                foreign_keys: store.foreign_key_checks,
                elsewhere,
            }),
            begins: false,
            waiting: Vec::new(),
            lookouts: Lookouts::default(),
            touched: 0,
            #[cfg(feature = "backup")]
            stayed: String::new(),
        };
        session.set_limits(Limits::default())?;
        Ok(session)
    }

    pub(super) fn work(&mut self) -> Result<&mut Work, StoreError> {
        self.work.as_mut().ok_or_else(|| {
            StoreError::new(Fault::Unsuitable, "the session was opened for reading only")
        })
    }

    /// The rows of a query without values, in which `?` stands for itself.
    pub(super) fn asked(&mut self, sql: &str) -> Result<Vec<Vec<Value>>, StoreError> {
        let flushed = self.flush(&[]);
        let outcome = flushed.and_then(|_| self.link.query(sql));
        self.explained(outcome)
    }

    /// Does something with the connection for questions.
    pub(super) fn aside<T>(
        &mut self,
        ask: impl FnOnce(&mut Link, &str) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let store = self.store;
        let work = self.work()?;
        if work.side.as_ref().is_none_or(Link::is_lost) {
            work.side = Some(aside(store, &work.server)?);
        }
        match &mut work.side {
            Some(link) => ask(link, &store.schema),
            None => unreachable!("it was connected just now"),
        }
    }

    fn one(&mut self, sql: &str) -> Result<(), StoreError> {
        let outcome = self.send(sql).map(drop);
        self.explained(outcome)
    }

    /// An outcome of the connection to work on. Where it was ended for another holder of the lock, the error says so.
    pub(super) fn explained<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        match (outcome, &self.work) {
            (Err(error), Some(work)) if error.fault() == Fault::Lost => {
                let ask = || aside(self.store, &work.server);
                Err(work.guard.explain(error, ask))
            }
            (outcome, _) => outcome,
        }
    }
}

impl Drop for MysqlSession<'_> {
    fn drop(&mut self) {
        // The server may work on for a connection that was lost: the next holder has to end it.
        if let Some(work) = &self.work
            && !self.link.is_lost()
        {
            work.guard.work_is_over();
        }
    }
}

impl Session for MysqlSession<'_> {
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Vec<Value>>, StoreError> {
        let flushed = self.flush(&[]);
        let outcome = flushed.and_then(|_| self.link.query(&literal::filled(sql, parameters)));
        self.explained(outcome)
    }

    fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64, StoreError> {
        let outcome = self.send(&literal::filled(sql, parameters));
        self.explained(outcome)
    }

    fn change_one(
        &mut self,
        sql: &str,
        parameters: &[Value],
        table: &str,
        name: &str,
    ) -> Result<(), StoreError> {
        self.waiting.push(Waiting {
            sql: literal::filled(sql, parameters),
            table: table.to_owned(),
            name: name.to_owned(),
        });
        Ok(())
    }

    fn change(&mut self, sql: &str, parameters: &[Value]) -> Result<Changed, StoreError> {
        #[cfg(feature = "backup")]
        self.must_stay(sql)?;
        let outcome = self
            .flush_all()
            .and_then(|()| self.link.change(sql, parameters));
        if let Ok(changed) = &outcome {
            self.count(sql, changed.rows);
        }
        self.explained(outcome)
    }

    fn each(
        &mut self,
        sql: &str,
        parameters: &[Value],
        take: &mut Take<'_>,
    ) -> Result<(), StoreError> {
        #[cfg(feature = "backup")]
        self.must_stay(sql)?;
        let outcome = self
            .flush_all()
            .and_then(|()| self.link.each(sql, parameters, take));
        self.explained(outcome)
    }

    fn run(&mut self, statement: &str) -> Result<(), StoreError> {
        let outcome = self.send(statement);
        if let Ok(rows) = outcome {
            self.count(statement, rows);
        }
        self.explained(outcome.map(drop))
    }

    fn touched(&self) -> Option<u64> {
        Some(self.touched)
    }

    fn has_table(&mut self, name: &str) -> Result<bool, StoreError> {
        if self.work.is_none() {
            // A node lists a table while it still makes what another one has made, and refuses to read it.
            server::keep_up(&mut self.link)?;
        }
        let sql =
            "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?";
        let schema = self.store.schema.as_str().into();
        Ok(!self.query(sql, &[schema, name.into()])?.is_empty())
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        self.flush(&[])?;
        self.begins = true;
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let check = self.work.as_ref().map(|work| work.guard.check());
        let checks: Vec<String> = check.into_iter().collect();
        let checked = self.flush(&checks).and_then(|changed| {
            let held = changed == vec![1; checks.len()];
            match &self.work {
                Some(work) if !held => Err(work.guard.overtaken()),
                Some(_) | None => Ok(()),
            }
        });
        if let Err(error) = checked {
            // The error that counts is the first.
            let _ = self.roll_back();
            return self.explained(Err(error));
        }
        self.one("COMMIT")
    }

    fn roll_back(&mut self) -> Result<(), StoreError> {
        self.waiting.clear();
        // A transaction ends with its connection.
        if std::mem::take(&mut self.begins) || self.link.is_lost() {
            return Ok(());
        }
        match self.one("ROLLBACK") {
            Err(error) if error.fault() == Fault::Lost => Ok(()),
            outcome => outcome,
        }
    }

    fn savepoint(&mut self) -> Result<(), StoreError> {
        self.one(&format!("SAVEPOINT {}", super::super::SAVEPOINT))
    }

    fn release(&mut self) -> Result<(), StoreError> {
        self.one(&format!("RELEASE SAVEPOINT {}", super::super::SAVEPOINT))
    }

    fn roll_back_to_savepoint(&mut self) -> Result<(), StoreError> {
        self.one(&format!(
            "ROLLBACK TO SAVEPOINT {}",
            super::super::SAVEPOINT
        ))?;
        self.release()
    }

    fn in_transaction(&self) -> bool {
        self.begins || self.link.in_transaction()
    }

    fn restore_last_insert_id(&mut self, id: i64) -> Result<(), StoreError> {
        self.one(&format!("DO LAST_INSERT_ID({id})"))
    }

    fn foreign_keys(&mut self) -> Result<bool, StoreError> {
        Ok(self.work()?.foreign_keys)
    }

    fn enforce_foreign_keys(&mut self, on: bool) -> Result<(), StoreError> {
        self.one(&format!(
            "SET SESSION foreign_key_checks = {}",
            u8::from(on)
        ))?;
        self.work()?.foreign_keys = on;
        Ok(())
    }

    fn broken_foreign_keys(&mut self) -> Result<Vec<BrokenKey>, StoreError> {
        // The servers have no check of all of them.
        Ok(Vec::new())
    }

    fn renew(&mut self) -> Result<(), StoreError> {
        self.begins = false;
        self.waiting.clear();
        let store = self.store;
        let schema = literal::quoted(&store.schema);
        if let Some(work) = &mut self.work
            && !self.link.is_lost()
        {
            let link = &mut self.link;
            let renewed = link
                .reset()
                .and_then(|()| link.run(&format!("USE {schema}")))
                .and_then(|_| work.server.keep_up(link));
            match renewed {
                Err(error) if error.fault() == Fault::Lost => {}
                renewed => {
                    renewed?;
                    work.foreign_keys = store.foreign_key_checks;
                    return self.set_limits(Limits::default());
                }
            }
        }
        let guard = self.work()?.guard.clone();
        let (link, server, elsewhere) = connect(store, &guard)?;
        self.link = link;
        let work = self.work()?;
        // What has ended one connection may have ended the other.
        work.side = None;
        work.server = server;
        work.elsewhere = elsewhere;
        work.foreign_keys = store.foreign_key_checks;
        self.set_limits(Limits::default())
    }

    fn set_limits(&mut self, limits: Limits) -> Result<(), StoreError> {
        let store = self.store.limits;
        let mut settings = Vec::new();
        if let Some(lock) = limits.lock.or(store.lock) {
            settings.extend(lock_limits(lock));
        }
        if let Some(statement) = limits.statement.or(store.statement) {
            if self.work()?.server.kind == Kind::Mysql {
                return Err(StoreError::new(
                    Fault::Unsuitable,
                    "MySQL has no time limit for statements that change something; MariaDB has",
                ));
            }
            settings.push(format!("max_statement_time = {}", statement.as_secs_f64()));
        }
        if settings.is_empty() {
            return Ok(());
        }
        self.one(&format!("SET SESSION {}", settings.join(", ")))
    }

    fn brake(&mut self, longest: Option<Duration>) -> Option<Brake> {
        let longest = longest.unwrap_or(self.store.max_lag);
        self.lookouts.brake(&self.store.replicas, longest)
    }

    fn stay_awake(&mut self) -> Result<(), StoreError> {
        self.one("DO 0")
    }

    fn structure(&mut self) -> &mut dyn Structure {
        self
    }

    fn self_committing(&mut self) -> Option<&mut dyn SelfCommitting> {
        Some(self)
    }
}
