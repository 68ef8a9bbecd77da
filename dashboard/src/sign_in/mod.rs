//! [`SignIn`]: lets in whoever has a token, for a dashboard that no application's login stands before.

pub(crate) mod page;
mod sessions;
mod tries;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};

use crate::secret::{fingerprint, same, unguessable};
use sessions::Sessions;
use tries::Tries;

/// The cookie that holds a session.
const SESSION: &str = "upgrades_session";
/// The fewest characters of a token that a person made.
const SHORTEST: usize = 32;

/// Lets in whoever has a token. What it hands out is kept in the memory of this process only.
pub struct SignIn {
    token: Mutex<Token>,
    sessions: Mutex<Sessions>,
    tries: Mutex<Tries>,
    /// Whether cookies are for encrypted connections only.
    encrypted: bool,
}

/// The fingerprint of what lets in.
enum Token {
    /// Good for one; then there is another, which is told.
    Once([u8; 32], Box<dyn Fn(&str) + Send + Sync>),
    /// Good for as long as the process lives.
    Kept([u8; 32]),
}

/// A token that could be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token has {length} characters, and could be guessed; it needs {SHORTEST} at least")]
pub struct WeakToken {
    /// How many it has.
    pub length: usize,
}

/// Why somebody was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turned {
    /// The token is wrong, or was used before.
    Wrong,
    /// Too many wrong tokens were tried; the next may be in so long.
    Wait(Duration),
}

impl SignIn {
    /// With tokens that are good for one sign-in each. `tell` is given the first now, and another one whenever one was used.
    pub fn once(tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self::with(next(Box::new(tell)))
    }

    /// With a token that everybody who may come in knows, of 32 characters or more; white space around it is none of it.
    /// Programs may send it with each request, as `Authorization: Bearer TOKEN`.
    ///
    /// # Errors
    /// It is shorter.
    pub fn with_token(token: &str) -> Result<Self, WeakToken> {
        let token = token.trim();
        let length = token.chars().count();
        match length < SHORTEST {
            true => Err(WeakToken { length }),
            false => Ok(Self::with(Token::Kept(fingerprint(token)))),
        }
    }

    fn with(token: Token) -> Self {
        Self {
            token: Mutex::new(token),
            sessions: Mutex::default(),
            tries: Mutex::default(),
            encrypted: false,
        }
    }

    /// Says that browsers reach it by encrypted connections only, so that they send the cookie by no others.
    pub fn encrypted(mut self) -> Self {
        self.encrypted = true;
        self
    }

    /// Whether a request is one of somebody who has been let in.
    pub(crate) fn knows(&self, headers: &HeaderMap) -> bool {
        let now = Instant::now();
        match (session(headers), bearer(headers)) {
            (Some(session), _) if locked(&self.sessions).knows(session, now) => true,
            (_, Some(token)) => match self.may_pass(now) {
                Ok(()) => self.is_kept(token, now),
                Err(_) => false,
            },
            (_, None) => false,
        }
    }

    /// For how long no token is looked at, where a request has sent one.
    pub(crate) fn keeps_waiting(&self, headers: &HeaderMap) -> Option<Duration> {
        bearer(headers)?;
        self.may_pass(Instant::now()).err()
    }

    /// Lets somebody in: the value of `Set-Cookie`.
    ///
    /// # Errors
    /// The token is not the one, or too many were tried.
    pub(crate) fn enter(&self, token: &str, now: Instant) -> Result<String, Turned> {
        self.may_pass(now).map_err(Turned::Wait)?;
        let mut wanted = locked(&self.token);
        let right = same(wanted.fingerprint(), &fingerprint(token.trim()));
        if !right {
            locked(&self.tries).note(now);
            return Err(Turned::Wrong);
        }
        if let Token::Once(used, tell) = &mut *wanted {
            *used = fresh(tell);
        }
        drop(wanted);
        let session = locked(&self.sessions).begin(now);
        Ok(self.cookie(&session, sessions::LIFE.as_secs()))
    }

    /// Lets somebody out: the value of `Set-Cookie`.
    pub(crate) fn leave(&self, headers: &HeaderMap) -> String {
        if let Some(session) = session(headers) {
            locked(&self.sessions).end(session);
        }
        self.cookie("", 0)
    }

    fn may_pass(&self, now: Instant) -> Result<(), Duration> {
        locked(&self.tries).wait(now).map_or(Ok(()), Err)
    }

    /// Whether it is the token that is good for every request.
    fn is_kept(&self, token: &str, now: Instant) -> bool {
        let right = match &*locked(&self.token) {
            Token::Kept(kept) => same(kept, &fingerprint(token)),
            Token::Once(..) => false,
        };
        if !right {
            locked(&self.tries).note(now);
        }
        right
    }

    fn cookie(&self, session: &str, seconds: u64) -> String {
        let secure = match self.encrypted {
            true => "; Secure",
            false => "",
        };
        format!("{SESSION}={session}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
    }
}

impl Token {
    fn fingerprint(&self) -> &[u8; 32] {
        match self {
            Self::Once(fingerprint, _) | Self::Kept(fingerprint) => fingerprint,
        }
    }
}

fn next(tell: Box<dyn Fn(&str) + Send + Sync>) -> Token {
    Token::Once(fresh(&tell), tell)
}

/// A new token, which is told, and kept as its fingerprint only.
fn fresh(tell: &(dyn Fn(&str) + Send + Sync)) -> [u8; 32] {
    let token = unguessable();
    tell(&token);
    fingerprint(&token)
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the session's cookie holds; nothing where there are two, of which one was not set by us.
fn session(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter();
    let cookies = cookies.filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|cookies| cookies.split(';'));
    let mut ours = pairs.filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == SESSION).then_some(value)
    });
    match (ours.next(), ours.next()) {
        (Some(session), None) => Some(session),
        (Some(_), Some(_)) | (None, _) => None,
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let said = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = said.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]
mod tests;
