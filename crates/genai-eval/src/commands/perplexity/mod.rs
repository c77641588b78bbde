//! `genai-eval perplexity`: how well a language model predicts texts.

mod compared;
mod model;
mod neural;
pub(super) mod records;
mod surprising;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_lm::logprobs::Layout;
use genai_metrics::metrics::{Entry, TEXT_METRICS};
use genai_metrics::{LanguageModel, Perplexity, Scorer, Spec};

pub(super) use self::compared::{ComparedModels, Pass};
use self::model::{LogProbArguments, ModelArguments};
use self::surprising::Surprising;
use super::chosen::chosen;
use super::confidence;
use super::input::{is_file, named};
use super::limits::{self, Limits};
use super::metric_options;
use super::scoring::{Outputs, RecordFile, ReportArguments, Scoring};
use crate::Outcome;
use crate::messages::Messages;
use crate::read::{AnySource, LogProbFiles, ParallelFiles};
use crate::samples::Divisions;

#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
struct RecordArguments {
    /// Write the tokens with their log-probabilities to FILE: JSONL that --logprobs reads
    #[arg(long, value_name = "FILE")]
    save_logprobs: Option<PathBuf>,
    /// Write each token with its surprisal in bits to FILE: JSONL, a line a text
    #[arg(long, value_name = "FILE")]
    surprisal: Option<PathBuf>,
}

fn entry() -> &'static Entry {
    &TEXT_METRICS[0]
}

pub(super) fn command() -> Command {
    let entry = entry();
    let layouts: Vec<&str> = Layout::ALL.iter().map(|layout| layout.name()).collect();
    let command = Command::new(entry.name)
        .about(format!("{}: {}", capitalized(entry.summary), "from log-probabilities, an n-gram or a neural model"))
        .long_about(entry.about)
        .after_long_help(format!(
            "Layouts of --logprobs: {}; without --layout the first record tells which.\n\nExamples:\n  \
             genai-eval perplexity --logprobs run.jsonl\n  genai-eval perplexity --lm model.arpa --hyp out.txt\n  \
             genai-eval perplexity --train ref.txt --order 3 --hyp base=a.txt --hyp new=b.txt\n  \
             genai-eval perplexity --lm model.bin --hyp out.txt --compat kenlm --save-logprobs scored.jsonl",
            layouts.join(", ")
        ));
    let command = LogProbArguments::augment_args(command);
    let command = ModelArguments::augment_args(command);
    let command = command.args(entry.options.iter().map(metric_options::argument));
    let command = command.args(confidence::arguments(entry.options));
    let command = RecordArguments::augment_args(ReportArguments::augment_args(command));
    command.args(limits::arguments(&[spec()]))
}

/// Records as a model: they are laid out as the first of them says.
///
/// # Errors
/// If it does not say that.
pub(super) fn model_of_records(
    files: &LogProbFiles,
    messages: Messages,
) -> Result<Arc<dyn LanguageModel>> {
    LogProbArguments::default_of_records().model(files, messages)
}

/// What the gate has to know of it.
pub(super) fn spec() -> Spec {
    Spec {
        name: entry().name,
        title: "Perplexity".to_owned(),
        tokenizer: None,
        direction: genai_metrics::Direction::Lower,
        scale: 1.0,
        bootstrap: None,
        decimals: 4,
        signature: genai_metrics::Signature::default(),
    }
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |c| c.to_uppercase().chain(characters).collect())
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let logprobs = LogProbArguments::from_arg_matches(matches)?;
    let models = ModelArguments::from_arg_matches(matches)?;
    let wanted = ReportArguments::from_arg_matches(matches)?;
    let kept = RecordArguments::from_arg_matches(matches)?;
    let given = metric_options::given(entry().options, matches, false, wanted.messages())?;
    let limits = Limits::of(&[spec()], matches)?;
    let log_prob_files = named(&logprobs.files, "--logprobs", is_file)?;
    let texts = named(&models.hypotheses, "--hyp", is_file)?;
    let files = [&log_prob_files, &texts].into_iter().flatten().map(|(_, file)| file.clone());
    let read: Vec<String> = files.chain(models.files()).collect();
    let save = kept.save_logprobs.map(|path| ("--save-logprobs", path, records::SAVE));
    let surprisal = kept.surprisal.map(|path| ("--surprisal", path, records::SURPRISAL));
    let kept: Vec<_> = save.into_iter().chain(surprisal).collect();
    let systems = log_prob_files.len().max(texts.len());
    if let (Some((name, ..)), 2..) = (kept.first(), systems) {
        bail!("{name} is for one system, expected one file of texts");
    }
    let files: Vec<_> = kept
        .iter()
        .map(|(argument, path, _)| RecordFile {
            argument,
            path: path.clone(),
            before_result: false,
        })
        .collect();
    let outputs = Outputs::open(&wanted, &files, &read)?;
    let with_ids = matches.contains_id("segments") || matches.get_flag("sentence");
    let mut source = match (log_prob_files.as_slice(), texts.as_slice()) {
        ([], []) => {
            bail!(
                "nothing to score, expected --logprobs FILE, or --hyp FILE with --lm MODEL, --train \
                 FILE or --model FOLDER"
            )
        }
        (_, []) => {
            models.refuse_beside_logprobs()?;
            AnySource::LogProbs(LogProbFiles::open(&log_prob_files, wanted.hashed(), with_ids)?)
        }
        ([], _) => AnySource::Files(ParallelFiles::open(&[], &texts, wanted.hashed())?),
        (_, _) => bail!("--logprobs and --hyp exclude each other: a record brings its text"),
    };
    let model = match &source {
        AnySource::LogProbs(files) => logprobs.model(files, wanted.messages())?,
        _ => models.model(given.options.get("compat"), &wanted)?,
    };
    let mut perplexity = Perplexity::new(model)
        .with_options(&given.options)
        .map_err(|error| given.explain(error))?;
    perplexity.recorders = kept.iter().map(|(.., recorder)| *recorder).collect();
    let mut surprising = Surprising::default();
    let mut listen = |lines: &[u8]| surprising.add(lines);
    let is_seen = systems == 1 && wanted.is_for_people() && Surprising::is_shown();
    if is_seen {
        perplexity.recorders.push(records::SURPRISAL);
    }
    let scorer = || -> Vec<Box<dyn Scorer>> { vec![Box::new(perplexity.clone())] };
    let metrics = chosen(scorer(), scorer());
    let scoring = Scoring {
        metrics: &metrics,
        wanted: &wanted,
        limits: &limits,
        outputs,
        option_files: Vec::new(),
        newline_mark: None,
        confidence: confidence::of_matches(matches, false)?,
        divisions: Divisions::default(),
        listener: if is_seen { Some(&mut listen) } else { None },
        alignments: None,
    };
    let outcome = scoring.run(&mut source)?;
    wanted.messages().show(&surprising.lines(std::env::var_os("NO_COLOR").is_none()));
    Ok(outcome)
}
