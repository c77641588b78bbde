//! Cohen's kappa.

use super::ratings::{Ratings, of};
use super::undefined::Undefined;

/// How far apart two different ratings are for Cohen's kappa.
///
/// ```
/// use genai_metrics::agreement::Weights;
/// assert_eq!(Weights::named("linear"), Some(Weights::Linear));
/// assert_eq!(Weights::ALL.map(Weights::name), ["none", "linear", "quadratic"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// All the same.
    None,
    /// As many steps as lie between them in the order of the ratings that the two raters gave.
    Linear,
    /// The square of that.
    Quadratic,
}

impl Weights {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::Linear, Self::Quadratic];

    /// The name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Linear => "linear",
            Self::Quadratic => "quadratic",
        }
    }

    /// The weights of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|weights| weights.name() == name)
    }

    fn between(self, one: usize, other: usize) -> u128 {
        let steps = one.abs_diff(other) as u128;
        match self {
            Self::None => steps.min(1),
            Self::Linear => steps,
            Self::Quadratic => steps * steps,
        }
    }

    /// The sum over all ratings of the one rater with all of the other.
    fn between_all(self, one: &[u128], other: &[u128]) -> u128 {
        let (ones, others) = (one.iter().sum::<u128>(), other.iter().sum::<u128>());
        match self {
            Self::None => ones * others - one.iter().zip(other).map(|(a, b)| a * b).sum::<u128>(),
            Self::Linear => {
                // Each border between two steps is crossed by the pairs on either side of it.
                let (mut below, mut others_below, mut crossings) = (0, 0, 0);
                for (a, b) in one.iter().zip(other) {
                    below += a;
                    others_below += b;
                    crossings += below * (others - others_below) + others_below * (ones - below);
                }
                crossings
            }
            Self::Quadratic => {
                let moment = |counts: &[u128], power: u32| -> u128 {
                    counts.iter().zip(0_u128..).map(|(count, step)| count * step.pow(power)).sum()
                };
                ones * moment(other, 2) + others * moment(one, 2)
                    - 2 * moment(one, 1) * moment(other, 1)
            }
        }
    }
}

impl Ratings {
    /// Cohen's kappa of two raters, over the items that both have rated: 1 minus the disagreement
    /// that there is over that which chance would bring, given how often each gives each rating;
    /// from -1 to 1. As `sklearn.metrics.cohen_kappa_score`, also in that weights count steps
    /// between the ratings that these two gave, whatever the numbers. Counted in whole numbers.
    ///
    /// Cohen 1960, *A coefficient of agreement for nominal scales*; with weights Cohen 1968.
    ///
    /// # Errors
    /// [`Undefined::NoPairs`], [`Undefined::Alike`] if both give one rating only, and
    /// [`Undefined::NotNumbers`] for weights between words.
    ///
    /// # Panics
    /// If `times` is shorter than there are items.
    ///
    /// ```
    /// use genai_metrics::agreement::{Ratings, Weights};
    /// let items = [vec![(0, 1.0), (1, 1.0)], vec![(0, 2.0), (1, 3.0)], vec![(0, 3.0), (1, 3.0)]];
    /// let ratings = Ratings::of_numbers(&items)?;
    /// assert_eq!(ratings.cohen_kappa(0, 1, Weights::None, None)?, 0.5);
    /// assert_eq!(ratings.cohen_kappa(0, 1, Weights::Linear, None)?, 2.0 / 3.0);
    /// # Ok::<(), genai_metrics::agreement::Undefined>(())
    /// ```
    pub fn cohen_kappa(
        &self,
        one: usize,
        other: usize,
        weights: Weights,
        times: Option<&[u32]>,
    ) -> Result<f64, Undefined> {
        if self.numbers.is_none() && weights != Weights::None {
            return Err(Undefined::NotNumbers);
        }
        let both: Vec<(usize, usize, u128)> = self
            .drawn(times)
            .filter_map(|(item, times)| Some((of(item, one)?, of(item, other)?, times.into())))
            .collect();
        if both.is_empty() {
            return Err(Undefined::NoPairs);
        }
        let mut is_used = vec![false; self.values];
        for &(a, b, _) in &both {
            (is_used[a], is_used[b]) = (true, true);
        }
        let mut steps = 0;
        let step: Vec<usize> = is_used
            .iter()
            .map(|&used| {
                steps += usize::from(used);
                steps.saturating_sub(1)
            })
            .collect();
        let mut counts = [vec![0; steps], vec![0; steps]];
        let (mut observed, mut all) = (0, 0);
        for (a, b, times) in both {
            counts[0][step[a]] += times;
            counts[1][step[b]] += times;
            observed += times * weights.between(step[a], step[b]);
            all += times;
        }
        let expected = weights.between_all(&counts[0], &counts[1]);
        if expected == 0 {
            return Err(Undefined::Alike);
        }
        let agreement = expected.cast_signed() - (observed * all).cast_signed();
        Ok(agreement as f64 / expected as f64)
    }
}
