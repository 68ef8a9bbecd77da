//! `upgrades backup`

use serde_json::json;
use upgrades::{Backup, Listed, Restoration, Restored, Upgrader, inert};

use super::Failure;
use super::run::stop_on_signal;
use crate::args::{BackupCommand, Common, Format};
use crate::ask::{Answer, ask};
use crate::config::{Config, ConfigError};
use crate::exit::Exit;
use crate::progress::Progress;
use crate::reply::{GOOD, Reply, WARNING, paint};
use crate::table::{count, size, table, took};

pub(super) fn answer(
    config: &Config,
    command: &BackupCommand,
    common: &Common,
) -> Result<Reply, Failure> {
    let mut upgrader = config.upgrader()?.stop_when(stop_on_signal()?);
    if common.format == Format::Text && !common.quiet {
        let progress = Progress::new(common.verbose > 0);
        upgrader = upgrader.on_event(move |event| progress.show(event));
    }
    match command {
        BackupCommand::Create => create(&upgrader),
        BackupCommand::List => list(&upgrader),
        BackupCommand::Verify { id } => verify(&upgrader, id),
        BackupCommand::Restore { id, yes } => restore(&upgrader, id, *yes, common),
    }
}

fn create(upgrader: &Upgrader<'_>) -> Result<Reply, Failure> {
    let backup = upgrader.back_up()?;
    let mut text = format!(
        "{} {}: {} as {} in {}\n",
        paint(GOOD, "made"),
        backup.id,
        size(backup.parts.iter().map(|part| part.bytes).sum()),
        size(backup.stored()),
        took(backup.took_ms),
    );
    text += &warnings(&backup.warnings);
    Ok(Reply::new(text, json!(backup)))
}

fn list(upgrader: &Upgrader<'_>) -> Result<Reply, Failure> {
    let listed = upgrader.list_backups()?;
    let rows = listed.iter().map(|listed| match listed {
        Listed::Backup(backup) => [
            backup.id.to_string(),
            backup.why.as_str().to_owned(),
            backup.database.clone(),
            versions(backup),
            size(backup.stored()),
        ],
        Listed::Unreadable { id, why } => [
            id.to_string(),
            why.clone(),
            "?".to_owned(),
            "?".to_owned(),
            "?".to_owned(),
        ],
        _ => Default::default(),
    });
    let text = match listed.is_empty() {
        true => "there is no backup\n".to_owned(),
        false => table(["backup", "made", "of", "at", "size"], &[4], rows),
    };
    let json = listed.iter().map(|listed| match listed {
        Listed::Backup(backup) => json!(backup),
        Listed::Unreadable { id, why } => json!({ "id": id, "unreadable": why }),
        _ => json!(null),
    });
    Ok(Reply::new(text, json.collect()))
}

fn verify(upgrader: &Upgrader<'_>, id: &str) -> Result<Reply, Failure> {
    let verified = upgrader.verify_backup(id)?;
    let rows: u64 = verified.tables.iter().map(|table| table.rows).sum();
    let text = format!(
        "{} {}: {} with {} rows came back\n",
        paint(GOOD, "whole"),
        verified.backup.id,
        count(verified.tables.len(), "table"),
        rows
    );
    Ok(Reply::new(text, json!(verified)))
}

fn restore(
    upgrader: &Upgrader<'_>,
    id: &str,
    yes: bool,
    common: &Common,
) -> Result<Reply, Failure> {
    let restoration = upgrader.restoration(id)?;
    if !yes {
        let shown = preview(upgrader, &restoration);
        if common.format == Format::Text {
            crate::show(&shown);
        }
        match ask("restore it?") {
            Answer::Yes => {}
            Answer::No => {
                return Ok(Reply::new(
                    "nothing was changed\n".to_owned(),
                    json!({ "restored": false, "restoration": restoration }),
                )
                .exit(Exit::Pending));
            }
            Answer::Nobody => {
                return Err(ConfigError::new(
                    "nothing was changed: nobody is there to ask whether that is meant; say --yes",
                )
                .into());
            }
        }
    }
    // What was shown: another may be the latest by now.
    let restored = upgrader.restore_backup(restoration.backup.id.as_str())?;
    let text = restored_text(upgrader, &restored);
    Ok(Reply::new(
        text,
        json!({ "restored": true, "backup": restored.backup, "before": restored.before, "undone": restored.undone }),
    ))
}

fn preview(upgrader: &Upgrader<'_>, restoration: &Restoration) -> String {
    let backup = &restoration.backup;
    let now = restoration.now.iter().map(ToString::to_string);
    let now = now.collect::<Vec<_>>().join(", ");
    let mut text = format!(
        "{} would be replaced by the backup {}\n  now:    {}\n  backup: {}, made {} {}\n",
        upgrader.database(),
        backup.id,
        or_nothing(inert(&now)),
        or_nothing(versions(backup)),
        backup.made_at,
        backup.why.as_str(),
    );
    for path in &restoration.files {
        text += &format!("  and {}\n", inert(&path.display().to_string()));
    }
    text + &warnings(&restoration.doubts)
}

fn restored_text(upgrader: &Upgrader<'_>, restored: &Restored) -> String {
    let mut text = format!(
        "{}: {} is the backup {} again, at {}\n",
        paint(GOOD, "restored"),
        upgrader.database(),
        restored.backup.id,
        or_nothing(versions(&restored.backup)),
    );
    for script in &restored.undone {
        text += &format!("undone: {}\n", inert(&script.to_string()));
    }
    if let Some(before) = &restored.before {
        text += &format!("what was there is the backup {}\n", before.id);
    }
    text
}

fn versions(backup: &Backup) -> String {
    let versions = backup.versions().map(|script| script.to_string());
    inert(&versions.collect::<Vec<_>>().join(", "))
}

fn or_nothing(text: String) -> String {
    match text.is_empty() {
        true => "nothing applied".to_owned(),
        false => text,
    }
}

fn warnings(warnings: &[String]) -> String {
    let line = |warning: &String| format!("{}: {}\n", paint(WARNING, "warning"), inert(warning));
    warnings.iter().map(line).collect()
}
