//! The command line as data: what can be typed, and what was.

use std::ffi::OsString;

use clap::builder::PossibleValuesParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use genai_metrics::{OptionKind, OptionSpec, Options};

use crate::commands;

/// The whole command line.
pub(crate) fn command() -> Command {
    Command::new("genai-eval")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Scores generated text, with the numbers of the reference tools")
        .after_help(
            "Exit codes: 0 success, 1 the gate failed (--fail-under), 2 no verdict (usage, input \
             or output error)",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .max_term_width(100)
        .subcommands(commands::all())
}

/// Reads the command line.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<ArgMatches, clap::Error> {
    command().try_get_matches_from(arguments)
}

/// An option of a metric as an argument.
pub(crate) fn of_metric(option: &OptionSpec) -> Arg {
    let arg = Arg::new(option.name).long(option.name).help(option.help).help_heading("Metric");
    let arg = match option.default {
        Some(default) => arg.default_value(default),
        None => arg,
    };
    match option.kind {
        OptionKind::Flag => arg.action(ArgAction::SetTrue),
        OptionKind::YesNo => arg
            .num_args(0..=1)
            .require_equals(true)
            .value_name("yes|no")
            .default_missing_value("yes")
            .hide_possible_values(true)
            .value_parser(PossibleValuesParser::new(["yes", "no"])),
        OptionKind::Choice(names) => {
            arg.value_name("NAME").value_parser(PossibleValuesParser::new(names))
        }
        OptionKind::Integer { min, max } => arg
            .value_name("N")
            .allow_negative_numbers(true)
            .value_parser(value_parser!(u32).range(i64::from(min)..=i64::from(max))),
        OptionKind::Number { .. } => {
            arg.value_name("X").allow_negative_numbers(true).value_parser(value_parser!(f64))
        }
    }
}

/// What was given for a metric's options.
pub(crate) fn metric_options(specs: &[OptionSpec], matches: &ArgMatches) -> Options {
    let mut options = Options::default();
    for spec in specs {
        if let OptionKind::Flag = spec.kind {
            if matches.get_flag(spec.name) {
                options.set(spec.name, "true");
            }
        } else if let Some(values) = matches.get_raw(spec.name) {
            values.for_each(|value| options.set(spec.name, &value.to_string_lossy()));
        }
    }
    options
}

/// A usage error in one or two lines; help and versions as they are.
pub(crate) fn explain(error: &clap::Error) -> (String, bool) {
    let rendered = error.render().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return (rendered, true);
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return (rendered, false);
    }
    let first: Vec<&str> = rendered.lines().take_while(|line| !line.is_empty()).collect();
    let message = first.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let suggestion =
        [ContextKind::SuggestedValue, ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand]
            .into_iter()
            .find_map(|kind| match error.get(kind)? {
                ContextValue::String(name) => Some(name.clone()),
                ContextValue::Strings(names) => names.first().cloned(),
                _ => None,
            });
    let hint = match suggestion {
        Some(name) => format!("hint: did you mean '{name}'?\n"),
        None => "hint: see --help\n".to_owned(),
    };
    (format!("{message}\n{hint}"), false)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_well_formed() {
        super::command().debug_assert();
    }
}
