//! Where a statement of SQLite's ends: the rule of `sqlite3_complete`.

use crate::sql::lexer::TokenKind;

/// How far a statement is, as far as its semicolons go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::sql) enum Body {
    #[default]
    Start,
    Explain,
    Create,
    Trigger,
    TriggerSemicolon,
    TriggerEnd,
    Plain,
    Complete,
}

impl Body {
    /// What the next token, which is no layout, makes of it.
    pub(in crate::sql) fn next(self, kind: TokenKind, token: &[u8]) -> Self {
        let is =
            |word: &str| kind == TokenKind::Word && token.eq_ignore_ascii_case(word.as_bytes());
        let ends = kind == TokenKind::Semicolon;
        match self {
            Self::Start | Self::Explain | Self::Create | Self::Plain | Self::TriggerEnd if ends => {
                Self::Complete
            }
            Self::Start if is("explain") => Self::Explain,
            Self::Explain if is("query") || is("plan") => Self::Explain,
            Self::Start | Self::Explain if is("create") => Self::Create,
            Self::Create if is("temp") || is("temporary") => Self::Create,
            Self::Create if is("trigger") => Self::Trigger,
            Self::Trigger | Self::TriggerSemicolon if ends => Self::TriggerSemicolon,
            Self::TriggerSemicolon if is("end") => Self::TriggerEnd,
            Self::Trigger | Self::TriggerSemicolon | Self::TriggerEnd => Self::Trigger,
            Self::Start | Self::Explain | Self::Create | Self::Plain | Self::Complete => {
                Self::Plain
            }
        }
    }
}
