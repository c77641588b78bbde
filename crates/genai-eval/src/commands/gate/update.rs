//! The one way in which a baseline changes.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};
use genai_metrics::Table;

use super::runs::metric_keys;
use super::systems::Gate;
use crate::TOOL;
use crate::gate::baseline::{Accepted, StoredBaseline, StoredMetric};
use crate::gate::verdict::{Check, Condition, GateReport, Verdict};
use crate::messages::Messages;
use crate::samples::Sample;

/// What becomes of the baseline.
pub(super) enum Update {
    /// This run takes its place.
    Replace(Box<StoredBaseline>),
    /// It stays, and why.
    Keep(String),
}

impl Gate<'_> {
    /// Whether this run may become the baseline: without a reason only if nothing speaks against it. A loss that
    /// chance could explain counts if it is beyond its margin all the same, else many small ones would
    /// add up unseen.
    ///
    /// # Errors
    /// If there is no place for a baseline, the reason is empty, or the run cannot be stored.
    pub(super) fn decide(
        &self,
        report: &GateReport,
        accepted: Option<&str>,
        samples: &[Sample<'_>],
    ) -> Result<Update> {
        if self.path_of_baseline().is_none() {
            bail!(
                "--update-baseline has no file to write, expected path in [baseline] or --baseline FILE"
            );
        }
        if accepted.is_some_and(|reason| reason.trim().is_empty()) {
            bail!("--accept-regression is empty, expected a reason");
        }
        let has_none = |check: &&Check| check.verdict == Verdict::NoVerdict;
        if let Some(check) = report.checks.iter().find(has_none) {
            return Ok(Update::Keep(format!(
                "the baseline stays as it is, as there is no verdict: {}",
                check.told()
            )));
        }
        let against = report.checks.iter().filter(|check| self.speaks_against(report, check));
        let against: Vec<String> =
            self.foreign.iter().cloned().chain(against.map(Check::told)).collect();
        let mut history = self.stored.as_ref().map(|own| own.accepted.clone()).unwrap_or_default();
        match (against.is_empty(), accepted) {
            (true, _) => {}
            (false, Some(reason)) => {
                history.push(Accepted { at: today(), checks: against, reason: reason.to_owned() });
            }
            (false, None) => {
                return Ok(Update::Keep(format!(
                    "the baseline stays as it is; expected --accept-regression \"REASON\" to replace it: {}",
                    against.join("; ")
                )));
            }
        }
        let stored = self.stored_now(samples, history);
        stored.check(self.path_of_baseline().unwrap_or(Path::new("")))?;
        Ok(Update::Replace(Box::new(stored)))
    }

    fn speaks_against(&self, report: &GateReport, check: &Check) -> bool {
        // There was nothing that the first baseline could be worse than.
        if self.begins && check.condition.needs_baseline() {
            return false;
        }
        let is_worse = match (check.condition, check.drop()) {
            (Condition::MaxDrop(margin), Some(drop)) => drop > margin,
            (Condition::MaxDrop(_), None) => false,
            _ => true,
        };
        match check.verdict {
            Verdict::Fail => true,
            Verdict::Warning | Verdict::Inconclusive => report.strict || is_worse,
            Verdict::Pass | Verdict::NoVerdict => false,
        }
    }

    /// Stores this run as the baseline.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn replace(&self, stored: &StoredBaseline, messages: Messages) -> Result<()> {
        if let Some(path) = self.path_of_baseline() {
            stored.write(path)?;
            messages.note(&format!("{} is the baseline now", path.display()));
        }
        Ok(())
    }

    fn path_of_baseline(&self) -> Option<&Path> {
        self.configuration.baseline.as_ref()?.path.as_deref()
    }

    fn stored_now(&self, samples: &[Sample<'_>], accepted: Vec<Accepted>) -> StoredBaseline {
        let keys = metric_keys(&self.choice);
        let signatures = self.candidate.signatures(&self.choice);
        let score = |sample: &Sample<'_>, place: usize| {
            self.choice.metrics[place].statistic().value(&sample.sums[0])
        };
        let mut metrics = BTreeMap::new();
        for (place, (key, signature)) in keys.iter().zip(signatures).enumerate() {
            let metric = &self.choice.metrics[place];
            let mut rows = Table::new(metric.columns.len());
            for row in self.candidate.measured.rows[0].rows() {
                rows.push(&row[metric.columns.clone()]);
            }
            let direction = metric.corpus.spec().direction;
            let score = score(&samples[0], place);
            metrics.insert(key.clone(), StoredMetric { signature, score, direction, rows });
        }
        let slices = samples.iter().filter_map(|sample| {
            let scores =
                keys.iter().enumerate().map(|(place, key)| (key.clone(), score(sample, place)));
            Some((sample.slice.as_ref()?.to_string(), scores.collect()))
        });
        StoredBaseline {
            tool: TOOL.to_owned(),
            segments: self.candidate.measured.segments,
            references_sha256: self.candidate.references_sha256.clone(),
            ids_sha256: self.candidate.ids_sha256.clone(),
            metrics,
            slices: slices.collect(),
            accepted,
        }
    }
}

/// The day, in UTC.
fn today() -> String {
    chrono::Utc::now().date_naive().to_string()
}
