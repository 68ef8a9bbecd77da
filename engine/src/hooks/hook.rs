//! [`Hook`]: somebody who is told of critical issues.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::secret::Secret;
use super::{command, url};

/// Somebody who is told of critical issues: a web service, or a command that makes mail or chat of them.
///
/// Each hook is told of each issue at least once, and once more when it is over, in this order. What is told waits in a
/// table of the database until it was heard, however often processes end in between. See
/// [`Upgrader::hook`](crate::Upgrader::hook).
#[derive(Clone)]
pub struct Hook {
    pub(super) name: String,
    pub(super) way: Way,
    pub(super) secret: Option<Secret>,
    pub(super) timeout: Duration,
}

/// How somebody is told.
#[derive(Clone)]
pub(super) enum Way {
    /// By a POST to this URL, which may be a secret.
    Webhook(String),
    /// By a program that reads it on its standard input; with its arguments.
    Command(Vec<OsString>),
}

/// How long a hook may take, unless told.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest that a hook may be given.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(600);

impl Hook {
    /// A web service: every notice is a POST of JSON to `url`, `http://` or `https://`. Any answer of 2xx says that it was
    /// heard; redirects are not followed. The URL may be a secret, as those of chat services are: nothing shows more of it than
    /// scheme and host.
    pub fn webhook(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self::told_by(name, Way::Webhook(url.into()))
    }

    /// A program with its arguments; no shell is in between. It finds the notice as JSON on its standard input, its id and
    /// kind in `UPGRADES_NOTICE_ID` and `UPGRADES_NOTICE_KIND`, and the id of the issue in `UPGRADES_NOTICE_ISSUE`. Exit status 0 says that it was heard.
    pub fn command<A: Into<OsString>>(
        name: impl Into<String>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self::told_by(name, Way::Command(arguments))
    }

    fn told_by(name: impl Into<String>, way: Way) -> Self {
        Self {
            name: name.into(),
            way,
            secret: None,
            timeout: TIMEOUT,
        }
    }

    /// Signs what is sent to a webhook by the secret in this file, which is read each time; white space at its end does not
    /// count.
    pub fn secret_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.secret = Some(Secret::File(path.into()));
        self
    }

    /// As [`secret_file`](Self::secret_file), by the secret in this variable of the environment.
    pub fn secret_env(mut self, name: impl Into<String>) -> Self {
        self.secret = Some(Secret::Variable(name.into()));
        self
    }

    /// How long it may take to hear a notice; 10 seconds unless told, 10 minutes at most. A command that takes longer is
    /// killed.
    pub fn timeout(mut self, longest: Duration) -> Self {
        self.timeout = longest;
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is, for people: scheme and host of a URL, or the program.
    pub fn target(&self) -> String {
        match &self.way {
            Way::Webhook(url) => url::shown(url),
            Way::Command(arguments) => arguments
                .first()
                .map(|program| program.to_string_lossy().into_owned())
                .unwrap_or_default(),
        }
    }

    /// Whether it is a webhook, and not a command.
    pub fn is_webhook(&self) -> bool {
        matches!(self.way, Way::Webhook(_))
    }

    /// Why it cannot be a hook at all; `None`: it can.
    pub(super) fn refused(&self) -> Option<String> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if self.name.is_empty() || self.name.len() > 64 || !self.name.bytes().all(fits) {
            return Some("a hook's name is 1 to 64 ASCII letters, digits, - and _".to_owned());
        }
        if self.timeout.is_zero() || self.timeout > LONGEST_TIMEOUT {
            return Some("its time-out is more than nothing, and 10 minutes at most".to_owned());
        }
        match &self.way {
            Way::Webhook(url) => url::refused(url),
            Way::Command(_) if self.secret.is_some() => {
                Some("a command gets no signature, so it has no secret".to_owned())
            }
            Way::Command(arguments)
                if arguments.first().is_none_or(|program| program.is_empty()) =>
            {
                Some("its command names no program".to_owned())
            }
            Way::Command(_) => None,
        }
    }

    /// Why it could not be told of anything now, as far as can be seen without telling it; `None`: nothing known.
    pub fn problem(&self) -> Option<String> {
        if let Some(why) = self.refused() {
            return Some(why);
        }
        if let Some(Err(why)) = self.secret.as_ref().map(Secret::read) {
            return Some(why);
        }
        match &self.way {
            Way::Webhook(_) => None,
            Way::Command(arguments) => command::missing(arguments),
        }
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook")
            .field("name", &self.name)
            .field("target", &self.target())
            .finish_non_exhaustive()
    }
}
