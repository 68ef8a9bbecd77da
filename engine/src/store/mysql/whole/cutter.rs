//! [`Cutter`]: where the statements of a dump end, and how many rows each inserts, byte by byte as they pass.
//!
//! A dump is cut as the `mariadb` and `mysql` clients cut it. It need not be UTF-8: the bodies of routines are in the
//! character set that they were written in.

use memchr::memchr2;

/// Reads a dump.
#[derive(Debug)]
pub(super) struct Cutter {
    place: Place,
    /// The last two bytes of SQL.
    before: [u8; 2],
    delimiter: Vec<u8>,
    no_backslash_escapes: bool,
    /// What the statement begins with, without comments.
    head: Vec<u8>,
    /// What ends a text of another language.
    tag: Vec<u8>,
    depth: u32,
    /// Behind the VALUES of an INSERT.
    in_rows: bool,
    rows: u64,
}

/// Where a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Sql,
    /// Behind this quote.
    Quoted(u8),
    /// Behind a backslash in a quote.
    Escaped(u8),
    /// Behind `/*`, which may begin a comment that is executed.
    Opening,
    /// Behind `/*M`.
    OpeningM,
    Comment,
    /// Behind a `*` in a comment.
    Closing,
    Line,
    /// Behind the first `$` of what quotes a text of another language, and so many of its bytes.
    Tag(usize),
    /// In that text, which begins so far behind the statement's beginning.
    Tagged(usize),
}

/// What has ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// How many bytes of what was read last belong to it, its delimiter included.
    pub(super) length: usize,
    /// How many bytes its delimiter has.
    pub(super) delimiter: usize,
    /// What it begins with, without comments; all of it but for the rows of an INSERT.
    pub(super) head: Vec<u8>,
    /// How many rows it inserts.
    pub(super) rows: u64,
}

/// More than the columns of the widest table take.
const LONGEST_HEAD: usize = 4 << 20;
const COMMAND: &[u8] = b"DELIMITER ";
/// What stands before a text that is not SQL, as MySQL shows it: behind it comes `$$` or `$NAME$`, which ends it too.
const FOREIGN: [&[u8]; 2] = [b"LANGUAGE JAVASCRIPT", b"\nAS "];

impl Cutter {
    pub(super) fn new() -> Self {
        Self {
            place: Place::Sql,
            before: [b'\n'; 2],
            delimiter: b";".to_vec(),
            no_backslash_escapes: false,
            head: Vec::new(),
            tag: Vec::new(),
            depth: 0,
            in_rows: false,
            rows: 0,
        }
    }

    /// Reads on to the end of the next statement, or of these bytes: then there is nothing yet.
    pub(super) fn cut(&mut self, bytes: &[u8]) -> Option<Cut> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if let Place::Quoted(quote) = self.place
                && self.in_rows
            {
                // Most of a dump is values.
                at += memchr2(quote, b'\\', &bytes[at..]).unwrap_or(bytes.len() - at);
                if at == bytes.len() {
                    break;
                }
                self.take(bytes[at]);
                at += 1;
                continue;
            }
            self.take(byte);
            at += 1;
            if self.place != Place::Sql {
                continue;
            }
            if byte == b'\n' && self.head.starts_with(COMMAND) {
                self.delimiter = self.head[COMMAND.len()..].trim_ascii().to_vec();
                self.begin();
                return Some(Cut {
                    length: at,
                    delimiter: 0,
                    head: Vec::new(),
                    rows: 0,
                });
            }
            if self.is_at_delimiter(byte) {
                return Some(self.finish(at));
            }
        }
        None
    }

    /// Whether nothing has begun that has not ended.
    pub(super) fn is_between(&self) -> bool {
        let nothing = self.head.trim_ascii().is_empty();
        nothing && matches!(self.place, Place::Sql | Place::Line)
    }

    fn is_at_delimiter(&self, byte: u8) -> bool {
        if self.head.starts_with(COMMAND) {
            return false;
        }
        match self.delimiter.as_slice() {
            [only] => byte == *only,
            [_, _] => self.before == *self.delimiter,
            other => !self.in_rows && self.head.ends_with(other),
        }
    }

    fn finish(&mut self, length: usize) -> Cut {
        let delimiter = self.delimiter.len();
        let mut head = std::mem::take(&mut self.head);
        if !self.in_rows {
            head.truncate(head.len().saturating_sub(delimiter));
        }
        let rows = self.rows;
        self.begin();
        // What is quoted how is a matter of the mode that a dump sets before each routine.
        let set = String::from_utf8_lossy(&head).to_ascii_lowercase();
        if head.len() < 4096 && set.contains("sql_mode") && !set.contains("@@sql_mode") {
            self.no_backslash_escapes = set.contains("no_backslash_escapes");
        }
        Cut {
            length,
            delimiter,
            head,
            rows,
        }
    }

    fn begin(&mut self) {
        self.head.clear();
        self.before = [b'\n'; 2];
        self.depth = 0;
        self.in_rows = false;
        self.rows = 0;
    }

    fn take(&mut self, byte: u8) {
        match self.place {
            Place::Sql => return self.take_sql(byte),
            Place::Quoted(quote) if byte == quote => self.place = Place::Sql,
            Place::Quoted(quote)
                if byte == b'\\' && quote != b'`' && !self.no_backslash_escapes =>
            {
                self.place = Place::Escaped(quote);
            }
            Place::Quoted(_) => {}
            Place::Escaped(quote) => self.place = Place::Quoted(quote),
            Place::Opening if byte == b'!' => self.place = Place::Sql,
            Place::Opening if byte == b'M' => self.place = Place::OpeningM,
            Place::OpeningM if byte == b'!' => self.place = Place::Sql,
            Place::Opening | Place::OpeningM => {
                let opened = 2 + usize::from(self.place == Place::OpeningM);
                self.head.truncate(self.head.len().saturating_sub(opened));
                self.place = if byte == b'*' {
                    Place::Closing
                } else {
                    Place::Comment
                };
                return;
            }
            Place::Comment if byte == b'*' => self.place = Place::Closing,
            Place::Comment => {}
            Place::Closing if byte == b'/' => {
                self.place = Place::Sql;
                self.before = [b' '; 2];
                return;
            }
            Place::Closing if byte == b'*' => {}
            Place::Closing => self.place = Place::Comment,
            Place::Line if byte == b'\n' => self.place = Place::Sql,
            Place::Line => {}
            Place::Tag(length) => self.take_tag(byte, length + 1),
            Place::Tagged(from) if byte == b'$' && self.ends_tagged(from) => {
                self.place = Place::Sql
            }
            Place::Tagged(_) => {}
        }
        if !matches!(self.place, Place::Comment | Place::Closing | Place::Line) {
            self.keep(byte);
        }
        self.before = [b' '; 2];
    }

    fn take_sql(&mut self, byte: u8) {
        match byte {
            b'\'' | b'"' | b'`' => self.place = Place::Quoted(byte),
            b'#' => {
                self.place = Place::Line;
                return;
            }
            b'$' if self.is_before_foreign() => self.place = Place::Tag(1),
            b'*' if self.before[1] == b'/' => self.place = Place::Opening,
            _ if self.before == *b"--"
                && (byte.is_ascii_whitespace() || byte.is_ascii_control()) =>
            {
                self.head.truncate(self.head.len().saturating_sub(2));
                self.before = [b'\n'; 2];
                if byte != b'\n' {
                    self.place = Place::Line;
                    return;
                }
            }
            b'(' => {
                self.rows += u64::from(self.in_rows && self.depth == 0);
                self.depth += 1;
            }
            b')' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.keep(byte);
        if self.place == Place::Sql {
            self.before = [self.before[1], byte];
        }
        let is_behind = || {
            let insert = [&b"INSERT"[..], b"REPLACE"];
            insert.iter().any(|word| self.head.starts_with(word)) && self.head.ends_with(b" VALUES")
        };
        if byte == b'S' && self.depth == 0 && !self.in_rows && is_behind() {
            self.in_rows = true;
        }
    }

    fn is_before_foreign(&self) -> bool {
        let [language, behind] = FOREIGN;
        self.head.ends_with(behind) && memchr::memmem::find(&self.head, language).is_some()
    }

    /// A byte behind the `$` that may begin a text of another language.
    fn take_tag(&mut self, byte: u8, length: usize) {
        match byte {
            b'$' => {
                self.tag = self.head[self.head.len() + 1 - length..].to_vec();
                self.tag.push(b'$');
                self.place = Place::Tagged(self.head.len() + 1);
            }
            _ if byte.is_ascii_alphanumeric() || byte == b'_' => self.place = Place::Tag(length),
            _ => self.place = Place::Sql,
        }
    }

    /// Whether a text of another language ends with the `$` that has come.
    fn ends_tagged(&self, from: usize) -> bool {
        let text = self.head.get(from..).unwrap_or_default();
        let end = self.tag.strip_suffix(b"$").unwrap_or_default();
        text.ends_with(end)
    }

    fn keep(&mut self, byte: u8) {
        let begins = self.head.is_empty() && byte.is_ascii_whitespace();
        if !self.in_rows && !begins && self.head.len() < LONGEST_HEAD {
            self.head.push(byte);
        }
    }
}
