//! A data folder as a server begins with, made once for each version of each server, and kept beside the build.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::flavour::Flavour;
use super::process::is_root;

/// Who may come over TCP: MariaDB's own script makes these, and both servers look no names up here.
const MYSQL_ROOTS: &str = "CREATE USER root@'127.0.0.1', root@'::1';
GRANT ALL ON *.* TO root@'127.0.0.1', root@'::1' WITH GRANT OPTION;
GRANT PROXY ON ''@'' TO root@'127.0.0.1', root@'::1' WITH GRANT OPTION;
";

/// The folder to copy.
pub(crate) fn template(flavour: Flavour) -> PathBuf {
    static MARIADB: OnceLock<PathBuf> = OnceLock::new();
    static MYSQL: OnceLock<PathBuf> = OnceLock::new();
    let kept = match flavour {
        Flavour::MariaDb => &MARIADB,
        Flavour::Mysql => &MYSQL,
    };
    kept.get_or_init(|| new_template(flavour)).clone()
}

fn new_template(flavour: Flavour) -> PathBuf {
    // This test stands in target/debug/deps.
    let test = std::env::current_exe().unwrap();
    let templates = test.ancestors().nth(2).unwrap().join(flavour.client());
    fs::create_dir_all(&templates).unwrap();
    let guard = File::create(templates.join("lock")).unwrap();
    guard.lock().unwrap();
    let template = templates.join(version(flavour));
    if template.exists() {
        return template;
    }
    let unfinished = templates.join("unfinished");
    let _ = fs::remove_dir_all(&unfinished);
    let mut install = match flavour {
        Flavour::MariaDb => mariadb_install(),
        Flavour::Mysql => mysql_install(&templates.join("roots.sql")),
    };
    install
        .args([
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-flush-method=nosync",
        ])
        .arg(format!("--datadir={}", unfinished.display()));
    if is_root() {
        install.arg("--user=root");
    }
    let answer = install.output().unwrap();
    assert!(answer.status.success(), "{install:?}: {answer:?}");
    // The name that MySQL's servers have for each other: each makes its own.
    let _ = fs::remove_file(unfinished.join("auto.cnf"));
    fs::rename(&unfinished, &template).unwrap();
    template
}

fn version(flavour: Flavour) -> String {
    let program = flavour.program();
    let remedy = match flavour {
        Flavour::MariaDb => "install mariadb-server, or let tests/run do it",
        Flavour::Mysql => "run this by tests/mysql-server",
    };
    let answer = Command::new(program)
        .args(["--no-defaults", "--version"])
        .output()
        .unwrap_or_else(|error| panic!("{program} does not start ({error}); {remedy}"));
    let said = String::from_utf8(answer.stdout).unwrap();
    // "mariadbd  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)", or
    // "mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))"
    let version = said.split_whitespace().nth(2).expect("a version");
    let is_mariadb = version.contains("MariaDB");
    assert_eq!(
        is_mariadb,
        flavour == Flavour::MariaDb,
        "{program} is {version}; {remedy}"
    );
    version.to_owned()
}

fn mariadb_install() -> Command {
    let mut install = Command::new("mariadb-install-db");
    install
        .args(["--no-defaults", "--skip-test-db"])
        .arg("--auth-root-authentication-method=normal")
        .arg("--innodb-log-file-size=4M");
    install
}

fn mysql_install(roots: &Path) -> Command {
    File::create(roots)
        .and_then(|mut file| file.write_all(MYSQL_ROOTS.as_bytes()))
        .unwrap();
    let mut install = Command::new(Flavour::Mysql.program());
    install
        .args(["--no-defaults", "--initialize-insecure"])
        .args(["--skip-innodb-doublewrite", "--innodb-redo-log-capacity=8M"])
        .arg(format!("--init-file={}", roots.display()));
    install
}
