//! The gate's report for programs: one document, numbers in full, keys in this order.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::gate::verdict::{
    Check, Condition, Difference, GateReport, Severity, Statistics, WorstSegment, WorstSegments,
};
use crate::report::PrettyToDepth;

/// Bumped when a key goes or changes its meaning.
const SCHEMA: &str = "genai-eval/gate/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: &'static str,
    gate: &'a str,
    verdict: &'static str,
    exit_code: u8,
    strict: bool,
    candidate: &'a str,
    baseline: Option<&'a str>,
    segments: u64,
    statistics: StatisticsJson,
    checks: Vec<CheckJson<'a>>,
    notes: &'a [String],
    worst: Vec<WorstJson<'a>>,
}

#[derive(Serialize)]
struct StatisticsJson {
    test: &'static str,
    resamples: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    trials: Option<u32>,
    alpha: f64,
    seed: u64,
    adjust: &'static str,
}

#[derive(Serialize)]
struct CheckJson<'a> {
    rule: usize,
    metric: &'a str,
    slice: Option<&'a str>,
    condition: ConditionJson,
    level: &'static str,
    score: Option<f64>,
    interval: Option<IntervalJson>,
    baseline: Option<f64>,
    difference: Option<DifferenceJson>,
    verdict: &'static str,
    reason: &'a str,
    signature: &'a str,
    segments: u64,
}

#[derive(Serialize)]
struct IntervalJson {
    low: f64,
    high: f64,
}

#[derive(Serialize)]
struct DifferenceJson {
    delta: f64,
    low: f64,
    high: f64,
    p_value: f64,
    p_adjusted: f64,
    minimum_detectable: f64,
}

/// A condition under its name in the configuration.
struct ConditionJson(Condition);

impl Serialize for ConditionJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct PerSegment {
            threshold: f64,
            min_share: f64,
        }
        let mut map = serializer.serialize_map(Some(1))?;
        let name = self.0.name();
        match self.0 {
            Condition::Min(limit)
            | Condition::Max(limit)
            | Condition::MaxDrop(limit)
            | Condition::MaxGap(limit) => map.serialize_entry(name, &limit)?,
            Condition::PerSegment { threshold, min_share } => {
                map.serialize_entry(name, &PerSegment { threshold, min_share })?;
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
struct WorstJson<'a> {
    metric: &'a str,
    segments: Vec<SegmentJson<'a>>,
}

#[derive(Serialize)]
struct SegmentJson<'a> {
    index: usize,
    id: Option<&'a str>,
    score: f64,
    baseline_score: Option<f64>,
    texts: Option<TextsJson<'a>>,
}

#[derive(Serialize)]
struct TextsJson<'a> {
    reference: Option<&'a str>,
    hypothesis: &'a str,
    baseline: Option<&'a str>,
}

/// The whole report as one document. What is not a number is null.
///
/// # Errors
/// If the output cannot be written.
pub(crate) fn write(report: &GateReport, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut *out, PrettyToDepth::default());
    document(report).serialize(&mut serializer)?;
    writeln!(out)
}

fn document(report: &GateReport) -> Document<'_> {
    let Statistics { test, resamples, trials, alpha, seed, adjust } = report.statistics;
    Document {
        schema: SCHEMA,
        tool: crate::TOOL,
        gate: &report.name,
        verdict: report.verdict().name(),
        exit_code: report.outcome().code(),
        strict: report.strict,
        candidate: &report.candidate,
        baseline: report.baseline.as_deref(),
        segments: report.segments,
        statistics: StatisticsJson { test, resamples, trials, alpha, seed, adjust },
        checks: report.checks.iter().map(check_json).collect(),
        notes: &report.notes,
        worst: report.worst.iter().map(worst_json).collect(),
    }
}

fn check_json(check: &Check) -> CheckJson<'_> {
    CheckJson {
        rule: check.rule,
        metric: &check.metric,
        slice: check.slice.as_deref(),
        condition: ConditionJson(check.condition),
        level: match check.level {
            Severity::Fail => "fail",
            Severity::Warn => "warn",
        },
        score: check.score,
        interval: check.interval.map(|(low, high)| IntervalJson { low, high }),
        baseline: check.baseline,
        difference: check.difference.map(difference_json),
        verdict: check.verdict.name(),
        reason: &check.reason,
        signature: &check.signature,
        segments: check.segments,
    }
}

fn difference_json(difference: Difference) -> DifferenceJson {
    let Difference { delta, low, high, p_value, p_adjusted, minimum_detectable } = difference;
    DifferenceJson { delta, low, high, p_value, p_adjusted, minimum_detectable }
}

fn worst_json(worst: &WorstSegments) -> WorstJson<'_> {
    WorstJson { metric: &worst.metric, segments: worst.segments.iter().map(segment_json).collect() }
}

fn segment_json(segment: &WorstSegment) -> SegmentJson<'_> {
    SegmentJson {
        index: segment.index,
        id: segment.id.as_deref(),
        score: segment.score,
        baseline_score: segment.baseline_score,
        texts: segment.texts.as_ref().map(|texts| TextsJson {
            reference: texts.reference.as_deref(),
            hypothesis: &texts.hypothesis,
            baseline: texts.baseline.as_deref(),
        }),
    }
}
