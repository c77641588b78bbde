//! Clipped n-gram matches.

use super::occurrences::{HIGHEST_ORDER, Occurrences};
use super::trie::NgramTrie;
use crate::text::TokenId;

/// The n-grams of one segment's references, of order 1 to a maximum; counts the clipped matches of
/// hypotheses: each n-gram at most as often as the reference has it that has most of it.
///
/// Sentences repeat few tokens, and there a hypothesis is compared in place with wherever the
/// references have its tokens. Texts that repeat themselves more fall back on a trie, which is
/// linear in any text. Both are exact.
///
/// ```
/// use genai_metrics::kernel::NgramTable;
/// let mut table = NgramTable::default();
/// table.reset(2, 3, 4); // up to bigrams, 3 distinct tokens, 4 tokens in all
/// table.add_reference(&[0, 1, 0, 2]);
/// let mut matches = [0; 2];
/// table.count_matches(&[0, 1, 0, 0], &mut matches);
/// assert_eq!(matches, [3, 2]); // the third 0 is clipped; "0 1" and "1 0" match
/// ```
#[derive(Clone, Debug, Default)]
pub struct NgramTable {
    order: usize,
    distinct: usize,
    tokens: usize,
    occurrences: Occurrences,
    trie: NgramTrie,
    /// Whether the trie holds this segment's references.
    planted: bool,
}

/// How many places there may be to look at for each token, on average, before the trie is cheaper:
/// measured from sentences to a million words. Words of a sentence have about one, its letters 7 or
/// so, and a document's tokens the more the longer it is.
const PLACES_PER_TOKEN: u64 = 2;

impl NgramTable {
    /// Forgets the segment before. `order` is the highest order counted, from 1; the segment's
    /// references have ids below `distinct` and `tokens` tokens all together.
    pub fn reset(&mut self, order: usize, distinct: usize, tokens: usize) {
        (self.order, self.distinct, self.tokens) = (order, distinct, tokens);
        self.planted = false;
        self.occurrences.reset(order, distinct);
    }

    /// Adds the n-grams of one reference.
    pub fn add_reference(&mut self, tokens: &[TokenId]) {
        self.occurrences.add_reference(tokens);
    }

    /// Adds to `matches`, one element an order, how many of the hypothesis's n-grams the
    /// references have, each counted at most as often as the reference that has most of it.
    /// Unknown tokens are ids that no reference has.
    pub fn count_matches(&mut self, hypothesis: &[TokenId], matches: &mut [u64]) {
        let places = self.occurrences.read(hypothesis);
        let tokens = (hypothesis.len() + self.tokens) as u64;
        if self.order <= HIGHEST_ORDER && places <= PLACES_PER_TOKEN * tokens {
            self.occurrences.count_matches(matches);
            return;
        }
        if !self.planted {
            self.trie.reset(self.order, self.distinct, self.tokens);
            self.occurrences.references().for_each(|reference| self.trie.add_reference(reference));
            self.planted = true;
        }
        self.trie.count_matches(hypothesis, matches);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn ngrams(tokens: &[u32], n: usize) -> HashMap<&[u32], u64> {
        let mut counts = HashMap::new();
        for ngram in tokens.windows(n) {
            *counts.entry(ngram).or_insert(0) += 1;
        }
        counts
    }

    fn matches_by_maps(order: usize, references: &[Vec<u32>], hypothesis: &[u32]) -> Vec<u64> {
        let matches_of = |n| {
            let of_references: Vec<_> =
                references.iter().map(|reference| ngrams(reference, n)).collect();
            let matched = |(ngram, &count): (&&[u32], &u64)| {
                let most = of_references.iter().filter_map(|r| r.get(ngram)).max();
                count.min(most.copied().unwrap_or(0))
            };
            ngrams(hypothesis, n).iter().map(matched).sum()
        };
        (1..=order).map(matches_of).collect()
    }

    /// The table and each of its two ways.
    #[derive(Default)]
    struct Ways {
        table: NgramTable,
        occurrences: Occurrences,
        trie: NgramTrie,
    }

    impl Ways {
        fn reset(&mut self, order: usize, distinct: usize, references: &[Vec<u32>]) {
            let tokens = references.iter().map(Vec::len).sum();
            self.table.reset(order, distinct, tokens);
            self.occurrences.reset(order, distinct);
            self.trie.reset(order, distinct, tokens);
            for reference in references {
                self.table.add_reference(reference);
                self.occurrences.add_reference(reference);
                self.trie.add_reference(reference);
            }
        }

        fn check(&mut self, order: usize, references: &[Vec<u32>], hypothesis: &[u32]) {
            let expected = matches_by_maps(order, references, hypothesis);
            let mut matches = vec![0; order];
            self.table.count_matches(hypothesis, &mut matches);
            assert_eq!(matches, expected);
            matches.fill(0);
            self.trie.count_matches(hypothesis, &mut matches);
            assert_eq!(matches, expected, "by the trie");
            let places = self.occurrences.read(hypothesis);
            let of_token = |token| references.iter().flatten().filter(|&t| t == token).count();
            if hypothesis.len() < 100 {
                assert_eq!(places, hypothesis.iter().map(of_token).sum::<usize>() as u64);
            }
            if order <= HIGHEST_ORDER {
                matches.fill(0);
                self.occurrences.count_matches(&mut matches);
                assert_eq!(matches, expected, "by occurrences");
            }
        }
    }

    proptest! {
        /// Any references, any hypotheses, one segment after the other.
        #[test]
        fn equals_counting_with_maps(
            segments in prop::collection::vec((
                1..=11usize,
                prop::collection::vec(prop::collection::vec(0..6u32, 0..40), 1..4),
                prop::collection::vec(prop::collection::vec(0..8u32, 0..40), 1..3),
            ), 1..4)
        ) {
            let mut ways = Ways::default();
            for (order, references, hypotheses) in segments {
                ways.reset(order, 6, &references);
                for hypothesis in hypotheses {
                    ways.check(order, &references, &hypothesis);
                }
            }
        }
    }

    /// Long segments, for which the trie grows, and short ones between them.
    #[test]
    fn long_segments_equal_counting_with_maps() {
        let mut state = 1_u64;
        let mut text = |length: usize, distinct: u64| -> Vec<u32> {
            let mut token = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                u32::try_from((state >> 33) % distinct).unwrap_or(0)
            };
            (0..length).map(|_| token()).collect()
        };
        let mut ways = Ways::default();
        for (length, distinct, by_trie) in [
            (10, 500, false),
            (20_000, 500, true),
            (10, 500, false),
            (50_000, 40_000, false),
            (100, 10, true),
            (20_000, 500, true),
        ] {
            let references = [text(length, distinct), text(length / 2, distinct)];
            ways.reset(4, usize::try_from(distinct).unwrap_or(0), &references);
            for _ in 0..2 {
                // A tenth of the tokens are unknown.
                ways.check(4, &references, &text(length, distinct + distinct / 10));
            }
            assert_eq!(ways.table.planted, by_trie, "{length} tokens of {distinct}");
        }
    }

    /// Long texts of few tokens, which are quadratic for whoever compares all places.
    #[test]
    fn repetition_takes_no_time() {
        let length = 300_000_u32;
        let same = vec![0; length as usize];
        let alternating: Vec<u32> = (0..length).map(|i| i % 2).collect();
        for (reference, hypothesis, expected) in [
            (&same, &same, [length, length - 1]),
            (&alternating, &alternating, [length, length - 1]),
            (&same, &alternating, [length / 2, 0]),
            (&alternating, &same, [length / 2, 0]),
        ] {
            let mut table = NgramTable::default();
            table.reset(2, 2, reference.len());
            table.add_reference(reference);
            let mut matches = [0; 2];
            table.count_matches(hypothesis, &mut matches);
            assert_eq!(matches, expected.map(u64::from));
        }
    }
}
