//! `upgrades hooks`

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::json;
use upgrades::{Hook, Notice, NoticeState, Upgrader, inert};

use super::Failure;
use crate::args::HooksCommand;
use crate::exit::Exit;
use crate::reply::{ERROR, GOOD, Reply, WARNING, paint};
use crate::table::{count, table};

/// How long `send` may take.
const SEND: Duration = Duration::from_secs(60);

pub(super) fn answer(
    upgrader: &Upgrader<'_>,
    command: Option<&HooksCommand>,
) -> Result<Reply, Failure> {
    match command {
        None => show(upgrader),
        Some(HooksCommand::Send) => send(upgrader),
        Some(HooksCommand::Test { name }) => {
            upgrader.test_hook(name)?;
            let text = format!("{}: hook {name} has heard\n", paint(GOOD, "sent"));
            Ok(Reply::new(text, json!({ "hook": name, "heard": true })))
        }
    }
}

fn send(upgrader: &Upgrader<'_>) -> Result<Reply, Failure> {
    let sent = upgrader.send_notices(SEND)?;
    let text = format!(
        "{} sent, {} not heard, {} left\n",
        count(sent.sent, "notice"),
        sent.failed,
        sent.left
    );
    let exit = match sent.left + sent.failed {
        0 => Exit::Current,
        _ => Exit::Pending,
    };
    Ok(Reply::new(text, json!(sent)).exit(exit))
}

fn show(upgrader: &Upgrader<'_>) -> Result<Reply, Failure> {
    let notices = upgrader.notices()?;
    let hooks = upgrader.hooks();
    let json = hooks.iter().map(|hook| {
        json!({
            "name": hook.name(),
            "kind": kind(hook),
            "target": hook.target(),
            "problem": hook.problem(),
        })
    });
    let json = json!({ "hooks": json.collect::<Vec<_>>(), "notices": notices });
    Ok(Reply::new(text(hooks, &notices), json))
}

fn kind(hook: &Hook) -> &'static str {
    match hook.is_webhook() {
        true => "webhook",
        false => "command",
    }
}

fn text(hooks: &[Hook], notices: &[Notice]) -> String {
    if hooks.is_empty() && notices.is_empty() {
        return "no hooks are configured; nobody is told of critical issues\n".to_owned();
    }
    let rows = hooks.iter().map(|hook| {
        let number = |wanted: fn(&NoticeState) -> bool| {
            let of = notices.iter().filter(|notice| notice.hook == hook.name());
            of.filter(|notice| wanted(&notice.state))
                .count()
                .to_string()
        };
        [
            hook.name().to_owned(),
            kind(hook).to_owned(),
            hook.target(),
            number(waits),
            number(|state| matches!(state, NoticeState::Told)),
            number(|state| matches!(state, NoticeState::Done)),
        ]
    });
    let header = ["hook", "", "tells", "waiting", "open", "over"];
    let mut text = table(header, &[3, 4, 5], rows);
    for hook in hooks {
        if let Some(problem) = hook.problem() {
            let _ = writeln!(text, "\n{}: {}", paint(ERROR, hook.name()), inert(&problem));
        }
    }
    for notice in notices.iter().filter(|notice| waits(&notice.state)) {
        let _ = writeln!(
            text,
            "\n{} {}: {}",
            paint(WARNING, "waiting for"),
            inert(&notice.hook),
            inert(&notice.issue)
        );
        if !hooks.iter().any(|hook| hook.name() == notice.hook) {
            let _ = writeln!(text, "  no hook of this name is configured here");
        }
        if let Some(error) = &notice.error {
            let times = count(
                usize::try_from(notice.attempts).unwrap_or(usize::MAX),
                "attempt",
            );
            let _ = writeln!(text, "  {times}, the last: {}", inert(error));
        }
        if let Some(next) = &notice.next_at {
            let _ = writeln!(text, "  next: {next}");
        }
    }
    text
}

fn waits(state: &NoticeState) -> bool {
    matches!(
        state,
        NoticeState::Waiting | NoticeState::Sending | NoticeState::GivenUp
    )
}
