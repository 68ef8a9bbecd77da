//! What a script cannot do twice though it says so.

use super::Found;
use super::scene::Scene;
use super::text::Statement;
use crate::code::Code;
use crate::sql::facts::{Change, Name};

pub(super) fn judge(scene: &Scene<'_>, statement: &Statement, found: &mut Found<'_>) {
    let Some(why) = statement.facts.once.filter(|_| scene.text.idempotent) else {
        return;
    };
    // What was dropped before is made anew each time.
    let anew = |change: &Change| {
        let name: Option<&Name> = match change {
            Change::CreateObject { name, .. } => Some(name),
            Change::AddIndex(index) => index.name.as_ref(),
            _ => None,
        };
        name.or(change.table())
            .is_some_and(|name| scene.reset(name))
            || change.table().is_some_and(|table| scene.reset(table))
    };
    if !statement.facts.changes.iter().any(anew) {
        found.add(
            Code::NotRepeatable,
            None,
            format!("cannot be repeated: {why}"),
        );
    }
}
