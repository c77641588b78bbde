//! What words became that are too long for a slot, or became too many ids for one.

use crate::hash::hash_bytes;

/// A table from words to ids whose bytes and ids lie one after another in two arenas. When one of
/// these is full everything is forgotten: such words seldom come again, and frequent ones are soon
/// back.
#[derive(Clone, Debug, Default)]
pub(super) struct LongWords {
    /// Open addressing, at most half full.
    slots: Vec<Slot>,
    bytes: Vec<u8>,
    ids: Vec<u32>,
    count: usize,
    most: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u64,
    /// Where its bytes and its ids start.
    bytes: u32,
    ids: u32,
    /// How many bytes; 0 for no word.
    length: u16,
    /// How many ids.
    count: u16,
}

const FIRST_SLOTS: usize = 256;
/// Words of more bytes are not remembered.
const LONGEST: usize = 256;
/// Bytes and ids of a word on average when both arenas are full.
const BYTES: usize = 64;
const IDS: usize = 16;

impl LongWords {
    /// Room for so many words.
    pub(super) fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// Appends the ids of a word, if they are remembered.
    pub(super) fn get(&self, word: &[u8], ids: &mut Vec<u32>) -> bool {
        if word.len() > LONGEST || self.slots.is_empty() {
            return false;
        }
        let slot = self.slots[self.place(hash_bytes(word), word)];
        if slot.length == 0 {
            return false;
        }
        let start = slot.ids as usize;
        ids.extend_from_slice(&self.ids[start..start + usize::from(slot.count)]);
        true
    }

    /// Remembers a word that is not there yet.
    pub(super) fn put(&mut self, word: &[u8], ids: &[u32]) {
        let (Ok(length), Ok(count)) = (u16::try_from(word.len()), u16::try_from(ids.len())) else {
            return;
        };
        if !(1..=LONGEST).contains(&word.len()) || self.most == 0 {
            return;
        }
        if self.count >= self.most
            || self.bytes.len() + word.len() > self.most * BYTES
            || self.ids.len() + ids.len() > self.most * IDS
        {
            *self = Self::new(self.most);
        }
        if self.count * 2 >= self.slots.len() {
            self.grow();
        }
        let hash = hash_bytes(word);
        let place = self.place(hash, word);
        let (bytes, first) = (self.bytes.len() as u32, self.ids.len() as u32);
        self.slots[place] = Slot { hash, bytes, ids: first, length, count };
        self.bytes.extend_from_slice(word);
        self.ids.extend_from_slice(ids);
        self.count += 1;
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 4).max(FIRST_SLOTS);
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); size]);
        for slot in old.into_iter().filter(|slot| slot.length != 0) {
            let mut place = slot.hash as usize & (size - 1);
            while self.slots[place].length != 0 {
                place = (place + 1) & (size - 1);
            }
            self.slots[place] = slot;
        }
    }

    /// Where the word is, or would be.
    fn place(&self, hash: u64, word: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let slot = &self.slots[place];
            let start = slot.bytes as usize;
            if slot.length == 0
                || slot.hash == hash && self.bytes[start..start + usize::from(slot.length)] == *word
            {
                return place;
            }
            place = (place + 1) & mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_there_until_there_are_too_many() {
        let mut words = LongWords::new(100);
        let text: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for length in 1..=LONGEST + 1 {
            let word = &text[length..2 * length];
            let ids: Vec<u32> = (0..length as u32).collect();
            words.put(word, &ids);
            let mut found = vec![7];
            assert_eq!(words.get(word, &mut found), length <= LONGEST);
            assert_eq!(found[1..], ids[..if length <= LONGEST { length } else { 0 }]);
            assert!(words.count <= 100 && words.bytes.len() <= 6400 && words.ids.len() <= 1600);
            assert!(!words.get(&text[..length], &mut found) || length == 256);
        }
        let mut none = LongWords::new(0);
        none.put(b"word", &[1]);
        assert!(!none.get(b"word", &mut Vec::new()));
    }
}
