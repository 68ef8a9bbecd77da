//! [`Object`]: what has a name and a definition in a schema.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What has a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ObjectKind {
    /// A table, or a sequence.
    Table,
    /// A view.
    View,
    /// A trigger.
    Trigger,
    /// A procedure.
    Procedure,
    /// A function.
    Function,
    /// An event.
    Event,
}

/// What has a name and a definition in a schema.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// The schema, where a statement names it.
    pub schema: Option<String>,
    /// The name, without quotes.
    pub name: String,
}

impl ObjectKind {
    /// The word that SQL has for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::Trigger => "trigger",
            Self::Procedure => "procedure",
            Self::Function => "function",
            Self::Event => "event",
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        f.write_str(" ")?;
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}
