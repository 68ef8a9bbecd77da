//! [`Reply`]: what a command has to say, as text and as data.

use std::error::Error as StdError;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};
use upgrades::{Refusal, inert_lines};

use crate::exit::Exit;

/// What a command has to say.
#[derive(Debug)]
pub(crate) struct Reply {
    /// For people, on standard output.
    pub(crate) text: String,
    /// For people, on standard error.
    pub(crate) error: String,
    /// For programs, on standard output; null where everything was said already.
    pub(crate) json: Value,
    pub(crate) exit: Exit,
    /// What is done once that was said.
    pub(crate) after: After,
}

/// What a command does once it has answered; nothing unless told.
#[derive(Default)]
pub(crate) struct After(Option<Box<dyn FnOnce()>>);

impl After {
    pub(crate) fn doing(work: impl FnOnce() + 'static) -> Self {
        Self(Some(Box::new(work)))
    }

    /// Does it.
    pub(crate) fn happen(self) {
        if let Some(work) = self.0 {
            work();
        }
    }
}

impl std::fmt::Debug for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("After").field(&self.0.is_some()).finish()
    }
}

/// The code of a call or a configuration that cannot be followed.
pub(crate) const USAGE: &str = "usage";

/// Red and bold, for errors.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// Yellow, for what deserves a look.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
/// Green, for what is well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();

/// A text in a style.
pub(crate) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// The line that tells of a cause, which may have lines of its own.
pub(crate) fn cause_line(text: &str) -> String {
    let text = inert_lines(text.trim_end()).replace('\n', "\n  ");
    format!("  cause: {text}")
}

impl Reply {
    /// A reply that is no error.
    pub(crate) fn new(text: String, json: Value) -> Self {
        Self {
            text,
            error: String::new(),
            json,
            exit: Exit::Current,
            after: After::default(),
        }
    }

    /// The reply of a command that has said everything already.
    pub(crate) fn said() -> Self {
        Self::new(String::new(), Value::Null)
    }

    /// The same reply with another exit code.
    pub(crate) fn exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// The same reply, with something to be done behind it.
    pub(crate) fn after(self, after: After) -> Self {
        Self { after, ..self }
    }

    /// An error of the engine.
    pub(crate) fn engine_error(error: &upgrades::Error) -> Self {
        let code = error.code();
        let mut reply = Self::error(code.as_str(), error, code.into());
        if let upgrades::Error::Refused(Refusal::Latched(Some(failure))) = error {
            // Whoever has only the log of the last start must not have to look for that of the first.
            let _ = writeln!(reply.error, "{}", cause_line(&failure.error));
            reply.json["error"]["causes"] = json!([failure.error]);
        }
        let _ = writeln!(reply.error, "  help: upgrades explain {code}");
        if let upgrades::Error::Failed {
            failure, applied, ..
        } = error
        {
            reply.json["failure"] = json!(failure);
            reply.json["applied"] = json!(applied);
        }
        if let upgrades::Error::NotBroughtBack {
            failure, backup, ..
        } = error
        {
            reply.json["failure"] = json!(failure);
            reply.json["backup"] = json!(backup);
            let _ = writeln!(
                reply.error,
                "  then: upgrades backup restore {backup}; or mend the cause, upgrades clear-failure --reason \"...\", and run again"
            );
        }
        reply
    }

    /// A call or a configuration that cannot be followed.
    pub(crate) fn usage_error(error: &dyn StdError) -> Self {
        Self::error(USAGE, error, Exit::Usage)
    }

    fn error(code: &str, error: &dyn StdError, exit: Exit) -> Self {
        let message = inert_lines(&error.to_string());
        let mut text = format!("{}: {message}\n", paint(ERROR, format!("error[{code}]")));
        let mut causes = Vec::new();
        let mut next = error.source();
        while let Some(cause) = next {
            let cause_text = cause.to_string();
            let _ = writeln!(text, "{}", cause_line(&cause_text));
            causes.push(cause_text);
            next = cause.source();
        }
        Self {
            text: String::new(),
            error: text,
            json: json!({ "error": { "code": code, "message": error.to_string(), "causes": causes } }),
            exit,
            after: After::default(),
        }
    }
}
