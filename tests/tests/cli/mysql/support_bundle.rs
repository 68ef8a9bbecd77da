//! A bundle of an installation on a server: neither its address, nor its users, nor rows that its errors quote.

use upgrades_tests::mariadb::Flavour;

use super::{Installation, PASSWORD};
use crate::support_bundle::unpacked;
use crate::transcript::shell;

#[test]
fn no_secret_is_in_it() {
    let shop = Installation::with_script(
        "CREATE TABLE #__mails (mail VARCHAR(50) UNIQUE, n INT);\nINSERT INTO #__mails VALUES ('row@s3cret.example', 1);\n",
    );
    let scripts = [
        "INSERT INTO #__mails VALUES ('row@s3cret.example', 2);\n",
        "INSERT INTO #__mails VALUES ('other', 'number-s3cret');\n",
        "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'signal-s3cret';\n",
        "CREATE USER `s3cret`@localhost IDENTIFIED BY 'password-s3cret';\n",
        "INSERT INTO #__mails (`column-s3cret`) VALUES (1);\n",
    ];
    for script in scripts {
        shop.sandbox.write("core/1.1.0.sql", script);
        for line in [
            "upgrades run",
            "upgrades clear-failure --resolution start-over --reason reason-s3cret",
        ] {
            shop.sandbox.answer(&mut shell(&shop.sandbox, line));
        }
    }
    // Once by the file, and once with a password that the URL has to write otherwise.
    let odd = shop.url("odd-s3cret%2F%23%40");
    for (number, url) in [None, Some(odd)].into_iter().enumerate() {
        let line = format!("upgrades support-bundle --output bundle{number}");
        let mut command = shell(&shop.sandbox, &line);
        if let Some(url) = url {
            command.env("UPGRADES_DATABASE_URL", url);
        }
        let answer = shop.sandbox.answer(&mut command);
        assert_eq!(answer.status, Some(0), "{answer:?}");
        let (_, all) = unpacked(&shop.sandbox.path(format!("bundle{number}")));
        let lower = all.to_lowercase();
        let name = shop.database.name();
        for private in ["s3cret", &PASSWORD.to_lowercase(), "127.0.0.1", name] {
            assert!(!lower.contains(private), "{private}: {all}");
        }
        let told: &[&str] = match number {
            0 => &[
                Flavour::choose(
                    "Duplicate entry '?' for key 'mail' (error 1062, 23000)",
                    "Duplicate entry '?' for key 'cb_mails.mail' (error 1062, 23000)",
                ),
                "Incorrect ? value: ? for column ? at row ?",
                "CREATE USER ...",
                Flavour::choose("MariaDB", "\"database_version\": \"9."),
            ],
            _ => &["\"error\":", "\"database_has_password\": true"],
        };
        for told in told {
            assert!(all.contains(told), "{told}: {all}");
        }
    }
}
