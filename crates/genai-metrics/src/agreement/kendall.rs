//! Pairs of items, ordered alike or not: Kendall's tau-b and pairwise accuracy.

use super::paired::PairedScores;
use super::undefined::Undefined;

/// How the pairs of items are ordered by two scores; each pair is in one of the five.
///
/// ```
/// use genai_metrics::agreement::PairCounts;
/// let pairs = PairCounts::of(&[1.0, 2.0, 2.0, 3.0], &[1.0, 3.0, 3.0, 2.0])?;
/// assert_eq!((pairs.concordant, pairs.discordant, pairs.tied_both), (3, 2, 1));
/// assert_eq!(pairs.pairwise_accuracy()?, 0.6);
/// assert_eq!(pairs.acc_eq()?, 4.0 / 6.0);
/// # Ok::<(), genai_metrics::agreement::Undefined>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairCounts {
    /// Ordered alike by both.
    pub concordant: u64,
    /// Ordered the one way by humans and the other way by the metric.
    pub discordant: u64,
    /// Equal for humans, ordered by the metric.
    pub tied_human: u64,
    /// Ordered by humans, equal for the metric.
    pub tied_metric: u64,
    /// Equal for both.
    pub tied_both: u64,
}

impl PairCounts {
    /// Counts the pairs of items, in O(n log n) as Knight 1966, *A computer method for calculating
    /// Kendall's tau with ungrouped data*.
    ///
    /// # Errors
    /// [`Undefined::Lengths`], [`Undefined::NotFinite`].
    pub fn of(human: &[f64], metric: &[f64]) -> Result<Self, Undefined> {
        Ok(PairedScores::new(human, metric)?.pair_counts())
    }

    /// The number of pairs.
    pub fn all(&self) -> u64 {
        self.ordered_by_humans() + self.tied_human + self.tied_both
    }

    fn ordered_by_humans(&self) -> u64 {
        self.concordant + self.discordant + self.tied_metric
    }

    /// Kendall's tau-b: concordant minus discordant pairs, over the geometric mean of the numbers of
    /// pairs that each side orders; from -1 to 1. As `scipy.stats.kendalltau`.
    ///
    /// Kendall 1945, *The treatment of ties in ranking problems*.
    ///
    /// # Errors
    /// [`Undefined::TooFew`] below two items, [`Undefined::Constant`].
    pub fn tau_b(&self) -> Result<f64, Undefined> {
        let human = self.ordered_by_humans();
        let metric = self.concordant + self.discordant + self.tied_human;
        self.has_pairs()?;
        if human == 0 {
            return Err(Undefined::Constant { what: "human score" });
        }
        if metric == 0 {
            return Err(Undefined::Constant { what: "score of the metric" });
        }
        let difference = self.concordant.cast_signed() - self.discordant.cast_signed();
        let tau = difference as f64 / (human as f64 * metric as f64).sqrt();
        Ok(tau.clamp(-1.0, 1.0))
    }

    /// Pairwise accuracy: of the pairs that humans order, the share that the metric orders alike;
    /// from 0 to 1. A pair that only the metric ties is not ordered alike.
    ///
    /// Kocmi et al. 2021, *To Ship or Not to Ship*, over pairs of systems. That paper speaks of no
    /// ties: where humans tie a pair, which has no right order then, it is left out here, and
    /// counts in [`acc_eq`](Self::acc_eq).
    ///
    /// # Errors
    /// [`Undefined::TooFew`] below two items, [`Undefined::Constant`] if humans order no pair.
    pub fn pairwise_accuracy(&self) -> Result<f64, Undefined> {
        self.has_pairs()?;
        let pairs = self.ordered_by_humans();
        if pairs == 0 {
            return Err(Undefined::Constant { what: "human score" });
        }
        Ok(self.concordant as f64 / pairs as f64)
    }

    /// Pairwise accuracy with ties counted: of all pairs, the share that both order alike or both
    /// tie; from 0 to 1. As `acc23` of mt-metrics-eval with an epsilon of 0, that is, only equal
    /// scores are ties; its `Agreement`, which asks for equal signs, is the same number.
    ///
    /// Deutsch et al. 2023, *Ties Matter*.
    ///
    /// # Errors
    /// [`Undefined::TooFew`] below two items.
    pub fn acc_eq(&self) -> Result<f64, Undefined> {
        self.has_pairs()?;
        Ok((self.concordant + self.tied_both) as f64 / self.all() as f64)
    }

    fn has_pairs(&self) -> Result<(), Undefined> {
        // Without a pair there is no item or one; a resample may have no more to say.
        if self.all() == 0 { Err(Undefined::TooFew { found: 1, least: 2 }) } else { Ok(()) }
    }
}

/// Kendall's tau-b of two scores of the same items; see [`PairCounts::tau_b`].
///
/// # Errors
/// As [`pearson`](super::pearson()).
///
/// ```
/// use genai_metrics::agreement::kendall_tau_b;
/// assert_eq!(kendall_tau_b(&[1.0, 2.0, 3.0], &[1.0, 3.0, 2.0])?, 1.0 / 3.0);
/// # Ok::<(), genai_metrics::agreement::Undefined>(())
/// ```
pub fn kendall_tau_b(human: &[f64], metric: &[f64]) -> Result<f64, Undefined> {
    PairedScores::new(human, metric)?.correlation(super::Correlation::KendallTauB)
}

/// The share of pairs that the metric orders as humans do; see [`PairCounts::pairwise_accuracy`].
///
/// # Errors
/// As [`PairCounts::pairwise_accuracy`], [`Undefined::Lengths`], [`Undefined::NotFinite`].
///
/// ```
/// use genai_metrics::agreement::pairwise_accuracy;
/// assert_eq!(pairwise_accuracy(&[1.0, 2.0, 2.0], &[1.0, 3.0, 2.0])?, 1.0);
/// # Ok::<(), genai_metrics::agreement::Undefined>(())
/// ```
pub fn pairwise_accuracy(human: &[f64], metric: &[f64]) -> Result<f64, Undefined> {
    PairedScores::new(human, metric)?.correlation(super::Correlation::PairwiseAccuracy)
}

/// Pairwise accuracy with ties counted; see [`PairCounts::acc_eq`].
///
/// # Errors
/// As [`PairCounts::acc_eq`], [`Undefined::Lengths`], [`Undefined::NotFinite`].
///
/// ```
/// use genai_metrics::agreement::acc_eq;
/// assert_eq!(acc_eq(&[1.0, 2.0, 2.0], &[1.0, 3.0, 2.0])?, 2.0 / 3.0);
/// # Ok::<(), genai_metrics::agreement::Undefined>(())
/// ```
pub fn acc_eq(human: &[f64], metric: &[f64]) -> Result<f64, Undefined> {
    PairedScores::new(human, metric)?.correlation(super::Correlation::AccEq)
}

/// Of items each of which stands there so many times: the items are in the order of the human
/// scores, so a pair is discordant if the metric's are in the other order.
pub(super) fn weighted(scores: &PairedScores, times: &[u64]) -> PairCounts {
    let mut seen = CumulativeCounts::new(scores.metric_step.iter().max().map_or(0, |l| l + 1));
    let mut at_step = vec![0; seen.0.len()];
    let (mut human_run, mut both_run) = (Run::default(), Run::default());
    let (mut all, mut discordant) = (0, 0);
    let steps = scores.human_step.iter().zip(&scores.metric_step);
    for ((&human, &metric), &times) in steps.zip(times).filter(|(_, times)| **times > 0) {
        discordant += times * (all - seen.up_to(metric));
        seen.add(metric, times);
        at_step[metric] += times;
        human_run.add((human, 0), times);
        both_run.add((human, metric), times);
        all += times;
    }
    let tied_both = both_run.pairs();
    // An item beside itself is no pair: it would agree however bad the metric is.
    let with_itself: u64 = times.iter().copied().map(pairs).sum();
    let tied_human = human_run.pairs() - tied_both;
    let tied_metric = at_step.into_iter().map(pairs).sum::<u64>() - tied_both;
    let concordant = pairs(all) - discordant - tied_human - tied_metric - tied_both;
    let tied_both = tied_both - with_itself;
    PairCounts { concordant, discordant, tied_human, tied_metric, tied_both }
}

/// How many pairs so many items have.
fn pairs(items: u64) -> u64 {
    items * items.saturating_sub(1) / 2
}

/// Pairs within runs of equal neighbours.
#[derive(Default)]
struct Run {
    key: (usize, usize),
    length: u64,
    pairs: u64,
}

impl Run {
    fn add(&mut self, key: (usize, usize), times: u64) {
        if key != self.key {
            self.pairs += pairs(self.length);
            *self = Self { key, length: 0, pairs: self.pairs };
        }
        self.length += times;
    }

    fn pairs(&self) -> u64 {
        self.pairs + pairs(self.length)
    }
}

/// Counts that can be added to and summed up to a place, both in logarithmic time (Fenwick 1994).
struct CumulativeCounts(Vec<u64>);

impl CumulativeCounts {
    fn new(places: usize) -> Self {
        Self(vec![0; places])
    }

    fn add(&mut self, place: usize, count: u64) {
        let mut at = place;
        while let Some(sum) = self.0.get_mut(at) {
            *sum += count;
            at |= at + 1;
        }
    }

    /// The counts of all places up to this one.
    fn up_to(&self, place: usize) -> u64 {
        let (mut sum, mut end) = (0, place + 1);
        while end > 0 {
            sum += self.0[end - 1];
            end &= end - 1;
        }
        sum
    }
}
