//! SQL text: where a statement ends, what kind it is, what it says apart from its layout.
//!
//! One pass over a script serves all of that: the [`Splitter`](splitter::Splitter) reads tokens from the
//! [lexer], feeds them to the [classifier] and to whoever else listens, and hands out one piece per statement.

pub(crate) mod classifier;
mod cursor;
mod cutter;
mod dialect;
pub(crate) mod facts;
pub(crate) mod lexer;
pub(crate) mod mask;
pub(crate) mod mysql;
mod object;
pub(crate) mod piece;
pub(crate) mod read_only;
pub(crate) mod render;
pub(crate) mod right;
pub(crate) mod splitter;
mod sqlite;
#[cfg_attr(
    not(feature = "sqlite"),
    allow(dead_code, reason = "only SQLite keeps the text of its tables")
)]
pub(crate) mod table;
mod words;

pub(crate) use classifier::Danger;
pub use dialect::Dialect;
pub(crate) use dialect::Syntax;
pub use object::{Object, ObjectKind};
pub use piece::Position;
pub use right::Right;
