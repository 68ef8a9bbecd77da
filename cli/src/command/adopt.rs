//! `upgrades adopt`

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use serde_json::json;
use upgrades::{AdoptedTrack, Adoption, Existing, Gaps, Predecessor, Upgrader, inert};

use super::Failure;
use crate::args::{Adopt, Common, Format};
use crate::ask::{Answer, ask};
use crate::exit::Exit;
use crate::reply::{GOOD, Reply, paint};
use crate::table::{count, table};

pub(super) fn answer(
    upgrader: &Upgrader<'_>,
    wanted: &Adopt,
    common: &Common,
) -> Result<Reply, Failure> {
    let adoption = upgrader.adoption(existing(wanted))?;
    let shown = text(&adoption);
    let json = |adopted: bool| {
        let mut json = json!(adoption);
        json["adopted"] = json!(adopted);
        json
    };
    let unchanged = |text: String| Ok(Reply::new(text, json(false)).exit(Exit::Pending));
    match consent(&shown, wanted, common) {
        Answer::Yes => {}
        Answer::No => return unchanged("nothing was changed\n".to_owned()),
        Answer::Nobody => {
            return unchanged(format!(
                "{shown}nothing was changed, as nobody is there to ask whether that is meant; --yes does it\n"
            ));
        }
    }
    upgrader.adopt(&adoption)?;
    let text = format!("{shown}{}\n", paint(GOOD, "taken over"));
    Ok(Reply::new(text, json(true)))
}

fn consent(shown: &str, wanted: &Adopt, common: &Common) -> Answer {
    match (wanted.yes, common.format) {
        (true, _) => Answer::Yes,
        (false, Format::Json) => Answer::Nobody,
        (false, Format::Text) => ask_about(shown),
    }
}

/// Shows it where somebody is there to see it, and asks.
fn ask_about(shown: &str) -> Answer {
    if std::io::stdin().is_terminal() {
        crate::show(&format!("{shown}\n"));
    }
    ask("take it over so?")
}

fn existing(wanted: &Adopt) -> Existing {
    let Some(tool) = wanted.from else {
        return Existing::At(wanted.at.clone());
    };
    let mut predecessor = Predecessor::new(tool).track(wanted.track.clone());
    if let Some(table) = &wanted.table {
        predecessor = predecessor.table(table);
    }
    if let Some(id) = wanted.extension {
        predecessor = predecessor.extension(id);
    }
    if wanted.count_gaps {
        predecessor = predecessor.gaps(Gaps::Applied);
    }
    Existing::From(predecessor)
}

fn text(adoption: &Adoption) -> String {
    let mut text = match (adoption.tool, &adoption.table) {
        (Some(tool), Some(table)) => {
            format!("{}: {tool} says in {}\n\n", adoption.database, inert(table))
        }
        _ => format!("{}\n\n", adoption.database),
    };
    for track in &adoption.tracks {
        text += &match adoption.tool {
            Some(tool) => compared(track, tool.as_str()),
            None => told(track),
        };
        text.push('\n');
    }
    text
}

/// A track of which a version is told.
fn told(track: &AdoptedTrack) -> String {
    let mut text = format!(
        "{} at {}: {} as applied",
        track.track,
        inert(&track.at),
        counts(track.applied.len())
    );
    let _ = match track.pending.len() {
        0 => writeln!(text),
        pending => writeln!(text, ", {} at the next start", runs(pending)),
    };
    text
}

fn counts(scripts: usize) -> String {
    match scripts {
        1 => "1 script counts".to_owned(),
        _ => format!("{scripts} scripts count"),
    }
}

fn runs(scripts: usize) -> String {
    match scripts {
        1 => "1 runs".to_owned(),
        _ => format!("{scripts} run"),
    }
}

/// A track beside what another tool has run.
fn compared(track: &AdoptedTrack, tool: &str) -> String {
    let none = || "-".to_owned();
    let id = |file: &str| format!("{}/{file}", track.track);
    let applied = track.applied.iter().map(|script| {
        let theirs = script.theirs.clone().unwrap_or_else(none);
        [id(&script.file), theirs, "counts as applied".to_owned()]
    });
    let skipped = track.skipped.iter().map(|file| {
        let what = format!("skipped: {tool} did not run it");
        [id(file), none(), what]
    });
    let unknown = track
        .unknown
        .iter()
        .map(|theirs| [none(), theirs.clone(), "no script here".to_owned()]);
    let pending = track
        .pending
        .iter()
        .map(|file| [id(file), none(), "runs at the next start".to_owned()]);
    let rows = applied.chain(skipped).chain(unknown).chain(pending);
    let mut text = table(["script", tool, ""], &[], rows);
    let _ = writeln!(text, "\n{} at {}", track.track, inert(&track.at));
    if !track.skipped.is_empty() {
        let _ = writeln!(
            text,
            "{} below it never ran; `upgrades repair` settles that, or --count-gaps counts it as applied",
            count(track.skipped.len(), "script")
        );
    }
    text
}
