//! The parts of the benchmark, one file each.

pub mod apply;
pub mod bulk;
pub mod fsync;
pub mod idle;
pub mod kill;
pub mod race;
pub mod trips;

use crate::contender::FLOOR;
use crate::measure::Sample;
use crate::table::{Column, against, median};
use std::collections::BTreeMap;
use std::time::Duration;

/// The samples of each contender, by its name.
pub type Samples = BTreeMap<&'static str, Vec<Sample>>;

/// A column of medians with their ratios to the floor's median.
pub fn times(heading: String, samples: &Samples, time: fn(&Sample) -> Duration) -> Column {
    let middle = |samples: &Vec<Sample>| median(&samples.iter().map(time).collect::<Vec<_>>());
    let floor = samples.get(FLOOR).and_then(middle);
    let mut column = Column::new(heading);
    for (name, samples) in samples {
        if let Some(time) = middle(samples) {
            column.cells.insert(name, against(time, floor));
        }
    }
    column
}
