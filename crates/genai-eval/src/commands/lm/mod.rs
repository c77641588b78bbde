//! `genai-eval lm …`: n-gram language models at a shell. One file a subcommand, and what they share.

mod convert;
mod query;
mod train;
pub(super) mod training;

use anyhow::Result;
use clap::{ArgMatches, Command};

use super::{Entry, run_one};
use crate::Outcome;

const COMMANDS: &[Entry] = &[
    Entry { command: train::command, run: train::run },
    Entry { command: query::command, run: query::run },
    Entry { command: convert::command, run: convert::run },
];

pub(super) fn command() -> Command {
    Command::new("lm")
        .about("N-gram language models, as KenLM's: train, query, convert")
        .after_help(
            "Models are ARPA files, plain or compressed by gzip or zstd, or a binary form that is \
             mapped rather than read. A model trained here is lmplz's: the same n-grams, \
             probabilities and backoffs.",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(COMMANDS.iter().map(|entry| (entry.command)()))
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let Some((name, matches)) = matches.subcommand() else { return Ok(Outcome::Success) };
    run_one(COMMANDS, name, matches)
}
