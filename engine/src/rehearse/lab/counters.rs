//! [`Counters`]: ids that a death has used up. Servers do not take back what a transaction that is undone has taken, so that what
//! comes next has other ids, and that is no fault of a script.

use std::collections::BTreeMap;

use crate::aside::picture::mysql_made;
use crate::ledger::Tables;
use crate::sql::Dialect;
use crate::store::{Session, StoreError, texts};

/// The columns that ids are made for.
const COUNTED: &str = "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS \
                       WHERE TABLE_SCHEMA = DATABASE() AND EXTRA LIKE '%auto_increment%' ORDER BY BINARY TABLE_NAME";

/// What the counters of the application's tables stand at; none on SQLite, where an undone transaction has taken nothing.
#[derive(Debug, Default)]
pub(super) struct Counters(BTreeMap<String, Counter>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counter {
    /// The id that comes next.
    next: u64,
    /// The one that would come next by the rows alone.
    by_rows: u64,
}

impl Counters {
    /// Reads them.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(super) fn read(session: &mut dyn Session, own: &Tables) -> Result<Self, StoreError> {
        let mut counters = Self::default();
        match own.dialect() {
            Dialect::Sqlite => return Ok(counters),
            Dialect::Mysql => {}
        }
        let quoted = |name: &str| Dialect::Mysql.quoted(name);
        let engines = own.names();
        for [table, column] in texts(session, COUNTED)? {
            if engines.contains(&table) {
                continue;
            }
            let (_, next) = mysql_made::table(session, &table)?;
            let highest = format!(
                "SELECT CAST(GREATEST(COALESCE(MAX({}), 0), 0) AS CHAR) FROM {}",
                quoted(&column),
                quoted(&table)
            );
            let highest = texts(session, &highest)?.into_iter().next();
            let highest = highest.map(|[highest]| highest).unwrap_or_default();
            // Ids of floating point are beyond counting.
            if let (Ok(next), Ok(highest)) = (next.parse(), highest.parse::<u64>()) {
                let by_rows = highest.saturating_add(1);
                counters.0.insert(table, Counter { next, by_rows });
            }
        }
        Ok(counters)
    }

    /// Those that stand higher than their rows have brought them, in a database that began with `before`: by table, with where
    /// they would stand.
    pub(super) fn used_up(&self, before: &Self) -> BTreeMap<String, u64> {
        let used_up = self.0.iter().filter_map(|(table, counter)| {
            let began = before.0.get(table).map_or(1, |before| before.next);
            let owed = counter.by_rows.max(began);
            (counter.next > owed).then(|| (table.clone(), owed))
        });
        used_up.collect()
    }
}

/// Sets counters to where they would stand.
///
/// # Errors
/// The database refuses it.
pub(super) fn give_back(
    session: &mut dyn Session,
    used_up: &BTreeMap<String, u64>,
) -> Result<(), StoreError> {
    for (table, owed) in used_up {
        let table = Dialect::Mysql.quoted(table);
        session.execute(&format!("ALTER TABLE {table} AUTO_INCREMENT = {owed}"), &[])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_death_has_used_up() {
        let counters = |next, by_rows| {
            let counter = Counter { next, by_rows };
            Counters(BTreeMap::from([("t".to_owned(), counter)]))
        };
        let none = Counters::default();
        let rows = [
            // Its rows are undone, and their ids are not.
            (counters(4, 4), counters(7, 4), Some(4)),
            // Rows were deleted before the run began.
            (counters(9, 4), counters(12, 4), Some(9)),
            (counters(9, 4), counters(9, 4), None),
            // Nothing was undone.
            (counters(4, 4), counters(7, 7), None),
            // A table of the run's own.
            (none, counters(3, 1), Some(1)),
            // It was emptied.
            (counters(9, 9), counters(1, 1), None),
        ];
        for (before, now, expected) in rows {
            let used_up = now.used_up(&before);
            assert_eq!(used_up.get("t").copied(), expected, "{before:?} {now:?}");
        }
    }
}
