//! `GET /metrics`: what a monitoring system watches.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use upgrades::{Attempt, HistoryFilter, Outcome, State as Stands, Status, Tally, Upgrader, Waits};

use crate::Shared;
use crate::exposition::{CONTENT_TYPE, Exposition, Kind};
use crate::trouble::Trouble;

/// What the numbers are made of.
#[derive(Debug)]
pub(crate) struct Measured {
    status: Status,
    tallies: Vec<Tally>,
    last: Option<Attempt>,
}

impl Measured {
    fn look(upgrader: &Upgrader<'static>) -> Result<Self, upgrades::Error> {
        let ran = HistoryFilter::default()
            .outcome(Outcome::Applied)
            .outcome(Outcome::Failed)
            .outcome(Outcome::Died);
        Ok(Self {
            status: upgrader.status()?,
            tallies: upgrader.tallies()?,
            last: upgrader.history(&ran.limit(1))?.pop(),
        })
    }
}

/// `GET /metrics`. A database that cannot be read is a number too: `upgrades_up` is 0 then, and the rest is missing.
pub(crate) async fn metrics(State(app): State<Shared>) -> Response {
    let look = app.engine.ask(Measured::look);
    let measured = app.measured.get(look).await;
    let waits = app.engine.upgrader().lock_waits();
    let text = text(measured.as_deref(), waits);
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response()
}

fn text(measured: Result<&Measured, &Trouble>, waits: Waits) -> String {
    let mut page = Exposition::default();
    let up = page.metric(
        "upgrades_up",
        Kind::Gauge,
        "Whether the database could be read.",
    );
    number(up, measured.is_ok());
    page.metric(
        "upgrades_lock_waits_total",
        Kind::Counter,
        "How often a run of this process has waited for another process that upgrades.",
    )
    .add(&[], waits.times as f64);
    page.metric(
        "upgrades_lock_wait_seconds_total",
        Kind::Counter,
        "How long runs of this process have waited for another process that upgrades.",
    )
    .add(&[], waits.waited.as_secs_f64());
    match measured {
        Ok(measured) => of_database(&mut page, measured),
        Err(trouble) => {
            log::debug!("the metrics are incomplete: {trouble}");
            working(&mut page, trouble.is_locked());
        }
    }
    page.into_text()
}

fn of_database(page: &mut Exposition, measured: &Measured) {
    let status = &measured.status;
    let mut pending = page.metric(
        "upgrades_pending_scripts",
        Kind::Gauge,
        "Scripts that the next run would run.",
    );
    for track in &status.tracks {
        pending.add(
            &[("track", track.track.as_str())],
            track.pending.len() as f64,
        );
    }
    let failed = page.metric(
        "upgrades_failed",
        Kind::Gauge,
        "Whether a failure waits for a person.",
    );
    number(failed, status.state == Stands::Failed);
    let newer = page.metric(
        "upgrades_database_newer",
        Kind::Gauge,
        "Whether the database is newer than the program.",
    );
    number(newer, status.state == Stands::TooOld);
    working(page, status.working.is_some());
    page.metric(
        "upgrades_open_issues",
        Kind::Gauge,
        "Critical issues that a person has to see to.",
    )
    .add(&[], status.issues.len() as f64);
    let mut attempts = page.metric(
        "upgrades_attempts_total",
        Kind::Counter,
        "Rows of the history: attempts and decisions.",
    );
    for tally in &measured.tallies {
        attempts.add(&labels(tally), tally.attempts as f64);
    }
    let mut durations = page.metric(
        "upgrades_attempt_seconds_total",
        Kind::Counter,
        "How long the attempts of the history took together.",
    );
    for tally in &measured.tallies {
        durations.add(&labels(tally), tally.took_ms as f64 / 1_000.0);
    }
    if let Some(last) = &measured.last {
        of_last(page, last);
    }
}

fn working(page: &mut Exposition, is_so: bool) {
    let working = page.metric(
        "upgrades_working",
        Kind::Gauge,
        "Whether an upgrade is known to work now, in whatever process.",
    );
    number(working, is_so);
}

fn of_last(page: &mut Exposition, last: &Attempt) {
    page.metric(
        "upgrades_last_run_timestamp_seconds",
        Kind::Gauge,
        "When the newest attempt of the history began, since the epoch.",
    )
    .add(&[], last.started_at.since_epoch().as_secs_f64());
    let succeeded = page.metric(
        "upgrades_last_run_success",
        Kind::Gauge,
        "Whether the newest attempt of the history was applied.",
    );
    number(succeeded, last.outcome == Outcome::Applied);
    page.metric(
        "upgrades_last_run_duration_seconds",
        Kind::Gauge,
        "How long the newest attempt of the history took.",
    )
    .add(&[], last.took_ms as f64 / 1_000.0);
}

fn labels(tally: &Tally) -> [(&'static str, &str); 2] {
    [
        ("track", tally.track.as_str()),
        ("outcome", tally.outcome.as_str()),
    ]
}

fn number(mut samples: crate::exposition::Samples<'_>, is_so: bool) {
    samples.add(&[], if is_so { 1.0 } else { 0.0 });
}
