//! The console examples of the README and of docs: each block is typed as it stands there, and must show what stands there.
//!
//! The blocks of one file are typed in order, in a copy of the sample application: those marked `console` on SQLite, those
//! marked `console mysql` in another copy on MariaDB.

use std::fs;
use std::path::{Path, PathBuf};

use upgrades_tests::{Sandbox, files, project};

use crate::mysql::Installation;
use crate::transcript::{normal, shell};

/// A command of an example and what it shows, standard error included.
struct Example {
    line: usize,
    typed: String,
    shown: String,
    on: On,
}

/// Which database an example is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    Sqlite,
    Server,
}

impl On {
    /// By what stands behind a block's fence; `None` when it is no example.
    fn said(information: &str) -> Option<Self> {
        match information.trim() {
            "console" => Some(Self::Sqlite),
            "console mysql" => Some(Self::Server),
            _ => None,
        }
    }
}

/// The blocks that are examples.
fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut fence: Option<(&str, Option<On>)> = None;
    for (number, line) in page.lines().enumerate() {
        let on = match fence {
            None => {
                let ticks = line.len() - line.trim_start_matches('`').len();
                if ticks >= 3 {
                    let (fence_text, information) = line.split_at(ticks);
                    fence = Some((fence_text, On::said(information)));
                }
                continue;
            }
            Some((end, _)) if line.trim_end() == end => {
                fence = None;
                continue;
            }
            Some((_, on)) => on,
        };
        let Some(on) = on else { continue };
        match (line.strip_prefix("$ "), examples.last_mut()) {
            (Some(typed), _) => examples.push(Example {
                line: number + 1,
                typed: typed.to_owned(),
                shown: String::new(),
                on,
            }),
            (None, Some(example)) => {
                example.shown += line;
                example.shown.push('\n');
            }
            (None, None) => panic!("line {}: a block begins without a command", number + 1),
        }
    }
    examples
}

/// The sample application, as a clone of the project has it.
pub(crate) fn sample() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "upgrades.toml",
        fs::read(project().join("upgrades.toml")).unwrap(),
    );
    for folder in ["updates-core/scripts", "updates-custom"] {
        for (file, text) in files(&project().join(folder)) {
            sandbox.write(Path::new(folder).join(file), text);
        }
    }
    fs::create_dir(sandbox.path("data")).unwrap();
    sandbox
}

fn run(page: &Path) -> usize {
    let text = fs::read_to_string(page).unwrap();
    let examples = examples(&text);
    let sandbox = sample();
    let server = examples.iter().any(|example| example.on == On::Server);
    let installation = server.then(|| Installation::of(sample()));
    for example in &examples {
        let typed = example.typed.replace("cargo run -- ", "upgrades ");
        let line = format!("{{ {typed}\n}} 2>&1");
        let shown = match (&installation, example.on) {
            (Some(installation), On::Server) => installation.answer_as_shop(&line),
            (_, _) => sandbox.answer(&mut shell(&sandbox, &line)).stdout,
        };
        assert_eq!(
            normal(&shown),
            normal(&example.shown),
            "{}, line {}: $ {}",
            page.display(),
            example.line,
            example.typed
        );
    }
    examples.len()
}

#[test]
fn the_readme_shows_what_happens() {
    assert_ne!(
        run(&project().join("README.md")),
        0,
        "README.md has no console block"
    );
}

#[test]
fn the_pages_of_docs_show_what_happens() {
    let folder = fs::read_dir(project().join("docs")).unwrap();
    let mut pages: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    assert!(!pages.is_empty(), "docs has no page");
    for page in pages {
        run(&page);
    }
}

#[test]
fn reads_blocks() {
    let page = "# A page\n```console\n$ a 1\nx\n\ny\n$ b\n```\n```sh\n$ no\n```\n````console mysql\n$ c\n```\n````\n";
    let found: Vec<_> = examples(page)
        .into_iter()
        .map(|example| (example.line, example.typed, example.shown, example.on))
        .collect();
    let row = |line, typed: &str, shown: &str, on| (line, typed.to_owned(), shown.to_owned(), on);
    assert_eq!(
        found,
        [
            row(3, "a 1", "x\n\ny\n", On::Sqlite),
            row(7, "b", "", On::Sqlite),
            row(13, "c", "```\n", On::Server)
        ]
    );
}
