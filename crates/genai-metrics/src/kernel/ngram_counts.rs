//! Clipped n-gram matches of one order.

use std::hash::{BuildHasher, RandomState};

use crate::text::TokenId;

/// The n-grams of one order of one reference; counts the clipped matches of hypotheses.
///
/// Where [`NgramTable`](super::NgramTable) counts all orders up to one and takes any number of
/// references together, this counts one order and nothing else. Up to bigrams of short references
/// there are tables; else it takes a pass for each order up to it: a unigram's number is its
/// token's id, and an n-gram's is that of a pair, of the number of the n-gram of one order less
/// that it begins with and its last token. It is linear in any text, but for chance.
///
/// ```
/// use genai_metrics::kernel::NgramCounts;
/// let mut counts = NgramCounts::default();
/// counts.take_reference(2, 3, &[0, 1, 0, 2, 0, 1]); // bigrams, 3 distinct tokens
/// assert_eq!(counts.matches(&[0, 1, 0, 1, 0, 1]), 3); // the third "0 1" is clipped
/// ```
#[derive(Clone, Debug, Default)]
pub struct NgramCounts {
    way: Way,
    unigrams: Unigrams,
    bigrams: Bigrams,
    longer: Longer,
}

/// Which kind of counts the reference at hand takes.
#[derive(Clone, Copy, Debug, Default)]
enum Way {
    #[default]
    Unigrams,
    Bigrams,
    Longer,
}

impl NgramCounts {
    /// Takes a reference, forgetting the one before. `order` is from 1; the reference's ids are
    /// below `distinct`.
    pub fn take_reference(&mut self, order: usize, distinct: usize, reference: &[TokenId]) {
        self.way = match order {
            1 => Way::Unigrams,
            2 if distinct <= Bigrams::MOST_DISTINCT && reference.len() <= Bigrams::LONGEST => {
                Way::Bigrams
            }
            _ => Way::Longer,
        };
        match self.way {
            Way::Unigrams => self.unigrams.take_reference(distinct, reference),
            Way::Bigrams => self.bigrams.take_reference(reference),
            Way::Longer => self.longer.take_reference(order, distinct, reference),
        }
    }

    /// How many of the hypothesis's n-grams the reference has, each counted at most as often as
    /// the reference has it. Unknown tokens are ids that the reference does not have.
    pub fn matches(&mut self, hypothesis: &[TokenId]) -> u64 {
        match self.way {
            Way::Unigrams => self.unigrams.matches(hypothesis),
            Way::Bigrams => self.bigrams.matches(hypothesis),
            Way::Longer => self.longer.matches(hypothesis),
        }
    }
}

/// Single tokens: an id is a number.
#[derive(Clone, Debug, Default)]
struct Unigrams {
    /// How often the reference has each token, and none of the unknown one.
    counts: Vec<u32>,
    /// What of these a hypothesis has not taken.
    left: Vec<u32>,
}

impl Unigrams {
    fn take_reference(&mut self, distinct: usize, reference: &[TokenId]) {
        let counts = &mut self.counts;
        counts.clear();
        counts.resize(distinct + 1, 0);
        for &token in reference {
            counts[token as usize] += 1;
        }
    }

    fn matches(&mut self, hypothesis: &[TokenId]) -> u64 {
        let Self { counts, left } = self;
        left.clone_from(counts);
        let left = &mut left[..];
        let unknown = left.len() - 1;
        hypothesis.iter().map(|&token| take(&mut left[unknown.min(token as usize)])).sum()
    }
}

/// Takes one if one is left.
#[inline]
fn take(left: &mut u32) -> u64 {
    let taken = u32::from(*left > 0);
    *left -= taken;
    taken.into()
}

/// Pairs of few tokens in a short reference, counted in a table of all pairs.
#[derive(Clone, Debug, Default)]
struct Bigrams {
    /// For each pair, by its tokens' lowest bytes, how often the reference has it and no
    /// hypothesis has taken it. All are zero between two uses; there are none until the first.
    left: Vec<u8>,
    /// The places of the reference's pairs.
    places: Vec<u16>,
}

impl Bigrams {
    const PAIRS: usize = 1 << 16;

    /// What all unknown tokens become.
    const UNKNOWN: TokenId = 0xff;

    /// The most tokens that are known.
    const MOST_DISTINCT: usize = 0xff;

    /// The most tokens of a reference whose pairs a byte can count.
    const LONGEST: usize = 256;

    fn take_reference(&mut self, reference: &[TokenId]) {
        self.places.clear();
        self.places.extend(reference.array_windows().copied().map(Self::place));
    }

    fn matches(&mut self, hypothesis: &[TokenId]) -> u64 {
        let Self { left, places } = self;
        left.resize(Self::PAIRS, 0);
        let Some(left) = left.first_chunk_mut::<{ Self::PAIRS }>() else { return 0 };
        for &place in &*places {
            left[usize::from(place)] += 1;
        }
        let mut matches = 0;
        // No pair of the reference has the unknown one.
        let mut first = Self::UNKNOWN;
        for &last in hypothesis {
            let last = last.min(Self::UNKNOWN);
            let left = &mut left[usize::from(Self::place([first, last]))];
            first = last;
            let taken = u8::from(*left > 0);
            *left -= taken;
            matches += u64::from(taken);
        }
        for &place in &*places {
            left[usize::from(place)] = 0;
        }
        matches
    }

    #[expect(clippy::cast_possible_truncation, reason = "the lowest byte is all there is")]
    fn place([first, last]: [TokenId; 2]) -> u16 {
        u16::from_le_bytes([last as u8, first as u8])
    }
}

/// N-grams of any order.
#[derive(Clone, Debug, Default)]
struct Longer {
    /// The pairs of each order from 2 up.
    pairs: Vec<Pairs>,
    order: usize,
    /// How often the reference has each n-gram, by its number, and none of the unknown one.
    counts: Unigrams,
    /// The number of each of a text's n-grams.
    numbers: Vec<u32>,
}

impl Longer {
    fn take_reference(&mut self, order: usize, distinct: usize, reference: &[TokenId]) {
        let Self { pairs, counts, numbers, .. } = self;
        self.order = order;
        if pairs.len() < order {
            pairs.resize_with(order, Pairs::default);
        }
        let mut known = distinct;
        numbers.clear();
        numbers.extend_from_slice(reference);
        for (n, pairs) in (1..order).zip(pairs) {
            let ends = reference.get(n..).unwrap_or_default();
            pairs.clear(ends.len());
            pairs.intern(numbers, ends);
            numbers.truncate(ends.len());
            known = pairs.count as usize;
        }
        counts.take_reference(known, numbers);
    }

    fn matches(&mut self, hypothesis: &[TokenId]) -> u64 {
        let Self { pairs, order, counts, numbers } = self;
        numbers.clear();
        numbers.extend_from_slice(hypothesis);
        for (n, pairs) in (1..*order).zip(pairs) {
            let ends = hypothesis.get(n..).unwrap_or_default();
            pairs.look_up(numbers, ends);
            numbers.truncate(ends.len());
        }
        counts.matches(numbers)
    }
}

/// Numbers of pairs, in order of first appearance.
#[derive(Clone, Debug)]
struct Pairs {
    /// What pairs are hashed by: another number in each run of the program, so that no text can be
    /// made whose pairs all meet. Which slot a pair falls into never reaches a result.
    multiplier: u64,
    /// Open addressing, at most a quarter full: `base` plus the number of the pair that hashes
    /// there. Anything less is of a reference that is gone and means a free slot, so that
    /// clearing touches none of them.
    slots: Vec<u32>,
    /// How many of the slots are used, as a shift of the hash.
    shift: u32,
    base: u32,
    count: u32,
    /// The pairs by their numbers, then the one that is looked for.
    keys: Vec<u64>,
}

impl Default for Pairs {
    fn default() -> Self {
        let multiplier = RandomState::new().hash_one(0) | 1;
        let (slots, keys) = (Vec::new(), Vec::new());
        Self { multiplier, slots, shift: 0, base: 0, count: 0, keys }
    }
}

const SLOTS_PER_PAIR: usize = 4;
const FEWEST_BITS: u32 = 6;

impl Pairs {
    /// Forgets all pairs and makes room for that many.
    fn clear(&mut self, most: usize) {
        let Self { slots, shift, base, count, keys, .. } = self;
        // Never 0, which fresh slots hold.
        *base = (*base + *count).max(1);
        *count = 0;
        if *base > u32::MAX / 2 {
            slots.fill(0);
            *base = 1;
        }
        if keys.len() <= most {
            keys.resize(most + 1, 0);
        }
        let bits = (most * SLOTS_PER_PAIR).next_power_of_two().trailing_zeros().max(FEWEST_BITS);
        *shift = u64::BITS - bits;
        if slots.len() < 1 << bits {
            slots.resize(1 << bits, 0);
        }
    }

    /// Replaces the number of each pair's beginning by the pair's own, a new one if it is new.
    fn intern(&mut self, numbers: &mut [u32], lasts: &[TokenId]) {
        let Self { multiplier, slots, shift, base, count, keys } = self;
        let numbering = Numbering { multiplier: *multiplier, shift: *shift, base: *base, next: 0 };
        let slots = &mut slots[..1 << (u64::BITS - *shift)];
        let mut next = 0;
        for (number, &last) in numbers.iter_mut().zip(lasts) {
            let key = key(*number, last);
            keys[next as usize] = key;
            let (slot, found) = find(key, slots, keys, Numbering { next, ..numbering });
            // A pair that has its number already is written over with itself, without a branch.
            slots[slot] = *base + found;
            next += u32::from(found == next);
            *number = found;
        }
        *count = next;
    }

    /// Replaces the number of each pair's beginning by the pair's own, or by one that no pair has.
    fn look_up(&mut self, numbers: &mut [u32], lasts: &[TokenId]) {
        let Self { multiplier, slots, shift, base, count, keys } = self;
        let slots = &slots[..1 << (u64::BITS - *shift)];
        let numbering =
            Numbering { multiplier: *multiplier, shift: *shift, base: *base, next: *count };
        for (number, &last) in numbers.iter_mut().zip(lasts) {
            let key = key(*number, last);
            keys[*count as usize] = key;
            *number = find(key, slots, keys, numbering).1;
        }
    }
}

#[derive(Clone, Copy)]
struct Numbering {
    multiplier: u64,
    shift: u32,
    base: u32,
    next: u32,
}

#[inline]
fn key(number: u32, last: TokenId) -> u64 {
    u64::from(number) << 32 | u64::from(last)
}

/// The slot of a pair and its number, the next one if it is new.
///
/// A free slot leads to the very pair that is looked for, put behind the others, so the only
/// branch is on a slot that another pair has.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a slot number")]
fn find(key: u64, slots: &[u32], keys: &[u64], numbering: Numbering) -> (usize, u32) {
    let Numbering { multiplier, shift, base, next } = numbering;
    let mut slot = (key.wrapping_mul(multiplier) >> shift) as usize;
    loop {
        let found = slots[slot].wrapping_sub(base).min(next);
        if keys[found as usize] == key {
            return (slot, found);
        }
        slot = (slot + 1) & (slots.len() - 1);
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

    fn check(counts: &mut NgramCounts, order: usize, reference: &[u32], hypothesis: &[u32]) {
        let (here, there) = (ngrams(reference, order), ngrams(hypothesis, order));
        let matched =
            |(ngram, &count): (&&[u32], &u64)| count.min(there.get(ngram).copied().unwrap_or(0));
        let expected: u64 = here.iter().map(matched).sum();
        let distinct = reference.iter().max().map_or(0, |&id| id as usize + 1);
        counts.take_reference(order, distinct, reference);
        for _ in 0..2 {
            assert_eq!(
                counts.matches(hypothesis),
                expected,
                "{order}: {reference:?} {hypothesis:?}"
            );
        }
    }

    proptest! {
        /// Any texts, one after the other, also shorter than the order; the last ids are unknown.
        #[test]
        fn equals_counting_with_maps(
            texts in prop::collection::vec(
                (1..=9usize, prop::collection::vec(0..6u32, 0..40), prop::collection::vec(0..8u32, 0..40)), 1..5
            ),
        ) {
            let mut counts = NgramCounts::default();
            for (order, reference, mut hypothesis) in texts {
                hypothesis.iter_mut().filter(|token| **token == 7).for_each(|token| *token = u32::MAX);
                check(&mut counts, order, &reference, &hypothesis);
            }
        }
    }

    /// Around what a table of pairs can hold, and unknown ids that look like known ones.
    #[test]
    fn pairs_of_longer_references() {
        let mut counts = NgramCounts::default();
        for length in 253..=259 {
            for distinct in [1, 3, 254, 255, 256, 257] {
                let reference: Vec<u32> = (0..length).map(|i| i % distinct).collect();
                let mut hypothesis = reference.repeat(2);
                hypothesis.extend([255, 256, 257, 256 << 8, 0, u32::MAX, 0, u32::MAX, u32::MAX]);
                check(&mut counts, 2, &reference, &hypothesis);
            }
        }
    }

    /// Numbers that go on and on start again before they overflow.
    #[test]
    fn numbers_start_again() {
        let mut counts = NgramCounts::default();
        for base in [0, 1, u32::MAX / 2 - 1, u32::MAX / 2, u32::MAX / 2 + 1] {
            counts.longer.pairs.iter_mut().for_each(|pairs| {
                pairs.slots.fill(0);
                pairs.base = base;
            });
            for _ in 0..3 {
                check(&mut counts, 3, &[0, 1, 0, 1, 0, 2], &[0, 1, 0, 1, 0, 1, 0]);
            }
        }
    }

    /// Long texts of few tokens, which are quadratic for whoever compares all places.
    #[test]
    fn repetition_takes_no_time() {
        let length = 300_000_u32;
        let same = vec![0; length as usize];
        let alternating: Vec<u32> = (0..length).map(|i| i % 2).collect();
        let mut counts = NgramCounts::default();
        for order in [1, 2, 9] {
            counts.take_reference(order, 2, &alternating);
            assert_eq!(counts.matches(&alternating), (alternating.len() + 1 - order) as u64);
            let shared = if order == 1 { u64::from(length / 2) } else { 0 };
            assert_eq!(counts.matches(&same), shared);
        }
    }
}
