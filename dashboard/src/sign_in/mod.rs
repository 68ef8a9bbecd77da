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

/// How the name of the cookie that holds a session begins. Chance follows: browsers send a host's cookies to all of its ports,
/// and two dashboards of one machine would sign their people out of each other.
const SESSION: &str = "upgrades_session_";
/// What browsers take only over encrypted connections, and from no other name of the domain.
const OF_THIS_HOST: &str = "__Host-";
/// The fewest characters of a token that a person made.
const SHORTEST: usize = 32;

/// Lets in whoever has a token. What it hands out is kept in the memory of this process only.
pub struct SignIn {
    token: Mutex<Token>,
    sessions: Mutex<Sessions>,
    tries: Mutex<Tries>,
    /// The name of the cookie.
    cookie: String,
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
            cookie: cookie_name(),
            encrypted: false,
        }
    }

    /// Says that browsers reach it by encrypted connections only, so that they send the cookie by no others.
    pub fn encrypted(self) -> Self {
        Self {
            cookie: format!("{OF_THIS_HOST}{}", cookie_name()),
            encrypted: true,
            ..self
        }
    }

    /// Whether a request is one of somebody who has been let in.
    pub(crate) fn knows(&self, headers: &HeaderMap) -> bool {
        let now = Instant::now();
        let session = self.session(headers);
        session.is_some_and(|session| locked(&self.sessions).knows(session, now))
            || self.token_of(headers).is_some_and(|token| {
                let is_kept = |wanted: &mut Token| same(wanted.fingerprint(), &fingerprint(token));
                self.hear(now, is_kept).is_ok()
            })
    }

    /// For how long no token is heard, where a request has sent one.
    pub(crate) fn keeps_waiting(&self, headers: &HeaderMap) -> Option<Duration> {
        self.token_of(headers)?;
        locked(&self.tries).wait(Instant::now())
    }

    /// Lets somebody in: the value of `Set-Cookie`.
    ///
    /// # Errors
    /// The token is not the one, or too many were tried.
    pub(crate) fn enter(&self, token: &str, now: Instant) -> Result<String, Turned> {
        self.hear(now, |wanted| {
            let right = same(wanted.fingerprint(), &fingerprint(token.trim()));
            if let (true, Token::Once(used, tell)) = (right, wanted) {
                *used = fresh(tell);
            }
            right
        })?;
        let session = locked(&self.sessions).begin(now);
        Ok(self.set_cookie(&session, sessions::LIFE.as_secs()))
    }

    /// Lets somebody out: the value of `Set-Cookie`.
    pub(crate) fn leave(&self, headers: &HeaderMap) -> String {
        if let Some(session) = self.session(headers) {
            locked(&self.sessions).end(session);
        }
        self.set_cookie("", 0)
    }

    /// Hears a token, unless too many were wrong. One after another: of many that come at once, no more are heard.
    fn hear(&self, now: Instant, is_right: impl FnOnce(&mut Token) -> bool) -> Result<(), Turned> {
        let (mut wanted, mut tries) = (locked(&self.token), locked(&self.tries));
        if let Some(wait) = tries.wait(now) {
            return Err(Turned::Wait(wait));
        }
        match is_right(&mut wanted) {
            true => Ok(()),
            false => {
                tries.note(now);
                Err(Turned::Wrong)
            }
        }
    }

    /// What a request has sent as a token. Where no token is good for requests it is none of ours: a proxy's, say.
    fn token_of<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        match &*locked(&self.token) {
            Token::Kept(_) => bearer(headers),
            Token::Once(..) => None,
        }
    }

    /// What the session's cookie holds; nothing where there are two, of which one was not set by us.
    fn session<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let cookies = headers.get_all(COOKIE).iter();
        let cookies = cookies.filter_map(|value| value.to_str().ok());
        let pairs = cookies.flat_map(|cookies| cookies.split(';'));
        let mut ours = pairs.filter_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == self.cookie).then_some(value)
        });
        match (ours.next(), ours.next()) {
            (Some(session), None) => Some(session),
            (Some(_), Some(_)) | (None, _) => None,
        }
    }

    fn set_cookie(&self, session: &str, seconds: u64) -> String {
        let secure = match self.encrypted {
            true => "; Secure",
            false => "",
        };
        let cookie = &self.cookie;
        format!("{cookie}={session}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
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

fn cookie_name() -> String {
    format!("{SESSION}{}", &unguessable()[..8])
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
