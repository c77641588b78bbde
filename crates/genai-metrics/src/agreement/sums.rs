//! Sums of real numbers of any sign, with what rounding takes away kept beside them.

/// A sum with its rounding errors (Neumaier 1974): exact to about twice the precision of `f64`, so
/// that another order of the same numbers changes at most the last bit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CompensatedSum {
    sum: f64,
    lost: f64,
}

impl CompensatedSum {
    pub(super) fn add(&mut self, number: f64) {
        let next = self.sum + number;
        self.lost += if self.sum.abs() >= number.abs() {
            (self.sum - next) + number
        } else {
            (number - next) + self.sum
        };
        self.sum = next;
    }

    pub(super) fn value(self) -> f64 {
        self.sum + self.lost
    }
}

impl FromIterator<f64> for CompensatedSum {
    fn from_iter<I: IntoIterator<Item = f64>>(numbers: I) -> Self {
        let mut sum = Self::default();
        numbers.into_iter().for_each(|number| sum.add(number));
        sum
    }
}

/// Brings numbers so great or so small that their squares would leave the range of `f64` to a
/// greatest one of 1; others stay as they are.
pub(super) fn tame(numbers: &mut [f64]) {
    const GREATEST: f64 = 1e100;
    let greatest = numbers.iter().fold(0.0_f64, |greatest, number| greatest.max(number.abs()));
    if greatest > 0.0 && !(1.0 / GREATEST..=GREATEST).contains(&greatest) {
        for number in numbers {
            *number /= greatest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_rounding_takes() {
        let sum = |numbers: &[f64]| numbers.iter().copied().collect::<CompensatedSum>().value();
        assert_eq!(sum(&[1.0, 1e100, 1.0, -1e100]).to_bits(), 2.0_f64.to_bits());
        assert_eq!(sum(&[0.1; 10]).to_bits(), 1.0_f64.to_bits());
    }

    #[test]
    fn tames_only_extremes() {
        for (mut numbers, tamed) in [
            ([3.0, -1e80], [3.0, -1e80]),
            ([1e300, -2e300], [0.5, -1.0]),
            ([5e-324, 0.0], [1.0, 0.0]),
        ] {
            tame(&mut numbers);
            assert_eq!(numbers.map(f64::to_bits), tamed.map(f64::to_bits));
        }
    }
}
