//! `genai-eval score -m bleu,chrf …`: several metrics over the same files, in one pass.

use anyhow::{Result, bail};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_metrics::metrics::{Entry, METRICS};
use genai_metrics::{Level, Options, Spec};

use super::confidence;
use super::input::{self, InputArguments};
use super::limits;
use super::metric_choice::{self, Choice};
use super::score::{self, Asked};
use super::scoring::ReportArguments;
use crate::Outcome;

pub(super) fn command() -> Command {
    let command = Command::new("score")
        .about("Several metrics in one pass: bleu, chrf and others of `list`")
        .long_about(
            "Several metrics in one pass: every text is read once, and cut once for all metrics that \
             cut it alike. The numbers are those of the metrics' own commands.\n\n\
             An option holds for every metric asked for that has it, METRIC=VALUE for one of them \
             (`--tokenize bleu=zh`, `--lowercase=bleu`) and before what is for all. What an option \
             takes is in the help of the metric's own command.",
        )
        .after_long_help(
            "Examples:\n  genai-eval score -m bleu,chrf,rougeL --ref ref.txt --hyp out.txt\n  \
             genai-eval score -m bleu,rouge --tokenize bleu=zh --tokenize rouge=char --data out.jsonl\n  \
             genai-eval score -m bleu,wer --data out.jsonl --fail-under \
             bleu=30 --fail-over wer=0.2",
        );
    let mut arguments = metric_choice::arguments_of(METRICS).into_iter();
    let command = command.args(arguments.next().map(|metric| metric.required(true)));
    let command = InputArguments::augment_args(command).arg(input::newline_mark_argument());
    let command = command.args(arguments).args(confidence::arguments(&[]));
    ReportArguments::augment_args(command).args(limits::arguments(&all_specs()))
}

/// What the gate has to know of every metric.
fn all_specs() -> Vec<Spec> {
    let build = |entry: &Entry| {
        // A default option set builds: a test of the registry holds that.
        (entry.build)(&Options::default(), Level::Corpus).unwrap_or_default()
    };
    METRICS.iter().flat_map(build).map(|scorer| scorer.spec()).collect()
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let input = InputArguments::from_arg_matches(matches)?;
    let wanted = ReportArguments::from_arg_matches(matches)?;
    let Choice { metrics, measures, files, lines } =
        metric_choice::from_matches(matches, wanted.hashed(), wanted.messages(), None)?;
    if let Some(part) = measures.iter().find(|measure| measure.part.is_some()) {
        let (metric, _) = part.name.split_once('.').unwrap_or_default();
        bail!("{} is part of a score, expected {metric}, which is shown with its parts", part.name);
    }
    let mark = if lines { input::newline_mark_of(matches) } else { None };
    let drawn = confidence::of_matches(matches, false)?;
    let asked = Asked {
        metrics: &metrics,
        option_files: files,
        newline_mark: mark,
        confidence: drawn,
        alignments: None,
    };
    score::over(&input, &wanted, asked, matches)
}
