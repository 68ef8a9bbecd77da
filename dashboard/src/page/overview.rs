//! The first page: what is wrong, where the installation stands, what works now, what would run next.

use askama::Template;
use axum::Extension;
use axum::extract::State as Extracted;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;
use upgrades::{
    Attempt, CriticalIssue, HistoryFilter, LockRecord, PlannedRun, State, Status, TrackStatus,
    Upgrader,
};

use super::acting::{self, Acting, BegunNote};
use super::issue::IssueCard;
use super::row::AttemptRow;
use super::{Frame, Refresh, Section, page};
use crate::Shared;
use crate::act::Actor;
use crate::base::Base;
use crate::live::{self, Working};
use crate::query::query;
use crate::shown::Shown;
use crate::trouble::{Trouble, causes};
use crate::visitor::Visitor;
use crate::words::{self, Piece, Tone};

/// How many attempts are shown.
const RECENT: u64 = 6;
/// How many pending scripts are listed, and how many marks of one of them.
const MOST_SCRIPTS: usize = 100;
const MOST_MARKS: usize = 5;
/// So much of a cause is shown.
const LONGEST: usize = 2_000;

#[derive(Debug, Template)]
#[template(path = "overview.html")]
struct Overview {
    frame: Frame,
    headline: Headline,
    trouble: Option<Explained>,
    issues: Vec<IssueCard>,
    state: &'static str,
    live: Working,
    tracks: Vec<TrackRow>,
    pending: Vec<PendingRow>,
    pending_title: &'static str,
    more_pending: usize,
    recent: Vec<AttemptRow>,
    act: Acting,
}

/// The state, in a word and in a sentence.
#[derive(Debug)]
struct Headline {
    tone: Tone,
    word: &'static str,
    sentence: Shown,
}

/// Why something cannot be told, and what to do about it.
#[derive(Debug)]
struct Explained {
    causes: Vec<Shown>,
    remedy: Vec<Piece>,
    code: &'static str,
}

#[derive(Debug)]
struct TrackRow {
    name: Shown,
    recorded: Option<Shown>,
    newest: Option<Shown>,
    pending: usize,
}

#[derive(Debug)]
struct PendingRow {
    name: Shown,
    description: Shown,
    statements: String,
    marks: Vec<MarkRow>,
    more_marks: usize,
}

#[derive(Debug)]
struct MarkRow {
    message: Shown,
    place: String,
    code: &'static str,
}

/// What the page is made of, as the engine told it.
struct Seen {
    database: String,
    /// As those who follow are told it; empty where nobody can tell.
    state: &'static str,
    status: Result<Status, upgrades::Error>,
    issues: Vec<CriticalIssue>,
    working: Option<LockRecord>,
    plan: Option<Result<PlannedRun, upgrades::Error>>,
    recent: Vec<Attempt>,
}

impl Seen {
    /// Asks for everything. What only a part of the page is about leaves that part away when it cannot be told.
    fn look(upgrader: &Upgrader<'static>) -> Self {
        let status = upgrader.status();
        // Scripts that are not in order must not hide a failure that waits, nor who works.
        let (issues, working) = match &status {
            Ok(status) => (status.issues.clone(), status.working.clone()),
            Err(_) => (
                upgrader.critical_issues().unwrap_or_default(),
                upgrader.working().unwrap_or_default(),
            ),
        };
        let is_to_be_planned = status.as_ref().is_ok_and(|status| {
            status.working.is_none() && status.tracks.iter().any(|track| !track.pending.is_empty())
        });
        let plan = is_to_be_planned.then(|| upgrader.plan());
        let recent = match &status {
            Ok(_) => upgrader.history(&HistoryFilter::default().limit(RECENT)),
            Err(_) => Ok(Vec::new()),
        };
        Self {
            database: upgrader.database(),
            state: match (&working, &status) {
                (Some(_), _) => live::UPGRADING,
                (None, Ok(status)) => live::word(status.standing().state),
                (None, Err(_)) => "",
            },
            status,
            issues,
            working,
            plan,
            recent: recent.unwrap_or_default(),
        }
    }

    /// Whether a run would do something now.
    fn can_run(&self) -> bool {
        let status = self.status.as_ref();
        status.is_ok_and(|status| {
            status.state == State::Pending && status.refusal.is_none() && self.working.is_none()
        })
    }
}

/// `GET /`
pub(crate) async fn overview(
    Extracted(app): Extracted<Shared>,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    base: Base,
) -> Result<Response, Trouble> {
    let came: Came = query(&uri)?;
    // Before the look: what has ended by then, it does not find at work.
    let begun = app.runs.last();
    let seen = app.engine.ask(|upgrader| Ok(Seen::look(upgrader))).await?;
    let live = match &seen.working {
        Some(record) => app.live.working(record).await,
        None => Working::default(),
    };
    let status = match &seen.status {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let actor = Actor::of(&app, &base, &visitor);
    let act = Acting {
        done: acting::done(&came.done),
        begun: begun
            .as_ref()
            .filter(|_| actor.is_some())
            .map(BegunNote::of),
        run: actor
            .as_ref()
            .filter(|_| seen.can_run())
            .map(Actor::run_form),
        sign_out: actor.as_ref().and_then(Actor::sign_out),
    };
    Ok(page(
        status,
        &template(base.clone(), seen, live, actor.as_ref(), act),
    ))
}

/// What has led to the page.
#[derive(Debug, Deserialize)]
pub(crate) struct Came {
    #[serde(default)]
    done: String,
}

fn template(
    base: Base,
    seen: Seen,
    live: Working,
    actor: Option<&Actor<'_>>,
    act: Acting,
) -> Overview {
    let headline = Headline::of(&seen);
    let (tracks, trouble) = match seen.status {
        Ok(status) => {
            let tracks = status.tracks.iter().map(TrackRow::of).collect();
            let trouble = match seen.plan {
                Some(Err(ref error)) => Some(Explained::of(error)),
                Some(Ok(_)) | None => None,
            };
            (tracks, trouble)
        }
        Err(ref error) => (Vec::new(), Some(Explained::of(error))),
    };
    let pending_title = match &seen.plan {
        Some(Ok(plan)) if plan.refusal.is_some() => "What waits for that",
        Some(_) | None => "What the next run does",
    };
    let scripts = match seen.plan {
        Some(Ok(plan)) => plan.scripts,
        Some(Err(_)) | None => Vec::new(),
    };
    let issues = seen.issues.iter();
    let issues = issues.map(|issue| IssueCard {
        clear: actor.and_then(|actor| actor.clear_form(issue)),
        ..IssueCard::with_attempt(issue, &base, &seen.recent)
    });
    let issues: Vec<IssueCard> = issues.collect();
    Overview {
        frame: Frame {
            base,
            title: Shown::line(headline.word),
            section: Section::Status,
            database: Shown::line(&seen.database),
            refresh: match live.is_at_work || act.goes_on() {
                true => Refresh::Often,
                false => Refresh::Never,
            },
        },
        headline,
        // What waits for a person says it already.
        trouble: trouble.filter(|_| seen.issues.is_empty() || tracks.is_empty()),
        issues,
        state: seen.state,
        live,
        tracks,
        pending_title,
        more_pending: scripts.len().saturating_sub(MOST_SCRIPTS),
        pending: scripts
            .iter()
            .take(MOST_SCRIPTS)
            .map(PendingRow::of)
            .collect(),
        recent: seen.recent.iter().rev().map(AttemptRow::of).collect(),
        act,
    }
}

impl Headline {
    fn of(seen: &Seen) -> Self {
        let status = match (&seen.status, &seen.working) {
            (Ok(status), None) => status,
            (_, Some(_)) => {
                return Self {
                    tone: Tone::Busy,
                    word: "Upgrading",
                    sentence: Shown::line("An upgrade works on this database now."),
                };
            }
            (Err(error), None) => return Self::of_error(error),
        };
        let pending: usize = status.tracks.iter().map(|track| track.pending.len()).sum();
        let (word, sentence) = match status.state {
            State::Current if status.issues.is_empty() => (
                "Current",
                "The database is up to date; nothing is pending.".to_owned(),
            ),
            State::Current => (
                "Current",
                "Nothing is pending, but something has to be seen to.".to_owned(),
            ),
            State::Pending => (
                "Pending",
                match &status.refusal {
                    None => format!("The next run applies {}.", words::count(pending, "script")),
                    Some(refusal) => refusal.clone(),
                },
            ),
            State::Failed => (
                "Failed",
                "An upgrade needs a person. Nothing runs until that is settled.".to_owned(),
            ),
            State::TooOld => (
                "Program too old",
                "The database is newer than this program, so nothing runs.".to_owned(),
            ),
            _ => (
                "Unknown",
                "The state is one that this dashboard does not know.".to_owned(),
            ),
        };
        Self {
            tone: match (status.state, status.issues.is_empty()) {
                (State::Current, false) => Tone::Waiting,
                (state, _) => Tone::of(state),
            },
            word,
            sentence: Shown::sentence(sentence),
        }
    }

    fn of_error(error: &upgrades::Error) -> Self {
        Self {
            tone: Tone::Bad,
            word: match error {
                upgrades::Error::Catalog(_) => "Scripts not in order",
                upgrades::Error::Setup { .. } => "Not set up",
                _ => "No answer",
            },
            sentence: Shown::sentence(error),
        }
    }
}

impl Explained {
    fn of(error: &upgrades::Error) -> Self {
        let trouble = error.code().explain();
        let causes = causes(error);
        let shown = causes.iter().map(|cause| Shown::beginning(cause, LONGEST));
        Self {
            causes: shown.collect(),
            remedy: words::prose(trouble.remedy, LONGEST),
            code: error.code().as_str(),
        }
    }
}

impl TrackRow {
    fn of(track: &TrackStatus) -> Self {
        Self {
            name: Shown::line(&track.track),
            recorded: track.recorded.as_ref().map(Shown::line),
            newest: track.newest.as_ref().map(Shown::line),
            pending: track.pending.len(),
        }
    }
}

impl PendingRow {
    fn of(script: &upgrades::Planned) -> Self {
        let marks = script.marks.iter().take(MOST_MARKS).map(|mark| MarkRow {
            message: Shown::line(&mark.message),
            place: mark.position.to_string(),
            code: mark.code.as_str(),
        });
        Self {
            name: Shown::line(&script.script),
            description: Shown::line(&script.description),
            statements: words::count(
                usize::try_from(script.statements).unwrap_or(usize::MAX),
                "statement",
            ),
            marks: marks.collect(),
            more_marks: script.marks.len().saturating_sub(MOST_MARKS),
        }
    }
}
