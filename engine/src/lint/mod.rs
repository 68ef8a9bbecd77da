//! The review: what in scripts deserves a second look before it runs. Pure: what the statements do goes in, hits come out;
//! [`crate::sizes`] tells how large the tables are that the hits are about.

mod allow;
mod design;
mod destructive;
mod history;
mod locks;
mod renames;
mod repeat;
mod rows;
pub(crate) mod rules;
mod scene;
mod size;
mod text;
mod tracks;

#[cfg(test)]
mod tests;

pub(crate) use size::Presence;
pub use size::{Count, Size};
pub(crate) use text::{Reader, Text};

use crate::code::Code;
use crate::sql::facts::Name;

/// A rule that a statement meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) code: Code,
    /// The script, by its place in the list.
    pub(crate) script: usize,
    /// The statement, by its place among those that the script's text kept.
    pub(crate) statement: usize,
    /// What the statement does, as in `drops table a`.
    pub(crate) what: String,
    /// What has to be there for it to matter.
    pub(crate) about: Option<Name>,
}

/// What the review found.
#[derive(Debug, Default)]
pub(crate) struct Review {
    /// What nobody allowed, in the order of scripts and statements.
    pub(crate) hits: Vec<Hit>,
    /// Lines that allow nothing.
    pub(crate) unused: Vec<allow::Unused>,
}

/// Reviews scripts in the order in which they run.
pub(crate) fn review(texts: &[Text]) -> Review {
    let mut history = history::History::default();
    let mut hits = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        script(text, at, &mut history, &mut hits);
    }
    design::keys_without_index(texts, &mut hits);
    tracks::dropped_and_used(texts, &mut hits);
    hits.sort_by_key(|hit| (hit.script, hit.statement, hit.code));
    hits.dedup();
    allow::sift(hits, texts)
}

fn script(text: &Text, at: usize, history: &mut history::History, hits: &mut Vec<Hit>) {
    let mut scene = scene::Scene::new(text);
    for (number, statement) in text.statements.iter().enumerate() {
        scene.enter(number);
        let mut found = Found {
            script: at,
            statement: number,
            hits,
        };
        destructive::judge(&scene, statement, &mut found);
        locks::judge(&scene, statement, &mut found);
        rows::judge(&scene, statement, history, &mut found);
        renames::judge(&scene, statement, &mut found);
        design::judge(&scene, statement, &mut found);
        repeat::judge(&scene, statement, &mut found);
        scene.leave(statement);
        history.take(statement);
    }
}

/// Where the rules put what they find in one statement.
struct Found<'h> {
    script: usize,
    statement: usize,
    hits: &'h mut Vec<Hit>,
}

impl Found<'_> {
    fn add(&mut self, code: Code, about: Option<&Name>, what: String) {
        self.hits.push(Hit {
            code,
            script: self.script,
            statement: self.statement,
            what,
            about: about.cloned(),
        });
    }
}
