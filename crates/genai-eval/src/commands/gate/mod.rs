//! `genai-eval gate`: fails a build when the text got worse, and only then.

mod arguments;
mod runs;
mod self_check;
mod systems;
mod update;
mod writing;

use anyhow::Result;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_metrics::Direction;

use self::arguments::GateArguments;
use self::systems::Gate;
use self::update::Update;
use super::input::{self, InputArguments};
use super::run_arguments::RunArguments;
use crate::Outcome;
use crate::engine;
use crate::gate::configuration::{self, Test};
use crate::gate::self_check::Deals;
use crate::gate::verdict::{Check, Condition, GateReport};
use crate::gate::worst;
use crate::output::Output;
use crate::samples::samples;

pub(super) fn command() -> Command {
    let command = Command::new("gate")
        .about("Fails a build when the text got worse, and only then")
        .long_about(
            "Judges outputs by rules, from genai-eval.toml or from flags: a least or greatest score, a \
             greatest drop from a baseline, a greatest gap between slices, a share of segments that must \
             reach a threshold.\n\n\
             A drop is judged by the interval of the difference over paired resamples: fail if the \
             candidate is clearly worse than the margin (the interval lies beyond it), pass if it clearly \
             is not, else inconclusive, which passes unless the rule's on_inconclusive says otherwise. \
             With several rules p-values are corrected by Holm. The report says which drop this test set \
             would show in four of five runs.\n\n\
             The baseline is a file that --update-baseline writes, bound to the references, ids and \
             options that it was made with, or, better, the baseline's outputs, which are scored again.\n\n\
             Fewer than 10 segments or clusters that differ conclude nothing. Slices, gaps, shares of segments, \
             levels and what inconclusive means are said in the configuration (--schema prints all keys; its \
             paths are relative to the current folder). Rules in flags come beside those of the file; data and \
             baseline in flags take the place of the file's.\n\n\
             Exit codes: 0 passed, also with warnings or inconclusive checks unless --strict; 1 failed; 2 no \
             verdict: whatever keeps the gate from judging is never green. --self-check ends with 1 if alarms \
             are more than alpha and chance allow.",
        )
        .after_long_help(
            "Examples:\n  genai-eval gate\n  genai-eval gate --ref ref.txt --hyp out.txt --min bleu=30 --max-drop \
             bleu=0.5 --baseline-hyp old.txt\n  genai-eval gate --update-baseline\n  genai-eval gate --github \
             --junit gate.xml\n\ngenai-eval.toml:\n  [data]\n  ref = \"ref.txt\"\n  hyp = \"out.txt\"\n  \
             [baseline]\n  hyp = \"old.txt\"\n  [[gate]]\n  metric = \"bleu\"\n  max_drop = 0.5",
        );
    let command = InputArguments::augment_args(command).arg(input::newline_mark_argument());
    RunArguments::augment_args(GateArguments::augment_args(command))
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let wanted = RunArguments::from_arg_matches(matches)?;
    let arguments = GateArguments::from_arg_matches(matches)?;
    if arguments.schema {
        let schema = serde_json::to_string_pretty(&configuration::schema::schema())?;
        Output::open(wanted.output.as_deref())?.write(|out| writeln!(out, "{schema}"))?;
        return Ok(Outcome::Success);
    }
    let input = InputArguments::from_arg_matches(matches)?;
    let (configuration, name) = arguments.configuration(&input, matches)?;
    let mut gate = Gate::measure(&configuration, name, &arguments, &wanted)?;
    let divisions = gate.sources().divisions();
    let samples = samples(&gate.candidate.measured, &divisions);
    let case = gate.case(&samples);
    let pool = engine::pool(wanted.threads)?;
    if arguments.statistics.self_check {
        let deals = Deals { measured: &gate.candidate.measured, divisions: &divisions };
        return pool.install(|| self_check::run(&case, deals, wanted.output.as_deref()));
    }
    let (checks, statistics) = pool.install(|| case.checks())?;
    let mut worst =
        worst::worst(&case, &samples[0], &gate.candidate.measured.ids, configuration.report.worst);
    gate.add_texts(&mut worst)?;
    let mut notes = gate.notes.clone();
    if statistics.resamples > configuration.stats.resamples && statistics.test != Test::None.name()
    {
        notes.push(format!(
            "{} resamples are drawn: with fewer no rule of so many could fail",
            statistics.resamples
        ));
    }
    notes.extend(case.left_out());
    notes.extend(good_side(&checks));
    notes.extend(stale(&checks));
    let mut report = GateReport {
        name: gate.name.clone(),
        candidate: gate.candidate.system.clone(),
        baseline: gate.baseline_name.clone(),
        segments: gate.candidate.measured.segments,
        statistics,
        checks,
        worst,
        notes,
        strict: arguments.output.strict,
        refused: None,
    };
    let update = if arguments.baseline.update_baseline {
        let accepted = arguments.baseline.accept_regression.as_deref();
        let update = gate.decide(&report, accepted, &samples)?;
        match &update {
            Update::Replace(_) => report.become_baseline(accepted),
            Update::Keep(why) => {
                report.notes.push(why.clone());
                report.refused = Some(why.clone());
            }
        }
        Some(update)
    } else {
        None
    };
    if let Some(outputs) = gate.outputs.take() {
        let extension = || wanted.output.as_ref()?.extension()?.to_str();
        let format = arguments.output.format.as_deref().or_else(extension);
        outputs.write(&report, &configuration.report, format)?;
    }
    if let Some(Update::Replace(stored)) = update {
        gate.replace(&stored, wanted.messages())?;
    }
    Ok(report.outcome())
}

/// Limits that guard against what is better.
fn good_side(checks: &[Check]) -> Vec<String> {
    let note = |check: &Check| {
        let (better, key, other) = match (check.direction, check.condition) {
            (Direction::Lower, Condition::Min(_)) => ("lower", "min", "max"),
            (Direction::Higher, Condition::Max(_)) => ("higher", "max", "min"),
            _ => return None,
        };
        Some(format!(
            "{}: {better} is better, so {key} bounds the good side; is {other} meant?",
            check.title
        ))
    };
    checks.iter().filter_map(note).collect()
}

/// Metrics that are clearly better than their baseline, which does not guard what was gained.
fn stale(checks: &[Check]) -> Vec<String> {
    let better = |check: &&Check| {
        let Some(difference) = check.difference else { return false };
        let least = match check.direction {
            Direction::Higher => difference.low,
            Direction::Lower => -difference.high,
        };
        check.condition.needs_baseline() && check.slice.is_none() && least > 0.0
    };
    let note = |check: &Check| {
        let delta = check.difference.map_or(0.0, |difference| difference.delta.abs());
        format!(
            "{} is clearly better than the baseline, by {delta:.1$}: --update-baseline would guard that",
            check.title,
            check.decimals + 1
        )
    };
    checks.iter().filter(better).map(note).collect()
}
