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
    ids: WordIds,
}

/// The ids of a word, 24 bits each, and in the highest byte how many there are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WordIds(u128);

/// Ids that a slot has room for. Words of more are not remembered.
const IDS: usize = 5;
/// Longest word, in bytes, that is remembered.
const LONGEST: usize = 15;
/// Where the highest byte starts.
const TOP: u32 = 120;
const ID_BITS: usize = 24;

impl WordIds {
    fn new(ids: &[u32]) -> Option<Self> {
        if ids.len() > IDS || ids.iter().any(|id| id >> ID_BITS != 0) {
            return None;
        }
        let packed = ids.iter().rev().fold(0, |packed, &id| packed << ID_BITS | u128::from(id));
        Some(Self(packed | (ids.len() as u128) << TOP))
    }

    #[inline]
    pub(crate) fn len(self) -> usize {
        (self.0 >> TOP) as usize
    }

    #[inline]
    pub(crate) fn get(self, place: usize) -> u32 {
        (self.0 >> (ID_BITS * place)) as u32 & ((1 << ID_BITS) - 1)
    }
}

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
        Some(word | (length as u128) << TOP)
    }

    /// The ids of a word, if they are remembered.
    #[inline]
    pub(crate) fn get(&self, key: u128) -> Option<WordIds> {
        let slot = self.slots.get(self.place(key))?;
        (slot.key == key).then_some(slot.ids)
    }

    /// Remembers the ids of a word, if there is room for so many.
    #[inline]
    pub(crate) fn put(&mut self, key: u128, ids: &[u32]) {
        let place = self.place(key);
        if let Some(slot) = self.slots.get_mut(place)
            && let Some(ids) = WordIds::new(ids)
        {
            *slot = Slot { key, ids };
        }
    }

    #[inline]
    fn place(&self, key: u128) -> usize {
        hash_key(key) as usize & self.slots.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_by_bytes_and_length() {
        let text = b"ab\0abcdefghijklmnopq";
        let key = |start, end| WordCache::key(text, start, end);
        assert_ne!(key(0, 2), key(0, 3));
        assert_eq!(key(0, 2), key(3, 5));
        assert_eq!(key(3, 19), None);
        assert_eq!(WordCache::key(b"ab", 0, 2), key(0, 2));
    }

    #[test]
    fn what_is_put_is_there_until_its_slot_is_taken() {
        let mut cache = WordCache::new(2);
        for word in 0..100u128 {
            let ids = [1, (1 << 24) - 1, 3, 4, word as u32];
            let count = word as usize % 6;
            cache.put(word | 1 << TOP, &ids[..count]);
            let found = cache.get(word | 1 << TOP).unwrap();
            let found: Vec<_> = (0..found.len()).map(|place| found.get(place)).collect();
            assert_eq!(found, ids[..count]);
        }
        cache.put(1 << TOP, &[0; 6]);
        cache.put(2 << TOP, &[1 << 24]);
        assert!(cache.get(2 << TOP).is_none());
        let mut none = WordCache::new(0);
        none.put(1 << TOP, &[1]);
        assert!(none.get(1 << TOP).is_none());
    }
}
