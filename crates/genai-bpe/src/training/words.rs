//! Distinct words with how often each was seen.

#![expect(clippy::cast_possible_truncation, reason = "the lower half of a slot")]

use crate::hash::hash_bytes;

/// A table of distinct words. Words stand one after another in one string; nothing is allocated a word.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    text: String,
    entries: Vec<Entry>,
    /// Open addressing: the upper half of a slot is of the hash, the lower the number of the entry.
    slots: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: usize,
    length: usize,
    count: u64,
    first: u64,
}

/// A word of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    /// How often it was seen; stops at 2⁶⁴ - 1.
    pub(super) count: u64,
    /// When it was seen first, as the caller numbers what it sees.
    pub(super) first: u64,
}

const FREE: u64 = u64::MAX;

impl Words {
    /// Counts a word, which is seen `count` times, the first time at `first`.
    #[inline]
    pub(super) fn add(&mut self, word: &str, count: u64, first: u64) {
        if self.entries.len() >= self.slots.len() / 2 {
            self.grow();
        }
        let hash = hash_bytes(word.as_bytes());
        let mask = self.slots.len() - 1;
        let mut slot = (hash >> 32) as usize & mask;
        loop {
            let taken = self.slots[slot];
            if taken == FREE {
                break;
            }
            if (taken ^ hash) >> 32 == 0 {
                let entry = &mut self.entries[taken as u32 as usize];
                let known = &self.text.as_bytes()[entry.start..entry.start + entry.length];
                if known == word.as_bytes() {
                    entry.count = entry.count.saturating_add(count);
                    entry.first = entry.first.min(first);
                    return;
                }
            }
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = hash & !0xffff_ffff | self.entries.len() as u64;
        let start = self.text.len();
        self.text.push_str(word);
        self.entries.push(Entry { start, length: word.len(), count, first });
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
            self.add(word.text, word.count, word.first);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Word<'_>> {
        self.entries.iter().map(|entry| Word {
            text: &self.text[entry.start..entry.start + entry.length],
            count: entry.count,
            first: entry.first,
        })
    }

    /// Brings words into the order of `key`, after which no more can be added.
    pub(super) fn sort_by_key<K: Ord>(&mut self, key: impl Fn(u64, u64) -> K) {
        self.slots = Vec::new();
        self.entries.sort_by_key(|entry| key(entry.count, entry.first));
    }
}
