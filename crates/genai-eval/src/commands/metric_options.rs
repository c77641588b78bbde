//! A metric's options, from the registry to the command line and back.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use genai_metrics::{OptionKind, OptionSpec, Options};

/// An option of a metric as an argument.
pub(super) fn argument(option: &OptionSpec) -> Arg {
    let arg = Arg::new(option.name).long(option.name).help(option.help).help_heading("Metric");
    let arg = match option.default {
        Some(default) => arg.default_value(default),
        None => arg,
    };
    match option.kind {
        OptionKind::Flag => arg.action(ArgAction::SetTrue),
        OptionKind::YesNo => arg
            .num_args(0..=1)
            .value_name("yes|no")
            .default_missing_value("yes")
            .hide_possible_values(true)
            .value_parser(PossibleValuesParser::new(["yes", "no"])),
        OptionKind::Choice(names) => {
            arg.value_name("NAME").value_parser(PossibleValuesParser::new(names))
        }
        OptionKind::Names(names) => arg
            .value_name("NAMES")
            .value_delimiter(',')
            .value_parser(PossibleValuesParser::new(names)),
        OptionKind::File => arg.value_name("FILE"),
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
pub(super) fn given(specs: &[OptionSpec], matches: &ArgMatches) -> Options {
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
