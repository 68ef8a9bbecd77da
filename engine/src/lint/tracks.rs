//! What one track's script takes away from another's.

use std::collections::BTreeMap;

use super::Hit;
use super::text::{Statement, Text};
use crate::code::Code;
use crate::sql::facts::{Change, Index, Name, Object};
use crate::sql::{Dialect, ObjectKind};
use crate::track::TrackName;

/// A table or view, or a column of a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Table(Name),
    Column(Name, Name),
}

/// Where a statement stands: the script and the statement's place in it.
type Place = (usize, usize);

/// A view, a trigger, an index or a foreign key that hangs on things.
struct Kept {
    name: Name,
    /// The table that it goes with: a trigger's, an index's.
    on: Option<Name>,
    place: Place,
    things: Vec<Thing>,
}

/// Walks the scripts in the order in which they run.
#[derive(Default)]
struct Walk {
    gone: BTreeMap<Thing, Place>,
    kept: Vec<Kept>,
}

/// Scripts that use what another track's script has dropped before, and drops of what another track has made a view or a
/// trigger of.
pub(super) fn dropped_and_used(texts: &[Text], hits: &mut Vec<Hit>) {
    let mut walk = Walk::default();
    for (script, text) in texts.iter().enumerate() {
        let mut dropped: BTreeMap<Thing, Place> = BTreeMap::new();
        for (at, statement) in text.statements.iter().enumerate() {
            let place = (script, at);
            if let Some(hit) = walk.uses(statement, place, texts) {
                hits.push(hit);
            }
            if let Some(hit) = walk.takes_along(statement, place, texts) {
                hits.push(hit);
            }
            walk.take(statement, place, text.dialect, &mut dropped);
        }
        // What a script drops and makes again was never gone for those behind it.
        dropped.retain(|thing, _| walk.gone.contains_key(thing));
        for (thing, place) in &dropped {
            if let Some(hit) = walk.breaks(thing, *place, texts) {
                hits.push(hit);
            }
        }
    }
}

impl Walk {
    /// A statement that uses what is gone.
    fn uses(&self, statement: &Statement, place: Place, texts: &[Text]) -> Option<Hit> {
        let uses = &statement.facts.uses;
        let tables = uses.tables.iter().cloned().map(Thing::Table);
        let columns = uses.columns.iter().cloned();
        let columns = columns.map(|(table, column)| Thing::Column(table, column));
        for thing in tables.chain(columns) {
            let Some(dropped) = self.gone.get(&thing) else {
                continue;
            };
            if track(*dropped, texts) != track(place, texts) {
                let what = format!(
                    "uses {}, which {} has dropped or renamed before it runs",
                    thing.described(),
                    shown(*dropped, texts)
                );
                return Some(hit(place, what));
            }
        }
        None
    }

    /// A drop of what another track has made something of that is still there.
    fn breaks(&self, thing: &Thing, place: Place, texts: &[Text]) -> Option<Hit> {
        let kept = self.kept.iter().find(|kept| {
            kept.things.contains(thing) && track(kept.place, texts) != track(place, texts)
        })?;
        let what = format!(
            "takes away {}, on which {} of {} hangs",
            thing.described(),
            kept.name,
            shown(kept.place, texts)
        );
        Some(hit(place, what))
    }

    /// A drop of a table that takes another track's trigger or index along, even if the table comes back.
    fn takes_along(&self, statement: &Statement, place: Place, texts: &[Text]) -> Option<Hit> {
        let tables = statement
            .facts
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::DropTable(table) => Some(table),
                _ => None,
            });
        for table in tables {
            let along = self.kept.iter().find(|kept| {
                kept.on.as_ref() == Some(table) && track(kept.place, texts) != track(place, texts)
            });
            if let Some(kept) = along {
                let what = format!(
                    "drops table {table}, and {} of {} with it",
                    kept.name,
                    shown(kept.place, texts)
                );
                return Some(hit(place, what));
            }
        }
        None
    }

    fn take(
        &mut self,
        statement: &Statement,
        place: Place,
        dialect: Dialect,
        dropped: &mut BTreeMap<Thing, Place>,
    ) {
        let mut lose = |gone: &mut BTreeMap<Thing, Place>, thing: Thing| {
            gone.insert(thing.clone(), place);
            dropped.insert(thing, place);
        };
        for change in &statement.facts.changes {
            match change {
                Change::CreateTable(table) => {
                    self.appears(&table.name);
                    let parents = table.foreign_keys.iter();
                    self.kept.push(Kept {
                        name: table.name.clone(),
                        on: None,
                        place,
                        things: parents
                            .map(|key| Thing::Table(key.parent.clone()))
                            .collect(),
                    });
                }
                Change::CreateObject { name, on, .. } => {
                    self.appears(name);
                    self.kept.retain(|kept| kept.name != *name);
                    self.kept.push(Kept {
                        name: name.clone(),
                        on: on.clone(),
                        place,
                        things: needed(statement),
                    });
                }
                Change::AddIndex(Index {
                    name: Some(name),
                    table,
                    columns,
                    ..
                }) => {
                    let columns = columns.iter();
                    let columns =
                        columns.map(|column| Thing::Column(table.clone(), column.clone()));
                    self.kept.push(Kept {
                        name: name.clone(),
                        on: Some(table.clone()),
                        place,
                        things: columns.chain([Thing::Table(table.clone())]).collect(),
                    });
                }
                Change::DropTable(name) => {
                    self.kept
                        .retain(|kept| kept.name != *name && kept.on.as_ref() != Some(name));
                    lose(&mut self.gone, Thing::Table(name.clone()));
                }
                Change::DropObject { kind, name } => {
                    self.kept.retain(|kept| kept.name != *name);
                    if *kind == Object::Other(ObjectKind::View) {
                        lose(&mut self.gone, Thing::Table(name.clone()));
                    }
                }
                Change::RenameTable { from, to } => {
                    self.appears(to);
                    self.follow(dialect, |thing| match thing {
                        Thing::Table(table) | Thing::Column(table, _) if table == from => {
                            *table = to.clone();
                        }
                        Thing::Table(_) | Thing::Column(..) => {}
                    });
                    lose(&mut self.gone, Thing::Table(from.clone()));
                }
                Change::AddColumn { table, column } => {
                    let thing = Thing::Column(table.clone(), column.name.clone());
                    self.gone.remove(&thing);
                }
                Change::DropColumn { table, column } => {
                    lose(&mut self.gone, Thing::Column(table.clone(), column.clone()));
                }
                Change::RenameColumn { table, from, to } => {
                    let now = Thing::Column(table.clone(), to.clone());
                    let before = Thing::Column(table.clone(), from.clone());
                    self.gone.remove(&now);
                    self.follow(dialect, |thing| {
                        if *thing == before {
                            *thing = now.clone();
                        }
                    });
                    lose(&mut self.gone, before.clone());
                }
                _ => {}
            }
        }
    }

    /// SQLite writes new names into the views and triggers itself.
    fn follow(&mut self, dialect: Dialect, change: impl Fn(&mut Thing)) {
        match dialect {
            Dialect::Sqlite => {
                let things = self.kept.iter_mut().flat_map(|kept| &mut kept.things);
                things.for_each(change);
            }
            Dialect::Mysql => {}
        }
    }

    fn appears(&mut self, name: &Name) {
        self.gone.retain(|thing, _| match thing {
            Thing::Table(table) | Thing::Column(table, _) => table != name,
        });
    }
}

/// What an object hangs on.
fn needed(statement: &Statement) -> Vec<Thing> {
    let uses = &statement.facts.uses;
    let tables = uses.tables.iter().cloned().map(Thing::Table);
    let columns = uses.columns.iter().cloned();
    tables
        .chain(columns.map(|(table, column)| Thing::Column(table, column)))
        .collect()
}

impl Thing {
    fn described(&self) -> String {
        match self {
            Self::Table(name) => name.to_string(),
            Self::Column(table, column) => format!("column {column} of table {table}"),
        }
    }
}

fn track(place: Place, texts: &[Text]) -> &TrackName {
    &texts[place.0].id.track
}

fn shown((script, statement): Place, texts: &[Text]) -> String {
    let text = &texts[script];
    let position = text.statements[statement].position;
    format!("{} at line {}", text.id, position.line)
}

fn hit((script, statement): Place, what: String) -> Hit {
    Hit {
        code: Code::DropsUsed,
        script,
        statement,
        what,
        about: None,
    }
}
