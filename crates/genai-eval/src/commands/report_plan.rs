//! From rows to a report: scores of all segments and of slices, with what resamples say of them.

use genai_metrics::resample::Estimate;
use genai_metrics::{Signature, Spec, Table};

use super::chosen::Chosen;
use crate::engine::Measured;
use crate::report::{Inputs, Report, Sentences, SystemResult};
use crate::resampling::{self, Confidence, Resampling};
use crate::samples::{Divisions, Sample};
use crate::{SIGNED_VERSION, aggregate};

/// What a report has.
pub(super) struct ReportPlan<'a> {
    pub(super) metrics: &'a [Chosen],
    pub(super) with_sentences: bool,
    /// Whether bootstraps that metrics name are done.
    pub(super) resampled: bool,
    pub(super) confidence: Option<Resampling>,
    pub(super) divisions: &'a Divisions,
}

impl<'a> ReportPlan<'a> {
    /// For each sample, system and metric what resamples say, if they were asked for.
    pub(super) fn estimates(&self, samples: &[Sample<'_>]) -> Vec<Vec<Vec<Confidence>>> {
        let Some(resampling) = self.confidence else { return Vec::new() };
        let statistics: Vec<_> = self.metrics.iter().map(Chosen::statistic).collect();
        let of_sample = |sample: &Sample<'_>| {
            let units: Vec<&Table> = sample.units.iter().map(|units| &**units).collect();
            let of_system = |estimates: Vec<Estimate>| {
                let one = |estimate| Confidence::of_estimate(estimate, resampling);
                estimates.into_iter().map(one).collect()
            };
            resampling::estimates(&units, &statistics, resampling).into_iter().map(of_system)
        };
        samples.iter().map(|sample| of_sample(sample).collect()).collect()
    }

    /// What stands in signatures of how was drawn.
    fn drawn(&self) -> Signature {
        self.confidence.map(|resampling| resampling.signature(self.divisions)).unwrap_or_default()
    }

    /// The report. `drawn` stands in signatures of how was drawn.
    pub(super) fn report(
        &self,
        measured: &'a Measured,
        samples: &[Sample<'_>],
        estimates: &[Vec<Vec<Confidence>>],
        systems: &[String],
        inputs: Inputs,
    ) -> Report<'a> {
        let with_columns: Vec<_> =
            self.metrics.iter().map(|metric| (&*metric.corpus, metric.columns.clone())).collect();
        let mut results = Vec::new();
        for (number, sample) in samples.iter().enumerate() {
            for (i, system) in systems.iter().enumerate() {
                let resampled = if self.resampled {
                    aggregate::resample(&with_columns, &sample.rows[i])
                } else {
                    self.metrics.iter().map(|_| None).collect()
                };
                for (place, (metric, resampled)) in self.metrics.iter().zip(resampled).enumerate() {
                    let Chosen { corpus, sentence, columns } = metric;
                    let sum = &sample.sums[i][columns.clone()];
                    let estimate = || estimates.get(number).map(|of| of[i][place].clone());
                    let own = resampled.is_some();
                    let (mut score, confidence) = match resampled {
                        Some((score, confidence)) => (score, Some(confidence)),
                        None => (corpus.score(sum), estimate()),
                    };
                    let drawn = if own { Signature::default() } else { self.drawn() };
                    corpus
                        .add_text_values(&mut score, &mut text_values(measured, sample, i, place));
                    let with_sentences = self.with_sentences && sample.slice.is_none();
                    results.push(SystemResult {
                        slice: sample.slice.clone(),
                        segments: sample.segments,
                        system: system.clone(),
                        spec: corpus.spec(),
                        remarks: corpus.remarks(sum),
                        description: corpus.describe(&score),
                        score,
                        confidence,
                        signature: sign(&corpus.spec(), measured, &drawn),
                        sentences: with_sentences.then(|| Sentences {
                            signature: sign(&sentence.spec(), measured, &Signature::default()),
                            scorer: &**sentence,
                            rows: &measured.rows[i],
                            columns: columns.clone(),
                            ids: &measured.ids,
                        }),
                    });
                }
            }
        }
        Report { inputs, results }
    }
}

/// The signature of a run; `drawn` stands in it for how was drawn.
pub(super) fn sign(spec: &Spec, measured: &Measured, drawn: &Signature) -> String {
    spec.signature.of_run(measured.references(), drawn, SIGNED_VERSION).to_string()
}

/// The numbers of the sample's texts by themselves.
fn text_values(measured: &Measured, sample: &Sample<'_>, system: usize, metric: usize) -> Vec<f64> {
    let values = &measured.text_values[system][metric];
    match &sample.places {
        Some(places) => places.iter().filter_map(|&place| values.get(place).copied()).collect(),
        None => values.clone(),
    }
}
