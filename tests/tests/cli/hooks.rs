//! `[hooks.NAME]` and `upgrades hooks`.

use rustix::process::Signal;
use upgrades_tests::Sandbox;
use upgrades_tests::child::{ended, signal};
use upgrades_tests::receiver::{Receiver, Says, nobody};

use crate::pages::Serving;
use crate::support_bundle::unpacked;
use crate::transcript::{FAILING, check, shell, shop};

/// A shop whose customization fails, with this in its configuration.
pub(crate) fn failing_with(hooks: &str) -> Sandbox {
    let sandbox = shop();
    sandbox.write("custom/1.1.0.sql", FAILING);
    configure(&sandbox, hooks);
    sandbox
}

fn configure(sandbox: &Sandbox, hooks: &str) {
    let config = sandbox.read("upgrades.toml");
    let config = config.split("\n[hooks").next().unwrap();
    sandbox.write("upgrades.toml", format!("{config}\n{hooks}"));
}

fn webhook(chat: &Receiver) -> String {
    format!(
        "[hooks.chat]\nurl = \"{}\"\n",
        chat.url("/services/s3cret-token")
    )
}

/// The kinds of all that it has heard.
fn kinds(chat: &Receiver) -> Vec<String> {
    chat.by_now()
        .iter()
        .map(|heard| heard.told("/kind"))
        .collect()
}

#[test]
fn from_the_failure_to_its_end() {
    let chat = Receiver::new();
    let sandbox = failing_with(&webhook(&chat));
    sandbox.upgrades(["run"]);
    assert_eq!(kinds(&chat), ["raised"]);
    assert_eq!(chat.by_now()[0].told("/app_version"), "2.0.0");
    check(
        &sandbox,
        r#"
$ upgrades hooks
hook           tells                   waiting  open  over
chat  webhook  http://127.0.0.1:PORT        0     1     0
=> 0
$ upgrades hooks send
0 notices sent, 0 not heard, 0 left
=> 0
$ rm custom/1.1.0.sql && upgrades clear-failure --reason mended --quiet
=> 0
$ upgrades hooks
hook           tells                   waiting  open  over
chat  webhook  http://127.0.0.1:PORT        0     0     1
=> 0
$ upgrades hooks test chat
sent: hook chat has heard
=> 0
$ upgrades hooks test mail
! error[hook]: there is no hook "mail"; nothing was sent
!   help: upgrades explain hook
=> 4
"#,
    );
    assert_eq!(kinds(&chat), ["raised", "cleared", "test"]);
}

#[test]
fn a_command_is_told() {
    let sandbox = failing_with("[hooks.mail]\ncommand = [\"bin/mail\", \"--to\", \"operator\"]\n");
    sandbox.write(
        "bin/mail",
        "#!/bin/sh\necho \"$2 $UPGRADES_NOTICE_KIND\" >> told; cat > body\n",
    );
    check(
        &sandbox,
        r#"
$ upgrades hooks
hook           tells       waiting  open  over
mail  command  ./bin/mail        0     0     0

mail: there is no program ./bin/mail that this user may run
=> 0
$ chmod +x bin/mail; upgrades run --quiet 2>/dev/null; cat told
operator raised
=> 0
$ grep -c script-failed body
1
=> 0
"#,
    );
}

#[test]
fn what_waits_is_shown() {
    let sandbox = failing_with(&format!(
        "[hooks.chat]\nurl = \"{}s3cret-token\"\n",
        nobody()
    ));
    let answer = sandbox.upgrades(["run"]);
    assert_eq!(answer.status, Some(4), "{answer:?}");
    let shown = sandbox.upgrades(["hooks"]);
    assert!(
        shown
            .stdout
            .contains("\nwaiting for chat: script-failed:customization/1.1.0.sql:"),
        "{shown:?}"
    );
    assert!(
        shown.stdout.contains("\n  1 attempt, the last: "),
        "{shown:?}"
    );
    let chat = Receiver::new();
    configure(&sandbox, "[hooks.other]\ncommand = [\"true\"]\n");
    let shown = sandbox.upgrades(["hooks"]);
    assert!(
        shown
            .stdout
            .contains("\n  no hook of this name is configured here\n"),
        "{shown:?}"
    );
    configure(&sandbox, &webhook(&chat));
    // Whoever is not heard is tried again when it is time, and by somebody else if that is who runs then.
    let sent = upgrades_tests::child::until("its time", || {
        let answer = sandbox.upgrades(["hooks", "send"]);
        (answer.status == Some(0)).then_some(answer.stdout)
    });
    assert_eq!(sent, "1 notice sent, 0 not heard, 0 left\n");
    assert_eq!(kinds(&chat), ["raised"]);
}

/// A command that is killed while the hook does not answer leaves it to the next one.
#[test]
fn killed_while_it_tells() {
    let chat = Receiver::saying(&[Says::Nothing]);
    let sandbox = failing_with(&webhook(&chat));
    let child = sandbox.command(["run", "--quiet"]).spawn().unwrap();
    chat.heard(1);
    signal(&child, Signal::KILL);
    assert_eq!(ended(child).code, None);
    let chat = Receiver::new();
    configure(&sandbox, &webhook(&chat));
    let waiting = sandbox.upgrades(["hooks", "--format", "json"]).stdout;
    assert!(waiting.contains("\"state\": \"sending\""), "{waiting}");
    // Once the dead one's time is over.
    sandbox
        .open("shop.db")
        .execute_batch("UPDATE cb_upgrade_outbox SET next_at = raised_at")
        .unwrap();
    assert_eq!(sandbox.upgrades(["run"]).status, Some(4));
    assert_eq!(kinds(&chat), ["raised"]);
}

#[test]
fn what_cannot_be_configured() {
    let rows = [
        (
            "",
            "! error[usage]: [hooks.chat] has neither; write url = \"https://...\" or command = [\"program\", \"argument\"]",
        ),
        (
            "url = \"https://example.org/s3cret\"\ncommand = [\"true\"]",
            "! error[usage]: [hooks.chat] has a url and a command; make two hooks of it",
        ),
        (
            "url = \"https://example.org/s3cret\"\nsecret_file = \"a\"\nsecret_env = \"A\"",
            "! error[usage]: [hooks.chat] has a secret_file and a secret_env; which of them signs cannot be told",
        ),
        (
            "url = \"s3cret\"",
            "! error[setup]: the hook \"chat\" cannot be used: its URL begins neither with https:// nor with http://; nothing was run\n!   help: upgrades explain setup",
        ),
        (
            "command = [\"true\"]\nsecret_env = \"A\"",
            "! error[setup]: the hook \"chat\" cannot be used: a command gets no signature, so it has no secret; nothing was run\n!   help: upgrades explain setup",
        ),
    ];
    for (hook, expected) in rows {
        let sandbox = shop();
        configure(&sandbox, &format!("[hooks.chat]\n{hook}\n"));
        check(
            &sandbox,
            &format!("\n$ upgrades status\n{expected}\n=> 2\n"),
        );
    }
    for (hook, word) in [
        (
            "url = \"https://example.org/\"\nsecret = \"s3cret\"",
            "unknown field `secret`",
        ),
        (
            "url = \"https://example.org/s3cret\"\ntimeout = \"soon\"",
            "\"soon\" is no duration",
        ),
        ("command = \"mail s3cret\"", "expected a sequence"),
    ] {
        let sandbox = shop();
        configure(&sandbox, &format!("[hooks.chat]\n{hook}\n"));
        let answer = sandbox.upgrades(["status"]);
        assert_eq!(answer.status, Some(2));
        assert!(answer.stderr.contains(word), "{answer:?}");
    }
}

/// Neither the URL nor the secret comes out, whatever is asked and however it fails.
#[test]
fn no_secret_comes_out() {
    let chat = Receiver::saying(&[Says::Status(403, "bad s3cret-token".to_owned())]);
    let sandbox = failing_with(&format!("{}secret_file = \"key\"\n", webhook(&chat)));
    sandbox.write("key", "key-s3cret");
    let mut all = String::new();
    for line in [
        "run -vv",
        "hooks",
        "hooks --format json",
        "hooks send -vv",
        "hooks test chat -vv",
        "status --format json",
        "support-bundle --output bundle",
    ] {
        let answer = sandbox.answer(&mut shell(&sandbox, &format!("upgrades {line}")));
        all += &answer.stdout;
        all += &answer.stderr;
    }
    assert!(all.contains("403 Forbidden: bad [...]"), "{all}");
    assert!(!chat.by_now().is_empty());
    all += &unpacked(&sandbox.path("bundle")).1;
    let rows = sandbox.open("shop.db");
    let stored = upgrades_tests::picture(&rows, &[]);
    assert!(stored.contains("upgrade_outbox"), "{stored}");
    for text in [all, stored, sandbox.read("log/upgrade_errors.log")] {
        assert!(!text.contains("s3cret"), "{text}");
    }
}

/// Ten starts at once tell it once.
#[test]
fn many_starts() {
    let chat = Receiver::new();
    let sandbox = failing_with(&webhook(&chat));
    let starts = (0..10).map(|_| sandbox.command(["run", "--quiet"]).spawn().unwrap());
    let starts: Vec<_> = starts.collect();
    for start in starts {
        assert_eq!(ended(start).code, Some(4));
    }
    assert_eq!(kinds(&chat), ["raised"]);
}

#[test]
fn a_secret_in_the_environment() {
    let chat = Receiver::new();
    let sandbox = shop();
    configure(
        &sandbox,
        &format!("{}secret_env = \"CHAT_KEY\"\n", webhook(&chat)),
    );
    check(
        &sandbox,
        r#"
$ upgrades hooks
hook           tells                   waiting  open  over
chat  webhook  http://127.0.0.1:PORT        0     0     0

chat: the environment variable CHAT_KEY of the secret is not set
=> 0
$ CHAT_KEY=s3cret upgrades hooks test chat
sent: hook chat has heard
=> 0
"#,
    );
    let heard = chat.by_now().remove(0);
    assert!(
        heard.headers["upgrades-signature"].starts_with("v1="),
        "{heard:?}"
    );
}

/// The dashboard goes on for days, so it does not leave to the next command what has happened on it.
#[test]
fn a_run_on_the_dashboard() {
    let chat = Receiver::new();
    let sandbox = failing_with(&webhook(&chat));
    let token = "umask 077; echo 0123456789abcdef0123456789abcdef > token";
    sandbox.answer(&mut shell(&sandbox, token));
    let (serving, _) = Serving::begun(&sandbox, "upgrades dashboard --token-file token").unwrap();
    let press = r#"
ask() { curl --silent --fail -H "Authorization: Bearer $(cat token)" -H "Origin: http://127.0.0.1:7878" "$@"; }
token=$(ask http://127.0.0.1:7878/ | sed -n '/action=".*run"/,/token/ s/.*name="token" value="\([^"]*\)".*/\1/p')
ask --data-urlencode "token=$token" http://127.0.0.1:7878/run"#;
    let pressed = sandbox.answer(&mut shell(&sandbox, &serving.addressed(press)));
    assert_eq!(pressed.status, Some(0), "{pressed:?}");
    chat.heard(1);
    assert_eq!(kinds(&chat), ["raised"]);
}
