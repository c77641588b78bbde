//! Worse than a baseline by more than a margin, clearly not, or open: what a gate goes by.

use super::compare::Comparison;
use crate::spec::Direction;

/// A test of whether a system is worse than a baseline by more than a margin, over paired resamples.
///
/// Three answers are possible, since an interval about the difference can lie beyond the margin, within it,
/// or about it (as in non-inferiority trials; Piaggio et al. 2012, *Reporting of Noninferiority and
/// Equivalence Randomized Trials*). A fixed tolerance has but two, and knows nothing of chance.
///
/// ```
/// use genai_metrics::Direction;
/// use genai_metrics::resample::{MarginAnswer, MarginTest};
/// let base: Vec<f64> = (0..1000).map(|i| 30.0 + f64::from(i % 7)).collect();
/// let worse: Vec<f64> = base.iter().zip(0..).map(|(score, i)| score - 1.0 - f64::from(i % 2)).collect();
/// let test = |margin| MarginTest::by_bootstrap(Direction::Higher, (33.0, 31.5), (&base, &worse), margin, 0.05);
/// let answer = |margin: f64| test(margin).answer(test(margin).p_value);
/// assert_eq!(answer(0.5), MarginAnswer::Worse);
/// assert_eq!(answer(1.5), MarginAnswer::Open);
/// assert_eq!(answer(2.5), MarginAnswer::NotWorse);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarginTest {
    /// The difference, its interval at the level 1 - alpha, and what goes with it.
    pub comparison: Comparison,
    /// How likely resamples are whose drop is within the margin: small where the system is clearly worse.
    pub p_value: f64,
    /// Which way is better.
    pub direction: Direction,
    /// How much worse it may be, 0 or more.
    pub margin: f64,
    /// The rate of false alarms that is accepted, for drops and gains together.
    pub alpha: f64,
}

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
    /// The test by paired bootstrap: scores of all segments and of paired resamples, the baseline's first.
    pub fn by_bootstrap(
        direction: Direction,
        scores: (f64, f64),
        drawn: (&[f64], &[f64]),
        margin: f64,
        alpha: f64,
    ) -> Self {
        let comparison =
            Comparison::by_bootstrap(scores.0, scores.1, drawn.0, drawn.1, 1.0 - alpha);
        let gains = drawn.1.iter().zip(drawn.0).map(|(own, base)| gain(direction, own - base));
        let within = gains.filter(|&gain| gain >= -margin).count();
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 resamples")]
        let p_value = (within + 1) as f64 / (drawn.0.len() + 1) as f64;
        Self { comparison, p_value, direction, margin, alpha }
    }

    /// The answer. `p_adjusted` is the test's p-value, or what a correction for several tests
    /// ([`holm`](super::holm)) made of it.
    ///
    /// Only a drop is an alarm, so it may have half of alpha, as either end of the interval has.
    pub fn answer(&self, p_adjusted: f64) -> MarginAnswer {
        let Comparison { low, high, .. } = self.comparison;
        let worst = match self.direction {
            Direction::Higher => low,
            Direction::Lower => -high,
        };
        if worst >= -self.margin {
            MarginAnswer::NotWorse
        } else if p_adjusted <= self.alpha / 2.0 && self.drop() > self.margin {
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
        let mean = super::super::mean;
        MarginTest::by_bootstrap(direction, (mean(base), mean(own)), (base, own), margin, 0.05)
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
