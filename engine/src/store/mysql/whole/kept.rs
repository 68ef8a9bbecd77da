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
            About::Session => Some(Self::Anywhere(statement.to_vec())),
            About::Object => Some(Self::Anywhere(mended(statement))),
            About::Event => Some(Self::Event(mended(statement))),
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

/// A statement without the semicolon before the end of the comment that executes it: MySQL keeps the one that stood behind a
/// trigger or an event where it came with other statements, and its tool writes it there, where nothing may follow it.
fn mended(statement: &[u8]) -> Vec<u8> {
    let is_wrapped = statement.starts_with(b"/*!") || statement.starts_with(b"/*M!");
    let inside = statement.trim_ascii_end().strip_suffix(b"*/");
    let inside = inside.filter(|_| is_wrapped).map(<[u8]>::trim_ascii_end);
    match inside.and_then(|inside| inside.strip_suffix(b";")) {
        Some(body) => [body, b" */"].concat(),
        None => statement.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_semicolon_too_many() {
        let rows = [
            (
                "/*!50003 CREATE*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.b = 1; */",
                "/*!50003 CREATE*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.b = 1 */",
            ),
            (
                "/*!50003 TRIGGER t BEGIN DO 1; END */",
                "/*!50003 TRIGGER t BEGIN DO 1; END */",
            ),
            (
                "/*!50003 TRIGGER t DO 1 /* ; */ */",
                "/*!50003 TRIGGER t DO 1 /* ; */ */",
            ),
            (
                "CREATE PROCEDURE p() DO 1 /* ; */",
                "CREATE PROCEDURE p() DO 1 /* ; */",
            ),
        ];
        for (statement, expected) in rows {
            let found = mended(statement.as_bytes());
            assert_eq!(String::from_utf8_lossy(&found), expected);
        }
    }
}
