//! One module for each command: it asks the engine, and makes a reply of the answer.

mod adopt;
mod backup;
mod check;
mod clear_failure;
mod dashboard;
mod explain;
mod history;
mod model;
mod new;
mod plan;
mod rehearse;
mod repair;
mod run;
mod squash;
mod status;
mod support_bundle;

use clap::CommandFactory;
use upgrades::Upgrader;

use crate::args::{Arguments, Command, Limits};
use crate::config::{Config, ConfigError};
use crate::reply::Reply;

/// Why a command has no answer.
enum Failure {
    Config(ConfigError),
    Engine(upgrades::Error),
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<upgrades::Error> for Failure {
    fn from(error: upgrades::Error) -> Self {
        Self::Engine(error)
    }
}

/// Does what was asked for.
pub(crate) fn run(arguments: &Arguments) -> Reply {
    match answer(arguments) {
        Ok(reply) => reply,
        Err(Failure::Config(error)) => Reply::usage_error(&error),
        Err(Failure::Engine(error)) => Reply::engine_error(&error),
    }
}

fn answer(arguments: &Arguments) -> Result<Reply, Failure> {
    let config = || Config::load(&arguments.common);
    match &arguments.command {
        Command::Status { check } => status::answer(&config()?.upgrader()?, *check),
        Command::Plan(limits) => plan::answer(&limited(config()?.upgrader()?, limits), limits),
        Command::Rehearse { limits, folder, on } => {
            rehearse::answer(&config()?, limits, folder.as_deref(), on.as_deref())
        }
        Command::Run(limits) => run::answer(&config()?, limits, &arguments.common),
        Command::ClearFailure { reason, resolution } => {
            clear_failure::answer(&config()?.upgrader()?, reason, *resolution)
        }
        Command::Adopt(wanted) => adopt::answer(&config()?.upgrader()?, wanted, &arguments.common),
        Command::Repair { how } => repair::answer(&config()?, how.as_ref(), &arguments.common),
        Command::History { track, limit } => {
            history::answer(&config()?.upgrader()?, track.clone(), *limit)
        }
        Command::Check {
            since,
            no_database,
            strict,
        } => {
            let demand = match strict {
                true => check::Demand::Strict,
                false => check::Demand::Usual,
            };
            check::answer(&config()?, since.as_deref(), *no_database, demand)
        }
        Command::New {
            track,
            description,
            version,
            in_lua,
        } => {
            let language = match in_lua {
                true => model::Language::Lua,
                false => model::Language::Sql,
            };
            new::answer(&config()?, track, description, version.as_ref(), language)
        }
        Command::Squash { track, to } => squash::answer(&config()?, track, to),
        Command::Backup(command) => backup::answer(&config()?, command, &arguments.common),
        Command::Dashboard(told) => dashboard::answer(&config()?, told, &arguments.common),
        Command::SupportBundle { output } => support_bundle::answer(&config()?, output.as_deref()),
        Command::Explain { code } => explain::answer(code.as_deref()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "upgrades", &mut script);
            let script = String::from_utf8_lossy(&script).into_owned();
            let json = serde_json::json!({ "completions": script });
            Ok(Reply::new(script, json))
        }
    }
}

/// The upgrade, going no further than it may.
fn limited(upgrader: Upgrader<'static>, limits: &Limits) -> Upgrader<'static> {
    let limits = limits.to.iter().cloned();
    limits.fold(upgrader, |upgrader, (track, version)| {
        upgrader.up_to(track, version)
    })
}
