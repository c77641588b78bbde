//! Whether a stored baseline and a run are about the same.

use super::StoredBaseline;
use super::error::Mismatch;

/// What a run has to have in common with a baseline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    /// The tool and its version.
    pub(crate) tool: &'a str,
    /// How many segments there are.
    pub(crate) segments: u64,
    /// The fingerprint of the references.
    pub(crate) references_sha256: &'a str,
    /// The fingerprint of the segments' ids, if they have any.
    pub(crate) ids_sha256: Option<&'a str>,
    /// The metrics that are compared.
    pub(crate) metrics: &'a [ExpectedMetric<'a>],
}

/// A metric that is compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExpectedMetric<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// The signature of the run; the version in it does not matter.
    pub(crate) signature: &'a str,
    /// The number of columns of its rows.
    pub(crate) columns: usize,
}

impl StoredBaseline {
    /// Whether the baseline can be compared with a run. What is left to be warned of is another
    /// version of the tool, which is returned.
    ///
    /// # Errors
    /// The first that is not the same.
    pub(crate) fn matches(&self, expected: &Expected<'_>) -> Result<Option<&str>, Mismatch> {
        if self.segments != expected.segments {
            let (stored, current) = (self.segments, expected.segments);
            return Err(Mismatch::Segments { stored, current });
        }
        if self.references_sha256 != expected.references_sha256 {
            return Err(Mismatch::References);
        }
        match (self.ids_sha256.as_deref(), expected.ids_sha256) {
            (Some(stored), Some(current)) if stored != current => return Err(Mismatch::Ids),
            (Some(_), None) => return Err(Mismatch::IdsOnOneSide { stored: true }),
            (None, Some(_)) => return Err(Mismatch::IdsOnOneSide { stored: false }),
            _ => {}
        }
        for metric in expected.metrics {
            self.matches_metric(metric)?;
        }
        Ok((self.tool != expected.tool).then_some(self.tool.as_str()))
    }

    fn matches_metric(&self, expected: &ExpectedMetric<'_>) -> Result<(), Mismatch> {
        let metric = expected.name.to_owned();
        let Some(stored) = self.metrics.get(expected.name) else {
            return Err(Mismatch::NoMetric {
                metric,
                stored: self.metrics.keys().cloned().collect(),
            });
        };
        let signatures = (unversioned(&stored.signature), unversioned(expected.signature));
        if signatures.0 != signatures.1 {
            let (stored, current) = signatures;
            return Err(Mismatch::Signature { metric, stored, current });
        }
        let (stored, current) = (stored.rows.width(), expected.columns);
        if stored == current { Ok(()) } else { Err(Mismatch::Columns { metric, stored, current }) }
    }
}

/// A signature without the version of the tool.
fn unversioned(signature: &str) -> String {
    let pairs: Vec<&str> =
        signature.split('|').filter(|pair| !pair.starts_with("version:")).collect();
    pairs.join("|")
}
