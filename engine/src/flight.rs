//! Statements that commit by themselves: what the journal says before one runs, and what a restart concludes from it.

use serde::{Deserialize, Serialize};

use crate::sql::Object;
use crate::store::Definition;

/// A statement that commits by itself, as the journal has it from before it ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flight {
    /// Which statement.
    pub(crate) statement: u64,
    /// The checksum of what the script says up to its end.
    pub(crate) said: String,
    /// How a restart can tell whether it has happened.
    pub(crate) telling: Telling,
}

/// How a restart can tell whether a statement has happened that commits by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Telling {
    /// It changes the definitions of all of these, or it did not happen.
    Compare(Vec<Before>),
    /// Nobody but a person can, for this reason.
    Never(String),
}

/// An object that a statement changes, and what it was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Before {
    pub(crate) object: Object,
    /// `None`: there was none.
    pub(crate) definition: Option<String>,
}

/// Whether a statement that was in flight has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Landing {
    No,
    Yes,
    Unknown(String),
}

/// Whether a statement exchanges objects that nobody can tell apart by their definitions: after it, all would be as
/// before.
pub(crate) fn is_swap(objects: &[Before]) -> bool {
    let shape = |before: &Before| {
        let definition = before.definition.as_ref()?;
        // The name stands in the first line, the columns behind it.
        definition.split_once('\n').map(|(_, rest)| rest.to_owned())
    };
    let mut shapes: Vec<String> = objects.iter().filter_map(shape).collect();
    let all = shapes.len();
    shapes.sort();
    shapes.dedup();
    shapes.len() < all
}

/// Judges by what the objects of a flight are `now`, in their order.
pub(crate) fn landing(flight: &Flight, now: &[Option<Definition>]) -> Landing {
    let objects = match &flight.telling {
        Telling::Compare(objects) => objects,
        Telling::Never(reason) => return Landing::Unknown(reason.clone()),
    };
    let pairs = || objects.iter().zip(now);
    let unprotected =
        |now: &Option<Definition>| now.as_ref().is_some_and(|now| now.without_transactions);
    let differs = |(before, now): (&Before, &Option<Definition>)| {
        before.definition.as_deref() != now.as_ref().map(|now| now.text.as_str())
    };
    let changed = pairs().filter(|pair| differs(*pair)).count();
    if let Some((table, _)) = pairs().find(|(_, now)| unprotected(now)) {
        let object = &table.object;
        return Landing::Unknown(format!("no transaction protects {object}"));
    }
    match (changed, objects.len()) {
        (0, _) => Landing::No,
        (changed, all) if changed == all => Landing::Yes,
        (_, _) => {
            let of = pairs().filter(|pair| differs(*pair));
            let names: Vec<_> = of.map(|(before, _)| before.object.to_string()).collect();
            Landing::Unknown(format!("it has changed {} only", names.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::ObjectKind;

    fn before(name: &str, definition: &str) -> Before {
        Before {
            object: Object {
                kind: ObjectKind::Table,
                schema: None,
                name: name.into(),
            },
            definition: (!definition.is_empty()).then(|| definition.to_owned()),
        }
    }

    fn now(text: &str) -> Option<Definition> {
        (!text.is_empty()).then(|| Definition {
            text: text.trim_end_matches('!').to_owned(),
            without_transactions: text.ends_with('!'),
        })
    }

    #[test]
    fn happened_when_all_differ() {
        let unknown = |reason: &str| Landing::Unknown(reason.to_owned());
        // what the objects were, what they are now, what follows
        let rows = [
            (vec![""], vec![""], Landing::No),
            (vec![""], vec!["x"], Landing::Yes),
            (vec!["x"], vec![""], Landing::Yes),
            (vec!["x"], vec!["x"], Landing::No),
            (vec!["x"], vec!["y"], Landing::Yes),
            (vec!["x", ""], vec!["", "x"], Landing::Yes),
            (vec!["x", ""], vec!["x", ""], Landing::No),
            (
                vec!["x", "y"],
                vec!["", "y"],
                unknown("it has changed table t0 only"),
            ),
            (
                vec!["x"],
                vec!["y!"],
                unknown("no transaction protects table t0"),
            ),
        ];
        for (was, is, expected) in rows {
            let objects = was.iter().enumerate();
            let objects = objects.map(|(at, text)| before(&format!("t{at}"), text));
            let flight = Flight {
                statement: 1,
                said: String::new(),
                telling: Telling::Compare(objects.collect()),
            };
            let now: Vec<_> = is.iter().map(|text| now(text)).collect();
            assert_eq!(landing(&flight, &now), expected, "{was:?} {is:?}");
        }
        let flight = Flight {
            statement: 1,
            said: String::new(),
            telling: Telling::Never("so".into()),
        };
        assert_eq!(landing(&flight, &[]), unknown("so"));
    }

    #[test]
    fn a_swap_of_equals_is_one() {
        let rows = [
            (vec!["CREATE a\n(x)", "CREATE b\n(x)", ""], true),
            (vec!["CREATE a\n(x)", "CREATE b\n(y)", ""], false),
            (vec!["CREATE a\n(x)", ""], false),
        ];
        for (definitions, expected) in rows {
            let objects: Vec<_> = definitions.iter().map(|text| before("t", text)).collect();
            assert_eq!(is_swap(&objects), expected, "{definitions:?}");
        }
    }
}
