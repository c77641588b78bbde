//! Runs of the gate in which nothing has changed: how often would it fail?

use genai_metrics::resample::{InOrder, MarginAnswer, MarginTest, Statistic, holm};
use genai_metrics::resample::{Pcg64, bootstrap};
use genai_metrics::{Direction, Table};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// How many runs.
pub(crate) const RUNS: u32 = 400;

/// What is run.
pub(crate) struct SelfCheck<'a> {
    /// The two systems, of which it is made irrelevant which is which.
    pub(crate) candidate: &'a Table,
    pub(crate) baseline: &'a Table,
    /// What rules are about, with direction and margin.
    pub(crate) rules: Vec<(Statistic<'a>, Direction, f64)>,
    pub(crate) resamples: u32,
    pub(crate) alpha: f64,
    pub(crate) seed: u64,
    pub(crate) by_holm: bool,
}

impl SelfCheck<'_> {
    /// How many of [`RUNS`] runs raise an alarm, when the outputs of both systems are dealt out anew segment by
    /// segment, so that neither is better.
    pub(crate) fn alarms(&self) -> u32 {
        let run = |number: u32| u32::from(self.is_alarm(number));
        (0..RUNS).into_par_iter().map(run).sum()
    }

    fn is_alarm(&self, number: u32) -> bool {
        let mut generator = Pcg64::new(self.seed.wrapping_add(1 + u64::from(number)));
        let width = self.candidate.width();
        let (mut one, mut other) = (Table::new(width), Table::new(width));
        for (own, base) in self.candidate.rows().zip(self.baseline.rows()) {
            let swapped = generator.below(2) == 1;
            one.push(if swapped { base } else { own });
            other.push(if swapped { own } else { base });
        }
        let statistics: Vec<Statistic<'_>> =
            self.rules.iter().map(|(statistic, ..)| statistic.clone()).collect();
        let tables = [&other, &one];
        let drawn = bootstrap(&tables, &statistics, self.resamples, &mut generator, &InOrder);
        let sums = tables.map(Table::sum);
        let test =
            |(place, (statistic, direction, margin)): (usize, &(Statistic<'_>, Direction, f64))| {
                let scores = (statistic.value(&sums[0]), statistic.value(&sums[1]));
                let drawn = (&drawn[0][place][..], &drawn[1][place][..]);
                MarginTest::by_bootstrap(*direction, scores, drawn, *margin, self.alpha)
                    .among(one.differing(&other, statistic.columns.clone()))
            };
        let tests: Vec<MarginTest> = self.rules.iter().enumerate().map(test).collect();
        let p_values: Vec<f64> = tests.iter().map(|test| test.p_value).collect();
        let p_values = if self.by_holm { holm(&p_values) } else { p_values };
        tests.iter().zip(p_values).any(|(test, p)| test.answer(p) == MarginAnswer::Worse)
    }
}
