//! Clipped n-gram matches of all orders up to one, for few different tokens: characters, above all.

use super::ngram_counts::NgramCounts;
use super::trie::NgramTrie;
use crate::text::TokenId;

/// The n-grams of one reference, of order 1 to a maximum; counts the clipped matches of hypotheses.
///
/// Where [`NgramTable`](super::NgramTable) is for words, of which a sentence repeats few, this is
/// for characters. Each place of the reference has the n-gram of the highest order that begins
/// there, packed into 64 bits, and places that begin with the same pair are chained. A place of a
/// hypothesis goes through one chain; what two places share is where their bits first differ, and
/// at every order that this reaches it takes the place, unless an earlier one has taken it at that
/// order. So an n-gram of the hypothesis matches one of the reference, one to one, which is what
/// clipping means. Texts with more different tokens than fit, of higher orders, or so long that
/// chains are, take a trie, which is linear in any text. Both are exact.
///
/// ```
/// use genai_metrics::kernel::NgramChains;
/// let mut ngrams = NgramChains::default();
/// ngrams.take_reference(3, 2, &[0, 1, 0, 1, 1]); // up to trigrams, 2 distinct tokens
/// let mut matches = [0; 3];
/// ngrams.count_matches(&[0, 1, 0, 1, 0, 1], &mut matches);
/// assert_eq!(matches, [5, 3, 2]); // the third 0, the third "0 1", the second "0 1 0" are clipped
/// ```
#[derive(Clone, Debug, Default)]
pub struct NgramChains {
    way: Way,
    unigrams: NgramCounts,
    chains: Chains,
    trie: NgramTrie,
}

/// What holds the reference at hand.
#[derive(Clone, Copy, Debug, Default)]
enum Way {
    #[default]
    Unigrams,
    Chains,
    Trie,
}

impl NgramChains {
    /// Takes a reference, forgetting the one before. `order` is from 1; the reference's ids are
    /// below `distinct`.
    pub fn take_reference(&mut self, order: usize, distinct: usize, reference: &[TokenId]) {
        self.way = if order == 1 {
            Way::Unigrams
        } else if self.chains.take_reference(order, distinct, reference) {
            Way::Chains
        } else {
            Way::Trie
        };
        match self.way {
            Way::Unigrams | Way::Chains => {
                self.unigrams.take_reference(1, distinct, reference);
            }
            Way::Trie => {
                self.trie.reset(order, distinct, reference.len());
                self.trie.add_reference(reference);
            }
        }
    }

    /// Adds to `matches`, one element an order, how many of the hypothesis's n-grams the reference
    /// has, each counted at most as often as the reference has it. Unknown tokens are ids that the
    /// reference does not have.
    pub fn count_matches(&mut self, hypothesis: &[TokenId], matches: &mut [u64]) {
        match self.way {
            Way::Unigrams => matches[0] += self.unigrams.matches(hypothesis),
            Way::Chains => {
                matches[0] += self.unigrams.matches(hypothesis);
                self.chains.count_matches(hypothesis, matches);
            }
            Way::Trie => self.trie.count_matches(hypothesis, matches),
        }
    }
}

/// A place of the reference.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The n-gram that begins here, the first token in the highest bits.
    key: u64,
    /// The number of the next place in its chain, counted from 1; 0 is the end.
    next: u16,
    /// How many places its chain has from here on.
    depth: u16,
    /// The orders at which no n-gram of the hypothesis has taken it: bit `n` stands for `n + 1`.
    left: u8,
}

/// The places of a reference by the pair of tokens that they begin with, for orders from 2 up.
#[derive(Clone, Debug)]
struct Chains {
    places: Vec<Place>,
    /// The number of the first place of each chain, counted from 1, by a hash of its pair. Pairs
    /// that meet share a chain, which costs time and nothing else.
    heads: Vec<u16>,
    /// How keys are packed.
    packing: Packing,
    /// The orders from 2 up at which n-grams agree, by the number of bits at which their keys do.
    agreeing: [u8; u64::BITS as usize + 1],
}

#[derive(Clone, Copy, Debug, Default)]
struct Packing {
    order: usize,
    /// How many bits a token has.
    width: u32,
    /// Stands for all unknown tokens, and follows the last one of a hypothesis. The number after it
    /// follows the last one of the reference, so that neither agrees with anything.
    unknown: u64,
}

impl Default for Chains {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            heads: vec![0; HEADS],
            packing: Packing::default(),
            agreeing: [0; u64::BITS as usize + 1],
        }
    }
}

/// 4 kB, which are cleared for each reference.
const HEADS: usize = 1 << HEAD_BITS;
const HEAD_BITS: u32 = 11;

/// The highest order: a byte has a bit for each.
const HIGHEST_ORDER: usize = 8;

/// The most places that chains are worth while for: from there on the trie is as fast.
const LONGEST_CHAIN: u16 = 96;

/// So many places of a hypothesis are counted in the bytes of one number.
const COUNTED_TOGETHER: usize = 255;

/// For each set of orders a number with a byte for each order, of 0 or 1.
static SPREAD: [u64; 256] = {
    let mut spread = [0; 256];
    let mut set = 0;
    while set < 256 {
        let mut bit = 0;
        while bit < 8 {
            spread[set] |= ((set >> bit) as u64 & 1) << (8 * bit);
            bit += 1;
        }
        set += 1;
    }
    spread
};

impl Packing {
    /// The key of what follows the last token.
    fn nothing(self, token: u64) -> u64 {
        (0..self.order).fold(0, |key, _| self.before(token, key))
    }

    /// The key of the place before one.
    #[inline]
    fn before(self, token: u64, key: u64) -> u64 {
        key >> self.width | token << (u64::BITS - self.width)
    }

    /// The chain of the pair that a key begins with.
    #[inline]
    fn chain(self, key: u64) -> usize {
        let pair = key >> (u64::BITS - 2 * self.width);
        // The fractional part of the golden ratio spreads numbers that lie close together.
        (pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - HEAD_BITS)) as usize
    }

    /// All orders from 2 to the highest.
    fn orders(self) -> u8 {
        u8::MAX >> (HIGHEST_ORDER - self.order) & !1
    }
}

impl Chains {
    /// Whether it can hold the reference, which it does then.
    fn take_reference(&mut self, order: usize, distinct: usize, reference: &[TokenId]) -> bool {
        if order > HIGHEST_ORDER || reference.len() >= usize::from(u16::MAX) {
            return false;
        }
        #[expect(clippy::cast_possible_truncation, reason = "it is at most 8")]
        let width = u64::BITS / order as u32;
        if (distinct as u64 + 1) >> width != 0 {
            return false;
        }
        let packing = Packing { order, width, unknown: distinct as u64 };
        if self.packing.order != order {
            for (bits, agreeing) in (0..).zip(&mut self.agreeing) {
                let tokens = (bits / width).min(u8::BITS);
                // A shift by all bits is none.
                *agreeing = !u8::MAX.checked_shl(tokens).unwrap_or(0) & packing.orders();
            }
        }
        self.packing = packing;
        let Self { places, heads, .. } = self;
        let Some(heads) = heads.first_chunk_mut::<HEADS>() else { return false };
        heads.fill(0);
        places.clear();
        let mut key = packing.nothing(packing.unknown + 1);
        for (&token, number) in reference.iter().rev().zip(1..) {
            key = packing.before(token.into(), key);
            let head = &mut heads[packing.chain(key)];
            let next = *head;
            let depth = match usize::from(next) {
                0 => 1,
                next => places.get(next - 1).map_or(0, |place: &Place| place.depth) + 1,
            };
            if depth > LONGEST_CHAIN {
                return false;
            }
            *head = number;
            places.push(Place { key, next, depth, left: 0 });
        }
        true
    }

    /// Adds the matches of orders from 2 up.
    fn count_matches(&mut self, hypothesis: &[TokenId], matches: &mut [u64]) {
        let Self { places, heads, packing, agreeing } = self;
        let (packing, places) = (*packing, &mut places[..]);
        let Some(heads) = heads.first_chunk::<HEADS>() else { return };
        let orders = packing.orders();
        for place in &mut *places {
            place.left = orders;
        }
        let unknown = packing.unknown;
        let mut key = packing.nothing(unknown);
        for tokens in hypothesis.rchunks(COUNTED_TOGETHER) {
            let mut counted = 0;
            for &token in tokens.iter().rev() {
                key = packing.before(u64::from(token).min(unknown), key);
                let mut number = usize::from(heads[packing.chain(key)]);
                let mut wanted = orders;
                while let Some(place) = places.get_mut(number.wrapping_sub(1)) {
                    let bits = (place.key ^ key).leading_zeros();
                    let taken = wanted & agreeing[bits as usize] & place.left;
                    place.left ^= taken;
                    wanted ^= taken;
                    number = place.next.into();
                }
                counted += SPREAD[usize::from(orders ^ wanted)];
            }
            for (count, byte) in matches.iter_mut().zip(counted.to_le_bytes()) {
                *count += u64::from(byte);
            }
        }
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

    fn check(
        ways: &mut NgramChains,
        order: usize,
        distinct: usize,
        reference: &[u32],
        hypothesis: &[u32],
    ) {
        let expected: Vec<u64> = (1..=order)
            .map(|n| {
                let (here, there) = (ngrams(reference, n), ngrams(hypothesis, n));
                let matched = |(ngram, &count): (&&[u32], &u64)| {
                    count.min(there.get(ngram).copied().unwrap_or(0))
                };
                here.iter().map(matched).sum()
            })
            .collect();
        ways.take_reference(order, distinct, reference);
        for _ in 0..2 {
            let mut matches = vec![0; order];
            ways.count_matches(hypothesis, &mut matches);
            assert_eq!(matches, expected, "{order} {distinct} {reference:?} {hypothesis:?}");
        }
    }

    proptest! {
        /// Any texts, one after the other; some ids are unknown.
        #[test]
        fn equals_counting_with_maps(
            texts in prop::collection::vec(
                (
                    1..=12usize,
                    prop::sample::select(vec![5, 6, 14, 15, 254, 255, 1022, 1023, 1024, 70_000]),
                    prop::collection::vec(0..6u32, 0..60),
                    prop::collection::vec(0..8u32, 0..60),
                ),
                1..5,
            ),
            from_the_end in any::<bool>(),
        ) {
            let mut ways = NgramChains::default();
            for (order, distinct, mut reference, mut hypothesis) in texts {
                let last = u32::try_from(distinct).unwrap() - 1;
                let place = |token| if from_the_end { last - token } else { token };
                for token in &mut reference {
                    *token = place((*token).min(last));
                }
                for token in &mut hypothesis {
                    *token = match *token {
                        6 => last + 1,
                        7 => u32::MAX,
                        token if token > last => last + 2,
                        token => place(token),
                    };
                }
                check(&mut ways, order, distinct, &reference, &hypothesis);
            }
        }

        /// Long enough to be counted in several parts, to have long chains and to have too long ones.
        #[test]
        fn long_texts(
            order in 1..=8usize,
            letters in 1..12u32,
            seeds in any::<[u64; 2]>(),
            lengths in [0..1200usize, 0..1200],
        ) {
            let text = |seed: u64, length: usize| -> Vec<u32> {
                let next = |state: &u64| {
                    Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1))
                };
                let states = std::iter::successors(Some(seed), next).skip(1).take(length);
                states.map(|state| u32::try_from(state >> 40).unwrap() % letters).collect()
            };
            let [reference, hypothesis] = [0, 1].map(|i| text(seeds[i], lengths[i]));
            check(&mut NgramChains::default(), order, letters as usize, &reference, &hypothesis);
        }
    }

    /// Long texts of few tokens, which are quadratic for whoever compares all places.
    #[test]
    fn repetition_takes_no_time() {
        let same = vec![0; 300_000];
        let few: Vec<u32> = (0..90).map(|_| 0).collect();
        let mut ngrams = NgramChains::default();
        for order in [2, 6, 12] {
            for reference in [&same, &few] {
                ngrams.take_reference(order, 1, reference);
                let mut matches = vec![0; order];
                ngrams.count_matches(&same, &mut matches);
                let expected: Vec<u64> = (0..order).map(|n| (reference.len() - n) as u64).collect();
                assert_eq!(matches, expected);
            }
        }
    }
}
