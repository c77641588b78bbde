//! Scores to text, JSON, CSV or Markdown.

mod csv;
mod json;
mod markdown;
mod sentences;
mod text;

use std::io::{self, Write};

use genai_metrics::{Direction, Score, Spec};

pub(crate) use json::write_sentence_lines;
pub(crate) use sentences::{Sentence, Sentences};

/// Everything that a scoring command has to say.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    /// What was read.
    pub(crate) inputs: Inputs,
    /// One result for each system and metric.
    pub(crate) results: Vec<SystemResult<'a>>,
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
    /// The files with records.
    pub(crate) data: Vec<InputFile>,
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct InputFile {
    /// As it was named.
    pub(crate) path: String,
    /// Of the file as stored, in hexadecimal; computed only for formats that show it.
    pub(crate) sha256: Option<String>,
}

/// One metric's word on one system.
#[derive(Debug)]
pub(crate) struct SystemResult<'a> {
    /// The system's name.
    pub(crate) system: String,
    /// The metric.
    pub(crate) spec: Spec,
    /// Its value and parts.
    pub(crate) score: Score,
    /// Why the value is what one may not expect.
    pub(crate) remark: Option<String>,
    /// The parts as people read them.
    pub(crate) description: String,
    /// The signature of the run.
    pub(crate) signature: String,
    /// The segments, if they were asked for.
    pub(crate) sentences: Option<Sentences<'a>>,
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
}

impl Format {
    /// The formats and their names.
    pub(crate) const ALL: &[(&str, Self)] = &[
        ("text", Self::Text),
        ("json", Self::Json),
        ("jsonl", Self::Jsonl),
        ("csv", Self::Csv),
        ("md", Self::Markdown),
    ];

    /// The formats' names.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|(name, _)| *name)
    }

    /// The format of that name or file extension.
    pub(crate) fn named(name: &str) -> Option<Self> {
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
    /// Decimals of scores that people read.
    pub(crate) width: usize,
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
    }
}

/// Numbers only, one a line: in full where programs read them.
fn write_numbers(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    for result in &report.results {
        let mut write = |score: &Score| match view.format {
            Format::Text | Format::Markdown => {
                writeln!(out, "{}", display(score.value, &result.spec, view.width))
            }
            Format::Json | Format::Jsonl | Format::Csv => writeln!(out, "{:?}", score.value),
        };
        match &result.sentences {
            Some(sentences) if view.sentences => {
                sentences.iter().try_for_each(|sentence| write(&sentence.score))?;
            }
            _ => write(&result.score)?,
        }
    }
    Ok(())
}

/// A score as people read it: a perfect one is never shown above the metric's scale, which
/// rounding can take it to.
fn display(score: f64, spec: &Spec, width: usize) -> String {
    let shown = if spec.direction == Direction::Higher { score.min(spec.scale) } else { score };
    format!("{shown:.width$}")
}

#[cfg(test)]
mod tests {
    use genai_metrics::{Bleu, Metric};

    use super::display;

    #[test]
    fn perfect_is_shown_as_the_scale() {
        let spec = Metric::spec(&Bleu::default());
        assert_eq!(display(100.000_000_000_000_04, &spec, 14), "100.00000000000000");
        assert_eq!(display(26.55, &spec, 1), "26.6");
    }
}
