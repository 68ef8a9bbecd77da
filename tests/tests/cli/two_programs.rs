//! Two releases of one program on one database: what the older one's commands answer when the newer one has been there.

use upgrades_tests::Sandbox;

use crate::transcript::check;

/// The newer release: it splits names where the older one reads and writes whole ones.
const SPLIT: &str = "\
-- upgrade: min_app = 2.0.0
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

/// Both releases in one folder; the configuration is that of the newer.
pub(crate) fn releases() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "upgrades.toml",
        "database = \"sqlite:shop.db\"\nprefix = \"cb_\"\napp_version = \"2.0.0\"\n\n\
         [tracks.core]\ndirectory = \"second\"\n",
    );
    let customers = "CREATE TABLE #__customers (id INTEGER PRIMARY KEY, name VARCHAR(100));\n\
                     INSERT INTO #__customers VALUES (1, 'Ada Example');\n";
    for release in ["first", "second"] {
        sandbox.write(format!("{release}/1.0.0_customers.sql"), customers);
    }
    sandbox.write("second/2.0.0_names.lua", SPLIT);
    sandbox
}

/// Compares what each command answers, on the database that the configuration names and shows so.
pub(crate) fn check_on(sandbox: &Sandbox, shown: &str) {
    let second = sandbox.read("upgrades.toml");
    let first = second.replace("2.0.0", "1.0.0").replace("second", "first");
    let candidate = first.replace("1.0.0", "2.0.0-rc.1");
    for (name, config) in [("first", first), ("candidate", candidate)] {
        sandbox.write(format!("{name}.toml"), &config);
        let going_on = format!("when_newer = \"continue\"\n{config}");
        sandbox.write(format!("{name}-going-on.toml"), going_on);
    }
    check(sandbox, &TRANSCRIPT.replace("[DATABASE]", shown));
}

const TRANSCRIPT: &str = r#"
$ upgrades run --quiet --config first.toml
=> 0
$ upgrades run --quiet
=> 0
$ upgrades run --config first.toml
! error[program-too-old]: this program (1.0.0) is too old for the database, which needs 2.0.0 or a newer one
!   help: upgrades explain program-too-old
=> 6
$ upgrades run --config first-going-on.toml
! error[program-too-old]: this program (1.0.0) is too old for the database, which needs 2.0.0 or a newer one
!   help: upgrades explain program-too-old
=> 6
$ upgrades status --check --config first-going-on.toml
[DATABASE]: newer than this program

track  in the database  newest script        pending
core   2.0.0_names.lua  1.0.0_customers.sql        0

The application is older than its database: program-too-old
  problem:   This program (1.0.0) is too old for the database, which needs 2.0.0 or a newer one.
  solution:  Install the version that the message names, or a newer one.
  who:       whoever runs the installation
=> 6
$ upgrades plan --config first-going-on.toml
[DATABASE]: nothing is pending
refused: this program (1.0.0) is too old for the database, which needs 2.0.0 or a newer one
=> 6
$ upgrades check --config first.toml
database-newer: core/2.0.0_names.lua ran here, and is newer than every script of its track here
1 problem found; `upgrades explain CODE` tells more
=> 8
$ upgrades clear-failure --reason none --config first.toml
no failure is recorded; nothing was changed
=> 0
$ upgrades run --config candidate.toml
! error[database-newer]: this program is older than the database: core is at 2.0.0_names.lua, and the newest script here is 1.0.0_customers.sql
!   help: upgrades explain database-newer
=> 6
$ upgrades status --check --config candidate.toml
[DATABASE]: newer than this program

track  in the database  newest script        pending
core   2.0.0_names.lua  1.0.0_customers.sql        0

The application is older than its database: database-newer
  problem:   This program is older than the database: core is at 2.0.0_names.lua, and the newest script here is 1.0.0_customers.sql.
  solution:  Install the newer release again, or restore the database's backup from before it.
  who:       whoever runs the installation
=> 6
$ upgrades plan --config candidate.toml
[DATABASE]: nothing is pending
refused: this program is older than the database: core is at 2.0.0_names.lua, and the newest script here is 1.0.0_customers.sql
=> 6
$ upgrades run --config candidate-going-on.toml
[DATABASE] is newer than this program, and was left alone
=> 0
$ upgrades plan --config candidate-going-on.toml
[DATABASE]: nothing is pending
=> 0
$ upgrades run
[DATABASE] is current: nothing is pending
=> 0
$ upgrades check
in order: 2 scripts checked
=> 0
"#;

#[test]
fn on_sqlite() {
    check_on(&releases(), "sqlite:shop.db");
}
