//! Where the body of a routine, a trigger, an event or a compound statement ends, so that it stays one statement also
//! where the script does not change the delimiter.
//!
//! From the manuals' grammar of [compound statements](https://dev.mysql.com/doc/refman/8.4/en/sql-compound-statements.html)
//! and MariaDB's [additions](https://mariadb.com/kb/en/programmatic-compound-statements/). BEGIN and END are no
//! reserved words, so that a block is opened and closed only where a statement may begin.

use super::word::Word;
use crate::sql::lexer::TokenKind;

/// What a token is to the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sql) enum Step {
    /// It belongs to a statement that holds no others.
    Part,
    /// It ends such a statement inside a body.
    Cut,
    /// It belongs to a block, a condition, or what stands before the body.
    Around,
    /// It may name a parameter or a variable of the routine's own.
    Declares,
    /// It is the semicolon that ends the whole.
    Complete,
}

/// Follows one statement token by token.
#[derive(Debug, Default)]
pub(in crate::sql) struct Body {
    place: Place,
    blocks: Vec<Block>,
    /// Parentheses that are open in a header.
    depth: u32,
    /// The token before, as far as it matters.
    before: Word,
    /// Where the first block was opened.
    opened_at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Begin,
    If,
    Case,
    Loop,
    Repeat,
    While,
    For,
    /// CASE in an expression.
    Expression,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Object {
    Procedure,
    Function,
    Trigger,
    Event,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    /// Before the first token.
    #[default]
    First,
    /// Behind a name that may be a label.
    FirstName,
    /// Behind BEGIN at the top: a transaction, but for BEGIN NOT ATOMIC.
    Begin,
    /// Behind CREATE.
    Create,
    /// Behind ALTER.
    Alter,
    /// Before the object's name.
    Name(Object),
    /// Behind the name, before what comes with parentheses.
    Header(Object),
    /// Behind a routine's parameters.
    Traits(Object),
    /// Before the name of another trigger.
    OtherTrigger,
    /// Any other statement: its first semicolon ends it.
    Plain,
    /// Where a statement of a body may begin.
    Start,
    /// Behind a first word that may be a label.
    MaybeLabel,
    /// In a statement that holds no others.
    Statement,
    /// Between IF and THEN, WHILE and DO.
    Condition,
    /// Behind UNTIL.
    Until,
    /// Behind UNTIL ... END, if REPEAT follows.
    UntilEnd,
    /// Behind END.
    End,
    /// Behind DECLARE.
    Declare,
    /// Behind HANDLER.
    Handler,
    /// Before a condition of a handler.
    Caught,
    /// Behind a condition of a handler, or inside one of several words.
    CaughtMore,
}

impl Body {
    /// Where the outermost block began that is still open.
    pub(in crate::sql) fn open(&self) -> Option<usize> {
        let is_open = self.blocks.iter().any(|block| *block != Block::Expression);
        is_open.then_some(self.opened_at)
    }

    /// Takes the next token, which begins at `offset` in its piece.
    pub(in crate::sql) fn take(&mut self, kind: TokenKind, text: &[u8], offset: usize) -> Step {
        if kind.is_layout() || kind == TokenKind::Mark {
            return Step::Around;
        }
        if self.place == Place::Plain {
            return match kind {
                TokenKind::Semicolon => Step::Complete,
                _ => Step::Part,
            };
        }
        let word = Word::of(kind, text, self.before);
        let step = self.step(word, offset);
        self.before = word;
        step
    }

    fn go(&mut self, place: Place, step: Step) -> Step {
        self.place = place;
        step
    }

    fn step(&mut self, word: Word, offset: usize) -> Step {
        use Place as P;
        use Word as W;
        match (self.place, word) {
            (P::First, W::Create) => self.go(P::Create, Step::Around),
            (P::First, W::Alter) => self.go(P::Alter, Step::Around),
            (P::First, W::Begin) => {
                self.opened_at = offset;
                self.go(P::Begin, Step::Around)
            }
            (P::First, W::If | W::Case | W::Loop | W::Repeat | W::While | W::For) => {
                self.start(word, offset)
            }
            (P::First, W::Name) => self.go(P::FirstName, Step::Part),
            (P::FirstName, W::Colon) => self.go(P::Start, Step::Around),
            (P::Begin, W::Not) => {
                self.blocks.push(Block::Begin);
                self.go(P::Start, Step::Around)
            }
            (
                P::First | P::FirstName | P::Begin | P::Create | P::Alter | P::Name(_) | P::Plain,
                W::Semicolon,
            ) => Step::Complete,
            (P::Header(_) | P::Traits(_) | P::OtherTrigger, W::Semicolon) => Step::Complete,
            (P::First | P::FirstName | P::Begin | P::Plain, _) => self.go(P::Plain, Step::Part),

            (P::Create | P::Alter, _) => self.create(word),
            (P::Name(_), W::If | W::Not | W::Exists) => Step::Around,
            (P::Name(object), _) => self.go(P::Header(object), Step::Around),
            (P::Header(object), _) => self.header(object, word),
            (P::Traits(Object::Procedure), W::Trait | W::Not | W::Text) => Step::Around,
            (P::Traits(Object::Procedure), _) => self.start(word, offset),
            (P::Traits(_), word) if word.opens() || word == W::Return => self.start(word, offset),
            (P::Traits(_), _) => Step::Around,
            (P::OtherTrigger, _) => self.go(P::Start, Step::Around),

            (P::Start, _) => self.start(word, offset),
            (P::MaybeLabel, W::Colon) => self.go(P::Start, Step::Around),
            (P::MaybeLabel | P::Statement, _) => self.statement(word),
            (P::Condition, W::Then) if self.top() != Some(Block::Expression) => {
                self.go(P::Start, Step::Around)
            }
            (P::Condition, W::Do | W::Loop)
                if matches!(self.top(), Some(Block::While | Block::For)) =>
            {
                self.go(P::Start, Step::Around)
            }
            (P::Condition, _) => {
                self.expression(word);
                match self.top() {
                    Some(Block::For) => Step::Declares,
                    _ => Step::Around,
                }
            }
            (P::Until, W::End) if self.top() == Some(Block::Repeat) => {
                self.go(P::UntilEnd, Step::Around)
            }
            (P::UntilEnd, W::Repeat) => {
                self.blocks.pop();
                self.go(P::End, Step::Around)
            }
            (P::Until | P::UntilEnd, _) => {
                self.expression(word);
                self.go(P::Until, Step::Around)
            }
            (P::End, W::Semicolon) => self.semicolon(),
            (P::End, _) => Step::Around,

            (P::Declare, W::Semicolon) => {
                self.semicolon();
                Step::Around
            }
            (P::Declare, W::Handler) => self.go(P::Handler, Step::Around),
            (P::Declare, _) => {
                self.expression(word);
                Step::Declares
            }
            (P::Handler, W::For) => self.go(P::Caught, Step::Around),
            (P::Handler, _) => Step::Around,
            (P::Caught, W::Sqlstate | W::Value | W::Not) => Step::Around,
            (P::Caught, _) => self.go(P::CaughtMore, Step::Around),
            (P::CaughtMore, W::Comma) => self.go(P::Caught, Step::Around),
            (P::CaughtMore, _) => self.start(word, offset),
        }
    }

    fn create(&mut self, word: Word) -> Step {
        use Word as W;
        let object = match word {
            W::Event => Object::Event,
            W::Procedure if self.place == Place::Create => Object::Procedure,
            W::Function if self.place == Place::Create => Object::Function,
            W::Trigger if self.place == Place::Create => Object::Trigger,
            // OR REPLACE, AGGREGATE, DEFINER = name@host or CURRENT_USER().
            W::Or | W::Replace | W::Trait | W::At | W::Equals | W::Open | W::Close => {
                return Step::Around;
            }
            _ if matches!(self.before, W::At | W::Equals) => return Step::Around,
            _ => return self.go(Place::Plain, Step::Part),
        };
        if matches!(self.before, W::At | W::Equals) {
            return Step::Around;
        }
        self.go(Place::Name(object), Step::Around)
    }

    fn header(&mut self, object: Object, word: Word) -> Step {
        use Word as W;
        match (object, word) {
            (_, W::Open) => self.depth += 1,
            (_, W::Close) => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 && matches!(object, Object::Procedure | Object::Function) {
                    self.place = Place::Traits(object);
                }
            }
            (Object::Trigger, W::Row) if self.before == W::Each => self.place = Place::Start,
            (Object::Event, W::Do) if self.depth == 0 => self.place = Place::Start,
            _ => {}
        }
        Step::Declares
    }

    /// A token where a statement of a body may begin.
    fn start(&mut self, word: Word, offset: usize) -> Step {
        use Word as W;
        let block = match word {
            W::Begin => Block::Begin,
            W::If => Block::If,
            W::Case => Block::Case,
            W::Loop => Block::Loop,
            W::Repeat => Block::Repeat,
            W::While => Block::While,
            W::For => Block::For,
            W::End => {
                self.blocks.pop();
                return self.go(Place::End, Step::Around);
            }
            W::Semicolon => return self.semicolon(),
            // Of BEGIN NOT ATOMIC.
            W::Not | W::Atomic | W::Else => return self.go(Place::Start, Step::Around),
            W::Elseif | W::When => return self.go(Place::Condition, Step::Around),
            W::Until => return self.go(Place::Until, Step::Around),
            W::Declare => return self.go(Place::Declare, Step::Around),
            W::Follows => return self.go(Place::OtherTrigger, Step::Around),
            _ => return self.go(Place::MaybeLabel, Step::Part),
        };
        if self.blocks.is_empty() {
            self.opened_at = offset;
        }
        self.blocks.push(block);
        let place = match block {
            Block::Begin | Block::Loop | Block::Repeat => Place::Start,
            Block::If | Block::Case | Block::While | Block::For | Block::Expression => {
                Place::Condition
            }
        };
        self.go(place, Step::Around)
    }

    fn statement(&mut self, word: Word) -> Step {
        if word == Word::Semicolon {
            return self.semicolon();
        }
        self.expression(word);
        self.go(Place::Statement, Step::Part)
    }

    fn semicolon(&mut self) -> Step {
        // No expression goes on beyond a semicolon.
        while self.top() == Some(Block::Expression) {
            self.blocks.pop();
        }
        if self.blocks.is_empty() {
            return Step::Complete;
        }
        self.go(Place::Start, Step::Cut)
    }

    fn expression(&mut self, word: Word) {
        if word == Word::Case {
            self.blocks.push(Block::Expression);
        }
        // An END where a value is expected is a column's name.
        let ends = word == Word::End && self.top() == Some(Block::Expression);
        if ends && !self.before.wants_value() {
            self.blocks.pop();
        }
    }

    fn top(&self) -> Option<Block> {
        self.blocks.last().copied()
    }
}
