//! `genai-eval lm query`: each word's probability, as `KenLM`'s `query` prints it.

use std::io::BufReader;
use std::path::PathBuf;

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_lm::ngram::{NgramModel, Query};

use super::super::run_arguments::RunArguments;
use super::training::read_line;
use crate::Outcome;
use crate::read::{Input, STANDARD_INPUT};

#[derive(Args, Debug)]
struct Arguments {
    /// The model, ARPA or binary
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// The text, a sentence a line, plain or compressed by gzip or zstd; - is stdin
    #[arg(value_name = "FILE", default_value = STANDARD_INPUT)]
    file: String,
    /// word: every word, then the summary; sentence: totals of sentences; summary
    #[arg(short, long, value_name = "WHAT", default_value = "word", value_parser = PossibleValuesParser::new(["word", "sentence", "summary"]), hide_possible_values = true)]
    verbosity: String,
    /// Sentences have neither begin nor end
    #[arg(short, long)]
    no_sentence: bool,
    #[command(flatten)]
    run: RunArguments,
}

pub(super) fn command() -> Command {
    Arguments::augment_args(Command::new("query")).about(
        "Print each word's log10 probability, the length of the n-gram that gave it, and perplexities, as \
         KenLM's query",
    )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let arguments = Arguments::from_arg_matches(matches)?;
    let Arguments { model, file, verbosity, no_sentence, run } = &arguments;
    let output = run.open_output(&[model.display().to_string(), file.clone()])?;
    let model = NgramModel::open(model)?;
    let mut reader = BufReader::with_capacity(1 << 18, Input::open(file, false)?);
    let mut query = Query::new(&model).with_sentence_context(!no_sentence);
    output.stream(|out| {
        let mut line = Vec::new();
        while read_line(&mut reader, &mut line, file)? > 0 {
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            match verbosity.as_str() {
                "word" => writeln!(out, "{}", query.line(text))?,
                "sentence" => writeln!(out, "{}", query.line(text).total())?,
                _ => {
                    query.add(text);
                }
            }
            line.clear();
        }
        writeln!(out, "{}", query.totals())?;
        Ok(())
    })?;
    Ok(Outcome::Success)
}
