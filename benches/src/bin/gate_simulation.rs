//! How often a gate is right: rules that decide whether a system got worse, side by side on
//! systems of which the truth is known.
//!
//! The segments of two systems are a population. A run draws a test set of it, with replacement, and
//! tosses a coin for each segment which of the two outputs is the baseline's and which the new
//! system's: neither is better, though they differ as real systems do. Where only a share of segments differs, as
//! after a small change of one system, both have the same output in the others. A loss comes in by giving the
//! new system a worse system's output in some of the segments. The true loss is that of the population, and
//! as many are worse as make it what was asked for.

#![expect(clippy::print_stdout, reason = "the tables are its output")]

use anyhow::{Context, Result};
use clap::Parser;
use genai_eval_benches::{SplitMix64, Systems};
use genai_metrics::resample::{
    Estimate, InOrder, MarginAnswer, MarginTest, Pcg64, Resampled, Statistic, bootstrap, holm,
};
use genai_metrics::{Bleu, Chrf, Direction, Scorer, Table, Ter, add_row};
use rayon::prelude::*;

/// Shows how often rules of a gate fail, by true loss and size of the test set
#[derive(Debug, Parser)]
struct Arguments {
    /// Runs a cell
    #[arg(long, default_value_t = 1000)]
    runs: u64,
    /// Resamples a run
    #[arg(long, default_value_t = 1000)]
    resamples: u32,
    /// The rate of false alarms that is accepted, for drops and gains together
    #[arg(long, default_value_t = 0.05)]
    alpha: f64,
    /// Numbers of segments
    #[arg(long, value_delimiter = ',', default_values_t = [200, 500, 1000, 2000])]
    segments: Vec<usize>,
    /// True losses in points
    #[arg(long, value_delimiter = ',', default_values_t = [0.0, 0.25, 0.5, 1.0, 2.0, 3.0])]
    losses: Vec<f64>,
    /// The share of segments in which the two systems' outputs are different systems'
    #[arg(long, default_value_t = 1.0)]
    differ: f64,
    /// Which runs
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Drops that others let pass, in points.
const TOLERANCES: [f64; 3] = [0.0, 0.5, 1.0];

/// Margins of ours, in points.
const MARGINS: [f64; 2] = [0.0, 0.5];

/// Rows of the same segments by systems, columns of several metrics side by side.
struct Population<'m> {
    statistics: Vec<Statistic<'m>>,
    /// Two systems whose outputs are exchanged.
    pair: [Vec<Vec<f64>>; 2],
    worse: Vec<Vec<f64>>,
}

impl<'m> Population<'m> {
    fn new(systems: &Systems, scorers: &[&'m dyn Scorer]) -> Result<Self> {
        let mut statistics = Vec::new();
        let mut outputs = vec![vec![Vec::new(); systems.references.len()]; systems.outputs.len()];
        let mut first = 0;
        for &scorer in scorers {
            let columns = first..first + scorer.columns().len();
            first = columns.end;
            statistics.push(Statistic { scorer, columns, part: None });
            for (system, rows) in outputs.iter_mut().enumerate() {
                let table = systems.table(scorer, system)?;
                rows.iter_mut().zip(table.rows()).for_each(|(row, more)| row.extend(more));
            }
        }
        let goodness = |rows: &Vec<Vec<f64>>| -drop_by(&statistics[0], 0.0, &sum_of(rows));
        outputs[2..].sort_by(|one, other| goodness(one).total_cmp(&goodness(other)));
        let worse = outputs.swap_remove(2);
        outputs.truncate(2);
        let [one, other] =
            <[_; 2]>::try_from(outputs).ok().context("there are fewer than three systems")?;
        Ok(Self { statistics, pair: [one, other], worse })
    }

    /// How many points worse the first metric is, over all segments, with that share of worse outputs.
    fn true_loss(&self, share: f64) -> f64 {
        /// Rows hold counts, so their means are taken of large multiples.
        const MANY: f64 = 1e9;
        let [one, other] = self.pair.each_ref().map(|rows| sum_of(rows));
        let worse = sum_of(&self.worse);
        let fair = one.iter().zip(&other).map(|(one, other)| (one + other) / 2.0);
        let fair: Vec<f64> = fair.collect();
        let mixed =
            fair.iter().zip(&worse).map(|(fair, worse)| (1.0 - share) * fair + share * worse);
        let many = |row: Vec<f64>| row.iter().map(|n| (n * MANY).round()).collect::<Vec<f64>>();
        let mixed = many(mixed.collect());
        drop_by(&self.statistics[0], self.statistics[0].value(&many(fair)), &mixed)
    }

    /// The share of worse outputs that makes such a loss, if one does.
    fn share(&self, loss: f64) -> Option<f64> {
        if loss == 0.0 {
            return Some(0.0);
        }
        let (mut low, mut high) = (0.0, 1.0);
        if self.true_loss(high) < loss {
            return None;
        }
        for _ in 0..50 {
            let middle = f64::midpoint(low, high);
            if self.true_loss(middle) < loss { low = middle } else { high = middle }
        }
        Some(high)
    }

    /// The rows of a baseline and of a new system for a test set of so many segments.
    fn draw(
        &self,
        segments: usize,
        (differ, share): (f64, f64),
        random: &mut SplitMix64,
    ) -> [Table; 2] {
        let mut generator = Pcg64::new(random.next_u64());
        let chance = |generator: &mut Pcg64, probability: f64| {
            f64::from(generator.below(1 << 30)) < probability * f64::from(1 << 30)
        };
        let population = u32::try_from(self.worse.len()).unwrap_or(u32::MAX);
        let [mut base, mut new] = [(); 2].map(|()| Table::new(self.worse[0].len()));
        for _ in 0..segments {
            let place = generator.below(population) as usize;
            let swapped = generator.below(2) as usize;
            let other = if chance(&mut generator, differ) { 1 - swapped } else { swapped };
            let worsened = chance(&mut generator, share);
            base.push(&self.pair[swapped][place]);
            let own = if worsened { &self.worse } else { &self.pair[other] };
            new.push(&own[place]);
        }
        [base, new]
    }
}

fn sum_of(rows: &[Vec<f64>]) -> Vec<f64> {
    let mut sum = vec![0.0; rows[0].len()];
    for row in rows {
        add_row(&mut sum, row);
    }
    sum
}

/// How much worse than that score the score of a sum is.
fn drop_by(statistic: &Statistic<'_>, score: f64, sum: &[f64]) -> f64 {
    match statistic.scorer.spec().direction {
        Direction::Higher => score - statistic.value(sum),
        Direction::Lower => statistic.value(sum) - score,
    }
}

/// What all rules say of one run.
struct Run {
    /// For each metric and each of [`MARGINS`].
    tests: Vec<[MarginTest; MARGINS.len()]>,
    /// The first metric's drop.
    drop: f64,
    /// Whether the first metric's intervals, each system's own, lie apart.
    apart: bool,
}

impl Run {
    fn new(
        population: &Population<'_>,
        segments: usize,
        share: f64,
        arguments: &Arguments,
        seed: u64,
    ) -> Self {
        let mut random = SplitMix64::new(seed);
        let tables = population.draw(segments, (arguments.differ, share), &mut random);
        let statistics = &population.statistics;
        let mut generator = Pcg64::new(random.next_u64());
        let [base_rows, new] = &tables;
        let Arguments { resamples, alpha, .. } = *arguments;
        let drawn = bootstrap(&[base_rows, new], statistics, resamples, &mut generator, &InOrder);
        let sums = [base_rows.sum(), new.sum()];
        let test = |(i, statistic): (usize, &Statistic<'_>)| {
            let direction = statistic.scorer.spec().direction;
            let [base, own] = [0, 1].map(|system: usize| {
                let score = statistic.value(&sums[system]);
                Resampled { score, drawn: &drawn[system][i] }
            });
            let differing = new.differing(base_rows, statistic.columns.clone());
            MARGINS.map(|margin| {
                MarginTest::by_bootstrap(direction, base, own, segments, margin, alpha)
                    .among(differing)
            })
        };
        let tests: Vec<_> = statistics.iter().enumerate().map(test).collect();
        let [own, base] =
            [&drawn[1][0], &drawn[0][0]].map(|drawn| Estimate::of(drawn, 1.0 - alpha));
        let apart = match tests[0][0].direction {
            Direction::Higher => own.high < base.low,
            Direction::Lower => own.low > base.high,
        };
        Self { drop: tests[0][0].drop(), apart, tests }
    }

    fn answer(&self, margin: usize) -> MarginAnswer {
        let test = &self.tests[0][margin];
        test.answer(test.p_value)
    }

    /// Whether any of the metrics fails without a margin, each by itself or all corrected together.
    fn any_fails(&self, corrected: bool) -> bool {
        let p_values: Vec<f64> = self.tests.iter().map(|tests| tests[0].p_value).collect();
        let p_values = if corrected { holm(&p_values) } else { p_values };
        let mut tests = self.tests.iter().zip(p_values);
        tests.any(|(tests, p_value)| tests[0].answer(p_value) == MarginAnswer::Worse)
    }
}

/// All runs of one cell, the same for the same seed on any number of threads.
fn runs(
    population: &Population<'_>,
    segments: usize,
    share: f64,
    arguments: &Arguments,
    cell: u64,
) -> Vec<Run> {
    let run = |run: u64| {
        // Cells are far apart, so that no two runs share a seed.
        let seed = SplitMix64::new(arguments.seed ^ (cell << 32)).next_u64().wrapping_add(run);
        Run::new(population, segments, share, arguments, seed)
    };
    (0..arguments.runs).into_par_iter().map(run).collect()
}

/// In how many of a hundred runs.
fn percent(runs: &[Run], of: impl Fn(&Run) -> bool) -> String {
    let count = runs.iter().filter(|run| of(run)).count();
    format!("{:.1}", 100.0 * count as f64 / runs.len().max(1) as f64)
}

fn show_one(population: &Population<'_>, arguments: &Arguments, cell: &mut u64) {
    println!(
        "\n| true loss | segments | margin 0: fail / inconclusive / pass | margin 0.5 | any drop | drop > 0.5 | drop > 1 | intervals apart |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|");
    for &loss in &arguments.losses {
        let Some(share) = population.share(loss) else {
            println!("| {loss} | | the worse system is not that much worse |");
            continue;
        };
        for &segments in &arguments.segments {
            *cell += 1;
            let runs = runs(population, segments, share, arguments, *cell);
            let ours = |margin: usize| {
                [MarginAnswer::Worse, MarginAnswer::Open, MarginAnswer::NotWorse]
                    .map(|answer| percent(&runs, |run| run.answer(margin) == answer))
                    .join(" / ")
            };
            let fixed = TOLERANCES.map(|most| percent(&runs, |run| run.drop > most)).join(" | ");
            let apart = percent(&runs, |run| run.apart);
            println!("| {loss} | {segments} | {} | {} | {fixed} | {apart} |", ours(0), ours(1));
        }
    }
}

fn show_several(population: &Population<'_>, arguments: &Arguments, cell: &mut u64) {
    println!(
        "\n| segments | any fails, corrected by Holm | any fails, uncorrected | any has a drop |"
    );
    println!("|---:|---:|---:|---:|");
    for &segments in &arguments.segments {
        *cell += 1;
        let runs = runs(population, segments, 0.0, arguments, *cell);
        let ours = [true, false].map(|corrected| percent(&runs, |run| run.any_fails(corrected)));
        let dropped = |run: &Run| run.tests.iter().any(|tests| tests[0].drop() > 0.0);
        println!("| {segments} | {} | {} |", ours.join(" | "), percent(&runs, dropped));
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let systems = Systems::real_or_generated()?;
    let (bleu, chrf, ter) = (Bleu::default(), Chrf::default(), Ter::default());
    println!(
        "{}, {} segments; outputs differ in a share of {}; {} runs a cell, {} resamples a run, alpha {}, seed {}; percent of runs",
        systems.origin,
        systems.references.len(),
        arguments.differ,
        arguments.runs,
        arguments.resamples,
        arguments.alpha,
        arguments.seed
    );
    let mut cell = 0;
    for scorer in [&bleu as &dyn Scorer, &chrf] {
        println!("\n{}", scorer.spec().title);
        show_one(&Population::new(&systems, &[scorer])?, &arguments, &mut cell);
    }
    println!("\nBLEU, chrF and TER at once, no loss");
    show_several(&Population::new(&systems, &[&bleu, &chrf, &ter])?, &arguments, &mut cell);
    Ok(())
}
