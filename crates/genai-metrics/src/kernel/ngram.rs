//! Clipped n-gram matches.

use super::occurrences::{HIGHEST_ORDER, Occurrences};
use super::trie::NgramTrie;
use crate::text::TokenId;

/// The n-grams of one segment's references, of order 1 to a maximum; counts the clipped matches of
/// hypotheses: each n-gram at most as often as the reference has it that has most of it.
///
/// Texts of people repeat few tokens, and there a hypothesis is compared in place with wherever
/// the references have its tokens. Texts that repeat themselves more fall back on a trie, which
/// is linear in any text. Both are exact.
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

/// How many places a token may be compared with, on average, before the trie is cheaper. Words
/// need fewer than 2, the letters of a sentence 7 or so.
const PLACES_PER_TOKEN: usize = 16;

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
        let budget = PLACES_PER_TOKEN * (hypothesis.len() + self.tokens);
        if self.order <= HIGHEST_ORDER
            && self.occurrences.count_matches(hypothesis, budget, matches).is_some()
        {
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

    proptest! {
        /// Both ways against maps of slices: any references, any hypotheses, one table after the other.
        #[test]
        fn equals_counting_with_maps(
            segments in prop::collection::vec((
                1..=9usize,
                prop::collection::vec(prop::collection::vec(0..6u32, 0..40), 1..4),
                prop::collection::vec(prop::collection::vec(0..8u32, 0..40), 1..3),
            ), 1..4)
        ) {
            let (mut table, mut trie) = (NgramTable::default(), NgramTrie::default());
            for (order, references, hypotheses) in segments {
                let tokens = references.iter().map(Vec::len).sum();
                table.reset(order, 6, tokens);
                trie.reset(order, 6, tokens);
                for reference in &references {
                    table.add_reference(reference);
                    trie.add_reference(reference);
                }
                for hypothesis in hypotheses {
                    let (mut matches, mut by_trie) = (vec![0; order], vec![0; order]);
                    table.count_matches(&hypothesis, &mut matches);
                    trie.count_matches(&hypothesis, &mut by_trie);
                    prop_assert_eq!(&matches, &by_trie);
                    for n in 1..=order {
                        let of_references: Vec<_> =
                            references.iter().map(|reference| ngrams(reference, n)).collect();
                        let expected: u64 = ngrams(&hypothesis, n)
                            .iter()
                            .map(|(ngram, &count)| {
                                let most = of_references.iter().filter_map(|r| r.get(ngram)).max();
                                count.min(most.copied().unwrap_or(0))
                            })
                            .sum();
                        prop_assert_eq!(matches[n - 1], expected);
                    }
                }
            }
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
