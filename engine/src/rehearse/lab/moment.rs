//! [`Moment`]: where in a run a process can die, and which of these moments are tried. Pure.

use serde::{Deserialize, Serialize};

use crate::event::Event;

/// What had just happened when a process was killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CrashStage {
    /// The run had begun.
    RunBegan,
    /// A script had begun.
    ScriptBegan,
    /// A statement had run; it need not be committed.
    StatementDone,
    /// A chunk of a batch was committed, or a program had told how far it is.
    ChunkDone,
    /// A program had run to its end; it need not be committed.
    ScriptRan,
    /// A script was committed.
    ScriptApplied,
    /// The run was over.
    RunEnded,
}

/// A moment of a run, as one process tells another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moment {
    pub(super) stage: CrashStage,
    /// The script, as in `core/1.0.0_products.sql`.
    pub(super) script: Option<String>,
    /// The statement that had run, counted from 1.
    pub(super) statement: Option<u64>,
}

/// Counts the moments of a run.
#[derive(Debug, Default)]
pub(super) struct Moments {
    pub(super) count: u64,
    last: Option<CrashStage>,
}

impl Moments {
    /// The moment that an event is; `None`: nothing has happened since the one before.
    pub(super) fn hear(&mut self, event: &Event<'_>) -> Option<Moment> {
        let moment = moment(event)?;
        let said = [Some(CrashStage::StatementDone), Some(CrashStage::ChunkDone)];
        if moment.stage == CrashStage::ScriptRan && said.contains(&self.last) {
            return None;
        }
        self.count += 1;
        self.last = Some(moment.stage);
        Some(moment)
    }
}

fn moment(event: &Event<'_>) -> Option<Moment> {
    let (stage, script, statement) = match event {
        Event::Started { .. } => (CrashStage::RunBegan, None, None),
        Event::ScriptStarted { script, .. } => (CrashStage::ScriptBegan, Some(script), None),
        Event::StatementDone {
            script, statement, ..
        } => (CrashStage::StatementDone, Some(script), Some(*statement)),
        Event::Progress { script, .. } => (CrashStage::ChunkDone, Some(script), None),
        Event::ScriptRan { script, .. } => (CrashStage::ScriptRan, Some(script), None),
        Event::Applied(applied) => (CrashStage::ScriptApplied, Some(&&applied.script), None),
        Event::Finished(_) => (CrashStage::RunEnded, None, None),
        Event::Waiting { .. }
        | Event::Expected { .. }
        | Event::Noted { .. }
        | Event::Held { .. }
        | Event::Repeated { .. }
        | Event::CalledBack(_)
        | Event::Failed(_)
        | Event::Warned(_)
        | Event::BackingUp { .. }
        | Event::BackedUp(_)
        | Event::BackupRemoved(_)
        | Event::Restoring(_)
        | Event::Restored(_)
        | Event::Tried { .. } => return None,
    };
    Some(Moment {
        stage,
        script: script.map(ToString::to_string),
        statement,
    })
}

/// Which moments are tried of so many, `most` at most but two at least: all, or evenly spread with the first and the last
/// among them.
pub(super) fn spread(moments: u64, most: u64) -> Vec<u64> {
    let most = most.max(2);
    if moments <= most {
        return (1..=moments).collect();
    }
    let steps = u128::from(most - 1);
    let at = |step: u64| 1 + (u128::from(step) * u128::from(moments - 1) / steps) as u64;
    (0..most).map(at).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::script::ScriptId;
    use crate::track::TrackName;

    #[test]
    fn tries_the_first_and_the_last_and_what_is_between() {
        let rows: [(u64, u64, &[u64]); 9] = [
            (0, 5, &[]),
            (1, 5, &[1]),
            (5, 5, &[1, 2, 3, 4, 5]),
            (6, 5, &[1, 2, 3, 4, 6]),
            (9, 5, &[1, 3, 5, 7, 9]),
            (100, 3, &[1, 50, 100]),
            (100, 2, &[1, 100]),
            (100, 1, &[1, 100]),
            (u64::MAX, 2, &[1, u64::MAX]),
        ];
        for (moments, most, expected) in rows {
            assert_eq!(spread(moments, most), expected, "{most} of {moments}");
        }
    }

    #[test]
    fn no_moment_where_nothing_has_happened() {
        let script = &ScriptId {
            track: TrackName::CORE,
            file: "1.sql".to_owned(),
        };
        let began = Event::ScriptStarted {
            script,
            statements: 1,
            done: 0,
        };
        let statement = Event::StatementDone {
            script,
            statement: 1,
            statements: 1,
        };
        let chunk = Event::Progress {
            script,
            batch: None,
            done: 1,
            total: None,
            left: None,
        };
        let ran = Event::ScriptRan {
            script,
            took: Duration::ZERO,
            rows: None,
        };
        let repeated = Event::Repeated { scripts: 2 };
        let rows = [
            (vec![began, ran], 2),
            (vec![began, statement, ran], 2),
            (vec![began, statement, statement, ran], 3),
            (vec![began, chunk, ran], 2),
            (vec![began, repeated, began, ran], 3),
        ];
        for (events, expected) in rows {
            let mut moments = Moments::default();
            let heard = events.iter().filter_map(|event| moments.hear(event));
            assert_eq!(heard.count(), expected, "{events:?}");
            assert_eq!(moments.count, expected as u64, "{events:?}");
        }
    }
}
