//! What chrF counts, and the score that it makes of counts.

use crate::metric::Row;

/// The highest order of character n-grams that can be asked for.
pub(super) const HIGHEST_CHARACTER_ORDER: u32 = 16;

/// The highest order of word n-grams that can be asked for.
pub(super) const HIGHEST_WORD_ORDER: u32 = 8;

const MOST_ORDERS: usize = (HIGHEST_CHARACTER_ORDER + HIGHEST_WORD_ORDER) as usize;

/// What is counted of the n-grams of one order; chrF's statistics have one for each.
///
/// ```
/// use genai_metrics::{Chrf, Evaluator, OrderCounts, Segment};
/// let chrf = Chrf::default();
/// let mut evaluator = Evaluator::new(&chrf);
/// let stats = evaluator.add(&Segment { hypothesis: "a cat", references: &[Some("the cat")] })?;
/// assert_eq!(stats.orders()[1], OrderCounts { hypothesis: 3, reference: 5, matches: 2 });
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderCounts {
    /// N-grams of the hypotheses, leaving out hypotheses whose reference has none of that order.
    pub hypothesis: u64,
    /// N-grams of the references.
    pub reference: u64,
    /// N-grams of the hypotheses that their references have, each at most as often as they do.
    pub matches: u64,
}

/// chrF's sufficient statistics, of one segment or of any number of them.
///
/// ```
/// use genai_metrics::{Chrf, ChrfStats, Evaluate, Evaluator, Metric, Segment};
/// let chrf = Chrf { word_order: 2, ..Chrf::default() };
/// let segment = Segment { hypothesis: "a b c d", references: &[Some("a b c e")] };
/// let one: ChrfStats = Evaluator::new(&chrf).add(&segment)?;
/// let mut two = one.clone();
/// two += &one;
/// assert_eq!(two.orders().len(), 8);
/// assert_eq!(two.orders()[0].matches, 6);
/// assert_eq!(chrf.score(&two).value, chrf.corpus([segment, segment])?.value);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChrfStats {
    // Inline, since one is made for every segment.
    counts: [OrderCounts; MOST_ORDERS],
    orders: usize,
}

impl ChrfStats {
    /// Nothing counted yet, of so many orders, 24 at most.
    pub(super) fn zeros(orders: usize) -> Self {
        Self { counts: [OrderCounts::default(); MOST_ORDERS], orders: orders.min(MOST_ORDERS) }
    }

    /// The counts of each order: of characters from 1 up, then of words from 1 up.
    pub fn orders(&self) -> &[OrderCounts] {
        &self.counts[..self.orders]
    }

    pub(super) fn orders_mut(&mut self) -> &mut [OrderCounts] {
        &mut self.counts[..self.orders]
    }

    /// Precision and recall, averaged over the orders of which both sides have n-grams.
    pub(super) fn averages(&self) -> (f64, f64) {
        let (mut precision, mut recall, mut orders) = (0.0, 0.0, 0.0);
        for counts in self.orders().iter().filter(|n| n.hypothesis > 0 && n.reference > 0) {
            precision += counts.matches as f64 / counts.hypothesis as f64;
            recall += counts.matches as f64 / counts.reference as f64;
            orders += 1.0;
        }
        if orders > 0.0 { (precision / orders, recall / orders) } else { (0.0, 0.0) }
    }

    /// The F-score of average precision and recall, 0 to 100; `factor` is beta squared. The order
    /// of operations is the reference's.
    pub(super) fn f_of_averages(&self, factor: f64) -> f64 {
        let (precision, recall) = self.averages();
        if precision + recall == 0.0 {
            return 0.0;
        }
        100.0 * ((1.0 + factor) * precision * recall / (factor * precision + recall))
    }

    /// The average of all orders' F-scores, 0 to 100, with a small number where there is nothing to
    /// divide by. The order of operations is the reference's.
    pub(super) fn average_of_f(&self, factor: f64) -> f64 {
        const EPSILON: f64 = 1e-16;
        let share = |matches: u64, of: u64| {
            if of > 0 { matches as f64 / of as f64 } else { EPSILON }
        };
        let mut sum = 0.0;
        for &OrderCounts { hypothesis, reference, matches } in self.orders() {
            let (precision, recall) = (share(matches, hypothesis), share(matches, reference));
            let denominator = factor * precision + recall;
            sum += if denominator > 0.0 {
                (1.0 + factor) * precision * recall / denominator
            } else {
                EPSILON
            };
        }
        100.0 * sum / self.orders as f64
    }
}

impl std::ops::AddAssign<&Self> for ChrfStats {
    fn add_assign(&mut self, other: &Self) {
        for (sum, counts) in self.orders_mut().iter_mut().zip(other.orders()) {
            sum.hypothesis += counts.hypothesis;
            sum.reference += counts.reference;
            sum.matches += counts.matches;
        }
    }
}

impl Row for ChrfStats {
    fn read(row: &[f64]) -> Self {
        let mut stats = Self::zeros(row.len() / 3);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "rows hold counts"
        )]
        let count = |number: f64| number as u64;
        for (counts, &[hypothesis, reference, matches]) in
            stats.orders_mut().iter_mut().zip(row.as_chunks().0)
        {
            let (hypothesis, reference) = (count(hypothesis), count(reference));
            *counts = OrderCounts { hypothesis, reference, matches: count(matches) };
        }
        stats
    }

    fn write(&self, row: &mut [f64]) {
        for (cells, counts) in row.as_chunks_mut().0.iter_mut().zip(self.orders()) {
            let OrderCounts { hypothesis, reference, matches } = *counts;
            *cells = [hypothesis as f64, reference as f64, matches as f64];
        }
    }
}
