//! From rules and rows to checks: what each rule asks of which segments, and what the draws say of it.

mod evidence;
mod findings;
mod questions;

use anyhow::{Result, bail};
use genai_metrics::resample::{MarginTest, Statistic};
use genai_metrics::{Scorer, Spec, Table};

pub(super) use self::findings::Finding;
use super::configuration::{Adjust, Configuration, SliceChoice};
use super::verdict::{Check, Statistics};
use crate::resampling::Resampling;
use crate::samples::Sample;

/// A number that rules are about.
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

impl Case<'_> {
    /// How differences are judged, with enough resamples for any of the checks to be able to fail.
    pub(crate) fn statistics(&self) -> Statistics {
        let stats = &self.configuration.stats;
        let tests = self.tested();
        let tests = if stats.adjust == Adjust::Holm { tests } else { tests.min(1) };
        Statistics {
            test: stats.test.name(),
            resamples: stats.resamples.max(MarginTest::least_resamples(tests, stats.alpha)),
            alpha: stats.alpha,
            seed: stats.seed,
            adjust: stats.adjust.name(),
        }
    }

    /// How many checks are tests.
    fn tested(&self) -> usize {
        self.questions().iter().filter(|question| question.is_tested()).count()
    }

    pub(super) fn resampling(&self) -> Resampling {
        let Statistics { resamples, alpha, seed, .. } = self.statistics();
        Resampling { resamples, seed, level: 1.0 - alpha }
    }

    /// A check for each condition of each rule, measure and slice.
    ///
    /// # Errors
    /// If a rule is about a slice of a field that is not among the slice fields.
    pub(crate) fn checks(&self) -> Result<Vec<Check>> {
        self.check_fields()?;
        let questions = self.questions();
        let draws = self.draws(&questions);
        let tests = self.tests(&questions, &draws);
        Ok(questions
            .iter()
            .zip(&tests)
            .map(|(question, tested)| self.close(question, tested.as_ref(), &draws))
            .collect())
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
