//! `genai-eval bleu …`: a metric or a family over files, for the corpus or for each segment.

use std::ops::Range;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Args, Command, FromArgMatches, value_parser};
use genai_metrics::metrics::Entry;
use genai_metrics::text::Scheme;
use genai_metrics::{Level, Options, Scorer, Spec};

use super::gate::{self, Gate};
use super::input::{self, AnySource, InputArguments};
use super::metric_options;
use crate::aggregate;
use crate::engine::{self, Keep, Measured};
use crate::messages::Messages;
use crate::output::{Output, Staged};
use crate::read::{FileRole, InputError, Source};
use crate::report::{self, Format, InputFile, Inputs, Report, Sentences, SystemResult, View};
use crate::{Outcome, SIGNED_VERSION};

#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
struct ReportArguments {
    /// The score of each segment instead of the corpus's (in JSON: beside it)
    #[arg(long)]
    sentence: bool,
    /// Also write each segment's score to FILE: JSONL with index, id, score and parts
    #[arg(long, value_name = "FILE")]
    segments: Option<PathBuf>,
    /// Print numbers only
    #[arg(long)]
    score_only: bool,
    /// Decimals of scores in text and Markdown, others have them in full [default: the metric's own]
    #[arg(long, value_name = "N", value_parser = value_parser!(u8).range(0..=17))]
    width: Option<u8>,
    /// text, json, jsonl, csv or md [default: by the extension of -o, else text]
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(Format::names()), hide_possible_values = true)]
    format: Option<String>,
    /// Write to FILE instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Threads; the result does not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// No warnings, no progress
    #[arg(long)]
    quiet: bool,
}

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
    ReportArguments::augment_args(command).args(gate::arguments(&specs))
}

pub(super) fn run(entry: &'static Entry, matches: &ArgMatches) -> Result<Outcome> {
    let input = InputArguments::from_arg_matches(matches)?;
    let wanted = ReportArguments::from_arg_matches(matches)?;
    let messages = Messages { quiet: wanted.quiet };
    let format = format_of(&wanted);
    let hashed = format == Format::Json && !wanted.score_only;
    let given = metric_options::given(entry.options, matches, hashed, messages)?;
    let build = |level| (entry.build)(&given.options, level).map_err(|error| given.explain(error));
    let metrics = chosen(build(Level::Corpus)?, build(Level::Sentence)?);
    let specs: Vec<Spec> = metrics.iter().map(|metric| metric.corpus.spec()).collect();
    let gate = Gate::of(&specs, matches)?;

    let output = Output::open(wanted.output.as_deref())?;
    let segments = wanted.segments.as_deref().map(|path| Output::open(Some(path))).transpose()?;
    let option_paths = given.files.iter().map(|file| file.path.clone());
    for file in input.files()?.into_iter().chain(option_paths) {
        if output.would_replace(&file) || segments.iter().any(|out| out.would_replace(&file)) {
            bail!("{file} is read, and would be overwritten by the result");
        }
    }
    if segments.as_ref().is_some_and(|segments| segments.is_same(&output)) {
        bail!("the result and --segments would go to the same place");
    }
    let with_sentences = wanted.sentence || wanted.segments.is_some();
    // Where only segments are shown and nothing is judged, nobody sees the corpus's score.
    let unseen = wanted.sentence && format != Format::Json && gate.is_open();
    let resampled = !unseen && specs.iter().any(|spec| spec.bootstrap.is_some());
    let scorers: Vec<&dyn Scorer> = metrics.iter().map(|metric| &*metric.corpus).collect();
    let run = Run {
        scorers: &scorers,
        keep: if with_sentences || resampled { Keep::Rows } else { Keep::Sums },
        threads: wanted.threads,
        messages,
    };
    let newline_mark = input::newline_mark_of(matches);
    let (measured, systems, mut inputs) = match (input.source(hashed)?, newline_mark) {
        (AnySource::Files(mut files), None) => run.measure(&mut files)?,
        (AnySource::Files(files), Some(mark)) => {
            let (measured, systems, inputs) = run.measure(&mut files.with_newline_mark(mark))?;
            (measured, systems, Inputs { newline_mark: Some(mark.to_owned()), ..inputs })
        }
        (AnySource::Records(mut records), _) => run.measure(&mut *records)?,
    };
    inputs.options = given.files;
    warn_of_tokenized_input(&measured, &systems, &specs, messages);

    let mut report = make_report(&metrics, with_sentences, resampled, &measured, &systems, inputs);
    warn_of_remarks(&report, messages);
    let segments =
        segments.map(|file| file.stage(|out| report::write_sentence_lines(&report, out)));
    let segments = segments.transpose()?;
    if !wanted.sentence {
        report.results.iter_mut().for_each(|result| result.sentences = None);
    }
    let view = View {
        format,
        sentences: wanted.sentence,
        score_only: wanted.score_only,
        width: wanted.width.map(usize::from),
    };
    let result = output.stage(|out| report::write(&report, view, out))?;
    // Only now that both are written does either come into its place.
    segments.map_or(Ok(()), Staged::commit)?;
    result.commit()?;
    Ok(gate.verdict(&report))
}

fn format_of(wanted: &ReportArguments) -> Format {
    let extension = || wanted.output.as_ref()?.extension()?.to_str();
    let given = wanted.format.as_deref().or_else(extension).map(str::to_ascii_lowercase);
    given.as_deref().and_then(Format::named).unwrap_or(Format::Text)
}

/// A metric as it was asked for; the rows are the same at both levels.
struct Chosen {
    corpus: Box<dyn Scorer>,
    sentence: Box<dyn Scorer>,
    /// Which columns of a row are its own.
    columns: Range<usize>,
}

fn chosen(corpus: Vec<Box<dyn Scorer>>, sentence: Vec<Box<dyn Scorer>>) -> Vec<Chosen> {
    let mut next = 0;
    let one = |(corpus, sentence): (Box<dyn Scorer>, _)| {
        let columns = next..next + corpus.columns().len();
        next = columns.end;
        Chosen { corpus, sentence, columns }
    };
    corpus.into_iter().zip(sentence).map(one).collect()
}

struct Run<'a> {
    scorers: &'a [&'a dyn Scorer],
    keep: Keep,
    threads: Option<u16>,
    messages: Messages,
}

impl Run<'_> {
    fn measure<S: Source>(&self, source: &mut S) -> Result<(Measured, Vec<String>, Inputs)> {
        let pool = engine::pool(self.threads)?;
        let facts = source.files().into_iter().map(|(_, _, facts)| facts).collect();
        let mut progress = self.messages.progress(facts);
        let measured = pool.install(|| {
            engine::measure(source, self.scorers, self.keep, &mut |segments| {
                progress.update(segments);
            })
        })?;
        drop(progress);
        let mut warnings = source.warnings();
        warnings.dedup();
        for warning in &warnings {
            self.messages.warn(warning);
        }
        source.notes().iter().for_each(|note| self.messages.note(note));
        if measured.segments == 0 {
            let name = source.files().swap_remove(0).1;
            return Err(InputError::Empty { name }.into());
        }
        let mut inputs = Inputs {
            segments: measured.segments,
            references: measured.references(),
            ..Inputs::default()
        };
        for (role, path, facts) in source.files() {
            let file = InputFile { path, sha256: facts.sha256() };
            match role {
                FileRole::References => inputs.refs.push(file),
                FileRole::Hypotheses => inputs.hyps.push(file),
                FileRole::Data => inputs.data.push(file),
            }
        }
        Ok((measured, source.systems().to_vec(), inputs))
    }
}

/// As sacreBLEU: a hundred full stops set off by a space are no detokenised text.
fn warn_of_tokenized_input(
    measured: &Measured,
    systems: &[String],
    specs: &[Spec],
    messages: Messages,
) {
    const MANY: u64 = 100;
    let cuts = specs.iter().filter_map(|spec| spec.tokenizer.as_ref()).any(|tokenizer| {
        // Of those that set punctuation off themselves: whoever drops it doesn't mind.
        matches!(
            tokenizer.scheme,
            Scheme::V13a
                | Scheme::Intl
                | Scheme::Char
                | Scheme::Zh
                | Scheme::Unicode
                | Scheme::Subwords(_)
        )
    });
    for (system, &count) in systems.iter().zip(&measured.detached_full_stops) {
        if cuts && count >= MANY {
            messages.warn(&format!(
                "{system}: {count} lines end in a full stop set off by a space, as if tokenized \
                 already; scores are meant for detokenized text"
            ));
        }
    }
}

/// A remark is said once for all systems and metrics that it is made of.
fn warn_of_remarks(report: &Report<'_>, messages: Messages) {
    fn remarks<'r>(result: &'r SystemResult<'_>) -> Vec<&'r str> {
        result.remarks.iter().map(String::as_str).collect()
    }
    let mut warnings: Vec<(String, Vec<&str>)> = Vec::new();
    for results in report.systems() {
        for (titles, remark) in report::sayings(results, remarks) {
            let of = if results.len() > 1 { format!("{titles}: ") } else { String::new() };
            let (warning, system) = (format!("{of}{remark}"), results[0].system.as_str());
            match warnings.iter_mut().find(|(known, _)| *known == warning) {
                Some((_, systems)) => systems.push(system),
                None => warnings.push((warning, vec![system])),
            }
        }
    }
    for (warning, systems) in warnings {
        messages.warn(&format!("{}: {warning}", systems.join(", ")));
    }
}

fn make_report<'a>(
    metrics: &'a [Chosen],
    with_sentences: bool,
    resampled: bool,
    measured: &'a Measured,
    systems: &[String],
    inputs: Inputs,
) -> Report<'a> {
    let sign = |scorer: &dyn Scorer| {
        scorer.spec().signature.of_run(measured.references(), SIGNED_VERSION).to_string()
    };
    let with_columns: Vec<_> =
        metrics.iter().map(|metric| (&*metric.corpus, metric.columns.clone())).collect();
    let mut results = Vec::new();
    for (i, system) in systems.iter().enumerate() {
        let resampled = if resampled {
            aggregate::resample(&with_columns, &measured.rows[i])
        } else {
            metrics.iter().map(|_| None).collect()
        };
        for (Chosen { corpus, sentence, columns }, resampled) in metrics.iter().zip(resampled) {
            let sum = &measured.sums[i][columns.clone()];
            let (score, confidence) = match resampled {
                Some((score, confidence)) => (score, Some(confidence)),
                None => (corpus.score(sum), None),
            };
            results.push(SystemResult {
                system: system.clone(),
                spec: corpus.spec(),
                remarks: corpus.remarks(sum),
                description: corpus.describe(&score),
                score,
                confidence,
                signature: sign(&**corpus),
                sentences: with_sentences.then(|| Sentences {
                    signature: sign(&**sentence),
                    scorer: &**sentence,
                    rows: &measured.rows[i],
                    columns: columns.clone(),
                    ids: &measured.ids,
                }),
            });
        }
    }
    Report { inputs, results }
}
