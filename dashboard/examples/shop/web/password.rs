//! [`Password`]: what the administrator signs in with, and the sessions that it begins.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::web::{chance, cookie};

/// How long a session lasts.
const LIFE: Duration = Duration::from_secs(12 * 3600);
/// The fewest characters that a person's password may have.
const SHORTEST: usize = 12;

/// The administrator's password.
///
/// A session is a moment with a signature, and is stored nowhere: every instance of the shop that has the password knows it.
#[derive(Clone)]
pub(crate) struct Password {
    text: Arc<str>,
    by: By,
}

/// Where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Environment,
    Chance,
}

/// A password that could be guessed.
#[derive(Debug, thiserror::Error)]
#[error("it has fewer than {SHORTEST} characters, and could be guessed")]
pub(crate) struct WeakPassword;

impl Password {
    /// That of `SHOP_PASSWORD`, or a new one.
    ///
    /// # Errors
    /// It is too short.
    pub(crate) fn from_environment() -> Result<Self, WeakPassword> {
        let (text, by) = match std::env::var("SHOP_PASSWORD") {
            Ok(text) if !text.is_empty() => (text, By::Environment),
            Ok(_) | Err(_) => (chance::text(), By::Chance),
        };
        match text.chars().count() < SHORTEST {
            true => Err(WeakPassword),
            false => Ok(Self {
                text: text.into(),
                by,
            }),
        }
    }

    /// It, where nobody has chosen it and somebody has to be told.
    pub(crate) fn made_up(&self) -> Option<&str> {
        (self.by == By::Chance).then_some(&*self.text)
    }

    /// The session's cookie for whoever knows the password, as `Set-Cookie` has it. Behind TLS, `Secure` belongs into it too.
    pub(crate) fn sign_in(&self, tried: &str) -> Option<String> {
        // Digests are of one length, so that not even that can be measured.
        let (ours, theirs) = (Sha256::digest(&*self.text), Sha256::digest(tried));
        if !bool::from(ours.ct_eq(&theirs)) {
            return None;
        }
        let end = seconds(SystemTime::now() + LIFE);
        let signature = chance::hex(&self.signed(end).finalize().into_bytes());
        Some(set(&format!("{end}.{signature}"), LIFE.as_secs()))
    }

    /// The cookie that ends a session in its browser.
    pub(crate) fn sign_out() -> String {
        set("", 0)
    }

    /// Whether a request comes from the administrator.
    pub(crate) fn knows(&self, headers: &HeaderMap) -> bool {
        let said = cookie::value(headers, cookie::ADMIN).and_then(|text| text.split_once('.'));
        let Some((end, signature)) = said else {
            return false;
        };
        let Ok(end) = end.parse::<u64>() else {
            return false;
        };
        let ours = chance::hex(&self.signed(end).finalize().into_bytes());
        let signed = bool::from(ours.as_bytes().ct_eq(signature.as_bytes()));
        signed && seconds(SystemTime::now()) < end
    }

    fn signed(&self, end: u64) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.text.as_bytes())
            .expect("HMAC takes keys of any length");
        mac.update(b"session of the shop's administrator until ");
        mac.update(&end.to_be_bytes());
        mac
    }
}

fn set(value: &str, seconds: u64) -> String {
    let name = cookie::ADMIN;
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict")
}

fn seconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
