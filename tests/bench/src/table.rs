//! Columns of cells, printed as a markdown table.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// One column: a cell for each contender, by its name.
#[derive(Debug, Default)]
pub struct Column {
    /// The heading.
    pub heading: String,
    /// The cells; a contender without one shows a dash.
    pub cells: BTreeMap<&'static str, String>,
}

impl Column {
    /// A column without cells.
    pub fn new(heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            cells: BTreeMap::new(),
        }
    }
}

/// A table: a title, the contenders' names and labels, and columns.
#[derive(Debug)]
pub struct Table {
    /// The title above the table.
    pub title: String,
    /// Name and label of each row.
    pub rows: Vec<(&'static str, &'static str)>,
    /// The columns, left to right.
    pub columns: Vec<Column>,
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "### {}\n", self.title)?;
        write!(f, "| |")?;
        for column in &self.columns {
            write!(f, " {} |", column.heading)?;
        }
        write!(f, "\n| --- |")?;
        for _ in &self.columns {
            write!(f, " ---: |")?;
        }
        writeln!(f)?;
        for (name, label) in &self.rows {
            if !self
                .columns
                .iter()
                .any(|column| column.cells.contains_key(name))
            {
                continue;
            }
            write!(f, "| {label} |")?;
            for column in &self.columns {
                let cell = column.cells.get(name).map_or("–", String::as_str);
                write!(f, " {cell} |")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// The middle value; of an even number of values the higher of the two in the middle.
pub fn median<T: Copy + Ord>(values: &[T]) -> Option<T> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

/// `123 ms (1.04)`: a time and its ratio to the floor's.
pub fn against(time: Duration, floor: Option<Duration>) -> String {
    let time_text = milliseconds(time);
    match floor {
        Some(floor) => format!(
            "{time_text} ({:.2})",
            time.as_secs_f64() / floor.as_secs_f64()
        ),
        None => time_text,
    }
}

/// A time in milliseconds, with decimals where it is short.
fn milliseconds(time: Duration) -> String {
    let value = time.as_secs_f64() * 1_000.0;
    match value {
        value if value < 10.0 => format!("{value:.2} ms"),
        value if value < 100.0 => format!("{value:.1} ms"),
        value => format!("{} ms", thousands(value.round() as u64)),
    }
}

/// Kilobytes in megabytes of 1,024 kilobytes.
pub fn megabytes(kilobytes: u64) -> String {
    match kilobytes as f64 / 1_024.0 {
        value if value < 100.0 => format!("{value:.1} MB"),
        value => format!("{} MB", thousands(value.round() as u64)),
    }
}

/// A number with a comma before each three digits.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Column, Table, against, median, megabytes, thousands};
    use std::time::Duration;

    #[test]
    fn numbers_are_written_for_reading() {
        let second = Some(Duration::from_secs(1));
        for (written, expected) in [
            (thousands(0), "0"),
            (thousands(999), "999"),
            (thousands(1_000), "1,000"),
            (thousands(12_345_678), "12,345,678"),
            (megabytes(8_602), "8.4 MB"),
            (megabytes(1_024 * 1_024), "1,024 MB"),
            (against(Duration::from_micros(4_123), None), "4.12 ms"),
            (against(Duration::from_micros(64_949), None), "64.9 ms"),
            (
                against(Duration::from_millis(1_300), second),
                "1,300 ms (1.30)",
            ),
        ] {
            assert_eq!(written, expected);
        }
    }

    #[test]
    fn the_median_is_the_middle_value() {
        for (values, expected) in [
            (&[][..], None),
            (&[7][..], Some(7)),
            (&[9, 1, 5][..], Some(5)),
            (&[4, 1, 3, 2][..], Some(3)),
        ] {
            assert_eq!(median::<u32>(values), expected, "{values:?}");
        }
    }

    #[test]
    fn a_row_without_cells_is_left_out_and_a_missing_cell_is_a_dash() {
        let mut one = Column::new("one");
        let mut two = Column::new("two");
        one.cells.insert("a", "1".to_string());
        two.cells.insert("a", "2".to_string());
        two.cells.insert("b", "3".to_string());
        let table = Table {
            title: "Title".to_string(),
            rows: vec![("a", "A"), ("b", "B"), ("c", "C")],
            columns: vec![one, two],
        };
        assert_eq!(
            table.to_string(),
            "### Title\n\n| | one | two |\n| --- | ---: | ---: |\n| A | 1 | 2 |\n| B | – | 3 |\n"
        );
    }
}
