//! Krippendorff's alpha.

use super::ratings::Ratings;
use super::sums::{CompensatedSum, tame};
use super::undefined::Undefined;

/// What the distance of two ratings is, by the kind of scale that they are on.
///
/// ```
/// use genai_metrics::agreement::Scale;
/// assert_eq!(Scale::named("ordinal"), Some(Scale::Ordinal));
/// assert_eq!(Scale::ALL.map(Scale::name), ["nominal", "ordinal", "interval", "ratio"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Names: 0 or 1.
    Nominal,
    /// An order: how many ratings lie between, half of either end counted.
    Ordinal,
    /// Numbers whose differences mean something: the difference.
    Interval,
    /// Numbers from a true zero: the difference over the sum.
    Ratio,
}

impl Scale {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Nominal, Self::Ordinal, Self::Interval, Self::Ratio];

    /// The name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nominal => "nominal",
            Self::Ordinal => "ordinal",
            Self::Interval => "interval",
            Self::Ratio => "ratio",
        }
    }

    /// The scale of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scale| scale.name() == name)
    }
}

impl Ratings {
    /// Krippendorff's alpha: 1 minus the disagreement that there is over that which chance would
    /// bring; 1 at most, 0 for ratings as if by chance, below it if raters disagree more than that.
    /// Any number of raters, and missing ratings; items with one rating say nothing. As
    /// `krippendorff.alpha`.
    ///
    /// Krippendorff 2011, *Computing Krippendorff's Alpha-Reliability*.
    ///
    /// # Errors
    /// [`Undefined::NoPairs`], [`Undefined::Alike`], and [`Undefined::NotNumbers`] on another scale
    /// than the nominal one.
    ///
    /// # Panics
    /// If `times` is shorter than there are items.
    ///
    /// ```
    /// use genai_metrics::agreement::{Ratings, Scale};
    /// let items = [vec![(0, 1.0), (1, 2.0)], vec![(0, 4.0), (1, 4.0)], vec![(0, 6.0), (1, 5.0)]];
    /// let ratings = Ratings::of_numbers(&items)?;
    /// let alpha = ratings.krippendorff_alpha(Scale::Interval, None)?;
    /// assert!((alpha - (1.0 - 5.0 / 52.0)).abs() < 1e-15);
    /// # Ok::<(), genai_metrics::agreement::Undefined>(())
    /// ```
    pub fn krippendorff_alpha(
        &self,
        scale: Scale,
        times: Option<&[u32]>,
    ) -> Result<f64, Undefined> {
        let mut counts = vec![0.0; self.values];
        for (item, times) in self.pairable(times) {
            for &(_, value) in item {
                counts[value] += f64::from(times);
            }
        }
        let all: f64 = counts.iter().sum();
        if all == 0.0 {
            return Err(Undefined::NoPairs);
        }
        let (observed, expected) = match (scale, &self.numbers) {
            (Scale::Nominal, _) => self.of_names(&counts, times),
            (_, None) => return Err(Undefined::NotNumbers),
            (Scale::Ordinal, Some(_)) => self.of_differences(&mid_ranks(&counts), &counts, times),
            (Scale::Interval, Some(numbers)) => {
                self.of_differences(&tamed(numbers, &counts), &counts, times)
            }
            (Scale::Ratio, Some(numbers)) => {
                self.of_ratios(&tamed(numbers, &counts), &counts, times)
            }
        };
        if expected == 0.0 {
            return Err(Undefined::Alike);
        }
        Ok(1.0 - observed / (expected / (all - 1.0)))
    }

    /// Items with two ratings or more.
    fn pairable<'a>(
        &'a self,
        times: Option<&'a [u32]>,
    ) -> impl Iterator<Item = (&'a [(usize, usize)], u32)> {
        self.drawn(times).filter(|(item, _)| item.len() > 1)
    }

    /// The disagreement within items, each weighed by its raters but one, and that of all ratings
    /// with all: sums over ordered pairs, as are those of the other scales.
    fn of_names(&self, counts: &[f64], times: Option<&[u32]>) -> (f64, f64) {
        let mut places = Vec::new();
        let observed: CompensatedSum = self
            .pairable(times)
            .map(|(item, times)| {
                places.clear();
                places.extend(item.iter().map(|(_, value)| *value));
                places.sort_unstable();
                let alike = places.chunk_by(|a, b| a == b).map(|run| run.len() * run.len());
                let pairs = item.len() * item.len() - alike.sum::<usize>();
                f64::from(times) * pairs as f64 / (item.len() - 1) as f64
            })
            .collect();
        let all: f64 = counts.iter().sum();
        (observed.value(), all * all - counts.iter().map(|count| count * count).sum::<f64>())
    }

    /// By squares of differences: of pairs, they are twice those from the mean, times the number.
    fn of_differences(&self, values: &[f64], counts: &[f64], times: Option<&[u32]>) -> (f64, f64) {
        let observed: CompensatedSum = self
            .pairable(times)
            .map(|(item, times)| {
                let size = item.len() as f64;
                let from_mean = squares(|| item.iter().map(|&(_, at)| (values[at], 1.0)));
                f64::from(times) * 2.0 * size * from_mean / (size - 1.0)
            })
            .collect();
        let all: f64 = counts.iter().sum();
        let from_mean = squares(|| values.iter().copied().zip(counts.iter().copied()));
        (observed.value(), 2.0 * all * from_mean)
    }

    fn of_ratios(&self, values: &[f64], counts: &[f64], times: Option<&[u32]>) -> (f64, f64) {
        let distance = |one: f64, other: f64| {
            let sum = one + other;
            if sum == 0.0 { 0.0 } else { ((one - other) / sum).powi(2) }
        };
        let observed: CompensatedSum = self
            .pairable(times)
            .map(|(item, times)| {
                let pairs = item.iter().enumerate().flat_map(|(i, &(_, one))| {
                    item[..i].iter().map(move |&(_, other)| distance(values[one], values[other]))
                });
                let sum = pairs.collect::<CompensatedSum>().value();
                f64::from(times) * 2.0 * sum / (item.len() - 1) as f64
            })
            .collect();
        let expected: CompensatedSum = values
            .iter()
            .zip(counts)
            .enumerate()
            .flat_map(|(i, (&one, &count))| {
                let others = values[..i].iter().zip(&counts[..i]);
                others.map(move |(&other, &others)| 2.0 * count * others * distance(one, other))
            })
            .collect();
        (observed.value(), expected.value())
    }
}

/// The squares of the distances from the mean of values that each stand there some times.
fn squares<I: Iterator<Item = (f64, f64)>>(values: impl Fn() -> I) -> f64 {
    let sum: CompensatedSum = values().map(|(value, times)| value * times).collect();
    let all: f64 = values().map(|(_, times)| times).sum();
    let mean = sum.value() / all;
    let squares: CompensatedSum =
        values().map(|(value, times)| (value - mean).powi(2) * times).collect();
    let rest: CompensatedSum = values().map(|(value, times)| (value - mean) * times).collect();
    // What rounding the mean has left.
    (squares.value() - rest.value().powi(2) / all).max(0.0)
}

/// The mean of the ranks of each value, when it stands there so many times.
fn mid_ranks(counts: &[f64]) -> Vec<f64> {
    let mut before = 0.0;
    counts
        .iter()
        .map(|count| {
            let rank = before + count / 2.0;
            before += count;
            rank
        })
        .collect()
}

/// The values that are there, in a range in which they can be squared.
fn tamed(numbers: &[f64], counts: &[f64]) -> Vec<f64> {
    let there = |(number, count): (&f64, &f64)| if *count > 0.0 { *number } else { 0.0 };
    let mut values: Vec<f64> = numbers.iter().zip(counts).map(there).collect();
    tame(&mut values);
    values
}
