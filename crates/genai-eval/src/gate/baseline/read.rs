//! From the files to a baseline that is whole.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::error::{BaselineError, BaselineProblem};
use super::file::{BaselineFile, MetricFacts, SCHEMA, is_plain_name};
use super::rows::{self, RowsProblem};
use super::{StoredBaseline, StoredMetric};

/// More than any metric has: what is read is bounded by it.
const MOST_COLUMNS: usize = 10_000;

impl StoredBaseline {
    /// Reads a baseline and its rows.
    ///
    /// # Errors
    /// If it is not there ([`BaselineProblem::Missing`]), or not whole, or its rows are not those
    /// that it was written with.
    pub(crate) fn read(path: &Path) -> Result<Self, BaselineError> {
        let name = path.display().to_string();
        // The rows are beside the file itself, not beside a link to it.
        let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let wrong = |problem| BaselineError::new(&name, problem);
        let text = fs::read(path).map_err(|error| {
            wrong(match error.kind() {
                io::ErrorKind::NotFound => BaselineProblem::Missing,
                _ => BaselineProblem::Unreadable(error),
            })
        })?;
        let file = from_json(&text).map_err(wrong)?;
        if !is_plain_name(&file.rows.file) {
            return Err(wrong(BaselineProblem::RowsElsewhere(file.rows.file)));
        }
        if file.scores.is_empty() {
            return Err(wrong(BaselineProblem::Malformed("it has no scores".to_owned())));
        }
        let rows_path = path.with_file_name(&file.rows.file);
        let rows_name = rows_path.display().to_string();
        let wrong = |problem| BaselineError::new(&rows_name, problem);
        let compressed = File::open(&rows_path).map_err(|error| {
            wrong(match error.kind() {
                io::ErrorKind::NotFound => BaselineProblem::RowsMissing,
                _ => BaselineProblem::Unreadable(error),
            })
        })?;
        let columns: Vec<_> =
            file.scores.iter().map(|(name, facts)| (name.as_str(), facts.columns)).collect();
        let (tables, sha256) = rows::from_compressed(compressed, &columns, file.data.segments)
            .map_err(|problem| {
                wrong(match problem {
                    RowsProblem::Damaged(what) => BaselineProblem::RowsDamaged(what),
                    RowsProblem::Misfit(line, what) => BaselineProblem::RowsMisfit { line, what },
                })
            })?;
        if sha256 != file.rows.sha256 {
            let what = format!("their SHA-256 is {sha256}, expected {}", file.rows.sha256);
            return Err(wrong(BaselineProblem::RowsDamaged(what)));
        }
        let metrics: BTreeMap<_, _> = file
            .scores
            .into_iter()
            .zip(tables)
            .map(|((name, facts), rows)| {
                let (signature, score, direction) = (facts.signature, facts.score, facts.direction);
                (name, StoredMetric { signature, score, direction, rows })
            })
            .collect();
        Ok(Self {
            tool: file.tool,
            segments: file.data.segments,
            references_sha256: file.data.references_sha256,
            ids_sha256: file.data.ids_sha256,
            metrics,
            slices: file.slices,
            accepted: file.accepted,
        })
    }
}

/// The JSON, if it is that of a baseline.
pub(super) fn from_json(text: &[u8]) -> Result<BaselineFile, BaselineProblem> {
    // Whatever it is about: what is no JSON was cut off or written by something else.
    let value: serde_json::Value =
        serde_json::from_slice(text).map_err(BaselineProblem::NotJson)?;
    let schema =
        value.get("schema").map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned));
    if schema.as_deref() != Some(SCHEMA) {
        return Err(BaselineProblem::OtherSchema { found: schema, expected: SCHEMA });
    }
    let file: BaselineFile = serde_json::from_slice(text)
        .map_err(|error| BaselineProblem::Malformed(error.to_string()))?;
    match file.scores.iter().find(|(_, facts)| !(1..=MOST_COLUMNS).contains(&facts.columns)) {
        Some((name, MetricFacts { columns, .. })) => Err(BaselineProblem::Malformed(format!(
            "{name} has {columns} columns, expected 1 to {MOST_COLUMNS}"
        ))),
        None => Ok(file),
    }
}
