//! What is done with many numbers in a row, written so that the compiler makes vectors of it.

/// Numbers at once: any vector of a processor holds a divisor of so many.
const LANES: usize = 16;

/// The largest, or minus infinity if there are none.
pub(super) fn largest(numbers: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    fold(numbers, f32::NEG_INFINITY, larger)
}

/// The sum, in an order that depends on their count alone.
pub(super) fn sum(numbers: &[f32]) -> f32 {
    fold(numbers, 0.0, |a, b| a + b)
}

fn fold(numbers: &[f32], start: f32, combine: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [start; LANES];
    let (blocks, rest) = numbers.as_chunks::<LANES>();
    for block in blocks {
        for (lane, number) in lanes.iter_mut().zip(block) {
            *lane = combine(*lane, *number);
        }
    }
    lanes.iter().chain(rest).fold(start, |a, b| combine(a, *b))
}

/// `eˣ` to within two units in the last place for x from -87 to 88; beyond, as at these ends. NaN stays NaN.
pub(super) fn exp(x: f32) -> f32 {
    // eˣ = 2ⁿ eʳ with n whole and |r| ≤ ln 2 / 2; there the Taylor series up to r⁷ is off by less than 1e-8.
    // ln 2 is taken in two parts, the first with so few digits that its product with n is exact.
    const LN_2_HIGH: f32 = f32::from_bits(0x3f31_7200);
    const LN_2_LOW: f32 = 1.428_606_8e-6;
    // So large that no places are left behind the point: adding it rounds, and leaves n in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    // By comparisons, as `clamp` and `max` would make a number of NaN.
    let x = if x < -87.0 { -87.0 } else { x };
    let x = if x > 88.0 { 88.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    let mut series = 1.0 / 5040.0;
    for coefficient in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        series = series * r + coefficient;
    }
    series * f32::from_bits(shifted.to_bits().wrapping_add(127) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_those_of_the_definition() {
        let mut largest_error = 0_f64;
        for step in -87_000..=88_000_i32 {
            let x = step as f32 / 1000.0;
            let exact = f64::from(x).exp();
            largest_error = largest_error.max((f64::from(exp(x)) / exact - 1.0).abs());
        }
        assert!(largest_error < 2.4e-7, "{largest_error:e}");
        assert!((exp(0.0) - 1.0).abs() < f32::EPSILON);
        assert!(exp(f32::NAN).is_nan());
        assert!(exp(f32::NEG_INFINITY) < 2e-38 && exp(-1e30) >= 0.0);
        assert!(exp(f32::INFINITY).is_finite());
    }

    #[test]
    fn every_number_counts_once() {
        for count in 0..70_u16 {
            let numbers: Vec<f32> = (0..count).map(|i| f32::from(i * 37 % 71)).collect();
            let expected: f32 = numbers.iter().sum();
            assert!((sum(&numbers) - expected).abs() < f32::EPSILON);
            let expected = numbers.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            assert_eq!(largest(&numbers).to_bits(), expected.to_bits());
        }
    }
}
