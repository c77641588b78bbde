//! What a mean over segments would be for other segments of the same kind: the bootstrap of the
//! two ROUGE tools, each with the random numbers and the arithmetic of its own, to the bit.
//!
//! Efron 1979, *Bootstrap Methods: Another Look at the Jackknife*. Segments are drawn, as many as
//! there are and with replacement; the mean over them is taken; and the means of many such
//! resamples are put in order.

mod drand48;
mod five_decimals;
mod mersenne_twister;
mod resample;
mod rouge155;
mod rouge_score;

use std::fmt;

use crate::table::Table;

pub use five_decimals::round5;

/// What a bootstrap says of one number: a middle value, and an interval about it.
///
/// ```
/// use genai_metrics::{Bootstrap, Interval, Table};
/// let mut perfect = Table::new(1);
/// perfect.push(&[1.0]);
/// let bootstrap = Bootstrap::Rouge155 { resamples: 1000, percent: 95.0 };
/// let interval = Interval { low: 1.0, middle: 1.0, high: 1.0 };
/// assert_eq!(bootstrap.intervals([&perfect]), [[interval]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The number to report.
    pub middle: f64,
    /// The upper end.
    pub high: f64,
}

/// A tool's way to draw resamples and to read an interval off their means.
///
/// Values out of range count as the nearest end of it. The result depends on nothing but the
/// inputs; memory grows with the resamples by eight bytes for each number of a row.
///
/// ```
/// use genai_metrics::{Bootstrap, Table};
/// let mut table = Table::new(2);
/// for row in [[1.0, 0.5], [0.25, 0.2], [0.0, 0.0]] {
///     table.push(&row);
/// }
/// let google = Bootstrap::RougeScore { resamples: 1000, confidence: 0.9, seed: 12345, earlier: 0 };
/// let first = google.intervals([&table])[0][0];
/// assert_eq!([first.low, first.middle, first.high], [1.0 / 12.0, 5.0 / 12.0, 0.75]);
///
/// let perl = Bootstrap::Rouge155 { resamples: 1000, percent: 90.0 };
/// let first = perl.intervals([&table])[0][0];
/// assert_eq!([first.low, first.middle, first.high], [0.08333, 0.41717, 0.75]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bootstrap {
    /// `rouge_score` 0.1.2's `BootstrapAggregator` after `numpy.random.seed(seed)`; the middle is
    /// the median of the resampled means. Exact for rows of two numbers or more: that tool has
    /// three, and numpy adds up a single column in another order.
    RougeScore {
        /// How many resamples, at least 1; 1000 in that tool.
        resamples: u32,
        /// The share of resamples within the interval, from 0 to 1; 0.95 in that tool.
        confidence: f64,
        /// Where the random numbers start. That tool takes numpy's global state as it finds it.
        seed: u32,
        /// How many metrics draw before from the same random numbers: that tool draws for each where
        /// it stopped for the one before, so a metric's numbers depend on its place.
        earlier: u32,
    },
    /// ROUGE-1.5.5's averages, as printed with five decimals; the middle is the mean of the
    /// resampled means. Rows have to be those that the tool averages, already rounded by
    /// [`round5`]. The random numbers are those of perl 5.20 and later.
    ///
    /// The interval is the tool's also where that is odd: with few resamples it looks for means
    /// beyond the last and takes 0 for them.
    Rouge155 {
        /// How many resamples, at least 1: its option `-r`, 1000 by default.
        resamples: u32,
        /// The percentage of resamples within the interval: its option `-c`, 95 by default.
        percent: f64,
    },
}

impl Bootstrap {
    /// For each metric, an interval for each number of its rows.
    ///
    /// The metrics come in the order in which they were asked for: `rouge_score` draws for each
    /// where it stopped for the one before. `self` is the first one's. Without any segment all numbers are 0. Rows are finite,
    /// and of no more than 2³² segments.
    ///
    /// ```
    /// use genai_metrics::{Bootstrap, Interval, Table};
    /// let bootstrap = Bootstrap::RougeScore { resamples: 10, confidence: 0.5, seed: 1, earlier: 0 };
    /// let mut table = Table::new(2);
    /// assert_eq!(bootstrap.intervals([&table]), [[Interval::default(); 2]]);
    /// table.push(&[0.25, 1.0]);
    /// table.push(&[0.75, 1.0]);
    /// let intervals = &bootstrap.intervals([&table, &table])[0];
    /// assert_eq!(intervals[0], Interval { low: 0.5, middle: 0.5, high: 0.6875 });
    /// assert_eq!(intervals[1], Interval { low: 1.0, middle: 1.0, high: 1.0 });
    /// ```
    pub fn intervals<'a>(
        &self,
        metrics: impl IntoIterator<Item = &'a Table>,
    ) -> Vec<Vec<Interval>> {
        let metrics = metrics.into_iter();
        match self.in_range() {
            Self::RougeScore { resamples, confidence, seed, earlier } => {
                rouge_score::intervals(metrics, resamples, confidence, seed, earlier)
            }
            Self::Rouge155 { resamples, percent } => {
                metrics.map(|table| rouge155::intervals(table, resamples, percent)).collect()
            }
        }
    }

    /// The same for the metric that many places behind.
    ///
    /// ```
    /// use genai_metrics::Bootstrap;
    /// let first = Bootstrap::RougeScore { resamples: 1000, confidence: 0.95, seed: 1, earlier: 0 };
    /// assert_eq!(first.behind(2).to_string(), "bootstrap[rouge_score,1000,0.95,1,+2]");
    /// ```
    #[must_use]
    pub const fn behind(self, places: u32) -> Self {
        match self {
            Self::RougeScore { resamples, confidence, seed, earlier } => {
                let earlier = earlier.saturating_add(places);
                Self::RougeScore { resamples, confidence, seed, earlier }
            }
            Self::Rouge155 { .. } => self,
        }
    }

    /// The tool's name.
    ///
    /// ```
    /// use genai_metrics::Bootstrap;
    /// let bootstrap = Bootstrap::Rouge155 { resamples: 1000, percent: 95.0 };
    /// assert_eq!(bootstrap.name(), "rouge-1.5.5");
    /// ```
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RougeScore { .. } => "rouge_score",
            Self::Rouge155 { .. } => "rouge-1.5.5",
        }
    }

    /// The same with its values in range.
    fn in_range(self) -> Self {
        let bounded = |value: f64, most: f64| {
            if value.is_nan() { 0.0 } else { value.clamp(0.0, most) }
        };
        match self {
            Self::RougeScore { resamples, confidence, seed, earlier } => Self::RougeScore {
                resamples: resamples.max(1),
                confidence: bounded(confidence, 1.0),
                seed,
                earlier,
            },
            Self::Rouge155 { resamples, percent } => {
                Self::Rouge155 { resamples: resamples.max(1), percent: bounded(percent, 100.0) }
            }
        }
    }
}

/// As it stands in signatures: the tool, and all that the numbers depend on.
///
/// ```
/// use genai_metrics::Bootstrap;
/// let bootstrap = Bootstrap::RougeScore { resamples: 1000, confidence: 0.95, seed: 12345, earlier: 0 };
/// assert_eq!(bootstrap.to_string(), "bootstrap[rouge_score,1000,0.95,12345]");
/// let bootstrap = Bootstrap::Rouge155 { resamples: 500, percent: 90.0 };
/// assert_eq!(bootstrap.to_string(), "bootstrap[rouge-1.5.5,500,90]");
/// ```
impl fmt::Display for Bootstrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self.in_range() {
            Self::RougeScore { resamples, confidence, seed, earlier } => {
                write!(f, "bootstrap[{name},{resamples},{confidence},{seed}")?;
                if earlier > 0 {
                    write!(f, ",+{earlier}")?;
                }
                f.write_str("]")
            }
            Self::Rouge155 { resamples, percent } => {
                write!(f, "bootstrap[{name},{resamples},{percent}]")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(rows: &[[f64; 3]]) -> Table {
        let mut table = Table::new(3);
        for row in rows {
            table.push(row);
        }
        table
    }

    #[test]
    fn values_out_of_range_count_as_the_nearest() {
        let table = table(&[[0.1, 0.2, 0.3], [0.4, 0.5, 0.75]]);
        let odd = [
            Bootstrap::RougeScore { resamples: 0, confidence: f64::NAN, seed: 3, earlier: 0 },
            Bootstrap::Rouge155 { resamples: 0, percent: -5.0 },
            Bootstrap::RougeScore { resamples: 9, confidence: f64::INFINITY, seed: 3, earlier: 0 },
            Bootstrap::Rouge155 { resamples: 9, percent: 1e300 },
        ];
        let even = [
            Bootstrap::RougeScore { resamples: 1, confidence: 0.0, seed: 3, earlier: 0 },
            Bootstrap::Rouge155 { resamples: 1, percent: 0.0 },
            Bootstrap::RougeScore { resamples: 9, confidence: 1.0, seed: 3, earlier: 0 },
            Bootstrap::Rouge155 { resamples: 9, percent: 100.0 },
        ];
        for (odd, even) in odd.into_iter().zip(even) {
            assert_eq!(odd.intervals([&table]), even.intervals([&table]));
            assert_eq!(odd.to_string(), even.to_string());
        }
    }

    /// A metric's numbers are those of its place, drawn in one go or by itself.
    #[test]
    fn places_in_the_stream() {
        let tables = [
            table(&[[0.1, 0.2, 0.3], [0.4, 0.5, 0.75], [0.9, 0.1, 0.0]]),
            table(&[[0.3, 0.2, 0.1], [0.6, 0.7, 0.75], [0.0, 1.0, 0.5]]),
            table(&[[0.5, 0.2, 0.1], [0.2, 0.2, 0.75], [0.3, 1.0, 0.5]]),
        ];
        for first in [
            Bootstrap::RougeScore { resamples: 20, confidence: 0.9, seed: 7, earlier: 0 },
            Bootstrap::Rouge155 { resamples: 20, percent: 90.0 },
        ] {
            let together = first.intervals(&tables);
            for ((place, table), together) in (0..).zip(&tables).zip(&together) {
                assert_eq!(&first.behind(place).intervals([table])[0], together);
            }
        }
    }

    #[test]
    fn no_metric_and_no_segment() {
        for bootstrap in [
            Bootstrap::RougeScore { resamples: 5, confidence: 0.9, seed: 0, earlier: 0 },
            Bootstrap::Rouge155 { resamples: 5, percent: 90.0 },
        ] {
            assert!(bootstrap.intervals([]).is_empty());
            assert_eq!(bootstrap.intervals([&table(&[])]), [[Interval::default(); 3]]);
        }
    }

    fn rows() -> impl Strategy<Value = Vec<[f64; 3]>> {
        prop::collection::vec(prop::array::uniform3(0.0..=1.0), 1..40)
    }

    fn bootstrap() -> impl Strategy<Value = Bootstrap> {
        prop_oneof![
            (0..50_u32, 0.0..=1.0, any::<u32>()).prop_map(|(resamples, confidence, seed)| {
                Bootstrap::RougeScore { resamples, confidence, seed, earlier: 0 }
            }),
            (0..50_u32, 0.0..=100.0)
                .prop_map(|(resamples, percent)| Bootstrap::Rouge155 { resamples, percent }),
        ]
    }

    proptest! {
        #[test]
        fn the_ends_lie_about_the_middle(
            rows in rows(),
            resamples in 0..50_u32,
            confidence in 0.0..=1.0,
            seed: u32,
        ) {
            let bootstrap = Bootstrap::RougeScore { resamples, confidence, seed, earlier: 0 };
            for Interval { low, middle, high } in bootstrap.intervals([&table(&rows)]).concat() {
                prop_assert!((0.0..=middle).contains(&low));
                prop_assert!((middle..=1.0 + 1e-12).contains(&high));
            }
        }

        #[test]
        fn equal_values_give_that_value(
            value in 0.0..=1.0,
            segments in 1..40_usize,
            resamples in 0..50_u32,
            confidence in 0.0..=1.0,
            seed: u32,
        ) {
            let table = table(&vec![[value; 3]; segments]);
            let near = |mean: f64, value: f64| (mean - value).abs() < 1e-14;
            let bootstrap = Bootstrap::RougeScore { resamples, confidence, seed, earlier: 0 };
            for Interval { low, middle, high } in bootstrap.intervals([&table]).concat() {
                prop_assert!([low, middle, high].iter().all(|&mean| near(mean, value)));
            }
        }

        #[test]
        fn the_same_again(rows in rows(), bootstrap in bootstrap()) {
            let table = table(&rows);
            let once = bootstrap.intervals([&table, &table]);
            prop_assert_eq!(&once, &bootstrap.intervals([&table, &table]));
            // ROUGE-1.5.5 draws the same segments for every metric.
            if let Bootstrap::Rouge155 { .. } = bootstrap {
                prop_assert_eq!(&once[0], &once[1]);
            }
        }
    }
}
