//! The subcommands: one file each, thin. A metric's subcommand comes from the registry.

mod completions;
mod doctor;
mod list;
mod man;
mod score;
mod tokenize;

use anyhow::Result;
use clap::{ArgMatches, Command};
use genai_metrics::metrics;

use crate::Outcome;

/// A subcommand that is no metric's.
struct Entry {
    command: fn() -> Command,
    run: fn(&ArgMatches) -> Result<Outcome>,
}

const COMMANDS: &[Entry] = &[
    Entry { command: tokenize::command, run: tokenize::run },
    Entry { command: doctor::command, run: doctor::run },
    Entry { command: list::command, run: list::run },
    Entry { command: completions::command, run: completions::run },
    Entry { command: man::command, run: man::run },
];

/// All subcommands, in the order of `--help`.
pub(crate) fn all() -> Vec<Command> {
    let of_metrics = metrics::METRICS.iter().map(score::command);
    of_metrics.chain(COMMANDS.iter().map(|entry| (entry.command)())).collect()
}

/// Runs the subcommand that was given.
pub(crate) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let Some((name, matches)) = matches.subcommand() else { return Ok(Outcome::Success) };
    if let Some(metric) = metrics::find(name) {
        return score::run(metric, matches);
    }
    match COMMANDS.iter().find(|entry| (entry.command)().get_name() == name) {
        Some(entry) => (entry.run)(matches),
        None => anyhow::bail!("unknown command '{name}'"),
    }
}
