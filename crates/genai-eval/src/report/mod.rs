//! Scores to text, JSON, CSV or Markdown.

pub(crate) mod comparison;
mod csv;
mod json;
mod latex;
mod markdown;
mod sentences;
mod table;
#[cfg(test)]
mod tests;
mod text;

use std::io::{self, Write};
use std::path::Path;

use genai_metrics::{Direction, Score, Spec};

pub(crate) use csv::io_error;
pub(crate) use json::{PrettyToDepth, write_sentence_lines};
pub(crate) use markdown::write_row;
use sentences::side_by_side;
pub(crate) use sentences::{Sentence, Sentences};
pub(crate) use table::{Side, printable, write_table};

use crate::resampling::Confidence;
use crate::samples::Slice;

/// Everything that a scoring command has to say.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    /// What was read.
    pub(crate) inputs: Inputs,
    /// One result for each system and metric: those of a system lie together, and every system
    /// has its metrics in the same order. Those of all segments come first, then those of each slice.
    pub(crate) results: Vec<SystemResult<'a>>,
}

impl<'a> Report<'a> {
    /// The results of each system, one for each metric.
    pub(crate) fn systems(&self) -> impl Iterator<Item = &[SystemResult<'a>]> {
        self.results.chunk_by(|one, next| one.system == next.system && one.slice == next.slice)
    }

    /// Whether some results are of slices.
    fn has_slices(&self) -> bool {
        self.results.iter().any(|result| result.slice.is_some())
    }

    /// What heads the columns that say of what a result is.
    fn of_headings(&self) -> Vec<String> {
        let slices: &[&str] = if self.has_slices() { &["slice", "segments"] } else { &[] };
        ["system"].iter().chain(slices).map(|&heading| heading.to_owned()).collect()
    }

    /// The first system's results, for what all systems share: titles and signatures.
    fn metrics(&self) -> &[SystemResult<'a>] {
        self.systems().next().unwrap_or_default()
    }
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// The number of segments.
    pub(crate) segments: u64,
    /// The number of references, if it is the same for every segment.
    pub(crate) references: Option<usize>,
    /// The files with references.
    pub(crate) refs: Vec<InputFile>,
    /// The files with hypotheses.
    pub(crate) hyps: Vec<InputFile>,
    /// What stood for a newline within a segment of these files, if anything did.
    pub(crate) newline_mark: Option<String>,
    /// The files with records.
    pub(crate) data: Vec<InputFile>,
    /// The files that options of metrics name.
    pub(crate) options: Vec<InputFile>,
}

/// A file that was read.
#[derive(Debug, Default)]
pub(crate) struct InputFile {
    /// As it was named.
    pub(crate) path: String,
    /// Of the file as stored, in hexadecimal; computed only for formats that show it.
    pub(crate) sha256: Option<String>,
}

/// One metric's word on one system.
#[derive(Debug)]
pub(crate) struct SystemResult<'a> {
    /// Which segments it is of; none for all.
    pub(crate) slice: Option<Slice>,
    /// The system's name.
    pub(crate) system: String,
    /// How many segments it is of.
    pub(crate) segments: u64,
    /// The metric.
    pub(crate) spec: Spec,
    /// Its value and parts.
    pub(crate) score: Score,
    /// What resamples say of it, where the metric names a bootstrap or one was asked for.
    pub(crate) confidence: Option<Confidence>,
    /// Why the value is what one may not expect.
    pub(crate) remarks: Vec<String>,
    /// The parts as people read them.
    pub(crate) description: String,
    /// The signature of the run.
    pub(crate) signature: String,
    /// The segments, if they were asked for.
    pub(crate) sentences: Option<Sentences<'a>>,
}

impl SystemResult<'_> {
    /// The signature of the scores that are written.
    fn signature(&self, view: View) -> &str {
        match &self.sentences {
            Some(sentences) if view.sentences => &sentences.signature,
            _ => &self.signature,
        }
    }

    /// A segment's parts as people read them.
    fn describe(&self, sentence: &Sentence<'_>) -> String {
        let scorer = self.sentences.as_ref().map(|sentences| sentences.scorer);
        scorer.map_or_else(String::new, |scorer| scorer.describe(&sentence.score))
    }

    /// The cells under [`Report::of_headings`].
    fn of_cells(&self, with_slices: bool) -> Vec<String> {
        let mut cells = vec![self.system.clone()];
        if with_slices {
            let slice = self.slice.as_ref().map_or_else(|| "all".to_owned(), Slice::to_string);
            cells.extend([slice, self.segments.to_string()]);
        }
        cells
    }

    /// The score in every line and table for people, with what belongs right behind it.
    fn shown(&self, view: View) -> String {
        let shown = |number| display(number, &self.spec, view.width);
        let score = shown(self.score.value);
        match &self.confidence {
            Some(Confidence { low, high, .. }) => {
                format!("{score} [{}, {}]", shown(*low), shown(*high))
            }
            None => score,
        }
    }

    /// The score with the mean over resamples and half the width of their interval, as sacreBLEU writes
    /// them.
    fn shown_with_mean(&self, view: View) -> String {
        let shown = |number| display(number, &self.spec, view.width);
        match &self.confidence {
            Some(Confidence { mean: Some(mean), low, high, .. }) => {
                let width = view.width.unwrap_or(self.spec.decimals);
                let half = 0.5 * (high - low);
                format!("{} (μ = {} ± {half:.width$})", shown(self.score.value), shown(*mean))
            }
            _ => self.shown(view),
        }
    }
}

/// What results say, each saying once, with the titles of the metrics that say it.
pub(crate) fn sayings<'r>(
    results: &'r [SystemResult<'_>],
    said: impl Fn(&'r SystemResult<'_>) -> Vec<&'r str>,
) -> Vec<(String, &'r str)> {
    let mut sayings: Vec<(String, &str)> = Vec::new();
    for result in results {
        let title = &result.spec.title;
        for said in said(result) {
            match sayings.iter_mut().find(|(_, known)| *known == said) {
                Some((titles, _)) => titles.extend([", ", title]),
                None => sayings.push((title.clone(), said)),
            }
        }
    }
    sayings
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people, in the manner of sacreBLEU.
    Text,
    /// One JSON document.
    Json,
    /// One JSON object a line for each result.
    Jsonl,
    /// A header and a row for each result.
    Csv,
    /// A Markdown table.
    Markdown,
    /// A LaTeX table.
    Latex,
}

impl Format {
    /// The formats and their names.
    pub(crate) const ALL: &[(&str, Self)] = &[
        ("text", Self::Text),
        ("json", Self::Json),
        ("jsonl", Self::Jsonl),
        ("csv", Self::Csv),
        ("md", Self::Markdown),
        ("latex", Self::Latex),
    ];

    /// The formats' names.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|(name, _)| *name)
    }

    /// The format that was asked for, or that the output's name stands for, or text.
    pub(crate) fn chosen(format: Option<&str>, output: Option<&Path>) -> Self {
        let extension = || output?.extension()?.to_str();
        let given = format.or_else(extension).map(str::to_ascii_lowercase);
        given.as_deref().and_then(Self::named).unwrap_or(Self::Text)
    }

    /// The format of that name or file extension.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = if name == "tex" { "latex" } else { name };
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }
}

/// What of a report is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// How.
    pub(crate) format: Format,
    /// The segments' scores rather than the corpus's; in JSON both.
    pub(crate) sentences: bool,
    /// Numbers and nothing else.
    pub(crate) score_only: bool,
    /// Decimals of scores that people read; if not given, each metric has its own.
    pub(crate) width: Option<usize>,
}

/// Writes a report.
///
/// # Errors
/// If the output cannot be written.
pub(crate) fn write(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    match (view.format, view.score_only) {
        (_, true) => write_numbers(report, view, out),
        (Format::Text, _) => text::write(report, view, out),
        (Format::Json, _) => json::write(report, out),
        (Format::Jsonl, _) => json::write_lines(report, view, out),
        (Format::Csv, _) => csv::write(report, view, out),
        (Format::Markdown, _) => markdown::write(report, view, out),
        (Format::Latex, _) => latex::write(report, view, out),
    }
}

/// Numbers only, a line for each system or segment: in full where programs read them.
fn write_numbers(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    let number = |result: &SystemResult<'_>, score: &Score| match view.format {
        Format::Text | Format::Markdown | Format::Latex => {
            display(score.value, &result.spec, view.width)
        }
        Format::Json | Format::Jsonl | Format::Csv => format!("{:?}", score.value),
    };
    for results in report.systems() {
        if view.sentences {
            for segment in side_by_side(results) {
                let scores = results.iter().zip(&segment);
                let scores: Vec<_> = scores.map(|(r, s)| number(r, &s.score)).collect();
                writeln!(out, "{}", joined(&scores, view.format))?;
            }
        } else {
            let scores: Vec<_> = results.iter().map(|r| number(r, &r.score)).collect();
            writeln!(out, "{}", joined(&scores, view.format))?;
        }
    }
    Ok(())
}

/// Numbers side by side, as the format has lists.
fn joined(numbers: &[String], format: Format) -> String {
    match (format, numbers) {
        (_, [number]) => number.clone(),
        (Format::Json | Format::Jsonl, _) => format!("[{}]", numbers.join(", ")),
        (Format::Csv, _) => numbers.join(","),
        (Format::Text | Format::Markdown | Format::Latex, _) => numbers.join(" "),
    }
}

/// A score as people read it: a perfect one is never shown above the metric's scale, which
/// rounding can take it to.
fn display(score: f64, spec: &Spec, width: Option<usize>) -> String {
    let width = width.unwrap_or(spec.decimals);
    let rounded = spec.direction == Direction::Higher && score <= spec.scale * (1.0 + 1e-9);
    let shown = if rounded { score.min(spec.scale) } else { score };
    format!("{shown:.width$}")
}
