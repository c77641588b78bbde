//! The `comparisons` of the JSON contract.

use std::io::{self, Write};

use serde::Serialize;

use super::ComparisonReport;
use crate::report::json::SliceJson;
use crate::resampling::PairedTest;

#[derive(Serialize)]
pub(super) struct ComparisonJson<'a> {
    metric: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    slice: Option<SliceJson<'a>>,
    baseline: &'a str,
    system: &'a str,
    delta: f64,
    low: f64,
    high: f64,
    p_value: f64,
    p_two_sided: f64,
    p_adjusted: f64,
    adjust: &'static str,
    significant: bool,
    effect_size: Option<f64>,
    minimum_detectable: f64,
    test: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trials: Option<u32>,
    resamples: u32,
    level: f64,
    seed: u64,
    units: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_field: Option<&'a str>,
}

pub(super) fn comparisons(report: &ComparisonReport) -> Vec<ComparisonJson<'_>> {
    report
        .comparisons()
        .map(|(sample, measure, system, tested)| {
            let own = &tested.comparison;
            ComparisonJson {
                metric: &measure.name,
                slice: sample.slice.as_ref().map(|slice| SliceJson::of(slice, sample.segments)),
                baseline: &report.systems[report.baseline],
                system: &report.systems[system],
                delta: own.delta,
                low: own.low,
                high: own.high,
                p_value: own.p_value,
                p_two_sided: own.p_two_sided,
                p_adjusted: tested.p_adjusted,
                adjust: report.adjustment.name(),
                significant: tested.significant,
                effect_size: own.effect_size(sample.units),
                minimum_detectable: own.minimum_detectable,
                test: report.test.name(),
                trials: match report.test {
                    PairedTest::PairedBootstrap => None,
                    PairedTest::Randomization { trials } => Some(trials),
                },
                resamples: report.resampling.resamples,
                level: report.resampling.level,
                seed: report.resampling.seed,
                units: sample.units,
                cluster_field: report.cluster_field.as_deref(),
            }
        })
        .collect()
}

/// A comparison a line.
pub(super) fn write_lines(report: &ComparisonReport, out: &mut dyn Write) -> io::Result<()> {
    for comparison in comparisons(report) {
        serde_json::to_writer(&mut *out, &comparison)?;
        writeln!(out)?;
    }
    Ok(())
}
