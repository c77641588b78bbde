//! What is drawn of each sample, and what it says of differences.

use genai_metrics::resample::{Comparison, Estimate, MarginAnswer, MarginTest, Statistic, holm};
use genai_metrics::{Direction, Table};

use super::questions::Question;
use super::{BASELINE, CANDIDATE, Case};
use crate::gate::configuration::{Adjust, Of, Test};
use crate::gate::verdict::{Condition, Difference};
use crate::resampling;

/// Trials of approximate randomization, as in sacreBLEU.
const TRIALS: u32 = 10_000;

/// What was drawn of a sample: for each system and measure.
pub(super) struct Draws {
    pub(super) scores: Vec<Vec<f64>>,
    pub(super) drawn: Vec<Vec<Vec<f64>>>,
    pub(super) estimates: Vec<Vec<Estimate>>,
    /// By approximate randomization, for each measure.
    pub(super) randomized: Option<Vec<Comparison>>,
}

/// A difference beside its margin.
pub(super) struct Tested {
    pub(super) test: MarginTest,
    pub(super) p_value: f64,
    pub(super) p_adjusted: f64,
    pub(super) answer: MarginAnswer,
}

impl Case<'_> {
    /// What is drawn of each sample that a check is about.
    pub(super) fn draws(&self, question: &[Question]) -> Vec<Option<Draws>> {
        let statistics: Vec<Statistic<'_>> =
            self.measures.iter().map(|measure| measure.statistic.clone()).collect();
        let is_needed =
            |sample: usize| question.iter().any(|question| question.samples.contains(&sample));
        let draw = |sample: usize| is_needed(sample).then(|| self.draw(sample, &statistics));
        (0..self.samples.len()).map(draw).collect()
    }

    fn draw(&self, sample: usize, statistics: &[Statistic<'_>]) -> Draws {
        let resampling = self.resampling();
        let sample = &self.samples[sample];
        let score = |sum: &Vec<f64>| statistics.iter().map(|s| s.value(sum)).collect();
        let scores: Vec<Vec<f64>> = sample.sums.iter().map(score).collect();
        let units: Vec<&Table> = sample.units.iter().map(|units| &**units).collect();
        let test = self.configuration.stats.test;
        let intervals = self.configuration.gates.iter().any(|rule| rule.of != Of::Point);
        if test == Test::None && !intervals {
            return Draws { scores, drawn: Vec::new(), estimates: Vec::new(), randomized: None };
        }
        let drawn = resampling::draw(&units, statistics, resampling);
        let of_system = |drawn: &Vec<Vec<f64>>| {
            drawn.iter().map(|drawn| Estimate::of(drawn, resampling.level)).collect()
        };
        let estimates = drawn.iter().map(of_system).collect();
        let randomized = (test == Test::ApproxRandomization && units.len() > BASELINE).then(|| {
            let tests = MarginTest::least_resamples(self.tested(), self.configuration.stats.alpha);
            let test = resampling::Test::Randomization { trials: TRIALS.max(tests) };
            let compared = resampling::compare(&units, BASELINE, statistics, test, resampling);
            compared.comparisons[CANDIDATE].iter().copied().flatten().collect()
        });
        Draws { scores, drawn, estimates, randomized }
    }

    /// The tests of drops and gaps, corrected together.
    pub(super) fn tests(
        &self,
        question: &[Question],
        draws: &[Option<Draws>],
    ) -> Vec<Option<Tested>> {
        let mut tests: Vec<Option<Tested>> =
            question.iter().map(|question| self.test(question, draws)).collect();
        if self.configuration.stats.adjust == Adjust::Holm {
            let p_values: Vec<f64> = tests.iter().flatten().map(|tested| tested.p_value).collect();
            for (tested, p_adjusted) in tests.iter_mut().flatten().zip(holm(&p_values)) {
                tested.p_adjusted = p_adjusted;
            }
        }
        let randomized = self.configuration.stats.test == Test::ApproxRandomization;
        for (tested, question) in tests.iter_mut().zip(question) {
            let Some(tested) = tested else { continue };
            tested.answer = match (self.configuration.stats.test, question.condition) {
                (Test::None, _) if tested.test.drop() > tested.test.margin => MarginAnswer::Worse,
                (Test::None, _) => MarginAnswer::NotWorse,
                // Its p-value is two-sided.
                (_, Condition::MaxDrop(_)) if randomized => {
                    tested.test.answer(tested.p_adjusted / 2.0)
                }
                _ => tested.test.answer(tested.p_adjusted),
            };
        }
        tests
    }

    fn test(&self, question: &Question, evidence: &[Option<Draws>]) -> Option<Tested> {
        if question.nothing.is_some() || !question.is_tested() {
            return None;
        }
        let (measure, alpha) = (question.measure, self.configuration.stats.alpha);
        let direction = self.measures[measure].spec.direction;
        let empty: &[f64] = &[];
        let of = |sample: usize, system: usize| -> Option<Drawn<'_>> {
            let of_sample = evidence.get(sample)?.as_ref()?;
            let drawn = of_sample.drawn.get(system).map_or(empty, |drawn| &drawn[measure]);
            Some((*of_sample.scores.get(system)?.get(measure)?, drawn))
        };
        let ((reference, own), margin) = match question.condition {
            Condition::MaxDrop(margin) => {
                let sample = *question.samples.first()?;
                ((of(sample, BASELINE)?, of(sample, CANDIDATE)?), margin)
            }
            Condition::MaxGap(margin) => (extremes(&question.samples, direction, &of)?, margin),
            _ => return None,
        };
        let scores = (reference.0, own.0);
        let test = MarginTest::by_bootstrap(direction, scores, (reference.1, own.1), margin, alpha);
        let randomized = match question.condition {
            Condition::MaxDrop(_) => {
                let of_sample = evidence.get(*question.samples.first()?)?.as_ref()?;
                of_sample.randomized.as_ref().map(|comparisons| comparisons[measure].p_value)
            }
            _ => None,
        };
        let p_value = randomized.unwrap_or(test.p_value);
        Some(Tested { test, p_value, p_adjusted: p_value, answer: MarginAnswer::Open })
    }
}

/// A score and its values in resamples.
type Drawn<'d> = (f64, &'d [f64]);

/// The best slice and the worst.
fn extremes<'d>(
    slices: &[usize],
    direction: Direction,
    of: &impl Fn(usize, usize) -> Option<Drawn<'d>>,
) -> Option<(Drawn<'d>, Drawn<'d>)> {
    let mut slices: Vec<Drawn<'d>> =
        slices.iter().filter_map(|&sample| of(sample, CANDIDATE)).collect();
    slices.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (first, last) = (*slices.first()?, *slices.last()?);
    Some(match direction {
        Direction::Higher => (last, first),
        Direction::Lower => (first, last),
    })
}

impl Tested {
    pub(super) fn difference(&self) -> Difference {
        let Comparison { delta, low, high, minimum_detectable, .. } = self.test.comparison;
        let (p_value, p_adjusted) = (self.p_value, self.p_adjusted);
        Difference { delta, low, high, p_value, p_adjusted, minimum_detectable }
    }
}
