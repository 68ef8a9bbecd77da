//! The review of scripts against a database: marks for a plan, findings for a check.

use serde::Serialize;

use crate::check::Finding;
use crate::code::Code;
use crate::lint::rules::{self, Told};
use crate::lint::{self, Presence, Review, Size, Text};
use crate::script::ScriptId;
use crate::sizes::Sizes;
use crate::sql::Position;

/// A statement that deserves a second look before it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Mark {
    /// The rule that it meets.
    pub code: Code,
    /// What it does, and to how much: `rebuilds table orders: about 1,204,331 rows, 340 MB`.
    pub message: String,
    /// The table that it is about, where it is about one.
    pub table: Option<String>,
    /// How large the table is; `None` where that is not known, or does not matter.
    pub size: Option<Size>,
    /// Where the statement begins.
    pub position: Position,
    /// The statement, shortened.
    pub sql: String,
}

/// More marks of one script are not kept: a script of a million UPDATEs is described by a few of them.
const MOST_MARKS: usize = 1000;

/// The marks of scripts in the order in which they run, each with the place of its script in the list.
///
/// `sizes`: what the database has; without one, whatever a rule is about may be there.
pub(crate) fn marks(
    texts: &[Text],
    told: Told,
    mut sizes: Option<Sizes<'_>>,
    concerns: impl Fn(&ScriptId) -> bool,
) -> (Vec<(usize, Mark)>, Vec<Finding>) {
    let Review { hits, unused } = lint::review(texts);
    let mut marks = Vec::new();
    let mut kept = vec![0; texts.len()];
    for hit in hits {
        let text = &texts[hit.script];
        let rule = rules::of(hit.code).filter(|rule| told == Told::Author || rule.told == told);
        let Some(rule) = rule else { continue };
        if kept[hit.script] == MOST_MARKS || !concerns(&text.id) {
            continue;
        }
        let presence = match (&mut sizes, &hit.about) {
            (Some(sizes), Some(name)) => sizes.of(name),
            (None, _) | (_, None) => Presence::Unknown,
        };
        if !rule.matters(presence) {
            continue;
        }
        kept[hit.script] += 1;
        let size = match presence {
            Presence::Filled(size) => Some(size),
            Presence::Unknown | Presence::Missing | Presence::Empty => None,
        };
        let statement = &text.statements[hit.statement];
        let mark = Mark {
            code: hit.code,
            message: match size {
                Some(size) => format!("{}: {size}", hit.what),
                None => hit.what,
            },
            table: hit.about.map(|name| name.as_str().to_owned()),
            size,
            position: statement.position,
            sql: statement.sql.clone(),
        };
        marks.push((hit.script, mark));
    }
    let blank = texts.iter().filter(|text| {
        let allowed = text.allowed.contains(&Code::NoStatement);
        told == Told::Author && text.blank && !allowed && concerns(&text.id)
    });
    let blank = blank.map(|Text { id, .. }| {
        let message = format!("{id} has no statement, and counts as applied once it has run");
        Finding::new(Code::NoStatement, &id.track, &id.file, message)
    });
    let unused = unused.into_iter().filter_map(|unused| {
        let id = &texts[unused.script].id;
        let place = match unused.position {
            Some(position) => format!("at {position}"),
            None => "anywhere".to_owned(),
        };
        let message = format!(
            "{id} allows {} and does nothing of the kind {place}",
            unused.code
        );
        concerns(id).then(|| Finding::new(Code::AllowUnused, &id.track, &id.file, message))
    });
    (marks, blank.chain(unused).collect())
}
