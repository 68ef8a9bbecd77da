//! Tokens in forms: what only a page of this dashboard, shown to this visitor, can send, and only once.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::secret::{Secret, hex, unhex};

/// How long a page may stand open before its form is sent.
const LIFE: Duration = Duration::from_secs(3600);
/// Bytes of chance in each token.
const CHANCE: usize = 16;

/// Makes tokens, and takes each of them once.
pub(crate) struct Forms {
    secret: Secret,
    /// The tokens that were taken and would not be over by themselves: when they will be, and their chance.
    taken: Mutex<BTreeSet<(u64, [u8; CHANCE])>>,
}

/// Why a form is not acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unasked {
    /// It has no token.
    #[error("the form has no token of this page")]
    Missing,
    /// The token is none of ours, was made for another visitor or for something else, or by a program that ended since.
    #[error("the form's token was not made for you and for this")]
    Foreign,
    /// The page stood open for too long.
    #[error("the page has stood open for more than an hour")]
    Over,
    /// The form was sent already.
    #[error("the form was sent already")]
    Again,
}

impl Forms {
    pub(crate) fn new() -> Self {
        Self {
            secret: Secret::new(),
            taken: Mutex::default(),
        }
    }

    /// A token for one form: this visitor may do `act` with it, once, within an hour.
    pub(crate) fn token(&self, visitor: &str, act: &str, now: SystemTime) -> String {
        let over = seconds(now + LIFE);
        let chance: [u8; CHANCE] = crate::secret::chance();
        let mac = self.mac(visitor, act, over, &chance);
        format!("{over:x}.{}.{}", hex(&chance), hex(&mac))
    }

    /// Takes a token that a form has sent.
    ///
    /// # Errors
    /// The form is not one that this visitor was shown for `act`, or it is over, or was sent before.
    pub(crate) fn take(
        &self,
        token: &str,
        visitor: &str,
        act: &str,
        now: SystemTime,
    ) -> Result<(), Unasked> {
        if token.is_empty() {
            return Err(Unasked::Missing);
        }
        let (over, chance, mac) = parse(token).ok_or(Unasked::Foreign)?;
        if !crate::secret::same(&self.mac(visitor, act, over, &chance), &mac) {
            return Err(Unasked::Foreign);
        }
        let now = seconds(now);
        if over < now {
            return Err(Unasked::Over);
        }
        let mut taken = self
            .taken
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        // Those that are over are refused without a list.
        *taken = taken.split_off(&(now, [0; CHANCE]));
        match taken.insert((over, chance)) {
            true => Ok(()),
            false => Err(Unasked::Again),
        }
    }

    fn mac(&self, visitor: &str, act: &str, over: u64, chance: &[u8; CHANCE]) -> [u8; 32] {
        // Each part with its length, so that no two of them can be read as two others.
        let mut said = Vec::new();
        for part in [
            visitor.as_bytes(),
            act.as_bytes(),
            &over.to_be_bytes(),
            chance,
        ] {
            said.extend((part.len() as u64).to_be_bytes());
            said.extend(part);
        }
        self.secret.mac(&said)
    }
}

fn parse(token: &str) -> Option<(u64, [u8; CHANCE], Vec<u8>)> {
    let mut parts = token.split('.');
    let (over, chance, mac) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let over = u64::from_str_radix(over, 16).ok()?;
    Some((over, unhex(chance)?.try_into().ok()?, unhex(mac)?))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a test ends where its set-up does not hold"
)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_for_one_visitor_one_act_one_hour_and_once() {
        let forms = Forms::new();
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let later = |seconds| now + Duration::from_secs(seconds);
        let token = forms.token("ada", "clear", now);
        let others = Forms::new().token("ada", "clear", now);
        let (over, rest) = token.split_once('.').unwrap();
        let longer = format!("{:x}.{rest}", u64::from_str_radix(over, 16).unwrap() + 1);
        let cut = &token[..token.len() - 2];
        let rows = [
            ("", "ada", "clear", now, Err(Unasked::Missing)),
            ("1.2", "ada", "clear", now, Err(Unasked::Foreign)),
            ("é.é.é", "ada", "clear", now, Err(Unasked::Foreign)),
            (
                &format!("{token}.00"),
                "ada",
                "clear",
                now,
                Err(Unasked::Foreign),
            ),
            (cut, "ada", "clear", now, Err(Unasked::Foreign)),
            (&longer, "ada", "clear", now, Err(Unasked::Foreign)),
            (&others, "ada", "clear", now, Err(Unasked::Foreign)),
            (&token, "bob", "clear", now, Err(Unasked::Foreign)),
            (&token, "adac", "lear", now, Err(Unasked::Foreign)),
            (&token, "ada", "run", now, Err(Unasked::Foreign)),
            (&token, "ada", "clear", later(3601), Err(Unasked::Over)),
            (&token, "ada", "clear", later(3600), Ok(())),
            (&token, "ada", "clear", later(3600), Err(Unasked::Again)),
            (&token, "ada", "clear", now, Err(Unasked::Again)),
        ];
        for (row, (token, visitor, act, now, expected)) in rows.into_iter().enumerate() {
            assert_eq!(forms.take(token, visitor, act, now), expected, "row {row}");
        }
    }

    #[test]
    fn what_is_over_is_not_kept() {
        let forms = Forms::new();
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        for hour in 0..100 {
            let now = now + LIFE * hour * 2;
            let token = forms.token("ada", "run", now);
            assert_eq!(forms.take(&token, "ada", "run", now), Ok(()));
            assert_eq!(forms.taken.lock().unwrap().len(), 1);
        }
    }
}
