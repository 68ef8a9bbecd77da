//! [`MysqlScratch`]: a database in a schema beside the real one.

use std::ffi::OsStr;
use std::io::Read;
use std::sync::Arc;

use mysql_async::OptsBuilder;

use super::super::super::{
    Lock, Replacing, Scratch, Session, Store, StoreError, TableCount, Value,
};
use super::super::Mysql;
use super::super::link::Link;
use super::super::literal::{quoted, text};
use super::super::session::MysqlSession;
use super::kept::Kept;
use super::place::Place;
use super::{ITS_TABLES, filling, names, staying, swap};
use crate::sql::mysql::beyond::Neighbours;

/// A second database on the same server.
pub(super) struct MysqlScratch<'s> {
    pub(super) live: &'s Mysql,
    pub(super) place: Place,
    /// It, as a database.
    store: Mysql,
    /// What makes its views, triggers, routines and events.
    pub(super) kept: Vec<Kept>,
}

impl<'s> MysqlScratch<'s> {
    pub(super) fn make(live: &'s Mysql) -> Result<Self, StoreError> {
        let mut place = Place::make(live)?;
        let store = live.aside(&mut place.link, &place.name)?;
        Ok(Self {
            live,
            place,
            store,
            kept: Vec::new(),
        })
    }

    fn tables(&mut self) -> Result<Vec<String>, StoreError> {
        let place = text(&self.place.name);
        let sql = format!("SELECT TABLE_NAME {ITS_TABLES} = {place} ORDER BY BINARY TABLE_NAME");
        names(&mut self.place.link, &sql)
    }
}

impl Scratch for MysqlScratch<'_> {
    fn fill(&mut self, dump: &mut dyn Read) -> Result<(), StoreError> {
        self.kept = filling::fill(&mut self.place.link, &self.place.name, dump)?;
        Ok(())
    }

    fn faults(&mut self) -> Result<Vec<String>, StoreError> {
        let mut faults = Vec::new();
        for table in self.tables()? {
            // Table, operation, kind, text.
            for row in self
                .place
                .link
                .query(&format!("CHECK TABLE {}", quoted(&table)))?
            {
                let mut columns = row.into_iter().skip(2).map(Value::into_text);
                let kind = columns.next().flatten().unwrap_or_default();
                let said = columns.next().flatten().unwrap_or_default();
                if kind.eq_ignore_ascii_case("error") {
                    faults.push(format!("{table}: {said}"));
                }
            }
        }
        Ok(faults)
    }

    fn reaching_out(&mut self) -> Result<Vec<String>, StoreError> {
        match self.store.neighbours.clone() {
            Some(neighbours) => {
                staying::reaching_out(&mut self.place.link, &self.place.name, &neighbours)
            }
            None => Ok(Vec::new()),
        }
    }

    fn count(&mut self) -> Result<Vec<TableCount>, StoreError> {
        let mut counts = Vec::new();
        for table in self.tables()? {
            let rows = self
                .place
                .link
                .query(&format!("SELECT COUNT(*) FROM {}", quoted(&table)))?;
            let rows = rows.into_iter().flatten().next().and_then(Value::into_text);
            counts.push(TableCount {
                table,
                rows: rows.and_then(|rows| rows.parse().ok()).unwrap_or_default(),
            });
        }
        Ok(counts)
    }

    fn name(&self) -> &OsStr {
        OsStr::new(&self.place.name)
    }

    fn store(&self) -> Box<dyn Store + '_> {
        Box::new(self.store.again())
    }

    fn session(&mut self) -> Result<Box<dyn Session + '_>, StoreError> {
        let mut setup = vec!["SET SESSION autocommit = 1".to_owned()];
        if let Some(sql_mode) = &self.store.sql_mode {
            setup.push(format!("SET SESSION sql_mode = {}", text(sql_mode)));
        }
        let options = self.store.options().setup(setup);
        let link = self.store.connect(&self.store.bridge, options)?;
        Ok(Box::new(MysqlSession::reading(&self.store, link)))
    }

    fn replacing(&self) -> Replacing {
        Replacing::InSteps
    }

    fn may_replace(&mut self, lock: &dyn Lock) -> Result<(), StoreError> {
        swap::may(self, lock)
    }

    fn replace(&mut self, lock: &dyn Lock) -> Result<(), StoreError> {
        swap::swap(self, lock)
    }
}

impl Mysql {
    /// The same on a schema aside, out of which nothing may reach.
    pub(super) fn aside(&self, link: &mut Link, schema: &str) -> Result<Self, StoreError> {
        let others = staying::neighbours(link, schema)?;
        let neighbours = Arc::new(Neighbours::new(schema, others));
        let opts = OptsBuilder::from_opts(self.opts.clone()).db_name(Some(schema));
        Ok(Self {
            opts: opts.into(),
            schema: schema.to_owned(),
            address: self
                .address
                .replacen(&format!("/{}", self.schema), &format!("/{schema}"), 1),
            // Nobody replicates it for anybody.
            replicas: Vec::new(),
            neighbours: Some(neighbours),
            ..self.again()
        })
    }

    /// The same once more.
    fn again(&self) -> Self {
        Self {
            opts: self.opts.clone(),
            schema: self.schema.clone(),
            address: self.address.clone(),
            sql_mode: self.sql_mode.clone(),
            foreign_key_checks: self.foreign_key_checks,
            limits: self.limits,
            expiry: self.expiry,
            patience: self.patience,
            replicas: self.replicas.clone(),
            max_lag: self.max_lag,
            dump_tool: self.dump_tool.clone(),
            neighbours: self.neighbours.clone(),
            bridge: self.bridge.clone(),
        }
    }
}
