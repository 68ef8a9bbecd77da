//! [`Kept`]: a statement of a dump that is to run again in another schema: what makes a view, a trigger, a routine or an
//! event, and what sets the session for it.

use super::super::literal::quoted;
use super::statement::About;

/// A statement that may run in any schema.
#[derive(Debug)]
pub(super) enum Kept {
    /// It names no schema.
    Anywhere(Vec<u8>),
    /// It makes an event.
    Event(Vec<u8>),
    /// It is about the schema itself, whose name belongs between these two.
    Named(Vec<u8>, Vec<u8>),
}

impl Kept {
    /// The statement, where it is one that is kept. `head`: the same without comments.
    pub(super) fn of(statement: &[u8], head: &[u8], about: About) -> Option<Self> {
        match about {
            About::Session | About::Object => Some(Self::Anywhere(statement.to_vec())),
            About::Event => Some(Self::Event(statement.to_vec())),
            About::Schema(start, end) => {
                Some(Self::Named(head[..start].to_vec(), head[end..].to_vec()))
            }
            About::Table | About::Nothing => None,
        }
    }

    /// The statement as it runs in a schema that the session is in.
    pub(super) fn run_in(&self, schema: &str) -> Vec<u8> {
        match self {
            Self::Anywhere(statement) | Self::Event(statement) => statement.clone(),
            Self::Named(before, after) => [before, quoted(schema).as_bytes(), after].concat(),
        }
    }
}
