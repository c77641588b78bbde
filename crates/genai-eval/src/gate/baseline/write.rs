//! From a baseline to its files, such that a crash at any moment leaves the old or the new one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use genai_metrics::Table;
use sha2::{Digest, Sha256};

use super::StoredBaseline;
use super::error::{BaselineError, BaselineProblem};
use super::file::{
    BaselineFile, DataFacts, MetricFacts, RowsFacts, SCHEMA, is_plain_name, is_rows_name, rows_name,
};
use super::{read, rows};
use crate::output;
use crate::read::hexadecimal;

/// What has been done on the way to a new baseline, in that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The new rows are in a temporary file.
    RowsWritten,
    /// They are under their name, which no old baseline knows.
    RowsInPlace,
    /// The new scores are in a temporary file.
    ScoresWritten,
    /// They have taken the place of the old ones: from now on the new baseline counts.
    ScoresInPlace,
    /// The old rows are gone.
    OldRowsRemoved,
}

/// How hard is compressed: rows are written seldom, and kept in a repository.
const COMPRESSION: i32 = 12;

impl StoredBaseline {
    /// Writes the baseline and its rows. Another baseline that is there, even a damaged one, is
    /// replaced, and its rows are removed.
    ///
    /// # Errors
    /// If it cannot be stored or written, or the file is something else; the old baseline is then
    /// as it was.
    pub(crate) fn write(&self, path: &Path) -> Result<(), BaselineError> {
        self.write_stepwise(path, &mut |_| Ok(()))
    }

    /// The file with the rows of the baseline that is there, if it says which.
    pub(crate) fn rows_of(path: &Path) -> Option<PathBuf> {
        old_rows(path).ok().flatten()
    }

    /// Writes the baseline and tells of each step; an error from there ends it at once.
    pub(super) fn write_stepwise(
        &self,
        path: &Path,
        done: &mut dyn FnMut(Step) -> io::Result<()>,
    ) -> Result<(), BaselineError> {
        let name = path.display().to_string();
        let wrong = |problem| BaselineError::new(&name, problem);
        let unwritable = |error| wrong(BaselineProblem::Unwritable(error));
        self.check(path)?;
        // A link stays a link, and the rows are beside the file itself.
        let path = output::behind_links(path).map_err(unwritable)?;
        let old = old_rows(&path).map_err(wrong)?;

        let tables: Vec<(&str, &Table)> =
            self.metrics.iter().map(|(name, metric)| (name.as_str(), &metric.rows)).collect();
        let text = rows::to_text(&tables);
        let sha256 = hexadecimal(&Sha256::digest(text.as_bytes()));
        let rows = rows_name(&path, &sha256);
        if !is_plain_name(&rows) {
            return Err(wrong(BaselineProblem::RowsElsewhere(rows)));
        }
        let new = path.with_file_name(rows);
        let compressed = compress(&text).map_err(unwritable)?;
        let json = self.to_json(&new, sha256).map_err(unwritable)?;

        let mut steps = || {
            replace(&new, &compressed, &mut || done(Step::RowsWritten))?;
            done(Step::RowsInPlace)?;
            replace(&path, &json, &mut || done(Step::ScoresWritten))?;
            done(Step::ScoresInPlace)?;
            // Another run may have made them current again in the meantime.
            let current = old_rows(&path).ok().flatten();
            let is_old = |old: &&PathBuf| **old != new && current.as_ref() != Some(*old);
            if let Some(old) = old.as_ref().filter(is_old) {
                match fs::remove_file(old) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
            done(Step::OldRowsRemoved)
        };
        steps().map_err(unwritable)
    }

    /// Finds what could be written to that file, but not read from it.
    ///
    /// # Errors
    /// If there is such a thing.
    pub(crate) fn check(&self, path: &Path) -> Result<(), BaselineError> {
        let name = path.display().to_string();
        self.find_problem().map_err(|problem| BaselineError::new(&name, problem))
    }

    fn find_problem(&self) -> Result<(), BaselineProblem> {
        if self.metrics.is_empty() {
            return Err(BaselineProblem::Inconsistent("a baseline without scores".to_owned()));
        }
        for (name, metric) in &self.metrics {
            let rows = metric.rows.len() as u64;
            if rows != self.segments {
                let what = format!("{rows} rows of {name}, expected {}", self.segments);
                return Err(BaselineProblem::Inconsistent(what));
            }
            if name.contains(char::is_whitespace) || name.is_empty() {
                let what = format!("a metric with the name '{name}', expected no white space");
                return Err(BaselineProblem::Inconsistent(what));
            }
            let is_finite = |row: &[f64]| row.iter().all(|value| value.is_finite());
            if let Some(at) = metric.rows.rows().position(|row| !is_finite(row)) {
                let what = format!("the row of {name} for segment {at}");
                return Err(BaselineProblem::NotFinite(what));
            }
        }
        let whole = self.metrics.iter().map(|(name, metric)| (name.clone(), metric.score));
        let slices = self.slices.iter().flat_map(|(slice, scores)| {
            scores.iter().map(move |(name, score)| (format!("{name} of {slice}"), *score))
        });
        match whole.chain(slices).find(|(_, score)| !score.is_finite()) {
            Some((name, score)) => {
                Err(BaselineProblem::NotFinite(format!("the score {score} of {name}")))
            }
            None => Ok(()),
        }
    }

    fn to_json(&self, rows: &Path, sha256: String) -> io::Result<Vec<u8>> {
        let scores: BTreeMap<_, _> = self
            .metrics
            .iter()
            .map(|(name, metric)| {
                let facts = MetricFacts {
                    columns: metric.rows.width(),
                    direction: metric.direction,
                    score: metric.score,
                    signature: metric.signature.clone(),
                };
                (name.clone(), facts)
            })
            .collect();
        let file = rows.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = BaselineFile {
            accepted: self.accepted.clone(),
            data: DataFacts {
                ids_sha256: self.ids_sha256.clone(),
                references_sha256: self.references_sha256.clone(),
                segments: self.segments,
            },
            rows: RowsFacts { file, sha256 },
            schema: SCHEMA.to_owned(),
            scores,
            slices: self.slices.clone(),
            tool: self.tool.clone(),
        };
        let mut json = serde_json::to_vec_pretty(&file)?;
        json.push(b'\n');
        Ok(json)
    }
}

/// The rows of the baseline that is there, if it says which.
///
/// # Errors
/// If something else is there, or it cannot be read.
fn old_rows(path: &Path) -> Result<Option<PathBuf>, BaselineProblem> {
    let text = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(BaselineProblem::Unreadable(error)),
        Ok(text) => text,
    };
    let family = SCHEMA.rsplit_once('/').map_or(SCHEMA, |(family, _)| family);
    if !text.is_empty() && memchr::memmem::find(&text, family.as_bytes()).is_none() {
        return Err(BaselineProblem::Foreign);
    }
    // A damaged baseline is replaced all the same.
    let file = read::from_json(&text).ok().map(|file| file.rows.file);
    Ok(file.filter(|name| is_rows_name(path, name)).map(|name| path.with_file_name(name)))
}

fn compress(text: &str) -> io::Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), COMPRESSION)?;
    encoder.include_checksum(true)?;
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

/// Puts a file in its place, whole and on the disk before anything else happens.
fn replace(
    path: &Path,
    content: &[u8],
    written: &mut dyn FnMut() -> io::Result<()>,
) -> io::Result<()> {
    let mut file = output::beside(path)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    written()?;
    file.persist(path).map_err(|error| error.error)?;
    // A rename is on the disk when its folder is; only Unix can say so of a folder.
    if cfg!(unix) { File::open(output::folder(path))?.sync_all() } else { Ok(()) }
}
