//! What every command that scores does: outputs opened before the work, rows measured, a report
//! written, a verdict.

use std::io;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::builder::PossibleValuesParser;
use clap::{Args, value_parser};
use genai_metrics::text::Scheme;
use genai_metrics::{Scorer, Spec};

use super::alignment::Alignments;
use super::chosen::Chosen;
use super::limits::Limits;
use super::measuring::{Listener, Run};
use super::report_plan::ReportPlan;
use crate::Outcome;
use crate::engine::{self, Keep, Measured};
use crate::messages::Messages;
use crate::output::{Output, Staged};
use crate::read::Source;
use crate::report::{self, Format, InputFile, Report, SystemResult, View};
use crate::resampling::Resampling;
use crate::samples::{Divisions, samples};

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

/// A file that gets what a recorder keeps of segments.
pub(super) struct RecordFile {
    /// The argument that names it.
    pub(super) argument: &'static str,
    pub(super) path: PathBuf,
    /// Whether it may stand before the result on standard output.
    pub(super) before_result: bool,
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
        records: &[RecordFile],
        read: &[String],
    ) -> Result<Self> {
        let mut named = vec![("the result", Output::open(wanted.output.as_deref())?)];
        for (name, path) in wanted.segments.iter().map(|path| ("--segments", path)) {
            named.push((name, Output::open(Some(path))?));
        }
        let with_segments = named.len();
        for RecordFile { argument, path, .. } in records {
            named.push((argument, Output::open(Some(path))?));
        }
        for file in read {
            if named.iter().any(|(_, output)| output.would_replace(file)) {
                bail!("{file} is read, and would be overwritten by the result");
            }
        }
        for (i, (name, output)) in named.iter().enumerate() {
            let record = i.checked_sub(with_segments).map(|record| &records[record]);
            let before_result = record.is_some_and(|record| record.before_result);
            let first = usize::from(before_result && matches!(output, Output::Standard));
            let mut others = named[..i].iter().skip(first);
            if let Some((other, _)) = others.find(|(_, other)| other.is_same(output)) {
                bail!("{other} and {name} would go to the same place");
            }
        }
        let mut outputs = named.into_iter().map(|(_, output)| output);
        let result = outputs.next().unwrap_or(Output::Standard);
        let segments = wanted.segments.as_ref().and_then(|_| outputs.next());
        Ok(Self { result, segments, records: outputs.collect() })
    }
}

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
    /// What the first of the records' outputs gets, if it is no recorder of a metric's.
    pub(super) alignments: Option<Alignments>,
}

impl Scoring<'_> {
    /// Measures, writes everything and judges.
    ///
    /// # Errors
    /// Of the input, in its order, or of an output.
    pub(super) fn run<S: Source>(self, source: &mut S) -> Result<Outcome> {
        let Self { metrics, wanted, limits, outputs, option_files, newline_mark, .. } = self;
        let Self { confidence, divisions, listener, alignments, .. } = self;
        let (messages, format) = (wanted.messages(), format_of(wanted));
        let specs: Vec<Spec> = metrics.iter().map(|metric| metric.corpus.spec()).collect();
        let with_sentences = wanted.sentence || wanted.segments.is_some();
        // Where only segments are shown and nothing is judged, nobody sees the corpus's score.
        let unseen = wanted.sentence && format != Format::Json && limits.is_open();
        let resampled = !unseen && specs.iter().any(|spec| spec.bootstrap.is_some());
        let coloured = outputs.records.first().is_some_and(Output::shows_colours);
        let alignments = alignments.map(|alignments| alignments.coloured(coloured));
        let mut scorers: Vec<&dyn Scorer> = metrics.iter().map(|metric| &*metric.corpus).collect();
        scorers.extend(alignments.iter().map(|alignments| alignments as &dyn Scorer));
        let run = Run {
            scorers: &scorers,
            keep: Keep {
                rows: with_sentences
                    || resampled
                    || confidence.is_some()
                    || !divisions.is_empty()
                    // For the segments' ids.
                    || alignments.is_some(),
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
            staged.push(output.stage(|out| match &alignments {
                Some(alignments) => {
                    alignments.write(&mut kept, measured.segments, &measured.ids, &systems, out)
                }
                None => io::copy(&mut kept, out).map(drop),
            })?);
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
    Format::chosen(wanted.format.as_deref(), wanted.output.as_deref())
}

/// As sacreBLEU: a hundred full stops set off by a space are no detokenised text.
pub(super) fn warn_of_tokenized_input(
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
