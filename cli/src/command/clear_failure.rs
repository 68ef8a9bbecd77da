//! `upgrades clear-failure`

use serde_json::json;
use upgrades::{Clearing, Resolution, Upgrader, inert};

use super::Failure;
use crate::reply::{GOOD, Reply, paint};

pub(super) fn answer(
    upgrader: &Upgrader<'_>,
    reason: &str,
    resolution: Resolution,
) -> Result<Reply, Failure> {
    let (text, json) = match upgrader.clear_failure(reason, resolution)? {
        Clearing::NothingToClear => (
            "no failure is recorded; nothing was changed\n".to_owned(),
            json!({ "cleared": false, "failure": null, "resolution": null }),
        ),
        Clearing::Cleared(failure) => {
            let what = match &failure {
                Some(failure) => inert(&failure.to_string()),
                None => "the failure that an older release recorded".to_owned(),
            };
            let next = match resolution {
                Resolution::GoOn => "the next run goes on where it failed",
                Resolution::StartOver => "the next run starts the script over",
                Resolution::SkipStatement => "the next run goes on behind the failed statement",
                Resolution::MarkDone => {
                    "the script is recorded as applied, and the next run goes on behind it"
                }
            };
            (
                format!("{}: {what}\n{next}\n", paint(GOOD, "cleared")),
                json!({ "cleared": true, "failure": failure, "resolution": resolution }),
            )
        }
    };
    Ok(Reply::new(text, json))
}
