//! [`Role`]: what a script is for, and by that when it runs. The file name alone tells.

use crate::script::ScriptId;

/// The folder, in a track's own, in which its repeatable scripts are.
pub(crate) const REPEAT: &str = "repeat";

/// What the name of a baseline begins with, before its version.
pub(crate) const BASELINE: &str = "baseline-";

/// What a script is for, and by that when it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// It runs once, at the version that its name begins with.
    Version,
    /// `repeat/NAME.sql`: it runs behind its track's versions, whenever its content is not the one that ran last.
    Repeatable,
    /// It runs around every run that does something.
    Callback(Moment),
    /// `baseline-VERSION.sql`: on an empty database it runs instead of its track's scripts up to that version.
    Baseline,
}

/// When a callback runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Moment {
    /// `before-run.sql`: before the first script of a run.
    BeforeRun,
    /// `after-run.sql`: after the last script of a run, when all that was to run is committed.
    AfterRun,
    /// `after-failure.sql`: when a script has failed and the latch is tripped.
    AfterFailure,
}

impl Moment {
    /// All of them, in the order of a run.
    pub(crate) const ALL: [Self; 3] = [Self::BeforeRun, Self::AfterRun, Self::AfterFailure];

    /// The word that file names and the history have for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BeforeRun => "before-run",
            Self::AfterRun => "after-run",
            Self::AfterFailure => "after-failure",
        }
    }
}

impl Role {
    /// What the file is for, by its name in the track's folder.
    pub(crate) fn of(file: &str) -> Self {
        if in_repeat(file).is_some() {
            return Self::Repeatable;
        }
        if file.starts_with(BASELINE) {
            return Self::Baseline;
        }
        let stem = file.split('.').next().unwrap_or_default();
        let moment = Moment::ALL
            .into_iter()
            .find(|moment| moment.as_str() == stem);
        moment.map_or(Self::Version, Self::Callback)
    }
}

impl ScriptId {
    /// What the script is for.
    pub fn role(&self) -> Role {
        Role::of(&self.file)
    }
}

/// The bare name of a file that is in the folder of repeatable scripts.
pub(crate) fn in_repeat(file: &str) -> Option<&str> {
    file.strip_prefix(REPEAT)?.strip_prefix('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles() {
        let rows = [
            ("1.0.0_a.sql", Role::Version),
            ("1.0.0 after-run.rs", Role::Version),
            ("", Role::Version),
            ("repeat.sql", Role::Version),
            ("repeat", Role::Version),
            ("Repeat/a.sql", Role::Version),
            ("repeat/a.sql", Role::Repeatable),
            ("repeat/before-run.sql", Role::Repeatable),
            ("repeat/1.0.0.sql", Role::Repeatable),
            ("before-run.sql", Role::Callback(Moment::BeforeRun)),
            ("after-run.mysql.sql", Role::Callback(Moment::AfterRun)),
            ("after-failure.rs", Role::Callback(Moment::AfterFailure)),
            ("baseline-3.1.0.sql", Role::Baseline),
            ("baseline-3.1.0.mysql.sql", Role::Baseline),
            ("baseline-x.sql", Role::Baseline),
            ("baseline.sql", Role::Version),
            ("Baseline-3.1.0.sql", Role::Version),
            ("repeat/baseline-1.sql", Role::Repeatable),
            ("1.0_baseline-2.sql", Role::Version),
            ("after-run-2.sql", Role::Version),
            ("After-run.sql", Role::Version),
        ];
        for (file, expected) in rows {
            assert_eq!(Role::of(file), expected, "{file}");
        }
    }
}
