//! What every command that scores does: outputs opened before the work, rows measured, a report
//! written, a verdict.

use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::builder::PossibleValuesParser;
use clap::{Args, value_parser};
use genai_metrics::resample::{Estimate, Statistic};
use genai_metrics::text::Scheme;
use genai_metrics::{Scorer, Signature, Spec, Table};
use tempfile::SpooledTempFile;

use super::limits::Limits;
use crate::aggregate;
use crate::engine::{self, Keep, Measured, Observer};
use crate::messages::{Messages, Progress};
use crate::output::{Output, Staged};
use crate::read::{FileRole, InputError, Source};
use crate::report::{self, Format, InputFile, Inputs, Report, Sentences, SystemResult, View};
use crate::resampling::{self, Confidence, Resampling};
use crate::samples::{Divisions, Sample, samples};
use crate::{Outcome, SIGNED_VERSION};

#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub(super) struct ReportArguments {
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
    /// text, json, jsonl, csv, md or latex [default: by the extension of -o, else text]
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

impl ReportArguments {
    pub(super) fn messages(&self) -> Messages {
        Messages { quiet: self.quiet }
    }

    /// Whether a report shows what files hash to.
    pub(super) fn hashed(&self) -> bool {
        format_of(self) == Format::Json && !self.score_only
    }

    /// Whether the result is a text on standard output.
    pub(super) fn is_for_people(&self) -> bool {
        format_of(self) == Format::Text && !self.score_only && self.output.is_none()
    }

    pub(super) fn threads(&self) -> Option<u16> {
        self.threads
    }
}

/// The outputs of a run, opened.
pub(super) struct Outputs {
    result: Output,
    segments: Option<Output>,
    records: Vec<Output>,
}

impl Outputs {
    /// Opens the outputs that were asked for; each of `records` gets what the recorder of its place keeps.
    ///
    /// # Errors
    /// If one cannot be written, would replace a file that is read, or is another one.
    pub(super) fn open(
        wanted: &ReportArguments,
        records: &[(&'static str, PathBuf)],
        read: &[String],
    ) -> Result<Self> {
        let mut named = vec![("the result", Output::open(wanted.output.as_deref())?)];
        for (name, path) in wanted.segments.iter().map(|path| ("--segments", path)) {
            named.push((name, Output::open(Some(path))?));
        }
        for (name, path) in records {
            named.push((name, Output::open(Some(path))?));
        }
        for file in read {
            if named.iter().any(|(_, output)| output.would_replace(file)) {
                bail!("{file} is read, and would be overwritten by the result");
            }
        }
        for (i, (name, output)) in named.iter().enumerate() {
            if let Some((other, _)) = named[..i].iter().find(|(_, other)| other.is_same(output)) {
                bail!("{other} and {name} would go to the same place");
            }
        }
        let mut outputs = named.into_iter().map(|(_, output)| output);
        let result = outputs.next().unwrap_or(Output::Standard);
        let segments = wanted.segments.as_ref().and_then(|_| outputs.next());
        Ok(Self { result, segments, records: outputs.collect() })
    }
}

/// Who gets what a recorder keeps, some segments at a time.
pub(super) type Listener<'l> = &'l mut (dyn FnMut(&[u8]) + Send);

/// A scoring run, all of it but its input.
pub(super) struct Scoring<'a> {
    pub(super) metrics: &'a [Chosen],
    pub(super) wanted: &'a ReportArguments,
    pub(super) limits: &'a Limits,
    pub(super) outputs: Outputs,
    /// The files that options name.
    pub(super) option_files: Vec<InputFile>,
    pub(super) newline_mark: Option<String>,
    /// Intervals about scores, if they were asked for.
    pub(super) confidence: Option<Resampling>,
    pub(super) divisions: Divisions,
    /// Gets what one more recorder keeps, in order.
    pub(super) listener: Option<Listener<'a>>,
}

impl Scoring<'_> {
    /// Measures, writes everything and judges.
    ///
    /// # Errors
    /// Of the input, in its order, or of an output.
    pub(super) fn run<S: Source>(self, source: &mut S) -> Result<Outcome> {
        let Self { metrics, wanted, limits, outputs, option_files, newline_mark, .. } = self;
        let Self { confidence, divisions, listener, .. } = self;
        let (messages, format) = (wanted.messages(), format_of(wanted));
        let specs: Vec<Spec> = metrics.iter().map(|metric| metric.corpus.spec()).collect();
        let with_sentences = wanted.sentence || wanted.segments.is_some();
        // Where only segments are shown and nothing is judged, nobody sees the corpus's score.
        let unseen = wanted.sentence && format != Format::Json && limits.is_open();
        let resampled = !unseen && specs.iter().any(|spec| spec.bootstrap.is_some());
        let scorers: Vec<&dyn Scorer> = metrics.iter().map(|metric| &*metric.corpus).collect();
        let run = Run {
            scorers: &scorers,
            keep: Keep {
                rows: with_sentences || resampled || confidence.is_some() || !divisions.is_empty(),
                digests: false,
            },
            threads: wanted.threads,
            recorders: outputs.records.len(),
            messages,
        };
        let (measured, systems, mut inputs, records) = run.measure(source, listener)?;
        inputs.options = option_files;
        inputs.newline_mark = newline_mark;
        warn_of_tokenized_input(&measured, &systems, &specs, messages);

        let samples = samples(&measured, &divisions);
        let plan =
            ReportPlan { metrics, with_sentences, resampled, confidence, divisions: &divisions };
        let estimates = engine::pool(wanted.threads)?.install(|| plan.estimates(&samples));
        let mut report = plan.report(&measured, &samples, &estimates, &systems, inputs);
        warn_of_remarks(&report, messages);
        let mut staged = Vec::new();
        for (output, mut kept) in outputs.records.into_iter().zip(records) {
            staged.push(output.stage(|out| io::copy(&mut kept, out).map(drop))?);
        }
        if let Some(segments) = outputs.segments {
            staged.push(segments.stage(|out| report::write_sentence_lines(&report, out))?);
        }
        if !wanted.sentence {
            report.results.iter_mut().for_each(|result| result.sentences = None);
        }
        let view = View {
            format,
            sentences: wanted.sentence,
            score_only: wanted.score_only,
            width: wanted.width.map(usize::from),
        };
        let result = outputs.result.stage(|out| report::write(&report, view, out))?;
        // Only now that all are written does any come into its place.
        staged.into_iter().try_for_each(Staged::commit)?;
        result.commit()?;
        Ok(limits.verdict(&report))
    }
}

fn format_of(wanted: &ReportArguments) -> Format {
    let extension = || wanted.output.as_ref()?.extension()?.to_str();
    let given = wanted.format.as_deref().or_else(extension).map(str::to_ascii_lowercase);
    given.as_deref().and_then(Format::named).unwrap_or(Format::Text)
}

/// A metric as it was asked for; the rows are the same at both levels.
pub(super) struct Chosen {
    pub(super) corpus: Box<dyn Scorer>,
    sentence: Box<dyn Scorer>,
    /// Which columns of a row are its own.
    columns: Range<usize>,
}

impl Chosen {
    /// The metric's score, of rows in which all metrics' columns lie side by side.
    pub(super) fn statistic(&self) -> Statistic<'_> {
        Statistic { scorer: &*self.corpus, columns: self.columns.clone(), part: None }
    }
}

pub(super) fn chosen(corpus: Vec<Box<dyn Scorer>>, sentence: Vec<Box<dyn Scorer>>) -> Vec<Chosen> {
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
    recorders: usize,
    messages: Messages,
}

impl Run<'_> {
    fn measure<S: Source>(
        &self,
        source: &mut S,
        listener: Option<Listener<'_>>,
    ) -> Result<MeasuredRun> {
        let pool = engine::pool(self.threads)?;
        let facts = source.files().into_iter().map(|(_, _, facts)| facts).collect();
        let mut watch = Watch {
            progress: self.messages.progress(facts),
            listener,
            records: (0..self.recorders).map(|_| SpooledTempFile::new(IN_MEMORY)).collect(),
        };
        let measured =
            pool.install(|| engine::measure(source, self.scorers, self.keep, &mut watch))?;
        let Watch { progress, mut records, listener: _ } = watch;
        drop(progress);
        for kept in &mut records {
            kept.seek(SeekFrom::Start(0)).context("cannot read a temporary file")?;
        }
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
        Ok((measured, source.systems().to_vec(), inputs, records))
    }
}

/// What a run comes to: rows, systems, what was read, and what recorders kept.
type MeasuredRun = (Measured, Vec<String>, Inputs, Vec<SpooledTempFile>);

/// What fits in memory before records wait in a temporary file.
const IN_MEMORY: usize = 16 << 20;

/// The progress on the terminal, and what recorders keep.
struct Watch<'l> {
    progress: Progress,
    listener: Option<Listener<'l>>,
    records: Vec<SpooledTempFile>,
}

impl Observer for Watch<'_> {
    fn progress(&mut self, segments: u64) {
        self.progress.update(segments);
    }

    fn recorders(&self) -> usize {
        self.records.len() + usize::from(self.listener.is_some())
    }

    fn keep(&mut self, recorder: usize, records: &[u8]) -> io::Result<()> {
        match (self.records.get_mut(recorder), &mut self.listener) {
            (Some(kept), _) => kept.write_all(records),
            (None, Some(listener)) => {
                listener(records);
                Ok(())
            }
            (None, None) => Ok(()),
        }
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
    // Slices of a system have the same to say.
    for results in report.systems().filter(|results| results[0].slice.is_none()) {
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

/// What a report has.
struct ReportPlan<'a> {
    metrics: &'a [Chosen],
    with_sentences: bool,
    /// Whether bootstraps that metrics name are done.
    resampled: bool,
    confidence: Option<Resampling>,
    divisions: &'a Divisions,
}

impl<'a> ReportPlan<'a> {
    /// For each sample, system and metric what resamples say, if they were asked for.
    fn estimates(&self, samples: &[Sample<'_>]) -> Vec<Vec<Vec<Confidence>>> {
        let Some(resampling) = self.confidence else { return Vec::new() };
        let statistics: Vec<_> = self.metrics.iter().map(Chosen::statistic).collect();
        let of_sample = |sample: &Sample<'_>| {
            let units: Vec<&Table> = sample.units.iter().map(|units| &**units).collect();
            let of_system = |estimates: Vec<Estimate>| {
                let one = |estimate| Confidence::of_estimate(estimate, resampling);
                estimates.into_iter().map(one).collect()
            };
            resampling::estimates(&units, &statistics, resampling).into_iter().map(of_system)
        };
        samples.iter().map(|sample| of_sample(sample).collect()).collect()
    }

    /// What stands in signatures of how was drawn.
    fn drawn(&self) -> Signature {
        self.confidence.map(|resampling| resampling.signature(self.divisions)).unwrap_or_default()
    }

    fn report(
        &self,
        measured: &'a Measured,
        samples: &[Sample<'_>],
        estimates: &[Vec<Vec<Confidence>>],
        systems: &[String],
        inputs: Inputs,
    ) -> Report<'a> {
        let with_columns: Vec<_> =
            self.metrics.iter().map(|metric| (&*metric.corpus, metric.columns.clone())).collect();
        let sign = |scorer: &dyn Scorer, drawn: &Signature| {
            let signature = scorer.spec().signature;
            signature.of_run(measured.references(), drawn, SIGNED_VERSION).to_string()
        };
        let mut results = Vec::new();
        for (number, sample) in samples.iter().enumerate() {
            for (i, system) in systems.iter().enumerate() {
                let resampled = if self.resampled {
                    aggregate::resample(&with_columns, &sample.rows[i])
                } else {
                    self.metrics.iter().map(|_| None).collect()
                };
                for (place, (metric, resampled)) in self.metrics.iter().zip(resampled).enumerate() {
                    let Chosen { corpus, sentence, columns } = metric;
                    let sum = &sample.sums[i][columns.clone()];
                    let estimate = || estimates.get(number).map(|of| of[i][place].clone());
                    let own = resampled.is_some();
                    let (mut score, confidence) = match resampled {
                        Some((score, confidence)) => (score, Some(confidence)),
                        None => (corpus.score(sum), estimate()),
                    };
                    let drawn = if own { Signature::default() } else { self.drawn() };
                    corpus
                        .add_text_values(&mut score, &mut text_values(measured, sample, i, place));
                    let with_sentences = self.with_sentences && sample.slice.is_none();
                    results.push(SystemResult {
                        slice: sample.slice.clone(),
                        segments: sample.segments,
                        system: system.clone(),
                        spec: corpus.spec(),
                        remarks: corpus.remarks(sum),
                        description: corpus.describe(&score),
                        score,
                        confidence,
                        signature: sign(&**corpus, &drawn),
                        sentences: with_sentences.then(|| Sentences {
                            signature: sign(&**sentence, &Signature::default()),
                            scorer: &**sentence,
                            rows: &measured.rows[i],
                            columns: columns.clone(),
                            ids: &measured.ids,
                        }),
                    });
                }
            }
        }
        Report { inputs, results }
    }
}

/// The numbers of the sample's texts by themselves.
fn text_values(measured: &Measured, sample: &Sample<'_>, system: usize, metric: usize) -> Vec<f64> {
    let values = &measured.text_values[system][metric];
    match &sample.places {
        Some(places) => places.iter().filter_map(|&place| values.get(place).copied()).collect(),
        None => values.clone(),
    }
}
