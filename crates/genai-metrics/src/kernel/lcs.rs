//! Longest common subsequences, 64 places of the reference at a time.
//!
//! After Hyyrö 2004, *Bit-parallel LCS-length computation revisited*: of the table of lengths only
//! the differences from one place of the reference to the next are kept, which are bits. A column
//! of them stands for what was read of the hypothesis so far; a bit is **clear** where the length
//! grows from the place before to this one.

use crate::text::TokenId;

/// Longest common subsequences of texts of one segment: their length, and which places of the
/// reference they take.
///
/// ```
/// use genai_metrics::kernel::{CommonSubsequence, Places};
/// let mut common = CommonSubsequence::default();
/// common.reset(4); // ids below 4
/// let (reference, hypothesis) = ([0, 1, 2, 3], [2, 0, 3, 9]);
/// assert_eq!(common.length(&reference, &hypothesis), 2);
/// let mut hits = Places::default();
/// hits.reset(4);
/// common.mark(&reference, &hypothesis, &mut hits);
/// assert_eq!(hits.iter().collect::<Vec<_>>(), [0, 3]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct CommonSubsequence {
    one: Strip<1>,
    two: Strip<2>,
    three: Strip<3>,
    wide: Strip<WIDE>,
    carries: Carries,
    distinct: usize,
    /// The hypothesis's known tokens.
    known: Vec<TokenId>,
}

/// Strips of 256 places keep the machine busier than those of 64: the chain from token to token is
/// as long, and four words hang on it.
const WIDE: usize = 4;

/// Some places of a text, as bits.
///
/// ```
/// use genai_metrics::kernel::Places;
/// let mut places = Places::default();
/// places.reset(100);
/// places.insert(70);
/// places.insert(3);
/// assert_eq!(places.iter().collect::<Vec<_>>(), [3, 70]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Places(Vec<u64>);

impl Places {
    /// None of that many places.
    pub fn reset(&mut self, length: usize) {
        self.0.clear();
        self.0.resize(length.div_ceil(64), 0);
    }

    /// Adds a place.
    ///
    /// # Panics
    /// If it is not below the length.
    pub fn insert(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }

    /// Whether it has that place.
    pub fn contains(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    /// The places in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        places(&self.0)
    }
}

/// The places of a set of bits in ascending order.
pub(super) fn places(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(i, &word)| {
        std::iter::successors((word != 0).then_some(word), |word| {
            let rest = word & (word - 1);
            (rest != 0).then_some(rest)
        })
        .map(move |word| i * 64 + word.trailing_zeros() as usize)
    })
}

impl CommonSubsequence {
    /// Takes a segment whose references have ids below `distinct`; any other id equals none.
    pub fn reset(&mut self, distinct: usize) {
        self.distinct = distinct;
    }

    /// The length of a longest common subsequence.
    pub fn length(&mut self, reference: &[TokenId], hypothesis: &[TokenId]) -> usize {
        let Self { one, two, three, wide, carries, distinct, known, .. } = self;
        // Unknown tokens change no length.
        keep(hypothesis, known, |token| (token as usize) < *distinct);
        match reference.len().div_ceil(64) {
            0..=1 => one.length_alone(*distinct, reference, known),
            2 => two.length_alone(*distinct, reference, known),
            3 => three.length_alone(*distinct, reference, known),
            WIDE => wide.length_alone(*distinct, reference, known),
            _ => {
                wide.reset(*distinct);
                carries.reset(known.len());
                let strips = reference.chunks(64 * WIDE);
                strips.map(|strip| wide.length(strip, known, carries)).sum()
            }
        }
    }

    /// Adds to `hits` the places of the reference that are in the longest common subsequence which
    /// both of ROUGE's implementations find: from the ends of both texts back, equal tokens are
    /// taken; else the reference loses its last token, unless the hypothesis can lose its own at a
    /// smaller loss.
    ///
    /// Back-tracing needs the columns of one strip at a time, the last one first, and making them
    /// needs what the strip before carries over. Keeping all that is carried would be a bit for
    /// each pair of a strip and a token. So strips lie in groups, as many as there are strips in
    /// one; what is carried into each group is kept, and into the strips of one group at a time.
    pub fn mark(&mut self, reference: &[TokenId], hypothesis: &[TokenId], hits: &mut Places) {
        let Self { wide, carries, distinct, known, .. } = self;
        if reference.is_empty() {
            return;
        }
        wide.reset(*distinct);
        // The way back needs to know where unknown tokens are, but not which.
        #[expect(clippy::cast_possible_truncation, reason = "ids are below it")]
        let unknown = *distinct as TokenId;
        known.clear();
        known.extend(hypothesis.iter().map(|&token| token.min(unknown)));
        let (hypothesis, hits) = (&known[..], &mut hits.0[..]);
        let strips: Vec<&[TokenId]> = reference.chunks(64 * WIDE).collect();
        let group = strips.len().isqrt().max(strips.len().min(FEW_STRIPS));
        let groups: Vec<&[&[TokenId]]> = strips.chunks(group).collect();
        carries.reset(hypothesis.len());
        let mut into_groups = vec![carries.clone()];
        for group in &groups[..groups.len() - 1] {
            for strip in *group {
                wide.length(strip, hypothesis, carries);
            }
            into_groups.push(carries.clone());
        }
        let mut end = hypothesis.len();
        let mut first = strips.len();
        for (group, into_group) in groups.iter().zip(into_groups).rev() {
            let mut into_strips = vec![into_group];
            for strip in &group[..group.len() - 1] {
                let mut carried = into_strips[into_strips.len() - 1].clone();
                wide.length(strip, &hypothesis[..end], &mut carried);
                into_strips.push(carried);
            }
            for (strip, mut carried) in group.iter().zip(into_strips).rev() {
                first -= 1;
                let hits = &mut hits[first * WIDE..];
                end = wide.mark(strip, &hypothesis[..end], &mut carried, hits);
            }
        }
    }
}

/// So few strips make one group: keeping what all of them carry costs nothing worth a second pass.
const FEW_STRIPS: usize = 16;

/// For each token of the hypothesis, whether the strip before carries into this one.
#[derive(Clone, Debug, Default)]
struct Carries(Vec<bool>);

impl Carries {
    fn reset(&mut self, tokens: usize) {
        self.0.clear();
        self.0.resize(tokens, false);
    }
}

/// Up to `64 * W` consecutive places of the reference.
#[derive(Clone, Debug)]
struct Strip<const W: usize> {
    /// For each token the places of the strip that have it, and none for the unknown one. All are
    /// zero between two uses.
    masks: Vec<[u64; W]>,
    columns: Vec<Column<W>>,
}

/// One token of the hypothesis.
#[derive(Clone, Copy, Debug)]
struct Column<const W: usize> {
    /// Places that have the token.
    equal: [u64; W],
    /// After the token, clear where the length grows.
    flat: [u64; W],
}

impl<const W: usize> Default for Strip<W> {
    fn default() -> Self {
        Self { masks: Vec::new(), columns: Vec::new() }
    }
}

impl<const W: usize> Strip<W> {
    fn reset(&mut self, distinct: usize) {
        if self.masks.len() <= distinct {
            self.masks.resize(distinct + 1, [0; W]);
        }
    }

    fn enter(&mut self, strip: &[TokenId]) {
        for (w, tokens) in strip.chunks(64).enumerate().take(W) {
            for (bit, &token) in tokens.iter().enumerate() {
                self.masks[token as usize][w] |= 1 << bit;
            }
        }
    }

    fn leave(&mut self, strip: &[TokenId]) {
        for &token in strip {
            self.masks[token as usize] = [0; W];
        }
    }

    /// The length, where the strip is the whole reference.
    fn length_alone(
        &mut self,
        distinct: usize,
        strip: &[TokenId],
        hypothesis: &[TokenId],
    ) -> usize {
        self.reset(distinct);
        self.enter(strip);
        let mut flat = [u64::MAX; W];
        for &token in hypothesis {
            advance(&mut flat, self.masks[token as usize], false);
        }
        self.leave(strip);
        // Places beyond the end of the strip never match, so nothing grows there.
        flat.iter().map(|word| word.count_zeros() as usize).sum()
    }

    /// How much the strip adds to the length; takes what is carried in, leaves what is carried out.
    fn length(
        &mut self,
        strip: &[TokenId],
        hypothesis: &[TokenId],
        carries: &mut Carries,
    ) -> usize {
        self.enter(strip);
        let mut flat = [u64::MAX; W];
        for (&token, carry) in hypothesis.iter().zip(&mut carries.0) {
            *carry = advance(&mut flat, self.masks[token as usize], *carry);
        }
        self.leave(strip);
        // What is carried in at the very end grows at the first place beyond the strip.
        (0..W).map(|w| (!flat[w] & below(strip.len(), w)).count_ones() as usize).sum()
    }

    /// Marks the hits of one strip of a longer reference, from the end of the hypothesis back;
    /// returns how much of the hypothesis is left for the strips before.
    fn mark(
        &mut self,
        strip: &[TokenId],
        hypothesis: &[TokenId],
        carries: &mut Carries,
        hits: &mut [u64],
    ) -> usize {
        self.enter(strip);
        self.columns.clear();
        let mut flat = [u64::MAX; W];
        for (&token, carry) in hypothesis.iter().zip(&mut carries.0) {
            let equal = self.masks[token as usize];
            *carry = advance(&mut flat, equal, *carry);
            self.columns.push(Column { equal, flat });
        }
        let left = self.trace(strip.len(), hits);
        self.leave(strip);
        left
    }

    /// Walks back through the columns from that many places; returns how many columns are left
    /// when no place is.
    fn trace(&self, mut places: usize, hits: &mut [u64]) -> usize {
        for (left, Column { equal, flat }) in self.columns.iter().enumerate().rev() {
            // The highest place at which the reference stops losing tokens: it is taken, or the
            // length grows there, so that the hypothesis loses its token.
            let stop = (0..W).rev().find_map(|w| {
                let stops = (equal[w] | !flat[w]) & below(places, w);
                (stops != 0).then(|| (w, stops.ilog2()))
            });
            let Some((w, bit)) = stop else { return left + 1 };
            places = w * 64 + bit as usize + 1;
            let taken = equal[w] >> bit & 1;
            hits[w] |= taken << bit;
            places -= taken as usize;
            if places == 0 {
                return left;
            }
        }
        0
    }
}

/// The bits of word `w` that stand for places below `places`.
#[inline]
fn below(places: usize, w: usize) -> u64 {
    match places.saturating_sub(w * 64) {
        0 => 0,
        bits @ 1..64 => (1 << bits) - 1,
        _ => u64::MAX,
    }
}

/// Overwrites `kept` with the tokens to keep.
fn keep(tokens: &[TokenId], kept: &mut Vec<TokenId>, is_kept: impl Fn(TokenId) -> bool) {
    kept.resize(tokens.len(), 0);
    let mut length = 0;
    for &token in tokens {
        // Written in any case: no branch to guess.
        kept[length] = token;
        length += usize::from(is_kept(token));
    }
    kept.truncate(length);
}

/// Reads one token: `flat` becomes `(flat + u) | (flat - u)`, where `u` is what of it is equal; the
/// addition carries from word to word, the subtraction never borrows.
#[inline]
pub(super) fn advance<const W: usize>(
    flat: &mut [u64; W],
    equal: [u64; W],
    mut carry: bool,
) -> bool {
    // Words go two at a time: compilers make a chain of carries of that, and of single words a
    // detour by vectors.
    let (pairs, rest) = flat.as_chunks_mut();
    let (equal_pairs, equal_rest) = equal.as_chunks();
    for (pair, equal) in pairs.iter_mut().zip(equal_pairs) {
        let [low, high] = *pair;
        let (flat, equal) = (join([low, high]), join(*equal));
        let grown = flat & equal;
        let (sum, carry_of_equal) = flat.overflowing_add(grown);
        let (sum, carry_of_carry) = sum.overflowing_add(u128::from(carry));
        *pair = split(sum | (flat ^ grown));
        carry = carry_of_equal | carry_of_carry;
    }
    for (flat, equal) in rest.iter_mut().zip(equal_rest) {
        let grown = *flat & equal;
        let (sum, carry_of_equal) = flat.overflowing_add(grown);
        let (sum, carry_of_carry) = sum.overflowing_add(u64::from(carry));
        *flat = sum | (*flat ^ grown);
        carry = carry_of_equal | carry_of_carry;
    }
    carry
}

#[inline]
fn join([low, high]: [u64; 2]) -> u128 {
    u128::from(low) | u128::from(high) << 64
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "it is taken apart")]
fn split(pair: u128) -> [u64; 2] {
    [pair as u64, (pair >> 64) as u64]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The table as textbooks have it, and the walk back through it.
    fn by_table(reference: &[u32], hypothesis: &[u32]) -> (usize, Vec<usize>) {
        let (m, n) = (reference.len(), hypothesis.len());
        let mut table = vec![vec![0; n + 1]; m + 1];
        for i in 1..=m {
            for j in 1..=n {
                table[i][j] = if reference[i - 1] == hypothesis[j - 1] {
                    table[i - 1][j - 1] + 1
                } else {
                    usize::max(table[i - 1][j], table[i][j - 1])
                };
            }
        }
        let (mut i, mut j, mut taken) = (m, n, Vec::new());
        while i > 0 && j > 0 {
            if reference[i - 1] == hypothesis[j - 1] {
                i -= 1;
                j -= 1;
                taken.push(i);
            } else if table[i][j - 1] > table[i - 1][j] {
                j -= 1;
            } else {
                i -= 1;
            }
        }
        taken.reverse();
        (table[m][n], taken)
    }

    fn check(common: &mut CommonSubsequence, reference: &[u32], hypothesis: &[u32]) {
        let (length, taken) = by_table(reference, hypothesis);
        assert_eq!(common.length(reference, hypothesis), length);
        let mut hits = Places::default();
        hits.reset(reference.len());
        common.mark(reference, hypothesis, &mut hits);
        assert_eq!(hits.iter().collect::<Vec<_>>(), taken, "{reference:?} {hypothesis:?}");
    }

    fn text(distinct: u32, length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u32>> {
        prop::collection::vec(0..distinct, length)
    }

    proptest! {
        /// Short texts, one pair after the other; the last ids are unknown.
        #[test]
        fn equals_a_table(
            pairs in prop::collection::vec((1..9u32).prop_flat_map(|d| (text(d, 1..80), text(d + 2, 0..80))), 1..6)
        ) {
            let mut common = CommonSubsequence::default();
            for (reference, hypothesis) in pairs {
                common.reset(8);
                check(&mut common, &reference, &hypothesis);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Texts of several strips, up to more than make one group.
        #[test]
        fn long_texts_equal_a_table(
            (reference, hypothesis) in prop::sample::select(vec![2, 3, 20, 300])
                .prop_flat_map(|d| (text(d, 1..1500), text(d + d / 8, 0..1500)))
        ) {
            let mut common = CommonSubsequence::default();
            common.reset(300);
            check(&mut common, &reference, &hypothesis);
        }
    }

    /// More strips than make one group.
    #[test]
    fn many_strips_equal_a_table() {
        let mut state = 7_u64;
        let mut text = |length: usize, distinct: u64| -> Vec<u32> {
            let mut token = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                u32::try_from((state >> 33) % distinct).unwrap_or(0)
            };
            (0..length).map(|_| token()).collect()
        };
        let mut common = CommonSubsequence::default();
        common.reset(100);
        for distinct in [2, 100] {
            let (reference, hypothesis) = (text(9000, distinct), text(2000, distinct));
            check(&mut common, &reference, &hypothesis);
        }
    }
}
