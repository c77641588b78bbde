//! What may stand in the file: each key, its values, and what it is for. The one list that the
//! check of a file and the JSON Schema go by.

use genai_metrics::metrics::{Entry, METRICS, TEXT_METRICS};
use genai_metrics::{OptionKind, OptionSpec};
use serde_json::Value;

use super::{Baseline, Configuration, Data, ReportFiles, Rule, Stats};

/// A table of the file.
#[derive(Debug)]
pub(super) struct Section {
    /// As errors name it.
    pub(super) title: &'static str,
    /// What it is for.
    pub(super) help: &'static str,
    /// What may stand in it.
    pub(super) keys: &'static [Key],
    /// What stands where nothing is given.
    pub(super) defaults: fn() -> Option<Value>,
}

/// A key of a table.
#[derive(Debug)]
pub(super) struct Key {
    /// As it is written.
    pub(super) name: &'static str,
    /// Its values.
    pub(super) kind: Kind,
    /// Whether it has to be there.
    pub(super) required: bool,
    /// What it is for.
    pub(super) help: &'static str,
}

/// The values of a key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// A text that is not empty.
    Text,
    /// A text without control characters, which may be empty.
    Mark,
    /// A text or a list of them, none of them empty.
    Texts,
    /// One of these.
    Choice(&'static [&'static str]),
    /// Some of these, each once, in a list or separated by commas.
    Names(&'static [&'static str]),
    /// One of these, or a prefix for tokenizers and a file.
    Scheme(&'static [&'static str]),
    /// A field and one of its values, or all of them.
    Slice,
    /// True or false.
    Flag,
    /// True or false, or yes or no as on the command line.
    YesNo,
    /// A whole number from `min` to `max`.
    Integer { min: i64, max: i64 },
    /// A finite number from `min` to `max`; without an end where that is infinite.
    Number { min: f64, max: f64 },
    /// A number between two, neither included.
    Between { low: f64, high: f64 },
    /// A table.
    Table(&'static Section),
    /// A list of tables.
    Tables(&'static Section),
    /// A table for each of some metrics, of its options.
    Metrics,
}

const ANY: Kind = Kind::Number { min: f64::NEG_INFINITY, max: f64::INFINITY };
const NOT_NEGATIVE: Kind = Kind::Number { min: 0.0, max: f64::INFINITY };
const SHARE: Kind = Kind::Number { min: 0.0, max: 1.0 };
const COUNT: Kind = Kind::Integer { min: 1, max: i64::MAX };

const fn key(name: &'static str, kind: Kind, help: &'static str) -> Key {
    Key { name, kind, required: false, help }
}

const fn required(name: &'static str, kind: Kind, help: &'static str) -> Key {
    Key { name, kind, required: true, help }
}

/// The whole file.
pub(super) const FILE: Section = Section {
    title: "the file",
    help: "Configuration of genai-eval gate",
    defaults: || serde_json::to_value(Configuration::default()).ok(),
    keys: &[
        key("version", Kind::Integer { min: 1, max: 1 }, "The version of this form"),
        key("data", Kind::Table(&DATA), DATA.help),
        key("metrics", Kind::Metrics, "Options of metrics, as in their own commands"),
        key("baseline", Kind::Table(&BASELINE), BASELINE.help),
        key("stats", Kind::Table(&STATS), STATS.help),
        key("gate", Kind::Tables(&RULE), "The rules; the gate fails if one of them fails"),
        key("report", Kind::Table(&REPORT), REPORT.help),
    ],
};

const DATA: Section = Section {
    title: "[data]",
    help: "What is scored: ref and hyp, or data, or logprobs",
    defaults: || serde_json::to_value(Data::default()).ok(),
    keys: &[
        key("ref", Kind::Texts, "References, one segment a line; several files for several each"),
        key("hyp", Kind::Text, "Hypotheses, one segment a line"),
        key("data", Kind::Text, "JSONL: one object a line with hypothesis and references"),
        key("hyp_field", Kind::Text, "The field with the hypothesis, or a JSON Pointer"),
        key("ref_field", Kind::Texts, "The field with a reference or a list of them; or several"),
        key("id_field", Kind::Text, "The field with the segment's id"),
        key("slice_fields", Kind::Texts, "Each value of these fields is a slice with its scores"),
        key("cluster_field", Kind::Text, "Segments with the same value are resampled together"),
        key("logprobs", Kind::Text, "Records of log-probabilities, for the metric perplexity"),
        key(
            "newline_mark",
            Kind::Mark,
            "What stands for a newline within a segment of a text file",
        ),
        key("min_segments", COUNT, "With fewer segments there is no verdict"),
    ],
};

const BASELINE: Section = Section {
    title: "[baseline]",
    help: "What the candidate is compared with: stored scores, stored outputs, or both",
    defaults: || serde_json::to_value(Baseline::default()).ok(),
    keys: &[
        key("path", Kind::Text, "Stored scores, as gate --update-baseline writes them"),
        key("hyp", Kind::Text, "The baseline's hypotheses, one segment a line"),
        key("data", Kind::Text, "JSONL with the baseline's hypotheses"),
        key("hyp_field", Kind::Text, "The field with the baseline's hypothesis"),
        key("logprobs", Kind::Text, "The baseline's records of log-probabilities"),
        key("require", Kind::Flag, "A rule that needs a baseline has no verdict without one"),
    ],
};

const STATS: Section = Section {
    title: "[stats]",
    help: "How differences are judged",
    defaults: || serde_json::to_value(Stats::default()).ok(),
    keys: &[
        key(
            "test",
            Kind::Choice(&["paired-bootstrap", "approx-randomization", "none"]),
            "The test of a difference; none takes what is measured for true",
        ),
        key("resamples", Kind::Integer { min: 1, max: 1_000_000 }, "How often is drawn"),
        key("alpha", Kind::Between { low: 0.0, high: 1.0 }, "The accepted rate of false alarms"),
        key("seed", Kind::Integer { min: 0, max: i64::MAX }, "Where the random numbers start"),
        key("adjust", Kind::Choice(&["holm", "none"]), "The correction for several comparisons"),
    ],
};

const RULE: Section = Section {
    title: "[[gate]]",
    help: "A rule",
    defaults: || serde_json::to_value(Rule::default()).ok(),
    keys: &[
        required("metric", Kind::Text, "The metric, or a part of its score: bleu, rougeL.recall"),
        key("name", Kind::Text, "What reports call the rule"),
        key("min", ANY, "The least score"),
        key("max", ANY, "The greatest score"),
        key(
            "of",
            Kind::Choice(&["point", "ci-low", "ci-high"]),
            "What min and max look at: the score, or an end of its interval",
        ),
        key("max_drop", NOT_NEGATIVE, "How much worse than the baseline, in points of the scale"),
        key("max_drop_rel", SHARE, "The same as a share of the baseline; the stricter holds"),
        key("slice", Kind::Slice, "A slice as field=value, or field=* for each value"),
        key("max_gap", NOT_NEGATIVE, "How far the best and the worst slice of field=* are apart"),
        key("min_segments", COUNT, "A slice with fewer segments is not judged"),
        key(
            "on_inconclusive",
            Kind::Choice(&["pass", "warn", "fail"]),
            "What comes of the rule if the data are not enough to tell",
        ),
        key("level", Kind::Choice(&["fail", "warn"]), "Whether a failure fails the gate"),
        key("per_segment", Kind::Table(&PER_SEGMENT), PER_SEGMENT.help),
    ],
};

const PER_SEGMENT: Section = Section {
    title: "per_segment",
    help: "How many segments have to reach what",
    defaults: || None,
    keys: &[
        required("threshold", ANY, "What a segment has to reach"),
        required("min_share", SHARE, "How many have to, as a share"),
    ],
};

const REPORT: Section = Section {
    title: "[report]",
    help: "What is written, and where",
    defaults: || serde_json::to_value(ReportFiles::default()).ok(),
    keys: &[
        key("json", Kind::Text, "A file with JSON"),
        key("junit", Kind::Text, "A file with JUnit XML"),
        key("markdown", Kind::Text, "A file with Markdown"),
        key("openmetrics", Kind::Text, "A file with OpenMetrics text"),
        key("github", Kind::Flag, "Annotations, summary and outputs for GitHub Actions"),
        key("worst", Kind::Integer { min: 0, max: 1000 }, "Segments shown for each metric"),
    ],
};

/// The metrics that can have options.
pub(super) fn metrics() -> impl Iterator<Item = &'static Entry> {
    METRICS.iter().chain(TEXT_METRICS)
}

/// The values of a metric's option.
pub(super) fn kind_of(option: &OptionSpec) -> Kind {
    match option.kind {
        OptionKind::Flag => Kind::Flag,
        OptionKind::YesNo => Kind::YesNo,
        OptionKind::Choice(names) => Kind::Choice(names),
        OptionKind::Scheme(names) => Kind::Scheme(names),
        OptionKind::Names(names) => Kind::Names(names),
        OptionKind::Text(_) | OptionKind::File | OptionKind::Folder(_) => Kind::Text,
        OptionKind::Integer { min, max } => Kind::Integer { min: min.into(), max: max.into() },
        OptionKind::Number { min, max } => Kind::Number { min, max },
    }
}
