//! `genai-eval bleu …`: a metric or a family over files, for the corpus or for each segment.

use anyhow::{Result, bail};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_metrics::metrics::Entry;
use genai_metrics::{Level, Options, Spec};

use super::alignment::{self, Alignments};
use super::chosen::{Chosen, chosen};
use super::confidence;
use super::input::{self, InputArguments};
use super::limits::{self, Limits};
use super::metric_options;
use super::scoring::{Outputs, RecordFile, ReportArguments, Scoring};
use crate::Outcome;
use crate::read::AnySource;
use crate::report::InputFile;
use crate::resampling::Resampling;

pub(super) fn command(entry: &'static Entry) -> Command {
    // A default option set builds: a test of the registry holds that.
    let scorers = (entry.build)(&Options::default(), Level::Corpus).unwrap_or_default();
    let specs: Vec<Spec> = scorers.iter().map(|scorer| scorer.spec()).collect();
    let command = Command::new(entry.name)
        .about(format!("{}, as {}", entry.summary, entry.reference))
        .long_about(entry.about)
        .after_long_help(format!(
            "Examples:\n  genai-eval {0} --ref ref.txt --hyp out.txt\n  genai-eval {0} --ref a.txt --ref b.txt \
             --hyp base=base.txt --hyp new=new.txt --format md\n  genai-eval {0} --data out.jsonl \
             --hyp-field prediction --ref-field references --segments segments.jsonl",
            entry.name
        ));
    let command =
        InputArguments::augment_args(command).args(entry.lines.then(input::newline_mark_argument));
    let command = command.args(entry.options.iter().map(metric_options::argument));
    let command = command.args(confidence::arguments(entry.options));
    let command = ReportArguments::augment_args(command);
    let command = command.args(entry.alignment.map(|_| alignment::argument()));
    command.args(limits::arguments(&specs))
}

pub(super) fn run(entry: &'static Entry, matches: &ArgMatches) -> Result<Outcome> {
    let input = InputArguments::from_arg_matches(matches)?;
    let wanted = ReportArguments::from_arg_matches(matches)?;
    let hashed = wanted.hashed();
    let mut given = metric_options::given(entry.options, matches, hashed, wanted.messages())?;
    let draws = entry.options.iter().any(|option| option.name == "resamples");
    let confidence = confidence::of_matches(matches, draws)?;
    if confidence.is_some() && draws && !draws_itself(entry, &given.options) {
        // Then they say how the interval is drawn.
        for name in ["resamples", "level", "seed"] {
            given.options.forget(name);
        }
    }
    let build = |level| (entry.build)(&given.options, level).map_err(|error| given.explain(error));
    let metrics = chosen(build(Level::Corpus)?, build(Level::Sentence)?);
    let alignments = Alignments::from_matches(entry, &given, matches)?;
    let asked = Asked {
        metrics: &metrics,
        option_files: given.files,
        newline_mark: input::newline_mark_of(matches),
        confidence,
        alignments,
    };
    over(&input, &wanted, asked, matches)
}

/// What is asked of the segments.
pub(super) struct Asked<'a> {
    pub(super) metrics: &'a [Chosen],
    /// The files that options name.
    pub(super) option_files: Vec<InputFile>,
    pub(super) newline_mark: Option<&'a str>,
    pub(super) confidence: Option<Resampling>,
    pub(super) alignments: Option<Alignments>,
}

/// Scores what the arguments name, and judges.
///
/// # Errors
/// If a limit is for none of the metrics, or of an input or output.
pub(super) fn over(
    input: &InputArguments,
    wanted: &ReportArguments,
    asked: Asked<'_>,
    matches: &ArgMatches,
) -> Result<Outcome> {
    let Asked { metrics, option_files, newline_mark, confidence, alignments } = asked;
    if confidence.is_none() && input.divisions().cluster_field.is_some() {
        bail!("--cluster-field is for intervals, expected --confidence beside it");
    }
    let specs: Vec<Spec> = metrics.iter().map(|metric| metric.corpus.spec()).collect();
    let limits = Limits::of(&specs, matches)?;
    let option_paths = option_files.iter().map(|file| file.path.clone());
    let read: Vec<String> = input.files()?.into_iter().chain(option_paths).collect();
    let records: Vec<RecordFile> = alignments
        .iter()
        .map(|alignments| RecordFile {
            argument: "--alignment",
            path: alignments.path.clone(),
            before_result: alignments.is_for_people() && wanted.is_for_people(),
        })
        .collect();
    let outputs = Outputs::open(wanted, &records, &read)?;
    let mut scoring = Scoring {
        metrics,
        wanted,
        limits: &limits,
        outputs,
        option_files,
        newline_mark: None,
        confidence,
        divisions: input.divisions(),
        listener: None,
        alignments,
    };
    let mut source = input.source(wanted.hashed(), newline_mark)?;
    if let AnySource::Files(_) = source {
        scoring.newline_mark = newline_mark.map(str::to_owned);
    }
    scoring.run(&mut source)
}

/// Whether the corpus's score is a bootstrap's, by the metric's own options.
fn draws_itself(entry: &Entry, options: &Options) -> bool {
    let scorers = (entry.build)(options, Level::Corpus).unwrap_or_default();
    scorers.iter().any(|scorer| scorer.spec().bootstrap.is_some())
}
