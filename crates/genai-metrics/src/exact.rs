//! Sums of real numbers that are exact, so that they are free of order.

use std::ops::AddAssign;

/// A number from 0 up, and the sum of any of them, as four columns of a row.
///
/// Plain sums of `f64` round, and round differently in another order. Here a number is split into
/// four parts of 27 bits each, every one a column of its own: columns are added as counts are,
/// without rounding, until 2²⁶ numbers up to 1 have been added. So rows stay plain numbers, a sum
/// of real numbers is as free of order as one of counts, and what [`value`](Self::value) makes of
/// it is the exact sum, rounded once, as Python's `math.fsum` has it.
///
/// Numbers are kept in multiples of 2⁻¹⁰⁸, which every quotient of two counts below 2⁵³ that is not
/// smaller than 2⁻⁵⁵ is.
///
/// ```
/// use genai_metrics::ExactSum;
/// let mut sum = ExactSum::default();
/// (0..10).for_each(|_| sum += ExactSum::from(0.1));
/// assert_eq!(sum.value(), 1.0);
/// assert_eq!((0..10).map(|_| 0.1).sum::<f64>(), 0.9999999999999999);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExactSum([f64; ExactSum::COLUMNS]);

/// 2²⁷: what a part is worth in units of the next.
const PART: f64 = 134_217_728.0;
const PART_BITS: u32 = 27;

/// What still leaves the first part exact.
const GREATEST: f64 = PART / 2.0;

impl ExactSum {
    /// How many columns it takes.
    pub const COLUMNS: usize = 4;

    /// Names for its columns: `part_1` to `part_4`.
    pub fn column_names(part: &str) -> impl Iterator<Item = String> {
        (1..=Self::COLUMNS).map(move |column| format!("{part}_{column}"))
    }

    /// Takes the sum from its columns.
    pub fn read(columns: &[f64]) -> Self {
        let mut parts = [0.0; Self::COLUMNS];
        parts.iter_mut().zip(columns).for_each(|(part, &column)| *part = column);
        Self(parts)
    }

    /// Writes the sum over its columns.
    pub fn write(&self, columns: &mut [f64]) {
        columns.iter_mut().zip(self.0).for_each(|(column, part)| *column = part);
    }

    /// The sum, rounded to the nearest number.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "parts are whole numbers below 2^53"
    )]
    pub fn value(&self) -> f64 {
        // In units of 2⁻¹⁰⁸ the sum can have 134 bits, so the last 27 may have to wait below.
        let [first, second, third, fourth] = self.0.map(|part| u128::from(part as u64));
        let third = third + (fourth >> PART_BITS);
        let fourth = fourth & ((1 << PART_BITS) - 1);
        let upper = (((first << PART_BITS) + second) << PART_BITS) + third;
        let unit = 1.0 / (PART * PART * PART);
        if upper >> 60 == 0 {
            return ((upper << PART_BITS) + fourth) as f64 * (unit / PART);
        }
        // Whether anything lies below decides how the nearest number is found, not what lies there.
        ((upper << 1) | u128::from(fourth != 0)) as f64 * (unit / 2.0)
    }
}

impl From<f64> for ExactSum {
    /// Takes a number from 0 to 2²⁶, to a multiple of 2⁻¹⁰⁸; beyond that range the
    /// nearest end, and 0 for what is no number.
    fn from(number: f64) -> Self {
        let number = if number.is_nan() { 0.0 } else { number.clamp(0.0, GREATEST) };
        let mut rest = number * PART;
        let first = floor(rest);
        rest = (rest - first) * PART;
        let second = floor(rest);
        rest = (rest - second) * PART;
        let third = floor(rest);
        Self([first, second, third, floor((rest - third) * PART)])
    }
}

/// The whole number below one from 0 to 2⁵² − 1. `f64::floor` is a call where the oldest machines
/// count, too.
fn floor(number: f64) -> f64 {
    /// From here on there are no fractions: sums are rounded to the nearest whole number.
    const WHOLE: f64 = (1_u64 << 52) as f64;
    let nearest = number + WHOLE - WHOLE;
    if nearest > number { nearest - 1.0 } else { nearest }
}

impl AddAssign for ExactSum {
    fn add_assign(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(own, more)| *own += more);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The exact sum, rounded once.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the numbers are from 0 to 1"
    )]
    fn by_integers(numbers: &[f64]) -> f64 {
        // Numbers here are multiples of 2⁻⁸⁰, and few enough for 128 bits.
        let units = |number: &f64| (number * 2_f64.powi(80)) as u128;
        numbers.iter().map(units).sum::<u128>() as f64 / 2_f64.powi(80)
    }

    proptest! {
        /// Any quotients, many of them, in any order.
        #[test]
        fn equals_integers(
            quotients in prop::collection::vec((0..1000_u32, 1..1_000_000_u32), 0..200),
            times in 1..100_000_u32,
        ) {
            let mut numbers: Vec<f64> = quotients
                .iter()
                .map(|&(hits, all)| f64::from(hits.min(all)) / f64::from(all))
                // Multiples of 2⁻⁸⁰, so that integers can say what is right.
                .map(|number| (number * 2_f64.powi(80)).floor() / 2_f64.powi(80))
                .collect();
            let mut sum = ExactSum::default();
            for &number in &numbers {
                sum += ExactSum::from(number);
            }
            prop_assert_eq!(sum.value().to_bits(), by_integers(&numbers).to_bits());
            if let Some(&first) = numbers.first() {
                let mut many = ExactSum::from(first);
                many.0.iter_mut().for_each(|part| *part *= f64::from(times));
                sum += many;
                numbers.extend((0..times).map(|_| first));
                prop_assert_eq!(sum.value().to_bits(), by_integers(&numbers).to_bits());
            }
        }

        /// One number comes back as it was.
        #[test]
        fn keeps_a_number(hits in 0..=1_u64 << 52, all in 1..=1_u64 << 52) {
            let number = hits.min(all) as f64 / all as f64;
            prop_assert_eq!(ExactSum::from(number).value().to_bits(), number.to_bits());
        }
    }

    proptest! {
        #[test]
        fn floors(number in prop_oneof![0.0..2.0, 0.0..PART * PART / 4.0, (0..1_u64 << 52).prop_map(|n| n as f64)]) {
            let number: f64 = number;
            for number in [number, number.next_up(), number.next_down().max(0.0), number + 0.5] {
                prop_assert_eq!(floor(number).to_bits(), number.floor().to_bits());
            }
        }
    }

    #[test]
    fn keeps_ends() {
        for number in [0.0, 1.0, 1.0 - f64::EPSILON / 2.0, 2_f64.powi(-52), 1.0 / 3.0, 67_108_863.5]
        {
            assert_eq!(ExactSum::from(number).value().to_bits(), number.to_bits());
        }
        assert_eq!(ExactSum::from(f64::NAN), ExactSum::default());
        assert_eq!(ExactSum::from(-1.0), ExactSum::default());
        let mut sum = ExactSum::from(67_000_000.0);
        sum += ExactSum::from(2_f64.powi(-53) / 3.0);
        assert_eq!(sum.value().to_bits(), 67_000_000_f64.to_bits());
    }
}
