//! The one way in which a baseline changes.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use genai_metrics::Table;

use super::runs::metric_keys;
use super::systems::Gate;
use crate::TOOL;
use crate::gate::baseline::{Accepted, StoredBaseline, StoredMetric};
use crate::gate::verdict::{Check, Condition, GateReport, Verdict};
use crate::messages::Messages;
use crate::samples::Sample;

impl Gate<'_> {
    /// Stores this run as the baseline, unless the gate fails and that was not accepted.
    ///
    /// # Errors
    /// If there is no place for it, the gate fails, or it cannot be written.
    pub(super) fn update(
        &self,
        report: &GateReport,
        accepted: Option<&str>,
        samples: &[Sample<'_>],
        messages: Messages,
    ) -> Result<()> {
        let path = self.configuration.baseline.as_ref().and_then(|own| own.path.as_ref());
        let Some(path) = path else {
            bail!(
                "--update-baseline has no file to write, expected path in [baseline] or --baseline FILE"
            );
        };
        // There was nothing that the first baseline could be worse than.
        let is_begun =
            |check: &Check| self.begins && matches!(check.condition, Condition::MaxDrop(_));
        let is_failed = |check: &&Check| match check.verdict {
            Verdict::Fail => true,
            Verdict::Warning | Verdict::Inconclusive => report.strict && !is_begun(check),
            Verdict::Pass | Verdict::NoVerdict => false,
        };
        let failed: Vec<String> = report.checks.iter().filter(is_failed).map(Check::told).collect();
        let mut history = self.stored.as_ref().map(|own| own.accepted.clone()).unwrap_or_default();
        match (failed.is_empty(), accepted) {
            (true, _) => {}
            (false, Some(reason)) if !reason.trim().is_empty() => {
                history.push(Accepted { at: today(), checks: failed, reason: reason.to_owned() });
            }
            (false, Some(_)) => bail!("--accept-regression is empty, expected a reason"),
            (false, None) => bail!(
                "the gate fails, so the baseline stays as it is: {}; expected --accept-regression \"REASON\" to replace it",
                failed.join("; ")
            ),
        }
        let has_none = |check: &&Check| check.verdict == Verdict::NoVerdict;
        if let Some(check) = report.checks.iter().find(has_none) {
            bail!("the gate has no verdict, so the baseline stays as it is: {}", check.told());
        }
        self.stored_now(samples, history).write(path)?;
        messages.note(&format!("{} is the baseline now", path.display()));
        Ok(())
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
