//! [`Forecast`]: how long what is pending will take, by what it took before.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::callback::work;
use crate::checksum::Checksum;
use crate::error::Error;
use crate::inspect::inspect;
use crate::ledger::history;
use crate::lock::Place;
use crate::script::ScriptId;
use crate::upgrader::Upgrader;

/// How long the scripts that were pending will take, as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forecast {
    /// In the order in which they run; `None`: not known.
    scripts: Vec<(ScriptId, Option<(Duration, By)>)>,
}

/// By what a time is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The script took so long in a rehearsal.
    Rehearsal,
    /// The same text took so long when it ran here before.
    History,
}

/// How long the rest of a run will take, if it goes as it went before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Left {
    /// In milliseconds.
    pub left_ms: u64,
    /// By what most of it is known.
    pub by: By,
    /// How many of the scripts have a time that nobody knows, and that is not in it.
    pub unknown: usize,
}

impl Forecast {
    /// How long it will take from this place on, when the script there has run for `elapsed`. `None`: of what is left nothing
    /// is known, or the script is none of those that were pending.
    pub fn left(&self, at: &Place, elapsed: Duration) -> Option<Left> {
        let script = self
            .scripts
            .iter()
            .position(|(script, _)| script.to_string() == at.script)?;
        let (mut rehearsed, mut lived) = (Duration::ZERO, Duration::ZERO);
        let (mut known, mut unknown) = (0, 0);
        for (index, (_, took)) in self.scripts.iter().enumerate().skip(script) {
            let Some((took, by)) = took else {
                unknown += 1;
                continue;
            };
            known += 1;
            let rest = match index == script {
                true => took.saturating_sub(elapsed),
                false => *took,
            };
            match by {
                By::Rehearsal => rehearsed += rest,
                By::History => lived += rest,
            }
        }
        let left = rehearsed + lived;
        (known > 0).then(|| Left {
            left_ms: u64::try_from(left.as_millis()).unwrap_or(u64::MAX),
            by: match rehearsed >= lived {
                true => By::Rehearsal,
                false => By::History,
            },
            unknown,
        })
    }
}

impl Upgrader<'_> {
    /// How long what is pending will take: as long as in the last rehearsal, or else as the same text took when it ran here
    /// before. Reads the pending scripts; waits for nobody.
    ///
    /// # Errors
    /// The scripts are not in order, or the database cannot be read.
    pub fn forecast(&self) -> Result<Forecast, Error> {
        let settings = self.settings()?;
        let catalog = self.catalog()?;
        let view = self.look(&settings, &catalog)?;
        let mut checksums = Vec::new();
        let ready =
            work(&catalog, &view.plan).try_map(|script| inspect(script, &settings.substitution))?;
        checksums.extend(
            ready
                .in_order()
                .map(|ready| (ready.id.clone(), ready.checksums.0.clone())),
        );
        let lived = match checksums.is_empty() {
            true => BTreeMap::new(),
            false => self.took_before()?,
        };
        let scripts = checksums.into_iter().map(|(script, checksum)| {
            let rehearsed = self.rehearsed(&script, &checksum);
            let rehearsed = rehearsed.map(|took| (took, By::Rehearsal));
            let lived = lived
                .get(checksum.as_str())
                .map(|took| (*took, By::History));
            (script, rehearsed.or(lived))
        });
        Ok(Forecast {
            scripts: scripts.collect(),
        })
    }

    /// By checksum, how long a text took when it was applied last.
    fn took_before(&self) -> Result<BTreeMap<String, Duration>, Error> {
        let applied = crate::past::HistoryFilter::default().outcome(history::Outcome::Applied);
        let applied = self.history(&applied)?.into_iter();
        let took = applied.filter_map(|attempt| {
            let checksum = attempt.checksum?.as_str().to_owned();
            Some((checksum, Duration::from_millis(attempt.took_ms)))
        });
        Ok(took.collect())
    }

    #[cfg(not(feature = "backup"))]
    fn rehearsed(&self, _: &ScriptId, _: &Checksum) -> Option<Duration> {
        None
    }

    #[cfg(feature = "backup")]
    fn rehearsed(&self, script: &ScriptId, checksum: &Checksum) -> Option<Duration> {
        self.expected()?.took(script, checksum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::track::TrackName;

    #[test]
    fn adds_up_what_is_known() {
        let script = |file: &str, took: Option<(u64, By)>| {
            let id = ScriptId {
                track: TrackName::CORE,
                file: file.to_owned(),
            };
            (id, took.map(|(ms, by)| (Duration::from_millis(ms), by)))
        };
        let forecast = Forecast {
            scripts: vec![
                script("1.sql", Some((1_000, By::History))),
                script("2.sql", None),
                script("3.sql", Some((500, By::Rehearsal))),
                script("4.sql", None),
            ],
        };
        let left = |left_ms, by, unknown| {
            Some(Left {
                left_ms,
                by,
                unknown,
            })
        };
        let rows = [
            ("core/1.sql", 0, left(1_500, By::History, 2)),
            ("core/1.sql", 800, left(700, By::Rehearsal, 2)),
            // It takes longer than it did.
            ("core/1.sql", 9_000, left(500, By::Rehearsal, 2)),
            ("core/2.sql", 9_000, left(500, By::Rehearsal, 2)),
            ("core/3.sql", 100, left(400, By::Rehearsal, 1)),
            ("core/4.sql", 0, None),
            ("core/5.sql", 0, None),
        ];
        for (at, elapsed, expected) in rows {
            let place = Place {
                script: at.to_owned(),
                statement: 1,
                statements: 2,
                waits_for: None,
                rows: None,
            };
            let found = forecast.left(&place, Duration::from_millis(elapsed));
            assert_eq!(found, expected, "{at} after {elapsed} ms");
        }
    }
}
