//! Worse than a baseline by more than a margin, clearly not, or open: what a gate goes by.

use super::compare::{Comparison, Resampled, least_p};
use super::small_samples::{inflation, student_p};
use crate::spec::Direction;

/// A test of whether a system is worse than a baseline by more than a margin, over paired resamples.
///
/// Three answers are possible, since an interval about the difference can lie beyond the margin, within it,
/// or about it (as in non-inferiority trials; Piaggio et al. 2012, *Reporting of Noninferiority and
/// Equivalence Randomized Trials*). A fixed tolerance has but two, and knows nothing of chance.
///
/// ```
/// use genai_metrics::Direction;
/// use genai_metrics::resample::{MarginAnswer, MarginTest, Resampled};
/// let base: Vec<f64> = (0..1000).map(|i| 30.0 + f64::from(i % 7)).collect();
/// let worse: Vec<f64> = base.iter().zip(0..).map(|(score, i)| score - 1.0 - f64::from(i % 2)).collect();
/// let (base, worse) = (Resampled { score: 33.0, drawn: &base }, Resampled { score: 31.5, drawn: &worse });
/// let test = |margin| MarginTest::by_bootstrap(Direction::Higher, base, worse, 2000, margin, 0.05);
/// let answer = |margin: f64| test(margin).answer(test(margin).p_value);
/// assert_eq!(answer(0.5), MarginAnswer::Worse);
/// assert_eq!(answer(1.5), MarginAnswer::Open);
/// assert_eq!(answer(2.5), MarginAnswer::NotWorse);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarginTest {
    /// The difference, its interval at the level 1 - alpha, and what goes with it.
    pub comparison: Comparison,
    /// How likely resamples are whose drop is within the margin, or, if that is more, such a drop by Student's t
    /// distribution: small where the system is clearly worse.
    pub p_value: f64,
    /// Which way is better.
    pub direction: Direction,
    /// How much worse it may be, 0 or more.
    pub margin: f64,
    /// The rate of false alarms that is accepted, for drops and gains together.
    pub alpha: f64,
}

/// The fewest units that differ from which anything is concluded.
pub const FEWEST_DIFFERING: usize = 10;

/// What a [`MarginTest`] says.
///
/// ```
/// use genai_metrics::resample::MarginAnswer;
/// assert_ne!(MarginAnswer::Open, MarginAnswer::NotWorse);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarginAnswer {
    /// Worse by more than the margin.
    Worse,
    /// Not worse by more than the margin.
    NotWorse,
    /// The data are not enough to tell.
    Open,
}

impl MarginTest {
    /// The test by paired bootstrap. `units` is how many segments or documents were drawn from.
    pub fn by_bootstrap(
        direction: Direction,
        baseline: Resampled<'_>,
        system: Resampled<'_>,
        units: usize,
        margin: f64,
        alpha: f64,
    ) -> Self {
        let comparison = Comparison::by_bootstrap(baseline, system, units, 1.0 - alpha);
        let pairs = system.drawn.iter().zip(baseline.drawn);
        let gains = pairs.map(|(own, base)| gain(direction, own - base));
        let within = gains.filter(|&gain| gain >= -margin).count();
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 resamples")]
        let by_draws = (within + 1) as f64 / (baseline.drawn.len() + 1) as f64;
        let beyond = -gain(direction, comparison.delta) - margin;
        let p_value = by_draws.max(student_p(beyond, comparison.standard_error, units));
        Self { comparison, p_value, direction, margin, alpha }
    }

    /// The same where only so many of the units that are drawn differ at all between the two systems: fewer than
    /// [`FEWEST_DIFFERING`] are no evidence, since resamples of so few scatter too little, and no p-value
    /// can be smaller than that of all of them pointing the same way.
    #[must_use]
    pub fn among(self, differing: usize) -> Self {
        let least = if differing < FEWEST_DIFFERING { 1.0 } else { least_p(differing) };
        let comparison = self.comparison.among(differing);
        Self { p_value: self.p_value.max(least), comparison, ..self }
    }

    /// Whether all numbers are finite: resamples of which some have no score say nothing.
    pub fn is_finite(&self) -> bool {
        let Comparison { delta, low, high, standard_error, .. } = self.comparison;
        [delta, low, high, standard_error].iter().all(|number| number.is_finite())
    }

    /// The answer. `p_adjusted` is the test's p-value, or what a correction for several tests
    /// ([`holm`](super::holm)) made of it.
    ///
    /// Only a drop is an alarm, so it may have half of alpha, as either end of the interval has.
    pub fn answer(&self, p_adjusted: f64) -> MarginAnswer {
        let Comparison { low, high, .. } = self.comparison;
        let (worst, best) = match self.direction {
            Direction::Higher => (low, high),
            Direction::Lower => (-high, -low),
        };
        if worst >= -self.margin {
            MarginAnswer::NotWorse
        } else if p_adjusted <= self.alpha / 2.0 && best < -self.margin {
            MarginAnswer::Worse
        } else {
            MarginAnswer::Open
        }
    }

    /// How much worse the system is, on the metric's scale; negative if it is better.
    pub fn drop(&self) -> f64 {
        -gain(self.direction, self.comparison.delta)
    }

    /// How many resamples so many tests need, corrected together, for one of them to be able to fail at all, with
    /// some room.
    ///
    /// ```
    /// use genai_metrics::resample::MarginTest;
    /// assert_eq!(MarginTest::least_resamples(1, 0.05), 160);
    /// assert_eq!(MarginTest::least_resamples(30, 0.05), 4800);
    /// ```
    pub fn least_resamples(tests: usize, alpha: f64) -> u32 {
        const ROOM: f64 = 4.0;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of tests, and a share above 0"
        )]
        let least = (ROOM * tests as f64 / (alpha / 2.0)).ceil() as u32;
        least
    }
}

/// How likely so great a gap between the best and the worst of several groups is by chance, if they truly
/// differ by no more than `margin`. Each group has resamples of its own, drawn apart from the others', and a number of
/// units that it was drawn from.
///
/// The best and the worst are picked after looking, so the gap is compared with that of all groups' deviations
/// in each resample, expanded as few units need it (the studentized range's idea; Tukey 1949, *Comparing Individual Means in the Analysis of
/// Variance*): it can be no greater than `margin` and the range of deviations together.
///
/// ```
/// use genai_metrics::resample::{Resampled, gap_p_value};
/// let one: Vec<f64> = (0..999).map(|i| f64::from(i % 10)).collect();
/// let other: Vec<f64> = (0..999).map(|i| f64::from(i * 7 % 10)).collect();
/// let group = |score, drawn| (Resampled { score, drawn }, 500);
/// assert!(gap_p_value(&[group(4.5, &one), group(4.0, &other)], 0.0) > 0.5);
/// let far: Vec<f64> = other.iter().map(|score| score + 46.0).collect();
/// assert_eq!(gap_p_value(&[group(4.5, &one), group(50.5, &far)], 20.0), 0.001);
/// ```
pub fn gap_p_value(groups: &[(Resampled<'_>, usize)], margin: f64) -> f64 {
    let range = |numbers: &mut dyn Iterator<Item = f64>| {
        let ends = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| {
            (low.min(number), high.max(number))
        });
        ends.1 - ends.0
    };
    let gap = range(&mut groups.iter().map(|(group, _)| group.score));
    let resamples = groups.iter().map(|(group, _)| group.drawn.len()).min().unwrap_or(0);
    let expanded: Vec<_> = groups.iter().map(|(group, units)| (group, inflation(*units))).collect();
    let deviations = |resample: usize| {
        let of_group = |(group, inflation): &(&Resampled<'_>, f64)| {
            (group.drawn[resample] - group.score) * inflation
        };
        range(&mut expanded.iter().map(of_group))
    };
    let as_far = (0..resamples).filter(|&resample| deviations(resample) >= gap - margin).count();
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 resamples")]
    let p_value = (as_far + 1) as f64 / (resamples + 1) as f64;
    p_value
}

fn gain(direction: Direction, delta: f64) -> f64 {
    match direction {
        Direction::Higher => delta,
        Direction::Lower => -delta,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn test(direction: Direction, base: &[f64], own: &[f64], margin: f64) -> MarginTest {
        let [base, own] = [base, own].map(|drawn| {
            let score = crate::resample::mean(drawn);
            Resampled { score, drawn }
        });
        MarginTest::by_bootstrap(direction, base, own, 10_000, margin, 0.05)
    }

    #[test]
    fn the_same_is_never_worse() {
        let base: Vec<f64> = (0..100).map(f64::from).collect();
        for direction in [Direction::Higher, Direction::Lower] {
            let test = test(direction, &base, &base, 0.0);
            assert_eq!(test.answer(test.p_value), MarginAnswer::NotWorse);
        }
    }

    #[test]
    fn corrections_can_leave_it_open() {
        let base = vec![10.0; 1000];
        let own: Vec<f64> = (0..1000).map(|i| if i < 5 { 10.5 } else { 9.0 }).collect();
        let test = test(Direction::Higher, &base, &own, 0.0);
        assert_eq!(test.answer(test.p_value), MarginAnswer::Worse);
        assert_eq!(test.answer(test.p_value * 10.0), MarginAnswer::Open);
    }

    proptest! {
        /// Which way is better only turns the sign; a wider margin never makes it worse.
        #[test]
        fn directions_mirror(
            base in prop::collection::vec(-10.0..10.0, 200),
            own in prop::collection::vec(-10.0..10.0, 200),
            margin in 0.0..5.0,
        ) {
            let higher = test(Direction::Higher, &base, &own, margin);
            let turned = |numbers: &[f64]| numbers.iter().map(|number| -number).collect::<Vec<f64>>();
            let lower = test(Direction::Lower, &turned(&base), &turned(&own), margin);
            prop_assert_eq!(higher.answer(higher.p_value), lower.answer(lower.p_value));
            let wider = test(Direction::Higher, &base, &own, margin + 1.0);
            if higher.answer(higher.p_value) == MarginAnswer::NotWorse {
                prop_assert_eq!(wider.answer(wider.p_value), MarginAnswer::NotWorse);
            }
        }
    }
}
