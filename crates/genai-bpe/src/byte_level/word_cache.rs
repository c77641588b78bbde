//! What words became, for the next time.

use crate::hash::hash_key;

/// A table of fixed size from short words to their ids. A word that hashes to a taken slot takes
/// it over, so nothing grows and nothing is searched.
#[derive(Clone, Debug, Default)]
pub(crate) struct WordCache {
    slots: Vec<Slot>,
}

/// 32 bytes: two to a cache line.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// The word's bytes, its length in the highest; 0 is no word.
    key: u128,
    ids: [u32; IDS],
    count: u32,
}

/// Ids that a slot has room for. Words of more are not remembered.
const IDS: usize = 3;
/// Longest word, in bytes, that is remembered.
const LONGEST: usize = 15;

impl WordCache {
    /// A cache for about so many words; 0 for none.
    pub(crate) fn new(words: usize) -> Self {
        let size = if words == 0 { 0 } else { words.clamp(2, 1 << 24).next_power_of_two() };
        Self { slots: vec![Slot::default(); size] }
    }

    /// The key of the word at `start..end` of `text`, if it is one that can be remembered.
    #[inline]
    pub(crate) fn key(text: &[u8], start: usize, end: usize) -> Option<u128> {
        let length = end - start;
        if length > LONGEST {
            return None;
        }
        let word = if let Some(chunk) = text[start..].first_chunk::<16>() {
            u128::from_le_bytes(*chunk) & ((1 << (8 * length)) - 1)
        } else {
            let mut bytes = [0; 16];
            bytes[..length].copy_from_slice(&text[start..end]);
            u128::from_le_bytes(bytes)
        };
        Some(word | (length as u128) << 120)
    }

    /// The ids of a word, if they are remembered.
    #[inline]
    pub(crate) fn get(&self, key: u128) -> Option<&[u32]> {
        let slot = self.slots.get(self.place(key))?;
        (slot.key == key).then(|| &slot.ids[..slot.count as usize])
    }

    /// Remembers the ids of a word, if there is room for so many.
    pub(crate) fn put(&mut self, key: u128, ids: &[u32]) {
        let place = self.place(key);
        if let Some(slot) = self.slots.get_mut(place)
            && let Some(room) = slot.ids.get_mut(..ids.len())
        {
            room.copy_from_slice(ids);
            slot.key = key;
            slot.count = ids.len() as u32;
        }
    }

    #[inline]
    fn place(&self, key: u128) -> usize {
        hash_key(key) as usize & self.slots.len().wrapping_sub(1)
    }
}
