//! What words became, for the next time.

use std::ops::Range;

use crate::hash::hash_keys;

/// Two tables of fixed size from words to their ids: one for words of up to 15 bytes, one for those
/// of up to 31. A word has two slots that it may be in. It enters by the second, whose word it
/// drives out, and comes to the first when it is asked for again: so frequent words stay, and
/// nothing is searched. Tables grow as words come, up to a fixed size. Words are compared, not only their hashes.
#[derive(Clone, Debug, Default)]
pub(crate) struct WordCache {
    short: Table<1>,
    long: Table<2>,
}

#[derive(Clone, Debug, Default)]
struct Table<const N: usize> {
    pairs: Vec<[Slot<N>; 2]>,
    /// Words put in since the table has this size.
    entered: usize,
    most_pairs: usize,
}

/// 32 or 64 bytes: two of the smaller ones share a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Slot<const N: usize> {
    /// The word's bytes, its length in the highest; 0 is no word.
    key: [u128; N],
    ids: [WordIds; N],
}

/// Ids of a word, 24 bits each, and in the highest byte how many there are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WordIds(u128);

/// A word as it is kept in the table that it belongs to, and its place there: known before the table
/// is looked at, so that a processor can look at several places at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WordKey {
    Short([u128; 1], usize),
    Long([u128; 2], usize),
}

/// Pairs of slots to begin with: few texts have more words.
const FIRST_PAIRS: usize = 1 << 10;
/// Ids that 16 bytes have room for. Words of more are not remembered.
pub(super) const IDS: usize = 5;
/// Where the highest byte starts.
const TOP: u32 = 120;
const ID_BITS: usize = 24;

impl WordIds {
    fn new(ids: &[u32]) -> Self {
        let packed = ids.iter().rev().fold(0, |packed, &id| packed << ID_BITS | u128::from(id));
        Self(packed | (ids.len() as u128) << TOP)
    }

    /// Writes the ids, and what does not matter after them; says how many they are.
    #[inline]
    pub(super) fn write(self, room: &mut [u32; IDS]) -> usize {
        for (place, id) in room.iter_mut().enumerate() {
            *id = self.get(place);
        }
        self.len()
    }

    #[inline]
    fn len(self) -> usize {
        (self.0 >> TOP) as usize
    }

    #[inline]
    fn get(self, place: usize) -> u32 {
        (self.0 >> (ID_BITS * place)) as u32 & ((1 << ID_BITS) - 1)
    }
}

impl<const N: usize> Slot<N> {
    const FREE: Self = Self { key: [0; N], ids: [WordIds(0); N] };
}

impl<const N: usize> Table<N> {
    fn new(slots: usize) -> Self {
        let pairs = (slots / 2).min(FIRST_PAIRS);
        Self { pairs: vec![[Slot::FREE; 2]; pairs], entered: 0, most_pairs: slots / 2 }
    }

    /// Four times the slots, with the words there are. Places that were told before are not the
    /// words' places any more; what is put there is not found, and that is all.
    #[cold]
    fn grow(&mut self) {
        let size = (self.pairs.len() * 4).min(self.most_pairs);
        let old = std::mem::replace(&mut self.pairs, vec![[Slot::FREE; 2]; size]);
        self.entered = 0;
        for slot in old.into_iter().flatten().filter(|slot| slot.key != [0; N]) {
            let place = self.place(slot.key);
            let [first, second] = &mut self.pairs[place];
            *(if first.key == [0; N] { first } else { second }) = slot;
        }
    }

    #[inline]
    fn place(&self, key: [u128; N]) -> usize {
        hash_keys(key) as usize & self.pairs.len().wrapping_sub(1)
    }

    #[inline]
    fn get(&mut self, key: [u128; N], place: usize) -> Option<[WordIds; N]> {
        let pair = self.pairs.get_mut(place)?;
        if pair[0].key == key {
            return Some(pair[0].ids);
        }
        if pair[1].key == key {
            pair.swap(0, 1);
            return Some(pair[0].ids);
        }
        None
    }

    fn put(&mut self, key: [u128; N], place: usize, ids: &[u32]) {
        if ids.len() > N * IDS || ids.iter().any(|id| id >> ID_BITS != 0) {
            return;
        }
        if let Some(pair) = self.pairs.get_mut(place) {
            let mut chunks = ids.chunks(IDS);
            let ids = [(); N].map(|()| WordIds::new(chunks.next().unwrap_or_default()));
            pair[1] = Slot { key, ids };
            self.entered += 1;
            if self.entered > self.pairs.len() && self.pairs.len() < self.most_pairs {
                self.grow();
            }
        }
    }
}

impl WordCache {
    /// A cache for about so many words of up to 15 bytes, and half as many longer ones; 0 for none.
    pub(crate) fn new(words: usize) -> Self {
        let size = if words == 0 { 0 } else { words.clamp(8, 1 << 24).next_power_of_two() };
        Self { short: Table::new(size), long: Table::new(size / 2) }
    }

    /// The key of a word of `text`, if it is one that can be remembered.
    #[inline]
    pub(crate) fn key(&self, text: &[u8], word: Range<usize>) -> Option<WordKey> {
        match word.len() {
            0..16 => {
                let key = [last_of_key(text, word.start, word.len(), word.len())];
                Some(WordKey::Short(key, self.short.place(key)))
            }
            length @ 16..32 => {
                let first = text[word.start..].first_chunk::<16>()?;
                let rest = last_of_key(text, word.start + 16, length - 16, length);
                let key = [u128::from_le_bytes(*first), rest];
                Some(WordKey::Long(key, self.long.place(key)))
            }
            _ => None,
        }
    }

    /// The ids of a word of up to 15 bytes that stands in the first of its slots, where all frequent
    /// words are.
    #[inline]
    pub(super) fn frequent(&self, key: WordKey) -> Option<WordIds> {
        let WordKey::Short(key, place) = key else { return None };
        let slot = &self.short.pairs.get(place)?[0];
        (slot.key == key).then_some(slot.ids[0])
    }

    /// Calls `each` with the ids of a word in order, if they are remembered, and says whether they are.
    #[inline]
    pub(crate) fn get(&mut self, key: WordKey, mut each: impl FnMut(u32)) -> bool {
        let mut call = |ids: WordIds| (0..ids.len()).for_each(|place| each(ids.get(place)));
        match key {
            WordKey::Short(key, place) => {
                let Some([ids]) = self.short.get(key, place) else { return false };
                call(ids);
            }
            WordKey::Long(key, place) => {
                let Some(ids) = self.long.get(key, place) else { return false };
                ids.into_iter().for_each(call);
            }
        }
        true
    }

    /// Remembers the ids of a word, if there is room for so many.
    pub(crate) fn put(&mut self, key: WordKey, ids: &[u32]) {
        match key {
            WordKey::Short(key, place) => self.short.put(key, place, ids),
            WordKey::Long(key, place) => self.long.put(key, place, ids),
        }
    }
}

/// Up to 15 bytes of a word from `start` on, and the length of the whole word.
#[inline]
fn last_of_key(text: &[u8], start: usize, count: usize, length: usize) -> u128 {
    let bytes = if let Some(chunk) = text[start..].first_chunk::<16>() {
        u128::from_le_bytes(*chunk) & ((1 << (8 * count)) - 1)
    } else {
        let mut bytes = [0; 16];
        bytes[..count].copy_from_slice(&text[start..start + count]);
        u128::from_le_bytes(bytes)
    };
    bytes | (length as u128) << TOP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_by_bytes_and_length() {
        let text = b"ab\0abcdefghijklmnopqrstuvwxyzabcdefghijklm";
        let cache = WordCache::new(16);
        let key = |start, end| cache.key(text, start..end);
        assert_ne!(key(0, 2), key(0, 3));
        assert_eq!(key(0, 2), key(3, 5));
        assert!(matches!(key(3, 18), Some(WordKey::Short(..))));
        assert!(matches!(key(3, 19), Some(WordKey::Long(..))));
        assert_eq!(key(3, 29).is_some(), key(3, 34).is_some());
        assert_eq!(key(3, 35), None);
        assert_eq!(cache.key(b"ab", 0..2), key(0, 2));
        assert_eq!(cache.key(&text[3..19], 0..16), key(3, 19));
    }

    #[test]
    fn what_is_put_is_there_until_its_slot_is_taken() {
        let text: Vec<u8> = (0..200).collect();
        let mut cache = WordCache::new(2);
        for word in 0..150 {
            let ids: Vec<u32> = (0..).map(|id| (1 << 24) - 1 - id).take(word % 11).collect();
            let length = word % 32;
            let key = cache.key(&text, word..word + length).unwrap();
            cache.put(key, &ids);
            let mut found = Vec::new();
            let has_room = ids.len() <= if length < 16 { 5 } else { 10 };
            assert_eq!(cache.get(key, |id| found.push(id)), has_room);
            assert_eq!(found, if has_room { ids } else { Vec::new() });
        }
        let key = cache.key(&text, 190..191).unwrap();
        cache.put(key, &[1 << 24]);
        assert!(!cache.get(key, |_| ()));
        let mut none = WordCache::new(0);
        let key = none.key(&text, 190..191).unwrap();
        none.put(key, &[1]);
        assert!(!none.get(key, |_| ()));
    }
}
