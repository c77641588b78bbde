//! What is taken from counts, so that n-grams that did not occur have a share.

use super::super::error::{Error, ErrorKind};
use super::counts::{Counts, Statistics};

/// The discounts of one order: what is taken from adjusted counts of 1, of 2, and of 3 and more.
///
/// ```
/// use genai_lm::ngram::Discounts;
/// assert_eq!(Discounts::FALLBACK, Discounts([0.5, 1.0, 1.5]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Discounts(pub [f32; 3]);

impl Discounts {
    /// Those that `lmplz --discount_fallback` takes where it is given no others.
    pub const FALLBACK: Self = Self([0.5, 1.0, 1.5]);

    /// The discount of an adjusted count.
    #[inline]
    pub(super) fn of(self, count: u32) -> f32 {
        match count {
            0 => 0.0,
            1 => self.0[0],
            2 => self.0[1],
            _ => self.0[2],
        }
    }

    pub(super) fn check(self) -> Result<(), Error> {
        let in_range = self.0.iter().zip([1.0, 2.0, 3.0]).all(|(d, most)| (0.0..=most).contains(d));
        if in_range {
            return Ok(());
        }
        Err(Error::option("fallback", format!("{:?}", self.0), "discounts from 0 to 1, 2 and 3"))
    }

    /// Chen and Goodman's closed form, in the arithmetic of lmplz: 32 bits, in this order.
    fn of_statistics(statistics: &Statistics) -> Result<Self, (usize, String)> {
        let n = |j: usize| statistics.with_count(j);
        if let Some(count) = (1..=3).find(|&count| n(count) == 0) {
            return Err((count, format!("no n-gram has an adjusted count of {count}")));
        }
        #[expect(clippy::cast_possible_truncation, reason = "lmplz rounds here")]
        let y = n(1) as f32 / (n(1) as f64 + 2.0 * n(2) as f64) as f32;
        let mut discounts = [0.0; 3];
        for (count, discount) in (1..).zip(&mut discounts) {
            *discount =
                count as f32 - (count + 1) as f32 * y * n(count + 1) as f32 / n(count) as f32;
            if !(0.0..=count as f32).contains(discount) {
                return Err((count, format!("it would be {discount}, out of 0 to {count}")));
            }
        }
        Ok(Self(discounts))
    }
}

/// The discounts of all orders, and for each why they are not those of the text.
pub(super) fn of_counts(
    counts: &Counts,
    fallback: Option<Discounts>,
) -> Result<(Vec<Discounts>, Vec<Option<String>>), Error> {
    let mut all = Vec::new();
    let mut problems = Vec::new();
    for (order, level) in (1..).zip(&counts.levels) {
        match (Discounts::of_statistics(&level.statistics), fallback) {
            (Ok(discounts), _) => {
                all.push(discounts);
                problems.push(None);
            }
            (Err((count, found)), None) => {
                return Err(ErrorKind::Discounts { order, count, found }.into());
            }
            (Err((count, found)), Some(fallback)) => {
                all.push(fallback);
                problems.push(Some(format!("adjusted count {count}: {found}")));
            }
        }
    }
    Ok((all, problems))
}
