//! The stored baseline: scores, what they were made of, and the rows of all segments beside them,
//! so that later outputs can be compared with it segment by segment.

pub(crate) mod error;
mod file;
pub(crate) mod matching;
mod read;
mod rows;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use genai_metrics::{Direction, Table};
use serde::{Deserialize, Serialize};

/// A baseline as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredBaseline {
    /// The tool that made it, and its version.
    pub(crate) tool: String,
    /// How many segments there are.
    pub(crate) segments: u64,
    /// The fingerprint of the references.
    pub(crate) references_sha256: String,
    /// The fingerprint of the segments' ids, if they have any.
    pub(crate) ids_sha256: Option<String>,
    /// The metrics by their names.
    pub(crate) metrics: BTreeMap<String, StoredMetric>,
    /// The scores of slices: by `field=value`, then by the metric's name.
    pub(crate) slices: BTreeMap<String, BTreeMap<String, f64>>,
    /// Losses that were accepted, the oldest first.
    pub(crate) accepted: Vec<Accepted>,
}

/// What is stored of a metric.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredMetric {
    /// The signature of the run, with the tool's version.
    pub(crate) signature: String,
    /// The score of all segments.
    pub(crate) score: f64,
    /// Which way is better.
    pub(crate) direction: Direction,
    /// A row for each segment.
    pub(crate) rows: Table,
}

/// A loss that was accepted when the baseline was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Accepted {
    /// The day, as `2026-09-01`.
    pub(crate) at: String,
    /// The checks that had failed, for people.
    pub(crate) checks: Vec<String>,
    /// Why it was accepted.
    pub(crate) reason: String,
}
