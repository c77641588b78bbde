//! Approximate randomization: each segment's two outputs swapped or not, at random.

use std::ops::AddAssign;

use super::Executor;
use super::generator::Pcg64;
use super::statistic::Statistic;
use super::subsets::{GROUP, SubsetSums};
use crate::table::{Table, add_row};

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

/// Trials at a time: their sums stay close at hand.
const TRIALS: usize = 1024;

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
    let contests: Vec<Contest> = systems
        .iter()
        .map(|system| {
            let system_sum = system.sum();
            let real = statistics.iter().map(|statistic| {
                (statistic.value(&baseline_sum) - statistic.value(&system_sum)).abs()
            });
            let differences =
                baseline.cells().iter().zip(system.cells()).map(|(base, cell)| base - cell);
            Contest { real: real.collect(), differences: differences.collect(), system_sum }
        })
        .collect();
    let mut counts: Swapped =
        systems.iter().map(|_| vec![SwapCounts::default(); statistics.len()]).collect();
    let trials = trials as usize;
    let pieces: Vec<_> =
        (0..trials).step_by(TRIALS).map(|first| (first, TRIALS.min(trials - first))).collect();
    let work = |(first, trials): (usize, usize)| -> Swapped {
        let swaps = Swaps::draw(generator.clone(), segments, first, trials);
        let mut memory = Memory::default();
        let one = |contest: &Contest| contest.count(&swaps, &baseline_sum, statistics, &mut memory);
        contests.iter().map(one).collect()
    };
    for piece in executor.map(pieces, &work) {
        for (count, more) in counts.iter_mut().flatten().zip(piece.into_iter().flatten()) {
            *count += more;
        }
    }
    counts
}

/// Takes from a generator what the swaps of so many trials take, for whoever draws behind them.
///
/// ```
/// use genai_metrics::resample::{Pcg64, skip_swaps};
/// let mut generator = Pcg64::new(1);
/// skip_swaps(&mut generator, 2, 40); // 80 swaps are three numbers of 32 bits
/// let mut other = Pcg64::new(1);
/// (0..3).for_each(|_| { other.next_u32(); });
/// assert_eq!(generator.next_u32(), other.next_u32());
/// ```
pub fn skip_swaps(generator: &mut Pcg64, trials: u32, segments: usize) {
    let halves = (u64::from(trials) * segments as u64).div_ceil(32);
    generator.advance(halves / 2);
    if halves % 2 == 1 {
        generator.next_u32();
    }
}

/// One system against the baseline.
struct Contest {
    /// The real difference, by each statistic.
    real: Vec<f64>,
    /// Row by row, the baseline's less the system's.
    differences: Vec<f64>,
    system_sum: Vec<f64>,
}

/// What counting needs, kept from one contest to the next.
#[derive(Default)]
struct Memory {
    swapped: SubsetSums,
    shuffled: [Vec<f64>; 2],
}

impl Contest {
    fn count(
        &self,
        swaps: &Swaps,
        baseline_sum: &[f64],
        statistics: &[Statistic<'_>],
        memory: &mut Memory,
    ) -> Vec<SwapCounts> {
        let width = baseline_sum.len();
        let Memory { swapped, shuffled: [one, other] } = memory;
        let mut counts = vec![SwapCounts::default(); statistics.len()];
        for swapped in swapped.of(&self.differences, width, swaps.trials, &swaps.groups) {
            // Where it is not swapped, the first of the two has the system's output.
            one.clone_from(&self.system_sum);
            add_row(one, swapped);
            other.clear();
            other.extend(baseline_sum.iter().zip(swapped).map(|(base, swapped)| base - swapped));
            for ((count, statistic), real) in counts.iter_mut().zip(statistics).zip(&self.real) {
                let difference = (statistic.value(one) - statistic.value(other)).abs();
                let beyond = difference > *real;
                let tied = !beyond && difference >= *real * (1.0 - TIE);
                *count += SwapCounts { beyond: u64::from(beyond), tied: u64::from(tied) };
            }
        }
        counts
    }
}

/// Which segments are swapped, in some trials.
struct Swaps {
    trials: usize,
    /// For each group of eight segments, and in it for each trial, a bit for each segment.
    groups: Vec<u8>,
}

impl Swaps {
    /// The swaps of trials from `first` on. One trial follows the other in numpy's stream bit by bit.
    fn draw(mut generator: Pcg64, segments: usize, first: usize, trials: usize) -> Self {
        let bytes = segments.div_ceil(GROUP);
        let mut groups = vec![0; bytes * trials];
        let begin = first as u64 * segments as u64;
        generator.advance(begin / 64);
        let mut bits = Bits { generator, word: 0, left: 0 };
        bits.skip((begin % 64) as u32);
        for trial in 0..trials {
            for group in 0..bytes {
                #[expect(clippy::cast_possible_truncation, reason = "it is at most 8")]
                let count = GROUP.min(segments - group * GROUP) as u32;
                groups[group * trials + trial] = bits.take(count);
            }
        }
        Self { trials, groups }
    }
}

/// A generator's bits, the lowest first.
struct Bits {
    generator: Pcg64,
    /// Those that are left of its last number, and zeros above them.
    word: u64,
    left: u32,
}

impl Bits {
    /// The next bits, 8 at most.
    fn take(&mut self, count: u32) -> u8 {
        debug_assert!(count <= 8, "the bits of a byte");
        let mut taken = self.word;
        if self.left < count {
            let next = self.generator.next_u64();
            taken |= next << self.left;
            let more = count - self.left;
            (self.word, self.left) = (next >> more, 64 - more);
        } else {
            self.word >>= count;
            self.left -= count;
        }
        #[expect(clippy::cast_possible_truncation, reason = "the lowest are meant")]
        let byte = (taken & ((1 << count) - 1)) as u8;
        byte
    }

    /// Leaves out less than 64 bits before any is taken.
    fn skip(&mut self, count: u32) {
        (self.word, self.left) = (self.generator.next_u64() >> count, 64 - count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Bleu;
    use crate::resample::InOrder;

    #[test]
    fn swaps_are_numpys() {
        // numpy.random.default_rng(12345).integers(2, size=16, dtype=bool)
        let bits = [1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1];
        for (segments, trials) in [(16, 1), (8, 2), (4, 4), (1, 16), (3, 5)] {
            for first in 0..trials {
                let swaps = Swaps::draw(Pcg64::new(12345), segments, first, trials - first);
                for trial in first..trials {
                    for segment in 0..segments {
                        let byte = swaps.groups[segment / 8 * swaps.trials + trial - first];
                        let bit = byte >> (segment % 8) & 1;
                        assert_eq!(bit, bits[trial * segments + segment]);
                    }
                }
            }
        }
    }

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
        let mut bits = Bits { generator: generator.clone(), word: 0, left: 0 };
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
