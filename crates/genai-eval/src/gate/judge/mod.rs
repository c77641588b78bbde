//! From rules and rows to checks: what each rule asks of which segments, and what the draws say of it.

mod evidence;
mod findings;
mod questions;

use anyhow::{Result, bail};
use genai_metrics::resample::{MarginTest, Statistic};
use genai_metrics::{Scorer, Spec, Table};

use self::evidence::TestedDifference;
pub(super) use self::findings::Finding;
use self::questions::Question;
use super::configuration::{Adjust, Configuration, SliceChoice, Test};
use super::verdict::{Check, Statistics};
use crate::resampling::Resampling;
use crate::samples::Sample;

/// A number that rules are about.
#[derive(Clone)]
pub(crate) struct Judged<'a> {
    /// Its name, as `rougeL.recall`.
    pub(crate) name: String,
    /// The same as people write it.
    pub(crate) title: String,
    pub(crate) spec: Spec,
    pub(crate) signature: String,
    pub(crate) statistic: Statistic<'a>,
    /// The metric as it scores single segments.
    pub(crate) sentence: &'a dyn Scorer,
}

/// Everything that verdicts are made of.
pub(crate) struct Case<'a> {
    pub(crate) configuration: &'a Configuration,
    /// What rules are about.
    pub(crate) measures: Vec<Judged<'a>>,
    /// For each rule, which of them.
    pub(crate) of_rules: Vec<Vec<usize>>,
    /// All segments, then each slice. The first system is the candidate, the second the baseline, if there
    /// is one.
    pub(crate) samples: &'a [Sample<'a>],
    /// Why there is no baseline, if there is none.
    pub(crate) no_baseline: Option<String>,
    /// Whether that is no fault, because this run becomes the baseline.
    pub(crate) begins: bool,
}

const CANDIDATE: usize = 0;
const BASELINE: usize = 1;

/// How is drawn for all checks.
pub(crate) struct Drawing {
    resampling: Resampling,
    /// Of approximate randomization.
    trials: Option<u32>,
}

/// Trials of approximate randomization, as in sacreBLEU.
const TRIALS: u32 = 10_000;

/// More would take hours.
const MOST_RESAMPLES: u32 = 1_000_000;

impl Case<'_> {
    /// A check for each condition of each rule, measure and slice, and how differences were judged: with enough
    /// resamples for any of the checks to be able to fail.
    ///
    /// # Errors
    /// If a rule is about a slice of a field that is not among the slice fields, or so many rules at such an
    /// alpha would need too many resamples.
    pub(crate) fn checks(&self) -> Result<(Vec<Check>, Statistics)> {
        self.check_fields()?;
        let questions = self.questions();
        let statistics = self.statistics(&questions)?;
        let Statistics { resamples, alpha, seed, trials, .. } = statistics;
        let resampling = Resampling { resamples, seed, level: 1.0 - alpha };
        let drawing = Drawing { resampling, trials };
        let draws = self.draws(&questions, &drawing);
        let tests = self.tests(&questions, &draws);
        let close = |(question, tested): (&Question, &Option<TestedDifference>)| {
            self.close(question, tested.as_ref(), &draws)
        };
        Ok((questions.iter().zip(&tests).map(close).collect(), statistics))
    }

    fn statistics(&self, questions: &[Question]) -> Result<Statistics> {
        let stats = &self.configuration.stats;
        let tests = questions.iter().filter(|question| self.can_fail(question)).count();
        let tests = if stats.adjust == Adjust::Holm { tests } else { tests.min(1) };
        let least = MarginTest::least_resamples(tests, stats.alpha);
        if stats.test != Test::None && least > MOST_RESAMPLES {
            bail!(
                "{tests} tests at alpha {} need {least} resamples for any to be able to fail, expected no more \
                 than {MOST_RESAMPLES}: fewer rules or slices, a greater alpha, or adjust = \"none\"",
                stats.alpha
            );
        }
        let randomized = stats.test == Test::ApproxRandomization;
        Ok(Statistics {
            test: stats.test.name(),
            resamples: stats.resamples.max(least),
            trials: randomized.then(|| TRIALS.max(least)),
            alpha: stats.alpha,
            seed: stats.seed,
            adjust: stats.adjust.name(),
        })
    }

    fn check_fields(&self) -> Result<()> {
        let known = &self.configuration.data.slice_fields;
        for SliceChoice { field, .. } in
            self.configuration.gates.iter().filter_map(|rule| rule.slice.as_ref())
        {
            if !known.contains(field) {
                bail!(
                    "a rule is about slices of {field}, expected it among slice_fields of [data]"
                );
            }
        }
        Ok(())
    }
}

impl Judged<'_> {
    /// The score of each segment by itself.
    pub(crate) fn sentence_scores(&self, rows: &Table) -> Vec<f64> {
        let own = Statistic { scorer: self.sentence, ..self.statistic.clone() };
        rows.rows().map(|row| own.value(row)).collect()
    }
}
