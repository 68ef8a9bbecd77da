//! [`Upkeep`]: runs the upgrade in the background, and says whether the shop may serve.

use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, oneshot};
use upgrades::{CriticalIssue, Error, State, Status, Upgrader};

/// How old what a page goes by may be. The look costs a query; a shop has more requests than that.
const FRESH: Duration = Duration::from_secs(1);
/// How often a shop that ends looks whether a run in it has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The upgrades of this installation, as one of its instances sees them.
pub(crate) struct Upkeep {
    upgrader: Arc<Upgrader<'static>>,
    start: RwLock<Start>,
    looked: Mutex<Option<(Instant, Service)>>,
}

/// How far the upgrade is that belongs to the start of this instance.
#[derive(Debug, Clone)]
enum Start {
    /// It works, or waits for the instance that does.
    Running,
    /// It is over, or there was nothing to do; with what kept it from running, where something did.
    Over(Option<Notice>),
}

/// What the shop may do.
#[derive(Debug, Clone)]
pub(crate) enum Service {
    /// Nothing: some process upgrades the database.
    Upgrading,
    /// Serve, each page as far as the database has what it needs; with what the administrator has to know.
    Open(Vec<Notice>),
}

/// Something that the administrator has to see to.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    /// A headline.
    pub(crate) title: String,
    /// What is wrong.
    pub(crate) problem: String,
    /// What to do.
    pub(crate) solution: String,
}

impl Upkeep {
    /// Before the start.
    pub(crate) fn of(upgrader: Arc<Upgrader<'static>>) -> Self {
        Self {
            upgrader,
            start: RwLock::new(Start::Running),
            looked: Mutex::default(),
        }
    }

    /// What upgrades, for the dashboard.
    pub(crate) fn upgrader(&self) -> Arc<Upgrader<'static>> {
        self.upgrader.clone()
    }

    /// Begins the upgrade on a thread of its own; what it gives is ready when that is over.
    pub(crate) fn start(self: &Arc<Self>) -> impl Future<Output = ()> + use<> {
        let upkeep = self.clone();
        let (over, wait) = oneshot::channel::<()>();
        // A plain thread: a runtime would wait for one of its own, and a second Ctrl-C means that nobody waits.
        thread::spawn(move || {
            let unran = run(&upkeep.upgrader);
            let mut start = upkeep.start.write().unwrap_or_else(PoisonError::into_inner);
            *start = Start::Over(unran);
            drop(over);
        });
        async { drop(wait.await) }
    }

    /// What the shop may do now.
    pub(crate) async fn service(self: &Arc<Self>) -> Service {
        let unran = match self.how_far() {
            Start::Running => return Service::Upgrading,
            Start::Over(unran) => unran,
        };
        // Who comes meanwhile waits for this look, and takes what it has seen.
        let mut looked = self.looked.lock().await;
        if let Some((when, service)) = &*looked
            && when.elapsed() < FRESH
        {
            return service.clone();
        }
        let upgrader = self.upgrader.clone();
        let look = tokio::task::spawn_blocking(move || look(&upgrader, unran));
        let service = look.await.unwrap_or_else(|panic| {
            eprintln!("shop: where the upgrades stand cannot be told: {panic}");
            Service::Upgrading
        });
        *looked = Some((Instant::now(), service.clone()));
        service
    }

    fn how_far(&self) -> Start {
        let start = self.start.read().unwrap_or_else(PoisonError::into_inner);
        start.clone()
    }

    /// Waits until no run works in this process, such as one that the dashboard was asked for.
    pub(crate) async fn nothing_runs_here(&self) {
        while works_here(&self.upgrader) {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}

/// Upgrades, and gives what kept it from doing so. What stands in the database is none of that: everybody reads it there, until it
/// is cleared.
fn run(upgrader: &Upgrader<'_>) -> Option<Notice> {
    let error = upgrader.run().err()?;
    let stands_there = upgrader.critical_issues();
    let stands_there = stands_there.is_ok_and(|issues| !issues.is_empty());
    let title = "The upgrade of this installation did not run";
    (!stands_there).then(|| Notice::of_error(title, &error))
}

/// Asks the engine, which reads only and waits for nobody.
fn look(upgrader: &Upgrader<'_>, unran: Option<Notice>) -> Service {
    // The lock tells who works even while that process keeps everybody out of the database.
    if let Ok(Some(_holder)) = upgrader.working() {
        return Service::Upgrading;
    }
    match upgrader.status() {
        Ok(status) => judge(&status, unran),
        // Scripts that are not in order must not hide a failure that waits.
        Err(error) => {
            let issues = upgrader.critical_issues().unwrap_or_default();
            let mut notices: Vec<Notice> = issues.iter().map(Notice::of_issue).collect();
            let title = "Where the upgrades of this installation stand cannot be told";
            notices.push(Notice::of_error(title, &error));
            Service::Open(notices)
        }
    }
}

/// What follows from where the installation stands.
fn judge(status: &Status, unran: Option<Notice>) -> Service {
    if status.working.is_some() {
        return Service::Upgrading;
    }
    let mut notices: Vec<Notice> = status.issues.iter().map(Notice::of_issue).collect();
    // What kept the start from upgrading is past once the database is current, whoever has brought it there.
    if notices.is_empty() && status.state != State::Current {
        notices.extend(unran);
    }
    Service::Open(notices)
}

fn works_here(upgrader: &Upgrader<'_>) -> bool {
    let working = upgrader.working().ok().flatten();
    let holder = working.and_then(|record| record.holder);
    holder.is_some_and(|holder| holder.pid == std::process::id())
}

impl Notice {
    fn of_issue(issue: &CriticalIssue) -> Self {
        Self {
            title: issue.title.clone(),
            problem: issue.problem.clone(),
            solution: issue.solution.clone(),
        }
    }

    /// Of an error that is none of the database's issues: scripts that are not in order, a database that cannot be reached.
    fn of_error(title: &str, error: &Error) -> Self {
        Self {
            title: title.to_owned(),
            problem: format!("{}.", upgrades::chain(error)),
            solution: error.code().explain().remedy.to_owned(),
        }
    }
}
