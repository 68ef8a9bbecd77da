//! `upgrades explain`

use serde::Serialize;
use serde_json::json;
use upgrades::{Code, Explanation};

use super::Failure;
use crate::config::ConfigError;
use crate::exit::Exit;
use crate::reply::{Reply, USAGE};
use crate::table::table;

/// What a code means, as this command tells it.
#[derive(Debug, Serialize)]
struct Entry {
    code: &'static str,
    exit_code: u8,
    problem: &'static str,
    cause: &'static str,
    remedy: &'static str,
}

impl From<&Explanation> for Entry {
    fn from(explanation: &Explanation) -> Self {
        Self {
            code: explanation.name,
            exit_code: Exit::from(explanation.code) as u8,
            problem: explanation.problem,
            cause: explanation.cause,
            remedy: explanation.remedy,
        }
    }
}

/// The one code that is this command's own and not the engine's.
const OWN: Entry = Entry {
    code: USAGE,
    exit_code: Exit::Usage as u8,
    problem: "The command cannot do what it was asked to.",
    cause: "An argument, a variable of the environment or the configuration file does not fit.",
    remedy: "Correct what the message names; `upgrades help` and the README tell what there is.",
};

pub(super) fn answer(code: Option<&str>) -> Result<Reply, Failure> {
    let Some(code) = code else {
        let all: Vec<Entry> = std::iter::once(OWN)
            .chain(Code::all().iter().map(Entry::from))
            .collect();
        let rows = all.iter().map(|entry| {
            [
                entry.code.to_owned(),
                entry.exit_code.to_string(),
                entry.problem.to_owned(),
            ]
        });
        let text = table(["code", "exit", "problem"], &[1], rows);
        return Ok(Reply::new(text, json!(all)));
    };
    let entry = if code.eq_ignore_ascii_case(USAGE) {
        OWN
    } else {
        let known = code.parse::<Code>().map_err(|error| {
            ConfigError::new(format!("{error}; `upgrades explain` lists them all"))
        })?;
        Entry::from(known.explain())
    };
    let text = format!(
        "{}: {}\n\ncause:  {}\nremedy: {}\n\nexit code {}\n",
        entry.code, entry.problem, entry.cause, entry.remedy, entry.exit_code
    );
    Ok(Reply::new(text, json!(entry)))
}
