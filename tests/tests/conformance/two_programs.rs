//! Two releases of one program, each a process of its own with its own scripts, on one database: what the older one does when
//! the newer one has been there.

use std::path::Path;
use std::process::{Command, Stdio};

use upgrades_tests::child::ended;

use crate::place::{Place, on_every_store};

/// What the first release ships.
const FIRST: &[(&str, &str)] = &[(
    "1.0.0_customers.sql",
    "CREATE TABLE cb_customers (id INTEGER PRIMARY KEY, name VARCHAR(100));\n\
     INSERT INTO cb_customers VALUES (1, 'Ada Example');",
)];

/// What the second one has more: the first would write names where it reads none.
const SPLIT: &str = "\
db:add_column(\"#__customers\", \"last_name\", \"VARCHAR(100)\")
batch{
    table = \"#__customers\",
    columns = {\"name\"},
    each = function(row)
        return {last_name = row.name:match(\"%S+$\")}
    end,
}
db:drop_column(\"#__customers\", \"name\")
";

/// Writes the scripts of three releases; the third only adds to the second.
fn releases(place: &dyn Place, says: &str) {
    let split = format!("{says}{SPLIT}");
    let third = "INSERT INTO cb_customers (id, last_name) VALUES (2, 'Solo');";
    let write = |release: &str, scripts: &[(&str, &str)]| {
        for (file, text) in scripts {
            place.sandbox().write(Path::new(release).join(file), text);
        }
    };
    write("first", FIRST);
    write("second", &[FIRST[0], ("2.0.0_names.lua", &split)]);
    write(
        "third",
        &[FIRST[0], ("2.0.0_names.lua", &split), ("3.0.0.sql", third)],
    );
}

/// What a release says at its end, when it is of this version and told this: exit code and last line.
fn started(place: &dyn Place, release: &str, app: &str, told: &[&str]) -> String {
    let child = Command::new(env!("CARGO_BIN_EXE_upgrade-child"))
        .arg(place.address())
        .arg(place.sandbox().path(release))
        .arg(place.sandbox().path("no-customization"))
        .args(["--app", app])
        .args(told)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let end = ended(child);
    let last = end.said.lines().last().unwrap_or_default();
    format!("{}: {}", end.code.unwrap(), place.tidy(last))
}

const REFUSE: &[&str] = &[];
const CONTINUE: &[&str] = &["--continue", "yes"];

on_every_store! {
    /// `min_app` keeps an older program out whatever it was told, and one that only has fewer scripts by its policy.
    fn the_older_program_and_the_newer_database(new) {
        let place = new();
        let place = place.as_ref();
        std::fs::create_dir(place.sandbox().path("no-customization")).unwrap();
        releases(place, "-- upgrade: min_app = 2.0.0\n");
        assert_eq!(started(place, "first", "1.0.0", REFUSE), "0: ending: Upgraded");
        assert_eq!(
            started(place, "second", "1.9.0", REFUSE),
            "1: requirement: core/2.0.0_names.lua needs app >=2.0.0, and the application is 1.9.0; nothing was run"
        );
        assert_eq!(started(place, "first", "1.0.0", REFUSE), "0: ending: UpToDate");
        assert_eq!(started(place, "second", "2.0.0", REFUSE), "0: ending: Upgraded");
        assert_eq!(place.rows("SELECT id, last_name FROM cb_customers"), "1,Example");
        let before = place.picture(&[]);

        let too_old = "1: program-too-old: this program (1.0.0) is too old for the database, which needs 2.0.0 or a newer one";
        let newer = "1: database-newer: this program is older than the database: core is at 2.0.0_names.lua, and the newest script \
                     here is 1.0.0_customers.sql";
        let rows = [
            // An older program, with its own scripts and with those of the release that demanded more.
            ("first", "1.0.0", REFUSE, too_old),
            ("first", "1.0.0", CONTINUE, too_old),
            ("second", "1.0.0", REFUSE, too_old),
            ("third", "1.0.0", CONTINUE, too_old),
            // A release candidate counts as its release; what it lacks are scripts.
            ("first", "2.0.0-rc.1", REFUSE, newer),
            ("first", "2.0.0-rc.1", CONTINUE, "0: ending: LeftAlone"),
            // New enough, and without the scripts.
            ("first", "2.0.0", REFUSE, newer),
            ("first", "2.0.0", CONTINUE, "0: ending: LeftAlone"),
            // The same release, and one that has nothing to say against it.
            ("second", "2.0.0", REFUSE, "0: ending: UpToDate"),
            ("second", "2.1.0", CONTINUE, "0: ending: UpToDate"),
        ];
        for (release, app, told, expected) in rows {
            assert_eq!(started(place, release, app, told), expected, "{release} as {app}, told {told:?}");
        }
        assert_eq!(place.picture(&[]), before);

        // What one script demanded holds when later ones demand nothing.
        assert_eq!(started(place, "third", "3.0.0", REFUSE), "0: ending: Upgraded");
        assert_eq!(started(place, "third", "1.0.0", CONTINUE), too_old);
        assert_eq!(place.rows("SELECT id, last_name FROM cb_customers ORDER BY id"), "1,Example; 2,Solo");
    }

    /// Where the newer release demands nothing, the policy decides alone.
    fn a_newer_database_that_demands_nothing(new) {
        let place = new();
        let place = place.as_ref();
        std::fs::create_dir(place.sandbox().path("no-customization")).unwrap();
        releases(place, "");
        assert_eq!(started(place, "second", "2.0.0", REFUSE), "0: ending: Upgraded");
        assert_eq!(
            started(place, "first", "1.0.0", REFUSE),
            "1: database-newer: this program is older than the database: core is at 2.0.0_names.lua, and the newest script here \
             is 1.0.0_customers.sql"
        );
        assert_eq!(started(place, "first", "1.0.0", CONTINUE), "0: ending: LeftAlone");
        assert_eq!(started(place, "second", "1.0.0", REFUSE), "0: ending: UpToDate");
    }
}
