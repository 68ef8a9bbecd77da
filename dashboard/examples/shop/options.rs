//! [`Options`]: what the shop is told at its start.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::web::password::{Password, WeakPassword};

/// What `--help` says.
pub(crate) const HELP: &str = "\
usage: shop [--listen ADDRESS] [--database FILE] [--updates FOLDER]

  --listen ADDRESS    where it listens, port 0 for any that is free [127.0.0.1:8080]
  --database FILE     the SQLite database, made when it is missing [data/shop.db]
  --updates FOLDER    the customization's scripts [updates-custom]

SHOP_PASSWORD is the administrator's password; without it, one is made up and printed.";

/// What a start is asked to do.
pub(crate) enum Asked {
    /// To serve the shop.
    Serve(Options),
    /// To say how it is started.
    Help,
}

/// What the shop is told at its start.
pub(crate) struct Options {
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// The SQLite database.
    pub(crate) database: PathBuf,
    /// The folder of the customization's scripts.
    pub(crate) updates: PathBuf,
    /// What the administrator signs in with.
    pub(crate) password: Password,
}

/// What it was told and cannot use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("{0} is no option of the shop's")]
    Unknown(String),
    #[error("{0} needs a value behind it")]
    NoValue(String),
    #[error("{0:?} is no address to listen on, as 127.0.0.1:8080 is")]
    Address(OsString),
    #[error("SHOP_PASSWORD cannot be used")]
    Password(#[from] WeakPassword),
}

impl Options {
    /// Reads the arguments, and the password from the environment.
    ///
    /// # Errors
    /// An argument is unknown or cannot be used, or the password could be guessed.
    pub(crate) fn read(mut arguments: impl Iterator<Item = OsString>) -> Result<Asked, Unusable> {
        let mut options = Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            database: PathBuf::from("data/shop.db"),
            updates: PathBuf::from("updates-custom"),
            password: Password::from_environment()?,
        };
        while let Some(name) = arguments.next() {
            let name = name.to_string_lossy().into_owned();
            let mut value = || arguments.next().ok_or(Unusable::NoValue(name.clone()));
            match name.as_str() {
                "--listen" => options.listen = address(&value()?)?,
                "--database" => options.database = value()?.into(),
                "--updates" => options.updates = value()?.into(),
                "--help" | "-h" => return Ok(Asked::Help),
                _ => return Err(Unusable::Unknown(name)),
            }
        }
        Ok(Asked::Serve(options))
    }
}

fn address(text: &OsStr) -> Result<SocketAddr, Unusable> {
    let parsed = text.to_str().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| Unusable::Address(text.to_owned()))
}
