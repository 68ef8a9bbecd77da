//! Repeatable scripts and callbacks in folders: what is found there, what is not, and what is amiss.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use include_dir::{Dir, include_dir};
use upgrades::{Event, Track, Upgrader};

use crate::lab::Lab;

/// A folder with these files, as the core track. Ends with `/`: a folder; `->`: a link.
fn folder(lab: &Lab, files: &[(&str, &str)]) -> PathBuf {
    let folder = lab.sandbox.path("updates");
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match text.strip_prefix("->") {
            Some(target) => symlink(target, path).unwrap(),
            None if file.ends_with('/') => fs::create_dir_all(path).unwrap(),
            None => fs::write(path, text).unwrap(),
        }
    }
    folder
}

fn upgrader(lab: &Lab, folder: PathBuf) -> Upgrader<'static> {
    lab.bare().track(Track::core(folder))
}

/// The files of a folder, what a run makes of them, and the findings of a check.
#[test]
fn what_stands_in_a_folder() {
    let not_in_order = "the scripts are not in order, and none was run: ";
    type Files = &'static [(&'static str, &'static str)];
    let rows: &[(Files, &str, &str)] = &[
        (
            &[
                ("1.sql", "SELECT 1"),
                ("repeat/b.sql", "-- b"),
                ("repeat/a.sqlite.sql", "-- a"),
                ("repeat/a.mysql.sql", "never"),
            ],
            "Upgraded core/1.sql core/repeat/a.sqlite.sql core/repeat/b.sql",
            "",
        ),
        (&[("repeat/", "")], "UpToDate", ""),
        (&[("repeat", "a file")], "UpToDate", "stray repeat"),
        (&[("Repeat/a.sql", "-- a")], "UpToDate", "stray Repeat"),
        (
            &[
                ("repeat/notes.txt", ""),
                ("repeat/README.md", ""),
                ("repeat/.a.sql", ""),
            ],
            "UpToDate",
            "stray repeat/notes.txt",
        ),
        (
            &[("repeat/sub/a.sql", "-- a")],
            "UpToDate",
            "stray repeat/sub",
        ),
        (
            &[("repeat/a.sql/", "")],
            "\"repeat/a.sql\" of track core is named as a script and is not a file",
            "script-not-a-file repeat/a.sql",
        ),
        (
            &[("repeat/a.sql", "->../1.sql"), ("1.sql", "SELECT 1")],
            "Upgraded core/1.sql core/repeat/a.sql",
            "",
        ),
        (
            &[("repeat/a.sql", "->/etc/hostname")],
            "\"repeat/a.sql\" of track core is a link to /etc/hostname, outside the track's folder; put the script itself there",
            "script-link repeat/a.sql",
        ),
        (
            &[("repeat", "->/tmp")],
            "\"repeat\" of track core is a link to /tmp, outside the track's folder; put the script itself there",
            "script-link repeat",
        ),
        (
            &[("own/a.sql", "-- a"), ("repeat", "->own")],
            "Upgraded core/repeat/a.sql",
            "stray own",
        ),
        (
            &[("repeat/a.sql", "->a.sql")],
            "\"repeat/a.sql\" of track core is named as a script and is not a file",
            "script-not-a-file repeat/a.sql",
        ),
        (
            &[("repeat/1.0.0_a.sql", "-- a")],
            "\"repeat/1.0.0_a.sql\" of track core is not named as a script is: a repeatable script's name has no version; it is of letters, digits, _, - and blanks, as in repeat/prices_view.sql",
            "script-name repeat/1.0.0_a.sql",
        ),
        (
            &[("before-run.sql/", "")],
            "\"before-run.sql\" of track core is named as a script and is not a file",
            "script-not-a-file before-run.sql",
        ),
        (
            &[("after-run.oracle.sql", "")],
            "\"after-run.oracle.sql\" of track core is not named as a script is: a callback is named after-run.sql, or as in after-run.sqlite.sql when it is for one database only",
            "script-name after-run.oracle.sql",
        ),
        (
            &[("after_run.sql", "")],
            "\"after_run.sql\" of track core is not named as a script is: a script's name begins with its version, and a version with a digit, as in 0042_add_vat.sql",
            "script-name after_run.sql",
        ),
        (
            &[("1.sql", "SELECT 1"), ("after-run.sql", "")],
            "core/after-run.sql is empty, as a file is that was copied half; write a comment into it if there is nothing to do",
            "script-empty after-run.sql",
        ),
        (
            &[("1.sql", "SELECT 1"), ("after-failure.sql", "SELECT 'x")],
            "core/after-failure.sql cannot be split into statements: what begins at line 1, column 8 with 'x is never closed",
            "script-text after-failure.sql",
        ),
        (
            &[("repeat/a.sql", "SELECT ${colour}")],
            "core/repeat/a.sql has the placeholder ${colour} at line 1, column 8, which has no value; configure one, or write $${colour} for the text itself",
            "placeholder repeat/a.sql",
        ),
    ];
    for (files, told, found) in rows {
        let lab = Lab::new();
        let folder = folder(&lab, files);
        let findings = upgrader(&lab, folder.clone()).check_scripts().unwrap();
        let findings = findings.iter().map(|finding| {
            format!(
                "{} {}",
                finding.code,
                finding.file.as_deref().unwrap_or_default()
            )
        });
        let findings: Vec<_> = findings.collect();
        assert_eq!(findings.join("; "), *found, "{files:?}");
        let expected = match told.starts_with("Up") {
            true => (*told).to_owned(),
            false => format!("{not_in_order}{told}"),
        };
        assert_eq!(
            lab.told(upgrader(&lab, folder).run()),
            expected,
            "{files:?}"
        );
    }
}

/// Gone between being listed, read and run: what was read runs, what was not is nothing.
#[test]
fn gone_meanwhile() {
    let lab = Lab::new();
    let folder = folder(
        &lab,
        &[
            ("1.sql", "SELECT 1"),
            ("repeat/a.sql", "CREATE TABLE a (n)"),
        ],
    );
    let script = folder.join("repeat/a.sql");
    let upgrade = upgrader(&lab, folder.clone()).on_event(move |event| {
        if let Event::Started { .. } = event {
            fs::remove_file(&script).unwrap();
        }
    });
    assert_eq!(
        lab.told(upgrade.run()),
        "Upgraded core/1.sql core/repeat/a.sql"
    );
    assert_eq!(lab.rows("SELECT count(*) FROM a"), "0");
    assert_eq!(lab.told(upgrader(&lab, folder).run()), "UpToDate");
}

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/around");

/// A folder that is embedded in the program has the same.
#[test]
fn embedded() {
    let lab = Lab::new();
    let called = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let notes = called.clone();
    let upgrade = lab
        .bare()
        .track(Track::core(&EMBEDDED))
        .on_event(move |event| {
            if let Event::CalledBack(callback) = event {
                notes.lock().unwrap().push(callback.script.to_string());
            }
        });
    assert_eq!(
        lab.told(upgrade.run()),
        "Upgraded core/1.0.0_words.sql core/repeat/words_view.sql"
    );
    assert_eq!(lab.told(upgrade.run()), "UpToDate");
    assert_eq!(
        *called.lock().unwrap(),
        ["core/before-run.sql", "core/after-run.sql"]
    );
    assert_eq!(lab.rows("SELECT * FROM loud_words"), "ONE");
    // A folder in an embedded one is as good.
    let sub = EMBEDDED.get_dir("own").unwrap();
    let own = lab.bare().track(Track::customization(sub));
    assert_eq!(lab.told(own.run()), "Upgraded customization/repeat/own.sql");
}
