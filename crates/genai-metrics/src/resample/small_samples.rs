//! What resamples of few units miss: they scatter a little less than the score does, and as if nobody had to learn
//! from the same few units how much that is.
//!
//! Both are mended as Hesterberg 2015 does for percentile intervals (*What Teachers Should Know About the Bootstrap*,
//! The American Statistician 69): by Student's t distribution. From a few hundred units on nothing is to be seen of it.

use std::f64::consts::{PI, SQRT_2};

/// From so many degrees of freedom on the distribution is taken from the normal one, to twelve digits.
const MANY: usize = 100;

/// How likely a variable with Student's t distribution is greater than `t` (Abramowitz and Stegun 1964, 26.7.3 and
/// 26.7.4; Hill 1970, *Algorithm 395: Student's t-distribution*).
#[expect(
    clippy::cast_precision_loss,
    reason = "degrees of freedom are few, or only roughly needed"
)]
fn student_above(t: f64, degrees: usize) -> f64 {
    if t < 0.0 {
        return 1.0 - student_above(-t, degrees);
    }
    let freedom = degrees as f64;
    if degrees > MANY {
        let half_less = freedom - 0.5;
        let wide = 48.0 * half_less.powi(2);
        // Of greater numbers the square would be infinite.
        let y = half_less * libm::log1p(t.clamp(0.0, 1e100).powi(2) / freedom);
        let rest = ((-0.4 * y - 3.3) * y - 24.0) * y - 85.5;
        let normal = y.sqrt() * (1.0 + (rest / (0.8 * y * y + 100.0 + wide) + y + 3.0) / wide);
        return 0.5 * libm::erfc(normal / SQRT_2);
    }
    let angle = (t / freedom.sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    // The terms of the series, each made of the last.
    let is_odd = degrees % 2 == 1;
    let (mut term, mut sum) = if is_odd { (cosine, 0.0) } else { (1.0, 0.0) };
    let mut number = if is_odd { 3 } else { 2 };
    while number <= degrees {
        sum += term;
        term *= cosine * cosine * (number - 1) as f64 / number as f64;
        number += 2;
    }
    let within = if is_odd { 2.0 / PI * (angle + sine * sum) } else { sine * sum };
    ((1.0 - within) / 2.0).max(0.0)
}

/// How many standard errors of resamples an interval over so many units has to reach to leave out `outside` on one
/// side, 0.5 at most: Student's quantile, and what resamples scatter too little. It is infinite for fewer than two
/// units.
///
/// ```
/// use genai_metrics::resample::expanded_quantile;
/// assert!((expanded_quantile(0.025, 10) - 2.3845).abs() < 1e-4);
/// assert!((expanded_quantile(0.025, 100_000) - 1.96).abs() < 1e-4);
/// ```
pub fn expanded_quantile(outside: f64, units: usize) -> f64 {
    if units < 2 || outside <= 0.0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while student_above(high, units - 1) > outside && high < f64::MAX / 2.0 {
        high *= 2.0;
    }
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return high * too_little(units);
        }
        if student_above(middle, units - 1) > outside { low = middle } else { high = middle }
    }
}

/// The level at which the interval of resamples of so many units has the level that is wanted: an expanded percentile
/// interval.
pub(super) fn expanded_level(level: f64, units: usize) -> f64 {
    let outside = (1.0 - level) / 2.0;
    if !(0.0..=0.5).contains(&outside) {
        return level;
    }
    1.0 - libm::erfc(expanded_quantile(outside, units) / SQRT_2)
}

/// How likely resamples of so many units would be centred so far from where they are, if nothing but chance
/// moved them; one-sided.
pub(super) fn student_p(distance: f64, standard_error: f64, units: usize) -> f64 {
    if units < 2 {
        return 1.0;
    }
    if standard_error > 0.0 {
        student_above(distance / (standard_error * too_little(units)), units - 1)
    } else {
        f64::from(distance <= 0.0)
    }
}

/// By what deviations of so many units' resamples have to be multiplied for an interval of 95 % to be one.
pub(super) fn inflation(units: usize) -> f64 {
    expanded_quantile(OUTSIDE, units) / expanded_quantile(OUTSIDE, usize::MAX)
}

/// What an interval of 95 % leaves out on either side.
const OUTSIDE: f64 = 0.025;

/// By how much a score scatters more than resamples of so many units do.
#[expect(clippy::cast_precision_loss, reason = "so many units are as good as all")]
fn too_little(units: usize) -> f64 {
    (units as f64 / (units - 1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(one: f64, other: f64, relative: f64) -> bool {
        (one - other).abs() <= relative * other.abs()
    }

    /// scipy.stats.t.sf of scipy 1.17.1.
    #[test]
    fn the_distribution_is_students() {
        for (t, degrees, expected) in [
            (0.5, 1, 0.352_416_382_349_566_74),
            (12.7, 1, 0.025_012_163_844_672_083),
            (1.0, 2, 0.211_324_865_405_187_1),
            (2.5, 3, 0.043_853_323_504_032_78),
            (2.262, 9, 0.025_006_422_751_227_313),
            (-1.3, 9, 0.887_046_813_663_475_4),
            (3.9, 10, 0.001_480_504_117_144_535),
            (2.0, 199, 0.023_430_000_200_641_91),
            (2.0, 2036, 0.022_816_442_778_506_172),
            (1.9, 10_001, 0.028_730_926_976_939_505),
            (5.0, 123_456, 2.870_431_686_242_828_3e-7),
        ] {
            assert!(near(student_above(t, degrees), expected, 1e-11), "{t} {degrees}");
        }
    }

    #[test]
    fn intervals_are_expanded() {
        for (level, units, expected) in [
            (0.95, 10, 0.982_898_721_951_187_2),
            (0.95, 2, 1.0),
            (0.9, 20, 0.923_945_588_292_240_4),
            (0.95, 2037, 0.950_192_253_969_803_8),
            (0.99, 50, 0.993_213_851_982_222),
        ] {
            assert!(near(expanded_level(level, units), expected, 1e-11), "{level} {units}");
        }
        for (units, expected) in [
            (10, 1.216_615_733_100_724_8),
            (30, 1.061_342_647_971_470_7),
            (2037, 1.000_840_524_717_585),
        ] {
            assert!(near(inflation(units), expected, 1e-8), "{units}");
        }
    }

    #[test]
    fn nothing_is_known_of_one_unit() {
        for units in [0, 1] {
            assert_eq!(expanded_level(0.95, units).to_bits(), 1.0_f64.to_bits());
            assert_eq!(student_p(1.0, 1.0, units).to_bits(), 1.0_f64.to_bits());
            assert!(inflation(units).is_infinite());
        }
        assert_eq!(expanded_quantile(0.5, 5).to_bits(), expanded_quantile(0.5, 5000).to_bits());
        assert!(expanded_quantile(0.0, 5).is_infinite());
        assert!(expanded_level(f64::NAN, 5).is_nan());
        for units in [2, 5, 5000] {
            assert!((0.0..0.1).contains(&student_p(1.0, 5e-324, units)), "{units}");
            assert_eq!(student_p(0.0, 0.0, units).to_bits(), 1.0_f64.to_bits());
            assert_eq!(student_p(1.0, 0.0, units).to_bits(), 0.0_f64.to_bits());
        }
    }
}
