//! What a SET statement assigns to.

use super::keyword::Keyword;
use super::last::Last;

/// The kinds of what one SET assigns to, gathered token by token.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// User variables: `@a`.
    pub(super) user: bool,
    /// Variables of the session, and what else lives there: NAMES, TRANSACTION, ROLE.
    pub(super) session: bool,
    /// Variables of the server: GLOBAL, PERSIST.
    pub(super) global: bool,
    pub(super) autocommit: bool,
    /// PASSWORD and DEFAULT ROLE, which are kept with the users.
    pub(super) account: bool,
    place: Place,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Place {
    /// Before a name, its scope included.
    #[default]
    Name,
    /// Behind GLOBAL or PERSIST.
    Global,
    /// Behind a name, up to the next comma outside parentheses.
    Value,
}

impl Targets {
    /// The next token of the statement outside parentheses, and the one before it.
    pub(super) fn take(&mut self, before: Last, token: Last) {
        if token == Last::Comma {
            self.place = Place::Name;
            return;
        }
        let Last::Name(keyword) = token else { return };
        match self.place {
            Place::Value => return,
            Place::Name if before == Last::At => self.user = true,
            Place::Name => match keyword {
                Keyword::Session | Keyword::Local => return,
                Keyword::Global | Keyword::Persist | Keyword::PersistOnly => {
                    self.place = Place::Global;
                    return;
                }
                Keyword::Autocommit => self.autocommit = true,
                Keyword::Password | Keyword::Default => self.account = true,
                _ => self.session = true,
            },
            Place::Global => self.global = true,
        }
        self.place = Place::Value;
    }
}
