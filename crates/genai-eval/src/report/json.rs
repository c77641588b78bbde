//! The JSON contract: one schema for every mode, numbers in full, keys in this order.

use std::io::{self, Write};

use genai_metrics::{Interval, Part, Score};
use serde::{Serialize, Serializer};
use serde_json::ser::{Formatter, PrettyFormatter};

use super::{InputFile, Inputs, Report, Sentence, SystemResult, View};
use crate::read::json::Cell;
use crate::resampling::Confidence;
use crate::samples::Slice;

/// Bumped when a key goes or changes its meaning.
const SCHEMA: &str = "genai-eval/1";

#[derive(Serialize)]
struct Document<'a, C> {
    schema: &'static str,
    tool: &'static str,
    inputs: InputsJson<'a>,
    results: Vec<ResultJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparisons: Option<&'a [C]>,
}

#[derive(Serialize)]
struct InputsJson<'a> {
    segments: u64,
    references: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refs: Vec<FileJson<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hyps: Vec<FileJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    newline_mark: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    data: Vec<FileJson<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<FileJson<'a>>,
}

#[derive(Serialize)]
struct FileJson<'a> {
    path: &'a str,
    sha256: Option<&'a str>,
}

#[derive(Serialize)]
struct ResultJson<'a> {
    system: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    slice: Option<SliceJson<'a>>,
    metric: &'static str,
    score: f64,
    /// Why the score is what one may not expect.
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
    direction: String,
    scale: f64,
    signature: &'a str,
    parts: Parts<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<ConfidenceJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentence_signature: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentences: Option<SentenceList<'a>>,
}

#[derive(Serialize)]
pub(super) struct SliceJson<'a> {
    field: &'a str,
    value: &'a str,
    segments: u64,
}

impl<'a> SliceJson<'a> {
    pub(super) fn of(slice: &'a Slice, segments: u64) -> Self {
        Self { field: &slice.field, value: &slice.value, segments }
    }
}

#[derive(Serialize)]
struct ConfidenceJson<'a> {
    level: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean: Option<f64>,
    low: f64,
    high: f64,
    resamples: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<IntervalsJson<'a>>,
}

impl<'a> From<&'a Confidence> for ConfidenceJson<'a> {
    fn from(confidence: &'a Confidence) -> Self {
        Self {
            level: confidence.level,
            mean: confidence.mean,
            low: confidence.low,
            high: confidence.high,
            resamples: confidence.resamples,
            seed: confidence.seed,
            method: confidence.method,
            parts: (!confidence.parts.is_empty()).then_some(IntervalsJson(confidence)),
        }
    }
}

/// The interval about each part, in the metric's order.
struct IntervalsJson<'a>(&'a Confidence);

#[derive(Serialize)]
struct IntervalJson {
    low: f64,
    high: f64,
}

impl Serialize for IntervalsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ends = |&Interval { low, high, .. }: &Interval| IntervalJson { low, high };
        serializer.collect_map(self.0.parts.iter().map(|(name, interval)| (name, ends(interval))))
    }
}

#[derive(Serialize)]
struct SentenceJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric: Option<&'a str>,
    index: usize,
    id: Option<&'a Cell>,
    score: f64,
    parts: Parts<'a>,
}

/// Named parts, in the metric's order.
struct Parts<'a>(&'a Score);

impl Serialize for Parts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.parts.iter().map(|(name, part)| (name, PartJson(part))))
    }
}

struct PartJson<'a>(&'a Part);

impl Serialize for PartJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Part::Count(count) => Count(*count).serialize(serializer),
            Part::Counts(counts) => serializer.collect_seq(counts.iter().map(|&c| Count(c))),
            Part::Number(number) => serializer.serialize_f64(*number),
            Part::Numbers(numbers) => serializer.collect_seq(numbers),
        }
    }
}

/// A count is written as a whole number if it is one.
struct Count(f64);

impl Serialize for Count {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "only whole numbers below 2^53 are cast"
    )]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(count) = *self;
        if count.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&count) {
            serializer.serialize_u64(count as u64)
        } else {
            serializer.serialize_f64(count)
        }
    }
}

/// Scored one by one as they are written, so that no second copy of a corpus is held.
struct SentenceList<'a>(&'a SystemResult<'a>);

impl Serialize for SentenceList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sentences = self.0.sentences.iter().flat_map(super::Sentences::iter);
        serializer.collect_seq(sentences.map(InList))
    }
}

struct InList<'a>(Sentence<'a>);

impl Serialize for InList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        sentence_json(&self.0, None).serialize(serializer)
    }
}

fn sentence_json<'a>(
    sentence: &'a Sentence<'_>,
    result: Option<&'a SystemResult<'_>>,
) -> SentenceJson<'a> {
    SentenceJson {
        system: result.map(|result| result.system.as_str()),
        metric: result.map(|result| result.spec.name),
        index: sentence.index,
        id: sentence.id,
        score: sentence.score.value,
        parts: Parts(&sentence.score),
    }
}

fn result_json<'a>(result: &'a SystemResult<'a>) -> ResultJson<'a> {
    let sentences = result.sentences.as_ref();
    ResultJson {
        system: &result.system,
        slice: result.slice.as_ref().map(|slice| SliceJson::of(slice, result.segments)),
        metric: result.spec.name,
        score: result.score.value,
        remark: (!result.remarks.is_empty()).then(|| result.remarks.join("; ")),
        direction: result.spec.direction.to_string(),
        scale: result.spec.scale,
        signature: &result.signature,
        parts: Parts(&result.score),
        confidence: result.confidence.as_ref().map(ConfidenceJson::from),
        sentence_signature: sentences.map(|sentences| sentences.signature.as_str()),
        sentences: sentences.map(|_| SentenceList(result)),
    }
}

fn inputs_json(inputs: &Inputs) -> InputsJson<'_> {
    InputsJson {
        segments: inputs.segments,
        references: inputs.references,
        refs: inputs.refs.iter().map(file_json).collect(),
        hyps: inputs.hyps.iter().map(file_json).collect(),
        newline_mark: inputs.newline_mark.as_deref(),
        data: inputs.data.iter().map(file_json).collect(),
        options: inputs.options.iter().map(file_json).collect(),
    }
}

fn file_json(file: &InputFile) -> FileJson<'_> {
    FileJson { path: &file.path, sha256: file.sha256.as_deref() }
}

/// The whole report as one document.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_document::<()>(report, None, out)
}

/// The whole report, and comparisons behind its results.
pub(super) fn write_with<C: Serialize>(
    report: &Report<'_>,
    comparisons: &[C],
    out: &mut dyn Write,
) -> io::Result<()> {
    write_document(report, Some(comparisons), out)
}

fn write_document<C: Serialize>(
    report: &Report<'_>,
    comparisons: Option<&[C]>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = Document {
        schema: SCHEMA,
        tool: crate::TOOL,
        inputs: inputs_json(&report.inputs),
        results: report.results.iter().map(result_json).collect(),
        comparisons,
    };
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut *out, PrettyToDepth::default());
    document.serialize(&mut serializer)?;
    writeln!(out)
}

/// Each result as one line, or each of its segments.
pub(super) fn write_lines(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    if view.sentences {
        return write_sentence_lines(report, out);
    }
    for result in &report.results {
        serde_json::to_writer(&mut *out, &result_json(result))?;
        writeln!(out)?;
    }
    Ok(())
}

/// Each segment of each result as one line.
///
/// # Errors
/// If the output cannot be written.
pub(crate) fn write_sentence_lines(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for result in &report.results {
        for sentence in result.sentences.iter().flat_map(super::Sentences::iter) {
            serde_json::to_writer(&mut *out, &sentence_json(&sentence, Some(result)))?;
            writeln!(out)?;
        }
    }
    Ok(())
}

/// Indents down to the fields of a result; what lies deeper stays on one line.
#[derive(Debug, Default)]
pub(crate) struct PrettyToDepth {
    pretty: PrettyFormatter<'static>,
    depth: usize,
}

const PRETTY_DEPTH: usize = 3;

impl PrettyToDepth {
    fn is_pretty(&self) -> bool {
        self.depth <= PRETTY_DEPTH
    }
}

impl Formatter for PrettyToDepth {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        if self.is_pretty() { self.pretty.begin_array(out) } else { out.write_all(b"[") }
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if self.depth < PRETTY_DEPTH { self.pretty.end_array(out) } else { out.write_all(b"]") }
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        match (self.is_pretty(), first) {
            (true, _) => self.pretty.begin_array_value(out, first),
            (false, true) => Ok(()),
            (false, false) => out.write_all(b", "),
        }
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        if self.is_pretty() { self.pretty.end_array_value(out) } else { Ok(()) }
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth += 1;
        if self.is_pretty() { self.pretty.begin_object(out) } else { out.write_all(b"{") }
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if self.depth < PRETTY_DEPTH { self.pretty.end_object(out) } else { out.write_all(b"}") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        match (self.is_pretty(), first) {
            (true, _) => self.pretty.begin_object_key(out, first),
            (false, true) => Ok(()),
            (false, false) => out.write_all(b", "),
        }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        if self.is_pretty() { self.pretty.end_object_value(out) } else { Ok(()) }
    }
}
