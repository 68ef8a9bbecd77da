//! [`BackupId`]: the name of a backup, and of its folder.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The name of a backup: that of the run that made it, which begins with the moment. What is older is told by
/// [`Backup::number`](super::Backup::number), not by the name: clocks are set back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BackupId(String);

/// A text that is no [`BackupId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no name of a backup, as 20261122T120000000Z-4711 is one")]
pub struct BackupIdError(String);

impl BackupId {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for BackupId {
    type Err = BackupIdError;

    /// Letters, digits and `-` only, beginning with a digit: nothing that leads out of a folder.
    fn from_str(text: &str) -> Result<Self, BackupIdError> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        let begins = text.bytes().next().is_some_and(|b| b.is_ascii_digit());
        if begins && text.len() <= 64 && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BackupIdError(text.to_owned()))
        }
    }
}

impl TryFrom<String> for BackupId {
    type Error = BackupIdError;

    fn try_from(text: String) -> Result<Self, BackupIdError> {
        text.parse()
    }
}

impl From<BackupId> for String {
    fn from(id: BackupId) -> Self {
        id.0
    }
}

impl fmt::Display for BackupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_nowhere() {
        let rows = [
            ("20261122T120000000Z-4711", true),
            ("2026", true),
            ("", false),
            (".", false),
            ("..", false),
            ("../20261122", false),
            ("2026/1122", false),
            ("2026\\1122", false),
            (".20261122T120000000Z-4711.partial", false),
            ("uploads", false),
            ("2026\n", false),
        ];
        for (text, fits) in rows {
            assert_eq!(text.parse::<BackupId>().is_ok(), fits, "{text:?}");
        }
    }
}
