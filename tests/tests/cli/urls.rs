//! The URL of the database, and its secrets.

use upgrades_tests::Sandbox;

use crate::transcript::{check, shop};

#[test]
fn the_secrets_of_a_url_are_never_shown() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "mysql.toml",
        "database = \"mysql://user:secret@127.0.0.1:1/shop\"\ntracks.core.directory = \"core\"\n",
    );
    sandbox.write(
        "odd.toml",
        "database = \"mysql://user:se#cret@host/shop\"\ntracks.core.directory = \"core\"\n",
    );
    std::fs::create_dir(sandbox.path("core")).unwrap();
    sandbox.write("cut.toml", "database = \"mysql://user:secret@host/shop\n");
    sandbox.write(
        "list.toml",
        "database = [\"mysql://user:secret@host/shop\"]\n",
    );
    let transcript = r#"
$ upgrades status --config mysql.toml
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: mysql://user@127.0.0.1:PORT/shop cannot be opened
!   cause: the server cannot be reached
!   cause: Connection refused (os error 111)
!   help: upgrades explain database-unreachable
=> 7
$ upgrades status --config odd.toml
! error[usage]: the database's URL cannot be used: it reads mysql://user:password@host:port/database, with %23 for # and %2F for / in a password
=> 2
$ upgrades status --config cut.toml
! error[usage]: the configuration cut.toml cannot be used
!   cause: line 1, column 42: invalid basic string, expected `"`
=> 2
$ upgrades status --config list.toml
! error[usage]: the configuration list.toml cannot be used
!   cause: line 1, column 12: invalid type: sequence, expected a string
=> 2
$ UPGRADES_DATABASE_URL=mariadb://user:secret@127.0.0.1:1/shop upgrades run -vvv --config mysql.toml
! error[database-unreachable]: the database cannot be used, and nothing more was run
!   cause: mysql://user@127.0.0.1:PORT/shop cannot be opened
!   cause: the server cannot be reached
!   cause: Connection refused (os error 111)
!   help: upgrades explain database-unreachable
=> 7
$ UPGRADES_DATABASE_URL=mysql://user:secret@127.0.0.1/ upgrades run --format json --config mysql.toml
{
  "error": {
    "causes": [],
    "code": "usage",
    "message": "the database's URL names no database; it reads mysql://user:password@host:port/database"
  }
}
=> 2
$ UPGRADES_DATABASE_URL=postgres://user:secret@host/shop upgrades run
! error[usage]: the database's URL has a scheme that is not known; there are sqlite:, mysql: and mariadb:
=> 2
$ UPGRADES_DATABASE_URL=user:secret@host upgrades run
! error[usage]: the database's URL has a scheme that is not known; there are sqlite:, mysql: and mariadb:
=> 2
$ UPGRADES_DATABASE_URL=secret upgrades run
! error[usage]: the database's URL has no scheme; write it as in sqlite:shop.db or mysql://user@host/shop
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
