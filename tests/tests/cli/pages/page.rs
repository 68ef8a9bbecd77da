//! What a page holds that is run: its examples, the files that it shows, and the set-ups that both need.

/// A part of a page, in the page's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// `<!-- set-up: NAME -->`: what follows begins anew, in what this set-up makes.
    SetUp {
        /// The line, counted from 1.
        line: usize,
        /// Its name.
        name: String,
    },
    /// `<!-- file: PATH -->` before a block: the block is this file.
    File {
        /// Where it is written.
        path: String,
        /// What stands in it.
        text: String,
    },
    /// A command.
    Example(Example),
}

/// A command, and what it shows, standard error included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Example {
    /// The line of what is typed, counted from 1.
    pub(super) line: usize,
    /// What is typed.
    pub(super) typed: String,
    /// What is shown.
    pub(super) shown: String,
    /// Which database it is about.
    pub(super) on: On,
}

/// Which database an example is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    /// A block of `console`.
    Sqlite,
    /// A block of `console mysql`.
    Server,
}

/// A fenced block, and what it is.
enum Block {
    Console(On),
    File { path: String, text: String },
    Other,
}

impl Block {
    /// By what stands behind its fence, and by the remark before it.
    fn said(information: &str, file: Option<String>) -> Self {
        match (file, information.trim()) {
            (Some(path), _) => Self::File {
                path,
                text: String::new(),
            },
            (None, "console") => Self::Console(On::Sqlite),
            (None, "console mysql") => Self::Console(On::Server),
            (None, _) => Self::Other,
        }
    }
}

/// The value of a remark such as `<!-- file: core/1.0.0.sql -->`, which a reader does not see.
fn remark<'p>(line: &'p str, key: &str) -> Option<&'p str> {
    let said = line.strip_prefix("<!-- ")?.strip_suffix(" -->")?;
    said.strip_prefix(key)?.strip_prefix(": ")
}

/// The parts of a page that are run.
pub(super) fn pieces(page: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut open: Option<(&str, Block)> = None;
    let mut file = None;
    for (line, text) in page.lines().enumerate().map(|(at, text)| (at + 1, text)) {
        let Some((fence, block)) = &mut open else {
            let ticks = text.len() - text.trim_start_matches('`').len();
            if ticks >= 3 {
                let (fence, information) = text.split_at(ticks);
                open = Some((fence, Block::said(information, file.take())));
            } else if let Some(name) = remark(text, "set-up") {
                let name = name.to_owned();
                pieces.push(Piece::SetUp { line, name });
            } else if let Some(path) = remark(text, "file") {
                file = Some(path.to_owned());
            } else {
                assert_eq!(
                    file, None,
                    "line {line}: a block follows the name of its file"
                );
            }
            continue;
        };
        if text.trim_end() == *fence {
            if let Some((_, Block::File { path, text })) = open.take() {
                pieces.push(Piece::File { path, text });
            }
            continue;
        }
        match block {
            Block::Other => {}
            Block::File { text: whole, .. } => {
                whole.push_str(text);
                whole.push('\n');
            }
            Block::Console(on) => match (text.strip_prefix("$ "), pieces.last_mut()) {
                (Some(typed), _) => pieces.push(Piece::Example(Example {
                    line,
                    typed: typed.to_owned(),
                    shown: String::new(),
                    on: *on,
                })),
                (None, Some(Piece::Example(example))) => {
                    example.shown += text;
                    example.shown.push('\n');
                }
                (None, _) => panic!("line {line}: a block begins without a command"),
            },
        }
    }
    pieces
}

/// The page with other answers: for each example what it shows now.
pub(super) fn with_answers(page: &str, answers: &[(Example, String)]) -> String {
    let lines: Vec<&str> = page.lines().collect();
    let mut written = String::new();
    let mut next = 0;
    for (example, shown) in answers {
        for line in &lines[next..example.line] {
            written += line;
            written.push('\n');
        }
        written += shown;
        next = example.line + example.shown.lines().count();
    }
    for line in &lines[next..] {
        written += line;
        written.push('\n');
    }
    written
}

#[test]
fn reads_pages() {
    let page = "# A page\n```console\n$ a 1\nx\n\ny\n$ b\n```\n<!-- a remark -->\n<!-- set-up: other -->\n```sh\n$ no\n```\n\
                <!-- file: core/1.sql -->\n```sql\nSELECT 1;\n\n$ no\n```\n````console mysql\n$ c\n```\n````\n";
    let example = |line, typed: &str, shown: &str, on| {
        Piece::Example(Example {
            line,
            typed: typed.to_owned(),
            shown: shown.to_owned(),
            on,
        })
    };
    let found = pieces(page);
    let expected = [
        example(3, "a 1", "x\n\ny\n", On::Sqlite),
        example(7, "b", "", On::Sqlite),
        Piece::SetUp {
            line: 10,
            name: "other".to_owned(),
        },
        Piece::File {
            path: "core/1.sql".to_owned(),
            text: "SELECT 1;\n\n$ no\n".to_owned(),
        },
        example(21, "c", "```\n", On::Server),
    ];
    assert_eq!(found, expected);
    let answers = found.into_iter().filter_map(|piece| match piece {
        Piece::Example(example) => Some((example, "z\n".to_owned())),
        Piece::SetUp { .. } | Piece::File { .. } => None,
    });
    let answers: Vec<_> = answers.collect();
    assert_eq!(
        with_answers(page, &answers),
        page.replace("x\n\ny\n", "z\n")
            .replace("$ b\n", "$ b\nz\n")
            .replace("$ c\n```\n", "$ c\nz\n")
    );
}
