//! MySQL's and MariaDB's databases as a whole: dumped by the server's own tool, put into a schema beside the real one,
//! and brought into its place by one RENAME TABLE.

mod asked;
mod cutter;
mod defaults;
mod dumping;
mod filling;
mod hexadecimal;
mod kept;
mod place;
mod scratch;
mod statement;
mod staying;
mod swap;
mod tool;

use std::ffi::OsStr;
use std::path::Path;

use super::super::{DumpSize, Dumped, Dumping, Fault, Scratch, Store, StoreError, Value, Whole};
use super::Mysql;
use super::link::Link;
use super::literal::text;
use super::server::Server;
use scratch::MysqlScratch;
use tool::Tool;

/// Everything in a schema that has rows of its own.
const ITS_TABLES: &str = "FROM information_schema.TABLES WHERE TABLE_TYPE NOT IN ('VIEW', 'SYSTEM VIEW', 'SEQUENCE') AND TABLE_SCHEMA";

impl Whole for Mysql {
    fn identity(&self) -> String {
        // Whoever logs in, it is the same database.
        match self
            .address
            .split_once("://")
            .zip(self.address.split_once('@'))
        {
            Some(((scheme, _), (_, place))) => format!("{scheme}://{place}"),
            None => self.address.clone(),
        }
    }

    fn neighbours(&self) -> Result<Vec<String>, StoreError> {
        staying::neighbours(&mut self.beside()?, &self.schema)
    }

    fn size(&self) -> Result<DumpSize, StoreError> {
        let mut link = self.beside()?;
        let rows = link.query(&format!(
            "SELECT CAST(SUM(DATA_LENGTH) AS UNSIGNED) {ITS_TABLES} = {}",
            text(&self.schema)
        ))?;
        let bytes = rows.into_iter().flatten().next();
        let bytes = bytes.and_then(Value::into_text);
        Ok(DumpSize {
            dump: bytes.and_then(|bytes| bytes.parse().ok()).unwrap_or(0),
            aside: 0,
        })
    }

    fn dump(&self, work: &mut Dumping<'_>) -> Result<Dumped, StoreError> {
        let mut link = self.beside()?;
        let server = Server::ask(&mut link)?;
        let tool = Tool::find(self.dump_tool.as_deref(), &server)?;
        let asked = asked::ask(&mut link, &self.schema, &server)?;
        drop(link);
        dumping::dump(self, &server, &tool, asked, work)
    }

    fn scratch<'s>(&'s self, _: &Path) -> Result<Box<dyn Scratch + 's>, StoreError> {
        Ok(Box::new(MysqlScratch::make(self)?))
    }

    fn second(&self, name: &OsStr) -> Result<Box<dyn Store>, StoreError> {
        let ours = name
            .to_str()
            .filter(|name| place::is_beside(&self.schema, name));
        let Some(name) = ours else {
            let message = format!(
                "{} is no copy of {} that was made to try things in",
                name.display(),
                self.schema
            );
            return Err(StoreError::new(Fault::Refused, message));
        };
        Ok(Box::new(self.aside(&mut self.beside()?, name)?))
    }
}

impl Mysql {
    /// A connection for questions that may take long, and for a schema that nobody else uses.
    fn beside(&self) -> Result<Link, StoreError> {
        // MySQL's sizes of tables are those of a day ago, unless told; MariaDB passes over this comment.
        let setup = vec![
            "SET SESSION autocommit = 1, wait_timeout = 2000000 /*!80000 , information_schema_stats_expiry = 0 */",
        ];
        let link = self.connect(&self.bridge, self.options().setup(setup))?;
        Ok(link.for_questions())
    }
}

/// The names in the first column of what a query answers.
fn names(link: &mut Link, sql: &str) -> Result<Vec<String>, StoreError> {
    let rows = link.query(sql)?.into_iter();
    let first = rows.filter_map(|row| row.into_iter().next());
    Ok(first.filter_map(Value::into_text).collect())
}

/// What the user has no right to, with the statement that gives it.
fn denied(message: String) -> StoreError {
    StoreError::new(Fault::Denied, message)
}
