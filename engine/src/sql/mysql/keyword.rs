//! The words of MySQL's and MariaDB's SQL that decide what a statement is.

use crate::sql::words::Words;

macro_rules! keywords {
    ($($word:literal $name:ident)*) => {
        /// The words that matter here; every other token of a statement is `Other`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        #[repr(u8)]
        pub(super) enum Keyword {
            /// There is no such token.
            #[default]
            None,
            Other,
            $($name),*
        }

        /// Lower case, in their order.
        const KEYWORDS: &[(&str, Keyword)] = &[$(($word, Keyword::$name)),*];
    };
}

keywords! {
    "add" Add
    "alter" Alter
    "analyze" Analyze
    "aria" Aria
    "atomic" Atomic
    "autocommit" Autocommit
    "begin" Begin
    "cache" Cache
    "call" Call
    "case" Case
    "change" Change
    "character" Character
    "check" Check
    "checksum" Checksum
    "column" Column
    "commit" Commit
    "constraint" Constraint
    "convert" Convert
    "create" Create
    "data" Data
    "database" Database
    "deallocate" Deallocate
    "declare" Declare
    "default" Default
    "delete" Delete
    "desc" Describe
    "describe" Describes
    "discard" Discard
    "do" Do
    "drop" Drop
    "dumpfile" Dumpfile
    "engine" Engine
    "event" Event
    "exchange" Exchange
    "execute" Execute
    "exists" Exists
    "explain" Explain
    "export" Export
    "flush" Flush
    "for" For
    "force" Force
    "foreign" Foreign
    "found_rows" FoundRows
    "fulltext" Fulltext
    "function" Function
    "get" Get
    "global" Global
    "handler" Handler
    "if" If
    "import" Import
    "index" Index
    "insert" Insert
    "into" Into
    "key" Key
    "key_block_size" KeyBlockSize
    "library" Library
    "load" Load
    "local" Local
    "lock" Lock
    "loop" Loop
    "modify" Modify
    "myisam" MyIsam
    "not" Not
    "optimize" Optimize
    "or" Or
    "order" Order
    "outfile" Outfile
    "package" Package
    "partition" Partition
    "password" Password
    "period" Period
    "persist" Persist
    "persist_only" PersistOnly
    "prepare" Prepare
    "primary" Primary
    "procedure" Procedure
    "read" Read
    "release" Release
    "rename" Rename
    "repair" Repair
    "repeat" Repeat
    "replace" Replace
    "resignal" Resignal
    "role" Role
    "rollback" Rollback
    "row_count" RowCount
    "row_format" RowFormat
    "savepoint" Savepoint
    "schema" Schema
    "select" Select
    "sequence" Sequence
    "server" Server
    "session" Session
    "set" Set
    "show" Show
    "signal" Signal
    "spatial" Spatial
    "start" Start
    "statement" Statement
    "system" System
    "table" Table
    "tables" Tables
    "tablespace" Tablespace
    "temporary" Temporary
    "to" To
    "transaction" Transaction
    "trigger" Trigger
    "truncate" Truncate
    "unlock" Unlock
    "update" Update
    "use" Use
    "user" User
    "values" Values
    "view" View
    "where" Where
    "while" While
    "with" With
    "work" Work
    "xml" Xml
}

/// The keyword that a word is.
pub(super) fn keyword(word: &[u8]) -> Keyword {
    static WORDS: Words<Keyword> = Words::new(KEYWORDS);
    WORDS.get(word).unwrap_or(Keyword::Other)
}

/// Which keywords a statement has.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen(u128);

impl Seen {
    pub(super) fn add(&mut self, keyword: Keyword) {
        self.0 |= 1 << keyword as u8;
    }

    pub(super) fn has(self, keyword: Keyword) -> bool {
        self.0 & 1 << keyword as u8 != 0
    }

    pub(super) fn any(self, keywords: &[Keyword]) -> bool {
        keywords.iter().any(|keyword| self.has(*keyword))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_stand_in_their_order_and_fit() {
        assert!(KEYWORDS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(KEYWORDS.iter().all(|(_, keyword)| (*keyword as u8) < 128));
    }
}
