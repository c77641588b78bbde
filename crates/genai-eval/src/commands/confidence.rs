//! The arguments for intervals about scores.

use anyhow::{Result, bail};
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use genai_metrics::OptionSpec;

use crate::resampling::{LEVEL, Resampling};

/// sacreBLEU's.
const RESAMPLES: u32 = 1000;
const SEED: u64 = 12345;

/// More would take hours, and show nothing.
const MOST_RESAMPLES: i64 = 1_000_000;

const HEADING: &str = "Confidence";

/// `--confidence`, and how it is drawn. What a metric has options of the same names for stands once.
pub(super) fn arguments(options: &[OptionSpec]) -> Vec<Arg> {
    let flag = Arg::new("confidence")
        .long("confidence")
        .action(ArgAction::SetTrue)
        .help_heading(HEADING)
        .help("An interval about each score, by bootstrap as sacreBLEU draws it");
    let is_free = |arg: &Arg| options.iter().all(|option| arg.get_id() != option.name);
    [flag].into_iter().chain(drawing().into_iter().filter(is_free)).collect()
}

/// How is drawn.
pub(super) fn drawing() -> [Arg; 3] {
    let resamples = Arg::new("resamples")
        .long("resamples")
        .value_name("N")
        .value_parser(value_parser!(u32).range(1..=MOST_RESAMPLES))
        .help("How many resamples are drawn [default: 1000]");
    let level = Arg::new("level")
        .long("level")
        .value_name("X")
        .value_parser(level)
        .help("The share of resamples within an interval [default: 0.95]");
    let seed = Arg::new("seed")
        .long("seed")
        .value_name("N")
        .value_parser(value_parser!(u64))
        .help("Where the random numbers start [default: 12345]");
    [resamples, level, seed].map(|arg| arg.help_heading(HEADING))
}

fn level(text: &str) -> Result<f64, String> {
    let level = text.parse().ok().filter(|level| (0.0..1.0).contains(level));
    level.ok_or_else(|| "expected a number from 0 to less than 1, as 0.95".to_owned())
}

/// How intervals are to be drawn, if they were asked for.
///
/// # Errors
/// If only the way was given, unless `otherwise` something else may be meant by it.
pub(super) fn of_matches(matches: &ArgMatches, otherwise: bool) -> Result<Option<Resampling>> {
    if !matches.get_flag("confidence") {
        for name in ["resamples", "level", "seed"] {
            if !otherwise && matches.get_raw(name).is_some() {
                bail!("--{name} is for intervals, expected --confidence beside it");
            }
        }
        return Ok(None);
    }
    Ok(Some(of_drawing(matches)))
}

/// How intervals are to be drawn.
pub(super) fn of_drawing(matches: &ArgMatches) -> Resampling {
    // A metric's own options of these names have been checked as its options are.
    Resampling {
        resamples: number(matches, "resamples").unwrap_or(RESAMPLES),
        seed: number(matches, "seed").unwrap_or(SEED),
        level: number(matches, "level").unwrap_or(LEVEL),
    }
}

fn number<T: std::str::FromStr>(matches: &ArgMatches, name: &str) -> Option<T> {
    matches.get_raw(name)?.next_back()?.to_str()?.parse().ok()
}
