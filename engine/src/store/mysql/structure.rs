//! What stands in a schema of MySQL's or MariaDB's under which name.
//!
//! The connection that is worked on is asked, with SHOW: it knows the schema that USE has chosen, and temporary tables.

use super::super::structure::{
    Column, Constraint, ForeignKey, Index, KeyAction, Part, Referrer, Relation, RelationKind, Rule,
    Structure, TableParts,
};
use super::super::{Fault, Session, StoreError, Value};
use super::literal::quoted;
use super::session::MysqlSession;
use crate::sql::table::{Clause, TableText, What};
use crate::sql::{Dialect, Syntax};

/// There is no such table; or no such schema; or no table could be called so, or with so long a name.
const NOT_THERE: [u16; 4] = [1146, 1049, 1103, 1059];

/// ER_DBACCESS_DENIED_ERROR: the user has not the right, on the whole database.
const NO_ACCESS: u16 = 1044;
/// What a user needs to make one.
const NEEDS: &str = "to learn what the server makes of a definition, a verb needs the right CREATE TEMPORARY TABLES on the \
                     database, and the user has not got it";

/// A temporary table, for asking what the server makes of a definition.
const SCRATCH: &str = "upgrades_scratch";

const TRIGGERS: &str = "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS
    WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME = ?";
const REFERRERS: &str = "SELECT k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME,
    k.REFERENCED_COLUMN_NAME, r.DELETE_RULE, r.UPDATE_RULE
    FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r
    ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
    WHERE k.CONSTRAINT_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME = ?
    ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION";

impl Structure for MysqlSession<'_> {
    fn relation(&mut self, name: &str) -> Result<Option<Relation>, StoreError> {
        let shown = self.asked(&format!("SHOW CREATE TABLE {}", quoted(name)));
        let mut row = match shown {
            Err(error) if error.number().is_some_and(|n| NOT_THERE.contains(&n)) => {
                return Ok(None);
            }
            rows => match rows?.into_iter().next() {
                Some(row) => texts(row),
                None => return Ok(None),
            },
        };
        // A view comes with its character set and its collation.
        let is_view = row.len() > 2;
        let definition = std::mem::take(&mut row[1]);
        let kind = match is_view {
            true => RelationKind::View,
            false if definition.starts_with("CREATE TEMPORARY") => RelationKind::TemporaryTable,
            false => RelationKind::Table,
        };
        let table = TableText::read(&definition, Syntax::of(Dialect::Mysql, ""));
        let columns = match self.columns(name, table.as_ref()) {
            // A view may speak of what is not there any more.
            Err(error) if is_view && error.fault() == Fault::Refused => Vec::new(),
            columns => columns?,
        };
        let (indexes, primary_key) = match is_view {
            true => (Vec::new(), Vec::new()),
            false => self.indexes(name)?,
        };
        let constraints = constraints(table.as_ref(), &indexes, &primary_key);
        drop(table);
        Ok(Some(Relation {
            name: row.swap_remove(0),
            kind,
            columns,
            primary_key,
            indexes,
            constraints,
            definition,
        }))
    }

    fn trigger(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        for row in self.query(TRIGGERS, &[name.into()])? {
            let row = texts(row);
            if self.same_table(&row[0], name)? {
                return Ok(row.into_iter().nth(1));
            }
        }
        Ok(None)
    }

    fn index_owner(&mut self, _: &Relation, _: &str) -> Result<Option<String>, StoreError> {
        // Each table has index names of its own.
        Ok(None)
    }

    fn referrers(&mut self, table: &Relation) -> Result<Vec<Referrer>, StoreError> {
        let mut found: Vec<(String, Referrer)> = Vec::new();
        for row in self.query(REFERRERS, &[table.name.as_str().into()])? {
            let row = texts(row);
            let [child, name, column, parent, to, on_delete, on_update] = row.as_slice() else {
                continue;
            };
            if !self.same_table(parent, &table.name)? {
                continue;
            }
            match found.last_mut() {
                Some((last, referrer)) if last == name && referrer.table == *child => {
                    referrer.key.columns.push(column.clone());
                    referrer.key.parent_columns.push(to.clone());
                }
                Some(_) | None => {
                    let key = ForeignKey::new([column], parent, [to])
                        .on_delete(action(on_delete))
                        .on_update(action(on_update));
                    let table = child.clone();
                    found.push((
                        name.clone(),
                        Referrer {
                            table,
                            key,
                            has_rows: true,
                        },
                    ));
                }
            }
        }
        Ok(found.into_iter().map(|(_, referrer)| referrer).collect())
    }

    fn column_of(
        &mut self,
        table: &Relation,
        name: &str,
        definition: &str,
    ) -> Result<Column, StoreError> {
        let is_other = |column: &&Column| !Dialect::Mysql.same_name(&column.name, name);
        let others = table.columns.iter().filter(is_other);
        let others = others.map(|column| format!("{} {}", quoted(&column.name), column.type_name));
        let own = [without_keys(&format!("{} {definition}", quoted(name)))];
        // A column that numbers itself has to be a key, which it may be in the table.
        let is_numbered = definition.to_ascii_uppercase().contains("AUTO_INCREMENT");
        let key = is_numbered.then(|| format!("KEY ({})", quoted(name)));
        let parts = own.into_iter().chain(others).chain(key);
        let made = self.scratch(table, &parts.collect::<Vec<_>>())?;
        match made.columns.into_iter().next() {
            Some(column) => Ok(column),
            None => Err(unexplained(definition)),
        }
    }

    fn condition_of(&mut self, table: &Relation, condition: &str) -> Result<String, StoreError> {
        let columns = table.columns.iter();
        let columns =
            columns.map(|column| format!("{} {}", quoted(&column.name), column.type_name));
        let check = [format!("CHECK ({condition})")];
        let made = self.scratch(table, &columns.chain(check).collect::<Vec<_>>())?;
        let mut rules = made
            .constraints
            .into_iter()
            .map(|constraint| constraint.rule);
        rules
            .find_map(|rule| match rule {
                Rule::Check(condition) => Some(condition),
                _ => None,
            })
            .ok_or_else(|| unexplained(condition))
    }

    fn surroundings(&mut self, _: &Relation) -> Result<Option<TableParts>, StoreError> {
        Ok(None)
    }

    fn same_table(&mut self, one: &str, other: &str) -> Result<bool, StoreError> {
        let asked = self.asked("SELECT @@lower_case_table_names")?;
        let told = asked.into_iter().flatten().next();
        Ok(match told.and_then(|told| told.as_integer()) {
            Some(0) => one == other,
            Some(_) | None => one.to_lowercase() == other.to_lowercase(),
        })
    }
}

impl MysqlSession<'_> {
    fn columns(
        &mut self,
        name: &str,
        table: Option<&TableText<'_>>,
    ) -> Result<Vec<Column>, StoreError> {
        let rows = self.asked(&format!("SHOW FULL COLUMNS FROM {}", quoted(name)))?;
        let columns = rows.into_iter().map(|row| {
            let row = texts(row);
            let [name, type_name, collation, null, _, _, extra, _, comment] = row.as_slice() else {
                return Err(unexplained(name));
            };
            let said = |what: What| {
                let item = table.and_then(|table| Some((table, table.exact(name)?)));
                item.and_then(|(table, item)| {
                    let clause = item.clauses.iter().find(|clause| clause.what == what)?;
                    Some((table, clause))
                })
            };
            let default = said(What::Default).map(|(table, clause)| table.value(clause));
            Ok(Column {
                name: name.clone(),
                type_name: type_name.clone(),
                is_nullable: null == "YES",
                default: default.filter(|default| default != "NULL"),
                generated: said(What::Generated).map(|(table, clause)| table.expression(clause)),
                collation: Some(collation.clone()).filter(|collation| !collation.is_empty()),
                extra: further(extra, comment),
            })
        });
        columns.collect()
    }

    /// The indexes, and the columns of the primary key.
    fn indexes(&mut self, name: &str) -> Result<(Vec<Index>, Vec<String>), StoreError> {
        const NAME: usize = 2;
        const COLUMN: usize = 4;
        const DIRECTION: usize = 5;
        const LENGTH: usize = 7;
        const KIND: usize = 10;
        let mut indexes: Vec<Index> = Vec::new();
        let mut primary_key = Vec::new();
        for row in self.asked(&format!("SHOW INDEX FROM {}", quoted(name)))? {
            let row = texts(row);
            let cell = |at: usize| row.get(at).map(String::as_str).unwrap_or_default();
            if cell(NAME) == "PRIMARY" {
                primary_key.push(cell(COLUMN).to_owned());
                continue;
            }
            let part = Part {
                column: Some(cell(COLUMN).to_owned()).filter(|column| !column.is_empty()),
                is_plain: cell(DIRECTION) != "D" && cell(LENGTH).is_empty(),
            };
            match indexes.last_mut() {
                Some(last) if last.name == cell(NAME) => last.parts.push(part),
                Some(_) | None => indexes.push(Index {
                    name: cell(NAME).to_owned(),
                    parts: vec![part],
                    is_unique: cell(1) == "0",
                    is_plain: ["BTREE", "HASH"].contains(&cell(KIND)),
                    is_constraint: false,
                }),
            }
        }
        indexes.sort_by(|one, other| one.name.cmp(&other.name));
        Ok((indexes, primary_key))
    }

    /// What the server makes of a table of these parts.
    fn scratch(&mut self, like: &Relation, parts: &[String]) -> Result<Relation, StoreError> {
        let options = like
            .definition
            .rsplit_once("\n) ")
            .map(|(_, options)| options);
        let of = |option: &str| {
            let mut words = options.unwrap_or_default().split_whitespace();
            words.find_map(|word| Some(word.strip_prefix(option)?.to_owned()))
        };
        let mut sql = format!("CREATE TEMPORARY TABLE {SCRATCH} ({})", parts.join(", "));
        if let Some(charset) = of("CHARSET=") {
            sql.push_str(&format!(" CHARACTER SET {charset}"));
        }
        if let Some(collation) = of("COLLATE=") {
            sql.push_str(&format!(" COLLATE {collation}"));
        }
        #[cfg(feature = "backup")]
        self.must_stay(&sql)?;
        // Without `?` that would stand for values.
        Session::run(self, &sql).map_err(|error| match error.number() == Some(NO_ACCESS) {
            true => StoreError::new(Fault::Denied, NEEDS).because(error),
            false => error,
        })?;
        let made = self.relation(SCRATCH);
        Session::run(self, &format!("DROP TEMPORARY TABLE {SCRATCH}"))?;
        made?.ok_or_else(|| unexplained(&sql))
    }
}

fn constraints(
    table: Option<&TableText<'_>>,
    indexes: &[Index],
    primary_key: &[String],
) -> Vec<Constraint> {
    let key = (!primary_key.is_empty()).then(|| Constraint {
        name: Some("PRIMARY".to_owned()),
        rule: Rule::PrimaryKey(primary_key.to_vec()),
    });
    let unique = indexes.iter().filter(|index| index.is_unique);
    let unique = unique.map(|index| Constraint {
        name: Some(index.name.clone()),
        rule: Rule::Unique({
            let columns = index.parts.iter().map(|part| part.column.clone());
            columns.collect::<Option<Vec<_>>>().unwrap_or_default()
        }),
    });
    let clauses = table.into_iter().flat_map(|table| {
        let clauses = table.items.iter().flat_map(|item| &item.clauses);
        clauses.filter_map(move |clause| said(table, clause))
    });
    key.into_iter().chain(unique).chain(clauses).collect()
}

/// A constraint that only the text of the definition tells.
fn said(table: &TableText<'_>, clause: &Clause) -> Option<Constraint> {
    let rule = match clause.what {
        What::Check => Rule::Check(table.expression(clause)),
        What::ForeignKey => {
            let to = table.references(clause)?;
            let key = ForeignKey::new(table.key_columns(clause)?, to.parent, to.columns)
                .on_delete(action(&to.on_delete))
                .on_update(action(&to.on_update));
            Rule::ForeignKey(key)
        }
        What::PrimaryKey | What::Unique | What::NotNull | What::Null | What::Default => {
            return None;
        }
        What::Collate | What::Generated | What::Other => return None,
    };
    Some(Constraint {
        name: clause.name.clone(),
        rule,
    })
}

/// The definition of a column without what it refers to, which a temporary table cannot.
fn without_keys(column: &str) -> String {
    let whole = format!("CREATE TABLE x ({column})");
    let shorter = TableText::read(&whole, Syntax::of(Dialect::Mysql, "")).and_then(|table| {
        let item = table.items.first()?;
        let clauses = item
            .clauses
            .iter()
            .filter(|clause| clause.what == What::ForeignKey);
        let whole = table.without(item, &clauses.collect::<Vec<_>>());
        let inside = whole.split_once('(')?.1.strip_suffix(')')?;
        Some(inside.to_owned())
    });
    shorter.unwrap_or_else(|| column.to_owned())
}

/// The servers make no difference between RESTRICT and NO ACTION.
fn action(words: &str) -> KeyAction {
    match KeyAction::of(words).unwrap_or_default() {
        KeyAction::Restrict => KeyAction::NoAction,
        action => action,
    }
}

/// What SHOW COLUMNS says of a column beside all that has a place of its own. Of the same column MySQL says otherwise in a
/// temporary table, where it says NULL for nothing and leaves out that a default is an expression, as its text tells.
fn further(extra: &str, comment: &str) -> String {
    let words = extra.split(' ');
    let words = words.filter(|word| !["", "NULL", "DEFAULT_GENERATED"].contains(word));
    let mut words: Vec<_> = words.map(str::to_owned).collect();
    if !comment.is_empty() {
        words.push(format!("COMMENT {comment:?}"));
    }
    words.join(" ")
}

fn texts(row: Vec<Value>) -> Vec<String> {
    let texts = row
        .into_iter()
        .map(|value| value.into_text().unwrap_or_default());
    texts.collect()
}

fn unexplained(text: &str) -> StoreError {
    StoreError::new(
        Fault::Refused,
        format!("the server does not tell what it makes of {text:?}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_the_same_of_temporary_tables() {
        let rows = [
            ("", "", ""),
            ("NULL", "", ""),
            ("auto_increment", "", "auto_increment"),
            ("STORED GENERATED", "c", "STORED GENERATED COMMENT \"c\""),
            ("NULL", "NULL", "COMMENT \"NULL\""),
            (
                "DEFAULT_GENERATED on update CURRENT_TIMESTAMP",
                "",
                "on update CURRENT_TIMESTAMP",
            ),
            (
                "on update CURRENT_TIMESTAMP",
                "",
                "on update CURRENT_TIMESTAMP",
            ),
        ];
        for (extra, comment, expected) in rows {
            assert_eq!(further(extra, comment), expected, "{extra:?} {comment:?}");
        }
    }
}
