//! Rows drawn again: confidence in a score, and whether two systems differ by more than chance.
//!
//! Any metric has this for free, because only rows are drawn: a resample is a sum of other rows. The
//! draws are those of sacreBLEU 2.6.0 with numpy, number by number, so that the same seed gives the
//! same resamples; scores of them are computed in full precision, where that tool rounds sums to
//! 32 bits.
//!
//! - [`bootstrap`]: as many segments as there are, drawn with replacement (Efron 1979; Koehn 2004,
//!   *Statistical Significance Tests for Machine Translation Evaluation*).
//! - [`randomization`]: the two systems' segments swapped at random (Noreen 1989; Riezler and Maxwell
//!   2005, *On Some Pitfalls in Automatic Evaluation and Significance Testing for MT*).
//!
//! ```
//! use genai_metrics::resample::{self, Comparison, Estimate, InOrder, Pcg64, Resampled, Statistic};
//! use genai_metrics::{Bleu, Evaluate, Segment};
//! let bleu = Bleu::default();
//! let references = [Some("the cat sat on the mat"), Some("a dog ran over the hill"), Some("it is raining again today")];
//! let rows = |hypotheses: [&'static str; 3]| {
//!     let pairs = hypotheses.into_iter().zip(references.chunks(1));
//!     bleu.table(pairs.map(|(hypothesis, references)| Segment { hypothesis, references }))
//! };
//! let base = rows(["the cat sat on a mat", "a dog ran up the hill", "it rains again"])?;
//! let new = rows(["the cat sat on the mat", "a dog ran over the hill", "it is raining today"])?;
//! let statistics = [Statistic::whole(&bleu)];
//! let drawn = resample::bootstrap(&[&base, &new], &statistics, 1000, &mut Pcg64::new(12345), &InOrder);
//! let estimate = Estimate::of(&drawn[0][0], 0.95);
//! assert!(estimate.low < estimate.mean && estimate.mean < estimate.high);
//! let scores = [&base, &new].map(|table| statistics[0].value(&table.sum()));
//! let one = |system: usize| Resampled { score: scores[system], drawn: &drawn[system][0] };
//! let comparison = Comparison::by_bootstrap(one(0), one(1), base.len(), 0.95);
//! assert!(comparison.delta > 0.0 && comparison.low >= 0.0 && comparison.p_value < 0.2);
//! # Ok::<(), genai_metrics::Error>(())
//! ```

mod adjust;
mod bootstrap;
mod compare;
mod differences;
mod generator;
mod margin;
mod normal;
mod randomization;
mod small_samples;
mod statistic;
mod subsets;
mod sums;
mod swaps;

pub use adjust::holm;
pub use bootstrap::{Drawn, bootstrap};
pub use compare::{Comparison, Estimate, POWER, Resampled, mean, minimum_detectable};
pub use generator::Pcg64;
pub use margin::{FEWEST_DIFFERING, MarginAnswer, MarginTest, gap_p_value};
pub use normal::normal_quantile;
pub use randomization::{SwapCounts, Swapped, randomization};
pub use small_samples::expanded_quantile;
pub use statistic::Statistic;
pub use swaps::skip_swaps;

/// Who does pieces of work that don't depend on each other. The result is that of doing them one
/// after the other.
///
/// ```
/// use genai_metrics::resample::{Executor, InOrder};
/// assert_eq!(InOrder.map(vec![1, 2, 3], &|number| number * number), [1, 4, 9]);
/// ```
pub trait Executor {
    /// How many pieces are worth having at a time.
    fn width(&self) -> usize {
        1
    }

    /// The results of all pieces, in order.
    fn map<T: Send, R: Send>(&self, pieces: Vec<T>, work: &(impl Fn(T) -> R + Sync)) -> Vec<R>;
}

/// One piece after the other, on the thread that asks.
///
/// ```
/// use genai_metrics::resample::{Executor, InOrder};
/// assert_eq!(InOrder.width(), 1);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct InOrder;

impl Executor for InOrder {
    fn map<T: Send, R: Send>(&self, pieces: Vec<T>, work: &(impl Fn(T) -> R + Sync)) -> Vec<R> {
        pieces.into_iter().map(work).collect()
    }
}
