//! Which scripts run, and in which order.

use upgrades::{Track, TrackName, Upgrader};

use crate::lab::{Lab, Scripts, source};

/// Adds tracks by name and versions, such as `core: 1 2`.
fn with(upgrader: Upgrader<'static>, tracks: &[&str]) -> Upgrader<'static> {
    tracks.iter().fold(upgrader, |upgrader, track| {
        let (name, versions) = track.split_once(':').unwrap();
        let scripts: Vec<_> = versions
            .split_whitespace()
            .map(|version| {
                (
                    format!("{version}.sql"),
                    format!("CREATE TABLE \"{name} {version}\" (a)"),
                )
            })
            .collect();
        upgrader.track(Track::named(
            name,
            scripts.into_iter().collect::<upgrades::Source>(),
        ))
    })
}

fn limited(upgrader: Upgrader<'static>, limits: &[(&'static str, &str)]) -> Upgrader<'static> {
    limits.iter().fold(upgrader, |upgrader, (track, version)| {
        upgrader.up_to(
            track.parse::<TrackName>().unwrap(),
            version.parse().unwrap(),
        )
    })
}

/// Each row goes on with one database: the tracks, the limits, what runs.
#[test]
fn tracks_and_limits() {
    type Step<'s> = (&'s [&'s str], &'s [(&'static str, &'static str)], &'s str);
    let check = |steps: &[Step<'_>]| {
        let lab = Lab::new();
        for (tracks, limits, expected) in steps {
            let told = lab.told(limited(with(lab.bare(), tracks), limits).run());
            assert_eq!(told, *expected, "{tracks:?} {limits:?}");
        }
    };
    const ALL: &[&str] = &[
        "vat: 1",
        "customization: 1 2",
        "mail: 1",
        "core: 1.10 1.9 1.9.1",
    ];
    check(&[
        (
            ALL,
            &[],
            "Upgraded core/1.9.sql core/1.9.1.sql core/1.10.sql customization/1.sql customization/2.sql vat/1.sql \
             mail/1.sql",
        ),
        (ALL, &[], "UpToDate"),
    ]);
    check(&[
        (ALL, &[("core", "1.9")], "Upgraded core/1.9.sql"),
        (ALL, &[("core", "1.9")], "UpToDate"),
        (
            ALL,
            &[("core", "1.9"), ("mail", "1")],
            "Upgraded mail/1.sql",
        ),
        (
            ALL,
            &[("customization", "1.5")],
            "Upgraded core/1.9.1.sql core/1.10.sql customization/1.sql",
        ),
        (ALL, &[], "Upgraded customization/2.sql vat/1.sql"),
    ]);
    check(&[
        (&["core: 1"], &[], "Upgraded core/1.sql"),
        (&["core: 1 2"], &[], "Upgraded core/2.sql"),
        // What appears below the version that the track is at never runs, and a start with nothing else to do does not
        // look for it.
        (&["core: 1 1.5 2"], &[], "UpToDate"),
        (
            &["core: 1 1.5 2 3"],
            &[],
            "Upgraded core/3.sql [skipped: The script core/1.5.sql never ran, and its track is at 2.sql already.]",
        ),
    ]);
}

#[test]
fn tracks_that_cannot_be_told_apart() {
    let long = "x".repeat(65);
    let rows: &[(&[&str], &str)] = &[
        (
            &["core: 1", "vat: 1", "vat: 2"],
            "the scripts are not in order, and none was run: there are two tracks named vat; give one of them another name",
        ),
        (
            &["core: 1", "core: 2"],
            "the scripts are not in order, and none was run: there are two tracks named core; give one of them another name",
        ),
        (
            &["Core: 1"],
            "the scripts are not in order, and none was run: a track's name is at most 64 lower-case letters, digits, \
             - and _, and begins with a letter; \"Core\" is not",
        ),
        (
            &["a'b: 1"],
            "the scripts are not in order, and none was run: a track's name is at most 64 lower-case letters, digits, \
             - and _, and begins with a letter; \"a'b\" is not",
        ),
    ];
    for (tracks, expected) in rows {
        let lab = Lab::new();
        assert_eq!(
            lab.told(with(lab.bare(), tracks).run()),
            *expected,
            "{tracks:?}"
        );
        assert_eq!(lab.files(), []);
    }
    let lab = Lab::new();
    let told = lab.told(with(lab.bare(), &[&format!("{long}: 1")]).run());
    assert!(told.ends_with(&format!("; \"{long}\" is not")), "{told}");
}

#[test]
fn a_limit_of_no_track_is_refused() {
    let lab = Lab::new();
    let told = lab.told(limited(with(lab.bare(), &["core: 1"]), &[("cor", "1")]).run());
    assert_eq!(
        told,
        "the limit of track \"cor\" cannot be used: there is no such track; nothing was run"
    );
    assert_eq!(lab.files(), []);
}

/// A failure of core leaves the customization where it is.
#[test]
fn a_failure_stops_the_tracks_behind_it() {
    let lab = Lab::new();
    let upgrader = lab
        .core(&[
            ("1.sql", "CREATE TABLE a(a)"),
            ("2.sql", "CREATE TABLE a(a)"),
        ])
        .track(Track::customization(source(&[(
            "1.sql",
            "CREATE TABLE c(a)",
        )])));
    assert_eq!(
        lab.told(upgrader.run()),
        "script core/2.sql failed in statement 1, line 1, column 14; it was rolled back, and \
         later scripts were not run: table a already exists"
    );
    assert_eq!(lab.history(), "applied core/1.sql; failed core/2.sql");
    assert_eq!(
        lab.vars(),
        "failed_update_detected,1; latest_update_version,1.sql"
    );
}

/// The variant for this database runs, a plain one where there is none; one for another database only is an error.
#[test]
fn variants() {
    let check = |names: &[&str], expected: &str| {
        let lab = Lab::new();
        let scripts: Vec<_> = names.iter().map(|name| (*name, "SELECT 1")).collect();
        assert_eq!(lab.run(&scripts), expected, "{names:?}");
    };
    const BAD: &str = "the scripts are not in order, and none was run: ";
    check(
        &["1_a.sql", "1_a.sqlite.sql", "1_a.mysql.sql"],
        "Upgraded core/1_a.sqlite.sql",
    );
    check(&["1_a.sql", "1_a.mysql.sql"], "Upgraded core/1_a.sql");
    check(&["1_a.sqlite.sql"], "Upgraded core/1_a.sqlite.sql");
    check(&["1_a.SQLite.SQL"], "Upgraded core/1_a.SQLite.SQL");
    let rows: &[(&[&str], &str)] = &[
        (
            &["1_a.mysql.sql"],
            "core/1_a.mysql.sql has no variant for SQLite; add one, with only a comment in it if there is nothing to do",
        ),
        (
            &["1_a.sqlite.sql", "1_b.sql"],
            "\"1_a.sqlite.sql\" and \"1_b.sql\" of track core have the same version, 1; which comes first cannot be \
             told, so rename one of them",
        ),
        (
            &["1_a.sql", "01_a.mysql.sql"],
            "\"01_a.mysql.sql\" and \"1_a.sql\" of track core have the same version, 01; which comes first cannot be \
             told, so rename one of them",
        ),
        (
            &["1.0-rc1.sql", "1.0RC1.sql"],
            "\"1.0-rc1.sql\" and \"1.0RC1.sql\" of track core have the same version, 1.0-rc1; which comes first cannot \
             be told, so rename one of them",
        ),
        (
            &["1_a.sql", "1_a.SQL"],
            "\"1_a.SQL\" and \"1_a.sql\" of track core have the same version, 1; which comes first cannot be told, so \
             rename one of them",
        ),
        (
            &["1.sql", "1.sql"],
            "\"1.sql\" and \"1.sql\" of track core have the same version, 1; which comes first cannot be told, so \
             rename one of them",
        ),
        (
            &["1.sql", "2.php"],
            "\"2.php\" of track core is not named as a script is: this build runs no .php scripts",
        ),
    ];
    for (names, expected) in rows {
        check(names, &format!("{BAD}{expected}"));
    }
}

/// The same scripts from a folder, embedded, and given.
#[test]
fn sources() {
    let folder = Lab::new();
    folder.sandbox.write("updates/1_a.sql", "CREATE TABLE a(a)");
    folder.sandbox.write("updates/2_b.sql", "CREATE TABLE b(a)");
    folder.sandbox.write("updates/README.md", "about");
    folder.sandbox.write("updates/readme.sql", "about");
    folder.sandbox.write("updates/.3.sql.swp", "hidden");
    folder.sandbox.write("updates/notes.txt", "a stray");
    let core = Track::core(folder.sandbox.path("updates"));
    assert_eq!(
        folder.told(folder.bare().track(core).run()),
        "Upgraded core/1_a.sql core/2_b.sql"
    );

    let scripts: Scripts<'_> = &[
        ("2_b.sql", "CREATE TABLE b(a)"),
        ("1_a.sql", "CREATE TABLE a(a)"),
    ];
    let given = Lab::new();
    assert_eq!(given.run(scripts), "Upgraded core/1_a.sql core/2_b.sql");
    let [a, b] =
        [&folder, &given].map(|lab| upgrades_tests::picture(&lab.open(), &upgrades_tests::DIARY));
    assert_eq!(a, b);

    let embedded = Lab::new();
    let upgrader = embedded
        .bare()
        .track(updates_core::track())
        .placeholder("currency", "EUR");
    let report = upgrader.run().unwrap();
    let files = upgrades_tests::files(&upgrades_tests::project().join("updates-core/scripts"));
    let names: Vec<_> = files
        .into_iter()
        .map(|(file, _)| file.into_os_string().into_string().unwrap())
        .collect();
    let on_sqlite = |name: &&String| !name.ends_with(".mysql.sql");
    let scripts = names.iter().filter(on_sqlite).count();
    assert_eq!(report.applied.len(), scripts);
}

#[test]
fn folders_that_are_not_there() {
    let lab = Lab::new();
    let missing = || Track::core(lab.sandbox.path("nowhere"));
    assert_eq!(
        lab.told(lab.bare().track(missing()).run()),
        "the scripts are not in order, and none was run: the folder [FOLDER]/nowhere of track core cannot be read: No \
         such file or directory (os error 2)"
    );
    assert_eq!(
        lab.told(lab.bare().track(missing().optional()).run()),
        "UpToDate"
    );
    lab.sandbox.write("file", "");
    let file = Track::core(lab.sandbox.path("file")).optional();
    assert_eq!(
        lab.told(lab.bare().track(file).run()),
        "the scripts are not in order, and none was run: the folder [FOLDER]/file of track core cannot be read: Not a \
         directory (os error 20)"
    );
}

/// What a run did, in the form in which a page or a program gets it; and the issue that it told the dashboard.
#[test]
fn the_report() {
    let lab = Lab::new();
    assert_eq!(
        lab.run(&[("1.sql", "-- x"), ("3.sql", "-- x")]),
        "Upgraded core/1.sql core/3.sql"
    );
    let issues = std::sync::Mutex::new(Vec::new());
    let upgrader = lab
        .core(&[
            ("1.sql", "-- x"),
            ("2.sql", "-- x"),
            ("3.sql", "-- x"),
            ("4.sql", "SELECT 1; SELECT 2"),
        ])
        .track(Track::customization(source(&[("1.sql", "-- x")])))
        .track(Track::named("vat", source(&[])))
        .on_critical_issue(|issue| issues.lock().unwrap().push(issue.id.clone()));
    let mut report = serde_json::to_value(upgrader.run().unwrap()).unwrap();
    for applied in report["applied"].as_array_mut().unwrap() {
        let took = applied.as_object_mut().unwrap().remove("took_ms").unwrap();
        assert!(took.is_u64(), "{took}");
    }
    assert_eq!(lab.tidy(report["run"].as_str().unwrap()), "[RUN]");
    report["run"] = "[RUN]".into();
    assert_eq!(
        report,
        serde_json::json!({
            "ending": "upgraded",
            "run": "[RUN]",
            "applied": [
                {"track": "core", "file": "4.sql", "statements": 2},
                {"track": "customization", "file": "1.sql", "statements": 0},
            ],
            "tracks": [
                {"track": "core", "before": "3.sql", "after": "4.sql"},
                {"track": "customization", "before": null, "after": "1.sql"},
                {"track": "vat", "before": null, "after": null},
            ],
            "warnings": [
                {"code": "skipped", "message": "The script core/2.sql never ran, and its track is at 3.sql already."},
            ],
        })
    );
    assert_eq!(
        serde_json::to_value(upgrader.run().unwrap()).unwrap(),
        serde_json::json!({
            "ending": "up-to-date",
            "run": null,
            "applied": [],
            "tracks": [
                {"track": "core", "before": "4.sql", "after": "4.sql"},
                {"track": "customization", "before": "1.sql", "after": "1.sql"},
                {"track": "vat", "before": null, "after": null},
            ],
            "warnings": [],
        })
    );
    drop(upgrader);
    assert_eq!(issues.into_inner().unwrap(), ["skipped:core/2.sql"]);
}
