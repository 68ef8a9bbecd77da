//! The history: what ran, what was decided, and how long it took.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::row::AttemptRow;
use super::{Frame, Refresh, Section, page};
use crate::Shared;
use crate::base::Base;
use crate::chart::Chart;
use crate::filter::{Asked, PAGE};
use crate::shown::Shown;
use crate::trouble::Trouble;
use crate::words::{OUTCOMES, Tone, meaning};

#[derive(Debug, Template)]
#[template(path = "history.html")]
struct History {
    frame: Frame,
    tracks: Vec<Choice>,
    outcomes: Vec<Choice>,
    version: Shown,
    rows: Vec<AttemptRow>,
    chart: Option<Chart>,
    narrowed: bool,
    /// The query string of the next page, where there is one.
    older: Option<String>,
    /// The query string of the first page, where this is another one.
    newest: Option<String>,
}

/// One of the values of a list to choose from.
#[derive(Debug)]
struct Choice {
    value: Shown,
    words: String,
    chosen: bool,
}

/// `GET /history`
pub(crate) async fn history(
    State(app): State<Shared>,
    base: Base,
    uri: Uri,
) -> Result<Response, Trouble> {
    let asked = Asked::of(&uri)?;
    let rows = asked.limit.unwrap_or(PAGE);
    // One more tells whether there is another page.
    let filter = asked.filter(rows + 1);
    let (mut attempts, tracks, database) = app
        .engine
        .ask(move |upgrader| {
            let attempts = upgrader.history(&filter)?;
            Ok((attempts, upgrader.track_names(), upgrader.database()))
        })
        .await?;
    let is_more = attempts.len() as u64 > rows;
    if is_more {
        attempts.remove(0);
    }
    let oldest = attempts.first().map(|attempt| attempt.id);
    let tracks = tracks.into_iter().map(|track| Choice {
        chosen: asked.track.as_ref() == Some(&track),
        words: track.to_string(),
        value: Shown::line(track),
    });
    let outcomes = OUTCOMES.into_iter().map(|outcome| Choice {
        chosen: asked.outcome == Some(outcome),
        words: format!("{}: {}", outcome.as_str(), meaning(outcome)),
        value: Shown::line(outcome.as_str()),
    });
    let template = History {
        frame: Frame {
            base,
            title: Shown::line("History"),
            section: Section::History,
            database: Shown::line(database),
            refresh: Refresh::Never,
        },
        tracks: tracks.collect(),
        outcomes: outcomes.collect(),
        version: Shown::line(asked.version.as_deref().unwrap_or_default()),
        chart: Chart::of(&attempts),
        rows: attempts.iter().rev().map(AttemptRow::of).collect(),
        narrowed: asked.narrows(),
        older: is_more.then(|| asked.before(oldest)),
        newest: asked.before.map(|_| asked.before(None)),
    };
    Ok(page(StatusCode::OK, &template))
}
