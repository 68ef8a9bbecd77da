//! What taking a database over would record, row by row.

use super::adoption::{AdoptedTrack, by_table, by_version};
use super::theirs::{Their, Theirs};
use super::{AdoptError, Gaps, Predecessor, Tool};
use crate::cause::chain;
use crate::plan::tests::catalog;

fn shown(adopted: Result<Vec<AdoptedTrack>, AdoptError>) -> String {
    let tracks = match adopted {
        Ok(tracks) => tracks,
        Err(error) => return chain(&error),
    };
    let tracks = tracks.into_iter().map(|track| {
        let applied = track.applied.iter().map(|script| match &script.theirs {
            Some(theirs) => format!("{} as {theirs}", script.file),
            None => script.file.clone(),
        });
        let applied: Vec<_> = applied.collect();
        let mut text = format!("{} at {}: {}", track.track, track.at, applied.join(" "));
        for (word, files) in [
            ("skipped", track.skipped),
            ("pending", track.pending),
            ("unknown", track.unknown),
        ] {
            if !files.is_empty() {
                text += &format!("; {word} {}", files.join(" "));
            }
        }
        text.replace(".sql", "")
    });
    tracks.collect::<Vec<_>>().join(" | ")
}

#[test]
fn takes_the_version_that_was_told() {
    let catalog = catalog(&["core: 1.0.0 1.1.0 2.0.0", "customization: 1 2", "x:"]);
    let rows = [
        ("core=1.1.0", "core at 1.1.0: 1.0.0 1.1.0; pending 2.0.0"),
        (
            "core=2.0.0 customization=1",
            "core at 2.0.0: 1.0.0 1.1.0 2.0.0 | customization at 1: 1; pending 2",
        ),
        (
            "core=1.1",
            "track core has no script of version 1.1; the nearest is 1.1.0.sql",
        ),
        (
            "core=2.1.0",
            "track core has no script of version 2.1.0; the nearest is 2.0.0.sql",
        ),
        (
            "core=9",
            "track core has no script of version 9; the nearest is 2.0.0.sql",
        ),
        (
            "core=0.1",
            "track core has no script of version 0.1; the nearest is 1.0.0.sql",
        ),
        (
            "core=1.5.0",
            "track core has no script of version 1.5.0; the nearest is 1.1.0.sql",
        ),
        ("x=1", "track x has no script of version 1"),
        (
            "y=1",
            "there is no track y; there are core, customization, x",
        ),
        (
            "core=1.0.0 core=1.1.0",
            "two versions of track core are told; which of them it stands at cannot be guessed",
        ),
    ];
    for (told, expected) in rows {
        let told = told.split(' ').map(|word| {
            let (track, version) = word.split_once('=').expect("a track");
            (
                track.parse().expect("a name"),
                version.parse().expect("a version"),
            )
        });
        let told: Vec<_> = told.collect();
        assert_eq!(shown(by_version(&catalog, &told)), expected, "{told:?}");
    }
}

#[test]
fn maps_what_another_tool_ran() {
    const DATES: &str = "core: 2024-01-05-120000 2024-02-01-000000 2024-03-01-000000";
    let rows = [
        (
            Tool::Flyway,
            "core: 1 1.1 2 3",
            "1 1.1 2",
            "",
            Gaps::Skipped,
            "core at 2: 1 as V1 1.1 as V1.1 2 as V2; pending 3",
        ),
        (
            Tool::Flyway,
            "core: 1 1.1 2 3",
            "1 2",
            "",
            Gaps::Skipped,
            "core at 2: 1 as V1 2 as V2; skipped 1.1; pending 3",
        ),
        (
            Tool::Flyway,
            "core: 1 1.1 2 3",
            "1 2",
            "",
            Gaps::Applied,
            "core at 2: 1 as V1 1.1 2 as V2; pending 3",
        ),
        (
            Tool::Flyway,
            "core: 1 2 3",
            "1 1.5 2 2.5",
            "",
            Gaps::Skipped,
            "core at 2: 1 as V1 2 as V2; pending 3; unknown V1.5 V2.5",
        ),
        (
            Tool::Flyway,
            "core: 1 2 3 4",
            "3",
            "2",
            Gaps::Skipped,
            "core at 3: 1 2 3 as V3; pending 4",
        ),
        (
            Tool::Flyway,
            "core: 1 2 4 5",
            "5",
            "2",
            Gaps::Skipped,
            "core at 5: 1 2 5 as V5; skipped 4",
        ),
        (
            Tool::Flyway,
            "core: 1 2",
            "1 2 3",
            "",
            Gaps::Skipped,
            "flyway has run V3, and the newest script of track core is 2.sql: this program is older than the database; take it over with a release that has that script",
        ),
        (
            Tool::Sqlx,
            "core: 10 11",
            "1 2",
            "",
            Gaps::Skipped,
            "no script of track core has a version that sqlx has run; the newest of those is V2, and the scripts begin with 10.sql",
        ),
        (
            Tool::Refinery,
            "core:",
            "1",
            "",
            Gaps::Skipped,
            "track core has no scripts, so that there is nothing to record",
        ),
        (
            Tool::Refinery,
            "x: 1",
            "1",
            "",
            Gaps::Skipped,
            "there is no track core; there are x",
        ),
        (
            Tool::Joomla,
            "core: 4.0.0-2018-03-05 4.0.0-2018-05-15 4.1.0",
            "",
            "4.0.0-2018-05-15",
            Gaps::Skipped,
            "core at 4.0.0-2018-05-15: 4.0.0-2018-03-05 4.0.0-2018-05-15; pending 4.1.0",
        ),
        (
            Tool::Joomla,
            "core: 1.0 1.2",
            "",
            "1.1",
            Gaps::Skipped,
            "core at 1.0: 1.0; pending 1.2",
        ),
        (
            Tool::Joomla,
            "core: 1.0 1.2",
            "",
            "1.3",
            Gaps::Skipped,
            "joomla has run V1.3, and the newest script of track core is 1.2.sql: this program is older than the database; take it over with a release that has that script",
        ),
        (
            Tool::Diesel,
            DATES,
            "00000000000000 20240105120000 20240201000000",
            "",
            Gaps::Skipped,
            "core at 2024-02-01-000000: 2024-01-05-120000 as V20240105120000 2024-02-01-000000 as V20240201000000; pending 2024-03-01-000000; unknown V00000000000000",
        ),
        (
            Tool::Diesel,
            DATES,
            "20240301000001",
            "",
            Gaps::Skipped,
            "diesel has run V20240301000001, and the newest script of track core is 2024-03-01-000000.sql: this program is older than the database; take it over with a release that has that script",
        ),
    ];
    for (tool, ours, applied, through, gaps, expected) in rows {
        let their = |version: &str| Their {
            version: version.parse().expect("a version"),
            shown: format!("V{version}"),
        };
        let theirs = Theirs {
            applied: applied.split_whitespace().map(their).collect(),
            through: through.split_whitespace().map(their).next(),
        };
        let predecessor = Predecessor::new(tool).gaps(gaps);
        let adopted = by_table(&catalog(&[ours]), &predecessor, &theirs);
        let adopted = adopted.map(|track| vec![track]);
        assert_eq!(shown(adopted), expected, "{ours}: {applied} {through}");
    }
}
