//! Patterns are matched as Lua itself does it.

use std::time::Duration;

use mlua::{Lua, MultiValue, Value};
use proptest::prelude::*;

use super::super::clock::Clock;
use super::*;

/// What was found, or what is wrong with the pattern, in words.
fn ours(subject: &str, pattern: &str, clock: &Clock) -> String {
    let (pattern, anchored) = match pattern.strip_prefix('^') {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    let first = Search {
        from: 0,
        last: None,
        anchored,
    };
    match search(subject.as_bytes(), pattern.as_bytes(), first, clock) {
        Err(error) => error.to_string(),
        Ok(None) => String::new(),
        Ok(Some(found)) => {
            let mut parts = vec![(found.start + 1).to_string(), found.end.to_string()];
            parts.extend(found.captures.iter().map(|capture| match capture {
                Capture::Part { start, end } => format!("{:?}", &subject[*start..*end]),
                Capture::Place(at) | Capture::Open(at) => (at + 1).to_string(),
            }));
            parts.join(" ")
        }
    }
}

fn luas(lua: &Lua, subject: &str, pattern: &str) -> String {
    let find: mlua::Function = lua
        .load("return function(s, p) return pcall(string.find, s, p) end")
        .eval()
        .expect("it compiles");
    let answer: MultiValue = find.call((subject, pattern)).expect("pcall never fails");
    let mut answer = answer.into_iter();
    let found = answer.next() == Some(Value::Boolean(true));
    let parts = answer
        .filter(|value| !value.is_nil())
        .map(|value| match value {
            Value::String(text) if found => format!("{:?}", text.to_string_lossy()),
            value => value.to_string().expect("a text or a number"),
        });
    parts.collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn finds_what_lua_finds(
        subject in "[ab1A ()-]{0,10}",
        pattern in r"\^?([ab1.()*+?$-]|%[adsuwAD1%b]|%f\[[a^1]?%?a?\]|\[\^?\]?[ab1-]{0,3}\]|%b\(\)|\(\)|\([ab.]\*\)){0,6}",
    ) {
        // Lua's find takes any other for a plain text.
        prop_assume!(pattern.contains(|c| "^$*+?.([%-".contains(c)));
        let lua = Lua::new();
        let clock = Clock::start(&lua, Duration::from_secs(600), None).expect("a clock");
        prop_assert_eq!(ours(&subject, &pattern, &clock), luas(&lua, &subject, &pattern), "{:?} in {:?}", pattern, subject);
    }
}
