//! [`Secret`]: where the secret is that notices are signed by. It is read when it is needed and shown nowhere.

use std::fs;
use std::path::PathBuf;

/// Where a secret is.
#[derive(Debug, Clone)]
pub(super) enum Secret {
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
}

impl Secret {
    /// Reads it.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub(super) fn read(&self) -> Result<Vec<u8>, String> {
        let (text, place) = match self {
            Self::File(path) => {
                let place = format!("the secret file {}", path.display());
                let text =
                    fs::read(path).map_err(|error| format!("{place} cannot be read: {error}"))?;
                (text, place)
            }
            Self::Variable(name) => {
                let place = format!("the environment variable {name} of the secret");
                let text = std::env::var_os(name).ok_or_else(|| format!("{place} is not set"))?;
                (text.into_encoded_bytes(), place)
            }
        };
        match text.trim_ascii_end() {
            [] => Err(format!("{place} is empty")),
            secret => Ok(secret.to_vec()),
        }
    }
}
