//! `upgrades new`

use std::fs::OpenOptions;
use std::io::Write as _;

use serde_json::json;
use upgrades::{ScriptName, TrackName, Version};

use super::Failure;
use super::model::Language;
use crate::config::{Config, ConfigError};
use crate::reply::Reply;

pub(super) fn answer(
    config: &Config,
    track: &TrackName,
    description: &str,
    version: Option<&Version>,
    language: Language,
) -> Result<Reply, Failure> {
    let refuse = |reason: String| {
        Failure::from(ConfigError::new(format!("no script was written: {reason}")))
    };
    let configured = config
        .tracks
        .iter()
        .find(|configured| configured.name == track.as_str())
        .ok_or_else(|| refuse(format!("there is no track {track} in the configuration")))?;
    let scripts = config.upgrader()?.scripts()?;
    let newest = scripts.iter().rfind(|script| script.track() == track);
    let version = match (version, newest) {
        (Some(version), Some(newest)) if version <= newest.version() => {
            return Err(refuse(format!(
                "version {version} is not above the newest, {}, and would never run where that has run",
                newest.name()
            )));
        }
        (Some(version), _) => version.to_string(),
        (None, Some(newest)) => next(newest.version().as_str()),
        (None, None) => "1.0.0".to_owned(),
    };
    let words = words(description);
    if words.is_empty() {
        return Err(refuse(
            "its description needs a letter or a digit".to_owned(),
        ));
    }
    let file = format!("{version}_{words}.{}", language.extension());
    let name: ScriptName = file
        .parse()
        .map_err(|error| refuse(format!("{file:?}: {error}")))?;
    let path = configured.directory.join(name.file());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    options
        .open(&path)
        .and_then(|mut file| file.write_all(language.model(description).as_bytes()))
        .map_err(|error| refuse(format!("{}: {error}", path.display())))?;
    let json =
        json!({ "track": track, "file": name.file(), "version": name.version(), "path": path });
    Ok(Reply::new(format!("{}\n", path.display()), json))
}

/// The version after `newest`, in its own form: its last number is counted up and keeps its width.
fn next(newest: &str) -> String {
    let stem = newest.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &newest[stem.len()..];
    if digits.is_empty() {
        return format!("{newest}.1");
    }
    let mut counted: Vec<u8> = digits.into();
    for digit in counted.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return format!("{stem}{}", String::from_utf8_lossy(&counted));
        }
        *digit = b'0';
    }
    format!("{stem}1{}", String::from_utf8_lossy(&counted))
}

/// A description as a file name has it.
fn words(description: &str) -> String {
    let words = description
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_up_in_the_same_form() {
        let rows = [
            ("3.2.0", "3.2.1"),
            ("0042", "0043"),
            ("0099", "0100"),
            ("999", "1000"),
            ("2013011700", "2013011701"),
            ("3.3.3.9", "3.3.3.10"),
            ("1.0-beta2", "1.0-beta3"),
            ("16.03.1b", "16.03.1b.1"),
        ];
        for (newest, expected) in rows {
            assert_eq!(next(newest), expected);
            let version = |text: &str| text.parse::<Version>().expect("a version");
            assert!(version(newest) < version(expected), "{newest}");
        }
    }

    #[test]
    fn makes_a_name_of_a_description() {
        let rows = [
            ("add VAT", "add_vat"),
            ("  prix: réduits! ", "prix_réduits"),
            ("../x", "x"),
            ("!", ""),
        ];
        for (description, expected) in rows {
            assert_eq!(words(description), expected);
        }
    }
}
