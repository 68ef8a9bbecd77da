//! What the command can be asked for.

mod dashboard;
mod limits;

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use upgrades::{Resolution, Tool, TrackName, Version};

pub(crate) use self::dashboard::DashboardServer;
pub(crate) use self::limits::Limits;
use self::limits::limit;

/// Takes software that other people run from one version to the next.
///
/// Reads upgrades.toml, found upwards from the working directory. Exit codes: 0 done or current, 2 wrong usage,
/// 3 pending, 4 failed, 5 locked, 6 program too old for the database, 7 database unreachable, 8 scripts not in order, 9 backup not made or not brought back.
#[derive(Debug, Parser)]
#[command(name = "upgrades", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command; they override the environment, which overrides the configuration file.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// The configuration file [default: upgrades.toml, found upwards]
    #[arg(long, global = true, value_name = "FILE", env = "UPGRADES_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// The database, such as sqlite:shop.db or mysql://user@host/shop
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "UPGRADES_DATABASE_URL",
        hide_env_values = true
    )]
    pub(crate) database: Option<String>,
    /// What #__ in a script becomes
    #[arg(long, global = true, value_name = "TEXT", env = "UPGRADES_PREFIX")]
    pub(crate) prefix: Option<String>,
    /// The version of the application, which scripts may require
    #[arg(
        long,
        global = true,
        value_name = "SEMVER",
        env = "UPGRADES_APP_VERSION"
    )]
    pub(crate) app_version: Option<String>,
    /// How long to wait for another process that upgrades, such as 30s
    #[arg(
        long,
        global = true,
        value_name = "DURATION",
        env = "UPGRADES_LOCK_WAIT"
    )]
    pub(crate) lock_wait: Option<String>,
    /// How long to wait for a database server that is still starting, such as 30s
    #[arg(long, global = true, value_name = "DURATION", env = "UPGRADES_WAIT")]
    pub(crate) wait: Option<String>,
    /// The folder of the failure log
    #[arg(
        long,
        global = true,
        value_name = "FOLDER",
        env = "UPGRADES_LOG_DIRECTORY"
    )]
    pub(crate) log_directory: Option<PathBuf>,
    /// How to answer
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
    /// Log what happens; twice for each script, three times for each statement
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

/// The words for a resolution, for help and completions too.
fn resolutions() -> impl TypedValueParser<Value = Resolution> {
    let words = [
        (
            "go-on",
            "At the failed statement, or with the script that was rolled back",
        ),
        ("start-over", "At the script's first statement"),
        (
            "skip-statement",
            "Behind the failed statement, whose work was done by hand",
        ),
        (
            "mark-done",
            "Behind the script, whose work was done by hand",
        ),
    ];
    let words = words.map(|(word, help)| PossibleValue::new(word).help(help));
    PossibleValuesParser::new(words).try_map(|word| word.parse())
}

/// How to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show where the installation stands
    Status {
        /// End with 3 if scripts are pending, 4 after a failure, 6 if the database is newer
        #[arg(long)]
        check: bool,
    },
    /// Show what a run would do, and what in it is dangerous
    Plan(Limits),
    /// Make the next run on a copy of the database: how long it takes, what it changes, what fails
    ///
    /// The copy is gone afterwards. Callbacks are not called. A script that fails ends this with 8, and so does a death that changes
    /// something.
    Rehearse(Rehearse),
    /// Bring the database to the newest version
    Run(Limits),
    /// Clear a recorded failure, so that the next run goes on
    ClearFailure {
        /// Why, for whoever reads the history later
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// How the next run goes on
        #[arg(long, value_name = "HOW", default_value = "go-on", value_parser = resolutions())]
        resolution: Resolution,
    },
    /// Take over a database whose scripts something else has run until now
    ///
    /// Shows what counts as applied from then on, and asks. Changes nothing of the other tool's. Without a terminal and
    /// without --yes it only shows, and ends with 3.
    Adopt(Adopt),
    /// Show scripts that are not as the database has seen them: edited, deleted, skipped; and settle them
    ///
    /// Ends with 8 where there is something to settle. What was edited is shown as a difference.
    Repair {
        /// How to settle one
        #[command(subcommand)]
        how: Option<RepairCommand>,
    },
    /// Show what happened here, oldest first
    History {
        /// Only this track
        #[arg(long, value_name = "NAME")]
        track: Option<TrackName>,
        /// Only the newest so many
        #[arg(long, value_name = "COUNT")]
        limit: Option<u64>,
    },
    /// Check the scripts, and the database against them; for the build server of whoever writes scripts
    ///
    /// Problems end with 8. Warnings are about scripts that run and deserve a second look: they drop, lock, fail on some
    /// rows; with --strict they end with 8 too. `-- upgrade: allow = CODE` in a script says that a warning is known.
    /// With a database only scripts that have not run there are reviewed, for the tables as they are there.
    Check {
        /// Also compare with the scripts of a git revision: what was released there must not change, and is not reviewed
        #[arg(long, value_name = "REV")]
        since: Option<String>,
        /// Look at the scripts only
        #[arg(long)]
        no_database: bool,
        /// End with 8 for warnings too
        #[arg(long)]
        strict: bool,
    },
    /// Write the next script of a track
    New {
        /// The track
        track: TrackName,
        /// What the script is to do, such as "add vat"
        description: String,
        /// Its version [default: the one after the newest]
        #[arg(long)]
        version: Option<Version>,
        /// In Lua instead of SQL: to ask before acting, to compute, to go through millions of rows
        #[arg(long = "lua")]
        in_lua: bool,
    },
    /// Write a baseline: what a track's scripts up to a version make of an empty database, in one script
    ///
    /// The scripts are run in a database aside, what is there then is written as SQL, and both ways are compared. A new
    /// installation begins with the newest baseline.
    Squash {
        /// The track
        track: TrackName,
        /// The version of the newest script that it stands for
        #[arg(long, value_name = "VERSION")]
        to: Version,
    },
    /// Make backups of the database and the application's files, check them, and bring them back
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Show the dashboard to browsers, for an application that has no pages of its own
    ///
    /// Prints an address to sign in with, which is good for one browser, and the next one when it was used. Ends with
    /// Ctrl-C; an upgrade that was started on the page then stops behind its present statement.
    Dashboard(DashboardServer),
    /// Show what hooks were told of critical issues and what waits; tell it, or try a hook
    Hooks {
        /// What to do with them
        #[command(subcommand)]
        what: Option<HooksCommand>,
    },
    /// Pack what may be posted publicly where help is asked for: states, versions, history; no secrets, no rows
    SupportBundle {
        /// The archive to write [default: upgrades-support-TIME.tar.zst]
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Explain an error code, or list them all
    Explain {
        /// The code
        code: Option<String>,
    },
    /// Write completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// How the next run is rehearsed.
#[derive(Debug, Clone, Args)]
pub(crate) struct Rehearse {
    #[command(flatten)]
    pub(crate) limits: Limits,
    /// Where copies are kept meanwhile [default: the folder for backups, or beside the database]
    #[arg(long = "in", value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
    /// Then kill and resume the run on copies, at every statement, and compare what it leaves
    #[arg(long)]
    pub(crate) crash_lab: bool,
    /// Where there are more moments to die at, try so many of them, evenly spread [default: 500]
    #[arg(long, value_name = "COUNT", requires = "crash_lab", value_parser = clap::value_parser!(u64).range(2..))]
    pub(crate) moments: Option<u64>,
    /// This is a process that a crash lab has started
    #[arg(long, hide = true, requires = "crash_lab")]
    pub(crate) crash_lab_child: bool,
    /// The server that the copy is made on, beside this database [default: the database's own, or rehearse_on]
    #[arg(
        long,
        value_name = "URL",
        env = "UPGRADES_REHEARSE_ON",
        hide_env_values = true
    )]
    pub(crate) on: Option<String>,
}

/// Where a database stands that is to be taken over.
#[derive(Debug, Clone, Args)]
pub(crate) struct Adopt {
    /// The version that core, or another track, stands at
    #[arg(long, value_name = "[TRACK=]VERSION", value_parser = limit, required_unless_present = "from")]
    pub(crate) at: Vec<(TrackName, Version)>,
    /// The tool whose own table tells what has run
    #[arg(long, value_name = "TOOL", value_parser = tools(), conflicts_with = "at")]
    pub(crate) from: Option<Tool>,
    /// The track that the tool's scripts are now
    #[arg(
        long,
        value_name = "NAME",
        default_value = "core",
        conflicts_with = "at"
    )]
    pub(crate) track: TrackName,
    /// The tool's table, where it has not its usual name
    #[arg(long, value_name = "NAME", requires = "from")]
    pub(crate) table: Option<String>,
    /// Of Joomla: the id of the extension whose scripts they were
    #[arg(long, value_name = "ID", requires = "from")]
    pub(crate) extension: Option<u64>,
    /// Scripts that the tool has passed over count as applied
    #[arg(long, requires = "from")]
    pub(crate) count_gaps: bool,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// The words for a tool, for help and completions too.
fn tools() -> impl TypedValueParser<Value = Tool> {
    let words = Tool::ALL.map(|tool| PossibleValue::new(tool.as_str()));
    PossibleValuesParser::new(words).try_map(|word| word.parse())
}

/// How to settle a script that is not as the database has seen it.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RepairCommand {
    /// Run a skipped script now, with the callbacks of a run; its track stays where it is
    Run {
        /// The script, such as core/1.0.5_late.sql
        script: String,
    },
    /// Accept that a script was edited, or is gone
    Accept {
        /// The script, such as core/1.0.5_late.sql
        script: String,
        /// Why, for whoever reads the history later
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Mark a skipped script as done
    Mark {
        /// The script, such as core/1.0.5_late.sql
        script: String,
        /// Why, for whoever reads the history later
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// What to do with hooks.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum HooksCommand {
    /// Tell what is due now, for cron; ends with 3 if something is left
    Send,
    /// Send a notice of the kind `test`, which is about no issue
    Test {
        /// The hook
        name: String,
    },
}

/// What to do with backups.
#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Make one now; others may read and write meanwhile
    Create,
    /// Show those that are there, oldest first
    List,
    /// Compare one with its checksums, and restore it aside
    Verify {
        /// Its name, or `latest`
        id: String,
    },
    /// Bring one back: shows what will be replaced by what, and asks
    Restore {
        /// Its name, or `latest`
        id: String,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
