//! Pairs of tokens in the order of their text, with others between them.

use super::places_by_token::PlacesByToken;
use crate::text::TokenId;

/// Clipped matches of skip-bigrams: pairs of tokens, the second up to `reach` places after the
/// first.
///
/// Pairs are counted one first token after the other, so memory grows with the texts and not with
/// their pairs, of which a long text has billions.
///
/// ```
/// use genai_metrics::kernel::SkipBigrams;
/// let mut pairs = SkipBigrams::default();
/// let (reference, hypothesis) = ([0, 1, 2, 3], [0, 2, 1, 9]);
/// // Of 0-1 0-2 0-3 1-2 1-3 2-3 the hypothesis has 0-2 and 0-1.
/// assert_eq!(pairs.count_matches(&reference, &hypothesis, 4, usize::MAX), 2);
/// assert_eq!(SkipBigrams::total(4, usize::MAX), 6);
/// assert_eq!((pairs.count_matches(&reference, &hypothesis, 4, 1), SkipBigrams::total(4, 1)), (0, 3));
/// ```
#[derive(Clone, Debug, Default)]
pub struct SkipBigrams {
    reference: PlacesByToken,
    hypothesis: PlacesByToken,
    /// For each token, how many pairs of the hypothesis that it ends none of the reference's took.
    left: Vec<u64>,
}

impl SkipBigrams {
    /// How many pairs a text of that many tokens has.
    pub fn total(tokens: usize, reach: usize) -> u64 {
        let (tokens, reach) = (tokens as u64, reach.min(tokens.saturating_sub(1)) as u64);
        reach * tokens - reach * (reach + 1) / 2
    }

    /// How many pairs of the reference the hypothesis has, each counted at most as often as it has
    /// it. The reference's ids are below `distinct`; any other id equals none.
    pub fn count_matches(
        &mut self,
        reference: &[TokenId],
        hypothesis: &[TokenId],
        distinct: usize,
        reach: usize,
    ) -> u64 {
        let Self { reference: of_reference, hypothesis: of_hypothesis, left } = self;
        of_reference.find(reference, distinct);
        of_hypothesis.find(hypothesis, distinct);
        left.clear();
        left.resize(distinct + 1, 0);
        #[expect(clippy::cast_possible_truncation, reason = "ids are below it")]
        let unknown = distinct as TokenId;
        let mut matches = 0;
        for first in 0..distinct {
            let (here, there) = (of_reference.of(first), of_hypothesis.of(first));
            let (Some(&earliest), Some(_)) = (there.first(), here.first()) else { continue };
            each_second(hypothesis, there, reach, |second, count| {
                left[second.min(unknown) as usize] += count;
            });
            each_second(reference, here, reach, |second, count| {
                let left = &mut left[second as usize];
                let taken = count.min(*left);
                *left -= taken;
                matches += taken;
            });
            // Whatever is left stands after the first place.
            let reached = hypothesis.len().min(last_reached(there, reach));
            for &second in &hypothesis[earliest as usize..reached] {
                left[second.min(unknown) as usize] = 0;
            }
        }
        matches
    }
}

/// One more than the last place that a pair can reach.
fn last_reached(firsts: &[u32], reach: usize) -> usize {
    firsts.last().map_or(0, |&last| (last as usize).saturating_add(reach).saturating_add(1))
}

/// Visits the second tokens of the pairs that begin at these places, some of them many at a time.
fn each_second(
    text: &[TokenId],
    firsts: &[u32],
    reach: usize,
    mut visit: impl FnMut(TokenId, u64),
) {
    if firsts.len().saturating_mul(reach) <= text.len() {
        for &first in firsts {
            let from = first as usize + 1;
            let to = from.saturating_add(reach).min(text.len());
            text[from..to].iter().for_each(|&second| visit(second, 1));
        }
        return;
    }
    // Once over the text, with how many of the places are within reach.
    let Some(&earliest) = firsts.first() else { return };
    let (mut begun, mut passed) = (0, 0);
    let end = last_reached(firsts, reach).min(text.len());
    for (place, &second) in text[..end].iter().enumerate().skip(earliest as usize + 1) {
        while firsts.get(begun).is_some_and(|&first| (first as usize) < place) {
            begun += 1;
        }
        while firsts
            .get(passed)
            .is_some_and(|&first| (first as usize).saturating_add(reach) < place)
        {
            passed += 1;
        }
        visit(second, (begun - passed) as u64);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn pairs(text: &[u32], reach: usize) -> HashMap<(u32, u32), u64> {
        let mut counts = HashMap::new();
        for (i, &first) in text.iter().enumerate() {
            for &second in text[i + 1..].iter().take(reach) {
                *counts.entry((first, second)).or_insert(0) += 1;
            }
        }
        counts
    }

    proptest! {
        /// Any texts, one pair after the other, at any reach.
        #[test]
        fn equals_counting_with_maps(
            texts in prop::collection::vec(
                (prop::collection::vec(0..6u32, 0..40), prop::collection::vec(0..8u32, 0..40)), 1..5
            ),
            reach in prop::sample::select(vec![0, 1, 2, 3, 5, 10, 39, 40, usize::MAX]),
        ) {
            let mut kernel = SkipBigrams::default();
            for (reference, mut hypothesis) in texts {
                hypothesis.iter_mut().filter(|token| **token == 7).for_each(|token| *token = u32::MAX);
                let (here, there) = (pairs(&reference, reach), pairs(&hypothesis, reach));
                let matched = |(pair, &count): (&(u32, u32), &u64)| count.min(there.get(pair).copied().unwrap_or(0));
                let expected: u64 = here.iter().map(matched).sum();
                prop_assert_eq!(kernel.count_matches(&reference, &hypothesis, 6, reach), expected);
                prop_assert_eq!(SkipBigrams::total(reference.len(), reach), here.values().sum::<u64>());
            }
        }
    }
}
