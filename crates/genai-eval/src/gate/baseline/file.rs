//! The JSON of a baseline. Fields stand in the order of the alphabet and maps are sorted, so that
//! the same baseline is always the same text, and a new one differs in few lines.

use std::collections::BTreeMap;
use std::path::Path;

use genai_metrics::Direction;
use serde::{Deserialize, Serialize};

use super::Accepted;

/// What this form of the file is called.
pub(super) const SCHEMA: &str = "genai-eval/baseline/1";

/// The whole file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BaselineFile {
    #[serde(default)]
    pub(super) accepted: Vec<Accepted>,
    pub(super) data: DataFacts,
    pub(super) rows: RowsFacts,
    pub(super) schema: String,
    pub(super) scores: BTreeMap<String, MetricFacts>,
    #[serde(default)]
    pub(super) slices: BTreeMap<String, BTreeMap<String, f64>>,
    pub(super) tool: String,
}

/// What was scored.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DataFacts {
    pub(super) ids_sha256: Option<String>,
    pub(super) references_sha256: String,
    pub(super) segments: u64,
}

/// Where the rows are.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RowsFacts {
    pub(super) file: String,
    /// Of the text, not of its compressed form, which may differ from version to version.
    pub(super) sha256: String,
}

/// A metric's score.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct MetricFacts {
    pub(super) columns: usize,
    #[serde(with = "direction")]
    pub(super) direction: Direction,
    pub(super) score: f64,
    pub(super) signature: String,
}

/// How much of the hash is in the name of the rows' file.
const DIGITS: usize = 12;
const ROWS_ENDING: &str = ".rows.zst";

/// The name of the file for rows with that hash, beside a baseline of that name.
pub(super) fn rows_name(baseline: &Path, sha256: &str) -> String {
    let stem = baseline.file_stem().unwrap_or_default().to_string_lossy();
    let digits: String = sha256.chars().take(DIGITS).collect();
    format!("{stem}.{digits}{ROWS_ENDING}")
}

/// Whether a name is one that [`rows_name`] gives for that baseline: no other file is ever removed.
pub(super) fn is_rows_name(baseline: &Path, name: &str) -> bool {
    let stem = baseline.file_stem().unwrap_or_default().to_string_lossy();
    let digits = name
        .strip_prefix(&*stem)
        .and_then(|rest| rest.strip_prefix('.'))
        .and_then(|rest| rest.strip_suffix(ROWS_ENDING));
    digits.is_some_and(|digits| {
        digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Whether a name is that of a file in the same folder, on any system.
pub(super) fn is_plain_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
        && !name.contains(['/', '\\', ':'])
        && !name.contains(char::is_control)
}

/// A direction as its word.
mod direction {
    use genai_metrics::Direction;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
    pub(super) fn serialize<S: Serializer>(
        direction: &Direction,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_str(direction)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Direction, D::Error> {
        let word = String::deserialize(from)?;
        let known = [Direction::Higher, Direction::Lower];
        let unknown = || D::Error::custom(format!("direction '{word}', expected higher or lower"));
        known.into_iter().find(|known| known.to_string() == word).ok_or_else(unknown)
    }
}
