//! The JSON documents: numbers in full, keys in this order.

use std::io::{self, Write};

use genai_metrics::agreement::Correlation;
use serde::{Serialize, Serializer};

use super::judgements::Groups;
use super::levels::Agreement;
use super::raters::RaterAgreement;
use super::report::Report;
use super::resampling::Statistic;
use crate::report::InputFile;
use crate::resampling::Resampling;

/// Bumped when a key goes or changes its meaning.
const SCHEMA: &str = "genai-eval/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: &'static str,
    inputs: InputsJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlations: Option<Vec<CorrelationJson<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rater_agreement: Option<RatersJson<'a>>,
    confidence: ConfidenceJson,
}

#[derive(Serialize)]
struct ConfidenceJson {
    level: f64,
    resamples: u32,
    seed: u64,
    method: &'static str,
    drawn: &'static str,
}

#[derive(Serialize, Default)]
struct InputsJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    systems: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segments: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ratings: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raters: Option<&'a [String]>,
    data: [FileJson<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<FileJson<'a>>,
}

#[derive(Serialize, Default)]
struct FileJson<'a> {
    path: &'a str,
    sha256: Option<&'a str>,
}

#[derive(Serialize)]
struct CorrelationJson<'a> {
    metric: &'a str,
    human: &'a str,
    level: &'static str,
    n: usize,
    direction: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<&'a str>,
    #[serde(flatten)]
    statistics: StatisticsJson<'a>,
}

/// Each statistic by its name.
struct StatisticsJson<'a>(&'a [Statistic]);

impl Serialize for StatisticsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = Correlation::ALL.map(Correlation::name);
        serializer.collect_map(names.into_iter().zip(self.0.iter().map(statistic_json)))
    }
}

#[derive(Serialize)]
struct StatisticJson {
    value: Option<f64>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undefined_resamples: Option<u32>,
}

#[derive(Serialize)]
struct RatersJson<'a> {
    krippendorff_alpha: AlphaJson,
    fleiss_kappa: StatisticJson,
    cohen_kappa: CohenJson<'a>,
}

#[derive(Serialize)]
struct AlphaJson {
    scale: &'static str,
    #[serde(flatten)]
    statistic: StatisticJson,
}

#[derive(Serialize)]
struct CohenJson<'a> {
    weights: &'static str,
    mean: StatisticJson,
    pairs: Vec<PairJson<'a>>,
}

#[derive(Serialize)]
struct PairJson<'a> {
    raters: [&'a str; 2],
    items: usize,
    #[serde(flatten)]
    statistic: StatisticJson,
}

fn statistic_json(statistic: &Statistic) -> StatisticJson {
    let interval = statistic.interval.as_ref();
    StatisticJson {
        value: statistic.value.as_ref().ok().copied(),
        reason: statistic.value.as_ref().err().map(ToString::to_string),
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
        undefined_resamples: interval.map(|_| statistic.undefined),
    }
}

fn file_json(file: &InputFile) -> FileJson<'_> {
    FileJson { path: &file.path, sha256: file.sha256.as_deref() }
}

fn confidence_json(resampling: Resampling, drawn: &'static str) -> ConfidenceJson {
    let Resampling { resamples, seed, level } = resampling;
    ConfidenceJson { level, resamples, seed, method: "bootstrap", drawn }
}

impl Report<'_> {
    pub(super) fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let judgements = self.judgements;
        let entry = |agreement| self.correlation_json(agreement);
        let document = Document {
            schema: SCHEMA,
            tool: crate::TOOL,
            inputs: InputsJson {
                rows: Some(judgements.human.len()),
                left_out: Some(judgements.left_out),
                systems: judgements.systems.as_ref().map(Groups::len),
                segments: judgements.segments.as_ref().map(Groups::len),
                data: [file_json(&judgements.file)],
                options: self.option_files.iter().map(file_json).collect(),
                ..InputsJson::default()
            },
            correlations: Some(self.agreements.iter().map(entry).collect()),
            rater_agreement: None,
            confidence: confidence_json(self.resampling, self.drawn()),
        };
        write(&document, out)
    }

    fn correlation_json<'a>(&'a self, agreement: &'a Agreement) -> CorrelationJson<'a> {
        let metric = &self.metrics[agreement.metric];
        CorrelationJson {
            metric: &metric.name,
            human: self.human,
            level: agreement.level.name(),
            n: agreement.n,
            direction: metric.direction.to_string(),
            signature: metric.signature.as_deref(),
            statistics: StatisticsJson(&agreement.statistics),
        }
    }
}

impl RaterAgreement {
    pub(super) fn write_json(&self, resampling: Resampling, out: &mut dyn Write) -> io::Result<()> {
        let pairs = self.pairs.iter().map(|pair| PairJson {
            raters: self.names(pair),
            items: pair.items,
            statistic: statistic_json(&pair.kappa),
        });
        let document = Document {
            schema: SCHEMA,
            tool: crate::TOOL,
            inputs: InputsJson {
                items: Some(self.items),
                ratings: Some(self.ratings),
                raters: Some(&self.raters),
                data: [file_json(&self.file)],
                ..InputsJson::default()
            },
            correlations: None,
            rater_agreement: Some(RatersJson {
                krippendorff_alpha: AlphaJson {
                    scale: self.scale.name(),
                    statistic: statistic_json(&self.alpha),
                },
                fleiss_kappa: statistic_json(&self.fleiss),
                cohen_kappa: CohenJson {
                    weights: self.weights.name(),
                    mean: statistic_json(&self.mean_kappa),
                    pairs: pairs.collect(),
                },
            }),
            confidence: confidence_json(resampling, "items"),
        };
        write(&document, out)
    }
}

fn write(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)
}
