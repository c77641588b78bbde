//! Equal tokens get equal ids, within one segment.

use super::Tokens;
use super::machine::Span;

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
/// tokens.cut(Tokenizer::default(), "the cat the")?;
/// vocabulary.clear();
/// vocabulary.intern(&tokens, &mut ids);
/// assert_eq!(ids, [0, 1, 0]);
/// tokens.cut(Tokenizer::default(), "the dog")?;
/// ids.clear();
/// vocabulary.look_up(&tokens, &mut ids);
/// assert_eq!(ids, [0, u32::MAX]);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// Open addressing, at most half full.
    slots: Vec<Slot>,
    /// How many of the slots this segment uses, less one; a power of two less one. Small segments
    /// stay in the cache whatever long one came before.
    mask: usize,
    /// Slots of another generation are free: clearing touches none of them.
    generation: u32,
    count: u32,
    /// The bytes of tokens that do not fit a slot.
    long: Vec<u8>,
}

/// A token of up to 16 bytes lies in the slot itself; of a longer one, `low` is a hash and `high`
/// the place of its bytes in `Vocabulary::long`.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    low: u64,
    high: u64,
    length: u32,
    generation: u32,
    id: TokenId,
}

const INLINE: usize = 16;
const FEWEST_SLOTS: usize = 64;

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            slots: vec![Slot::default(); FEWEST_SLOTS],
            mask: FEWEST_SLOTS - 1,
            generation: 1,
            count: 0,
            long: Vec::new(),
        }
    }
}

impl Vocabulary {
    /// Forgets every token.
    pub fn clear(&mut self) {
        self.count = 0;
        self.long.clear();
        self.mask = FEWEST_SLOTS - 1;
        self.next_generation();
    }

    fn next_generation(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.slots.fill(Slot::default());
            self.generation = 1;
        }
    }

    /// The number of distinct tokens.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Appends the ids of a reference's tokens, giving new tokens new ids.
    pub fn intern(&mut self, tokens: &Tokens, ids: &mut Vec<TokenId>) {
        self.reserve(tokens.len());
        let bytes = tokens.padded();
        ids.extend(tokens.spans().iter().map(|&span| {
            let key = Key::of(bytes, span);
            match self.find(&key) {
                Ok(id) => id,
                Err(free) => self.insert(free, &key),
            }
        }));
    }

    /// Appends the ids of a hypothesis's tokens; those that no reference has are
    /// [`TokenId::MAX`].
    pub fn look_up(&self, tokens: &Tokens, ids: &mut Vec<TokenId>) {
        let bytes = tokens.padded();
        ids.extend(
            tokens.spans().iter().map(|&span| self.find(&Key::of(bytes, span)).unwrap_or(UNKNOWN)),
        );
    }

    /// The token's id, or the free slot where it belongs.
    #[inline]
    fn find(&self, key: &Key<'_>) -> Result<TokenId, usize> {
        let slots = &self.slots[..=self.mask];
        let mut at = key.hash & self.mask;
        loop {
            let slot = &slots[at];
            if slot.generation != self.generation {
                return Err(at);
            }
            if slot.low == key.low && slot.length == key.length && self.rest_equal(slot, key) {
                return Ok(slot.id);
            }
            at = (at + 1) & self.mask;
        }
    }

    #[inline]
    fn rest_equal(&self, slot: &Slot, key: &Key<'_>) -> bool {
        if key.bytes.len() <= INLINE {
            return slot.high == key.high;
        }
        let at = usize::try_from(slot.high).unwrap_or(usize::MAX);
        self.long.get(at..).is_some_and(|rest| rest.starts_with(key.bytes))
    }

    fn insert(&mut self, free: usize, key: &Key<'_>) -> TokenId {
        let high = if key.bytes.len() <= INLINE {
            key.high
        } else {
            self.long.extend_from_slice(key.bytes);
            (self.long.len() - key.bytes.len()) as u64
        };
        let id = self.count;
        self.count += 1;
        self.slots[free] =
            Slot { low: key.low, high, length: key.length, generation: self.generation, id };
        id
    }

    /// Makes room for that many more tokens at a load of at most one half.
    fn reserve(&mut self, tokens: usize) {
        let needed = ((self.len() + tokens) * 2).next_power_of_two();
        if needed <= self.mask + 1 {
            return;
        }
        let taken: Vec<Slot> = self.slots[..=self.mask]
            .iter()
            .filter(|slot| self.count > 0 && slot.generation == self.generation)
            .copied()
            .collect();
        self.mask = needed - 1;
        if needed > self.slots.len() {
            self.slots.resize(needed, Slot::default());
        }
        self.next_generation();
        for slot in taken {
            let high = if slot.length as usize <= INLINE { slot.high } else { 0 };
            let mut at = hash(slot.low, high) & self.mask;
            while self.slots[at].generation == self.generation {
                at = (at + 1) & self.mask;
            }
            self.slots[at] = Slot { generation: self.generation, ..slot };
        }
    }
}

/// A token ready to be looked up.
struct Key<'a> {
    bytes: &'a [u8],
    low: u64,
    high: u64,
    length: u32,
    hash: usize,
}

impl<'a> Key<'a> {
    #[inline]
    fn of(padded: &'a [u8], (start, end): Span) -> Self {
        let (at, length) = (start as usize, (end - start) as usize);
        let bytes = &padded[at..end as usize];
        let (low, high) = match length {
            0..=8 => (load(padded, at) & mask(length), 0),
            9..=INLINE => (load(padded, at), load(padded, at + 8) & mask(length - 8)),
            _ => (long_hash(bytes), 0),
        };
        Self { bytes, low, high, length: end - start, hash: hash(low, high) }
    }
}

/// Eight bytes, which may reach past the token.
#[inline]
fn load(padded: &[u8], at: usize) -> u64 {
    padded[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// The lowest `length` bytes, 1 to 8.
#[inline]
fn mask(length: usize) -> u64 {
    u64::MAX >> ((8usize.wrapping_sub(length) * 8) & 63)
}

/// Mixes a key by one wide multiplication. Which slot a token falls into never reaches a result.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the halves of a product are folded")]
fn hash(low: u64, high: u64) -> usize {
    let product = u128::from(low ^ 0x9e37_79b9_7f4a_7c15)
        * u128::from(high.rotate_left(23) ^ 0xd6e8_feb8_6659_fd93);
    (product as u64 ^ (product >> 64) as u64) as usize
}

fn long_hash(bytes: &[u8]) -> u64 {
    let mut state = bytes.len() as u64;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        state = hash(u64::from_le_bytes(*word), state) as u64;
    }
    rest.iter().fold(state, |state, &byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
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
            let tokenizer = Tokenizer { scheme: Scheme::None, lowercase: false };
            let (mut vocabulary, mut tokens) = (Vocabulary::default(), Tokens::default());
            for round in 0..3 {
                vocabulary.clear();
                let mut expected: HashMap<String, u32> = HashMap::new();
                for text in texts.iter().skip(round) {
                    tokens.cut(tokenizer, text).unwrap();
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
