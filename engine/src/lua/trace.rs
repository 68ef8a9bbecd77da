//! Where in a script something happens.

use std::collections::VecDeque;

use mlua::{Debug, Lua};

/// A script by the name that Lua has for it, and its calls.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// As messages show it.
    shown: String,
}

/// Lua shortens longer names.
const LONGEST: usize = 59;
/// So many calls are shown, of the innermost and of the outermost.
const SHOWN: usize = 10;
/// A stack that overflowed has hundreds of thousands of calls.
const DEEPEST: usize = 300_000;

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
        (0..DEEPEST).find_map(|level| match lua.inspect_stack(level, |call| self.line_in(call)) {
            // Beyond the outermost call.
            None => Some(None),
            Some(line) => line.map(Some),
        })?
    }

    fn line_in(&self, call: &Debug<'_>) -> Option<u64> {
        let is_ours = call.source().short_src.as_deref() == Some(self.shown.as_str());
        let line = call.current_line().filter(|_| is_ours)?;
        Some(line as u64)
    }

    /// In which function the script is, and who called it, the innermost first; `None`: it is in none.
    pub(super) fn calls(&self, lua: &Lua) -> Option<String> {
        let mut first = Vec::new();
        let mut last = VecDeque::new();
        let mut left_out = 0_usize;
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
                Some(Some(call)) if first.len() < SHOWN => first.push(call),
                Some(Some(call)) => {
                    last.push_back(call);
                    if last.len() > SHOWN {
                        last.pop_front();
                        left_out += 1;
                    }
                }
            }
        }
        let (_, within) = first.first()?;
        if within.is_empty() {
            return None;
        }
        let from = |(line, within): &(u64, String)| format!("called from {}:{line}{within}", self.shown);
        let mut calls = vec![within.trim_start().to_owned()];
        calls.extend(first.iter().skip(1).map(from));
        if left_out > 0 {
            calls.push(format!("{left_out} more calls"));
        }
        calls.extend(last.iter().map(from));
        Some(calls.join(", "))
    }
}
