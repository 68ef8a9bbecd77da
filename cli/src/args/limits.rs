//! [`Limits`]: how far a run is to go.

use clap::Args;
use upgrades::{ScriptName, TrackName, Version};

/// How far to go.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Limits {
    /// Stop at this version of core, or of another track; the tracks after it wait
    #[arg(long, value_name = "[TRACK=]VERSION", value_parser = limit)]
    pub(crate) to: Vec<(TrackName, Version)>,
}

impl Limits {
    /// As a person reads them, behind a blank; nothing where there are none.
    pub(crate) fn shown(&self) -> String {
        let limits = self
            .to
            .iter()
            .map(|(track, version)| format!("{track} {version}"));
        match limits.collect::<Vec<_>>() {
            limits if limits.is_empty() => String::new(),
            limits => format!(" up to {}", limits.join(", ")),
        }
    }
}

/// Reads `VERSION` or a script's file name, and the track before it.
pub(super) fn limit(text: &str) -> Result<(TrackName, Version), String> {
    let (track, version) = match text.split_once('=') {
        Some((track, version)) => (track.parse().map_err(|e| format!("{e}"))?, version),
        None => (TrackName::CORE, text),
    };
    // As a file name's: a word that no version has would come before all that there is.
    let name = version.parse::<ScriptName>();
    let name = name.or_else(|_| format!("{version}.sql").parse::<ScriptName>());
    let name = name.map_err(|e| format!("{e}"))?;
    Ok((track, name.version().clone()))
}
