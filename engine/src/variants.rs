//! Of the files that are one script without a version, the one that runs on this database.

use crate::callback::Callbacks;
use crate::catalog_error::CatalogError;
use crate::plain_name::PlainName;
use crate::role::Role;
use crate::runnable::Runnable;
use crate::script::{Body, ScriptId};
use crate::sql::Dialect;
use crate::track::TrackName;

/// A file without a version that was found in a track.
pub(crate) struct Plain {
    pub(crate) name: PlainName,
    pub(crate) body: Body,
}

/// What those of one track are, as far as they are in order.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// In the order of their names.
    pub(crate) repeatables: Vec<Runnable>,
    pub(crate) callbacks: Callbacks,
    pub(crate) problems: Vec<CatalogError>,
}

/// Leaves one for each name. Names that differ in upper and lower case only are one: not every file system tells them
/// apart.
pub(crate) fn settle(track: &TrackName, mut found: Vec<Plain>, dialect: Dialect) -> Settled {
    let key = |plain: &Plain| {
        let folder = matches!(Role::of(plain.name.file()), Role::Repeatable);
        (folder, plain.name.words().to_lowercase())
    };
    found.sort_by(|a, b| {
        let by_name = key(a).cmp(&key(b));
        by_name.then_with(|| a.name.file().cmp(b.name.file()))
    });
    let mut settled = Settled::default();
    let mut rest = found.into_iter().peekable();
    while let Some(first) = rest.next() {
        let mut same = vec![first];
        while let Some(next) = rest.next_if(|next| key(next) == key(&same[0])) {
            same.push(next);
        }
        match choose(track, same, dialect) {
            Ok(script) => settled.take(script),
            Err(problem) => settled.problems.push(problem),
        }
    }
    settled
}

impl Settled {
    fn take(&mut self, script: Runnable) {
        match script.id().role() {
            Role::Callback(moment) => *self.callbacks.at(moment) = Some(script),
            // What has a version is not among them.
            Role::Repeatable | Role::Version | Role::Baseline => self.repeatables.push(script),
        }
    }
}

fn choose(track: &TrackName, same: Vec<Plain>, dialect: Dialect) -> Result<Runnable, CatalogError> {
    for (i, a) in same.iter().enumerate() {
        for b in &same[i + 1..] {
            if a.name.words() != b.name.words() || a.name.dialect() == b.name.dialect() {
                return Err(CatalogError::NameTwice {
                    track: track.clone(),
                    first: a.name.file().to_owned(),
                    second: b.name.file().to_owned(),
                });
            }
        }
    }
    let script = ScriptId {
        track: track.clone(),
        file: same[0].name.file().to_owned(),
    };
    let fits = |plain: &Plain| plain.name.dialect() == Some(dialect);
    let general = |plain: &Plain| plain.name.dialect().is_none();
    let at = same
        .iter()
        .position(fits)
        .or_else(|| same.iter().position(general));
    match at.and_then(|at| same.into_iter().nth(at)) {
        Some(Plain { name, body }) => Ok(Runnable::plain(track.clone(), &name, body)),
        None => Err(CatalogError::NoVariant { script, dialect }),
    }
}

#[cfg(test)]
mod tests {
    use crate::discover::discover;
    use crate::sql::Dialect;
    use crate::track::Track;

    /// What is made of a track's files on SQLite: repeatable scripts, callbacks, problems.
    #[test]
    fn one_for_each_name() {
        let rows: &[(&[&str], &str)] = &[
            (
                &["repeat/b.sql", "repeat/a.sql", "1.sql"],
                "repeat/a.sql repeat/b.sql",
            ),
            (
                &["repeat/a.sql", "repeat/a.sqlite.sql", "repeat/a.mysql.sql"],
                "repeat/a.sqlite.sql",
            ),
            (&["repeat/a.sql", "repeat/a.mysql.sql"], "repeat/a.sql"),
            (
                &["repeat/a.mysql.sql"],
                "core/repeat/a.mysql.sql has no variant for SQLite; add one, with only a comment in it if there is nothing to do",
            ),
            (
                &["repeat/a.sql", "repeat/a.sql"],
                "\"repeat/a.sql\" and \"repeat/a.sql\" of track core are one script; rename one of them, or remove it",
            ),
            (
                &["repeat/A.sql", "repeat/a.mysql.sql"],
                "\"repeat/A.sql\" and \"repeat/a.mysql.sql\" of track core are one script; rename one of them, or remove it",
            ),
            (
                &["repeat/1.0_a.sql"],
                "\"repeat/1.0_a.sql\" of track core is not named as a script is",
            ),
            (
                &["repeat/../1.sql"],
                "\"repeat/../1.sql\" of track core is not named as a script is",
            ),
            (
                &[
                    "repeat/.hidden.sql",
                    "repeat/README.sql",
                    "repeat/notes.txt",
                ],
                "",
            ),
            (
                &[
                    "before-run.sql",
                    "after-failure.sql",
                    "after-run.sqlite.sql",
                ],
                "before-run.sql after-run.sqlite.sql after-failure.sql",
            ),
            (
                &["before-run.mysql.sql"],
                "core/before-run.mysql.sql has no variant for SQLite; add one, with only a comment in it if there is nothing to do",
            ),
            (
                &["before-run.maria.sql"],
                "\"before-run.maria.sql\" of track core is not named as a script is",
            ),
            (
                &["Before-run.sql"],
                "\"Before-run.sql\" of track core is not named as a script is",
            ),
            (
                &["repeat/before-run.sql", "before-run.sql"],
                "repeat/before-run.sql before-run.sql",
            ),
        ];
        for (files, expected) in rows {
            let texts = files
                .iter()
                .map(|file| ((*file).to_owned(), "-- x".to_owned()));
            let track = Track::core(texts.collect::<crate::track::Source>());
            let found = discover(&[track], Dialect::Sqlite);
            let problems = found.problems.iter().map(ToString::to_string);
            let track = &found.catalog.tracks[0];
            let scripts = track.repeatables.iter().chain(track.callbacks.all());
            let scripts = scripts.map(|script| script.id().file.clone());
            let shown: Vec<_> = scripts.chain(problems).collect();
            assert_eq!(shown.join(" "), *expected, "{files:?}");
        }
    }

    /// A script and a function, or two functions, of one moment are one too many.
    #[test]
    fn one_callback_of_each_moment() {
        let script = || Track::core([("after-run.sql", "-- x")]);
        let rows = [
            (script(), "after-run.sql"),
            (
                Track::core([("1.sql", "-- x")]).after_run(|_| Ok(())),
                "after-run.rs",
            ),
            (
                script().after_run(|_| Ok(())),
                "\"after-run.rs\" and \"after-run.sql\" of track core are one script; rename one of them, or remove it",
            ),
            (
                script().before_run(|_| Ok(())).before_run(|_| Ok(())),
                "after-run.sql \"before-run.rs\" and \"before-run.rs\" of track core are one script; rename one of them, or remove it",
            ),
        ];
        for (track, expected) in rows {
            let found = discover(&[track], Dialect::Sqlite);
            let problems = found.problems.iter().map(ToString::to_string);
            let callbacks = found.catalog.tracks[0].callbacks.all();
            let callbacks = callbacks.map(|script| script.id().file.clone());
            let shown: Vec<_> = callbacks.chain(problems).collect();
            assert_eq!(shown.join(" "), expected);
        }
    }
}
