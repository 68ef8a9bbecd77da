//! The URL of the database, and its secrets.

use upgrades_tests::Sandbox;

use crate::transcript::{check, shop};

#[test]
fn the_secrets_of_a_url_are_never_shown() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "mysql.toml",
        "database = \"mysql://user:secret@host/shop\"\n",
    );
    sandbox.write("cut.toml", "database = \"mysql://user:secret@host/shop\n");
    sandbox.write(
        "list.toml",
        "database = [\"mysql://user:secret@host/shop\"]\n",
    );
    let transcript = r#"
$ upgrades status --config mysql.toml
! error[usage]: this build has no store for mysql: databases; it upgrades sqlite: databases
=> 2
$ upgrades status --config cut.toml
! error[usage]: the configuration cut.toml cannot be used
!   cause: line 1, column 42: invalid basic string, expected `"`
=> 2
$ upgrades status --config list.toml
! error[usage]: the configuration list.toml cannot be used
!   cause: line 1, column 12: invalid type: sequence, expected a string
=> 2
$ UPGRADES_DATABASE_URL=mariadb://user:secret@host/shop upgrades run -vvv
! error[usage]: this build has no store for mariadb: databases; it upgrades sqlite: databases
=> 2
$ UPGRADES_DATABASE_URL=mysql://user:secret@host/shop upgrades run --format json
{
  "error": {
    "causes": [],
    "code": "usage",
    "message": "this build has no store for mysql: databases; it upgrades sqlite: databases"
  }
}
=> 2
$ UPGRADES_DATABASE_URL=postgres://user:secret@host/shop upgrades run
! error[usage]: the database's URL has a scheme that is not known; write it as in sqlite:shop.db
=> 2
$ UPGRADES_DATABASE_URL=user:secret@host upgrades run
! error[usage]: the database's URL has a scheme that is not known; write it as in sqlite:shop.db
=> 2
$ UPGRADES_DATABASE_URL=secret upgrades run
! error[usage]: the database's URL has no scheme; write it as in sqlite:shop.db
=> 2
"#;
    check(&sandbox, transcript);
    let answer = sandbox.answer(
        sandbox
            .command(["status", "--help"])
            .env("UPGRADES_DATABASE_URL", "mysql://user:secret@host/shop"),
    );
    assert_eq!(answer.status, Some(0));
    assert!(!answer.stdout.contains("secret"), "{}", answer.stdout);
}

#[test]
fn urls_of_sqlite() {
    check(
        &shop(),
        r#"
$ upgrades status --database sqlite:a.db | head -1
sqlite:a.db: 3 scripts pending
=> 0
$ upgrades status --database sqlite://a.db | head -1
sqlite:a.db: 3 scripts pending
=> 0
$ upgrades run --quiet --database "sqlite://$PWD/b.db" && ls *.db
b.db
=> 0
$ upgrades run --quiet --database "sqlite:$PWD/c d.db" && ls *.db
b.db
c d.db
=> 0
$ upgrades status --database sqlite:
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: "" names no database file; give a path, or a connection of your own for a database in memory
!   help: upgrades explain database-unreachable
=> 7
$ upgrades status --database 'sqlite:file:a.db?mode=memory'
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: "file:a.db?mode=memory" names no database file; give a path, or a connection of your own for a database in memory
!   help: upgrades explain database-unreachable
=> 7
"#,
    );
}
