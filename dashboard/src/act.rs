//! What an operator does on the page: clear a failure, run what is pending.

use std::time::SystemTime;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Redirect;
use axum::routing::post;
use serde::Deserialize;
use upgrades::{Clearing, Code, CriticalIssue, Resolution};

use crate::Shared;
use crate::base::Base;
use crate::gate::{Known, Operator};
use crate::refused::Refused;
use crate::runs::GoingOn;
use crate::sent::{LONGEST, Sent};
use crate::trouble::Trouble;
use crate::visitor::Visitor;

/// The paths of what an operator does.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/clear", post(clear))
        .route("/run", post(run))
        .layer(DefaultBodyLimit::max(LONGEST))
}

/// What the token of a form is for.
const CLEAR: &str = "clear";
const RUN: &str = "run";

/// Somebody who may act, on a page that is being made for them.
pub(crate) struct Actor<'a> {
    app: &'a Shared,
    base: &'a Base,
    name: &'a str,
}

/// The form that clears a failure.
#[derive(Debug)]
pub(crate) struct ClearForm {
    pub(crate) action: String,
    pub(crate) token: String,
    pub(crate) issue: String,
    pub(crate) ways: [Way; 4],
}

/// A way in which the next run goes on.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) word: &'static str,
    pub(crate) label: &'static str,
    pub(crate) when: &'static str,
    pub(crate) is_chosen: bool,
}

/// The form that runs what is pending.
#[derive(Debug)]
pub(crate) struct RunForm {
    pub(crate) action: String,
    pub(crate) token: String,
}

impl<'a> Actor<'a> {
    /// `None`: the visitor may only look.
    pub(crate) fn of(app: &'a Shared, base: &'a Base, visitor: &'a Visitor) -> Option<Self> {
        match visitor {
            Visitor::Operator { name } => Some(Self { app, base, name }),
            Visitor::Reader | Visitor::Stranger => None,
        }
    }

    /// The form for an issue; `None`: clearing is not what settles it.
    pub(crate) fn clear_form(&self, issue: &CriticalIssue) -> Option<ClearForm> {
        // What a dead process did, only a person knows: nothing is chosen for them.
        let chosen = match issue.code {
            Code::ScriptFailed | Code::Latched | Code::NotBroughtBack => Some(Resolution::GoOn),
            Code::ScriptDied => None,
            _ => return None,
        };
        Some(ClearForm {
            action: self.base.link("/clear"),
            token: self.token(CLEAR),
            issue: issue.id.clone(),
            ways: WAYS.map(|(resolution, label, when)| Way {
                word: resolution.as_str(),
                label,
                when,
                is_chosen: chosen == Some(resolution),
            }),
        })
    }

    /// The form that runs what is pending.
    pub(crate) fn run_form(&self) -> RunForm {
        RunForm {
            action: self.base.link("/run"),
            token: self.token(RUN),
        }
    }

    /// Where they sign out; `None`: the application's own login has let them in.
    pub(crate) fn sign_out(&self) -> Option<String> {
        match self.app.gate.known {
            Known::ByToken(_) => Some(self.base.link("/sign-out")),
            Known::Everybody | Known::ByApplication(_) => None,
        }
    }

    fn token(&self, act: &str) -> String {
        self.app.forms.token(self.name, act, SystemTime::now())
    }
}

/// The ways in which the next run may go on, and when each is right.
const WAYS: [(Resolution, &str, &str); 4] = [
    (
        Resolution::GoOn,
        "Go on at the failed statement",
        "The cause is mended. A script that was rolled back whole runs again from its beginning.",
    ),
    (
        Resolution::StartOver,
        "Start the script over",
        "What it had done until then was taken back by hand.",
    ),
    (
        Resolution::SkipStatement,
        "Go on behind the failed statement",
        "Its work was done by hand, or is already there.",
    ),
    (
        Resolution::MarkDone,
        "Take the script as done",
        "All of its work was done by hand, and none of it shall run.",
    ),
];

/// What a person decides about the failure that a page has shown.
#[derive(Debug, Deserialize)]
struct Decision {
    #[serde(default)]
    token: String,
    issue: String,
    reason: String,
    resolution: String,
}

/// `POST /clear`
async fn clear(
    State(app): State<Shared>,
    base: Base,
    Operator(name): Operator,
    Sent(decision): Sent<Decision>,
) -> Result<Redirect, Trouble> {
    let Decision {
        token,
        issue,
        reason,
        resolution,
    } = decision;
    let resolution: Resolution = resolution
        .parse()
        .map_err(|error: upgrades::ResolutionError| Trouble::Unfit(error.to_string()))?;
    if reason.trim().is_empty() {
        return Err(Trouble::Unfit(
            "a reason is needed, for whoever reads the history later".to_owned(),
        ));
    }
    app.forms
        .take(&token, &name, CLEAR, SystemTime::now())
        .map_err(Refused::Unasked)?;
    // The history has one text for it, and this is whom to ask.
    let reason = format!("{} ({name}, on the dashboard)", reason.trim());
    let cleared = app
        .engine
        .ask(move |upgrader| upgrader.clear_issue(&issue, &reason, resolution))
        .await?;
    let done = match cleared {
        Clearing::Cleared(_) => "/?done=cleared",
        Clearing::NothingToClear => "/?done=nothing",
    };
    Ok(Redirect::to(&base.link(done)))
}

/// That what is pending is to run.
#[derive(Debug, Deserialize)]
struct Start {
    #[serde(default)]
    token: String,
}

/// `POST /run`
async fn run(
    State(app): State<Shared>,
    base: Base,
    Operator(name): Operator,
    Sent(Start { token }): Sent<Start>,
) -> Result<Redirect, Trouble> {
    app.forms
        .take(&token, &name, RUN, SystemTime::now())
        .map_err(Refused::Unasked)?;
    let upgrader = app.engine.upgrader().clone();
    log::info!("{name} has begun an upgrade on the dashboard");
    match app.runs.begin(upgrader, name) {
        Ok(()) => Ok(Redirect::to(&base.link("/"))),
        Err(GoingOn) => Err(Refused::GoingOn.into()),
    }
}
