//! Asking a person, where there is one.

use std::io::{BufRead, IsTerminal, Write};

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    /// Nobody is there to answer.
    Nobody,
}

/// Asks whether to go on, on the terminal; only `y` and `yes` are a yes.
pub(crate) fn ask(question: &str) -> Answer {
    let mut stdin = std::io::stdin().lock();
    if !stdin.is_terminal() || !std::io::stderr().is_terminal() {
        return Answer::Nobody;
    }
    let mut stderr = anstream::stderr();
    let _ = write!(stderr, "{question} [y/N] ");
    let _ = stderr.flush();
    let mut line = String::new();
    match stdin.read_line(&mut line) {
        Ok(_) if matches!(line.trim().to_lowercase().as_str(), "y" | "yes") => Answer::Yes,
        Ok(_) | Err(_) => Answer::No,
    }
}
