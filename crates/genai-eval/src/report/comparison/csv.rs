//! Comma-separated values: a row for each comparison, numbers in full.

use std::io::{self, Write};

use super::ComparisonReport;
use crate::report::io_error;

const HEADINGS: [&str; 20] = [
    "metric",
    "slice",
    "baseline",
    "system",
    "baseline_score",
    "score",
    "score_low",
    "score_high",
    "delta",
    "low",
    "high",
    "p_value",
    "p_two_sided",
    "p_adjusted",
    "significant",
    "effect_size",
    "minimum_detectable",
    "units",
    "test",
    "signature",
];

pub(super) fn write(comparison: &ComparisonReport, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(HEADINGS).map_err(io_error)?;
    let baseline = comparison.baseline;
    for (sample, measure, system, tested) in comparison.comparisons() {
        let own = &tested.comparison;
        let number = |number: f64| number.to_string();
        let slice = sample.slice.as_ref().map_or_else(String::new, ToString::to_string);
        let effect = own.effect_size(sample.units).map_or_else(String::new, number);
        writer
            .write_record([
                measure.name.clone(),
                slice,
                comparison.systems[baseline].clone(),
                comparison.systems[system].clone(),
                number(measure.scores[baseline]),
                number(measure.scores[system]),
                number(measure.estimates[system].low),
                number(measure.estimates[system].high),
                number(own.delta),
                number(own.low),
                number(own.high),
                number(own.p_value),
                number(own.p_two_sided),
                number(tested.p_adjusted),
                tested.significant.to_string(),
                effect,
                number(own.minimum_detectable),
                sample.units.to_string(),
                comparison.test.name().to_owned(),
                measure.signatures[system].clone(),
            ])
            .map_err(io_error)?;
    }
    writer.flush()
}
