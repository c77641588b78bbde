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
        self.each(tokens, ids, Table::intern, |Self { table, long }, token| {
            let found = table.find_long(token, long);
            if found.id == table.count {
                long.push(found.id, token);
            }
            table.slots[found.slot] = table.base + found.id;
            table.count += u32::from(found.id == table.count);
            found.id
        });
    }

    /// Appends the ids of a hypothesis's tokens; those that no reference has are
    /// [`TokenId::MAX`].
    pub fn look_up(&mut self, tokens: &Tokens, ids: &mut Vec<TokenId>) {
        self.each(tokens, ids, Table::look_up, |Self { table, long }, token| {
            let id = table.find_long(token, long).id;
            if id < table.count { id } else { UNKNOWN }
        });
    }

    /// Appends the ids of tokens: `short` goes on until the tokens end or one is long.
    #[inline]
    fn each(
        &mut self,
        tokens: &Tokens,
        ids: &mut Vec<TokenId>,
        short: impl Fn(&mut Table, &[u8], &[[u32; 2]], &mut [TokenId]) -> usize,
        long: impl Fn(&mut Self, &[u8]) -> TokenId,
    ) {
        let (text, mut spans) = (tokens.padded(), tokens.spans().as_slice());
        let before = ids.len();
        ids.resize(before + spans.len(), 0);
        let mut ids = &mut ids[before..];
        loop {
            let done = short(&mut self.table, text, spans, ids);
            (spans, ids) = (&spans[done..], &mut ids[done..]);
            let Some((&[start, end], rest)) = spans.split_first() else { return };
            ids[0] = long(self, &text[start as usize..end as usize]);
            (spans, ids) = (rest, &mut ids[1..]);
        }
    }
}

/// A map from keys to ids.
#[derive(Clone, Debug)]
struct Table {
    /// Open addressing, at most a quarter full: `base` plus the id of the token that hashes there.
    /// Anything less is of a segment that is gone and means a free slot, so that clearing touches
    /// none of them.
    slots: Vec<u32>,
    /// How many of a hash's bits tell the slot. A small segment uses few, and stays in the cache
    /// whatever long one came before.
    bits: u32,
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

/// 8 kB, in which the 20 tokens of a sentence, and the 100 different ones of a summary, seldom meet.
const FEWEST_BITS: u32 = 11;
const SLOTS_PER_TOKEN: usize = 4;

impl Default for Table {
    fn default() -> Self {
        Self {
            slots: vec![0; 1 << FEWEST_BITS],
            bits: FEWEST_BITS,
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
        self.bits = FEWEST_BITS;
    }

    /// The ids of tokens up to the first that has no key of its own; returns how many there are.
    fn intern(&mut self, text: &[u8], spans: &[[u32; 2]], ids: &mut [TokenId]) -> usize {
        // In most segments; where the number is known, nothing has to be checked against it.
        if self.bits == FEWEST_BITS {
            return self.intern_by(FEWEST_BITS, text, spans, ids);
        }
        self.intern_by(self.bits, text, spans, ids)
    }

    /// As [`Self::intern`], without new ids.
    fn look_up(&mut self, text: &[u8], spans: &[[u32; 2]], ids: &mut [TokenId]) -> usize {
        if self.bits == FEWEST_BITS {
            return self.look_up_by(FEWEST_BITS, text, spans, ids);
        }
        self.look_up_by(self.bits, text, spans, ids)
    }

    #[expect(clippy::inline_always, reason = "once for a known number of bits, once for any")]
    #[inline(always)]
    fn intern_by(
        &mut self,
        bits: u32,
        text: &[u8],
        spans: &[[u32; 2]],
        ids: &mut [TokenId],
    ) -> usize {
        let Self { slots, base, count, keys, .. } = self;
        let (slots, keys) = (&mut slots[..1 << bits], &mut keys[..]);
        // What changes from token to token stays in a register.
        let mut next = *count;
        let mut done = 0;
        for (&[start, end], id) in spans.iter().zip(ids) {
            let Some(key) = Key::new(text, start as usize, end as usize) else { break };
            let probe = Probe { bits, base: *base, count: next };
            let found = probe.find(key, slots, keys, |_| true);
            // A token that has its id already is written over with itself, without a branch.
            slots[found.slot] = *base + found.id;
            next += u32::from(found.id == next);
            *id = found.id;
            done += 1;
        }
        *count = next;
        done
    }

    #[expect(clippy::inline_always, reason = "once for a known number of bits, once for any")]
    #[inline(always)]
    fn look_up_by(
        &mut self,
        bits: u32,
        text: &[u8],
        spans: &[[u32; 2]],
        ids: &mut [TokenId],
    ) -> usize {
        let Self { slots, base, count, keys, .. } = self;
        let (slots, keys) = (&slots[..1 << bits], &mut keys[..]);
        let probe = Probe { bits, base: *base, count: *count };
        let mut done = 0;
        for (&[start, end], id) in spans.iter().zip(ids) {
            let Some(key) = Key::new(text, start as usize, end as usize) else { break };
            let found = probe.find(key, slots, keys, |_| true).id;
            *id = if found < probe.count { found } else { UNKNOWN };
            done += 1;
        }
        done
    }

    #[cold]
    fn find_long(&mut self, token: &[u8], long: &LongTokens) -> Found {
        let Self { slots, bits, base, count, keys } = self;
        let probe = Probe { bits: *bits, base: *base, count: *count };
        let slots = &slots[..1 << *bits];
        probe.find(Key::of_long(token), slots, keys, |id| long.get(id) == token)
    }

    /// Makes room for that many more tokens.
    fn reserve(&mut self, tokens: usize) {
        let most = self.count as usize + tokens;
        if self.keys.len() <= most {
            self.keys.resize(most + 1, Key::default());
        }
        let needed = (most * SLOTS_PER_TOKEN).next_power_of_two();
        if needed <= 1 << self.bits {
            return;
        }
        self.bits = needed.trailing_zeros();
        if needed > self.slots.len() {
            self.slots.resize(needed, 0);
        }
        if self.count == 0 {
            return;
        }
        self.slots[..needed].fill(0);
        for (key, id) in self.keys.iter().zip(0..self.count) {
            let mut slot = key.slot(self.bits);
            while self.slots[slot] != 0 {
                slot = (slot + 1) % needed;
            }
            self.slots[slot] = self.base + id;
        }
    }
}

/// What a search needs beside slots and keys.
#[derive(Clone, Copy)]
struct Probe {
    bits: u32,
    base: u32,
    count: u32,
}

impl Probe {
    /// Looks for a key; where keys are equal, `equal` says whether tokens are.
    ///
    /// Whether a token is known is a toss-up. So a free slot leads to the very key that is looked
    /// for, put behind the others, and the only branch is on a slot that another token has.
    #[inline]
    fn find(
        self,
        key: Key,
        slots: &[u32],
        keys: &mut [Key],
        equal: impl Fn(TokenId) -> bool,
    ) -> Found {
        let Self { bits, base, count } = self;
        keys[count as usize] = key;
        let mut slot = key.slot(bits);
        loop {
            let id = slots[slot].wrapping_sub(base).min(count);
            if keys[id as usize].equals(key) && (id == count || equal(id)) {
                return Found { slot, id };
            }
            slot = (slot + 1) & (slots.len() - 1);
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

const LONGEST: usize = 15;
const LONG: u64 = 0xff << 56;

impl Key {
    /// The key of a token of up to 15 bytes; none of a longer one.
    #[inline]
    pub(super) fn new(padded: &[u8], start: usize, end: usize) -> Option<Self> {
        let length = end - start;
        let bytes = padded.get(start..start + 16)?.first_chunk()?;
        let bytes = u128::from_le_bytes(*bytes) & MASKS.get(length)?;
        #[expect(clippy::cast_possible_truncation, reason = "it is taken apart")]
        Some(Self { low: bytes as u64, high: (bytes >> 64) as u64 | (length as u64) << 56 })
    }

    /// The key of a token of up to 15 bytes with a number below 16 beside its length.
    #[inline]
    pub(super) fn tagged(self, tag: u8) -> Self {
        Self { high: self.high | u64::from(tag) << 60, ..self }
    }

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

    /// One of `1 << bits` slots, which never reaches a result.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "there are so many slots")]
    pub(super) fn slot(self, bits: u32) -> usize {
        let product = (self.low ^ self.high.rotate_left(23)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (product >> (u64::BITS - bits)) as usize
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
