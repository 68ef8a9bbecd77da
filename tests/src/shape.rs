//! The shape of JSON: what a reader may rely on, taken from any number of answers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use crate::project;

/// What a value may be. Prints as docs/json.md has it: `key?` may be missing, `|` stands between alternatives.
#[derive(Debug, Default)]
pub struct Shape {
    plain: BTreeSet<&'static str>,
    list: Option<Box<Shape>>,
    object: Option<Object>,
}

#[derive(Debug, Default)]
struct Object {
    seen: usize,
    keys: BTreeMap<String, (usize, Shape)>,
}

impl Shape {
    /// Adds what one more answer says.
    pub fn take(&mut self, value: &Value) {
        match value {
            Value::Null => drop(self.plain.insert("null")),
            Value::Bool(_) => drop(self.plain.insert("boolean")),
            Value::Number(_) => drop(self.plain.insert("number")),
            Value::String(_) => drop(self.plain.insert("string")),
            Value::Array(values) => {
                let list = self.list.get_or_insert_default();
                values.iter().for_each(|value| list.take(value));
            }
            Value::Object(members) => {
                let object = self.object.get_or_insert_default();
                object.seen += 1;
                for (key, value) in members {
                    let (times, shape) = object.keys.entry(key.clone()).or_default();
                    *times += 1;
                    shape.take(value);
                }
            }
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, indent: usize) -> fmt::Result {
        let mut between = "";
        if let Some(object) = &self.object {
            writeln!(f, "{{")?;
            for (key, (times, shape)) in &object.keys {
                let may_be_missing = if *times < object.seen { "?" } else { "" };
                write!(f, "{:indent$}  {key}{may_be_missing}: ", "")?;
                shape.write(f, indent + 2)?;
                writeln!(f)?;
            }
            write!(f, "{:indent$}}}", "")?;
            between = " | ";
        }
        if let Some(list) = &self.list {
            write!(f, "{between}[")?;
            list.write(f, indent)?;
            write!(f, "]")?;
            between = " | ";
        }
        for plain in self.plain.iter().rev() {
            write!(f, "{between}{plain}")?;
            between = " | ";
        }
        Ok(())
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

/// Compares the shape of these answers with the one below a heading of docs/json.md.
#[track_caller]
pub fn check(heading: &str, answers: impl IntoIterator<Item = Value>) {
    let mut shape = Shape::default();
    for answer in answers {
        shape.take(&answer);
    }
    let real = format!("{shape}\n");
    let page = std::fs::read_to_string(project().join("docs/json.md")).unwrap();
    let documented = page
        .split_once(&format!("\n## {heading}\n"))
        .and_then(|(_, section)| section.split_once("\n```text\n"))
        .and_then(|(_, block)| block.split_once("```\n"));
    let documented = documented.map(|(block, _)| block);
    assert!(
        documented == Some(&real),
        "{heading}\n--- documented\n{}--- real\n{real}",
        documented.unwrap_or("nothing\n")
    );
}

#[test]
fn prints_what_it_was_given() {
    let mut shape = Shape::default();
    shape.take(&serde_json::json!({ "a": 1, "b": [{ "c": true }, { "c": null, "d": "x" }] }));
    shape.take(&serde_json::json!({ "a": "x", "b": [], "e": { "f": 1 } }));
    let expected = "{\n  a: string | number\n  b: [{\n    c: null | boolean\n    d?: string\n  }]\n  e?: {\n    f: number\n  }\n}";
    assert_eq!(shape.to_string(), expected);
}
