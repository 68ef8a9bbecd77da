//! [`Requirement`]: what must be there before a script may run.

use std::fmt;
use std::str::FromStr;

use crate::name::ScriptName;
use crate::track::TrackName;
use crate::version::Version;

/// What a script needs: `requires = core >= 3.1` or `requires = app >= 2.0, plugin-vat`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// The application itself, in a range that [`semver`] understands.
    App(semver::VersionReq),
    /// A track, at a version or a later one; without a version, any.
    Track(TrackName, Option<Version>),
}

/// Why a text is no requirement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write TRACK >= VERSION, or app with a range as in app >= 2.0 ({0})")]
pub struct RequirementError(String);

impl FromStr for Requirement {
    type Err = RequirementError;

    fn from_str(text: &str) -> Result<Self, RequirementError> {
        let end = text
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
            .unwrap_or(text.len());
        let (name, range) = (&text[..end], text[end..].trim());
        if name == "app" {
            return semver::VersionReq::parse(range)
                .map(Self::App)
                .map_err(|e| RequirementError(e.to_string()));
        }
        let track = TrackName::from_str(name).map_err(|e| RequirementError(e.to_string()))?;
        if range.is_empty() {
            return Ok(Self::Track(track, None));
        }
        let version = range
            .strip_prefix(">=")
            .ok_or_else(|| RequirementError(format!("{range:?} does not begin with >=")))?;
        let version = version.trim();
        if version.contains(char::is_whitespace) {
            let reason = format!("{version:?} is more than a version");
            return Err(RequirementError(reason));
        }
        ScriptName::recorded_version(version)
            .map(|version| Self::Track(track, Some(version)))
            .map_err(|e| RequirementError(e.to_string()))
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::App(range) => write!(f, "app {range}"),
            Self::Track(track, Some(version)) => write!(f, "{track} >= {version}"),
            Self::Track(track, None) => write!(f, "{track}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_requirements() {
        let rows = [
            ("core >= 3.1", Ok("core >= 3.1")),
            ("core>=3.1-beta2", Ok("core >= 3.1-beta2")),
            ("plugin-vat", Ok("plugin-vat")),
            ("app >= 2.0, <3", Ok("app >=2.0, <3")),
            ("app ^1.2", Ok("app ^1.2")),
            ("core > 3", Err("\"> 3\" does not begin with >=")),
            (
                "core >= 3.1 or so",
                Err("\"3.1 or so\" is more than a version"),
            ),
            ("Core >= 3", Err("lower-case")),
            ("app two", Err("unexpected character")),
        ];
        for (text, expected) in rows {
            match (Requirement::from_str(text), expected) {
                (Ok(found), Ok(shown)) => assert_eq!(found.to_string(), shown),
                (Err(found), Err(part)) => assert!(found.to_string().contains(part), "{found}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }
}
