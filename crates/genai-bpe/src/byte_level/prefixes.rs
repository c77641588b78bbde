//! The longest token that a text starts with.

use crate::vocabulary::Vocabulary;

/// All prefixes of all tokens, by a hash that grows byte by byte with the text: the place of each
/// prefix follows from the text alone, so that a processor need not wait for one look-up to begin
/// the next.
///
/// A slot holds a part of the hash only; what is found is compared with the text byte by byte.
#[derive(Clone, Debug)]
pub(super) struct Prefixes {
    /// Open addressing: 38 bits of the hash, whether longer prefixes exist, whether the slot is
    /// taken, and the id of the token that the prefix is.
    slots: Vec<u64>,
    shift: u32,
    /// By id: the longest token that is a proper prefix of this one.
    shorter: Vec<u32>,
}

/// The id of no token.
pub(super) const NO_TOKEN: u32 = (1 << 24) - 1;

const TAKEN: u64 = 1 << 24;
const GOES_ON: u64 = 1 << 25;
const ID: u64 = TAKEN - 1;
const TAG: u64 = !(GOES_ON | TAKEN | ID);
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR: u64 = 0xd1b5_4a32_d192_ed03;

impl Prefixes {
    /// The prefixes of those tokens of the vocabulary that are wanted. Nothing if hashes of two of
    /// them agree, which no vocabulary has by chance.
    pub(super) fn new(vocabulary: &Vocabulary, wanted: impl Fn(u32) -> bool) -> Option<Self> {
        // Vocabularies of words have about two prefixes a token.
        let mut size = (vocabulary.len() * 4).next_power_of_two().max(256);
        loop {
            let mut prefixes = Self {
                slots: vec![0; size],
                shift: 64 - size.trailing_zeros(),
                shorter: Vec::new(),
            };
            if prefixes.fill(vocabulary, &wanted) {
                prefixes.shorter = vec![NO_TOKEN; vocabulary.id_bound()];
                for (id, token) in vocabulary.iter().filter(|(id, _)| wanted(*id)) {
                    let start = &token[..token.len().saturating_sub(1)];
                    prefixes.shorter[id as usize] = prefixes.longest(vocabulary, start)?.0;
                }
                return Some(prefixes);
            }
            size *= 2;
        }
    }

    /// Whether all prefixes found a place with room to spare.
    fn fill(&mut self, vocabulary: &Vocabulary, wanted: &impl Fn(u32) -> bool) -> bool {
        let mut room = self.slots.len() / 4 * 3;
        for (id, token) in vocabulary.iter().filter(|(id, _)| wanted(*id)) {
            let mut hash = SEED;
            for (&byte, left) in token.iter().zip((0..token.len()).rev()) {
                hash = extend(hash, byte);
                let place = self.place(hash);
                let slot = &mut self.slots[place];
                if *slot & TAKEN == 0 {
                    if room == 0 {
                        return false;
                    }
                    room -= 1;
                    *slot = tag(hash) | TAKEN | u64::from(NO_TOKEN);
                }
                if left > 0 {
                    *slot |= GOES_ON;
                } else {
                    *slot = *slot & !ID | u64::from(id);
                }
            }
        }
        true
    }

    /// The longest token that `text` starts with, and its length; [`NO_TOKEN`] and 0 if there is none.
    /// Nothing if the text is one of those whose hashes mislead.
    #[inline]
    pub(super) fn longest(&self, vocabulary: &Vocabulary, text: &[u8]) -> Option<(u32, usize)> {
        let mut hash = SEED;
        let (mut token, mut length) = (NO_TOKEN, 0);
        for (&byte, place) in text.iter().zip(1..) {
            hash = extend(hash, byte);
            let slot = self.slots[self.place(hash)];
            if slot & TAKEN == 0 {
                break;
            }
            if slot & ID != u64::from(NO_TOKEN) {
                (token, length) = ((slot & ID) as u32, place);
            }
            if slot & GOES_ON == 0 {
                break;
            }
        }
        let is_there = token == NO_TOKEN || vocabulary.bytes(token) == Some(&text[..length]);
        is_there.then_some((token, length))
    }

    /// The longest token that is a proper prefix of this one, or [`NO_TOKEN`].
    #[inline]
    pub(super) fn shorter(&self, token: u32) -> u32 {
        self.shorter[token as usize]
    }

    /// Where the prefix of that hash is, or would be.
    #[inline]
    fn place(&self, hash: u64) -> usize {
        let mut place = (hash >> self.shift) as usize;
        loop {
            let slot = self.slots[place & (self.slots.len() - 1)];
            if slot & TAKEN == 0 || (slot ^ tag(hash)) & TAG == 0 {
                return place & (self.slots.len() - 1);
            }
            place += 1;
        }
    }
}

#[inline]
fn extend(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(FACTOR)
}

#[inline]
fn tag(hash: u64) -> u64 {
    hash << 20 & TAG
}
