//! `upgrades explain`

use serde_json::{Value, json};
use upgrades::{Code, Explanation};

use super::Failure;
use crate::config::ConfigError;
use crate::exit::Exit;
use crate::reply::Reply;
use crate::table::table;

pub(super) fn answer(code: Option<&str>) -> Result<Reply, Failure> {
    let Some(code) = code else {
        let rows = Code::all().iter().map(|explanation| {
            [
                explanation.name.to_owned(),
                exit_code(explanation).to_string(),
                explanation.problem.to_owned(),
            ]
        });
        let text = table(["code", "exit", "problem"], &[1], rows);
        let all: Vec<Value> = Code::all().iter().map(data).collect();
        return Ok(Reply::new(text, json!(all)));
    };
    let code: Code = code
        .parse()
        .map_err(|error| ConfigError::new(format!("{error}; `upgrades explain` lists them all")))?;
    let explanation = code.explain();
    let text = format!(
        "{}: {}\n\ncause:  {}\nremedy: {}\n\nexit code {}\n",
        explanation.name,
        explanation.problem,
        explanation.cause,
        explanation.remedy,
        exit_code(explanation)
    );
    Ok(Reply::new(text, data(explanation)))
}

fn exit_code(explanation: &Explanation) -> u8 {
    Exit::from(explanation.code) as u8
}

fn data(explanation: &Explanation) -> Value {
    json!({
        "code": explanation.name,
        "exit_code": exit_code(explanation),
        "problem": explanation.problem,
        "cause": explanation.cause,
        "remedy": explanation.remedy,
    })
}
