//! Approximate randomization: each segment's two outputs swapped or not, at random.

use std::ops::AddAssign;

use super::Executor;
use super::differences::{Differences, Place};
use super::generator::Pcg64;
use super::statistic::Statistic;
use super::subsets::SubsetSums;
use super::swaps::Swaps;
use crate::table::Table;

/// For each system and each statistic what came of the trials.
pub type Swapped = Vec<Vec<SwapCounts>>;

/// In how many trials the shuffled systems differ by more than the real ones, and in how many as much.
///
/// sacreBLEU counts the former alone. Where few segments differ, or scores take few values, trials that come
/// out as the real ones did are many, and are no evidence of a difference: an own p-value counts them, too
/// (Phipson and Smyth 2010, *Permutation P-values Should Never Be Zero*).
///
/// ```
/// use genai_metrics::resample::SwapCounts;
/// let mut counts = SwapCounts::default();
/// counts += SwapCounts { beyond: 1, tied: 2 };
/// assert_eq!(counts.beyond + counts.tied, 3);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SwapCounts {
    /// Trials that differ by more.
    pub beyond: u64,
    /// Trials that differ as much, but for what floating point makes of it.
    pub tied: u64,
}

impl AddAssign for SwapCounts {
    fn add_assign(&mut self, more: Self) {
        self.beyond += more.beyond;
        self.tied += more.tied;
    }
}

/// What is equal, relative to the difference.
const TIE: f64 = 1e-12;

/// Trials at a time: their sums stay close at hand. It is no multiple of 512, or the bits of all groups of
/// segments would be written to the same few lines of the cache.
const TRIALS: usize = 960;

/// For each of the systems, how often it differs by more from the baseline when segments are swapped at
/// random between the two: the null hypothesis is that it makes no difference whose output it is.
///
/// The swaps are those of `generator.integers(2, size=(trials, segments), dtype=bool)` in
/// numpy, as sacreBLEU draws them; a generator just made begins them. They are the same for every system.
/// `scores` are, for the baseline and then for each system, the statistics of all segments.
///
/// # Panics
/// If systems have different numbers of rows, or rows of different widths.
pub fn randomization(
    baseline: &Table,
    systems: &[&Table],
    statistics: &[Statistic<'_>],
    trials: u32,
    generator: &Pcg64,
    executor: &impl Executor,
) -> Swapped {
    let (segments, width) = (baseline.len(), baseline.width());
    for table in systems {
        assert_eq!((table.len(), table.width()), (segments, width), "rows of every system");
    }
    let baseline_sum = baseline.sum();
    let differences = Differences::of(baseline, systems);
    let contests: Vec<Contest<'_>> = systems
        .iter()
        .enumerate()
        .map(|(system, table)| {
            let system_sum = table.sum();
            let real = statistics.iter().map(|statistic| {
                (statistic.value(&baseline_sum) - statistic.value(&system_sum)).abs()
            });
            Contest { real: real.collect(), columns: differences.columns_of(system), system_sum }
        })
        .collect();
    let mut counts: Swapped =
        systems.iter().map(|_| vec![SwapCounts::default(); statistics.len()]).collect();
    let trials = trials as usize;
    let pieces: Vec<_> =
        (0..trials).step_by(TRIALS).map(|first| (first, TRIALS.min(trials - first))).collect();
    let work = |(first, trials): (usize, usize)| -> Swapped {
        let swaps = Swaps::draw(generator.clone(), segments, first, trials);
        let swapped: Vec<SubsetSums> = differences
            .strips()
            .map(|(rows, width)| SubsetSums::of(rows, width, swaps.trials, &swaps.groups))
            .collect();
        let one =
            |contest: &Contest<'_>| contest.count(&swapped, trials, &baseline_sum, statistics);
        contests.iter().map(one).collect()
    };
    for piece in executor.map(pieces, &work) {
        for (count, more) in counts.iter_mut().flatten().zip(piece.into_iter().flatten()) {
            *count += more;
        }
    }
    counts
}

/// One system against the baseline.
struct Contest<'d> {
    /// The real difference, by each statistic.
    real: Vec<f64>,
    /// Where the differences of each column are.
    columns: &'d [Option<Place>],
    system_sum: Vec<f64>,
}

impl Contest<'_> {
    /// `swapped` are, strip by strip, the sums of the differences that are swapped in each trial.
    fn count(
        &self,
        swapped: &[SubsetSums],
        trials: usize,
        baseline_sum: &[f64],
        statistics: &[Statistic<'_>],
    ) -> Vec<SwapCounts> {
        let mut counts = vec![SwapCounts::default(); statistics.len()];
        let (mut one, mut other) = (self.system_sum.clone(), baseline_sum.to_vec());
        for trial in 0..trials {
            for (column, place) in self.columns.iter().enumerate() {
                let Some(Place { strip, column: at }) = *place else { continue };
                // Where it is not swapped, the first of the two has the system's output.
                let swapped = swapped[strip].row(trial)[at];
                one[column] = self.system_sum[column] + swapped;
                other[column] = baseline_sum[column] - swapped;
            }
            for ((count, statistic), real) in counts.iter_mut().zip(statistics).zip(&self.real) {
                let difference = (statistic.value(&one) - statistic.value(&other)).abs();
                let beyond = difference > *real;
                let tied = !beyond && difference >= *real * (1.0 - TIE);
                *count += SwapCounts { beyond: u64::from(beyond), tied: u64::from(tied) };
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Bleu;
    use crate::resample::InOrder;
    use crate::resample::swaps::Bits;

    /// Against the definition: rows added one by one.
    #[test]
    fn counts_are_those_of_the_definition() {
        let bleu = Bleu::default();
        let statistics = [Statistic::whole(&bleu)];
        let (trials, segments) = (1500, 21);
        let rows = |seed: u64| {
            let mut generator = Pcg64::new(seed);
            let mut table = Table::new(10);
            for _ in 0..segments {
                let length = generator.below(9) + 5;
                let mut matches = length;
                let mut row = vec![f64::from(length), f64::from(length + generator.below(3))];
                row.extend((0..4).map(|_| {
                    matches = matches.saturating_sub(1 + generator.below(2));
                    f64::from(matches)
                }));
                row.extend((0..4).map(|n| f64::from(length - n)));
                table.push(&row);
            }
            table
        };
        let (baseline, system) = (rows(1), rows(2));
        let generator = Pcg64::new(12345);
        let counts = randomization(
            &baseline,
            &[&system, &baseline],
            &statistics,
            trials,
            &generator,
            &InOrder,
        );
        let score = |table: &Table| statistics[0].value(&table.sum());
        let real = (score(&baseline) - score(&system)).abs();
        let mut bits = Bits::of(generator.clone());
        let mut count = 0;
        for _ in 0..trials {
            let (mut one, mut other) = (Table::new(10), Table::new(10));
            for (base, row) in baseline.rows().zip(system.rows()) {
                let swapped = bits.take(1) == 1;
                one.push(if swapped { base } else { row });
                other.push(if swapped { row } else { base });
            }
            count += u64::from((score(&one) - score(&other)).abs() > real);
        }
        assert!(count > 0);
        assert_eq!([counts[0][0].beyond, counts[1][0].beyond], [count, 0]);
        // The same against itself always ties.
        assert_eq!(counts[1][0].tied, u64::from(trials));
    }

    #[test]
    fn no_segments() {
        let bleu = Bleu::default();
        let (nothing, statistics) = (Table::new(10), [Statistic::whole(&bleu)]);
        let counts = randomization(&nothing, &[&nothing], &statistics, 5, &Pcg64::new(1), &InOrder);
        assert_eq!(counts, [[SwapCounts { beyond: 0, tied: 5 }]]);
    }
}
