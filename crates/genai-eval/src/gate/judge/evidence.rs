//! What is drawn of each sample, and what it says of differences.

use genai_metrics::resample::{
    Comparison, Estimate, MarginAnswer, MarginTest, Resampled, Statistic, gap_p_value, holm,
    minimum_detectable,
};
use genai_metrics::{Direction, Table};

use super::questions::Question;
use super::{BASELINE, CANDIDATE, Case, Drawing};
use crate::gate::configuration::{Adjust, Of, Test};
use crate::gate::verdict::{Condition, Difference};
use crate::resampling;

/// What was drawn of a sample: for each system and measure.
pub(super) struct Draws {
    pub(super) scores: Vec<Vec<f64>>,
    drawn: Vec<Vec<Vec<f64>>>,
    pub(super) estimates: Vec<Vec<Estimate>>,
    /// By approximate randomization, for each measure.
    randomized: Option<Vec<Comparison>>,
    /// Of the candidate, with random numbers that no other sample has: for each measure.
    apart: Vec<Vec<f64>>,
}

/// What is to be drawn of a sample.
#[derive(Clone, Copy, Default)]
struct Wanted {
    /// Also with random numbers of its own.
    is_apart: bool,
    /// Whether a test that can fail is about it.
    can_fail: bool,
}

/// A difference beside its margin.
pub(super) struct TestedDifference {
    pub(super) test: MarginTest,
    /// How many segments or clusters were drawn from.
    units: usize,
    /// Two-sided, so that it is compared with alpha.
    p_value: f64,
    p_adjusted: f64,
    pub(super) answer: MarginAnswer,
    /// How many tests it is corrected for.
    tests: usize,
    /// How many units differ at all between the two systems, if that is asked.
    pub(super) differing: Option<usize>,
}

impl Case<'_> {
    /// What is drawn of each sample that a check is about.
    pub(super) fn draws(&self, questions: &[Question], drawing: &Drawing) -> Vec<Option<Draws>> {
        let statistics: Vec<Statistic<'_>> =
            self.measures.iter().map(|measure| measure.statistic.clone()).collect();
        let mut wanted = vec![None; self.samples.len()];
        for question in questions {
            for &sample in &question.samples {
                let Wanted { is_apart, can_fail } = wanted[sample].get_or_insert_default();
                *is_apart |= matches!(question.condition, Condition::MaxGap(_));
                *can_fail |= self.can_fail(question);
            }
        }
        let draw = |(sample, wanted): (usize, Option<Wanted>)| {
            Some(self.draw(sample, &statistics, drawing, wanted?))
        };
        wanted.into_iter().enumerate().map(draw).collect()
    }

    fn draw(
        &self,
        place: usize,
        statistics: &[Statistic<'_>],
        drawing: &Drawing,
        Wanted { is_apart, can_fail }: Wanted,
    ) -> Draws {
        let mut resampling = drawing.resampling;
        if !can_fail {
            // What many tests need is needed by tests alone; slices may be many, and small.
            resampling.resamples = self.configuration.stats.resamples;
        }
        let sample = &self.samples[place];
        let score = |sum: &Vec<f64>| statistics.iter().map(|s| s.value(sum)).collect();
        let scores: Vec<Vec<f64>> = sample.sums.iter().map(score).collect();
        let units: Vec<&Table> = sample.units.iter().map(|units| &**units).collect();
        let test = self.configuration.stats.test;
        let intervals = self.configuration.gates.iter().any(|rule| rule.of != Of::Point);
        let mut draws = Draws {
            scores,
            drawn: Vec::new(),
            estimates: Vec::new(),
            randomized: None,
            apart: Vec::new(),
        };
        if test == Test::None && !intervals {
            return draws;
        }
        draws.drawn = resampling::draw(&units, statistics, resampling);
        let of_system = |drawn: &Vec<Vec<f64>>| {
            drawn.iter().map(|drawn| Estimate::of(drawn, resampling.level)).collect()
        };
        draws.estimates = draws.drawn.iter().map(of_system).collect();
        if let (Some(trials), true) = (drawing.trials, units.len() > BASELINE) {
            let test = resampling::PairedTest::Randomization { trials };
            let compared = resampling::compare(&units, BASELINE, statistics, test, resampling);
            draws.randomized =
                Some(compared.comparisons[CANDIDATE].iter().copied().flatten().collect());
        }
        if is_apart && test != Test::None {
            let own = resampling::draw_apart(&units[..=CANDIDATE], statistics, resampling, place);
            draws.apart = own.into_iter().next().unwrap_or_default();
        }
        draws
    }

    /// The tests of drops and gaps, corrected together.
    pub(super) fn tests(
        &self,
        questions: &[Question],
        draws: &[Option<Draws>],
    ) -> Vec<Option<TestedDifference>> {
        let one = |question: &Question| {
            let is_open = question.nothing.is_none();
            is_open.then(|| self.test(question, draws)).flatten()
        };
        let mut tests: Vec<Option<TestedDifference>> = questions.iter().map(one).collect();
        if self.configuration.stats.adjust == Adjust::Holm {
            let mut family: Vec<&mut TestedDifference> = tests
                .iter_mut()
                .zip(questions)
                .filter(|(_, question)| self.can_fail(question))
                .filter_map(|(tested, _)| tested.as_mut())
                .collect();
            let p_values: Vec<f64> = family.iter().map(|tested| tested.p_value).collect();
            let number = p_values.len();
            for (tested, p_adjusted) in family.iter_mut().zip(holm(&p_values)) {
                (tested.p_adjusted, tested.tests) = (p_adjusted, number);
            }
        }
        for tested in tests.iter_mut().flatten() {
            tested.answer = match self.configuration.stats.test {
                Test::None if tested.test.drop() > tested.test.margin => MarginAnswer::Worse,
                Test::None => MarginAnswer::NotWorse,
                // Of alpha a drop may have the half.
                _ => tested.test.answer(tested.p_adjusted / 2.0),
            };
        }
        tests
    }

    fn test(&self, question: &Question, evidence: &[Option<Draws>]) -> Option<TestedDifference> {
        match question.condition {
            Condition::MaxDrop(margin) => self.drop_test(question, evidence, margin),
            Condition::MaxGap(margin) => self.gap_test(question, evidence, margin),
            _ => None,
        }
    }

    fn drop_test(
        &self,
        question: &Question,
        evidence: &[Option<Draws>],
        margin: f64,
    ) -> Option<TestedDifference> {
        let (measure, alpha) = (question.measure, self.configuration.stats.alpha);
        let sample = *question.samples.first()?;
        let of_sample = evidence.get(sample)?.as_ref()?;
        let resampled = |system: usize| -> Option<Resampled<'_>> {
            let score = *of_sample.scores.get(system)?.get(measure)?;
            let drawn = of_sample.drawn.get(system).map_or(&[][..], |drawn| &drawn[measure]);
            Some(Resampled { score, drawn })
        };
        let direction = self.measures[measure].spec.direction;
        let (base, own) = (resampled(BASELINE)?, resampled(CANDIDATE)?);
        let (units, differing) = (self.units(sample), self.differing(question)?);
        let test =
            MarginTest::by_bootstrap(direction, base, own, units, margin, alpha).among(differing);
        let p_value = match &of_sample.randomized {
            // What the guard says holds for any test.
            Some(comparisons) if test.p_value < 1.0 => comparisons[measure].p_two_sided,
            _ => (2.0 * test.p_value).min(1.0),
        };
        Some(TestedDifference {
            differing: Some(differing),
            ..TestedDifference::new(test, p_value, units)
        })
    }

    fn gap_test(
        &self,
        question: &Question,
        evidence: &[Option<Draws>],
        margin: f64,
    ) -> Option<TestedDifference> {
        let measure = question.measure;
        let direction = self.measures[measure].spec.direction;
        let of_slice = |&sample: &usize| -> Option<(Resampled<'_>, usize)> {
            let of_sample = evidence.get(sample)?.as_ref()?;
            let drawn = of_sample.apart.get(measure).map_or(&[][..], |drawn| &drawn[..]);
            let score = of_sample.scores.get(CANDIDATE)?[measure];
            Some((Resampled { score, drawn }, self.units(sample)))
        };
        let mut slices: Vec<(Resampled<'_>, usize)> =
            question.samples.iter().filter_map(of_slice).collect();
        slices.sort_by(|one, other| one.0.score.total_cmp(&other.0.score));
        let (first, last) = (*slices.first()?, *slices.last()?);
        let (best, worst) = match direction {
            Direction::Higher => (last, first),
            Direction::Lower => (first, last),
        };
        let (units, alpha) = (best.1.min(worst.1), self.configuration.stats.alpha);
        let test = MarginTest::by_bootstrap(direction, best.0, worst.0, units, margin, alpha);
        let p_value = (2.0 * gap_p_value(&slices, margin)).min(1.0);
        Some(TestedDifference::new(test, p_value, units))
    }
}

impl TestedDifference {
    fn new(test: MarginTest, p_value: f64, units: usize) -> Self {
        Self {
            test,
            units,
            p_value,
            p_adjusted: p_value,
            answer: MarginAnswer::Open,
            tests: 1,
            differing: None,
        }
    }

    pub(super) fn difference(&self) -> Difference {
        let Comparison { delta, low, high, standard_error, .. } = self.test.comparison;
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 rules")]
        let alpha = self.test.alpha / self.tests as f64;
        let detectable = minimum_detectable(standard_error, alpha / 2.0, self.units);
        Difference {
            delta,
            low,
            high,
            p_value: self.p_value,
            p_adjusted: self.p_adjusted,
            minimum_detectable: self.test.margin + detectable,
        }
    }
}
