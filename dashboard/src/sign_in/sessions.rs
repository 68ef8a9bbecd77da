//! Who has signed in.

use std::time::{Duration, Instant};

use crate::secret::{fingerprint, same, unguessable};

/// How long a session lasts.
pub(crate) const LIFE: Duration = Duration::from_secs(12 * 3600);
/// So many there are; the oldest gives way.
const MOST: usize = 64;

/// The sessions: fingerprints of what their cookies hold, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Vec<([u8; 32], Instant)>);

impl Sessions {
    /// A new one, as its cookie holds it.
    pub(crate) fn begin(&mut self, now: Instant) -> String {
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        let session = unguessable();
        self.0.push((fingerprint(&session), now));
        session
    }

    /// Whether it is one.
    pub(crate) fn knows(&self, session: &str, now: Instant) -> bool {
        let wanted = fingerprint(session);
        let mut sessions = self.0.iter();
        sessions.any(|(known, began)| same(known, &wanted) && now.duration_since(*began) < LIFE)
    }

    /// Ends it, where it is one.
    pub(crate) fn end(&mut self, session: &str) {
        let ended = fingerprint(session);
        self.0.retain(|(known, _)| !same(known, &ended));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lasts_until_it_is_ended_or_over_or_gives_way() {
        let mut sessions = Sessions::default();
        let began = Instant::now();
        let first = sessions.begin(began);
        let second = sessions.begin(began);
        assert_ne!(first, second);
        let rows = [
            (first.as_str(), began, true),
            (first.as_str(), began + LIFE - Duration::from_secs(1), true),
            (first.as_str(), began + LIFE, false),
            ("", began, false),
            (&first[1..], began, false),
        ];
        for (session, now, expected) in rows {
            assert_eq!(sessions.knows(session, now), expected, "{session}");
        }
        sessions.end(&second);
        assert!(!sessions.knows(&second, began) && sessions.knows(&first, began));
        let newest = (0..MOST).map(|_| sessions.begin(began)).last();
        assert!(!sessions.knows(&first, began));
        assert!(sessions.knows(&newest.unwrap_or_default(), began));
        assert_eq!(sessions.0.len(), MOST);
    }
}
