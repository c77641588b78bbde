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

use anyhow::Result;
use clap::{ArgMatches, Command};

use super::run_arguments::RunArguments;
use super::{Entry, run_one};
use crate::Outcome;

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
    run_one(COMMANDS, name, matches)
}
