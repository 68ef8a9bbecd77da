//! Upgrades a database with the scripts of a folder, and says the largest memory that took, in kB, or what
//! went wrong.
//!
//! Arguments: the database, which is the path of a SQLite file or a `mysql://` URL; the folder.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test reads what it says"
)]

fn main() {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [database, folder] = arguments.as_slice() else {
        panic!("a database and a folder are needed");
    };
    let upgrader = match database
        .to_str()
        .filter(|text| text.starts_with("mysql://"))
    {
        Some(url) => upgrades::Upgrader::new(upgrades::mysql(url).unwrap()),
        None => upgrades::Upgrader::new(upgrades::sqlite(database)),
    };
    let upgrader = upgrader
        .prefix("cb_")
        .track(upgrades::Track::core(std::path::Path::new(folder)))
        .without_failure_log();
    if let Err(error) = upgrader.run() {
        eprintln!("{}", upgrades::chain(&error));
        std::process::exit(1);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let peak: String = line.chars().filter(char::is_ascii_digit).collect();
    println!("{peak}");
}
