//! What kind of statement MySQL's and MariaDB's is.

use super::keyword::{Keyword, Seen};
use super::last::Last;
use super::target::Targets;
use crate::sql::classifier::{Class, Danger, Kind};
use crate::sql::lexer::TokenKind;

/// How many leading words decide what a statement is, apart from what it concerns.
const HEAD: usize = 3;

/// Collects what decides about one statement; [`Classifier::finish`] begins the next one.
#[derive(Debug, Default)]
pub(in crate::sql) struct Classifier {
    head: [Keyword; HEAD],
    head_length: usize,
    /// What CREATE, ALTER, DROP is about: the first such word that is not a name.
    object: Keyword,
    /// TEMPORARY before the object.
    temporary: bool,
    /// The words outside parentheses.
    seen: Seen,
    /// What a WITH is about, after its parentheses.
    verb: Keyword,
    depth: u32,
    last: Last,
    /// It begins with a parenthesis.
    in_parentheses: bool,
    /// It begins with `name:`.
    is_labelled: bool,
    drops_column: bool,
    reads_changes: bool,
    writes_file: bool,
    /// `:=`, or `INTO @x`.
    assigns: bool,
    /// It names a user variable.
    has_variable: bool,
    /// The last name is that of a user variable.
    at_variable: bool,
    targets: Targets,
}

impl Classifier {
    /// Takes the next token of the statement.
    pub(in crate::sql) fn token(&mut self, kind: TokenKind, text: &[u8]) {
        let before = self.last;
        let Some(token) = before.next(kind, text) else {
            return;
        };
        if kind == TokenKind::Semicolon {
            return;
        }
        self.last = token;
        let keyword = match token {
            Last::Name(keyword) => keyword,
            _ => Keyword::Other,
        };
        if self.head_length < HEAD {
            self.in_parentheses |= self.head_length == 0 && token == Last::Open;
            self.is_labelled |= self.head_length == 1 && token == Last::Colon;
            self.head[self.head_length] = keyword;
            self.head_length += 1;
        }
        match token {
            Last::Open => self.depth += 1,
            Last::Close => self.depth = self.depth.saturating_sub(1),
            Last::Equals => self.assigns |= before == Last::Colon && self.at_variable,
            Last::At => self.assigns |= before == Last::Name(Keyword::Into),
            Last::Name(_) => {
                self.at_variable = before == Last::At;
                self.has_variable |= self.at_variable;
            }
            _ => {}
        }
        if self.depth == 0 && self.head[0] == Keyword::Set && self.head_length > 1 {
            // Behind a dot stands no keyword, but for the variable of a scope: @@SESSION.autocommit.
            let target = match (kind, before) {
                (TokenKind::Word, Last::Dot) => Last::Name(super::keyword::keyword(text)),
                (_, _) => token,
            };
            self.targets.take(before, target);
        }
        if before == Last::Name(Keyword::Drop) && matches!(token, Last::Name(_)) {
            self.drops_column |= is_column(keyword);
        }
        if keyword != Keyword::Other {
            self.word(before, keyword);
        }
    }

    fn word(&mut self, before: Last, word: Keyword) {
        use Keyword as K;
        match word {
            K::FoundRows | K::RowCount => self.reads_changes = true,
            K::Outfile | K::Dumpfile => self.writes_file = true,
            _ => {}
        }
        if self.depth > 0 {
            return;
        }
        // SET STATEMENT variables FOR statement: the statement counts.
        if word == K::For && self.head[..2] == [K::Set, K::Statement] {
            *self = Self::default();
            return;
        }
        self.seen.add(word);
        if self.verb == K::None && matches!(word, K::Select | K::Update | K::Delete | K::Table) {
            self.verb = word;
        }
        let is_name = matches!(before, Last::Equals | Last::At);
        if self.object == K::None && self.head_length > 1 && !is_name {
            self.temporary |= word == K::Temporary;
            self.object = object(word);
        }
    }

    /// Judges the statement whose tokens were taken, and begins the next one.
    pub(in crate::sql) fn finish(&mut self) -> Class {
        let this = std::mem::take(self);
        let kind = this.kind();
        use Keyword as K;
        let keeps_text = matches!(this.head[0], K::Create | K::Alter) && this.object != K::Table;
        let assigns = match this.head[0] {
            K::Set => this.targets.user || this.assigns,
            K::Call | K::Load | K::Get => this.has_variable,
            _ => this.assigns,
        };
        Class {
            kind,
            danger: this.danger(),
            sets_changes: matches!(
                this.head[0],
                K::Insert | K::Update | K::Delete | K::Replace | K::With | K::Load
            ),
            reads_changes: this.reads_changes && !keeps_text,
            sets_variables: assigns && !keeps_text,
            can_fail: false,
        }
    }

    /// From the manuals' lists of statements that commit by themselves,
    /// [MySQL's](https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html) and
    /// [MariaDB's](https://mariadb.com/kb/en/sql-statements-that-cause-an-implicit-commit/): what stands there, and
    /// what a transaction does not take back, is `Definition`, `Repeatable` or `Untold`.
    fn kind(&self) -> Kind {
        use Keyword as K;
        let [first, second, third] = self.head;
        match first {
            K::None => Kind::Empty,
            K::Create => self.create(),
            K::Alter => self.alter(),
            K::Drop => self.drop(),
            K::Rename if matches!(second, K::Table | K::Tables) => Kind::Definition,
            K::Truncate => Kind::Repeatable,
            // Statements about the tables' upkeep.
            K::Analyze
                if [second, third]
                    .iter()
                    .any(|word| matches!(word, K::Table | K::Tables)) =>
            {
                Kind::Repeatable
            }
            K::Optimize | K::Check | K::Repair | K::Cache => Kind::Repeatable,
            K::Load if second == K::Index => Kind::Repeatable,
            K::Flush if self.seen.has(K::Export) => Kind::TableLock,
            K::Flush if self.seen.has(K::Read) && self.seen.has(K::Lock) => Kind::TableLock,
            K::Flush => Kind::Repeatable,
            // Transactions and locks.
            K::Begin if second == K::Not => Kind::Call,
            K::Begin => Kind::Begin,
            K::Start if second == K::Transaction => Kind::Begin,
            K::Commit => Kind::Commit,
            K::Rollback if second == K::To || (second == K::Work && third == K::To) => {
                Kind::Savepoint
            }
            K::Rollback => Kind::Rollback,
            K::Savepoint | K::Release => Kind::Savepoint,
            K::Lock | K::Unlock => Kind::TableLock,
            // The session.
            K::Set => self.set(),
            K::Use => Kind::Setting,
            K::Prepare | K::Deallocate => Kind::Prepare,
            K::Execute => Kind::Execute,
            // https://mariadb.com/kb/en/programmatic-compound-statements/: they may stand outside of routines.
            K::Call | K::Case | K::If | K::Loop | K::Repeat | K::While | K::For | K::Declare => {
                Kind::Call
            }
            // https://dev.mysql.com/doc/refman/8.4/en/sql-data-manipulation-statements.html and what asks.
            K::Select | K::With | K::Values | K::Table if self.writes_file => Kind::Untold,
            K::Select | K::With | K::Values | K::Table => Kind::Ordinary,
            K::Insert | K::Update | K::Delete | K::Replace | K::Load | K::Do | K::Handler => {
                Kind::Ordinary
            }
            K::Show | K::Explain | K::Describe | K::Describes | K::Analyze | K::Checksum => {
                Kind::Ordinary
            }
            K::Get | K::Signal | K::Resignal => Kind::Ordinary,
            _ if self.in_parentheses && self.writes_file => Kind::Untold,
            _ if self.in_parentheses => Kind::Ordinary,
            _ if self.is_labelled => Kind::Call,
            // GRANT, REVOKE, XA, INSTALL, CHANGE MASTER, KILL and whatever comes next.
            _ => Kind::Untold,
        }
    }

    fn create(&self) -> Kind {
        use Keyword as K;
        match self.object {
            K::Table | K::Sequence if self.temporary => Kind::TempTable,
            _ if self.head[1] == K::Or => Kind::Repeatable,
            K::Database | K::User | K::Role if self.seen.has(K::If) => Kind::Repeatable,
            object if is_compared(object) => Kind::Definition,
            _ => Kind::Untold,
        }
    }

    fn alter(&self) -> Kind {
        use Keyword as K;
        let moves_rows = [K::Exchange, K::Discard, K::Import];
        match self.object {
            K::Table if self.seen.any(&moves_rows) => Kind::Untold,
            object if is_compared(object) => Kind::Definition,
            _ => Kind::Untold,
        }
    }

    fn drop(&self) -> Kind {
        use Keyword as K;
        match self.object {
            K::Prepare => Kind::Prepare,
            _ if self.temporary => Kind::TempDrop,
            _ if self.seen.has(K::If) => Kind::Repeatable,
            object if is_compared(object) => Kind::Definition,
            _ => Kind::Untold,
        }
    }

    fn set(&self) -> Kind {
        let Targets {
            session,
            global,
            autocommit,
            account,
            ..
        } = self.targets;
        match (account, autocommit, session, global) {
            (true, ..) => Kind::Untold,
            (false, true, ..) => Kind::Autocommit,
            (false, false, true, _) => Kind::Setting,
            (false, false, false, true) => Kind::Repeatable,
            (false, false, false, false) => Kind::Ordinary,
        }
    }

    /// What rebuilds or blocks, from
    /// [MySQL's](https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html) and
    /// [MariaDB's](https://mariadb.com/kb/en/innodb-online-ddl-overview/) tables of online operations.
    fn danger(&self) -> Option<Danger> {
        use Keyword as K;
        let rebuilding = [
            K::Convert,
            K::Engine,
            K::Modify,
            K::Change,
            K::Primary,
            K::Fulltext,
            K::Spatial,
            K::Force,
            K::Order,
            K::Partition,
            K::RowFormat,
            K::KeyBlockSize,
        ];
        let rows = match self.head[0] {
            K::With => self.verb,
            first => first,
        };
        match (self.head[0], self.object) {
            (K::Drop, K::Prepare) => None,
            (K::Drop, _) if self.temporary => None,
            (K::Drop, K::Table) => Some(Danger::DropTable),
            (K::Drop, K::Database) => Some(Danger::DropDatabase),
            (K::Drop, _) => Some(Danger::DropObject),
            (K::Create | K::Alter, K::Table)
                if self.seen.has(K::Engine) && self.seen.any(&[K::MyIsam, K::Aria]) =>
            {
                Some(Danger::Unprotected)
            }
            (K::Create, K::Table) if self.head.contains(&K::Replace) => Some(Danger::DropTable),
            (K::Alter, K::Table) if self.drops_column => Some(Danger::DropColumn),
            (K::Alter, K::Table) if self.seen.any(&rebuilding) => Some(Danger::Rebuilds),
            (K::Create, K::Index) if self.seen.any(&[K::Fulltext, K::Spatial]) => {
                Some(Danger::Rebuilds)
            }
            (K::Optimize, _) => Some(Danger::Rebuilds),
            (K::Truncate, _) => Some(Danger::DeleteAll),
            _ if self.seen.has(K::Where) => None,
            _ if rows == K::Delete => Some(Danger::DeleteAll),
            _ if rows == K::Update => Some(Danger::UpdateAll),
            _ => None,
        }
    }
}

/// The word, if CREATE, ALTER, DROP can be about it.
fn object(word: Keyword) -> Keyword {
    use Keyword as K;
    match word {
        K::Tables => K::Table,
        K::Schema => K::Database,
        K::Table
        | K::View
        | K::Index
        | K::Trigger
        | K::Procedure
        | K::Function
        | K::Event
        | K::Sequence
        | K::Database
        | K::User
        | K::Role
        | K::Server
        | K::Tablespace
        | K::Package
        | K::Library
        | K::Prepare => word,
        _ => K::None,
    }
}

/// Whether what stands behind DROP in ALTER TABLE is a column, or the word COLUMN.
fn is_column(word: Keyword) -> bool {
    use Keyword as K;
    !matches!(
        word,
        K::Index
            | K::Key
            | K::Primary
            | K::Foreign
            | K::Constraint
            | K::Check
            | K::Partition
            | K::Default
            | K::System
            | K::Period
    )
}

/// Whether the server shows such an object's definition, so that it can be compared.
fn is_compared(object: Keyword) -> bool {
    use Keyword as K;
    matches!(
        object,
        K::Table
            | K::View
            | K::Index
            | K::Trigger
            | K::Procedure
            | K::Function
            | K::Event
            | K::Sequence
    )
}
