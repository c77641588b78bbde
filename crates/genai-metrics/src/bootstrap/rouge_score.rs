//! The aggregation of `rouge_score`: percentiles of resampled means, by numpy.

use super::mersenne_twister::MersenneTwister;
use super::resample::ranked_means;
use super::{Interval, Table};

/// For each metric, an interval for each number of its rows; all metrics draw from one stream.
pub(super) fn intervals<'a>(
    metrics: impl Iterator<Item = &'a Table>,
    resamples: u32,
    confidence: f64,
    seed: u32,
    earlier: u32,
) -> Vec<Vec<Interval>> {
    let [low, middle, high] = shares(confidence);
    let mut earlier = earlier;
    let mut generator = MersenneTwister::new(seed);
    let of_metric = |table: &Table| {
        let rows: Vec<&[f64]> = table.rows().collect();
        let Some(most) = rows.len().checked_sub(1) else {
            return vec![Interval::default(); table.width()];
        };
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        // What was drawn for the metrics before.
        let mut places = vec![0; rows.len()];
        for _ in 0..u64::from(std::mem::take(&mut earlier)) * u64::from(resamples) {
            generator.choose(most, &mut places);
        }
        let draw = |_, places: &mut [u32]| generator.choose(most, places);
        ranked_means(&rows, table.width(), resamples, draw)
            .iter()
            .map(|means| Interval {
                low: quantile(means, low),
                middle: quantile(means, middle),
                high: quantile(means, high),
            })
            .collect()
    };
    metrics.map(of_metric).collect()
}

/// Which shares of the means lie below the ends and below the middle.
fn shares(confidence: f64) -> [f64; 3] {
    let outside = (1.0 - confidence) / 2.0;
    // The reference asks for percentages, which numpy divides by 100 again.
    [outside, 0.5, 1.0 - outside].map(|share| 100.0 * share / 100.0)
}

/// numpy's quantile with linear interpolation, of some values in ascending order.
///
/// The order of operations is numpy's: it starts from the nearer neighbour.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place among the values"
)]
fn quantile(values: &[f64], share: f64) -> f64 {
    let last = values.len() - 1;
    let place = last as f64 * share;
    let below = (place.floor() as usize).min(last);
    let (from, to) = (values[below], values[(below + 1).min(last)]);
    let fraction = place - below as f64;
    if fraction < 0.5 { from + (to - from) * fraction } else { to - (to - from) * (1.0 - fraction) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.percentile`'s results for the reference's percentages.
    #[test]
    fn percentiles() {
        const TWO: &[f64] = &[0.1, 0.4];
        const THREE: &[f64] = &[0.1, 0.25, 0.7];
        const TEN: &[f64] = &[0.05, 0.1, 0.2, 0.3, 0.45, 0.55, 0.6, 0.7, 0.85, 0.95];
        for (values, confidence, expected) in [
            (&[0.7][..], 0.0, [0.7, 0.7, 0.7]),
            (&[0.7], 0.95, [0.7, 0.7, 0.7]),
            (&[0.7], 1.0, [0.7, 0.7, 0.7]),
            (TWO, 0.0, [0.25, 0.25, 0.25]),
            (TWO, 0.5, [0.175_000_000_000_000_02, 0.25, 0.325]),
            (TWO, 0.9, [0.115, 0.25, 0.385]),
            (TWO, 0.95, [0.107_500_000_000_000_01, 0.25, 0.3925]),
            (TWO, 0.999, [0.10015, 0.25, 0.399_850_000_000_000_04]),
            (TWO, 1.0, [0.1, 0.25, 0.4]),
            (THREE, 0.5, [0.175, 0.25, 0.475]),
            (THREE, 0.9, [0.115, 0.25, 0.654_999_999_999_999_9]),
            (THREE, 0.95, [0.107_500_000_000_000_01, 0.25, 0.6775]),
            (TEN, 0.0, [0.5, 0.5, 0.5]),
            (TEN, 0.5, [0.225, 0.5, 0.674_999_999_999_999_9]),
            (TEN, 0.9, [0.0725, 0.5, 0.904_999_999_999_999_8]),
            (TEN, 0.95, [0.061_250_000_000_000_01, 0.5, 0.9275]),
            (TEN, 0.999, [0.050_225_000_000_000_006, 0.5, 0.949_549_999_999_999_9]),
            (TEN, 1.0, [0.05, 0.5, 0.95]),
        ] {
            let found = shares(confidence).map(|share| quantile(values, share));
            let bits = |numbers: [f64; 3]| numbers.map(f64::to_bits);
            assert_eq!(bits(found), bits(expected), "{} of {confidence}", values.len());
        }
    }
}
