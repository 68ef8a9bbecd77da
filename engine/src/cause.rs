//! Causes: what lies behind an error.

use std::error::Error;

/// A cause that an error carries along.
pub type Cause = Box<dyn Error + Send + Sync>;

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
