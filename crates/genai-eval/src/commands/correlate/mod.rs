//! `genai-eval correlate`: how far metrics agree with human scores, and raters with each other.

mod arguments;
mod json;
mod judgements;
mod levels;
mod metrics;
mod rater_report;
mod raters;
mod report;
mod resampling;

use anyhow::Result;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_metrics::metrics::METRICS;

use super::confidence;
use super::metric_choice::{self, METRIC};
use super::run_arguments::RunArguments;
use crate::read::InputError;
use crate::{Outcome, engine};
use arguments::{Format, InputArguments, OutputArguments, RaterArguments};
use report::Report;

pub(super) fn command() -> Command {
    let command = Command::new("correlate")
        .about("Says how far metrics agree with human scores, and raters with each other")
        .long_about(ABOUT)
        .after_long_help(EXAMPLES);
    let command = RaterArguments::augment_args(InputArguments::augment_args(command));
    let of_metrics = metric_choice::arguments_of(METRICS).into_iter();
    let of_metrics =
        of_metrics.map(|arg| if arg.get_id() == METRIC { arg } else { arg.requires(METRIC) });
    let command = command.args(of_metrics).args(confidence::drawing());
    RunArguments::augment_args(OutputArguments::augment_args(command))
}

const ABOUT: &str = "\
Says how far metrics agree with human scores, and raters with each other.

A file has a row for each text that was judged: its human score, metrics' scores (--metric-field) or the texts \
themselves (--metric), its system, its segment. Rows without a human score are left out, with a warning.

Levels
  segment          all rows together
  within-segments  the rows of each segment (--segment-field), then the mean over the segments for which it is defined
  system           systems (--system-field): the mean of their human scores beside the mean of their metric's \
scores, or for --metric the score of the corpus that their texts make

Statistics
  Pearson            linear correlation, from -1 to 1 (scipy's pearsonr)
  Spearman           Pearson's of ranks, where equal scores share one (scipy's spearmanr)
  Kendall tau-b      ordered alike less ordered otherwise, over the geometric mean of the pairs that each side \
orders (scipy's kendalltau)
  pairwise accuracy  of the pairs that humans order, the share that the metric orders alike (Kocmi et al. 2021); a \
pair that only the metric ties is not
  acc_eq             of all pairs, the share that both order alike or both tie (Deutsch et al. 2023, epsilon 0)

Metrics of which less is better have their sign turned, so that more always means agreement.

Raters (--rater-field for each, or --item-field, --rater-name-field and --human-field)
  Krippendorff's alpha  1 - observed / expected disagreement, for any number of raters and missing ratings; distances \
by --scale: nominal (different or not), ordinal (ratings between), interval (difference), ratio (difference over sum)
  Fleiss' kappa         of items that have as many ratings each
  Cohen's kappa         of each pair of raters, over the items that both rated, and the mean of the pairs; --weights \
count steps between the ratings that the two gave

Ratings may be words on a nominal scale; if all are numbers, 3 and 3.0 are the same.

Intervals are percentiles of resamples: of whole segments if --segment-field tells them, else of rows; of items for \
raters. Resamples in which a statistic is undefined are left out and counted.";

const EXAMPLES: &str = "\
Examples:
  genai-eval correlate --data judged.csv --human-field human --metric-field comet --system-field system --segment-field id
  genai-eval correlate --data judged.jsonl --human-field human -m bleu,chrf --hyp-field hyp --ref-field ref
  genai-eval correlate --data ratings.csv --rater-field anna --rater-field ben --scale ordinal";

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let input = InputArguments::from_arg_matches(matches)?;
    let raters = RaterArguments::from_arg_matches(matches)?;
    let resampling = confidence::of_drawing(matches);
    let run = RunArguments::from_arg_matches(matches)?;
    let format = OutputArguments::from_arg_matches(matches)?.format(&run);
    let messages = run.messages();
    let hashed = format == Format::Json;
    let has_metric = matches.contains_id(METRIC);
    if raters.are_given() {
        raters.check(&input, has_metric)?;
    } else {
        input.check(has_metric)?;
    }
    let choice = has_metric.then(|| metric_choice::from_matches(matches, hashed, messages, None));
    let choice = choice.transpose()?;
    let option_files = choice.iter().flat_map(|choice| &choice.files).map(|file| file.path.clone());
    let read: Vec<String> = option_files.chain([input.data.clone()]).collect();
    let output = run.open_output(&read)?;
    let pool = engine::pool(run.threads)?;
    if raters.are_given() {
        let agreement =
            pool.install(|| raters::agreement(&input, &raters, resampling, hashed, messages))?;
        output.write(|out| agreement.write(format, resampling, out))?;
        return Ok(Outcome::Success);
    }
    let judgements = judgements::read(&input, hashed, messages)?;
    let computed = choice.map(|choice| {
        let texts = &judgements.texts;
        let table = pool.install(|| metrics::measure(&choice.metrics, texts, &input.data))?;
        Ok::<_, InputError>((choice, table))
    });
    let computed = computed.transpose()?;
    let metrics = metrics::all(&input, &judgements, computed.as_ref())?;
    let agreements = pool.install(|| levels::agreements(&judgements, &metrics, resampling))?;
    let report = Report {
        judgements: &judgements,
        human: input.human_field.as_deref().unwrap_or_default(),
        metrics: &metrics,
        option_files: computed.as_ref().map_or(&[], |(choice, _)| &choice.files),
        agreements: &agreements,
        resampling,
    };
    output.write(|out| report.write(format, out))?;
    Ok(Outcome::Success)
}
