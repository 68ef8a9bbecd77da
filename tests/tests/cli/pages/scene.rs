//! The installations that the examples of a page are typed in, each behind a name.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::OnceLock;

use regex::Regex;
use upgrades_tests::child::until;
use upgrades_tests::{Sandbox, files, project};

use super::page::On;
use super::serving::Serving;
use crate::mysql::{Installation, shop_for_servers};
use crate::transcript::{shell, shop};
use upgrades_tests::disk::Disk;

/// What a page begins with.
pub(super) const FIRST: &str = "sample";

/// Where the pages say that the installation is.
const FOLDER: &str = "/srv/shop";

/// An installation as a page needs it.
struct SetUp {
    name: &'static str,
    /// Its files.
    folder: fn(On) -> Sandbox,
    /// What has happened before the page shows a file; `None` where this machine cannot do it.
    before: fn(&Sandbox) -> Option<Held>,
    /// What has happened with the files that the page shows before its first example.
    then: fn(&Sandbox) -> Held,
}

/// What lasts as long as its examples.
enum Held {
    Nothing,
    Working(Child),
    Disk(#[expect(dead_code, reason = "its end unmounts it")] Disk),
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Self::Working(child) = self {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

/// The small shop, whose user on a server may make schemas beside the real one.
const ASIDE: &str = "shop and room beside it";

const SET_UPS: [SetUp; 10] = [
    SetUp {
        name: "nothing",
        folder: |_| Sandbox::new(),
        before: |_| Some(Held::Nothing),
        then: |_| Held::Nothing,
    },
    SetUp {
        name: FIRST,
        folder: |_| sample(),
        before: |_| Some(Held::Nothing),
        then: |_| Held::Nothing,
    },
    SetUp {
        name: "shop",
        folder: small,
        before: upgraded,
        then: |_| Held::Nothing,
    },
    SetUp {
        name: ASIDE,
        folder: small,
        before: upgraded,
        then: |_| Held::Nothing,
    },
    // A run was killed at the second of three statements.
    SetUp {
        name: "killed",
        folder: small,
        before: upgraded,
        then: killed,
    },
    SetUp {
        name: "killed three times",
        folder: small,
        before: upgraded,
        then: |sandbox| {
            killed(sandbox);
            killed(sandbox);
            killed(sandbox)
        },
    },
    // Another process is at work, at the second of three statements.
    SetUp {
        name: "working",
        folder: small,
        before: upgraded,
        then: |sandbox| Held::Working(at_work(sandbox)),
    },
    SetUp {
        name: "full disk",
        folder: |on| {
            let sandbox = small(on);
            configure(&sandbox, |config| config.replace("shop.db", "disk/shop.db"));
            sandbox
        },
        before: |sandbox| {
            let disk = Disk::new(sandbox.path("disk"), "1m")?;
            upgraded(sandbox);
            let fill = "dd if=/dev/zero of=disk/filler bs=4096";
            sandbox.answer(&mut shell(sandbox, fill));
            Some(Held::Disk(disk))
        },
        then: |_| Held::Nothing,
    },
    // A failed run is rolled back, but for files on a volume, whose place nothing else can take.
    SetUp {
        name: "files on a volume",
        folder: |on| {
            let sandbox = with_backups(on);
            configure(&sandbox, |config| {
                config + "files = [\"uploads\"]\non_failure = \"restore\"\nexclusive = true\n"
            });
            sandbox
        },
        before: |sandbox| {
            let volume = Disk::new(sandbox.path("uploads"), "1m")?;
            sandbox.write("uploads/pictures/chair.svg", "<svg/>");
            upgraded(sandbox);
            Some(Held::Disk(volume))
        },
        then: |_| Held::Nothing,
    },
    // A restore died behind the database's step and before the files': the database is the backup's, this row is in it, and the
    // files are those of later.
    SetUp {
        name: "restore interrupted",
        folder: |on| {
            let sandbox = with_backups(on);
            configure(&sandbox, |config| config + "files = [\"uploads\"]\n");
            sandbox.write("uploads/prices.txt", "chair 49.00\n");
            sandbox
        },
        before: |sandbox| {
            upgraded(sandbox);
            told(sandbox, &["backup", "create", "--quiet"]);
            let mut backups = fs::read_dir(sandbox.path("backups")).unwrap();
            let backup = backups.next().unwrap().unwrap().file_name();
            let row = format!(
                "INSERT INTO cb_system_vars (name, value) VALUES ('upgrades_restoring', '{}')",
                backup.to_str().unwrap()
            );
            sandbox.open("shop.db").execute_batch(&row).unwrap();
            sandbox.write("uploads/prices.txt", "chair 59.00\n");
            Some(Held::Nothing)
        },
        then: |_| Held::Nothing,
    },
];

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

/// A shop of three scripts.
fn small(on: On) -> Sandbox {
    match on {
        On::Sqlite => shop(),
        On::Server => shop_for_servers(),
    }
}

fn with_backups(on: On) -> Sandbox {
    let sandbox = small(on);
    configure(&sandbox, |config| {
        config + "\n[backup]\ndirectory = \"backups\"\n"
    });
    sandbox
}

fn configure(sandbox: &Sandbox, change: impl Fn(String) -> String) {
    sandbox.write("upgrades.toml", change(sandbox.read("upgrades.toml")));
}

fn told(sandbox: &Sandbox, arguments: &[&str]) {
    let answer = sandbox.upgrades(arguments);
    assert_eq!(answer.status, Some(0), "{arguments:?}: {answer:?}");
}

/// Brings the small shop to its newest version.
fn upgraded(sandbox: &Sandbox) -> Option<Held> {
    told(sandbox, &["run", "--quiet"]);
    Some(Held::Nothing)
}

/// Starts a run, and waits until it is at the second of three statements.
fn at_work(sandbox: &Sandbox) -> Child {
    let mut child = sandbox
        .command(["run", "--quiet"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let process = format!("process {} on", child.id());
    until("the second statement", || {
        assert_eq!(child.try_wait().unwrap(), None, "ended too early");
        let status = sandbox.upgrades(["status"]).stdout;
        (status.contains(&process) && status.contains("statement 2 of 3")).then_some(())
    });
    child
}

fn killed(sandbox: &Sandbox) -> Held {
    drop(Held::Working(at_work(sandbox)));
    Held::Nothing
}

/// One database of a scene.
enum Place {
    Sqlite(Sandbox),
    Server(Installation),
}

impl Place {
    fn sandbox(&self) -> &Sandbox {
        match self {
            Self::Sqlite(sandbox) => sandbox,
            Self::Server(installation) => installation.sandbox(),
        }
    }
}

/// A scene on one database. It ends in this order: what lasts goes before the folder that it is about.
struct Begun {
    serving: Option<Serving>,
    _then: Held,
    _before: Held,
    place: Place,
}

/// An installation, on the databases that examples ask for.
pub(super) struct Scene {
    set_up: &'static SetUp,
    /// The files that the page has shown, for places that begin later.
    shown: Vec<(String, String)>,
    /// Those that have begun; `None`: this machine cannot have it.
    places: Vec<(On, Option<Begun>)>,
}

impl Scene {
    /// Whether there is a set-up of this name.
    pub(super) fn exists(name: &str) -> bool {
        SET_UPS.iter().any(|set_up| set_up.name == name)
    }

    /// The set-up of this name, which there is.
    pub(super) fn named(name: &str) -> Self {
        let set_up = SET_UPS.iter().find(|set_up| set_up.name == name);
        Self {
            set_up: set_up.unwrap(),
            shown: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Writes a file that the page shows.
    pub(super) fn show(&mut self, path: String, text: String) {
        for begun in self.places.iter().flat_map(|(_, begun)| begun) {
            begun.place.sandbox().write(&path, &text);
        }
        self.shown.push((path, text));
    }

    /// What a line typed into a shell shows, as a page shows it; `None` where this machine cannot have the set-up.
    pub(super) fn answer(&mut self, typed: &str, on: On) -> Option<String> {
        if !self.places.iter().any(|(known, _)| *known == on) {
            let place = self.begin(on);
            self.places.push((on, place));
        }
        let begun = self.places.iter_mut().find(|(known, _)| *known == on);
        let Begun { serving, place, .. } = begun?.1.as_mut()?;
        let mut typed = typed.replace("cargo run -- ", "upgrades ");
        if let Some((begun, shown)) = Serving::begun(place.sandbox(), &typed) {
            *serving = Some(begun);
            return Some(shown);
        }
        if let Some(serving) = serving {
            typed = serving.addressed(&typed);
        }
        let line = format!("{{ {typed}\n}} 2>&1");
        let shown = match place {
            Place::Sqlite(sandbox) => sandbox.answer(&mut shell(sandbox, &line)).stdout,
            Place::Server(installation) => installation.answer_as_shop(&line),
        };
        Some(readable(&match serving {
            Some(serving) => serving.readable(&shown),
            None => shown,
        }))
    }

    fn begin(&self, on: On) -> Option<Begun> {
        let folder = (self.set_up.folder)(on);
        let place = match on {
            On::Sqlite => Place::Sqlite(folder),
            On::Server => {
                let installation = Installation::of(folder);
                if self.set_up.name == ASIDE {
                    installation.may_work_aside();
                }
                Place::Server(installation)
            }
        };
        let before = (self.set_up.before)(place.sandbox())?;
        for (path, text) in &self.shown {
            place.sandbox().write(path, text);
        }
        let then = (self.set_up.then)(place.sandbox());
        Some(Begun {
            serving: None,
            _then: then,
            _before: before,
            place,
        })
    }
}

/// An answer with the names of this machine replaced by those that the pages use.
fn readable(shown: &str) -> String {
    static RULES: OnceLock<[(Regex, &str); 2]> = OnceLock::new();
    let rules = RULES.get_or_init(|| {
        [
            (r"process [0-9]+ on [^ ,]+", "process 4711 on web-1"),
            (r"@127[.]0[.]0[.]1:[0-9]{2,}", "@127.0.0.1:3306"),
        ]
        .map(|(rule, word)| (Regex::new(rule).unwrap(), word))
    });
    let shown = shown.replace("[FOLDER]", FOLDER);
    rules.iter().fold(shown, |text, (rule, word)| {
        rule.replace_all(&text, *word).into_owned()
    })
}
