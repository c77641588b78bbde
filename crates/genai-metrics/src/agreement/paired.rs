//! Two scores for each item, put in order once for every statistic and every resample.

use super::undefined::Undefined;
use super::{Correlation, PairCounts, kendall, pearson, spearman};

/// A human score and a metric's score for each item: what a correlation is about.
///
/// The pairs are put in order once. A resample of them says how many times each item was drawn, so
/// nothing has to be sorted again, and the same items give the same bits in any order.
///
/// ```
/// use genai_metrics::agreement::{Correlation, PairedScores};
/// let scores = PairedScores::new(&[1.0, 2.0, 4.0], &[0.1, 0.5, 0.4])?;
/// assert_eq!(scores.correlation(Correlation::Spearman)?, 0.5);
/// // The first item twice, the second once, the third not at all.
/// let drawn = scores.correlations(Some(&[2, 1, 0]));
/// assert_eq!(drawn[0], Ok(1.0));
/// # Ok::<(), genai_metrics::agreement::Undefined>(())
/// ```
#[derive(Clone, Debug)]
pub struct PairedScores {
    /// In the order of the human scores, and of the metric's among equal ones.
    pub(super) human: Vec<f64>,
    pub(super) metric: Vec<f64>,
    /// For each, how many smaller values there are on its side.
    pub(super) human_step: Vec<usize>,
    pub(super) metric_step: Vec<usize>,
    /// The place that each had when it was given.
    item: Vec<usize>,
}

impl PairedScores {
    /// Takes the scores of the same items.
    ///
    /// # Errors
    /// [`Undefined::Lengths`], [`Undefined::NotFinite`].
    pub fn new(human: &[f64], metric: &[f64]) -> Result<Self, Undefined> {
        if human.len() != metric.len() {
            return Err(Undefined::Lengths { human: human.len(), metric: metric.len() });
        }
        let finite = |pair: (&f64, &f64)| pair.0.is_finite() && pair.1.is_finite();
        if let Some(index) = human.iter().zip(metric).position(|pair| !finite(pair)) {
            return Err(Undefined::NotFinite { index });
        }
        let mut item: Vec<usize> = (0..human.len()).collect();
        // A zero with a sign is a zero.
        let key = |at: usize| (human[at] + 0.0, metric[at] + 0.0);
        item.sort_by(|&one, &other| {
            let (one, other) = (key(one), key(other));
            one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
        });
        let (human, metric): (Vec<f64>, Vec<f64>) = item.iter().map(|&at| key(at)).unzip();
        let (human_step, metric_step) = (steps(&human), steps(&metric));
        Ok(Self { human, metric, human_step, metric_step, item })
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.item.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.item.is_empty()
    }

    /// One statistic of all items, each once.
    ///
    /// # Errors
    /// Why it does not exist.
    pub fn correlation(&self, which: Correlation) -> Result<f64, Undefined> {
        let times = self.in_order(None);
        enough(&times)?;
        match which {
            Correlation::Pearson => pearson::weighted(self, &times),
            Correlation::Spearman => spearman::weighted(self, &times),
            Correlation::KendallTauB => kendall::weighted(self, &times).tau_b(),
            Correlation::PairwiseAccuracy => kendall::weighted(self, &times).pairwise_accuracy(),
            Correlation::AccEq => kendall::weighted(self, &times).acc_eq(),
        }
    }

    /// Every statistic, in the order of [`Correlation::ALL`], of all items, or of a resample in
    /// which each item stands so many times.
    ///
    /// # Panics
    /// If `times` has another length than there are items.
    pub fn correlations(
        &self,
        times: Option<&[u32]>,
    ) -> [Result<f64, Undefined>; Correlation::ALL.len()] {
        let times = self.in_order(times);
        if let Err(undefined) = enough(&times) {
            return Correlation::ALL.map(|_| Err(undefined.clone()));
        }
        let pairs = kendall::weighted(self, &times);
        [
            pearson::weighted(self, &times),
            spearman::weighted(self, &times),
            pairs.tau_b(),
            pairs.pairwise_accuracy(),
            pairs.acc_eq(),
        ]
    }

    /// How the pairs of items are ordered by both sides.
    pub fn pair_counts(&self) -> PairCounts {
        kendall::weighted(self, &self.in_order(None))
    }

    fn in_order(&self, times: Option<&[u32]>) -> Vec<u64> {
        match times {
            None => vec![1; self.len()],
            Some(times) => {
                assert_eq!(times.len(), self.len(), "a number for each item");
                self.item.iter().map(|&at| u64::from(times[at])).collect()
            }
        }
    }
}

/// For each value how many distinct smaller ones there are.
fn steps(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&one, &other| values[one].total_cmp(&values[other]));
    let mut steps = vec![0; values.len()];
    let mut step = 0;
    for pair in order.windows(2) {
        step += usize::from(values[pair[0]] < values[pair[1]]);
        steps[pair[1]] = step;
    }
    steps
}

/// That there are two items.
fn enough(times: &[u64]) -> Result<(), Undefined> {
    let found = times.iter().sum();
    if found < 2 { Err(Undefined::TooFew { found, least: 2 }) } else { Ok(()) }
}

/// That neither side is constant among the items that stand there.
pub(super) fn varies(scores: &PairedScores, times: &[u64]) -> Result<(), Undefined> {
    let sides = [(&scores.human_step, "human score"), (&scores.metric_step, "score of the metric")];
    for (steps, what) in sides {
        let mut there = steps.iter().zip(times).filter(|(_, times)| **times > 0);
        let first = there.next();
        if there.all(|(step, _)| first.is_some_and(|(first, _)| first == step)) {
            return Err(Undefined::Constant { what });
        }
    }
    Ok(())
}
