//! What words became, for the next time.

use std::hint::black_box;

use super::long_words::LongWords;
use crate::hash::hash_key;

/// A table of fixed size from words of up to 15 bytes to their ids, and another for longer ones.
///
/// A short word has two slots that it may be in. It enters by the second, whose word it drives out,
/// if the first is taken, and comes to the first when it is asked for again: so frequent words stay, and nothing is
/// searched. The table grows as words come, up to a fixed size. Words are compared, not only their
/// hashes.
#[derive(Clone, Debug, Default)]
pub(crate) struct WordCache {
    pairs: Vec<[Slot; 2]>,
    /// Words put in since the table has this size.
    entered: usize,
    most_pairs: usize,
    long: LongWords,
}

/// 32 bytes: two share a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Slot {
    /// 0 is no word; with [`ELSEWHERE`] the ids are among those of long words.
    key: u128,
    ids: WordIds,
}

/// Up to four ids of 29 bits each, and in the highest bits of the last how many there are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WordIds([u32; IDS]);

/// A word as it is looked for: found before the table is looked at, so that a processor can look at
/// several places at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// Up to 15 bytes, and their number in the highest byte; [`LONG`] for words of more.
    key: u128,
    hash: u64,
}

/// Pairs of slots to begin with: few texts have more words.
const FIRST_PAIRS: usize = 1 << 10;
/// Ids that a slot has room for.
pub(super) const IDS: usize = 4;
const ID_BITS: u32 = 29;
/// Where the highest byte of a key starts.
const TOP: u32 = 120;
/// No short word has so many bytes.
const LONG: u128 = u128::MAX;
/// Beside the key of a short word of more ids than a slot has room for.
const ELSEWHERE: u128 = 1 << 127;

impl WordIds {
    fn new(ids: &[u32]) -> Self {
        let mut slots = [0; IDS];
        slots.iter_mut().zip(ids).for_each(|(slot, &id)| *slot = id);
        slots[IDS - 1] |= (ids.len() as u32) << ID_BITS;
        Self(slots)
    }

    /// Writes the ids, and what does not matter after them; says how many they are.
    #[inline]
    pub(super) fn write(self, room: &mut [u32; IDS]) -> usize {
        *room = self.0;
        room[IDS - 1] &= (1 << ID_BITS) - 1;
        (self.0[IDS - 1] >> ID_BITS) as usize
    }
}

/// For each number of bytes those bits of a key that they take.
static MASKS: [u128; 16] = {
    let mut masks = [0; 16];
    let mut length = 1;
    while length < 16 {
        masks[length] = masks[length - 1] << 8 | 0xff;
        length += 1;
    }
    masks
};

impl Word {
    /// The word of `text` from `start` to `end`.
    #[inline]
    pub(crate) fn of(text: &[u8], start: usize, end: usize) -> Self {
        let length = end - start;
        let Some(mask) = MASKS.get(length) else { return Self { key: LONG, hash: 0 } };
        let bytes = if let Some(chunk) = text[start..].first_chunk::<16>() {
            u128::from_le_bytes(*chunk) & mask
        } else {
            Self::last(text, start) & mask
        };
        let key = bytes | (length as u128) << TOP;
        Self { key, hash: hash_key(key) }
    }

    /// What begins fewer than 16 bytes before the end of the text, and zeros after it.
    #[inline]
    fn last(text: &[u8], start: usize) -> u128 {
        if let Some(chunk) = text.last_chunk::<16>() {
            let before = 8 * (start + 16 - text.len()) as u32;
            return u128::from_le_bytes(*chunk).checked_shr(before).unwrap_or(0);
        }
        text[start..].iter().rev().fold(0, |word, &byte| word << 8 | u128::from(byte))
    }

    #[inline]
    fn is_long(self) -> bool {
        self.key == LONG
    }
}

impl Slot {
    const FREE: Self = Self { key: 0, ids: WordIds([0; IDS]) };
}

impl WordCache {
    /// A cache for about so many words of up to 15 bytes, and a quarter as many others; 0 for none.
    pub(crate) fn new(words: usize) -> Self {
        let most_pairs = match words {
            0 => 0,
            _ => words.clamp(8, 1 << 24).next_power_of_two() / 2,
        };
        Self {
            pairs: vec![[Slot::FREE; 2]; most_pairs.min(FIRST_PAIRS)],
            entered: 0,
            most_pairs,
            long: LongWords::new(most_pairs / 2),
        }
    }

    #[inline]
    fn place(&self, hash: u64) -> usize {
        hash as usize & self.pairs.len().wrapping_sub(1)
    }

    /// Brings the places of words near, all at once rather than one after the other.
    #[inline]
    pub(super) fn fetch(&self, words: &[Word]) {
        let keys =
            words.iter().filter_map(|word| Some(self.pairs.get(self.place(word.hash))?[0].key));
        black_box(keys.fold(0, |all, key| all ^ key as u64));
    }

    /// The ids of a word of up to 15 bytes that stands in the first of its slots, where all frequent
    /// words are.
    #[inline]
    pub(super) fn frequent(&self, word: Word) -> Option<WordIds> {
        let slot = &self.pairs.get(self.place(word.hash))?[0];
        (slot.key == word.key).then_some(slot.ids)
    }

    /// Appends the ids of a word in order, if they are remembered, and says whether they are.
    #[inline]
    pub(crate) fn get(&mut self, word: Word, bytes: &[u8], ids: &mut Vec<u32>) -> bool {
        if word.is_long() {
            return self.long.get(bytes, ids);
        }
        let place = self.place(word.hash);
        let Some(pair) = self.pairs.get_mut(place) else { return false };
        if pair[0].key & !ELSEWHERE != word.key {
            if pair[1].key & !ELSEWHERE != word.key {
                return false;
            }
            pair.swap(0, 1);
        }
        if pair[0].key & ELSEWHERE != 0 {
            return self.long.get(bytes, ids);
        }
        let mut room = [0; IDS];
        let count = pair[0].ids.write(&mut room);
        ids.extend_from_slice(&room[..count]);
        true
    }

    /// Remembers the ids of a word, if they can be.
    pub(crate) fn put(&mut self, word: Word, bytes: &[u8], ids: &[u32]) {
        if word.is_long() {
            return self.long.put(bytes, ids);
        }
        let place = self.place(word.hash);
        let Some(pair) = self.pairs.get_mut(place) else { return };
        let slot = if ids.len() <= IDS && ids.iter().all(|id| id >> ID_BITS == 0) {
            Slot { key: word.key, ids: WordIds::new(ids) }
        } else {
            self.long.put(bytes, ids);
            Slot { key: word.key | ELSEWHERE, ids: WordIds::default() }
        };
        pair[usize::from(pair[0].key != 0)] = slot;
        self.entered += 1;
        if self.entered > self.pairs.len() / 2 * 3 && self.pairs.len() < self.most_pairs {
            self.grow();
        }
    }

    /// Four times the slots, with the words there are.
    #[cold]
    fn grow(&mut self) {
        let size = (self.pairs.len() * 4).min(self.most_pairs);
        let old = std::mem::replace(&mut self.pairs, vec![[Slot::FREE; 2]; size]);
        self.entered = 0;
        for slot in old.into_iter().flatten().filter(|slot| slot.key != 0) {
            let place = self.place(hash_key(slot.key & !ELSEWHERE));
            let [first, second] = &mut self.pairs[place];
            *(if first.key == 0 { first } else { second }) = slot;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_by_bytes_and_length() {
        let text = b"ab\0abcdefghijklmnopqrstuvwxyzabcdefghijklm";
        let word = |start, end| Word::of(text, start, end);
        assert_ne!(word(0, 2), word(0, 3));
        assert_eq!(word(0, 2), word(3, 5));
        assert_ne!(word(3, 17), word(3, 18));
        assert!(!word(3, 18).is_long() && word(3, 19).is_long());
        assert_eq!(Word::of(b"ab", 0, 2), word(0, 2));
        for end in 16..text.len() {
            for start in end - 15..=end {
                assert_eq!(Word::of(&text[..end], start, end), word(start, end));
            }
        }
    }

    #[test]
    fn what_is_put_is_there_until_its_slot_is_taken() {
        let text: Vec<u8> = (0..200).collect();
        let mut cache = WordCache::new(2);
        for first in 0..150 {
            let ids: Vec<u32> = (0..).map(|id| u32::MAX - id).take(first % 11).collect();
            let ids: Vec<u32> = ids.iter().map(|id| id >> (first % 2 * 3)).collect();
            let range = first..first + 1 + first % 40;
            let word = Word::of(&text, range.start, range.end);
            cache.put(word, &text[range.clone()], &ids);
            let mut found = vec![7];
            assert!(cache.get(word, &text[range], &mut found));
            assert_eq!(found[1..], ids);
        }
        let mut none = WordCache::new(0);
        let word = Word::of(&text, 190, 191);
        none.put(word, &text[190..191], &[1]);
        assert!(!none.get(word, &text[190..191], &mut Vec::new()));
        assert!(none.frequent(word).is_none());
    }

    #[test]
    fn growing_keeps_words() {
        let mut cache = WordCache::new(1 << 14);
        let words: Vec<[u8; 4]> = (0..1500_u32).map(u32::to_le_bytes).collect();
        for (bytes, id) in words.iter().zip(0..) {
            cache.put(Word::of(bytes, 0, 4), bytes, &[id, id + 1]);
        }
        let mut ids = Vec::new();
        let is_there = |bytes: &&[u8; 4]| cache.get(Word::of(*bytes, 0, 4), *bytes, &mut ids);
        assert!(words.iter().filter(is_there).count() > 1200);
    }
}
