//! Baselines: which of them a new installation begins with. Decides, and touches nothing.

use std::collections::BTreeMap;

use crate::catalog::CatalogTrack;
use crate::catalog_error::CatalogError;
use crate::script::Script;
use crate::sql::Dialect;
use crate::track::TrackName;
use crate::version::Version;

/// What a database says about where its tracks may begin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Ground {
    /// It has no table and no view but the engine's own, as far as their names begin with the prefix.
    pub(crate) empty: bool,
    /// The baselines that the first run began with, by file name: whatever stands there now, tracks that have no version
    /// yet begin with them.
    pub(crate) begun: BTreeMap<TrackName, String>,
}

/// Reads which baselines were begun: pairs as in `core=baseline-3.1.0.sql`, with blanks between them.
pub(crate) fn read(text: &str) -> BTreeMap<TrackName, String> {
    let pairs = text.split_whitespace().filter_map(|pair| {
        let (track, file) = pair.split_once('=')?;
        Some((track.parse().ok()?, file.to_owned()))
    });
    pairs.collect()
}

/// As the ledger holds them.
pub(crate) fn written(begun: &BTreeMap<TrackName, String>) -> String {
    let pairs = begun.iter().map(|(track, file)| format!("{track}={file}"));
    pairs.collect::<Vec<_>>().join(" ")
}

/// The baseline that a track without a version begins with: the one that was begun, or on an empty database the newest that
/// is not above the limit.
pub(crate) fn chosen<'c>(
    track: &'c CatalogTrack,
    ground: &Ground,
    limit: Option<&Version>,
) -> Option<&'c Script> {
    let mut baselines = track.baselines.iter();
    match (ground.begun.get(&track.name), ground.empty) {
        // One that is not there any more is what the journal asks a person about, or it has left nothing.
        (Some(begun), false) => baselines.find(|baseline| baseline.name().file() == begun),
        (None, false) => None,
        (_, true) => {
            let within = |baseline: &&Script| limit.is_none_or(|most| baseline.version() <= most);
            baselines.rfind(within)
        }
    }
}

/// Sorts a track's baselines and leaves those that this database can begin with. One that was written for other databases
/// only is none here: the scripts are there. `scripts`: the track's, by version.
pub(crate) fn settle(
    track: &TrackName,
    mut found: Vec<Script>,
    scripts: &[Script],
    dialect: Dialect,
) -> (Vec<Script>, Vec<CatalogError>) {
    let own = |script: &Script| script.name().dialect() == Some(dialect);
    // Of one version, this database's own comes first.
    found.sort_by(|a, b| {
        let by_version = a.version().cmp(b.version());
        by_version.then_with(|| own(b).cmp(&own(a)))
    });
    let (mut settled, mut problems) = (Vec::<Script>::new(), Vec::new());
    for baseline in found {
        let newest = scripts
            .iter()
            .find(|script| script.version() == baseline.version());
        let Some(newest) = newest else {
            problems.push(CatalogError::BaselineAlone {
                baseline: baseline.id(),
                version: baseline.version().clone(),
            });
            continue;
        };
        let name = baseline.name();
        if name.dialect().is_some_and(|only| only != dialect) {
            continue;
        }
        match settled.last() {
            Some(before) if before.version() != baseline.version() => {}
            Some(before) if own(before) && !own(&baseline) => continue,
            Some(before) => {
                problems.push(CatalogError::Duplicate {
                    track: track.clone(),
                    version: baseline.version().clone(),
                    first: before.name().file().to_owned(),
                    second: name.file().to_owned(),
                });
                continue;
            }
            None => {}
        }
        settled.push(baseline.in_place_of(newest));
    }
    (settled, problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discover::discover;
    use crate::ledger::Ledger;
    use crate::plan::{Limits, plan};
    use crate::track::{Source, Track};

    fn core(files: &[&str]) -> Track {
        let texts = files
            .iter()
            .map(|file| ((*file).to_owned(), "-- x".to_owned()));
        Track::core(texts.collect::<Source>())
    }

    /// What is made of a track's files on SQLite: its baselines with what they lead to, and problems.
    #[test]
    fn one_for_each_version() {
        let rows: &[(&[&str], &str)] = &[
            (&["1.sql", "baseline-1.sql"], "baseline-1.sql=1.sql"),
            (
                &[
                    "1_a.sql",
                    "2_b.sqlite.sql",
                    "baseline-2.sql",
                    "baseline-1.sql",
                ],
                "baseline-1.sql=1_a.sql baseline-2.sql=2_b.sqlite.sql",
            ),
            (
                &[
                    "1.sql",
                    "baseline-1.sql",
                    "baseline-1.sqlite.sql",
                    "baseline-1.mysql.sql",
                ],
                "baseline-1.sqlite.sql=1.sql",
            ),
            (
                &["1.sql", "baseline-1.sql", "baseline-1.mysql.sql"],
                "baseline-1.sql=1.sql",
            ),
            (&["1.sql", "baseline-1.mysql.sql"], ""),
            (&["0042.sql", "baseline-42.sql"], "baseline-42.sql=0042.sql"),
            (
                &["1.sql", "baseline-2.sql"],
                "core/baseline-2.sql stands for the scripts up to 2, and track core has no script of that version; \
                 put it back, or name the baseline by a version that there is",
            ),
            (
                &["1.sql", "baseline-1.sql", "baseline-01.sql"],
                "baseline-1.sql=1.sql \"baseline-1.sql\" and \"baseline-01.sql\" of track core have the same version, 01; \
                 which comes first cannot be told, so rename one of them",
            ),
            (
                &["1.sql", "baseline-1_x.sql"],
                "\"baseline-1_x.sql\" of track core is not named as a script is",
            ),
        ];
        for (files, expected) in rows {
            let found = discover(&[core(files)], Dialect::Sqlite);
            let problems = found.problems.iter().map(ToString::to_string);
            let baselines = found.catalog.tracks[0].baselines.iter().map(|baseline| {
                let newest = baseline.stands_for().expect("a baseline");
                format!("{}={}", baseline.name(), newest.file)
            });
            let shown: Vec<_> = baselines.chain(problems).collect();
            assert_eq!(shown.join(" "), *expected, "{files:?}");
        }
    }

    #[test]
    fn begins_with_the_newest_that_fits() {
        const FILES: &[&str] = &[
            "1.sql",
            "2.sql",
            "3.sql",
            "4.sql",
            "baseline-1.sql",
            "baseline-3.sql",
        ];
        // empty, begun, recorded, limit, what runs
        let rows = [
            (true, "", "", "", "baseline-3 4"),
            (true, "", "", "3", "baseline-3"),
            (true, "", "", "2", "baseline-1 2"),
            (true, "", "", "0", ""),
            (false, "", "", "", "1 2 3 4"),
            (true, "", "2", "", "3 4"),
            (false, "baseline-1.sql", "", "", "baseline-1 2 3 4"),
            (false, "baseline-3.sql", "", "2", "baseline-3"),
            (false, "baseline-2.sql", "", "", "1 2 3 4"),
            (true, "baseline-1.sql", "", "", "baseline-3 4"),
        ];
        for row in rows {
            let (empty, begun, recorded, limit, expected) = row;
            let version = |text: &str| text.parse::<Version>().expect("a version");
            let some = |text: &str| (!text.is_empty()).then(|| (TrackName::CORE, text.to_owned()));
            let mut ledger = match recorded {
                "" => Ledger::default(),
                recorded => crate::plan::tests::ledger(&[&format!("core: {recorded}")]),
            };
            ledger.ground = Ground {
                empty,
                begun: some(begun).into_iter().collect(),
            };
            let limits = some(limit).map(|(track, limit)| (track, version(&limit)));
            let limits: Limits = limits.into_iter().collect();
            let catalog = discover(&[core(FILES)], Dialect::Sqlite)
                .catalog()
                .expect("valid names");
            let pending = plan(&catalog, &ledger, &limits).pending;
            let shown: Vec<_> = pending
                .iter()
                .map(|script| script.name().file().replace(".sql", ""))
                .collect();
            assert_eq!(shown.join(" "), expected, "{row:?}");
        }
    }
}
