//! `genai-eval lm train`: an n-gram model out of texts.

use std::io;
use std::path::Path;

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_lm::ngram::NgramModel;

use super::super::run_arguments::RunArguments;
use super::training::{self, TrainArguments};
use crate::Outcome;
use crate::read::STANDARD_INPUT;

#[derive(Args, Debug)]
struct Arguments {
    /// The texts, a sentence a line, plain or compressed by gzip or zstd; - is stdin
    #[arg(value_name = "FILE", default_value = STANDARD_INPUT)]
    files: Vec<String>,
    #[command(flatten)]
    training: TrainArguments,
    /// arpa or binary [default: binary if -o ends in .bin, else arpa]
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(["arpa", "binary"]), hide_possible_values = true, help_heading = "Output")]
    format: Option<String>,
    #[command(flatten)]
    run: RunArguments,
}

pub(super) fn command() -> Command {
    Arguments::augment_args(Command::new("train")).about(
        "Train a modified Kneser-Ney model as KenLM's lmplz does; ARPA files are lmplz's, line by line",
    )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let Arguments { files, training, format, run } = Arguments::from_arg_matches(matches)?;
    let output = run.open_output(&files)?;
    let trained = training::train(&files, &training, run.threads, run.messages())?;
    let name = run.output.as_deref().unwrap_or(Path::new("standard output")).display().to_string();
    let binary = is_binary(format.as_deref(), run.output.as_deref());
    let model = if binary { Some(NgramModel::new(&trained.entries)?) } else { None };
    output.write(|out| match &model {
        Some(model) => model.save(out, &name).map_err(io::Error::other),
        None => trained.entries.write_arpa(out, &name).map_err(io::Error::other),
    })?;
    let report = &trained.report;
    let ngrams: Vec<String> = report.orders.iter().map(|order| order.kept.to_string()).collect();
    run.messages().note(&format!(
        "{} sentences, {} words, {} different; n-grams of each order: {}",
        report.sentences,
        report.tokens,
        report.types,
        ngrams.join(", ")
    ));
    Ok(Outcome::Success)
}

/// Whether the binary form is asked for.
pub(super) fn is_binary(format: Option<&str>, output: Option<&Path>) -> bool {
    let ends = || output.is_some_and(|path| path.extension().is_some_and(|end| end == "bin"));
    format.map_or_else(ends, |format| format == "binary")
}
