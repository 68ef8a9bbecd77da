//! `upgrades completions`

use std::io::Write;
use std::process::{Command, Stdio};

use upgrades_tests::Sandbox;

use crate::transcript::check;

#[test]
fn every_shell_has_them() {
    let sandbox = Sandbox::new();
    // Where the shell itself is installed, it has to understand them.
    let rows = [
        ("bash", "_upgrades() {", Some("-n")),
        (
            "elvish",
            "set edit:completion:arg-completer[upgrades]",
            None,
        ),
        ("fish", "complete -c upgrades", Some("--no-execute")),
        ("powershell", "Register-ArgumentCompleter", None),
        ("zsh", "#compdef upgrades", Some("-n")),
    ];
    for (shell, part, syntax_check) in rows {
        let answer = sandbox.upgrades(["completions", shell]);
        assert_eq!((answer.status, answer.stderr.as_str()), (Some(0), ""));
        assert!(answer.stdout.contains(part), "{shell}");
        for word in ["clear-failure", "resolution", "lua"] {
            assert!(answer.stdout.contains(word), "{shell}: {word}");
        }
        // Only some shells are given the values of an option.
        let values = ["bash", "fish", "zsh"].contains(&shell);
        assert_eq!(answer.stdout.contains("mark-done"), values, "{shell}");
        if let Some(option) = syntax_check {
            let shell = Command::new(shell)
                .arg(option)
                .stdin(Stdio::piped())
                .spawn();
            let Ok(mut shell) = shell else { continue };
            let mut input = shell.stdin.take().unwrap();
            input.write_all(answer.stdout.as_bytes()).unwrap();
            drop(input);
            assert!(shell.wait().unwrap().success());
        }
    }
}

#[test]
fn other_shells_have_none() {
    check(
        &Sandbox::new(),
        r#"
$ upgrades completions tcsh
! error: invalid value 'tcsh' for '<SHELL>'
!   [possible values: bash, elvish, fish, powershell, zsh]
!
!   tip: a similar value exists: 'zsh'
!
! For more information, try '--help'.
=> 2
$ upgrades completions
! error: the following required arguments were not provided:
!   <SHELL>
!
! Usage: upgrades completions <SHELL>
!
! For more information, try '--help'.
=> 2
"#,
    );
}
