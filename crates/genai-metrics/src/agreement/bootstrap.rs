//! Agreement of items that are drawn again.

use super::sums::CompensatedSum;
use crate::resample::{Estimate, Executor, Pcg64};

/// A statistic of resamples: its values, and how many resamples have none.
///
/// ```
/// use genai_metrics::agreement::Resampled;
/// let resampled = Resampled { values: vec![0.25, 0.5, 0.75], undefined: 1 };
/// let interval = resampled.estimate(0.95).map(|estimate| (estimate.low, estimate.high));
/// assert_eq!(interval, Some((0.25, 0.75)));
/// assert!(Resampled::default().estimate(0.95).is_none());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resampled {
    /// In the order of the draws.
    pub values: Vec<f64>,
    /// In how many resamples the statistic is undefined; they are left out.
    pub undefined: u32,
}

impl Resampled {
    /// The percentile interval that holds the share `level` of the values (Efron 1979); none if
    /// there is no value.
    pub fn estimate(&self, level: f64) -> Option<Estimate> {
        (!self.values.is_empty()).then(|| Estimate::of(&self.values, level))
    }
}

/// Draws as many items as there are, with replacement, and asks for some statistics of each
/// resample, by how many times each item stands in it; all resamples have as many statistics.
///
/// The draws are those of `generator.choice(items, size=(resamples, items))` in numpy, as in
/// [`resample::bootstrap`](crate::resample::bootstrap). Of no items there are no resamples.
///
/// ```
/// use genai_metrics::agreement::{Correlation, PairedScores, bootstrap};
/// use genai_metrics::resample::{InOrder, Pcg64};
/// let scores = PairedScores::new(&[1.0, 2.0, 4.0, 8.0], &[0.1, 0.5, 0.4, 0.9])?;
/// let drawn = bootstrap(scores.len(), 1000, &mut Pcg64::new(12345), &InOrder, &|times| {
///     scores.correlations(Some(times)).map(Result::ok).to_vec()
/// });
/// let spearman = &drawn[1];
/// assert_eq!(spearman.values.len() as u32 + spearman.undefined, 1000);
/// assert!(spearman.undefined > 0, "one item may be drawn four times");
/// # Ok::<(), genai_metrics::agreement::Undefined>(())
/// ```
pub fn bootstrap(
    items: usize,
    resamples: u32,
    generator: &mut Pcg64,
    executor: &impl Executor,
    statistics: &(impl Fn(&[u32]) -> Vec<Option<f64>> + Sync),
) -> Vec<Resampled> {
    /// Enough work for a thread at a time.
    const PLACES: usize = 1 << 14;
    let most = u32::try_from(items).unwrap_or(u32::MAX);
    let in_block = (PLACES / items.max(1)).clamp(1, 64);
    let mut all: Vec<Resampled> = Vec::new();
    let mut left = if items == 0 { 0 } else { resamples as usize };
    while left > 0 {
        let mut blocks = Vec::new();
        while left > 0 && blocks.len() < executor.width() {
            let resamples = in_block.min(left);
            left -= resamples;
            let draw = |_| {
                let mut times = vec![0_u32; items];
                (0..items).for_each(|_| times[generator.below(most) as usize] += 1);
                times
            };
            blocks.push((0..resamples).map(draw).collect::<Vec<_>>());
        }
        let results = executor.map(blocks, &|block: Vec<Vec<u32>>| {
            block.iter().map(|times| statistics(times)).collect::<Vec<_>>()
        });
        for values in results.into_iter().flatten() {
            all.resize_with(values.len().max(all.len()), Resampled::default);
            for (value, statistic) in values.into_iter().zip(&mut all) {
                match value {
                    Some(value) => statistic.values.push(value),
                    None => statistic.undefined += 1,
                }
            }
        }
    }
    all
}

/// The mean of values that each stand there so many times; none if none stands there.
///
/// ```
/// use genai_metrics::agreement::drawn_mean;
/// assert_eq!(drawn_mean([(1.0, 2), (4.0, 1), (9.0, 0)]), Some(2.0));
/// assert_eq!(drawn_mean([(1.0, 0)]), None);
/// ```
pub fn drawn_mean(values: impl IntoIterator<Item = (f64, u32)>) -> Option<f64> {
    let mut count = 0_u64;
    let weighed = values.into_iter().map(|(value, times)| {
        count += u64::from(times);
        value * f64::from(times)
    });
    let sum = weighed.collect::<CompensatedSum>().value();
    (count > 0).then(|| sum / count as f64)
}
