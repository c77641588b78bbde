//! `genai-eval lm convert`: a model from one form to the other.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_lm::ngram::{Entries, NgramModel};

use super::super::run_arguments::RunArguments;
use super::train::is_binary;
use crate::{Outcome, engine};

#[derive(Args, Debug)]
struct Arguments {
    /// The model, ARPA or binary
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// arpa or binary [default: binary if -o ends in .bin, else arpa]
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(["arpa", "binary"]), hide_possible_values = true, help_heading = "Output")]
    format: Option<String>,
    #[command(flatten)]
    run: RunArguments,
}

pub(super) fn command() -> Command {
    Arguments::augment_args(Command::new("convert"))
        .about("Convert a model: ARPA to the binary form that is mapped when it is used, or back")
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let Arguments { model, format, run } = Arguments::from_arg_matches(matches)?;
    let path = model.display().to_string();
    let output = run.open_output(std::slice::from_ref(&path))?;
    let name = run.output.as_deref().unwrap_or(Path::new("standard output")).display().to_string();
    let pool = engine::pool(run.threads)?;
    let model = pool.install(|| NgramModel::open(&model))?;
    let binary = is_binary(format.as_deref(), run.output.as_deref());
    let entries: Option<Entries> = if binary { None } else { Some(model.entries()?) };
    output.write(|out| match &entries {
        None => model.save(out, &name).map_err(io::Error::other),
        Some(entries) => entries.write_arpa(out, &name).map_err(io::Error::other),
    })?;
    Ok(Outcome::Success)
}
