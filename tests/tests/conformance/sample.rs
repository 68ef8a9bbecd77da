//! The sample application's program, which has functions, and the command beside it, which has not.

use upgrades::{State, Track, Upgrader, chain};
use upgrades_tests::project;
use upgrades_tests::told::source;

use crate::place::{Place, on_every_store};

/// The program's upgrade.
fn program(place: &dyn Place) -> Upgrader<'static> {
    let core = place.bare().track(updates_core::track());
    core.track(updates_core::program_track())
        .placeholder("currency", "EUR")
}

/// What the command reads: the folder, and nothing else.
fn command(place: &dyn Place) -> Upgrader<'static> {
    place
        .bare()
        .track(Track::core(project().join("updates-core/scripts")))
        .placeholder("currency", "EUR")
}

/// What a run has applied of the program's own, and how many scripts of core.
fn applied(upgrader: &Upgrader<'static>) -> String {
    let applied = upgrader.run().unwrap().applied;
    let (own, core): (Vec<_>, Vec<_>) = applied
        .iter()
        .map(|applied| applied.script.to_string())
        .partition(|script| script.starts_with("program/"));
    format!("{} of core; {}", core.len(), own.join(", "))
}

/// Core's series with a function in it, as `updates-core/README.md` advises against.
fn with_function(place: &dyn Place, version: &str) -> Upgrader<'static> {
    let track = Track::core(source(FOLDER)).function(version, "", |_| Ok(()));
    place.bare().track(track)
}

const FOLDER: &[(&str, &str)] = &[("1.0.0.sql", "SELECT 1;"), ("1.2.0.sql", "SELECT 1;")];

/// What `check` finds, and how a run ends.
fn found(upgrader: &Upgrader<'static>) -> String {
    let findings = upgrader.check().unwrap();
    let codes: Vec<_> = findings
        .iter()
        .map(|finding| {
            format!(
                "{} {}",
                finding.code,
                finding.file.as_deref().unwrap_or_default()
            )
        })
        .collect();
    let ended = match upgrader.run() {
        Ok(report) => format!("{:?}", report.ending),
        Err(error) => chain(&error),
    };
    format!("{}; {ended}", codes.join(", "))
}

const FUNCTION: &str = "program/1.0.0 addresses of product pages.rs";

on_every_store! {
    /// Each runs what it has, whoever comes first, and neither misses anything of the other's.
    fn the_program_and_the_command(new) {
        let place = new();
        let place = place.as_ref();
        let all = applied(&command(place));
        assert_eq!(applied(&program(place)), format!("0 of core; {FUNCTION}"));
        let other = new();
        let other = other.as_ref();
        assert_eq!(applied(&program(other)), format!("{all}{FUNCTION}"));
        for place in [place, other] {
            for upgrader in [command(place), program(place)] {
                assert_eq!(applied(&upgrader), "0 of core; ");
                assert_eq!(upgrader.status().unwrap().state, State::Current);
                assert_eq!(upgrader.check().unwrap(), []);
                assert_eq!(upgrader.critical_issues().unwrap(), []);
            }
        }
    }

    /// Names that make no address, the same one, or one that another's id makes; and one that is there already.
    fn addresses_of_pages(new) {
        let place = new();
        let place = place.as_ref();
        command(place).run().unwrap();
        let long = "Very ".repeat(30);
        let names = [
            (10, "Lamp"), (11, "  lamp! "), (12, "Lamp 13"), (13, "LAMP"), (14, ""), (15, "???"), (16, "ÉTAGÈRE Nº 7"), (17, "机"),
            (18, "O'Brien; DROP TABLE"), (19, long.as_str()), (20, "product"), (21, "Ⅻ\u{a0}½"),
        ];
        let rows = names.map(|(id, name)| format!("({id}, 'P-{id}', '{}')", name.replace('\'', "''")));
        place.rows(&format!("INSERT INTO products (id, sku, name) VALUES {}", rows.join(", ")));
        assert_eq!(applied(&program(place)), format!("0 of core; {FUNCTION}"));
        let expected = [
            "10,lamp", "11,lamp-11", "12,lamp-13", "13,lamp-13-13", "14,product", "15,product-15", "16,étagère-nº-7", "17,机",
            "18,o-brien-drop-table", "19,very-very-very-very-very-very-very-very-very-very-very-very", "20,product-20", "21,ⅻ-½",
        ];
        assert_eq!(place.rows("SELECT id, slug FROM products WHERE id >= 10 ORDER BY id"), expected.join("; "));
    }

    /// Why the function has a track of its own: what the command and the program would tell of one in core's series.
    fn a_function_in_the_series(new) {
        let rows = [
            // Version of the function, who comes first, what the other finds.
            ("1.1.0", "program", "gone 1.1.0.rs; UpToDate"),
            ("1.1.0", "command", "skipped 1.1.0.rs; UpToDate"),
            (
                "1.3.0",
                "program",
                "database-newer 1.3.0.rs; this program is older than the database: core is at 1.3.0.rs, and the newest script \
                 here is 1.2.0.sql",
            ),
            ("1.3.0", "command", "; Upgraded"),
        ];
        for (version, first, expected) in rows {
            let place = new();
            let program = with_function(place.as_ref(), version);
            let command = place.core(FOLDER);
            let (first, second) = match first {
                "program" => (&program, &command),
                _ => (&command, &program),
            };
            first.run().unwrap();
            assert_eq!(found(second), expected, "{version}");
        }
    }
}
