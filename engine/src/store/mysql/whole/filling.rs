//! Putting a dump into a schema that nobody else uses.

use std::io::{self, Read};

use once_cell::sync::Lazy;
use regex::Regex;

use super::super::super::{Fault, StoreError, Value};
use super::super::link::Link;
use super::super::rights;
use super::super::server::{Kind, Server};
use super::cutter::Cutter;
use super::hexadecimal;
use super::kept::Kept;
use super::statement::{About, about};

/// How much is read at once.
const CHUNK: usize = 256 * 1024;
/// How much of a statement an error names.
const BEGINNING: usize = 120;

/// Runs a dump on a connection that is in an empty schema, and gives what has to run again where its tables move to.
pub(super) fn fill(
    link: &mut Link,
    schema: &str,
    dump: &mut dyn Read,
) -> Result<Vec<Kept>, StoreError> {
    let packet = link.query("SELECT @@max_allowed_packet")?;
    let packet = packet
        .into_iter()
        .flatten()
        .next()
        .and_then(Value::into_text);
    let mut filling = Filling {
        largest: packet
            .and_then(|text| text.parse().ok())
            .unwrap_or(usize::MAX),
        link,
        schema,
        kept: Vec::new(),
    };
    let mut cutter = Cutter::new();
    let mut buffer = vec![0; CHUNK];
    let mut statement = Vec::new();
    loop {
        let length = match dump.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                return Err(StoreError::new(Fault::Io, "the dump cannot be read").because(error));
            }
        };
        let mut rest = &buffer[..length];
        while let Some(cut) = cutter.cut(rest) {
            statement.extend_from_slice(&rest[..cut.length]);
            rest = &rest[cut.length..];
            // A command for the client alone has no delimiter.
            if cut.delimiter > 0 {
                statement.truncate(statement.len() - cut.delimiter);
                filling.run(&statement, &cut.head)?;
            }
            statement.clear();
        }
        statement.extend_from_slice(rest);
    }
    match cutter.is_between() {
        true => Ok(filling.kept),
        false => Err(StoreError::new(
            Fault::Refused,
            "the dump ends within a statement",
        )),
    }
}

struct Filling<'f> {
    link: &'f mut Link,
    schema: &'f str,
    /// How many bytes the server takes at once.
    largest: usize,
    kept: Vec<Kept>,
}

impl Filling<'_> {
    fn run(&mut self, statement: &[u8], head: &[u8]) -> Result<(), StoreError> {
        let about = about(head).map_err(|why| {
            let message = format!("{} is not run: {why}", beginning(head));
            StoreError::new(Fault::Refused, message)
        })?;
        let statement = without_comments_before(statement);
        let kept = Kept::of(statement, head, about);
        let outcome = match (&kept, about) {
            (None, About::Table) if statement.len() >= self.largest => {
                self.link.run_bytes(&hexadecimal::shortened(statement))
            }
            (None, About::Table) => self.link.run_bytes(statement),
            (None, _) => return Ok(()),
            (Some(Kept::Event(statement)), _) => self.link.run_bytes(&asleep(statement)),
            (Some(kept), _) => self.link.run_bytes(&kept.run_in(self.schema)),
        };
        self.kept.extend(kept);
        outcome.map_err(|error| self.explained(head, error))
    }

    fn explained(&mut self, head: &[u8], error: StoreError) -> StoreError {
        const NEEDS_A_RIGHT: u16 = 1227;
        const NO_SUCH_DEFINER_RIGHT: u16 = 1419;
        const WRONG_SCHEMA: u16 = 1435;
        const NO_ROOM: [u16; 3] = [1021, 1114, 3];
        /// What MariaDB says, without a reason, where it finds the disk full only then.
        const FAILED_COMMIT: u16 = 1180;
        let remedy = match error.number() {
            Some(NEEDS_A_RIGHT) => match Server::ask(self.link) {
                Ok(server) => {
                    let said = error.to_string();
                    let right = definers_right(&said, server.kind);
                    let account = rights::account(&server);
                    format!("; what others have defined may be made by whoever has the right: GRANT {right} ON *.* TO {account}")
                }
                Err(_) => String::new(),
            },
            Some(NO_SUCH_DEFINER_RIGHT) => {
                "; an administrator allows it: SET GLOBAL log_bin_trust_function_creators = 1".to_owned()
            }
            Some(WRONG_SCHEMA) => {
                "; it names its schema, so that it cannot be tried in another one: make it anew without".to_owned()
            }
            Some(number) if NO_ROOM.contains(&number) => {
                "; make room on the server's disk, or in its tablespace".to_owned()
            }
            Some(FAILED_COMMIT) => {
                "; the server's disk may be full: make room, or look into the server's error log".to_owned()
            }
            Some(_) | None => String::new(),
        };
        let message = format!("{} cannot be run{remedy}", beginning(head));
        let fault = error.fault();
        StoreError::new(fault, message).because(error)
    }
}

/// The right that a server misses where somebody makes what another one has defined. MySQL names it: which one it is depends on
/// its version, and on who the other one is.
fn definers_right(said: &str, kind: Kind) -> &str {
    static NAMED: Lazy<Regex> = Lazy::new(|| {
        Regex::new(r"\b([A-Z]+(?:_[A-Z]+)+) privilege").expect("the pattern is valid")
    });
    let named = NAMED.captures(said).and_then(|found| found.get(1));
    match kind {
        Kind::MariaDb => "SET USER",
        Kind::Mysql => named.map_or("SET_ANY_DEFINER", |named| named.as_str()),
    }
}

/// The beginning of a statement, for people: nothing of the rows that it inserts.
fn beginning(head: &[u8]) -> String {
    let text = String::from_utf8_lossy(&head[..head.len().min(BEGINNING)]);
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ")
}

/// What makes an event, so that it does not fire.
fn asleep(statement: &[u8]) -> Vec<u8> {
    const AWAKE: &[u8] = b" PRESERVE ENABLE";
    match memchr::memmem::find(statement, AWAKE) {
        None => statement.to_vec(),
        Some(at) => {
            let (before, after) = (&statement[..at], &statement[at + AWAKE.len()..]);
            [before, b" PRESERVE DISABLE", after].concat()
        }
    }
}

/// A statement without the plain comments that stand before it.
fn without_comments_before(statement: &[u8]) -> &[u8] {
    let mut rest = statement.trim_ascii();
    loop {
        let is_run = rest.starts_with(b"/*!") || rest.starts_with(b"/*M!");
        let end: &[u8] = match rest {
            [b'-', b'-', ..] | [b'#', ..] => b"\n",
            [b'/', b'*', ..] if !is_run => b"*/",
            _ => return rest,
        };
        let found = memchr::memmem::find(rest, end);
        rest = rest[found.map_or(rest.len(), |at| at + end.len())..].trim_ascii_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_that_is_missing() {
        let of = |rights: &str| {
            format!(
                "Access denied; you need (at least one of) the {rights} privilege(s) for this operation"
            )
        };
        let rows = [
            (Kind::MariaDb, "SUPER, SET USER", "SET USER"),
            (Kind::Mysql, "SUPER or SET_USER_ID", "SET_USER_ID"),
            (Kind::Mysql, "SUPER or SET_ANY_DEFINER", "SET_ANY_DEFINER"),
            (
                Kind::Mysql,
                "SUPER or ALLOW_NONEXISTENT_DEFINER",
                "ALLOW_NONEXISTENT_DEFINER",
            ),
            (Kind::Mysql, "SYSTEM_USER", "SYSTEM_USER"),
            (Kind::Mysql, "SUPER", "SET_ANY_DEFINER"),
        ];
        for (kind, said, expected) in rows {
            assert_eq!(definers_right(&of(said), kind), expected, "{said}");
        }
    }
}
