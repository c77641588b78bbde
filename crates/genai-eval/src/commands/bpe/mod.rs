//! `genai-eval bpe …`: byte-pair encoding at a shell. One file a subcommand, and what they share.

mod compare;
mod count;
mod decode;
mod encode;
mod inspect;
mod reading;
mod subwords;
mod table;
mod train;
mod vocabulary;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{ArgMatches, Args, Command, value_parser};

use super::Entry;
use crate::Outcome;
use crate::messages::Messages;
use crate::output::Output;

const COMMANDS: &[Entry] = &[
    Entry { command: train::command, run: train::run },
    Entry { command: encode::command, run: encode::run },
    Entry { command: decode::command, run: decode::run },
    Entry { command: count::command, run: count::run },
    Entry { command: inspect::command, run: inspect::run },
    Entry { command: compare::command, run: compare::run },
];

pub(super) fn command() -> Command {
    Command::new("bpe")
        .about("Byte-pair encoding: train, encode, decode, count tokens, inspect and compare tokenizers")
        .after_help(
            "Tokenizers are files (tokenizer.json, vocab.json beside merges.txt, .tiktoken, \
             SentencePiece .model, subword-nmt codes), known by their content, or names of those \
             that are built in (cl100k_base, o200k_base). Ids are those of the tool that a file \
             belongs to.",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(COMMANDS.iter().map(|entry| (entry.command)()))
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let Some((name, matches)) = matches.subcommand() else { return Ok(Outcome::Success) };
    match COMMANDS.iter().find(|entry| (entry.command)().get_name() == name) {
        Some(entry) => (entry.run)(matches),
        None => bail!("unknown command '{name}'"),
    }
}

// Where a result goes, and how the work is done: the same for all. (A documentation comment would
// become that of the commands.)
#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
struct RunArguments {
    /// Write to FILE instead of stdout; it appears whole or not at all
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Threads; the result does not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// No warnings, no progress
    #[arg(long)]
    quiet: bool,
}

impl RunArguments {
    fn messages(&self) -> Messages {
        Messages { quiet: self.quiet }
    }

    /// The output, tried before any work and found to replace none of what is read.
    fn open_output(&self, files: &[String]) -> Result<Output> {
        let output = Output::open(self.output.as_deref())?;
        if let Some(file) = files.iter().find(|file| output.would_replace(file)) {
            bail!("{file} is read, and would be overwritten by the result");
        }
        Ok(output)
    }
}
