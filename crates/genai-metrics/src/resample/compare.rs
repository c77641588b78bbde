//! What resamples say of a score, and of the difference between two.

use super::normal::normal_quantile;
use super::randomization::SwapCounts;
use super::small_samples::{expanded_level, expanded_quantile, student_p};

/// A score's mean over resamples, and an interval about it.
///
/// The ends are the order statistics that sacreBLEU takes: of 1000 resamples at 95 % the 26th from either
/// end. (Its ± is half the distance between them.)
///
/// ```
/// use genai_metrics::resample::Estimate;
/// let drawn: Vec<f64> = (0..1000).map(f64::from).collect();
/// let estimate = Estimate::of(&drawn, 0.95);
/// assert_eq!((estimate.mean, estimate.low, estimate.high), (499.5, 25.0, 974.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The mean over resamples.
    pub mean: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Estimate {
    /// The estimate from the scores of resamples; `level` is the share of them within the interval. Of no
    /// resamples all is 0.
    pub fn of(drawn: &[f64], level: f64) -> Self {
        let mut sorted = drawn.to_vec();
        sorted.sort_by(f64::total_cmp);
        let Some(last) = sorted.len().checked_sub(1) else { return Self::default() };
        let outside = outside(sorted.len(), level);
        Self { mean: mean(&sorted), low: sorted[outside], high: sorted[last - outside] }
    }
}

/// How many resamples lie beyond either end.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of their number"
)]
fn outside(resamples: usize, level: f64) -> usize {
    let level = if level.is_nan() { 0.0 } else { level.clamp(0.0, 1.0) };
    // 0.05 / 2 · 1000 is a little less than 25 in floating point.
    let count = ((1.0 - level) / 2.0 * resamples as f64 + 1e-9).floor() as usize;
    count.min(resamples.saturating_sub(1) / 2)
}

/// The mean, its sum compensated (Neumaier 1974), so that the order hardly matters. 0 of nothing.
///
/// ```
/// use genai_metrics::resample::mean;
/// assert_eq!(mean(&[1e16, 1.0, -1e16]), 1.0 / 3.0);
/// ```
pub fn mean(numbers: &[f64]) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
    for &number in numbers {
        let next = sum + number;
        lost +=
            if sum.abs() >= number.abs() { (sum - next) + number } else { (number - next) + sum };
        sum = next;
    }
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 numbers")]
    let count = numbers.len().max(1) as f64;
    (sum + lost) / count
}

/// A system's score of all segments, and those of its resamples.
///
/// ```
/// use genai_metrics::resample::{Estimate, Resampled};
/// let system = Resampled { score: 34.5, drawn: &[34.0, 35.0] };
/// assert_eq!(Estimate::of(system.drawn, 0.95).mean, system.score);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Resampled<'a> {
    /// Of all segments.
    pub score: f64,
    /// Of each resample; systems that are compared have the same ones.
    pub drawn: &'a [f64],
}

/// A system beside a baseline on the same segments.
///
/// ```
/// use genai_metrics::resample::{Comparison, Resampled};
/// let base: Vec<f64> = (0..1000).map(|i| 30.0 + f64::from(i % 10)).collect();
/// let new: Vec<f64> = base.iter().map(|score| score + 1.0).collect();
/// let (base, new) = (Resampled { score: 34.5, drawn: &base }, Resampled { score: 35.5, drawn: &new });
/// let comparison = Comparison::by_bootstrap(base, new, 2000, 0.95);
/// assert_eq!((comparison.delta, comparison.low, comparison.high), (1.0, 1.0, 1.0));
/// assert_eq!(comparison.p_value, 1.0 / 1001.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The system's score less the baseline's.
    pub delta: f64,
    /// The lower end of the interval of this difference over paired resamples, expanded as few units need it.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The standard deviation of the difference over paired resamples: its standard error.
    pub standard_error: f64,
    /// The reference tool's p-value. By bootstrap it is smaller than a two-sided one should be: of
    /// differences that are turned positive first and centred then, those beyond the real one are about half as
    /// many.
    pub p_value: f64,
    /// How likely a difference so large, either way, is by chance: with resampled differences centred before
    /// their sign is dropped and by Student's t distribution, the larger of the two; or with ties counted in trials.
    pub p_two_sided: f64,
    /// The smallest difference that a test of this kind would find in four of five such test sets:
    /// a property of the test set, not of the result.
    pub minimum_detectable: f64,
}

/// How often a difference of [`Comparison::minimum_detectable`] is found.
pub const POWER: f64 = 0.8;

impl Comparison {
    /// Paired bootstrap (Koehn 2004), with the p-value of sacreBLEU 2.6.0: resampled differences less
    /// their mean against the real one. `units` is how many segments or documents were drawn from.
    ///
    /// Of two equal systems that tool's p-value is the smallest there is; `delta` tells that case.
    pub fn by_bootstrap(
        baseline: Resampled<'_>,
        system: Resampled<'_>,
        units: usize,
        level: f64,
    ) -> Self {
        let real = (baseline.score - system.score).abs();
        let pairs = || system.drawn.iter().zip(baseline.drawn);
        let differences: Vec<f64> = pairs().map(|(system, base)| (system - base).abs()).collect();
        let middle = mean(&differences);
        let beyond = differences.iter().filter(|&difference| difference - middle > real).count();
        let comparison = Self::drawn(baseline, system, units, level);
        let draws = differences.len() as u64;
        let signed: Vec<f64> = pairs().map(|(system, base)| system - base).collect();
        let centre = mean(&signed);
        // Rounding must not make a tie of what is none, nor the reverse.
        let least = real * (1.0 - 1e-12);
        let as_far = signed.iter().filter(|&difference| (difference - centre).abs() >= least);
        let by_draws = p_value(as_far.count() as u64, draws);
        let by_student = (2.0 * student_p(real, comparison.standard_error, units)).min(1.0);
        Self {
            p_value: p_value(beyond as u64, draws),
            p_two_sided: by_draws.max(by_student),
            ..comparison
        }
    }

    /// The same where only so many of the units that are drawn differ at all between the two systems. If it
    /// made no difference whose output is whose, all of them would point the same way once in 2ᵏ⁻¹ cases: no
    /// p-value can be smaller.
    #[must_use]
    pub fn among(self, differing: usize) -> Self {
        Self { p_two_sided: self.p_two_sided.max(2.0 * least_p(differing)).min(1.0), ..self }
    }

    /// Approximate randomization: what came of so many trials. The interval is that of paired resamples.
    pub fn by_randomization(
        baseline: Resampled<'_>,
        system: Resampled<'_>,
        units: usize,
        level: f64,
        (counts, trials): (SwapCounts, u64),
    ) -> Self {
        let comparison = Self::drawn(baseline, system, units, level);
        let SwapCounts { beyond, tied } = counts;
        let (p_value, p_two_sided) = (p_value(beyond, trials), p_value(beyond + tied, trials));
        Self { p_value, p_two_sided, ..comparison }
    }

    fn drawn(baseline: Resampled<'_>, system: Resampled<'_>, units: usize, level: f64) -> Self {
        let pairs = system.drawn.iter().zip(baseline.drawn);
        let differences: Vec<f64> = pairs.map(|(system, base)| system - base).collect();
        let expanded = expanded_level(level, units);
        let Estimate { mean: middle, low, high } = Estimate::of(&differences, expanded);
        let squares: Vec<f64> = differences.iter().map(|d| (d - middle) * (d - middle)).collect();
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 resamples")]
        let unbiased = squares.len() as f64 / squares.len().saturating_sub(1).max(1) as f64;
        let standard_error = (mean(&squares) * unbiased).sqrt();
        let outside = (1.0 - level.clamp(0.0, 1.0)) / 2.0;
        Self {
            delta: system.score - baseline.score,
            low,
            high,
            standard_error,
            p_value: 1.0,
            p_two_sided: 1.0,
            minimum_detectable: minimum_detectable(standard_error, outside, units),
        }
    }

    /// The difference in standard deviations of one drawn unit's contribution to it: Cohen's d of
    /// paired samples, for any metric. `units` is how many segments or documents were drawn from.
    /// None where nothing varies.
    pub fn effect_size(&self, units: usize) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 segments")]
        let deviation = self.standard_error * (units as f64).sqrt();
        (deviation > 0.0).then(|| self.delta / deviation)
    }
}

/// The smallest true difference that is found in four of five test sets, where intervals leave out `outside` on either
/// side, if resamples of so many units have that standard error. 0 where nothing varies.
///
/// ```
/// use genai_metrics::resample::minimum_detectable;
/// assert!((minimum_detectable(0.5, 0.025, 2000) - 1.4).abs() < 0.01);
/// ```
pub fn minimum_detectable(standard_error: f64, outside: f64, units: usize) -> f64 {
    if standard_error == 0.0 || units < 2 {
        return 0.0;
    }
    (expanded_quantile(outside, units) + normal_quantile(POWER)) * standard_error
}

/// The smallest one-sided p-value that so many units that differ can have.
pub(super) fn least_p(differing: usize) -> f64 {
    0.5_f64.powi(i32::try_from(differing).unwrap_or(i32::MAX))
}

/// With one added to both, so that chance is never ruled out (Noreen 1989).
#[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 trials")]
fn p_value(beyond: u64, trials: u64) -> f64 {
    (beyond + 1) as f64 / (trials + 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_statistics_are_sacrebleus() {
        for (resamples, low) in [(1, 0), (39, 0), (40, 1), (200, 5), (999, 24), (1000, 25)] {
            assert_eq!(outside(resamples, 0.95), low, "{resamples}");
            assert_eq!(outside(resamples, 0.95), resamples / 40);
        }
        assert_eq!([outside(1000, 0.9), outside(1000, 0.99), outside(1000, 0.0)], [50, 5, 499]);
        assert_eq!([outside(2, 0.0), outside(1, f64::NAN), outside(0, 0.5)], [0, 0, 0]);
    }

    fn compare(base: (f64, &[f64]), own: (f64, &[f64]), units: usize) -> Comparison {
        let [base, own] = [base, own].map(|(score, drawn)| Resampled { score, drawn });
        Comparison::by_bootstrap(base, own, units, 0.95)
    }

    /// Under the null hypothesis p-values below 0.05 are one in twenty; sacreBLEU's are twice as many.
    #[test]
    fn p_values_are_as_rare_as_they_say() {
        let mut generator = crate::resample::Pcg64::new(1);
        let mut uniform = || f64::from(generator.next_u32()) / f64::from(u32::MAX) - 0.5;
        let (mut own, mut tools) = (0, 0);
        for _ in 0..2000 {
            // A mean of twelve is as good as normal; its resamples scatter as it does.
            let real: f64 = (0..12).map(|_| uniform()).sum();
            let drawn: Vec<f64> =
                (0..400).map(|_| real + (0..12).map(|_| uniform()).sum::<f64>()).collect();
            let comparison = compare((0.0, &[0.0; 400]), (real, &drawn), 1000);
            own += u32::from(comparison.p_two_sided <= 0.05);
            tools += u32::from(comparison.p_value <= 0.05);
        }
        assert!((60..140).contains(&own), "{own}");
        assert!((150..280).contains(&tools), "{tools}");
    }

    #[test]
    fn few_units_say_little() {
        let (base, own) = (vec![0.0; 100], vec![1.0; 100]);
        let comparison = compare((0.0, &base), (1.0, &own), 100);
        let p_value = |differing| comparison.among(differing).p_two_sided;
        for (differing, expected) in [(0, 1.0_f64), (1, 1.0), (2, 0.5), (5, 0.0625)] {
            assert_eq!(p_value(differing).to_bits(), expected.to_bits());
        }
        assert_eq!(p_value(100).to_bits(), comparison.p_two_sided.to_bits());
    }

    /// Means of a few normal numbers, and resamples of them: the rate of false alarms is that of a t-test.
    #[test]
    fn few_units_raise_no_more_alarms() {
        let mut generator = crate::resample::Pcg64::new(3);
        for units in [5_u32, 10, 20] {
            let mut alarms = [0, 0];
            for _ in 0..2000 {
                let uniform = |generator: &mut crate::resample::Pcg64| {
                    f64::from(generator.next_u32()) / f64::from(u32::MAX) - 0.5
                };
                let numbers: Vec<f64> =
                    (0..units).map(|_| (0..12).map(|_| uniform(&mut generator)).sum()).collect();
                let drawn: Vec<f64> = (0..200)
                    .map(|_| {
                        let draw = |_| numbers[generator.below(units) as usize];
                        mean(&(0..units).map(draw).collect::<Vec<_>>())
                    })
                    .collect();
                for (alarms, units) in alarms.iter_mut().zip([units as usize, 1_000_000]) {
                    let comparison = compare((0.0, &[0.0; 200]), (mean(&numbers), &drawn), units);
                    *alarms += u32::from(comparison.p_two_sided <= 0.05);
                }
            }
            assert!((60..130).contains(&alarms[0]), "{units} {alarms:?}");
            assert!(alarms[1] > alarms[0] + 30, "{units} {alarms:?}");
        }
    }

    #[test]
    fn the_power_is_that_of_a_normal_test() {
        let base = vec![0.0; 4];
        let scattered = |units| compare((0.0, &base), (0.0, &[-1.0, 1.0, -1.0, 1.0]), units);
        let comparison = scattered(1 << 40);
        assert!((comparison.standard_error - (4.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        let quantiles = comparison.minimum_detectable / comparison.standard_error;
        assert!((quantiles - 2.801_585_218_112_968).abs() < 1e-9, "{quantiles}");
        assert!(scattered(10).minimum_detectable > 1.1 * comparison.minimum_detectable);
        assert_eq!(scattered(1).minimum_detectable.to_bits(), 0.0_f64.to_bits());
        assert_eq!(comparison.effect_size(9), Some(0.0));
        assert_eq!(compare((0.0, &base), (1.0, &base), 4).effect_size(9), None);
    }
}
