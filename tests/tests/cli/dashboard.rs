//! `upgrades dashboard`: whom it may be shown to, and what it says while it goes on.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::Stdio;

use regex::Regex;
use rustix::process::Signal;
use upgrades_tests::child::{ended, signal};

use crate::transcript::{bare, check};

#[test]
fn is_not_shown_where_others_could_come_in() {
    check(
        &bare(),
        r#"
$ upgrades dashboard --listen 0.0.0.0:0
! error[usage]: 0.0.0.0:0 is reached by other machines, and what is sent there can be read on the way: pass --tls-in-front where a proxy encrypts it, or --token-file to accept that, or listen on 127.0.0.1
=> 2
$ upgrades dashboard --listen 0.0.0.0:0 --host shop.example
! error[usage]: 0.0.0.0:0 is reached by other machines, and what is sent there can be read on the way: pass --tls-in-front where a proxy encrypts it, or --token-file to accept that, or listen on 127.0.0.1
=> 2
$ upgrades dashboard --listen 0.0.0.0:0 --tls-in-front
! error[usage]: 0.0.0.0:0 stands for every address of this machine: pass --host with the name that browsers have for it
=> 2
$ upgrades dashboard --listen '[::]:0' --tls-in-front
! error[usage]: [::]:0 stands for every address of this machine: pass --host with the name that browsers have for it
=> 2
$ upgrades dashboard --listen 192.0.2.1:0 --tls-in-front
! error[usage]: 192.0.2.1:0 cannot be listened to
!   cause: Cannot assign requested address (os error 99)
=> 2
$ upgrades dashboard --quiet
! error[usage]: with --quiet nobody would be told how to sign in: pass --token-file too
=> 2
"#,
    );
}

#[test]
fn a_token_file_that_lets_in_too_many() {
    check(
        &bare(),
        r#"
$ upgrades dashboard --token-file none
! error[usage]: the token file none cannot be used
!   cause: No such file or directory (os error 2)
=> 2
$ upgrades dashboard --token-file core
! error[usage]: the token file core cannot be used
!   cause: Is a directory (os error 21)
=> 2
$ umask 077; : > token; upgrades dashboard --token-file token
! error[usage]: the token file token cannot be used
!   cause: the token has 0 characters, and could be guessed; it needs 32 at least
=> 2
$ echo '  0123456789abcdef0123456789abcde  ' > token; upgrades dashboard --token-file token
! error[usage]: the token file token cannot be used
!   cause: the token has 31 characters, and could be guessed; it needs 32 at least
=> 2
$ printf '0123456789abcdef0123456789abcdef\377' > token; upgrades dashboard --token-file token
! error[usage]: the token file token cannot be used
!   cause: it is no text
=> 2
$ chmod 640 token; upgrades dashboard --token-file token
! error[usage]: the token file token cannot be used
!   cause: others may read it; chmod 600 token
=> 2
$ chmod 604 token; upgrades dashboard --token-file token --listen 0.0.0.0:0 --host shop.example
! error[usage]: the token file token cannot be used
!   cause: others may read it; chmod 600 token
=> 2
"#,
    );
}

#[test]
fn an_address_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let answer = bare().upgrades(["dashboard", "--listen", &address]);
    let says = format!(
        "error[usage]: {address} cannot be listened to\n  cause: Address already in use (os error 98)\n"
    );
    assert_eq!(
        (answer.status, answer.stdout, answer.stderr),
        (Some(2), String::new(), says)
    );
}

/// What it says until SIGTERM, with chance put in words, is this.
#[track_caller]
fn says(arguments: &[&str], until: usize, expected: &str) {
    assert_eq!(said(arguments, until), expected, "{arguments:?}");
}

/// What it says until SIGTERM, which comes behind so many lines.
fn said(arguments: &[&str], until: usize) -> String {
    let sandbox = bare();
    sandbox.write("token", "0123456789abcdef0123456789abcdef");
    let path = sandbox.path("token");
    let rights = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(path, rights).unwrap();
    let mut command = sandbox.command(["dashboard"]);
    let mut process = command
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let mut said = String::new();
    for _ in 0..until {
        output.read_line(&mut said).unwrap();
    }
    signal(&process, Signal::TERM);
    std::io::Read::read_to_string(&mut output, &mut said).unwrap();
    let end = ended(process);
    let chance = Regex::new(":[1-9][0-9]*/|[0-9a-f]{32}").unwrap();
    let said = chance.replace_all(&said, |found: &regex::Captures<'_>| match found[0].len() {
        32 => "TOKEN",
        _ => ":PORT/",
    });
    assert_eq!(end.code, Some(0), "{arguments:?}");
    said.into_owned()
}

#[test]
fn what_it_says() {
    let open = ["--listen", "0.0.0.0:0", "--token-file", "token", "--host"];
    let with = |name| [&open[..], &[name]].concat();
    says(
        &["--listen", "127.0.0.1:0"],
        2,
        "the dashboard of sqlite:shop.db is at http://127.0.0.1:PORT/\n\
         sign in, once, with http://127.0.0.1:PORT/sign-in?token=TOKEN\nstopped\n",
    );
    says(
        &["--listen", "[::1]:0", "--token-file", "token"],
        1,
        "the dashboard of sqlite:shop.db is at http://[::1]:PORT/\nstopped\n",
    );
    says(
        &["--listen", "127.0.0.1:0", "--format", "json"],
        2,
        "{\"dashboard\":\"http://127.0.0.1:PORT/\",\"database\":\"sqlite:shop.db\"}\n\
         {\"sign_in\":\"http://127.0.0.1:PORT/sign-in?token=TOKEN\"}\n{\"stopped\":true}\n",
    );
    says(
        &[
            "--listen",
            "127.0.0.1:0",
            "--tls-in-front",
            "--host",
            "shop.example",
        ],
        2,
        "the dashboard of sqlite:shop.db is at https://shop.example/\n\
         sign in, once, with https://shop.example/sign-in?token=TOKEN\nstopped\n",
    );
    says(
        &with("shop.example"),
        1,
        "the dashboard of sqlite:shop.db is at http://shop.example:PORT/\nstopped\n",
    );
    says(
        &with("shop.example:08080"),
        1,
        "the dashboard of sqlite:shop.db is at http://shop.example:08080/\nstopped\n",
    );
}

#[test]
fn json_has_the_shape_that_is_documented() {
    let lines = said(&["--listen", "127.0.0.1:0", "--format", "json"], 2);
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    upgrades_tests::shape::check("dashboard", lines);
}
