//! A dump, by the server's own tool.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use super::super::super::{Dumped, Dumping, Fault, StoreError, TableCount};
use super::super::Mysql;
use super::super::server::{Kind, Server};
use super::asked::{Asked, Events};
use super::cutter::Cutter;
use super::defaults::Defaults;
use super::statement;
use super::tool::Tool;

/// How much is read at once.
const CHUNK: usize = 256 * 1024;
/// How much of what a tool has to say is told.
const SAID: usize = 2000;
/// What the last line of a whole dump begins with.
const END: &[u8] = b"-- Dump completed";

/// What a tool is told in any case. Whatever the server's defaults are, the text means the same anywhere.
const ALWAYS: [&str; 14] = [
    "--single-transaction",
    "--quick",
    "--routines",
    "--triggers",
    "--hex-blob",
    "--complete-insert",
    "--default-character-set=utf8mb4",
    "--tz-utc",
    "--comments",
    "--skip-lock-tables",
    "--skip-add-locks",
    "--skip-disable-keys",
    "--no-tablespaces",
    "--max-allowed-packet=1G",
];

/// What MySQL's own is told beside that: histograms too, and nothing about replication.
const MYSQLS: [&str; 2] = ["--column-statistics=1", "--set-gtid-purged=OFF"];

/// Has the tool dump a database.
pub(super) fn dump(
    store: &Mysql,
    server: &Server,
    tool: &Tool,
    asked: Asked,
    work: &mut Dumping<'_>,
) -> Result<Dumped, StoreError> {
    let unwritten = |error| {
        let message = format!("{} cannot be written", work.aside.display());
        StoreError::new(Fault::Io, message).because(error)
    };
    let opts = store.options().into();
    let defaults = Defaults::write(work.aside, &opts, server.kind).map_err(unwritten)?;
    let said = work.aside.join("dump.err");
    let errors = File::create(&said).map_err(unwritten)?;
    let mut running = Running {
        child: command(tool, &defaults, server.kind, &asked, store, work)
            .stderr(errors)
            .spawn()
            .map_err(|error| {
                let message = format!("{} cannot be started", tool.path.display());
                StoreError::new(Fault::Unsuitable, message).because(error)
            })?,
        said,
        name: tool.told.clone(),
    };
    let mut counting = Counting::default();
    let mut stdout = running.child.stdout.take().expect("it was asked for");
    let mut buffer = vec![0; CHUNK];
    let mut done = 0;
    loop {
        let length = match stdout.read(&mut buffer) {
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(running.failed("cannot be heard").because(error)),
        };
        done += length as u64;
        // Asked at the end too: what stops us may have ended the tool.
        if (work.hear)(done).is_break() {
            return Err(StoreError::new(Fault::Io, "the dump was stopped"));
        }
        if length == 0 {
            break;
        }
        let bytes = &buffer[..length];
        counting.take(bytes);
        work.into.write_all(bytes).map_err(|error| {
            StoreError::new(Fault::Io, "the dump cannot be written").because(error)
        })?;
    }
    running.must_have_succeeded()?;
    if !counting.is_whole() {
        return Err(running.failed("ended before the dump did, without an error"));
    }
    let mut warnings = asked.warnings;
    warnings.extend(tool.doubt.clone());
    Ok(Dumped {
        made_by: format!("{}, {}", server.told(), tool.told),
        tables: counting.tables(),
        warnings,
    })
}

fn command(
    tool: &Tool,
    defaults: &Defaults,
    kind: Kind,
    asked: &Asked,
    store: &Mysql,
    work: &Dumping<'_>,
) -> Command {
    let mut command = Command::new(&tool.path);
    let mut first = std::ffi::OsString::from("--defaults-file=");
    first.push(defaults.path());
    command.arg(first).args(ALWAYS);
    match kind {
        Kind::Mysql => command.args(MYSQLS),
        Kind::MariaDb => &mut command,
    };
    command.arg(match asked.events {
        Events::Dumped => "--events",
        Events::LeftOut => "--skip-events",
    });
    let lock = format!("{}upgrade_lock", work.prefix);
    for left_out in asked.broken.iter().chain([&lock]) {
        command.arg(format!("--ignore-table={}.{left_out}", store.schema));
    }
    command.arg("--").arg(&store.schema);
    // Whatever else says where to connect, and as whom.
    for variable in [
        "MYSQL_PWD",
        "MYSQL_HOST",
        "MYSQL_TCP_PORT",
        "MYSQL_UNIX_PORT",
        "MYSQL_GROUP_SUFFIX",
    ] {
        command.env_remove(variable);
    }
    command.env("MYSQL_TEST_LOGIN_FILE", work.aside.join("no-login-file"));
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

/// The tool at work; ended with this value.
struct Running {
    child: Child,
    /// What it has to say.
    said: PathBuf,
    name: String,
}

impl Running {
    fn must_have_succeeded(&mut self) -> Result<(), StoreError> {
        match self.child.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(self.failed(&ended(status))),
            Err(error) => Err(self.failed("cannot be waited for").because(error)),
        }
    }

    /// The error of a tool that `how`, with what it said itself.
    fn failed(&self, how: &str) -> StoreError {
        let said = said(&self.said);
        let said = match said.is_empty() {
            true => String::new(),
            false => format!(": {said}"),
        };
        StoreError::new(Fault::Refused, format!("{} {how}{said}", self.name))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended, or is of no use any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.said);
    }
}

fn ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was ended by signal {signal}");
    }
    match status.code() {
        Some(code) => format!("ended with {code}"),
        None => "ended without a code".to_owned(),
    }
}

/// The end of what a tool has said.
fn said(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    let end = &bytes[bytes.len().saturating_sub(SAID)..];
    let text = String::from_utf8_lossy(end);
    let lines: Vec<_> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("; ")
}

/// Counts the rows of a dump while it passes.
struct Counting {
    cutter: Cutter,
    rows: BTreeMap<String, u64>,
    /// The last bytes.
    end: Vec<u8>,
}

impl Default for Counting {
    fn default() -> Self {
        Self {
            cutter: Cutter::new(),
            rows: BTreeMap::new(),
            end: Vec::new(),
        }
    }
}

impl Counting {
    fn take(&mut self, bytes: &[u8]) {
        const LAST: usize = 200;
        self.end
            .extend_from_slice(&bytes[bytes.len().saturating_sub(LAST)..]);
        self.end.drain(..self.end.len().saturating_sub(LAST));
        let mut rest = bytes;
        while let Some(cut) = self.cutter.cut(rest) {
            rest = &rest[cut.length..];
            if let Some(table) = statement::table(&cut.head) {
                *self.rows.entry(table).or_default() += cut.rows;
            }
        }
    }

    /// Whether the dump has its end.
    fn is_whole(&self) -> bool {
        let last = self
            .end
            .trim_ascii_end()
            .rsplit(|byte| *byte == b'\n')
            .next();
        self.cutter.is_between() && last.is_some_and(|line| line.starts_with(END))
    }

    fn tables(self) -> Vec<TableCount> {
        let counts = self.rows.into_iter();
        counts
            .map(|(table, rows)| TableCount { table, rows })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In portions of every length, the same rows are counted.
    #[test]
    fn counts_rows() {
        let rows: [(&str, &str, bool); 11] = [
            ("", "", false),
            (
                "CREATE TABLE `t` (\n `a` int DEFAULT ';'\n);\n-- Dump completed on x\n",
                "t 0",
                true,
            ),
            (
                "CREATE TABLE `t` (a int);\nINSERT INTO `t` (`a`) VALUES (1),(2);\n",
                "t 2",
                false,
            ),
            (
                "INSERT INTO `a``b` VALUES\n('),(', 0x29, \"\\\")\", '\\\\'),\n('''),(;');\n-- Dump completed\n",
                "a`b 2",
                true,
            ),
            (
                "INSERT INTO `t` (`(VALUES`) VALUES (1);INSERT INTO `t` (`a`) VALUES (1);",
                "t 2",
                false,
            ),
            (
                "/*!50001 CREATE TABLE `view` (a int) */;\nCREATE TABLE `t` (a int);",
                "t 0",
                false,
            ),
            (
                "CREATE TABLE `t` (a int);\nDELIMITER ;;\nCREATE PROCEDURE p() BEGIN -- don't; ;\n INSERT INTO t VALUES (1); \
                 /* it's */ END ;;\nDELIMITER ;\nINSERT INTO `t` VALUES (7);\n",
                "t 1",
                false,
            ),
            (
                "/*!50003 SET sql_mode = 'NO_BACKSLASH_ESCAPES' */ ;\nDELIMITER ;;\nCREATE FUNCTION f() RETURN '\\' ;;\n\
                 DELIMITER ;\n/*!50003 SET sql_mode = @saved_sql_mode */ ;\nINSERT INTO `t` VALUES ('\\'');",
                "t 1",
                false,
            ),
            (
                "DELIMITER ;;\nCREATE EVENT a DO 1 ;;\nDELIMITER ;;;\nCREATE EVENT b DO 1 -- ;;\n;;;\nDELIMITER ;\n\
                 INSERT INTO `t` VALUES (7);",
                "t 1",
                false,
            ),
            ("INSERT INTO `t` VALUES ('x", "", false),
            (
                "DELIMITER ;;\nCREATE LIBRARY `l`\n    LANGUAGE JAVASCRIPT\nAS $$$ for (;;) { don't `$` \"$x$ }$$ ;;\n\
                 CREATE FUNCTION f() RETURNS int\n    LANGUAGE JAVASCRIPT\nAS $J_1$/* ' $$ $J_1 ;; $J_1$ ;;\nDELIMITER ;\n\
                 INSERT INTO `t` VALUES (7);\nCREATE VIEW v\nAS $a, '$'; INSERT INTO `t` VALUES (8);\n",
                "t 2",
                false,
            ),
        ];
        for (dump, expected, is_whole) in rows {
            for portion in 1..=dump.len().max(1) {
                let mut counting = Counting::default();
                for bytes in dump.as_bytes().chunks(portion) {
                    counting.take(bytes);
                }
                assert_eq!(counting.is_whole(), is_whole, "{dump:?} by {portion}");
                let told = counting.tables();
                let told: Vec<_> = told
                    .iter()
                    .map(|count| format!("{} {}", count.table, count.rows))
                    .collect();
                assert_eq!(told.join(" "), expected, "{dump:?} by {portion}");
            }
        }
    }
}
