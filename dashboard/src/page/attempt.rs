//! One attempt: what ran, for how long, what went wrong and where.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use upgrades::{Attempt, KeptAttempt};

use super::issue::{Since, Statement};
use super::row::what;
use super::{Frame, Refresh, Section, page};
use crate::Shared;
use crate::base::Base;
use crate::shown::Shown;
use crate::trouble::Trouble;
use crate::words::{self, Tone};

/// So many lines of a script are shown; who wants more of them has the file.
const MOST_LINES: usize = 5_000;

#[derive(Debug, Template)]
#[template(path = "attempt.html")]
struct AttemptPage {
    frame: Frame,
    what: Shown,
    outcome: &'static str,
    meaning: &'static str,
    tone: Tone,
    when: Since,
    took: String,
    statements: String,
    version: Option<Shown>,
    run: Shown,
    host: Shown,
    program: Option<Shown>,
    checksum: Option<Shown>,
    failed: Option<Statement>,
    /// What went wrong, from the outermost cause to the innermost.
    error: Vec<Shown>,
    resolution: Option<&'static str>,
    reason: Option<Shown>,
    lines: Option<Vec<Line>>,
    more_lines: usize,
}

/// A line of a script.
#[derive(Debug)]
struct Line {
    number: usize,
    text: Shown,
    /// Whether the statement that failed begins here, or the database saw its error here.
    failed: bool,
}

/// `GET /history/ID`
pub(crate) async fn attempt(
    State(app): State<Shared>,
    base: Base,
    uri: Uri,
) -> Result<Response, Trouble> {
    let (kept, database) = find(&app, &uri).await?;
    Ok(page(StatusCode::OK, &template(base, &kept, database)))
}

/// The attempt whose id a path ends with, and which database it happened to.
///
/// # Errors
/// There is no such row, or the database cannot be read.
pub(crate) async fn find(app: &Shared, uri: &Uri) -> Result<(KeptAttempt, String), Trouble> {
    let id = uri
        .path()
        .rsplit('/')
        .next()
        .and_then(|id| id.parse::<i64>().ok());
    let id = id.ok_or(Trouble::NotFound)?;
    let found = app.engine.ask(move |upgrader| upgrader.attempt(id)).await?;
    let kept = found.ok_or(Trouble::NotFound)?;
    Ok((kept, app.engine.upgrader().database()))
}

fn template(base: Base, kept: &KeptAttempt, database: String) -> AttemptPage {
    let attempt: &Attempt = &kept.attempt;
    let failed_line = attempt.failed.as_ref().map(|failed| failed.position.line);
    let lines = kept.text.as_ref().map(|text| lines(text, failed_line));
    let error = attempt.error.as_deref().unwrap_or_default();
    AttemptPage {
        frame: Frame {
            base,
            title: Shown::line(format!("{} {}", what(attempt), attempt.outcome.as_str())),
            section: Section::History,
            database: Shown::line(database),
            refresh: Refresh::Never,
        },
        what: what(attempt),
        outcome: attempt.outcome.as_str(),
        meaning: words::meaning(attempt.outcome),
        tone: Tone::of_outcome(attempt.outcome),
        when: Since::of(attempt.started_at),
        took: words::took(attempt.took_ms),
        statements: words::grouped(attempt.statements),
        version: Some(Shown::line(&attempt.version)).filter(|version| !version.as_str().is_empty()),
        run: Shown::line(&attempt.run),
        host: Shown::line(&attempt.host),
        program: attempt.program_version.as_ref().map(Shown::line),
        checksum: attempt
            .checksum
            .as_ref()
            .map(|sum| Shown::line(sum.as_str())),
        failed: attempt.failed.as_ref().map(Statement::of),
        error: error.lines().map(Shown::line).collect(),
        resolution: attempt.resolution.map(upgrades::Resolution::as_str),
        reason: attempt.reason.as_ref().map(Shown::text),
        more_lines: lines.as_ref().map_or(0, |(_, more)| *more),
        lines: lines.map(|(lines, _)| lines),
    }
}

/// The lines to show, and how many are left out. Where the failed one lies behind them, they end there.
fn lines(text: &str, failed: Option<u64>) -> (Vec<Line>, usize) {
    let count = text.lines().count();
    let failed = failed.and_then(|line| usize::try_from(line).ok());
    let last = failed.map_or(MOST_LINES, |line| line.saturating_add(20).max(MOST_LINES));
    let first = last.saturating_sub(MOST_LINES);
    let numbered = text.lines().enumerate().skip(first).take(MOST_LINES);
    let shown: Vec<Line> = numbered
        .map(|(index, text)| Line {
            number: index + 1,
            text: Shown::text(text),
            failed: failed == Some(index + 1),
        })
        .collect();
    let more = count - shown.len();
    (shown, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_lines_around_the_failure() {
        let long = "x\n".repeat(10_000);
        let rows = [
            ("", None, None, 0, None),
            ("a\nb\n", None, Some((1, 2)), 0, None),
            ("a\nb", Some(2), Some((1, 2)), 0, Some(2)),
            ("a\nb", Some(9), Some((1, 2)), 0, None),
            (&long, None, Some((1, 5_000)), 5_000, None),
            (&long, Some(7_000), Some((2_021, 7_020)), 5_000, Some(7_000)),
        ];
        for (text, failed, numbers, more, marked) in rows {
            let (lines, left_out) = lines(text, failed);
            let ends = lines.first().zip(lines.last());
            assert_eq!(
                ends.map(|(first, last)| (first.number, last.number)),
                numbers
            );
            assert_eq!(left_out, more);
            let found = lines
                .iter()
                .find(|line| line.failed)
                .map(|line| line.number);
            assert_eq!(found, marked);
        }
    }
}
