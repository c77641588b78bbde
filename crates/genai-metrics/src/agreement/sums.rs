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
        let numbers = [1.0, 1e100, 1.0, -1e100];
        assert_eq!(CompensatedSum::from_iter(numbers).value().to_bits(), 2.0_f64.to_bits());
        let tenths = (0..10).map(|_| 0.1);
        assert_eq!(CompensatedSum::from_iter(tenths).value().to_bits(), 1.0_f64.to_bits());
    }

    #[test]
    fn tames_only_extremes() {
        let mut plain = [3.0, -1e80];
        tame(&mut plain);
        assert_eq!(plain, [3.0, -1e80]);
        let mut great = [1e300, -2e300];
        tame(&mut great);
        assert_eq!(great, [0.5, -1.0]);
        let mut small = [5e-324, 0.0];
        tame(&mut small);
        assert_eq!(small, [1.0, 0.0]);
    }
}
