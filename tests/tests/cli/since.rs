//! `upgrades check --since REV`, with a real repository.

use upgrades_tests::Sandbox;

use crate::transcript::{check, shop};

const GIT: &str = "git -c user.name=Tester -c user.email=tester@example.com -c init.defaultBranch=main -c commit.gpgsign=false";

fn released() -> Sandbox {
    let sandbox = shop();
    let script = format!("{GIT} init -q && {GIT} add . && {GIT} commit -qm released && git tag v1");
    let answer = sandbox.answer(&mut crate::transcript::shell(&sandbox, &script));
    assert_eq!((answer.status, answer.stderr.as_str()), (Some(0), ""));
    sandbox
}

#[test]
fn what_is_new_comes_after_what_is_released() {
    check(
        &released(),
        r#"
$ upgrades check --since v1
in order: 3 scripts checked
=> 0
$ echo 'SELECT 1;' > core/1.2.0.sql && upgrades check --since v1
in order: 4 scripts checked
=> 0
$ echo 'SELECT 1;' > core/1.0.5_late.sql && upgrades check --since v1
late: core/1.0.5_late.sql comes before 1.1.0-prices.sql, which is released; installations that have that one will never run it
1 problem found; `upgrades explain CODE` tells more
=> 8
$ rm core/1.0.5_late.sql && echo '-- a comment' >> core/1.0.0_products.sql && upgrades check --since v1
in order: 4 scripts checked
=> 0
$ sed -i 's/name TEXT/title TEXT/' core/1.0.0_products.sql && upgrades check --since HEAD
released: core/1.0.0_products.sql was released, and has been edited since
1 problem found; `upgrades explain CODE` tells more
=> 8
$ rm custom/1.0.0_dealers.sql && upgrades check --since v1 --no-database
released: core/1.0.0_products.sql was released, and has been edited since
released: customization/1.0.0_dealers.sql was released, and is not there any more
2 problems found; `upgrades explain CODE` tells more
=> 8
$ cd core && upgrades check --since v1
released: core/1.0.0_products.sql was released, and has been edited since
released: customization/1.0.0_dealers.sql was released, and is not there any more
2 problems found; `upgrades explain CODE` tells more
=> 8
"#,
    );
}

#[test]
fn what_is_released_is_not_reviewed() {
    let sandbox = shop();
    sandbox.write("core/1.2.0.sql", "DROP TABLE #__products;\n");
    let script = format!("{GIT} init -q && {GIT} add . && {GIT} commit -qm released && git tag v1");
    let answer = sandbox.answer(&mut crate::transcript::shell(&sandbox, &script));
    assert_eq!(answer.status, Some(0));
    sandbox.write("core/1.3.0.sql", "DROP TABLE #__orders;\n");
    check(
        &sandbox,
        r#"
$ upgrades check --no-database
drops-table: core/1.2.0.sql at line 1, column 1 drops table cb_products
drops-table: core/1.3.0.sql at line 1, column 1 drops table cb_orders
in order: 5 scripts checked, 2 warnings; `upgrades explain CODE` tells more
=> 0
$ upgrades check --no-database --since v1 --strict
drops-table: core/1.3.0.sql at line 1, column 1 drops table cb_orders
1 warning found; `upgrades explain CODE` tells more
=> 8
"#,
    );
}

#[test]
fn what_is_no_revision() {
    check(
        &released(),
        r#"
$ upgrades check --since nonsense
! error[usage]: "nonsense" is no revision of the repository of core
=> 2
$ upgrades check --since=--output=x
! error[usage]: "--output=x" is no revision of the repository of core
=> 2
$ upgrades check --since '--output=x'
! error: unexpected argument '--output' found
!
! Usage: upgrades check [OPTIONS]
!
! For more information, try '--help'.
=> 2
$ upgrades check --since ''
! error[usage]: "" is no revision of the repository of core
=> 2
$ upgrades check --since HEAD:core
! error[usage]: "HEAD:core" is no revision of the repository of core
=> 2
$ upgrades check --since "$(printf 'a\nb')"
! error[usage]: "a\nb" is no revision of the repository of core
=> 2
$ ls
core
custom
upgrades.toml
=> 0
"#,
    );
}

#[test]
fn outside_a_repository() {
    let sandbox = shop();
    check(
        &sandbox,
        r#"
$ GIT_CEILING_DIRECTORIES=/ GIT_DIR=/dev/null upgrades check --since v1
! error[usage]: git cannot read core: fatal: not a git repository: '/dev/null'
=> 2
$ PATH="$(dirname "$(command -v upgrades)")" upgrades check --since v1
! error[usage]: git cannot be run: No such file or directory (os error 2)
=> 2
"#,
    );
}

#[test]
fn a_track_that_was_not_there_then() {
    let sandbox = released();
    let config = sandbox.read("upgrades.toml");
    sandbox.write(
        "upgrades.toml",
        config + "[tracks.plugin]\ndirectory = \"plugin\"\n",
    );
    sandbox.write("plugin/1.sql", "SELECT 1;");
    check(
        &sandbox,
        r#"
$ upgrades check --since v1
in order: 4 scripts checked
=> 0
$ rm -r plugin && upgrades check --since v1
track-unreadable: the folder plugin of track plugin cannot be read: No such file or directory (os error 2)
1 problem found; `upgrades explain CODE` tells more
=> 8
$ echo 'optional = true' >> upgrades.toml && upgrades check --since v1
in order: 3 scripts checked
=> 0
"#,
    );
}
