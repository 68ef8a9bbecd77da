//! Prometheus' text form, [version 0.0.4](https://prometheus.io/docs/instrumenting/exposition_formats/).

use std::fmt::Write as _;

/// The content type of the form.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What a number means over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Goes up and down.
    Gauge,
    /// Only goes up.
    Counter,
}

/// A page of metrics, as it is written.
#[derive(Debug, Default)]
pub(crate) struct Exposition(String);

impl Exposition {
    /// Begins a metric, of which samples follow.
    pub(crate) fn metric(
        &mut self,
        name: &'static str,
        kind: Kind,
        help: &'static str,
    ) -> Samples<'_> {
        let kind = match kind {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
        };
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
        Samples { page: self, name }
    }

    /// The page.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// The samples of a metric.
pub(crate) struct Samples<'p> {
    page: &'p mut Exposition,
    name: &'static str,
}

impl Samples<'_> {
    /// Adds a sample with these labels.
    pub(crate) fn add(&mut self, labels: &[(&'static str, &str)], value: f64) -> &mut Self {
        let text = &mut self.page.0;
        text.push_str(self.name);
        if !labels.is_empty() {
            let labels = labels.iter();
            let pairs: Vec<String> = labels
                .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
                .collect();
            let _ = write!(text, "{{{}}}", pairs.join(","));
        }
        let _ = writeln!(text, " {value}");
        self
    }
}

/// A label's value: backslashes, quotes and line feeds would end it.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_prometheus_reads_it() {
        let mut page = Exposition::default();
        let mut samples = page.metric("upgrades_x", Kind::Gauge, "What x is.");
        samples
            .add(&[], 1.0)
            .add(&[("a", "b\\\"\n"), ("c", "ä")], 0.25);
        let expected = "# HELP upgrades_x What x is.\n# TYPE upgrades_x gauge\nupgrades_x 1\n\
                        upgrades_x{a=\"b\\\\\\\"\\n\",c=\"ä\"} 0.25\n";
        assert_eq!(page.into_text(), expected);
    }
}
