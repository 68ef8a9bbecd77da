//! Causes: what lies behind an error.

use std::error::Error;

/// A cause that an error carries along.
pub type Cause = Box<dyn Error + Send + Sync>;

/// What is told of a script's failure: its error with what lies behind it, and in a program who called whom.
pub(crate) fn told(error: &(dyn Error + 'static)) -> String {
    #[cfg(feature = "lua")]
    if let Some(calls) = error
        .downcast_ref::<crate::lua::LuaError>()
        .and_then(crate::lua::LuaError::calls)
    {
        return format!("{} ({calls})", chain(error));
    }
    chain(error)
}

/// An error and what lies behind it, cause by cause, on one line.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
