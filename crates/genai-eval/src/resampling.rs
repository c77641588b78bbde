//! Confidence in scores, and comparisons of systems, by drawing their rows again.

use genai_metrics::resample::{
    Comparison, Estimate, Executor, Pcg64, Resampled, Statistic, bootstrap, holm, randomization,
    skip_swaps,
};
use genai_metrics::{Bootstrap, Interval, Signature, Table};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::samples::Divisions;

/// The threads of the rayon pool in which it is used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pool;

impl Executor for Pool {
    fn width(&self) -> usize {
        // One thread has nothing to wait for; more of them finish at different times.
        match rayon::current_num_threads() {
            1 => 1,
            threads => threads * 4,
        }
    }

    fn map<T: Send, R: Send>(&self, pieces: Vec<T>, work: &(impl Fn(T) -> R + Sync)) -> Vec<R> {
        pieces.into_par_iter().map(work).collect()
    }
}

/// sacreBLEU's, which its signatures don't name.
pub(crate) const LEVEL: f64 = 0.95;

/// How intervals are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Resampling {
    /// How many resamples.
    pub(crate) resamples: u32,
    /// Where the random numbers start.
    pub(crate) seed: u64,
    /// The share of resamples within an interval.
    pub(crate) level: f64,
}

impl Resampling {
    /// What of it stands in signatures, by sacreBLEU's names where it has them.
    pub(crate) fn signature(self, divisions: &Divisions) -> Signature {
        let mut signature = Signature::default();
        signature.push("bs", self.resamples.to_string());
        signature.push("seed", self.seed.to_string());
        self.sign_level(&mut signature, divisions);
        signature
    }

    fn sign_level(self, signature: &mut Signature, divisions: &Divisions) {
        if (self.level - LEVEL).abs() > 0.0 {
            signature.push("level", self.level.to_string());
        }
        if let Some(field) = &divisions.cluster_field {
            signature.push("cluster", field);
        }
    }
}

/// What resamples say of a score, and of its parts where the tool says that.
#[derive(Clone, Debug)]
pub(crate) struct Confidence {
    /// The tool whose draws and arithmetic they are; `bootstrap` is sacreBLEU's.
    pub(crate) method: &'static str,
    /// The share of resamples within the intervals.
    pub(crate) level: f64,
    /// How many resamples were drawn.
    pub(crate) resamples: u32,
    /// Where the random numbers started, if that was free to choose.
    pub(crate) seed: Option<u64>,
    /// The mean over resamples, where the score itself is none.
    pub(crate) mean: Option<f64>,
    /// The lower end of the interval about the score.
    pub(crate) low: f64,
    /// The upper end.
    pub(crate) high: f64,
    /// The interval about each of its parts.
    pub(crate) parts: Vec<(&'static str, Interval)>,
}

impl Confidence {
    pub(crate) fn of_estimate(estimate: Estimate, resampling: Resampling) -> Self {
        let Estimate { mean, low, high } = estimate;
        let Resampling { resamples, seed, level } = resampling;
        let parts = Vec::new();
        let (mean, seed) = (Some(mean), Some(seed));
        Self { method: "bootstrap", level, resamples, seed, mean, low, high, parts }
    }

    pub(crate) fn of_tool(
        bootstrap: Bootstrap,
        score: Interval,
        parts: Vec<(&'static str, Interval)>,
    ) -> Self {
        let (level, resamples, seed) = match bootstrap {
            Bootstrap::RougeScore { confidence, resamples, seed, .. } => {
                (confidence, resamples, Some(seed.into()))
            }
            Bootstrap::Rouge155 { percent, resamples } => (percent / 100.0, resamples, None),
        };
        let Interval { low, high, .. } = score;
        Self { method: bootstrap.name(), level, resamples, seed, mean: None, low, high, parts }
    }
}

/// For each system and statistic its values in paired resamples.
pub(crate) fn draw(
    units: &[&Table],
    statistics: &[Statistic<'_>],
    resampling: Resampling,
) -> Vec<Vec<Vec<f64>>> {
    let mut generator = Pcg64::new(resampling.seed);
    bootstrap(units, statistics, resampling.resamples, &mut generator, &Pool)
}

/// The same with random numbers that are its own: for samples that are compared with each other, and have
/// nothing to do with each other.
pub(crate) fn draw_apart(
    units: &[&Table],
    statistics: &[Statistic<'_>],
    resampling: Resampling,
    place: usize,
) -> Vec<Vec<Vec<f64>>> {
    let mut generator = Pcg64::new(resampling.seed);
    // Far enough for none to reach the next.
    generator.advance((place as u64 + 1) << 40);
    bootstrap(units, statistics, resampling.resamples, &mut generator, &Pool)
}

/// For each system and statistic an estimate.
pub(crate) fn estimates(
    units: &[&Table],
    statistics: &[Statistic<'_>],
    resampling: Resampling,
) -> Vec<Vec<Estimate>> {
    estimates_of(&draw(units, statistics, resampling), resampling.level)
}

fn estimates_of(drawn: &[Vec<Vec<f64>>], level: f64) -> Vec<Vec<Estimate>> {
    let of_system = |statistics: &Vec<Vec<f64>>| {
        statistics.iter().map(|drawn| Estimate::of(drawn, level)).collect()
    };
    drawn.iter().map(of_system).collect()
}

/// A test of whether two systems differ by more than chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PairedTest {
    /// Koehn 2004.
    PairedBootstrap,
    /// Riezler and Maxwell 2005, with so many trials.
    Randomization {
        /// How often outputs are swapped at random.
        trials: u32,
    },
}

impl PairedTest {
    /// Their names on the command line and in reports.
    pub(crate) const NAMES: [&str; 2] = ["paired-bootstrap", "approx-randomization"];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PairedBootstrap => Self::NAMES[0],
            Self::Randomization { .. } => Self::NAMES[1],
        }
    }

    /// What of it stands in signatures, as sacreBLEU has it.
    pub(crate) fn signature(self, resampling: Resampling, divisions: &Divisions) -> Signature {
        let mut signature = Signature::default();
        for (key, value) in resampling.signature(divisions).pairs() {
            signature.push(key, value);
            if let ("bs", Self::Randomization { trials }) = (key, self) {
                signature.push("ar", trials.to_string());
            }
        }
        signature
    }
}

/// What a paired test says of some systems: for each system and statistic.
#[derive(Debug)]
pub(crate) struct Compared {
    /// The scores of all segments.
    pub(crate) scores: Vec<Vec<f64>>,
    /// What resamples say of them.
    pub(crate) estimates: Vec<Vec<Estimate>>,
    /// The differences from the baseline; none for the baseline itself.
    pub(crate) comparisons: Vec<Vec<Option<Comparison>>>,
}

impl Compared {
    /// Every comparison: system by system, and statistic by statistic.
    pub(crate) fn tests(&self) -> impl Iterator<Item = &Comparison> {
        self.comparisons.iter().flatten().flatten()
    }
}

/// Compares every system with the baseline, by the draws that sacreBLEU makes from the same seed.
pub(crate) fn compare(
    units: &[&Table],
    baseline: usize,
    statistics: &[Statistic<'_>],
    test: PairedTest,
    resampling: Resampling,
) -> Compared {
    let Resampling { resamples, seed, level } = resampling;
    let score = |table: &&Table| -> Vec<f64> {
        let sum = table.sum();
        statistics.iter().map(|statistic| statistic.value(&sum)).collect()
    };
    let scores: Vec<Vec<f64>> = units.iter().map(score).collect();
    let start = Pcg64::new(seed);
    let mut behind = start.clone();
    let mut beyond = None;
    if let PairedTest::Randomization { trials } = test {
        let others: Vec<&Table> =
            (0..units.len()).filter(|i| *i != baseline).map(|i| units[i]).collect();
        let counts = randomization(units[baseline], &others, statistics, trials, &start, &Pool);
        skip_swaps(&mut behind, trials, units[baseline].len());
        beyond = Some((counts, u64::from(trials)));
    }
    let drawn = bootstrap(units, statistics, resamples, &mut behind, &Pool);
    let mut estimates = estimates_of(&drawn, level);
    if beyond.is_some() {
        // sacreBLEU draws the baseline's own interval first of all, not behind the swaps.
        let alone = bootstrap(
            &units[baseline..=baseline],
            statistics,
            resamples,
            &mut start.clone(),
            &Pool,
        );
        estimates[baseline] = estimates_of(&alone, level).swap_remove(0);
    }
    let one = |system: usize, statistic: usize| {
        let resampled = |system: usize| Resampled {
            score: scores[system][statistic],
            drawn: &drawn[system][statistic],
        };
        let (base, own, number) = (resampled(baseline), resampled(system), units[system].len());
        let differing =
            units[baseline].differing(units[system], statistics[statistic].columns.clone());
        let comparison = match &beyond {
            None => Comparison::by_bootstrap(base, own, number, level),
            Some((counts, trials)) => {
                let place = system - usize::from(system > baseline);
                let beyond = (counts[place][statistic], *trials);
                Comparison::by_randomization(base, own, number, level, beyond)
            }
        };
        comparison.among(differing)
    };
    let of_system = |system: usize| {
        let comparison = |statistic| (system != baseline).then(|| one(system, statistic));
        (0..statistics.len()).map(comparison).collect()
    };
    let comparisons = (0..units.len()).map(of_system).collect();
    Compared { scores, estimates, comparisons }
}

/// Two-sided p-values corrected for their number, if that is wanted.
pub(crate) fn adjusted(comparisons: &[Comparison], by_holm: bool) -> Vec<f64> {
    let plain = |comparison: &Comparison| {
        if comparison.delta == 0.0 { 1.0 } else { comparison.p_two_sided }
    };
    let plain: Vec<f64> = comparisons.iter().map(plain).collect();
    if by_holm { holm(&plain) } else { plain }
}
