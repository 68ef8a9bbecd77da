//! Transcripts: what is typed and what must come of it, in one text.
//!
//! A line that begins with `$ ` is typed into a shell in the sandbox's folder. Below it stands standard output; then
//! standard error, each line behind `! `; then `=> ` and the exit code. What differs from run to run is put in words:
//! TIME, RUN, N ms, process PID on HOST, SHA, N bytes, 127.0.0.1:PORT, SOCKET, DB.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::{env, fs};

use regex::Regex;
use upgrades_tests::{Answer, Sandbox, binary, forget_surroundings};

/// Types every command of a transcript, and compares all that comes of it.
#[track_caller]
pub(crate) fn check(sandbox: &Sandbox, transcript: &str) {
    compare(transcript, |line| sandbox.answer(&mut shell(sandbox, line)));
}

/// As [`check`], as a user who owns nothing in the folder and may not pass over rights.
#[track_caller]
pub(crate) fn check_as_nobody(sandbox: &Sandbox, transcript: &str) {
    let copy = sandbox.path("bin/upgrades");
    if !copy.exists() {
        fs::create_dir_all(sandbox.path("bin")).unwrap();
        // By a process of its own: what others start while this one writes the file would hold it open, and nobody could run it.
        let copied = Command::new("cp").arg(binary()).arg(&copy).status();
        assert!(copied.unwrap().success());
        let now = sandbox.path("").metadata().unwrap().permissions().mode();
        mode(sandbox, "", now & 0o777 | 0o055);
    }
    compare(transcript, |line| {
        let mut command = shell(sandbox, line);
        command.env("PATH", path_with(&sandbox.path("bin")));
        if rustix::process::getuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        sandbox.answer(&mut command)
    });
}

const NOBODY: u32 = 65534;

/// Sets the rights of a file in the sandbox.
pub(crate) fn mode(sandbox: &Sandbox, file: &str, mode: u32) {
    fs::set_permissions(sandbox.path(file), fs::Permissions::from_mode(mode)).unwrap();
}

/// A shell that is about to run a line, and knows the command `upgrades`.
pub(crate) fn shell(sandbox: &Sandbox, line: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .current_dir(sandbox.path(""))
        .stdin(Stdio::null())
        .env("PATH", path_with(binary().parent().unwrap()))
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", sandbox.path(""))
        .env("GIT_CONFIG_NOSYSTEM", "1");
    forget_surroundings(&mut command);
    command
}

fn path_with(folder: &Path) -> std::ffi::OsString {
    let mut path = folder.as_os_str().to_owned();
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    path
}

#[track_caller]
fn compare(transcript: &str, answer: impl Fn(&str) -> Answer) {
    let expected = transcript.strip_prefix('\n').unwrap_or(transcript);
    let typed = expected.lines().filter_map(|line| line.strip_prefix("$ "));
    let real: String = typed
        .map(|line| format!("$ {line}\n{}", normal(&shown(&answer(line)))))
        .collect();
    let lines = expected.lines().zip(real.lines());
    let same = lines
        .take_while(|(expected, real)| expected == real)
        .count();
    assert!(
        expected == real,
        "differs at line {}\n--- expected\n{expected}--- real\n{real}",
        same + 1
    );
}

fn shown(answer: &Answer) -> String {
    let mut text = answer.stdout.clone();
    if !text.is_empty() && !text.ends_with('\n') {
        text += "<no line feed>\n";
    }
    for line in answer.stderr.lines() {
        text += format!("! {line}").trim_end();
        text.push('\n');
    }
    match answer.status {
        Some(status) => text + &format!("=> {status}\n"),
        None => text + "=> a signal\n",
    }
}

/// The text with everything in words that differs from run to run.
pub(crate) fn normal(text: &str) -> String {
    static RULES: OnceLock<Vec<(Regex, &str)>> = OnceLock::new();
    let rules = RULES.get_or_init(|| {
        let rules = [
            (r"[0-9]{8}T[0-9]{9}Z-[0-9]+", "RUN"),
            (
                r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z",
                "TIME",
            ),
            (r"  +(?:[0-9]+ ms|[0-9]+[.][0-9] s)([ \n]|$)", "  N ms$1"),
            (r" (?:[0-9]+ ms|[0-9]+[.][0-9] s)([ ;\n]|$)", " N ms$1"),
            (r"(?m) +took( |$)", "  took$1"),
            (r"gave up after [0-9]+m?s", "gave up after N ms"),
            (
                r"[(][0-9]+ (?:bytes|kB|MB), copied in [0-9.]+ m?s[)]",
                "(N bytes, copied in N ms)",
            ),
            (r"about [0-9.]+ m?s, as", "about N ms, as"),
            (r"process [0-9]+ on [^ ,]+", "process PID on HOST"),
            (r"(?-u:\b)[0-9a-f]{64}(?-u:\b)", "SHA"),
            (r#""took_ms": [0-9]+"#, r#""took_ms": N"#),
            (r#""pid": [0-9]+"#, r#""pid": PID"#),
            (r#""host": "[^"]*""#, r#""host": "HOST""#),
            (
                r"[0-9]+ (?:bytes|kB|MB) as [0-9]+ (?:bytes|kB|MB)",
                "N bytes as N bytes",
            ),
            (r"127[.]0[.]0[.]1:[0-9]+", "127.0.0.1:PORT"),
            (r"socket=/[^ \n]*/sock", "socket=SOCKET"),
            (r"(?-u:\b)t_[0-9]+_db", "DB"),
        ];
        rules
            .map(|(rule, word)| (Regex::new(rule).unwrap(), word))
            .into()
    });
    rules.iter().fold(text.to_owned(), |text, (rule, word)| {
        rule.replace_all(&text, *word).into_owned()
    })
}

/// A shop of two tracks: two scripts of core and one of customization. The prefix is `cb_`.
pub(crate) fn shop() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("upgrades.toml", SHOP);
    sandbox.write(
        "core/1.0.0_products.sql",
        "CREATE TABLE #__products (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n",
    );
    sandbox.write(
        "core/1.1.0-prices.sql",
        "-- upgrade: description = prices in cents\nALTER TABLE #__products ADD COLUMN cents INTEGER;\n\
         INSERT INTO #__products (name, cents) VALUES ('chair', 4900);\n",
    );
    sandbox.write(
        "custom/1.0.0_dealers.sql",
        "-- upgrade: requires = core >= 1.1\nCREATE TABLE #__dealers (id INTEGER PRIMARY KEY);\n",
    );
    sandbox
}

/// The configuration of [`shop`].
pub(crate) const SHOP: &str = r#"database = "sqlite:shop.db"
prefix = "cb_"
app_version = "2.0.0"

[tracks.core]
directory = "core"

[tracks.customization]
directory = "custom"

[log]
directory = "log"
"#;

/// A shop with only one track, in order, and nothing in it yet.
pub(crate) fn bare() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "upgrades.toml",
        "database = \"sqlite:shop.db\"\ntracks.core.directory = \"core\"\n",
    );
    fs::create_dir(sandbox.path("core")).unwrap();
    sandbox
}

/// A script that fails at its second statement, in its third line.
pub(crate) const FAILING: &str = "CREATE TABLE #__extra (id INTEGER PRIMARY KEY);\n\n\
     INSERT INTO #__missing (id) VALUES (1);\nCREATE TABLE #__more (id INTEGER PRIMARY KEY);\n";

/// A statement that takes seconds, and an answer of one row.
pub(crate) fn slow(rows: u64) -> String {
    format!(
        "INSERT INTO slow WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {rows}) \
         SELECT count(*) FROM c;\n"
    )
}
