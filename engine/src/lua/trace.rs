//! Where in a script something happens.

use mlua::{Debug, Lua};

/// A script by the name that Lua has for it, and its calls.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// As messages show it.
    shown: String,
}

/// Lua shortens longer names.
const LONGEST: usize = 59;
/// So many calls are shown.
const SHOWN: usize = 10;
/// A stack that overflowed has hundreds of thousands of calls, and each is looked for from the innermost on.
const DEEPEST: usize = 200;

impl Names {
    pub(super) fn of(file: &str) -> Self {
        let mut shown = file.to_owned();
        while shown.len() > LONGEST {
            shown.pop();
        }
        Self { shown }
    }

    /// What the script is compiled as.
    pub(super) fn chunk(&self) -> String {
        format!("={}", self.shown)
    }

    /// Where a message says that it happened, if it begins with that.
    pub(super) fn line_of(&self, message: &str) -> Option<u64> {
        let rest = message.strip_prefix(&self.shown)?.strip_prefix(':')?;
        rest.split_once(':')?.0.parse().ok()
    }

    /// A message with the place where it happened.
    pub(super) fn placed(&self, line: Option<u64>, message: &str) -> String {
        match line {
            Some(line) => format!("{}:{line}: {message}", self.shown),
            None => message.to_owned(),
        }
    }

    /// The line of the script that is being run.
    pub(super) fn line(&self, lua: &Lua) -> Option<u64> {
        (0..DEEPEST).find_map(|level| {
            match lua.inspect_stack(level, |call| self.line_in(call)) {
                // Beyond the outermost call.
                None => Some(None),
                Some(line) => line.map(Some),
            }
        })?
    }

    fn line_in(&self, call: &Debug<'_>) -> Option<u64> {
        let is_ours = call.source().short_src.as_deref() == Some(self.shown.as_str());
        let line = call.current_line().filter(|_| is_ours)?;
        Some(line as u64)
    }

    /// In which function the script is, and who called it, the innermost first; `None`: it is in none.
    pub(super) fn calls(&self, lua: &Lua) -> Option<String> {
        let mut calls = Vec::new();
        for level in 0..DEEPEST {
            let call = lua.inspect_stack(level, |call| {
                let line = self.line_in(call)?;
                let within = match (call.source().what, call.names().name) {
                    ("main", _) => String::new(),
                    (_, Some(name)) => format!(" in {name}"),
                    (_, None) => " in a function".to_owned(),
                };
                Some((line, within))
            });
            match call {
                None => break,
                // Not the script's.
                Some(None) => {}
                Some(Some(_)) if calls.len() > SHOWN => {
                    calls.push("and so on".to_owned());
                    break;
                }
                Some(Some((_, within))) if calls.is_empty() && within.is_empty() => return None,
                Some(Some((_, within))) if calls.is_empty() => {
                    calls.push(within.trim_start().to_owned());
                }
                Some(Some((line, within))) => {
                    calls.push(format!("called from {}:{line}{within}", self.shown));
                }
            }
        }
        (!calls.is_empty()).then(|| calls.join(", "))
    }
}
