//! Pearson's correlation.

use super::paired::{PairedScores, varies};
use super::sums::{CompensatedSum, tame};
use super::undefined::Undefined;

/// Pearson's correlation coefficient of two scores of the same items: from -1 to 1, where 1 means
/// that one is the other but for a shift and a positive factor. As `scipy.stats.pearsonr`.
///
/// Pearson 1895, *Notes on regression and inheritance in the case of two parents*.
///
/// # Errors
/// [`Undefined::TooFew`] below two items, [`Undefined::Constant`], [`Undefined::Lengths`],
/// [`Undefined::NotFinite`].
///
/// ```
/// use genai_metrics::agreement::pearson;
/// let r = pearson(&[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 4.0])?;
/// assert_eq!(r, 0.8);
/// # Ok::<(), genai_metrics::agreement::Undefined>(())
/// ```
pub fn pearson(human: &[f64], metric: &[f64]) -> Result<f64, Undefined> {
    PairedScores::new(human, metric)?.correlation(super::Correlation::Pearson)
}

/// Of items each of which stands there so many times.
pub(super) fn weighted(scores: &PairedScores, times: &[u64]) -> Result<f64, Undefined> {
    varies(scores, times)?;
    let (human, human_rest) = deviations(&scores.human, times);
    let (metric, metric_rest) = deviations(&scores.metric, times);
    let count: f64 = times.iter().map(|&times| times as f64).sum();
    let product = |one: &[f64], one_rest: f64, other: &[f64], other_rest: f64| {
        let products = one.iter().zip(other).zip(times).map(|((a, b), &t)| t as f64 * a * b);
        let mut sum: CompensatedSum = products.collect();
        sum.add(-one_rest * other_rest / count);
        sum.value()
    };
    let both = product(&human, human_rest, &metric, metric_rest);
    let human = product(&human, human_rest, &human, human_rest);
    let metric = product(&metric, metric_rest, &metric, metric_rest);
    Ok((both / (human * metric).sqrt()).clamp(-1.0, 1.0))
}

/// Distances from the mean, the greatest of them between 1 and 2, and their sum, which is what
/// rounding the mean has left.
fn deviations(values: &[f64], times: &[u64]) -> (Vec<f64>, f64) {
    let mut values = values.to_vec();
    // What was not drawn must not decide how the rest is scaled.
    values.iter_mut().zip(times).filter(|(_, t)| **t == 0).for_each(|(value, _)| *value = 0.0);
    tame(&mut values);
    let count: u64 = times.iter().sum();
    let of_each = |values: &[f64]| {
        let sum: CompensatedSum = values.iter().zip(times).map(|(v, &t)| t as f64 * v).collect();
        sum.value()
    };
    let mean = of_each(&values) / count as f64;
    for value in &mut values {
        *value -= mean;
    }
    let there = values.iter().zip(times).filter(|(_, times)| **times > 0);
    let greatest = there.fold(0.0_f64, |greatest, (value, _)| greatest.max(value.abs()));
    for value in &mut values {
        *value /= power_of_two(greatest);
    }
    let rest = of_each(&values);
    (values, rest)
}

/// The greatest power of two up to a number, by which dividing loses nothing.
fn power_of_two(number: f64) -> f64 {
    const EXPONENT: u64 = 0x7FF << 52;
    f64::from_bits(number.to_bits() & EXPONENT)
}
