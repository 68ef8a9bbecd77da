//! A good and a bad script for each rule, in each dialect where it applies.

mod rows;
mod scripts;
mod statements;

use std::collections::BTreeMap;

use super::review;
use crate::discover::discover;
use crate::inspect::inspect_closely;
use crate::sql::Dialect::{self, Mysql, Sqlite};
use crate::sql::Syntax;
use crate::sql::render::Substitution;
use crate::track::{Source, Track};

/// What the review says of scripts, each as `track/file` and text: `file:line code: what`, and what is allowed in vain.
fn said(dialect: Dialect, scripts: &[(&str, &str)]) -> Vec<String> {
    let tracks = ["core", "custom"].map(|track| {
        let own = scripts.iter().filter_map(|(path, text)| {
            let file = path.strip_prefix(track)?.strip_prefix('/')?;
            Some((file.to_owned(), (*text).to_owned()))
        });
        Track::named(track, own.collect::<Source>())
    });
    let catalog = discover(&tracks, dialect).catalog().expect("valid names");
    let substitution = Substitution {
        syntax: Syntax::of(dialect, ""),
        prefix: "p_".to_owned(),
        placeholders: BTreeMap::new(),
    };
    let scripts = catalog.tracks.into_iter().flat_map(|track| track.scripts);
    let texts: Vec<_> = scripts
        .map(|script| {
            inspect_closely(script.into(), &substitution)
                .expect("in order")
                .1
        })
        .collect();
    let review = review(&texts);
    let hits = review.hits.iter().map(|hit| {
        let text = &texts[hit.script];
        let line = text.statements[hit.statement].position.line;
        format!("{}:{line} {}: {}", text.id, hit.code, hit.what)
    });
    let unused = review.unused.iter().map(|unused| {
        let line = unused.position.map_or(0, |position| position.line);
        format!("{}:{line} unused {}", texts[unused.script].id, unused.code)
    });
    hits.chain(unused).collect()
}

/// One script for both dialects, or for those that are named, and what is said of it: `line code: what`.
#[track_caller]
fn check(dialects: &[Dialect], text: &str, expected: &[&str]) {
    for dialect in dialects {
        let expected: Vec<_> = expected
            .iter()
            .map(|line| format!("core/1.sql:{line}"))
            .collect();
        assert_eq!(
            said(*dialect, &[("core/1.sql", text)]),
            expected,
            "{dialect} {text}"
        );
    }
}

const BOTH: &[Dialect] = &[Sqlite, Mysql];
