//! [`Theirs`]: what another tool's table says, read by that tool's own rules.

use super::{AdoptError, Tool};
use crate::store::Value;
use crate::version::Version;

/// A script of another tool's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Their {
    pub(super) version: Version,
    /// Its version and what it is called, for people.
    pub(super) shown: String,
}

/// What another tool's table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Theirs {
    /// The scripts that ran, one by one.
    pub(super) applied: Vec<Their>,
    /// All scripts up to this version are in the database, whether they are listed or not.
    pub(super) through: Option<Their>,
}

/// How a row of Flyway's came to be, by its column `type`.
///
/// From <https://documentation.red-gate.com/fd/flyway-schema-history-table-273973417.html>.
enum Row {
    /// A script ran.
    Ran,
    /// The database was taken over at this version, or a script stood for all up to it.
    Baseline,
    /// What an earlier row says holds no longer: the script was undone, or its file was given up.
    Gone,
    /// The schema was made.
    Schema,
}

impl Row {
    fn of(kind: &str) -> Self {
        match kind {
            "BASELINE" | "SQL_BASELINE" | "JDBC_BASELINE" => Self::Baseline,
            "DELETE" => Self::Gone,
            "SCHEMA" => Self::Schema,
            undo if undo.starts_with("UNDO_") => Self::Gone,
            // SQL, JDBC, SCRIPT, CUSTOM and what callers make up for their own.
            _ => Self::Ran,
        }
    }
}

impl Theirs {
    /// Reads the rows that [`Tool::select`] asks for. `extension`: which of Joomla's is meant.
    ///
    /// # Errors
    /// A row says that a script failed, cannot be read, or nobody said which extension is meant.
    pub(super) fn read(
        tool: Tool,
        table: &str,
        extension: Option<u64>,
        rows: Vec<Vec<Value>>,
    ) -> Result<Self, AdoptError> {
        let reader = Reader { tool, table };
        let theirs = match tool {
            Tool::Refinery | Tool::Diesel => reader.plain(rows)?,
            Tool::Sqlx => reader.sqlx(rows)?,
            Tool::Flyway => reader.flyway(rows)?,
            Tool::Joomla => reader.joomla(extension, rows)?,
        };
        if theirs == Self::default() {
            let table = table.to_owned();
            return Err(AdoptError::Nothing { tool, table });
        }
        Ok(theirs)
    }
}

struct Reader<'r> {
    tool: Tool,
    table: &'r str,
}

impl Reader<'_> {
    fn plain(&self, rows: Vec<Vec<Value>>) -> Result<Theirs, AdoptError> {
        let mut theirs = Theirs::default();
        for row in rows {
            let mut columns = row.into_iter();
            let version = text(columns.next());
            let their = self.their(&version, &text(columns.next()))?;
            theirs.applied.push(their);
        }
        Ok(theirs)
    }

    fn sqlx(&self, rows: Vec<Vec<Value>>) -> Result<Theirs, AdoptError> {
        let mut theirs = Theirs::default();
        for row in rows {
            let mut columns = row.into_iter();
            let (version, name) = (text(columns.next()), text(columns.next()));
            let their = self.their(&version, &name)?;
            self.must_have_ended(&their, columns.next())?;
            theirs.applied.push(their);
        }
        Ok(theirs)
    }

    fn flyway(&self, rows: Vec<Vec<Value>>) -> Result<Theirs, AdoptError> {
        let mut theirs = Theirs::default();
        for row in rows {
            let mut columns = row.into_iter();
            let (version, name) = (text(columns.next()), text(columns.next()));
            let kind = text(columns.next());
            let success = columns.next();
            if version.is_empty() {
                // What repeats has no version, and runs again here too.
                self.must_have_ended_by(&name, success)?;
                continue;
            }
            let their = self.their(&version, &name)?;
            self.must_have_ended(&their, success)?;
            match Row::of(&kind) {
                Row::Ran => theirs.applied.push(their),
                Row::Baseline => theirs.through = Some(their),
                Row::Gone => theirs
                    .applied
                    .retain(|applied| applied.version != their.version),
                Row::Schema => {}
            }
        }
        Ok(theirs)
    }

    fn joomla(&self, extension: Option<u64>, rows: Vec<Vec<Value>>) -> Result<Theirs, AdoptError> {
        let mut found: Vec<(u64, String)> = Vec::new();
        for row in rows {
            let mut columns = row.into_iter();
            let id = columns.next().and_then(|id| id.as_integer());
            found.push((id.map_or(0, i64::unsigned_abs), text(columns.next())));
        }
        if let Some(wanted) = extension {
            found.retain(|(id, _)| *id == wanted);
        }
        match found.as_slice() {
            [(_, version)] => {
                let through = Some(self.their(version, "")?);
                Ok(Theirs {
                    applied: Vec::new(),
                    through,
                })
            }
            [] if extension.is_none() => Ok(Theirs::default()),
            _ => Err(AdoptError::WhichExtension {
                table: self.table.to_owned(),
                found,
            }),
        }
    }

    fn their(&self, version: &str, name: &str) -> Result<Their, AdoptError> {
        let parsed = version.parse().map_err(|source| AdoptError::Unreadable {
            table: self.table.to_owned(),
            value: version.to_owned(),
            source,
        })?;
        Ok(Their {
            version: parsed,
            shown: format!("{version} {name}").trim().to_owned(),
        })
    }

    fn must_have_ended(&self, their: &Their, success: Option<Value>) -> Result<(), AdoptError> {
        self.must_have_ended_by(&their.shown, success)
    }

    fn must_have_ended_by(&self, shown: &str, success: Option<Value>) -> Result<(), AdoptError> {
        let ended = match success {
            Some(Value::Blob(bits)) => bits != [0],
            other => !matches!(text(other).as_str(), "" | "0" | "false" | "f"),
        };
        match ended {
            true => Ok(()),
            false => Err(AdoptError::Unfinished {
                tool: self.tool,
                table: self.table.to_owned(),
                version: shown.to_owned(),
            }),
        }
    }
}

fn text(value: Option<Value>) -> String {
    value.and_then(Value::into_text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::chain;

    /// Rows by words: columns with commas, rows with semicolons; `-` is NULL.
    fn rows(text: &str) -> Vec<Vec<Value>> {
        let value = |word: &str| match (word, word.parse::<i64>()) {
            ("-", _) => Value::Null,
            (_, Ok(number)) if number.to_string() == word => Value::Integer(number),
            (_, _) => Value::from(word),
        };
        let rows = text.split("; ").filter(|row| !row.is_empty());
        rows.map(|row| row.split(',').map(value).collect())
            .collect()
    }

    #[test]
    fn reads_by_the_tools_own_rules() {
        const FAILED: &str = "as failed; finish it with";
        let table = [
            (
                Tool::Refinery,
                None,
                "1,initial; 20,prices",
                "1 initial, 20 prices",
            ),
            (
                Tool::Refinery,
                None,
                "",
                "says of no script that refinery has run it",
            ),
            (
                Tool::Diesel,
                None,
                "00000000000000; 20240105123456",
                "00000000000000, 20240105123456",
            ),
            (
                Tool::Diesel,
                None,
                "2024 x",
                "holds \"2024 x\", which is no version: a version cannot contain ' '",
            ),
            (Tool::Sqlx, None, "1,a,1; 2,b,true", "1 a, 2 b"),
            (Tool::Sqlx, None, "1,a,1; 2,b,0", FAILED),
            (Tool::Sqlx, None, "1,a,false", FAILED),
            (
                Tool::Flyway,
                None,
                "1,a,SQL,1; 1.1,b,JDBC,1; -,view,SQL,1",
                "1 a, 1.1 b",
            ),
            (Tool::Flyway, None, "1,a,SQL,1; 2,b,SQL,0", FAILED),
            (Tool::Flyway, None, "-,view,SQL,0", FAILED),
            (
                Tool::Flyway,
                None,
                "-,<< Flyway Schema Creation >>,SCHEMA,1; 3,b,BASELINE,1; 4,c,SQL,1",
                "4 c, all up to 3 b",
            ),
            (
                Tool::Flyway,
                None,
                "1,a,SQL,1; 2,b,SQL,1; 2,b,UNDO_SQL,1",
                "1 a",
            ),
            (
                Tool::Flyway,
                None,
                "1,a,SQL,1; 2,b,SQL,1; 2,b,DELETE,1; 2,b,SQL,1",
                "1 a, 2 b",
            ),
            (
                Tool::Flyway,
                None,
                "1,a,SQL,1; 5,all,SQL_BASELINE,1",
                "1 a, all up to 5 all",
            ),
            (
                Tool::Joomla,
                None,
                "700,4.0.0-2018-03-05",
                "all up to 4.0.0-2018-03-05",
            ),
            (Tool::Joomla, None, "", "says of no script"),
            (
                Tool::Joomla,
                None,
                "700,4.0.0; 812,1.2",
                "is about extension 700 at 4.0.0, extension 812 at 1.2",
            ),
            (
                Tool::Joomla,
                Some(812),
                "700,4.0.0; 812,1.2",
                "all up to 1.2",
            ),
            (
                Tool::Joomla,
                Some(813),
                "700,4.0.0; 812,1.2",
                "is about no such extension",
            ),
        ];
        for (tool, extension, told, expected) in table {
            let shown = match Theirs::read(tool, "t", extension, rows(told)) {
                Err(error) => chain(&error),
                Ok(theirs) => {
                    let applied = theirs.applied.into_iter().map(|their| their.shown);
                    let through = theirs
                        .through
                        .map(|their| format!("all up to {}", their.shown));
                    applied.chain(through).collect::<Vec<_>>().join(", ")
                }
            };
            let same = shown == expected
                || !expected.is_empty() && shown.contains(expected) && shown.starts_with("table t");
            assert!(same, "{tool} {told}: {shown}, and not {expected}");
        }
    }
}
