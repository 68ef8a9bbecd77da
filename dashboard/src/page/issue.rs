//! [`IssueCard`]: a critical issue, in words that an operator understands; alone as a fragment for other pages.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use upgrades::{Attempt, CriticalIssue, Outcome};

use super::page;
use crate::Shared;
use crate::base::Base;
use crate::shown::Shown;
use crate::trouble::Trouble;
use crate::words::{self, Piece};

/// So much of a problem is shown; the attempt's own page has all of it.
const LONGEST: usize = 1_500;

/// A critical issue.
#[derive(Debug)]
pub(crate) struct IssueCard {
    pub(crate) title: Shown,
    pub(crate) problem: Vec<Piece>,
    pub(crate) solution: Vec<Piece>,
    pub(crate) who: &'static str,
    pub(crate) since: Option<Since>,
    pub(crate) script: Option<Shown>,
    pub(crate) statement: Option<Statement>,
    pub(crate) log: Option<Shown>,
    pub(crate) code: &'static str,
    /// The page of the attempt that failed.
    pub(crate) attempt: Option<String>,
}

/// A moment in the past.
#[derive(Debug)]
pub(crate) struct Since {
    /// For programs.
    pub(crate) exact: String,
    pub(crate) moment: String,
    pub(crate) ago: String,
}

/// A statement that failed.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) place: String,
    pub(crate) sql: Shown,
}

impl Since {
    pub(crate) fn of(moment: upgrades::Timestamp) -> Self {
        Self {
            exact: moment.to_string(),
            moment: words::moment(moment),
            ago: words::ago(moment.elapsed()),
        }
    }
}

impl Statement {
    pub(crate) fn of(statement: &upgrades::FailedStatement) -> Self {
        Self {
            place: words::place(statement),
            sql: Shown::text(&statement.sql),
        }
    }
}

impl IssueCard {
    pub(crate) fn of(issue: &CriticalIssue) -> Self {
        Self {
            title: Shown::line(&issue.title),
            problem: words::prose(&issue.problem, LONGEST),
            solution: words::prose(&issue.solution, LONGEST),
            who: words::who(issue.who),
            since: issue.since.map(Since::of),
            script: issue.script.as_ref().map(Shown::line),
            statement: issue.statement.as_ref().map(Statement::of),
            log: issue.log.as_ref().map(|path| Shown::line(path.display())),
            code: issue.code.as_str(),
            attempt: None,
        }
    }

    /// The same, with a link to the attempt that it tells of, when that is among these.
    pub(crate) fn with_attempt(issue: &CriticalIssue, base: &Base, attempts: &[Attempt]) -> Self {
        let is_of = |attempt: &&Attempt| {
            let failed = [Outcome::Failed, Outcome::Died].contains(&attempt.outcome);
            failed && Some(&attempt.script) == issue.script.as_ref()
        };
        let attempt = attempts.iter().rev().find(is_of);
        Self {
            attempt: attempt.map(|attempt| base.link(&format!("/history/{}", attempt.id))),
            ..Self::of(issue)
        }
    }
}

/// The issues alone, without what makes a page.
#[derive(Debug, Template)]
#[template(path = "issues.html")]
struct Issues {
    base: Base,
    issues: Vec<IssueCard>,
}

/// `GET /issues.html`
pub(crate) async fn issues(State(app): State<Shared>, base: Base) -> Result<Response, Trouble> {
    let issues = app
        .engine
        .ask(|upgrader| upgrader.critical_issues())
        .await?;
    let issues = issues.iter().map(IssueCard::of).collect();
    Ok(page(StatusCode::OK, &Issues { base, issues }))
}
