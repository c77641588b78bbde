//! `genai-eval man`: manual pages in roff.

use anyhow::{Context, Result};
use clap::{Arg, ArgMatches, Command};
use clap_mangen::Man;

use crate::Outcome;
use crate::output::Output;

pub(super) fn command() -> Command {
    Command::new("man").about("Print a manual page: genai-eval man bleu | man -l -").arg(
        Arg::new("command")
            .value_name("COMMAND")
            .num_args(0..)
            .help("Of this command, such as bleu or bpe encode; else of the whole"),
    )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let mut command = super::command();
    command.build();
    let mut title = "genai-eval".to_owned();
    for name in matches.get_many::<String>("command").into_iter().flatten() {
        let named = command.find_subcommand(name).cloned();
        let named = named.with_context(|| format!("there is no command '{name}' to describe"))?;
        // The page of `genai-eval bleu` is called genai-eval-bleu, as git does it.
        title.extend(["-", name]);
        command = named.display_name(&title);
    }
    let mut page = Vec::new();
    Man::new(command).render(&mut page).context("cannot render the page")?;
    Output::Standard.write(|out| out.write_all(&page))?;
    Ok(Outcome::Success)
}
