//! The README and the pages of docs: what is typed on them is typed here as it stands there, and must show what stands there.
//!
//! The examples of a page are typed in order: blocks of `console` on SQLite, blocks of `console mysql` on MariaDB, both in an
//! installation that the nearest remark `<!-- set-up: NAME -->` above names (`scene.rs` has them), at first in a copy of the
//! sample application. A block behind `<!-- file: PATH -->` is a file that is written there. `upgrades dashboard` goes on while
//! what follows is typed, up to the next set-up.
//!
//! With `UPGRADES_PAGES=write` in the environment, answers that differ are written into the page, to be read before they are
//! committed.

mod page;
mod reference;
mod scene;
mod serving;

use std::fs;

use upgrades_tests::mariadb::Flavour;
use upgrades_tests::project;

use page::{Example, Piece, pieces, with_answers};
use scene::{FIRST, Scene};

use crate::transcript::normal;

pub(crate) use scene::sample;
pub(crate) use serving::Serving;

/// Types the examples of a page, and compares what they show.
fn check(file: &str) {
    // It shows a definition as MariaDB writes it.
    if file == "docs/aside-mysql.md" && Flavour::MariaDb.is_absent() {
        return;
    }
    let path = project().join(file);
    let page = fs::read_to_string(&path).unwrap();
    let write = std::env::var_os("UPGRADES_PAGES").is_some_and(|told| told == "write");
    let mut scene = Scene::named(FIRST);
    let mut answers: Vec<(Example, String)> = Vec::new();
    for piece in pieces(&page) {
        match piece {
            Piece::SetUp { line, name } => {
                assert!(
                    Scene::exists(&name),
                    "{file}, line {line}: no set-up {name:?}"
                );
                scene = Scene::named(&name);
            }
            Piece::File { path, text } => scene.show(path, text),
            Piece::Example(example) => {
                let Some(shown) = scene.answer(&example.typed, example.on) else {
                    continue;
                };
                let same = normal(&shown) == normal(&example.shown);
                match (same, write) {
                    (true, _) => {}
                    (false, true) => answers.push((example, shown)),
                    (false, false) => assert_eq!(
                        normal(&shown),
                        normal(&example.shown),
                        "{file}, line {}: $ {}",
                        example.line,
                        example.typed
                    ),
                }
            }
        }
    }
    if !answers.is_empty() {
        fs::write(&path, with_answers(&page, &answers)).unwrap();
    }
}

/// The tests of the pages, and the list of them.
macro_rules! pages {
    ($($test:ident $file:literal)*) => {
        $(#[test]
        fn $test() {
            check($file);
        })*

        const PAGES: &[&str] = &[$($file),*];
    };
}

pages! {
    readme "README.md"
    index "docs/README.md"
    aside_mysql "docs/aside-mysql.md"
    backup_mysql "docs/backup-mysql.md"
    embedding "docs/embedding.md"
    instances "docs/instances.md"
    json "docs/json.md"
    lua "docs/lua.md"
    recovering "docs/recovering.md"
    the_reference "docs/reference.md"
    writing_scripts "docs/writing-scripts.md"
}

#[test]
fn no_page_is_forgotten() {
    let folder = fs::read_dir(project().join("docs")).unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    for name in names.filter(|name| name.ends_with(".md")) {
        let file = format!("docs/{name}");
        assert!(
            PAGES.contains(&file.as_str()),
            "{file} is in no row of `pages!`"
        );
        let index = fs::read_to_string(project().join("docs/README.md")).unwrap();
        assert!(
            name == "README.md" || index.contains(&format!("({name})")),
            "docs/README.md does not lead to {name}"
        );
    }
}

/// Every link between the pages leads to a file, and to a heading of it.
#[test]
fn links_lead_somewhere() {
    let link = regex::Regex::new(r"\]\(([^)#:\s]*)(?:#([^)]*))?\)").unwrap();
    for file in PAGES {
        let path = project().join(file);
        let page = fs::read_to_string(&path).unwrap();
        for found in link.captures_iter(&page) {
            let target = match &found[1] {
                "" => path.clone(),
                other => path.parent().unwrap().join(other),
            };
            assert!(target.exists(), "{file} leads to {}", &found[0]);
            let Some(anchor) = found.get(2) else { continue };
            let text = fs::read_to_string(&target).unwrap();
            let headings = text.lines().filter(|line| line.starts_with('#'));
            assert!(
                headings
                    .map(anchor_of)
                    .any(|known| known == anchor.as_str()),
                "{file} leads to {}, and there is no such heading",
                &found[0]
            );
        }
    }
}

/// The anchor that a heading has on the pages of a forge.
fn anchor_of(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c),
        _ => None,
    });
    kept.collect()
}
