//! The password is nowhere: in no answer, in no file, in no list of processes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use upgrades_tests::child::until;
use upgrades_tests::mariadb::{Flavour, Server};

use super::Installation;

/// What an option file would misread, were it not quoted.
const PASSWORD: &str = "s3cr\"et'#\\ 7";
const IN_A_URL: &str = "s3cr%22et'%23%5C%207";

fn shop() -> Installation {
    let database = Server::shared().database();
    let (name, port) = (database.name().to_owned(), Server::shared().port());
    let literal = PASSWORD.replace('\\', "\\\\").replace('\'', "''");
    let aside = name.replace('_', "\\_");
    database.query(&format!(
        "CREATE USER {name}@'127.0.0.1' IDENTIFIED BY '{literal}'; GRANT ALL ON {name}.* TO {name}@'127.0.0.1';
         GRANT ALL ON `{aside}\\_upgrades\\_%`.* TO {name}@'127.0.0.1'"
    ));
    let url = format!("mysql://{name}:{IN_A_URL}@127.0.0.1:{port}/{name}");
    Installation::of(database, &url, "dump_tool = \"tool\"", "")
}

fn has_it(bytes: &[u8]) -> bool {
    [&b"s3cr"[..]]
        .iter()
        .any(|secret| bytes.windows(secret.len()).any(|part| part == *secret))
}

#[test]
fn nobody_sees_it() {
    let shop = shop();
    let real = Flavour::of_tests().dump();
    let path = shop.write(
        "tool",
        format!("#!/bin/sh\ncase \"$*\" in *--version*) ;; *) echo $$ > pid; while [ ! -e go ]; do sleep 0.02; done;; esac\n\
         exec {real} \"$@\"\n"),
    );
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    shop.told(["run"]);
    let mut command = shop.command(["backup", "create", "-vvv"]);
    command
        .env("RUST_LOG", "trace")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let pid = until("the tool", || {
        fs::read_to_string(shop.path("pid"))
            .ok()
            .filter(|pid| pid.ends_with('\n'))
    });
    for about in ["cmdline", "environ"] {
        for process in [pid.trim(), &child.id().to_string()] {
            let bytes = fs::read(format!("/proc/{process}/{about}")).unwrap();
            assert!(!bytes.is_empty() && !has_it(&bytes), "{about}");
        }
    }
    // The one file that has it is the tool's, and its owner's alone.
    let folders = fs::read_dir(shop.path("backups"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files: Vec<_> = folders
        .flat_map(|folder| {
            fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path())
        })
        .collect();
    let with: Vec<_> = files
        .iter()
        .filter(|path| path.is_file() && has_it(&fs::read(path).unwrap()))
        .collect();
    assert_eq!(with.len(), 1, "{files:?}");
    assert!(with[0].ends_with("client.cnf"), "{with:?}");
    assert_eq!(
        fs::metadata(with[0]).unwrap().permissions().mode() & 0o777,
        0o600
    );
    shop.write("go", "");
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!has_it(&output.stdout) && !has_it(&output.stderr));

    let id = shop.backups().remove(0);
    let answer = shop.upgrades(["backup", "verify", &id]);
    assert_eq!(answer.status, Some(0), "{answer:#?}");
    for entry in fs::read_dir(shop.path(format!("backups/{id}"))).unwrap() {
        assert!(!has_it(&fs::read(entry.unwrap().path()).unwrap()));
    }
    shop.must_be_tidy("after all");
    // The server refuses the tool, and its words are told.
    let refusing = format!(
        "#!/bin/sh\ncase \"$*\" in *--version*) exec {real} --version;; esac\n\
         sed -i 's/^password=.*/password=\"wr0ng\"/' \"${{1#--defaults-file=}}\"; exec {real} \"$@\"\n"
    );
    shop.write("tool", refusing);
    let answer = shop.upgrades(["backup", "create", "-vvv"]);
    assert!(answer.stderr.contains("Access denied"), "{answer:#?}");
    assert!(
        !has_it(answer.stderr.as_bytes()) && !answer.stderr.contains("wr0ng"),
        "{answer:#?}"
    );
    shop.must_be_tidy("after a refusal");
}
