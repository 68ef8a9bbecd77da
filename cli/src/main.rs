//! The command `upgrades`: what an operator, an integrator and a build server use of the engine.

mod args;
mod ask;
mod backups;
mod command;
mod config;
mod exit;
mod git;
mod hooks;
mod lua_limits;
mod patient;
mod progress;
mod reply;
mod serve;
mod table;
mod url;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Format};
use crate::exit::Exit;
use crate::reply::Reply;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_log(arguments.common.verbose);
    let reply = command::run(&arguments);
    let exit = print(&reply, &arguments);
    reply.after.happen();
    exit.into()
}

/// The log is silent unless asked for: what a person needs is told anyway.
fn start_log(verbose: u8) {
    let level = match verbose {
        0 => log::LevelFilter::Off,
        1 => log::LevelFilter::Info,
        2 => log::LevelFilter::Debug,
        3.. => log::LevelFilter::Trace,
    };
    env_logger::Builder::new()
        .filter_level(level)
        .parse_default_env()
        .init();
}

/// Shows on standard error what a person is asked about.
fn show(text: &str) {
    use std::io::Write;
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Tells on standard output what somebody needs while the command goes on.
fn say(text: &str) {
    use std::io::Write;
    let mut output = anstream::stdout();
    let written = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
    if let Err(error) = written {
        log::warn!("what is to be told cannot be written: {error}");
    }
}

/// Prints a reply; the one place that does. A reader that went away is no error; an answer that is lost otherwise is
/// told, and the exit code stays that of what was done.
fn print(reply: &Reply, arguments: &Arguments) -> Exit {
    use std::io::Write;
    let text = match arguments.common.format {
        Format::Json if reply.json.is_null() => String::new(),
        Format::Json => format!("{:#}\n", reply.json),
        Format::Text if arguments.common.quiet => String::new(),
        Format::Text => reply.text.clone(),
    };
    let written = anstream::stdout().write_all(text.as_bytes());
    if let Err(error) = written
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        let message = format!("error: the answer cannot be written: {error}\n");
        let _ = anstream::stderr().write_all(message.as_bytes());
    }
    if arguments.common.format == Format::Text {
        let _ = anstream::stderr().write_all(reply.error.as_bytes());
    }
    reply.exit
}
