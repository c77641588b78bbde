//! The subcommands: one file each, thin. A metric's subcommand comes from the registry.

mod alignment;
mod bpe;
mod chosen;
mod compare;
mod completions;
mod confidence;
mod correlate;
mod doctor;
mod gate;
mod input;
mod limits;
mod list;
mod lm;
mod man;
mod measuring;
mod metric_choice;
mod metric_options;
mod option_value;
mod perplexity;
mod report_plan;
mod run_arguments;
mod scheme;
mod score;
mod scoring;
mod several;
mod tokenize;
mod units;

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
    Entry { command: several::command, run: several::run },
    Entry { command: compare::command, run: compare::run },
    Entry { command: gate::command, run: gate::run },
    Entry { command: perplexity::command, run: perplexity::run },
    Entry { command: lm::command, run: lm::run },
    Entry { command: bpe::command, run: bpe::run },
    Entry { command: tokenize::command, run: tokenize::run },
    Entry { command: correlate::command, run: correlate::run },
    Entry { command: doctor::command, run: doctor::run },
    Entry { command: list::command, run: list::run },
    Entry { command: completions::command, run: completions::run },
    Entry { command: man::command, run: man::run },
];

/// The whole command line, its subcommands in the order of `--help`.
pub(crate) fn command() -> Command {
    let of_metrics = metrics::METRICS.iter().map(score::command);
    Command::new("genai-eval")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Scores generated text, with the numbers of the reference tools")
        .after_help(
            "Exit codes: 0 success, 1 the gate failed (gate, --fail-under), 2 no verdict (usage, input \
             or output error)",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(100)
        .subcommands(of_metrics.chain(COMMANDS.iter().map(|entry| (entry.command)())))
}

/// Runs the subcommand that was given.
pub(crate) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let Some((name, matches)) = matches.subcommand() else { return Ok(Outcome::Success) };
    if let Some(metric) = metrics::METRICS.iter().find(|metric| metric.name == name) {
        return score::run(metric, matches);
    }
    run_one(COMMANDS, name, matches)
}

/// Runs the one of these that has that name.
fn run_one(commands: &[Entry], name: &str, matches: &ArgMatches) -> Result<Outcome> {
    match commands.iter().find(|entry| (entry.command)().get_name() == name) {
        Some(entry) => (entry.run)(matches),
        None => anyhow::bail!("unknown command '{name}'"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_well_formed() {
        super::command().debug_assert();
    }
}
