//! What scripts allow with `-- upgrade: allow = CODE`.

use super::text::Text;
use super::{Hit, Review};
use crate::code::Code;
use crate::sql::Position;

/// A code that is allowed where nothing meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unused {
    pub(crate) script: usize,
    pub(crate) code: Code,
    /// The statement; `None`: it is allowed in the whole script.
    pub(crate) position: Option<Position>,
}

/// Takes out what is allowed, and tells what is allowed in vain.
pub(super) fn sift(hits: Vec<Hit>, texts: &[Text]) -> Review {
    let mut unused = Vec::new();
    for (script, text) in texts.iter().enumerate() {
        let met = |code: Code, statement: Option<usize>| {
            (text.blank && code == Code::NoStatement)
                || hits.iter().any(|hit| {
                    hit.script == script
                        && hit.code == code
                        && statement.is_none_or(|at| hit.statement == at)
                })
        };
        let whole = text.allowed.iter().map(|code| (*code, None));
        let single = text.statements.iter().enumerate();
        let single =
            single.flat_map(|(at, one)| one.allowed.iter().map(move |code| (*code, Some(at))));
        for (code, at) in whole.chain(single) {
            if !met(code, at) {
                unused.push(Unused {
                    script,
                    code,
                    position: at.map(|at| text.statements[at].position),
                });
            }
        }
    }
    let allowed = |hit: &Hit| {
        let text = &texts[hit.script];
        text.allowed.contains(&hit.code)
            || text.statements[hit.statement].allowed.contains(&hit.code)
    };
    Review {
        hits: hits.into_iter().filter(|hit| !allowed(hit)).collect(),
        unused,
    }
}
