//! Distinct words with how often each was seen.

#![expect(clippy::cast_possible_truncation, reason = "the lower half of a slot")]

use crate::hash::{hash_bytes, hash_keys};

/// A table of distinct words. Nothing is allocated a word.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    entries: Vec<Entry>,
    /// Open addressing: the upper half of a slot is of the hash, the lower the number of the entry.
    slots: Vec<u64>,
    /// Long words, one after another.
    long: String,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    key: Key,
    count: u64,
    first: u64,
}

/// A short word with its length, or where a long word is. Short words are compared without a look at text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key(u128);

/// A word of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    bytes: [u8; 16],
    long: Option<&'a str>,
    /// How often it was seen; stops at 2⁶⁴ - 1.
    pub(super) count: u64,
    first: u64,
}

const FREE: u64 = u64::MAX;
/// Longest word, in bytes, that is its own key.
const SHORT: usize = 15;
/// What the highest byte of a key says if it is not a short word's length.
const LONG: u128 = 0xff << 120;

impl Key {
    /// The key of a word of at most [`SHORT`] bytes.
    #[inline]
    fn short(word: &[u8]) -> Option<Self> {
        let length = word.len();
        if length > SHORT {
            return None;
        }
        // Two reads that may overlap.
        let bytes = if let (Some(first), Some(last)) = (word.first_chunk::<8>(), word.last_chunk())
        {
            let last = u128::from(u64::from_le_bytes(*last));
            u128::from(u64::from_le_bytes(*first)) | last << (8 * (length - 8))
        } else if let (Some(first), Some(last)) = (word.first_chunk::<4>(), word.last_chunk()) {
            let last = u128::from(u32::from_le_bytes(*last));
            u128::from(u32::from_le_bytes(*first)) | last << (8 * (length - 4))
        } else {
            word.iter().rev().fold(0, |bytes, &byte| bytes << 8 | u128::from(byte))
        };
        Some(Self(bytes | (length as u128) << 120))
    }

    fn long(start: usize, length: usize) -> Self {
        Self(LONG | (length as u128) << 64 | start as u128)
    }

    /// The long word, if it is one.
    fn long_word(self, long: &str) -> Option<&str> {
        let (start, length) = (self.0 as u64 as usize, (self.0 << 8 >> 72) as usize);
        if self.0 < LONG { None } else { long.get(start..start + length) }
    }
}

impl<'a> Word<'a> {
    pub(super) fn text(&self) -> &str {
        self.long.unwrap_or_else(|| {
            let length = usize::from(self.bytes[SHORT]);
            str::from_utf8(&self.bytes[..length]).unwrap_or_default()
        })
    }

    fn of(entry: &Entry, long: &'a str) -> Self {
        let Entry { key, count, first } = *entry;
        Self { bytes: key.0.to_le_bytes(), long: key.long_word(long), count, first }
    }
}

impl Words {
    /// Counts a word, which is seen `count` times, the first time at `first`.
    #[inline]
    pub(super) fn add(&mut self, word: &str, count: u64, first: u64) {
        if self.entries.len() >= self.slots.len() / 2 {
            self.grow();
        }
        if let Some(key) = Key::short(word.as_bytes()) {
            self.enter(hash_keys([key.0]), count, first, |known, _| known == key, |_| key);
        } else {
            let is_same = |known: Key, long: &str| known.long_word(long) == Some(word);
            let key = |long: &mut String| {
                let start = long.len();
                long.push_str(word);
                Key::long(start, word.len())
            };
            self.enter(hash_bytes(word.as_bytes()), count, first, is_same, key);
        }
    }

    #[inline]
    fn enter(
        &mut self,
        hash: u64,
        count: u64,
        first: u64,
        is_same: impl Fn(Key, &str) -> bool,
        key: impl Fn(&mut String) -> Key,
    ) {
        let mask = self.slots.len() - 1;
        let mut slot = (hash >> 32) as usize & mask;
        loop {
            let taken = self.slots[slot];
            if taken == FREE {
                break;
            }
            if (taken ^ hash) >> 32 == 0 {
                let entry = &mut self.entries[taken as u32 as usize];
                if is_same(entry.key, &self.long) {
                    entry.count = entry.count.saturating_add(count);
                    entry.first = entry.first.min(first);
                    return;
                }
            }
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = hash & !0xffff_ffff | self.entries.len() as u64;
        self.entries.push(Entry { key: key(&mut self.long), count, first });
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(1 << 10);
        let mut slots = vec![FREE; size];
        for &taken in self.slots.iter().filter(|&&taken| taken != FREE) {
            let mut slot = (taken >> 32) as usize & (size - 1);
            while slots[slot] != FREE {
                slot = (slot + 1) & (size - 1);
            }
            slots[slot] = taken;
        }
        self.slots = slots;
    }

    /// Adds what the other table counted.
    pub(super) fn append(&mut self, other: &Self) {
        for word in other.iter() {
            self.add(word.text(), word.count, word.first);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Word<'_>> {
        self.entries.iter().map(|entry| Word::of(entry, &self.long))
    }

    /// Brings words into the order of `key`, after which no more can be added.
    pub(super) fn sort_by_key<K: Ord>(&mut self, key: impl Fn(u64, u64) -> K) {
        self.slots = Vec::new();
        self.entries.sort_by_key(|entry| key(entry.count, entry.first));
    }
}
