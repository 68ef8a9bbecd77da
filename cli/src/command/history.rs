//! `upgrades history`

use upgrades::{Attempt, HistoryFilter, Outcome, TrackName, Upgrader};

use super::Failure;
use crate::reply::Reply;
use crate::table::{table, took};

pub(super) fn answer(
    upgrader: &Upgrader<'_>,
    track: Option<TrackName>,
    limit: Option<u64>,
) -> Result<Reply, Failure> {
    let narrowed = track.is_some() || limit.is_some();
    let mut filter = HistoryFilter::default();
    if let Some(track) = track {
        filter = filter.track(track);
    }
    if let Some(limit) = limit {
        filter = filter.limit(limit);
    }
    let attempts = upgrader.history(&filter)?;
    let text = if attempts.is_empty() {
        match narrowed {
            true => "the history has no such rows\n".to_owned(),
            false => "nothing has happened here yet\n".to_owned(),
        }
    } else {
        let rows = attempts.iter().map(|attempt| {
            [
                attempt.started_at.to_string(),
                match (attempt.outcome, attempt.script.file.as_str()) {
                    (_, "") => "-".to_owned(),
                    (Outcome::Restored, backup) => format!("backup {backup}"),
                    (_, _) => attempt.script.to_string(),
                },
                attempt.outcome.as_str().to_owned(),
                attempt.statements.to_string(),
                took(attempt.took_ms),
                note(attempt),
            ]
        });
        table(
            ["when", "script", "outcome", "statements", "took", ""],
            &[3, 4],
            rows,
        )
    };
    Ok(Reply::new(text, serde_json::json!(attempts)))
}

fn note(attempt: &Attempt) -> String {
    match attempt.outcome {
        // What is told of a script that was applied is what failed in it and may.
        Outcome::Failed | Outcome::Died | Outcome::Applied => attempt
            .error
            .clone()
            .unwrap_or_default()
            .replace('\n', "; "),
        Outcome::Cleared => {
            let how = attempt
                .resolution
                .map(|resolution| format!("{}: ", resolution.as_str()));
            how.unwrap_or_default() + attempt.reason.as_deref().unwrap_or_default()
        }
        Outcome::Marked
        | Outcome::Accepted
        | Outcome::Adopted
        | Outcome::Skipped
        | Outcome::Undone => attempt.reason.clone().unwrap_or_default(),
        _ => String::new(),
    }
}
