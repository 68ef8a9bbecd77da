//! `upgrades squash`

use std::fs::OpenOptions;
use std::io::Write as _;

use serde_json::json;
use upgrades::{Squashed, TrackName, Version};

use super::Failure;
use crate::config::{Config, ConfigError};
use crate::reply::Reply;
use crate::table::count;

pub(super) fn answer(
    config: &Config,
    track: &TrackName,
    version: &Version,
) -> Result<Reply, Failure> {
    let configured = config
        .tracks
        .iter()
        .find(|configured| configured.name == track.as_str())
        .ok_or_else(|| refused(format!("there is no track {track} in the configuration")))?;
    let squashed = config.upgrader()?.squash(track, version)?;
    let path = configured.directory.join(&squashed.file);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    options
        .open(&path)
        .and_then(|mut file| file.write_all(squashed.text.as_bytes()))
        .map_err(|error| refused(format!("{}: {error}", path.display())))?;
    let Squashed {
        scripts,
        objects,
        rows,
        ..
    } = &squashed;
    let text = format!(
        "{}\n{} in one: {} and {}; both ways lead to the same\n",
        path.display(),
        count(*scripts, "script"),
        count(*objects, "object"),
        count(*rows, "row"),
    );
    let mut json = json!(squashed);
    json["path"] = json!(path);
    Ok(Reply::new(text, json))
}

fn refused(reason: String) -> Failure {
    ConfigError::new(format!("no baseline was written: {reason}")).into()
}
