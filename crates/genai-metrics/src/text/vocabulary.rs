//! Equal tokens get equal ids, within one segment.

use super::Tokens;

/// A token's number in its segment's [`Vocabulary`]: the distinct tokens of the references count
/// from 0 in order of first appearance.
pub type TokenId = u32;

/// The id of every hypothesis token that no reference has.
pub(super) const UNKNOWN: TokenId = TokenId::MAX;

/// The distinct tokens of one segment's references.
///
/// Ids have to agree only within a segment, so there is no global table, no lock, and nothing
/// that grows with the corpus. A lookup compares bytes, never only hashes: two tokens have the
/// same id exactly if they are the same.
///
/// ```
/// use genai_metrics::text::Vocabulary;
/// use genai_metrics::{Tokenizer, Tokens};
/// let (mut vocabulary, mut tokens, mut ids) = (Vocabulary::default(), Tokens::default(), vec![]);
/// tokens.cut(&Tokenizer::default(), "the cat the")?;
/// vocabulary.clear();
/// vocabulary.intern(&tokens, &mut ids);
/// assert_eq!(ids, [0, 1, 0]);
/// tokens.cut(&Tokenizer::default(), "the dog")?;
/// ids.clear();
/// vocabulary.look_up(&tokens, &mut ids);
/// assert_eq!(ids, [0, u32::MAX]);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    table: Table,
    long: LongTokens,
}

impl Vocabulary {
    /// Forgets every token.
    pub fn clear(&mut self) {
        self.table.clear();
        self.long.clear();
    }

    /// The number of distinct tokens.
    pub fn len(&self) -> usize {
        self.table.count as usize
    }

    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.table.count == 0
    }

    /// Appends the ids of a reference's tokens, giving new tokens new ids.
    pub fn intern(&mut self, tokens: &Tokens, ids: &mut Vec<TokenId>) {
        self.table.reserve(tokens.len());
        let text = tokens.padded();
        ids.extend(tokens.spans().iter().map(|(start, end)| {
            if end - start > LONGEST {
                return self.intern_long(&text[start..end]);
            }
            let found = self.table.find(Key::of(text, start, end), |_| true);
            self.table.keep(found);
            found.id
        }));
    }

    #[cold]
    fn intern_long(&mut self, token: &[u8]) -> TokenId {
        let Self { table, long } = self;
        let found = table.find(Key::of_long(token), |id| long.get(id) == token);
        if found.id == table.count {
            long.push(found.id, token);
        }
        table.keep(found);
        found.id
    }

    /// Appends the ids of a hypothesis's tokens; those that no reference has are
    /// [`TokenId::MAX`].
    pub fn look_up(&mut self, tokens: &Tokens, ids: &mut Vec<TokenId>) {
        let Self { table, long } = self;
        let text = tokens.padded();
        ids.extend(tokens.spans().iter().map(|(start, end)| {
            let id = if end - start > LONGEST {
                let token = &text[start..end];
                table.find(Key::of_long(token), |id| long.get(id) == token).id
            } else {
                table.find(Key::of(text, start, end), |_| true).id
            };
            if id < table.count { id } else { UNKNOWN }
        }));
    }
}

/// A map from keys to ids.
#[derive(Clone, Debug)]
struct Table {
    /// Open addressing, at most a quarter full: `base` plus the id of the token that hashes there.
    /// Anything less is of a segment that is gone and means a free slot, so that clearing touches
    /// none of them.
    slots: Vec<u32>,
    /// How many of the slots this segment uses, less one; a power of two less one. Small segments
    /// stay in the cache whatever long one came before.
    mask: usize,
    base: u32,
    count: u32,
    /// The key of each token by its id, then the one that is looked for.
    keys: Vec<Key>,
}

/// Where a key was found.
#[derive(Clone, Copy)]
struct Found {
    slot: usize,
    /// The next id if the token is new.
    id: TokenId,
}

/// 4 kB, in which the 20 tokens of a sentence seldom meet.
const FEWEST_SLOTS: usize = 1024;
const SLOTS_PER_TOKEN: usize = 4;

impl Default for Table {
    fn default() -> Self {
        Self {
            slots: vec![0; FEWEST_SLOTS],
            mask: FEWEST_SLOTS - 1,
            base: 1,
            count: 0,
            keys: vec![Key::default()],
        }
    }
}

impl Table {
    fn clear(&mut self) {
        self.base += self.count;
        if self.base > u32::MAX / 2 {
            self.slots.fill(0);
            self.base = 1;
        }
        self.count = 0;
        self.mask = FEWEST_SLOTS - 1;
    }

    /// Looks for a key; where keys are equal, `equal` says whether tokens are.
    ///
    /// Whether a token is known is a toss-up. So a free slot leads to the very key that is looked
    /// for, put behind the others, and the only branch is on a slot that another token has.
    #[inline]
    fn find(&mut self, key: Key, equal: impl Fn(TokenId) -> bool) -> Found {
        let Self { slots, mask, base, count, keys } = self;
        let slots = &slots[..=*mask];
        keys[*count as usize] = key;
        let mut slot = key.hash() & *mask;
        loop {
            let id = slots[slot].wrapping_sub(*base).min(*count);
            if keys[id as usize].equals(key) && (id == *count || equal(id)) {
                return Found { slot, id };
            }
            slot = (slot + 1) & *mask;
        }
    }

    /// Gives the token that was looked for last its id; one that has it already is written over
    /// with itself, without a branch.
    #[inline]
    fn keep(&mut self, Found { slot, id }: Found) {
        self.slots[slot] = self.base + id;
        self.count += u32::from(id == self.count);
    }

    /// Makes room for that many more tokens.
    fn reserve(&mut self, tokens: usize) {
        let most = self.count as usize + tokens;
        if self.keys.len() <= most {
            self.keys.resize(most + 1, Key::default());
        }
        let needed = (most * SLOTS_PER_TOKEN).next_power_of_two();
        if needed <= self.mask + 1 {
            return;
        }
        self.mask = needed - 1;
        if needed > self.slots.len() {
            self.slots.resize(needed, 0);
        }
        if self.count == 0 {
            return;
        }
        self.slots[..needed].fill(0);
        for (key, id) in self.keys.iter().zip(0..self.count) {
            let mut slot = key.hash() & self.mask;
            while self.slots[slot] != 0 {
                slot = (slot + 1) & self.mask;
            }
            self.slots[slot] = self.base + id;
        }
    }
}

/// The tokens that do not fit a key, in order of their ids.
#[derive(Clone, Debug, Default)]
struct LongTokens {
    bytes: Vec<u8>,
    /// Ids, and where their bytes begin.
    begins: Vec<(TokenId, usize)>,
}

impl LongTokens {
    fn clear(&mut self) {
        self.bytes.clear();
        self.begins.clear();
    }

    fn push(&mut self, id: TokenId, token: &[u8]) {
        self.begins.push((id, self.bytes.len()));
        self.bytes.extend_from_slice(token);
    }

    fn get(&self, id: TokenId) -> &[u8] {
        let at = self.begins.partition_point(|&(before, _)| before < id);
        let end = self.begins.get(at + 1).map_or(self.bytes.len(), |&(_, next)| next);
        &self.bytes[self.begins[at].1..end]
    }
}

/// A token of up to 15 bytes, padded with zeros, and its length in the highest byte; of a longer
/// one [`LONG`], 56 bits of its length and 64 of a hash.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Key {
    low: u64,
    high: u64,
}

pub(super) const LONGEST: usize = 15;
const LONG: u64 = 0xff << 56;

impl Key {
    /// The key of a token of up to 15 bytes.
    #[inline]
    pub(super) fn of(padded: &[u8], start: usize, end: usize) -> Self {
        let bytes = padded[start..].first_chunk().map_or(0, |bytes| u128::from_le_bytes(*bytes));
        let (bytes, length) = (bytes & MASKS[end - start], (end - start) as u64);
        #[expect(clippy::cast_possible_truncation, reason = "it is taken apart")]
        Self { low: bytes as u64, high: (bytes >> 64) as u64 | length << 56 }
    }

    /// The key of a token of up to 15 bytes with a number below 16 beside its length.
    #[inline]
    pub(super) fn tagged(self, tag: u8) -> Self {
        Self { high: self.high | u64::from(tag) << 60, ..self }
    }

    #[cold]
    fn of_long(token: &[u8]) -> Self {
        let mut state = 0;
        let (words, _) = token.as_chunks::<8>();
        // The last word overlaps the one before.
        for word in words.iter().chain(token.last_chunk()) {
            state = mix(u64::from_le_bytes(*word), state);
        }
        Self { low: state, high: LONG | token.len() as u64 }
    }

    /// Whether all bits are equal, in one branch.
    #[inline]
    pub(super) fn equals(self, other: Self) -> bool {
        (self.low ^ other.low) | (self.high ^ other.high) == 0
    }

    /// Which slot a token falls into never reaches a result.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a slot takes the lowest bits")]
    pub(super) fn hash(self) -> usize {
        mix(self.low, self.high) as usize
    }
}

/// For each length up to 15 the bytes of a token that long.
const MASKS: [u128; LONGEST + 1] = {
    let mut masks = [0; LONGEST + 1];
    let mut length = 1;
    while length <= LONGEST {
        masks[length] = u128::MAX >> (128 - 8 * length);
        length += 1;
    }
    masks
};

/// One wide multiplication, its halves folded.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the halves of a product are folded")]
fn mix(low: u64, high: u64) -> u64 {
    let product = u128::from(low ^ 0x9e37_79b9_7f4a_7c15)
        * u128::from(high.rotate_left(23) ^ 0xd6e8_feb8_6659_fd93);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::text::{Scheme, Tokenizer};

    proptest! {
        /// Ids against a map of strings: tokens of every length, texts one after the other.
        #[test]
        fn equals_a_map_of_strings(texts in prop::collection::vec("[ab\0é]{0,3}|([ab]{6,20}|b\0{0,9}| |[a-c]){0,200}", 1..5)) {
            let tokenizer = Tokenizer { scheme: Scheme::None, lowercase: false, ..Tokenizer::default() };
            let (mut vocabulary, mut tokens) = (Vocabulary::default(), Tokens::default());
            for round in 0..3 {
                vocabulary.clear();
                let mut expected: HashMap<String, u32> = HashMap::new();
                for text in texts.iter().skip(round) {
                    tokens.cut(&tokenizer, text).unwrap();
                    let mut known = Vec::new();
                    vocabulary.look_up(&tokens, &mut known);
                    let known_before: Vec<u32> =
                        tokens.iter().map(|t| expected.get(t).copied().unwrap_or(UNKNOWN)).collect();
                    prop_assert_eq!(known, known_before);
                    let mut ids = Vec::new();
                    vocabulary.intern(&tokens, &mut ids);
                    let wanted: Vec<u32> = tokens
                        .iter()
                        .map(|t| {
                            let next = u32::try_from(expected.len()).unwrap();
                            *expected.entry(t.to_owned()).or_insert(next)
                        })
                        .collect();
                    prop_assert_eq!(ids, wanted);
                    prop_assert_eq!(vocabulary.len(), expected.len());
                }
            }
        }
    }
}
