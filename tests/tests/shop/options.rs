//! What the shop is told at its start, and refuses.

use std::process::Stdio;

use crate::lab::Lab;

#[test]
fn a_wrong_start_says_how_it_is_done() {
    let lab = Lab::new();
    let rows: &[(&[&str], Option<&str>, i32, &str)] = &[
        (&["--port"], None, 2, "--port is no option of the shop's"),
        (&["--listen"], None, 2, "--listen needs a value behind it"),
        (
            &["--listen", "nowhere"],
            None,
            2,
            "\"nowhere\" is no address to listen on",
        ),
        (
            &[],
            Some("short"),
            2,
            "SHOP_PASSWORD cannot be used: it has fewer than 12 characters, and could be guessed",
        ),
        (&["--listen", "203.0.113.1:80"], None, 1, "shop: "),
        (&["--help"], None, 0, "usage: shop [--listen ADDRESS]"),
    ];
    for (arguments, password, code, says) in rows {
        let mut command = lab.command();
        command.args(*arguments).stderr(Stdio::piped());
        if let Some(password) = password {
            command.env("SHOP_PASSWORD", password);
        }
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(output.status.code(), Some(*code), "{said}");
        assert!(said.contains(says), "{says} is not in {said}");
    }
    assert!(!lab.path("shop.db").exists());
}
