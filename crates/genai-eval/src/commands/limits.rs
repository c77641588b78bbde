//! The gate: scores beyond a limit make exit code 1.

use anyhow::{Result, bail};
use clap::{Arg, ArgAction, ArgMatches};
use genai_metrics::{Direction, Spec};

use crate::Outcome;
use crate::messages::Messages;
use crate::report::Report;

/// A limit as it was given, for one metric or for all.
#[derive(Clone, Debug)]
struct Limit {
    metric: Option<String>,
    value: f64,
}

/// The limit of each metric, if it has one.
#[derive(Debug)]
pub(super) struct Limits(Vec<Option<f64>>);

const DIRECTIONS: [Direction; 2] = [Direction::Higher, Direction::Lower];

/// The option for metrics of that direction.
fn option(direction: Direction) -> &'static str {
    match direction {
        Direction::Higher => "fail-under",
        Direction::Lower => "fail-over",
    }
}

/// The options that fit these metrics' directions.
pub(super) fn arguments(specs: &[Spec]) -> Vec<Arg> {
    let is_there = |direction: &Direction| specs.iter().any(|spec| spec.direction == *direction);
    DIRECTIONS.into_iter().filter(is_there).map(|direction| argument(direction, specs)).collect()
}

fn argument(direction: Direction, specs: &[Spec]) -> Arg {
    let beyond = if direction == Direction::Higher { "below" } else { "above" };
    let help = format!("Exit with 1 if a system's score is {beyond} X, in full precision");
    let arg = Arg::new(option(direction))
        .long(option(direction))
        .action(ArgAction::Append)
        .allow_negative_numbers(true)
        .value_parser(limit)
        .help_heading("Gate");
    if specs.len() == 1 {
        return arg.value_name("X").help(help);
    }
    let of = specs.iter().find(|spec| spec.direction == direction).map_or("", |spec| spec.name);
    arg.value_name("[NAME=]X").help(format!(
        "{help}; NAME=X is for one metric and overrides X, as {of}=X; again for more limits"
    ))
}

fn limit(text: &str) -> Result<Limit, String> {
    let (metric, number) = match text.rsplit_once('=') {
        Some((metric, number)) => (Some(metric.to_owned()), number),
        None => (None, text),
    };
    // A limit that is not a number would let every score pass.
    let value = number.parse().ok().filter(|value: &f64| value.is_finite());
    Ok(Limit { metric, value: value.ok_or("expected a number")? })
}

impl Limits {
    /// The limits that were given for these metrics. One for a metric by name takes the place of
    /// one for all; of several for the same the strictest holds.
    ///
    /// # Errors
    /// If a limit is for no metric that is computed.
    pub(super) fn of(specs: &[Spec], matches: &ArgMatches) -> Result<Self> {
        let mut limits = vec![None; specs.len()];
        for direction in DIRECTIONS {
            // The option is not there if no metric is of that direction.
            let given = matches.try_get_many::<Limit>(option(direction)).ok().flatten();
            let given: Vec<&Limit> = given.into_iter().flatten().collect();
            let fits =
                |limit: &Limit, spec: &Spec| spec.direction == direction && limit.names(spec);
            if let Some(limit) = given.iter().find(|limit| !specs.iter().any(|s| fits(limit, s))) {
                bail!("--{} {}", option(direction), limit.misfit(specs));
            }
            // A limit of another scale would fail all scores, or none.
            let beyond = |limit: &&&Limit| {
                let scales = specs.iter().filter(|spec| fits(limit, spec)).map(|spec| spec.scale);
                direction == Direction::Higher && scales.fold(0.0, f64::max) < limit.value
            };
            if let Some(Limit { value, .. }) = given.iter().find(beyond) {
                let scale = specs.iter().map(|spec| spec.scale).fold(0.0, f64::max);
                bail!(
                    "--{} {value}: scores go from 0 to {scale}, expected no more",
                    option(direction)
                );
            }
            for (strictest, spec) in limits.iter_mut().zip(specs) {
                let of_spec = || given.iter().filter(|limit| fits(limit, spec));
                let named = of_spec().any(|limit| limit.metric.is_some());
                // Of metrics with several scales a limit for all would fail some whatever they score.
                let too_high = |limit: &&&Limit| {
                    direction == Direction::Higher && !named && spec.scale < limit.value
                };
                if let Some(Limit { value, .. }) = of_spec().find(too_high) {
                    bail!(
                        "--{} {value}: scores of {} go from 0 to {}, expected no more, or NAME={value} \
                         for one metric",
                        option(direction),
                        spec.name,
                        spec.scale
                    );
                }
                let values = of_spec().filter(|limit| limit.metric.is_some() == named);
                let values = values.map(|limit| limit.value);
                *strictest = strictest.or(match direction {
                    Direction::Higher => values.reduce(f64::max),
                    Direction::Lower => values.reduce(f64::min),
                });
            }
        }
        Ok(Self(limits))
    }

    /// Whether there is no limit at all.
    pub(super) fn is_open(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Compares in full precision and says which scores are beyond their limits.
    pub(super) fn verdict(&self, report: &Report<'_>) -> Outcome {
        let mut outcome = Outcome::Success;
        for results in report.systems().filter(|results| results[0].slice.is_none()) {
            for (result, limit) in results.iter().zip(&self.0) {
                let Some(limit) = *limit else { continue };
                let (spec, score) = (&result.spec, result.score.value);
                let (failed, beyond) = match spec.direction {
                    Direction::Higher => (score < limit, "under"),
                    Direction::Lower => (score > limit, "over"),
                };
                if failed {
                    outcome = Outcome::GateFailed;
                    let (system, name) = (&result.system, spec.name);
                    Messages::fail(&format!("{system}: {name} {score} is {beyond} {limit}"));
                }
            }
        }
        outcome
    }
}

impl Limit {
    /// Whether it is for that metric, by its name or its title, in any case of letters.
    fn names(&self, spec: &Spec) -> bool {
        self.metric.as_ref().is_none_or(|metric| {
            [spec.name, &spec.title].iter().any(|name| name.eq_ignore_ascii_case(metric))
        })
    }

    /// Why it is for none of these metrics, and what would have been.
    fn misfit(&self, specs: &[Spec]) -> String {
        let given = self.metric.as_ref().map_or_else(String::new, |metric| format!("{metric}="));
        let given = format!("{given}{}", self.value);
        if let Some(Spec { name, direction, .. }) = specs.iter().find(|spec| self.names(spec)) {
            let option = option(*direction);
            return format!("{given}: {direction} is better for {name}, expected --{option}");
        }
        let names: Vec<&str> = specs.iter().map(|spec| spec.name).collect();
        format!("{given}: no such metric is computed, expected {}", names.join(" or "))
    }
}

#[cfg(test)]
mod tests {
    use clap::Command;
    use genai_metrics::Signature;

    use super::*;

    fn specs() -> Vec<Spec> {
        let spec = |name, title: &str, direction| Spec {
            bootstrap: None,
            name,
            title: title.to_owned(),
            tokenizer: None,
            direction,
            scale: 1.0,
            decimals: 4,
            signature: Signature::default(),
        };
        vec![
            spec("rouge1", "ROUGE-1", Direction::Higher),
            spec("rougeL", "ROUGE-L", Direction::Higher),
            spec("wer", "WER", Direction::Lower),
        ]
    }

    fn limits(line: &str) -> Result<Vec<Option<f64>>, String> {
        limits_of(&specs(), line)
    }

    fn limits_of(specs: &[Spec], line: &str) -> Result<Vec<Option<f64>>, String> {
        let command = Command::new("x").args(arguments(specs));
        let matches = command.try_get_matches_from(format!("x {line}").split_whitespace());
        let matches = matches.map_err(|error| error.to_string())?;
        Limits::of(specs, &matches).map(|gate| gate.0).map_err(|error| error.to_string())
    }

    #[test]
    fn scales_differ() {
        let mut specs = specs();
        specs[0].scale = 100.0;
        for (line, expected) in [
            ("--fail-under 1", Ok(vec![Some(1.0), Some(1.0), None])),
            ("--fail-under rouge1=30", Ok(vec![Some(30.0), None, None])),
            ("--fail-under 30 --fail-under rougeL=0.5", Ok(vec![Some(30.0), Some(0.5), None])),
            (
                "--fail-under 30",
                Err("--fail-under 30: scores of rougeL go from 0 to 1, expected no more, or \
                     NAME=30 for one metric"
                    .to_owned()),
            ),
            (
                "--fail-under 101",
                Err("--fail-under 101: scores go from 0 to 100, expected no more".to_owned()),
            ),
        ] {
            assert_eq!(limits_of(&specs, line), expected, "{line}");
        }
    }

    #[test]
    fn limits_go_to_their_metrics() {
        for (line, expected) in [
            ("", [None, None, None]),
            ("--fail-under 0.5", [Some(0.5), Some(0.5), None]),
            ("--fail-under -1", [Some(-1.0), Some(-1.0), None]),
            ("--fail-over 0.5", [None, None, Some(0.5)]),
            ("--fail-under rougeL=0.5", [None, Some(0.5), None]),
            ("--fail-under rouge-l=-0.5", [None, Some(-0.5), None]),
            ("--fail-under 0.3 --fail-under rougeL=0.5", [Some(0.3), Some(0.5), None]),
            ("--fail-under rougeL=0.2 --fail-under 0.3", [Some(0.3), Some(0.2), None]),
            ("--fail-under 0.2 --fail-under 0.3 --fail-under 0.1", [Some(0.3), Some(0.3), None]),
            ("--fail-under rougel=0.5 --fail-under ROUGE-L=0.4", [None, Some(0.5), None]),
            ("--fail-over 0.3 --fail-over wer=0.2", [None, None, Some(0.2)]),
        ] {
            assert_eq!(limits(line).unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn a_limit_for_nothing_is_an_error() {
        for (line, expected) in [
            ("--fail-under 30", "--fail-under 30: scores go from 0 to 1, expected no more"),
            (
                "--fail-under rouge2=0.5",
                "--fail-under rouge2=0.5: no such metric is computed, expected rouge1 or rougeL \
                 or wer",
            ),
            (
                "--fail-under WER=0.5",
                "--fail-under WER=0.5: lower is better for wer, expected --fail-over",
            ),
        ] {
            assert_eq!(limits(line).unwrap_err(), expected, "{line}");
        }
        for line in ["--fail-under rouge1=", "--fail-under rouge1=nan", "--fail-under =x"] {
            assert!(limits(line).unwrap_err().contains("expected a number"), "{line}");
        }
    }
}
