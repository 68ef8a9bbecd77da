//! What stands in an SQLite database under which name.

use super::super::structure::{
    Column, Constraint, ForeignKey, Index, KeyAction, Part, Referrer, Relation, RelationKind, Rule,
    Structure, TableParts,
};
use super::super::{Fault, Session, StoreError, Value};
use super::session::SqliteSession;
use crate::sql::table::{Clause, Item, TableText, What};
use crate::sql::{Dialect, Syntax};

const TABLES: &str = "SELECT 'temp', type, name, sql FROM sqlite_temp_master
    WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE
    UNION ALL SELECT 'main', type, name, sql FROM main.sqlite_master
    WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE";
const COLUMNS: &str =
    "SELECT name, type, \"notnull\", pk FROM pragma_table_xinfo(?1, ?2) WHERE hidden <> 1";
const INDEXES: &str =
    "SELECT name, \"unique\", origin, partial FROM pragma_index_list(?1, ?2) ORDER BY name";
const PARTS: &str =
    "SELECT name, \"desc\", coll FROM pragma_index_xinfo(?1, ?2) WHERE key = 1 ORDER BY seqno";
const TRIGGERS: &str = "SELECT tbl_name FROM sqlite_temp_master WHERE type = 'trigger' AND name = ?1 COLLATE NOCASE
    UNION ALL SELECT tbl_name FROM main.sqlite_master WHERE type = 'trigger' AND name = ?1 COLLATE NOCASE";
const REFERRERS: &str = "SELECT m.name, f.id, f.\"from\", f.\"to\", f.on_delete, f.on_update
    FROM main.sqlite_master m JOIN pragma_foreign_key_list(m.name, 'main') f
    WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND f.\"table\" = ?1 COLLATE NOCASE
    ORDER BY m.name, f.id, f.seq";
const STATEMENTS: &str = "SELECT sql FROM main.sqlite_master
    WHERE tbl_name = ?1 COLLATE NOCASE AND type IN ('index', 'trigger') AND sql IS NOT NULL
    UNION ALL SELECT 'CREATE TEMP' || substr(sql, 7) FROM sqlite_temp_master
    WHERE tbl_name = ?1 COLLATE NOCASE AND type = 'trigger'";

impl Structure for SqliteSession<'_, '_> {
    fn relation(&mut self, name: &str) -> Result<Option<Relation>, StoreError> {
        let found = self.query(TABLES, &[name.into()])?.into_iter().next();
        let Some(Ok([schema, kind, name, sql])) = found.map(texts) else {
            return Ok(None);
        };
        let table = TableText::read(&sql, Syntax::SQLITE);
        let kind = match (kind.as_str(), &table, schema.as_str()) {
            ("view", _, _) => RelationKind::View,
            (_, None, _) if !name.starts_with("sqlite_") => RelationKind::VirtualTable,
            (_, _, "temp") => RelationKind::TemporaryTable,
            (_, _, _) => RelationKind::Table,
        };
        let (columns, primary_key) = match self.columns(&name, &schema, table.as_ref()) {
            // A view may speak of what is not there any more.
            Err(error) if kind == RelationKind::View && error.fault() == Fault::Refused => {
                (Vec::new(), Vec::new())
            }
            columns => columns?,
        };
        let mut relation = Relation {
            indexes: self.indexes(&name, &schema, &columns)?,
            constraints: table.as_ref().map(constraints).unwrap_or_default(),
            name,
            kind,
            columns,
            primary_key,
            definition: String::new(),
        };
        let unique = relation.constraints.iter().filter_map(named_unique);
        relation.indexes.extend(unique.collect::<Vec<_>>());
        drop(table);
        relation.definition = sql;
        Ok(Some(relation))
    }

    fn trigger(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        let found = self.query(TRIGGERS, &[name.into()])?;
        Ok(found
            .into_iter()
            .flatten()
            .next()
            .and_then(Value::into_text))
    }

    fn index_owner(&mut self, table: &Relation, name: &str) -> Result<Option<String>, StoreError> {
        let sql = format!(
            "SELECT tbl_name FROM {} WHERE name = ?1 COLLATE NOCASE AND type <> 'trigger'",
            match table.kind {
                RelationKind::TemporaryTable => "sqlite_temp_master",
                RelationKind::Table | RelationKind::VirtualTable | RelationKind::View =>
                    "main.sqlite_master",
            }
        );
        let found = self.query(&sql, &[name.into()])?;
        Ok(found
            .into_iter()
            .flatten()
            .next()
            .and_then(Value::into_text))
    }

    fn referrers(&mut self, table: &Relation) -> Result<Vec<Referrer>, StoreError> {
        let mut found: Vec<(i64, Referrer)> = Vec::new();
        for row in self.query(REFERRERS, &[table.name.as_str().into()])? {
            let [child, id, from, to, on_delete, on_update] = texts(row)?;
            let id: i64 = id.parse().unwrap_or_default();
            let parent = (!to.is_empty()).then_some(to);
            match found.last_mut() {
                Some((last, referrer)) if *last == id && referrer.table == child => {
                    referrer.key.columns.push(from);
                    referrer.key.parent_columns.extend(parent);
                }
                Some(_) | None => {
                    let key = ForeignKey::new([from], &table.name, parent)
                        .on_delete(KeyAction::of(&on_delete).unwrap_or_default())
                        .on_update(KeyAction::of(&on_update).unwrap_or_default());
                    let (table, has_rows) = (child, false);
                    found.push((
                        id,
                        Referrer {
                            table,
                            key,
                            has_rows,
                        },
                    ));
                }
            }
        }
        let mut referrers = Vec::new();
        for (_, mut referrer) in found {
            let quoted = |name: &String| Dialect::Sqlite.quoted(name);
            let columns = referrer.key.columns.iter().map(quoted);
            let set: Vec<_> = columns
                .map(|column| format!("{column} IS NOT NULL"))
                .collect();
            let sql = format!(
                "SELECT 1 FROM main.{} WHERE {} LIMIT 1",
                quoted(&referrer.table),
                set.join(" AND ")
            );
            referrer.has_rows = !self.query(&sql, &[])?.is_empty();
            referrers.push(referrer);
        }
        Ok(referrers)
    }

    fn column_of(
        &mut self,
        _: &Relation,
        name: &str,
        definition: &str,
    ) -> Result<Column, StoreError> {
        let name = Dialect::Sqlite.quoted(name);
        let text = format!("CREATE TABLE x ({name} {definition})");
        let table = TableText::read(&text, Syntax::SQLITE);
        let item = table
            .as_ref()
            .and_then(|table| Some((table, table.items.first()?)));
        match item.and_then(|(table, item)| column(table, item)) {
            Some(column) => Ok(column),
            None => Err(StoreError::new(
                Fault::Refused,
                format!("{definition:?} defines no column"),
            )),
        }
    }

    fn condition_of(&mut self, _: &Relation, condition: &str) -> Result<String, StoreError> {
        Ok(condition.to_owned())
    }

    fn surroundings(&mut self, table: &Relation) -> Result<Option<TableParts>, StoreError> {
        let name: Value = table.name.as_str().into();
        let statements = self.query(STATEMENTS, std::slice::from_ref(&name))?;
        let statements = statements.into_iter().flatten();
        let (unique_indexes, statements) = statements
            .filter_map(Value::into_text)
            .partition(|sql| sql.starts_with("CREATE UNIQUE INDEX"));
        let text = TableText::read(&table.definition, Syntax::SQLITE);
        let has_row_id = text.is_some_and(|text| !text.has_option("rowid"));
        let is_key = has_row_id && self.key_is_row_id(table)?;
        let is_free = |id: &&str| {
            let mut columns = table.columns.iter();
            !columns.any(|column| column.name.eq_ignore_ascii_case(id))
        };
        let row_id = ["rowid", "_rowid_", "oid"].into_iter().find(is_free);
        let sequence = match self.has_table("sqlite_sequence")? {
            true => self.query(
                "SELECT seq FROM main.sqlite_sequence WHERE name = ?1 COLLATE NOCASE",
                &[name],
            )?,
            false => Vec::new(),
        };
        Ok(Some(TableParts {
            row_id: row_id.filter(|_| has_row_id && !is_key).map(str::to_owned),
            sequence: sequence
                .into_iter()
                .flatten()
                .next()
                .and_then(|id| id.as_integer()),
            unique_indexes,
            statements,
            orphans: self.orphans(table)?,
        }))
    }

    fn same_table(&mut self, one: &str, other: &str) -> Result<bool, StoreError> {
        Ok(one.eq_ignore_ascii_case(other))
    }
}

impl SqliteSession<'_, '_> {
    fn columns(
        &mut self,
        name: &str,
        schema: &str,
        table: Option<&TableText<'_>>,
    ) -> Result<(Vec<Column>, Vec<String>), StoreError> {
        let (mut columns, mut key) = (Vec::new(), Vec::new());
        for row in self.query(COLUMNS, &[name.into(), schema.into()])? {
            let [name, type_name, not_null, place] = texts(row)?;
            let said = table.and_then(|table| column(table, table.column(&name)?));
            if let Some(place) = place.parse::<u32>().ok().filter(|place| *place > 0) {
                key.push((place, name.clone()));
            }
            columns.push(Column {
                is_nullable: not_null == "0",
                type_name,
                default: said.as_ref().and_then(|said| said.default.clone()),
                generated: said.as_ref().and_then(|said| said.generated.clone()),
                collation: said.and_then(|said| said.collation),
                extra: String::new(),
                name,
            });
        }
        key.sort();
        if let [(_, only)] = key.as_slice() {
            let indexes = self.query(INDEXES, &[name.into(), schema.into()])?;
            let has_index = indexes.iter().any(|row| row.get(2) == Some(&"pk".into()));
            // Then it is the row's id, which is never NULL.
            for column in columns.iter_mut().filter(|column| column.name == *only) {
                column.is_nullable &= has_index;
            }
        }
        Ok((columns, key.into_iter().map(|(_, name)| name).collect()))
    }

    /// The indexes that statements have made.
    fn indexes(
        &mut self,
        table: &str,
        schema: &str,
        columns: &[Column],
    ) -> Result<Vec<Index>, StoreError> {
        let mut indexes = Vec::new();
        for row in self.query(INDEXES, &[table.into(), schema.into()])? {
            let [name, unique, origin, partial] = texts(row)?;
            if origin != "c" {
                continue;
            }
            let mut parts = Vec::new();
            for row in self.query(PARTS, &[name.as_str().into(), schema.into()])? {
                let [column, down, collation] = texts(row)?;
                let of = columns.iter().find(|known| known.name == column);
                let own = of
                    .and_then(|of| of.collation.as_deref())
                    .unwrap_or("BINARY");
                parts.push(Part {
                    is_plain: down == "0" && collation.eq_ignore_ascii_case(own),
                    column: of.map(|of| of.name.clone()),
                });
            }
            indexes.push(Index {
                name,
                parts,
                is_unique: unique == "1",
                is_plain: partial == "0",
                is_constraint: false,
            });
        }
        Ok(indexes)
    }

    /// Whether the primary key is the row's id under another name.
    fn key_is_row_id(&mut self, table: &Relation) -> Result<bool, StoreError> {
        let indexes = self.query(INDEXES, &[table.name.as_str().into(), "main".into()])?;
        let has_index = indexes.iter().any(|row| row.get(2) == Some(&"pk".into()));
        Ok(table.primary_key.len() == 1 && !has_index)
    }

    /// What lacks a parent in a table or in those that refer to it, in words.
    fn orphans(&mut self, table: &Relation) -> Result<Vec<String>, StoreError> {
        let mut tables = vec![table.name.clone()];
        tables.extend(
            self.referrers(table)?
                .into_iter()
                .map(|referrer| referrer.table),
        );
        tables.sort();
        tables.dedup();
        let mut orphans = Vec::new();
        for table in tables {
            let check = format!(
                "PRAGMA main.foreign_key_check({})",
                Dialect::Sqlite.quoted(&table)
            );
            let rows = match self.query(&check, &[]) {
                // A key that fits no key of its parent's cannot be checked, now or later.
                Err(error) if error.fault() == Fault::Refused => continue,
                rows => rows?,
            };
            for row in rows {
                let [table, id, parent, _] = texts(row)?;
                orphans.push(match id.as_str() {
                    "" => format!("a row of {table} has no parent in {parent}"),
                    id => format!("row {id} of {table} has no parent in {parent}"),
                });
            }
        }
        Ok(orphans)
    }
}

/// What a column's definition says of it.
fn column(table: &TableText<'_>, item: &Item) -> Option<Column> {
    let said = item.column.as_ref()?;
    let clause = |what: What| item.clauses.iter().find(|clause| clause.what == what);
    let default = clause(What::Default).map(|clause| table.value(clause));
    Some(Column {
        name: said.name.clone(),
        type_name: said.type_name.clone(),
        is_nullable: clause(What::NotNull).is_none(),
        default: default.filter(|default| !default.eq_ignore_ascii_case("NULL")),
        generated: clause(What::Generated).map(|clause| table.expression(clause)),
        collation: clause(What::Collate)
            .map(|clause| crate::sql::table::unquoted(&table.value(clause))),
        extra: String::new(),
    })
}

fn constraints(table: &TableText<'_>) -> Vec<Constraint> {
    let all = table.items.iter();
    let all = all.flat_map(|item| item.clauses.iter().map(move |clause| (item, clause)));
    all.filter_map(|(item, clause)| {
        Some(Constraint {
            rule: rule(table, item, clause)?,
            name: clause.name.clone(),
        })
    })
    .collect()
}

fn rule(table: &TableText<'_>, item: &Item, clause: &Clause) -> Option<Rule> {
    let columns = || table.columns_of(item, clause);
    match clause.what {
        What::PrimaryKey => Some(Rule::PrimaryKey(columns())),
        What::Unique => Some(Rule::Unique(columns())),
        What::Check => Some(Rule::Check(table.expression(clause))),
        What::ForeignKey => {
            let to = table.references(clause)?;
            let key = ForeignKey::new(columns(), to.parent, to.columns)
                .on_delete(KeyAction::of(&to.on_delete).unwrap_or_default())
                .on_update(KeyAction::of(&to.on_update).unwrap_or_default());
            Some(Rule::ForeignKey(key))
        }
        What::NotNull | What::Null | What::Default | What::Collate | What::Generated => None,
        What::Other => None,
    }
}

/// A unique constraint with a name is an index too, as it is on other databases.
fn named_unique(constraint: &Constraint) -> Option<Index> {
    let Rule::Unique(columns) = &constraint.rule else {
        return None;
    };
    let parts = columns.iter().map(|column| Part {
        column: Some(column.clone()),
        is_plain: true,
    });
    Some(Index {
        name: constraint.name.clone()?,
        parts: parts.collect(),
        is_unique: true,
        is_plain: true,
        is_constraint: true,
    })
}

/// The values of a row as texts; NULL is an empty one.
fn texts<const N: usize>(row: Vec<Value>) -> Result<[String; N], StoreError> {
    let texts = row
        .into_iter()
        .map(|value| value.into_text().unwrap_or_default());
    let texts: Vec<String> = texts.collect();
    texts.try_into().map_err(|_| {
        StoreError::new(
            Fault::Refused,
            "the schema answers with other columns than asked for",
        )
    })
}
