//! Scripts that are programs: a function of the application's, or a text in Lua.

use std::fmt;
use std::sync::Arc;

use crate::cause::Cause;
use crate::db::Db;
use crate::role::Moment;

pub(crate) type Run = dyn Fn(&mut Db<'_>) -> Result<(), Cause> + Send + Sync;

/// A function that is a script.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) version: String,
    pub(crate) description: String,
    /// What it says about itself, as the first comments of a text would.
    pub(crate) directives: Vec<String>,
    pub(crate) run: Arc<Run>,
}

impl Function {
    /// A function that is a callback.
    pub(crate) fn callback(moment: Moment, run: Arc<Run>) -> Self {
        Self {
            version: moment.as_str().to_owned(),
            description: String::new(),
            directives: Vec::new(),
            run,
        }
    }

    /// The name that the ledger and the history have for it.
    pub(crate) fn file(&self) -> String {
        match self.description.trim() {
            "" => format!("{}.{EXTENSION}", self.version),
            description => format!("{} {description}.{EXTENSION}", self.version),
        }
    }
}

/// What the name of a function ends with.
pub(crate) const EXTENSION: &str = "rs";

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Function").field(&self.file()).finish()
    }
}
