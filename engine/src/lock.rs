//! The lock: who holds the right to upgrade one database, and what it tells those who wait.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Who upgrades.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The name of the machine.
    pub host: String,
    /// The process on that machine.
    pub pid: u32,
    /// The version of the application, when it told it.
    pub program: Option<String>,
    /// The run, as the history has it.
    pub run: String,
    /// Since when it holds the lock.
    pub since: Timestamp,
}

impl Holder {
    /// This process, from now on.
    pub fn me(program: Option<String>) -> Self {
        let since = Timestamp::now();
        let pid = std::process::id();
        let moment: String = since
            .to_string()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        Self {
            host: gethostname::gethostname().to_string_lossy().into_owned(),
            pid,
            program,
            run: format!("{moment}-{pid}"),
            since,
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} on {}", self.pid, self.host)?;
        if let Some(program) = &self.program {
            write!(f, " (version {program})")?;
        }
        write!(f, ", working since {}", self.since)
    }
}

/// Where in its work a holder is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The script, as `track/file`.
    pub script: String,
    /// The statement that runs, counted from 1; 0 in a script without statements.
    pub statement: u64,
    /// How many the script has.
    pub statements: u64,
    /// For whom it waits, in words, as for a replica that is too far behind; `None`: for nobody.
    #[serde(default)]
    pub waits_for: Option<String>,
    /// How far its batch is; `None`: it is in none.
    #[serde(default)]
    pub rows: Option<DoneRows>,
}

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoneRows {
    /// How many rows are done.
    pub done: u64,
    /// How many there are, about; `None`: nobody has counted them.
    pub total: Option<u64>,
}

impl Place {
    /// Goes on to this statement, which is in no batch yet.
    pub fn move_to(&mut self, statement: u64) {
        if self.statement != statement {
            self.rows = None;
        }
        self.statement = statement;
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, statement {} of {}",
            self.script, self.statement, self.statements
        )?;
        match self.rows {
            None => Ok(()),
            Some(DoneRows { done, total: None }) => write!(f, ", {done} rows done"),
            Some(DoneRows {
                done,
                total: Some(total),
            }) => write!(f, ", {done} of {total} rows done"),
        }?;
        match &self.waits_for {
            None => Ok(()),
            Some(whom) => write!(f, ", waiting: {whom}"),
        }
    }
}

/// How many holders died one after another in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deaths {
    /// Where the last of them died.
    pub at: Place,
    /// How many.
    pub count: u32,
}

/// What stands with the lock, for others to read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockRecord {
    /// Who holds the lock; left behind by a holder that died.
    pub holder: Option<Holder>,
    /// What it is working on.
    pub at: Option<Place>,
    /// What happened to its predecessors.
    pub deaths: Option<Deaths>,
}

impl LockRecord {
    /// The deaths that a new holder has to know of, when this is what it finds. Who was only waiting did not die of its
    /// script.
    pub fn deaths_found(self) -> Option<Deaths> {
        let (Some(_died), Some(at)) = (self.holder, self.at) else {
            return self.deaths;
        };
        if at.waits_for.is_some() {
            return self.deaths;
        }
        let earlier = self.deaths.filter(|deaths| deaths.at.script == at.script);
        let count = 1 + earlier.map_or(0, |deaths| deaths.count);
        Some(Deaths { at, count })
    }
}

impl fmt::Display for LockRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.holder {
            None => f.write_str("another process"),
            Some(holder) => holder.fmt(f),
        }?;
        match &self.at {
            None => Ok(()),
            Some(place) => write!(f, ", now at {place}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_deaths_in_one_script() {
        let place = |script: &str| Place {
            script: script.into(),
            statement: 2,
            statements: 3,
            waits_for: None,
            rows: None,
        };
        let waiting = Place {
            waits_for: Some("replica".into()),
            ..place("a")
        };
        let deaths = |script: &str, count| {
            Some(Deaths {
                at: place(script),
                count,
            })
        };
        let died = Some(Holder::me(None));
        let rows = [
            (None, None, None, None),
            (None, Some(place("a")), None, None),
            (None, None, deaths("a", 2), deaths("a", 2)),
            (died.clone(), None, None, None),
            (died.clone(), None, deaths("a", 1), deaths("a", 1)),
            (died.clone(), Some(place("a")), None, deaths("a", 1)),
            (
                died.clone(),
                Some(place("a")),
                deaths("a", 1),
                deaths("a", 2),
            ),
            (died.clone(), Some(waiting), deaths("a", 2), deaths("a", 2)),
            (died, Some(place("b")), deaths("a", 2), deaths("b", 1)),
        ];
        for (holder, at, before, after) in rows {
            let record = LockRecord {
                holder,
                at,
                deaths: before,
            };
            assert_eq!(record.clone().deaths_found(), after, "{record:?}");
        }
    }
}
