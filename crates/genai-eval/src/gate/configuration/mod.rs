//! The gate's configuration, `genai-eval.toml`: what is scored, by which rules it is judged, and
//! what is written about it. [`keys`] says what may stand in the file; parser and schema go by it.

mod check;
pub(crate) mod error;
mod keys;
mod parse;
mod relations;
pub(crate) mod schema;
pub(crate) mod sources;

#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::verdict::Severity;

/// The file that is looked for in the current folder.
pub(crate) const FILE_NAME: &str = "genai-eval.toml";

/// Everything that the gate can be told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Configuration {
    /// The version of this form.
    version: u32,
    /// What is scored.
    pub(crate) data: Data,
    /// The options of each metric that has any, by its name in the registry and theirs.
    pub(crate) metrics: BTreeMap<String, BTreeMap<String, OptionValue>>,
    /// What it is compared with.
    pub(crate) baseline: Option<Baseline>,
    /// How differences are judged.
    pub(crate) stats: Stats,
    /// The rules, in order.
    #[serde(rename = "gate", skip_serializing_if = "Vec::is_empty")]
    pub(crate) gates: Vec<Rule>,
    /// What is written.
    pub(crate) report: ReportFiles,
}

/// What is scored: text files, records, or log-probabilities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "they are the keys of the file")]
pub(crate) struct Data {
    /// Files with references, one segment a line.
    #[serde(rename = "ref", deserialize_with = "parse::one_or_more")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) references: Vec<String>,
    /// The file with hypotheses, one segment a line.
    pub(crate) hyp: Option<String>,
    /// A file with a JSON object a line.
    pub(crate) data: Option<String>,
    /// The field with the hypothesis.
    pub(crate) hyp_field: Option<String>,
    /// The fields with references.
    #[serde(deserialize_with = "parse::one_or_more", skip_serializing_if = "Vec::is_empty")]
    pub(crate) ref_field: Vec<String>,
    /// The field with the segment's id.
    pub(crate) id_field: Option<String>,
    /// Each value of these fields is a slice.
    #[serde(deserialize_with = "parse::one_or_more", skip_serializing_if = "Vec::is_empty")]
    pub(crate) slice_fields: Vec<String>,
    /// What has the same value there is resampled together.
    pub(crate) cluster_field: Option<String>,
    /// A file with records of log-probabilities.
    pub(crate) logprobs: Option<String>,
    /// What stands for a newline within a segment in text files; empty: nothing does.
    pub(crate) newline_mark: Option<String>,
    /// With fewer segments there is no verdict.
    pub(crate) min_segments: u64,
}

/// A value of a metric's option, as a file or a flag says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum OptionValue {
    /// On or off, yes or no.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// Any number.
    Number(f64),
    /// A name, a file or another text.
    Text(String),
    /// Several names.
    List(Vec<String>),
}

/// What the candidate is compared with: scores that were stored, outputs that are scored again, or
/// both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Baseline {
    /// The file with stored scores.
    pub(crate) path: Option<PathBuf>,
    /// The file with the baseline's hypotheses, one segment a line.
    pub(crate) hyp: Option<String>,
    /// A file of records with the baseline's hypotheses.
    pub(crate) data: Option<String>,
    /// The field with the baseline's hypothesis, of those records or else of the candidate's.
    pub(crate) hyp_field: Option<String>,
    /// A file with the baseline's log-probabilities.
    pub(crate) logprobs: Option<String>,
    /// A rule that needs a baseline has no verdict without one.
    pub(crate) require: bool,
}

/// How differences are judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Stats {
    /// The test.
    pub(crate) test: Test,
    /// How often is drawn.
    pub(crate) resamples: u32,
    /// The rate of false alarms that is accepted, between 0 and 1.
    pub(crate) alpha: f64,
    /// Where the random numbers start.
    pub(crate) seed: u64,
    /// How several comparisons are corrected for.
    pub(crate) adjust: Adjust,
}

/// The test of a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Test {
    /// Segments are drawn with replacement, the same for both systems.
    #[default]
    PairedBootstrap,
    /// Outputs change sides at random.
    ApproxRandomization,
    /// None: what is measured is taken for true.
    None,
}

/// The correction for several comparisons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Adjust {
    /// Holm's.
    #[default]
    Holm,
    /// None.
    None,
}

/// A rule of the gate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Rule {
    /// The metric, with a part if it is about one: `rougeL.recall`.
    pub(crate) metric: String,
    /// What reports call the rule.
    pub(crate) name: Option<String>,
    /// The least score.
    pub(crate) min: Option<f64>,
    /// The greatest score.
    pub(crate) max: Option<f64>,
    /// What `min` and `max` look at.
    pub(crate) of: Of,
    /// How much worse than the baseline it may be, in points of the metric's scale.
    pub(crate) max_drop: Option<f64>,
    /// The same as a share of the baseline's score; of both the stricter holds.
    pub(crate) max_drop_rel: Option<f64>,
    /// The slice that it is about; none for all segments.
    pub(crate) slice: Option<SliceChoice>,
    /// How far the best and the worst slice may be apart.
    pub(crate) max_gap: Option<f64>,
    /// A slice with fewer segments is not judged.
    pub(crate) min_segments: Option<u64>,
    /// What comes of it if the data are not enough to tell.
    pub(crate) on_inconclusive: OnInconclusive,
    /// What a failure means.
    pub(crate) level: Severity,
    /// What single segments have to reach.
    pub(crate) per_segment: Option<PerSegment>,
}

/// What a limit looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Of {
    /// The score.
    #[default]
    Point,
    /// The lower end of its interval.
    CiLow,
    /// The upper end.
    CiHigh,
}

/// What comes of a rule if the data are not enough to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OnInconclusive {
    /// It passes, and is reported as inconclusive.
    #[default]
    Pass,
    /// It is warned of.
    Warn,
    /// It fails.
    Fail,
}

/// A slice, or every slice, of a field: `lang=de`, `lang=*`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct SliceChoice {
    /// The field.
    pub(crate) field: String,
    /// Its value; none for each of its values.
    pub(crate) value: Option<String>,
}

/// How many segments have to reach what.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PerSegment {
    /// What a segment has to reach.
    pub(crate) threshold: f64,
    /// How many have to, as a share from 0 to 1.
    pub(crate) min_share: f64,
}

/// What is written, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ReportFiles {
    /// JSON, for programs.
    pub(crate) json: Option<PathBuf>,
    /// `JUnit` XML, for CI systems.
    pub(crate) junit: Option<PathBuf>,
    /// Markdown.
    pub(crate) markdown: Option<PathBuf>,
    /// `OpenMetrics` text.
    pub(crate) openmetrics: Option<PathBuf>,
    /// Annotations and a summary for GitHub.
    pub(crate) github: bool,
    /// How many of the worst segments are shown for each metric.
    pub(crate) worst: usize,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            version: 1,
            data: Data::default(),
            metrics: BTreeMap::new(),
            baseline: None,
            stats: Stats::default(),
            gates: Vec::new(),
            report: ReportFiles::default(),
        }
    }
}

impl Default for Data {
    fn default() -> Self {
        Self {
            references: Vec::new(),
            hyp: None,
            data: None,
            hyp_field: None,
            ref_field: Vec::new(),
            id_field: None,
            slice_fields: Vec::new(),
            cluster_field: None,
            logprobs: None,
            newline_mark: None,
            min_segments: 1,
        }
    }
}

impl Default for Baseline {
    fn default() -> Self {
        Self { path: None, hyp: None, data: None, hyp_field: None, logprobs: None, require: true }
    }
}

impl Default for Stats {
    fn default() -> Self {
        Self {
            test: Test::default(),
            resamples: 1000,
            alpha: 0.05,
            seed: 12345,
            adjust: Adjust::default(),
        }
    }
}

impl Default for ReportFiles {
    fn default() -> Self {
        Self { json: None, junit: None, markdown: None, openmetrics: None, github: false, worst: 5 }
    }
}

impl Test {
    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PairedBootstrap => "paired-bootstrap",
            Self::ApproxRandomization => "approx-randomization",
            Self::None => "none",
        }
    }
}

impl Adjust {
    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Holm => "holm",
            Self::None => "none",
        }
    }
}

/// What stands for each value of a field.
const EVERY: &str = "*";

impl TryFrom<String> for SliceChoice {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.split_once('=') {
            Some((field, value)) if !field.is_empty() && !value.is_empty() => {
                let value = (value != EVERY).then(|| value.to_owned());
                Ok(Self { field: field.to_owned(), value })
            }
            _ => Err("expected field=value or field=*"),
        }
    }
}

impl From<SliceChoice> for String {
    fn from(slice: SliceChoice) -> Self {
        slice.to_string()
    }
}

impl fmt::Display for SliceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.field, self.value.as_deref().unwrap_or(EVERY))
    }
}
