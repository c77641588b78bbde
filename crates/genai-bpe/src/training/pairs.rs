//! A table of pairs with their counts and the lists of their places.

#![expect(clippy::cast_possible_truncation, reason = "halves of a key")]

use std::ops::Range;

use crate::hash::fold;

/// Two neighbours; ordered by the left one, then the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) left: u32,
    pub(super) right: u32,
}

impl Pair {
    #[inline]
    pub(super) fn key(self) -> u64 {
        u64::from(self.left) << 32 | u64::from(self.right)
    }
}

/// What is known of a pair.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed {
    pub(super) count: i64,
    start: usize,
    length: u32,
}

impl Listed {
    /// Where the places of the pair are listed.
    pub(super) fn places(&self) -> Range<usize> {
        self.start..self.start + self.length as usize
    }
}

/// Open addressing on the pair.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    slots: Vec<Slot>,
    taken: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    key: u64,
    listed: Listed,
}

/// Ids are below 2³² - 2, so no pair has these keys.
const FREE: u64 = u64::MAX;
const REMOVED: u64 = u64::MAX - 1;

const NOTHING: Slot = Slot { key: FREE, listed: Listed { count: 0, start: 0, length: 0 } };

impl Pairs {
    /// The pair's slot, or a free one.
    #[inline]
    fn slot(&self, pair: Pair) -> usize {
        let (key, mask) = (pair.key(), self.slots.len() - 1);
        let mut slot = fold(key ^ 0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03) as usize & mask;
        while self.slots[slot].key != key && self.slots[slot].key != FREE {
            slot = (slot + 1) & mask;
        }
        slot
    }

    pub(super) fn get(&self, pair: Pair) -> Option<Listed> {
        if self.slots.is_empty() {
            return None;
        }
        let slot = self.slots[self.slot(pair)];
        (slot.key != FREE).then_some(slot.listed)
    }

    /// The slot for a pair that may be new.
    #[inline]
    fn enter(&mut self, pair: Pair) -> &mut Slot {
        if self.taken >= self.slots.len() / 2 {
            self.resize();
        }
        let slot = self.slot(pair);
        let slot = &mut self.slots[slot];
        if slot.key == FREE {
            self.taken += 1;
            slot.key = pair.key();
        }
        slot
    }

    /// Makes room, and slots of removed pairs free.
    fn resize(&mut self) {
        let live = self.slots.iter().filter(|slot| slot.key < REMOVED).count();
        let size = (live * 4).next_power_of_two().max(1 << 8);
        let old = std::mem::replace(&mut self.slots, vec![NOTHING; size]);
        for entry in old.into_iter().filter(|slot| slot.key < REMOVED) {
            let slot = self.slot(pair_of(entry.key));
            self.slots[slot] = entry;
        }
        self.taken = live;
    }

    /// A pair that is not there yet, with the list of its places.
    pub(super) fn insert(&mut self, pair: Pair, count: i64, start: usize, length: u32) {
        self.enter(pair).listed = Listed { count, start, length };
    }

    /// One more place of the pair.
    #[inline]
    pub(super) fn count(&mut self, pair: Pair, weight: i64) {
        let listed = &mut self.enter(pair).listed;
        listed.count += weight;
        listed.length += 1;
    }

    /// The pair, if it is there, is less frequent by so much.
    #[inline]
    pub(super) fn subtract(&mut self, pair: Pair, weight: i64) {
        let slot = self.slot(pair);
        if self.slots[slot].key != FREE {
            self.slots[slot].listed.count -= weight;
        }
    }

    pub(super) fn remove(&mut self, pair: Pair) -> Option<Listed> {
        let slot = self.slot(pair);
        let slot = &mut self.slots[slot];
        (slot.key != FREE).then(|| {
            slot.key = REMOVED;
            slot.listed
        })
    }

    /// Keeps the pairs that are wanted and gives each a list as long as its count of places,
    /// to be filled by [`Pairs::list_place`]; returns the length of all lists.
    pub(super) fn keep(&mut self, mut wanted: impl FnMut(Pair, Listed) -> bool) -> usize {
        for slot in &mut self.slots {
            if slot.key < REMOVED && !wanted(pair_of(slot.key), slot.listed) {
                slot.key = REMOVED;
            }
        }
        self.resize();
        let mut total = 0;
        for slot in self.slots.iter_mut().filter(|slot| slot.key < REMOVED) {
            slot.listed.start = total;
            total += slot.listed.length as usize;
            slot.listed.length = 0;
        }
        total
    }

    /// Appends to the pair's list of places, if the pair is there.
    #[inline]
    pub(super) fn list_place(&mut self, pair: Pair, place: u32, places: &mut [u32]) {
        let slot = self.slot(pair);
        let Slot { key, listed } = &mut self.slots[slot];
        if *key != FREE {
            places[listed.start + listed.length as usize] = place;
            listed.length += 1;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Pair, Listed)> {
        let listed = self.slots.iter().filter(|slot| slot.key < REMOVED);
        listed.map(|slot| (pair_of(slot.key), slot.listed))
    }
}

fn pair_of(key: u64) -> Pair {
    Pair { left: (key >> 32) as u32, right: key as u32 }
}
