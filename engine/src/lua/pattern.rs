//! Lua's patterns, matched so that the [`Clock`] can end it.
//!
//! Lua's own matcher cannot be interrupted, and some patterns take it years. It goes on to match what is certain to be
//! short; this one, which follows it step by step, matches the rest.

use super::clock::{Clock, Over};

/// Why a pattern was not matched to its end.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unmatched {
    /// In Lua's own words.
    #[error("{0}")]
    Malformed(String),
    #[error(transparent)]
    Over(#[from] Over),
}

/// What a match has captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Capture {
    /// These bytes of the subject.
    Part { start: usize, end: usize },
    /// A place, counted from 0.
    Place(usize),
    /// Its end is not found yet.
    Open(usize),
}

/// What was found: the bytes from `start` to `end`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) captures: Vec<Capture>,
}

/// Where a search begins, and what it must not find again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    pub(super) from: usize,
    /// The end of the match before, at which no empty one counts.
    pub(super) last: Option<usize>,
    /// Only at `from`.
    pub(super) anchored: bool,
}

/// The first match of a pattern, without its `^`.
pub(super) fn search(
    subject: &[u8],
    pattern: &[u8],
    search: Search,
    clock: &Clock,
) -> Result<Option<Found>, Unmatched> {
    let mut matcher = Matcher {
        subject,
        pattern,
        captures: Vec::new(),
        depth: 0,
        steps: 0,
        clock,
    };
    let mut start = search.from;
    while start <= subject.len() {
        matcher.captures.clear();
        if let Some(end) = matcher.run(start, 0)?
            && search.last != Some(end)
        {
            let captures = std::mem::take(&mut matcher.captures);
            let open = |capture: &Capture| matches!(capture, Capture::Open(_));
            if captures.iter().any(open) {
                return Err(malformed("unfinished capture"));
            }
            return Ok(Some(Found {
                start,
                end,
                captures,
            }));
        }
        if search.anchored {
            break;
        }
        start += 1;
    }
    Ok(None)
}

/// As deep as Lua's own.
const DEEPEST: usize = 200;
/// As many as Lua has.
const MOST_CAPTURES: usize = 32;
/// So many steps pass between two looks at the time.
const STEPS: u32 = 100_000;

type Matched<T> = Result<T, Unmatched>;

struct Matcher<'m> {
    subject: &'m [u8],
    pattern: &'m [u8],
    captures: Vec<Capture>,
    depth: usize,
    steps: u32,
    clock: &'m Clock,
}

impl Matcher<'_> {
    fn step(&mut self) -> Matched<()> {
        self.steps += 1;
        if self.steps >= STEPS {
            self.steps = 0;
            self.clock.look()?;
        }
        Ok(())
    }

    /// Where the match ends that begins at `s` with the pattern from `p` on.
    fn run(&mut self, s: usize, p: usize) -> Matched<Option<usize>> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(malformed("pattern too complex"));
        }
        let outcome = self.go(s, p);
        self.depth -= 1;
        outcome
    }

    fn go(&mut self, mut s: usize, mut p: usize) -> Matched<Option<usize>> {
        loop {
            self.step()?;
            let next = self.pattern.get(p + 1).copied();
            match (self.pattern.get(p), next) {
                (None, _) => return Ok(Some(s)),
                (Some(b'('), Some(b')')) => return self.open(Capture::Place(s), s, p + 2),
                (Some(b'('), _) => return self.open(Capture::Open(s), s, p + 1),
                (Some(b')'), _) => return self.close(s, p + 1),
                (Some(b'$'), None) => return Ok((s == self.subject.len()).then_some(s)),
                (Some(b'%'), Some(b'b')) => match self.balanced(s, p + 2)? {
                    Some(end) => (s, p) = (end, p + 4),
                    None => return Ok(None),
                },
                (Some(b'%'), Some(b'f')) => match self.at_frontier(s, p + 2)? {
                    Some(end) => p = end,
                    None => return Ok(None),
                },
                (Some(b'%'), Some(digit)) if digit.is_ascii_digit() => {
                    match self.again(s, digit)? {
                        Some(end) => (s, p) = (end, p + 2),
                        None => return Ok(None),
                    }
                }
                (Some(_), _) => {
                    let end = self.item_end(p)?;
                    match self.pattern.get(end) {
                        Some(b'?') => {
                            if self.is(s, p, end)
                                && let Some(found) = self.run(s + 1, end + 1)?
                            {
                                return Ok(Some(found));
                            }
                            p = end + 1;
                        }
                        Some(b'+') => {
                            return match self.is(s, p, end) {
                                true => self.most(s + 1, p, end),
                                false => Ok(None),
                            };
                        }
                        Some(b'*') => return self.most(s, p, end),
                        Some(b'-') => return self.least(s, p, end),
                        Some(_) | None => {
                            if !self.is(s, p, end) {
                                return Ok(None);
                            }
                            (s, p) = (s + 1, end);
                        }
                    }
                }
            }
        }
    }

    /// As often as it goes, then ever less.
    fn most(&mut self, s: usize, p: usize, end: usize) -> Matched<Option<usize>> {
        let mut count = 0;
        while self.is(s + count, p, end) {
            self.step()?;
            count += 1;
        }
        loop {
            if let Some(found) = self.run(s + count, end + 1)? {
                return Ok(Some(found));
            }
            match count.checked_sub(1) {
                Some(less) => count = less,
                None => return Ok(None),
            }
        }
    }

    /// As rarely as it goes, then ever more.
    fn least(&mut self, mut s: usize, p: usize, end: usize) -> Matched<Option<usize>> {
        loop {
            if let Some(found) = self.run(s, end + 1)? {
                return Ok(Some(found));
            }
            if !self.is(s, p, end) {
                return Ok(None);
            }
            s += 1;
        }
    }

    fn open(&mut self, capture: Capture, s: usize, p: usize) -> Matched<Option<usize>> {
        if self.captures.len() >= MOST_CAPTURES {
            return Err(malformed("too many captures"));
        }
        let level = self.captures.len();
        self.captures.push(capture);
        let found = self.run(s, p)?;
        if found.is_none() {
            self.captures.truncate(level);
        }
        Ok(found)
    }

    fn close(&mut self, s: usize, p: usize) -> Matched<Option<usize>> {
        let open = |capture: &Capture| matches!(capture, Capture::Open(_));
        let Some(level) = self.captures.iter().rposition(open) else {
            return Err(malformed("invalid pattern capture"));
        };
        let before = self.captures[level];
        if let Capture::Open(start) = before {
            self.captures[level] = Capture::Part { start, end: s };
        }
        let found = self.run(s, p)?;
        if found.is_none() {
            self.captures[level] = before;
        }
        Ok(found)
    }

    /// `%1`: what the first capture has.
    fn again(&mut self, s: usize, digit: u8) -> Matched<Option<usize>> {
        let number = usize::from(digit - b'0');
        let captured = number.checked_sub(1).and_then(|at| self.captures.get(at));
        let part = match captured {
            Some(Capture::Part { start, end }) => &self.subject[*start..*end],
            // As Lua has it, whose place captures have no length that could match.
            Some(Capture::Place(_)) => return Ok(None),
            Some(Capture::Open(_)) | None => {
                return Err(malformed(format!("invalid capture index %{number}")));
            }
        };
        let found = self.subject[s..]
            .starts_with(part)
            .then_some(s + part.len());
        self.steps += u32::try_from(part.len()).unwrap_or(STEPS).min(STEPS);
        Ok(found)
    }

    /// `%bxy`: where what begins at `s` is balanced.
    fn balanced(&mut self, s: usize, p: usize) -> Matched<Option<usize>> {
        let (Some(&opens), Some(&closes)) = (self.pattern.get(p), self.pattern.get(p + 1)) else {
            return Err(malformed("malformed pattern (missing arguments to '%b')"));
        };
        if self.subject.get(s) != Some(&opens) {
            return Ok(None);
        }
        let mut depth = 1_usize;
        for at in s + 1..self.subject.len() {
            self.step()?;
            let byte = self.subject[at];
            if byte == closes {
                depth -= 1;
                if depth == 0 {
                    return Ok(Some(at + 1));
                }
            } else if byte == opens {
                depth += 1;
            }
        }
        Ok(None)
    }

    /// `%f[set]`: where the set ends, when `s` is where it begins to hold.
    fn at_frontier(&self, s: usize, p: usize) -> Matched<Option<usize>> {
        if self.pattern.get(p) != Some(&b'[') {
            return Err(malformed("missing '[' after '%f' in pattern"));
        }
        let end = self.item_end(p)?;
        let before = s.checked_sub(1).map_or(0, |at| self.subject[at]);
        let here = self.subject.get(s).copied().unwrap_or(0);
        let set = &self.pattern[p..end];
        Ok((!in_set(before, set) && in_set(here, set)).then_some(end))
    }

    /// Where the item ends that begins at `p`: a character, a class or a set.
    fn item_end(&self, p: usize) -> Matched<usize> {
        match self.pattern[p] {
            b'%' if p + 1 >= self.pattern.len() => {
                Err(malformed("malformed pattern (ends with '%')"))
            }
            b'%' => Ok(p + 2),
            b'[' => {
                let mut at = p + 1;
                if self.pattern.get(at) == Some(&b'^') {
                    at += 1;
                }
                // What stands first is no end.
                loop {
                    match self.pattern.get(at) {
                        None => return Err(malformed("malformed pattern (missing ']')")),
                        Some(b'%') => at += 2,
                        Some(_) => at += 1,
                    }
                    if self.pattern.get(at) == Some(&b']') {
                        return Ok(at + 1);
                    }
                }
            }
            _ => Ok(p + 1),
        }
    }

    /// Whether the character at `s` is of the item.
    fn is(&self, s: usize, p: usize, end: usize) -> bool {
        let Some(&byte) = self.subject.get(s) else {
            return false;
        };
        match self.pattern[p] {
            b'.' => true,
            b'%' => in_class(byte, self.pattern[p + 1]),
            b'[' => in_set(byte, &self.pattern[p..end]),
            plain => plain == byte,
        }
    }
}

/// Whether a character is in a set, given with its brackets.
fn in_set(byte: u8, set: &[u8]) -> bool {
    let inside = &set[1..set.len() - 1];
    let (inside, negated) = match inside.strip_prefix(b"^") {
        Some(rest) => (rest, true),
        None => (inside, false),
    };
    let mut at = 0;
    while at < inside.len() {
        let hit = match (inside[at], inside.get(at + 1), inside.get(at + 2)) {
            (b'%', Some(&class), _) => {
                at += 2;
                in_class(byte, class)
            }
            (from, Some(b'-'), Some(&to)) => {
                at += 3;
                (from..=to).contains(&byte)
            }
            (plain, _, _) => {
                at += 1;
                plain == byte
            }
        };
        if hit {
            return !negated;
        }
    }
    negated
}

fn in_class(byte: u8, class: u8) -> bool {
    let is = match class.to_ascii_lowercase() {
        b'a' => byte.is_ascii_alphabetic(),
        b'c' => byte.is_ascii_control(),
        b'd' => byte.is_ascii_digit(),
        b'g' => byte.is_ascii_graphic(),
        b'l' => byte.is_ascii_lowercase(),
        b'p' => byte.is_ascii_punctuation(),
        b's' => byte.is_ascii_whitespace() || byte == 0x0b,
        b'u' => byte.is_ascii_uppercase(),
        b'w' => byte.is_ascii_alphanumeric(),
        b'x' => byte.is_ascii_hexdigit(),
        _ => return class == byte,
    };
    is != class.is_ascii_uppercase()
}

fn malformed(message: impl Into<String>) -> Unmatched {
    Unmatched::Malformed(message.into())
}

#[cfg(test)]
#[path = "pattern_tests.rs"]
mod tests;
