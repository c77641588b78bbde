//! Spearman's rank correlation.

use super::paired::{PairedScores, varies};
use super::undefined::Undefined;

/// Spearman's rank correlation: Pearson's of the ranks, where equal scores share the mean of their
/// ranks; from -1 to 1, where 1 means the same order. As `scipy.stats.spearmanr`.
///
/// Spearman 1904, *The proof and measurement of association between two things*. The sums are whole
/// numbers and exact, so the result depends on nothing but the orders.
///
/// # Errors
/// As [`pearson`](super::pearson()).
///
/// ```
/// use genai_metrics::agreement::spearman;
/// let rho = spearman(&[1.0, 2.0, 3.0, 4.0], &[1.0, 100.0, 10.0, 1000.0])?;
/// assert_eq!(rho, 0.8);
/// # Ok::<(), genai_metrics::agreement::Undefined>(())
/// ```
pub fn spearman(human: &[f64], metric: &[f64]) -> Result<f64, Undefined> {
    PairedScores::new(human, metric)?.correlation(super::Correlation::Spearman)
}

/// Of items each of which stands there so many times.
pub(super) fn weighted(scores: &PairedScores, times: &[u64]) -> Result<f64, Undefined> {
    varies(scores, times)?;
    let human = centred_ranks(&scores.human_step, times);
    let metric = centred_ranks(&scores.metric_step, times);
    let product = |one: &[i64], other: &[i64]| -> f64 {
        let products = one.iter().zip(other).zip(times);
        products.map(|((&a, &b), &t)| i128::from(a) * i128::from(b) * i128::from(t)).sum::<i128>()
            as f64
    };
    let variances = product(&human, &human) * product(&metric, &metric);
    Ok((product(&human, &metric) / variances.sqrt()).clamp(-1.0, 1.0))
}

/// Twice the distance of each item's rank from the mean rank, a whole number also where equal
/// values share a rank.
fn centred_ranks(steps: &[usize], times: &[u64]) -> Vec<i64> {
    let mut at_step = vec![0_u64; steps.iter().max().map_or(0, |last| last + 1)];
    for (&step, &times) in steps.iter().zip(times) {
        at_step[step] += times;
    }
    let all: u64 = at_step.iter().sum();
    let mut before = 0;
    let centred: Vec<i64> = at_step
        .iter()
        .map(|&here| {
            let twice_rank = 2 * before + here + 1;
            before += here;
            twice_rank.cast_signed() - (all + 1).cast_signed()
        })
        .collect();
    steps.iter().map(|&step| centred[step]).collect()
}
