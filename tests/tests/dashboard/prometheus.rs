//! A strict reader of Prometheus' text form.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

/// The samples of a page: name and labels as they are written, and the value.
pub(crate) type Samples = BTreeMap<String, f64>;

/// Reads a page, and panics at whatever is not as the form demands: every sample behind the HELP and TYPE of its metric, all of a metric
/// together, no sample twice, a line feed at the end.
#[track_caller]
pub(crate) fn parse(text: &str) -> Samples {
    let name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    let label = r#"[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*""#;
    let help = Regex::new(&format!(r"^# HELP ({name}) [^\n]+$")).unwrap();
    let kind = Regex::new(&format!(r"^# TYPE ({name}) (gauge|counter)$")).unwrap();
    let sample = Regex::new(&format!(
        r"^(({name})(?:\{{{label}(?:,{label})*\}})?) (-?[0-9.e+-]+|NaN)$"
    ))
    .unwrap();
    assert!(text.ends_with('\n') && !text.contains("\n\n"), "{text}");
    let mut seen = BTreeSet::new();
    let mut helped = None;
    let mut current: Option<(String, bool)> = None;
    let mut samples = Samples::new();
    for line in text.lines() {
        if let Some(found) = help.captures(line) {
            assert!(seen.insert(found[1].to_owned()), "{line} twice");
            helped = Some(found[1].to_owned());
        } else if let Some(found) = kind.captures(line) {
            assert_eq!(helped.take().as_deref(), Some(&found[1]), "{line}");
            current = Some((found[1].to_owned(), &found[2] == "counter"));
        } else if let Some(found) = sample.captures(line) {
            let (metric, counts) = current.as_ref().unwrap();
            assert_eq!(metric, &found[2], "{line}");
            assert_eq!(*counts, metric.ends_with("_total"), "{line}");
            let value: f64 = found[3].parse().unwrap();
            assert!(
                samples.insert(found[1].to_owned(), value).is_none(),
                "{line} twice"
            );
        } else {
            panic!("{line:?} is no line of the form");
        }
    }
    samples
}
