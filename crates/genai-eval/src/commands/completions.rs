//! `genai-eval completions`: what a shell needs to complete the command line.

use anyhow::Result;
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use crate::Outcome;
use crate::output::Output;

pub(super) fn command() -> Command {
    Command::new("completions").about("Print completions for a shell").arg(
        Arg::new("shell")
            .required(true)
            .value_name("SHELL")
            .value_parser(value_parser!(Shell))
            .help("The shell"),
    )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let mut script = Vec::new();
    if let Some(&shell) = matches.get_one::<Shell>("shell") {
        clap_complete::generate(shell, &mut super::command(), "genai-eval", &mut script);
    }
    Output::Standard.write(|out| out.write_all(&script))?;
    Ok(Outcome::Success)
}
