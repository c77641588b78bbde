//! Which neighbours merge, in which order, into what.

use std::hint::black_box;

use crate::error::Error;
use crate::hash::fold;

/// A list of merges: a pair of neighbouring tokens, the rank of its merge (lower ranks first) and
/// the token that it becomes.
///
/// ```
/// use genai_bpe::{Merge, Merges};
/// let merges = Merges::new([(0, 1, 2), (2, 2, 3)])?;
/// assert_eq!(merges.get(2, 2), Some(Merge { rank: 1, id: 3 }));
/// assert_eq!(merges.get(1, 0), None);
/// # Ok::<(), genai_bpe::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Merges {
    /// Open addressing on the pair.
    slots: Vec<Slot>,
    shift: u32,
    /// A bit for each of many hashes: most pairs do not merge, and are known here by staying in the
    /// processor's caches.
    seen: Vec<u64>,
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    left: u32,
    right: u32,
    merge: Merge,
}

/// What a pair of neighbours becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// Lower ranks are merged first; of equal ranks the leftmost.
    pub rank: u32,
    /// The token that the two become.
    pub id: u32,
}

/// The rank of no merge.
pub(crate) const NEVER: u32 = u32::MAX;

const FREE: Slot = Slot { left: 0, right: 0, merge: Merge { rank: NEVER, id: 0 } };

impl Merges {
    /// Merges `(left, right, merged)` in order of rank. Of a pair given twice the last rank holds,
    /// as in Hugging Face's map of merges.
    ///
    /// # Errors
    /// [`Error::Malformed`] for 2³² - 1 merges or more.
    pub fn new(merges: impl IntoIterator<Item = (u32, u32, u32)>) -> Result<Self, Error> {
        let ranked = merges
            .into_iter()
            .enumerate()
            .map(|(rank, (left, right, id))| Ok((left, right, Merge { rank: rank_of(rank)?, id })))
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(Self::with_ranks(&ranked))
    }

    /// Pairs with their merges; of a pair given twice the last holds.
    pub fn with_ranks(merges: &[(u32, u32, Merge)]) -> Self {
        let mut table = Self::with_room(merges.len());
        for &(left, right, merge) in merges {
            table.put(left, right, merge);
        }
        table
    }

    /// No merges yet, and room for so many.
    pub(crate) fn with_room(merges: usize) -> Self {
        let size = (merges + merges / 4 + 1).next_power_of_two();
        Self {
            slots: vec![FREE; size],
            shift: 64 - size.trailing_zeros(),
            seen: vec![0; (size / 4).max(1)],
            len: 0,
        }
    }

    /// Adds a merge, for which there has to be room.
    pub(crate) fn put(&mut self, left: u32, right: u32, merge: Merge) {
        let hash = hash(left, right);
        let place = self.place(hash, left, right);
        self.len += usize::from(self.slots[place].merge.rank == NEVER);
        self.slots[place] = Slot { left, right, merge };
        let bit = self.bit(hash);
        self.seen[bit / 64] |= 1 << (bit % 64);
    }

    /// Brings the places of pairs near, all at once rather than one after the other.
    pub(crate) fn fetch(&self, pairs: impl Iterator<Item = (u32, u32)>) {
        let slots =
            pairs.map(|(left, right)| &self.slots[(hash(left, right) >> self.shift) as usize]);
        black_box(slots.fold(0, |sum: u32, slot| slot.left.wrapping_add(sum)));
    }

    /// Where the pair is, or would be.
    #[inline]
    fn place(&self, hash: u64, left: u32, right: u32) -> usize {
        let mut place = (hash >> self.shift) as usize;
        loop {
            let slot = &self.slots[place & (self.slots.len() - 1)];
            if (slot.left == left && slot.right == right) || slot.merge.rank == NEVER {
                return place & (self.slots.len() - 1);
            }
            place += 1;
        }
    }

    #[inline]
    fn bit(&self, hash: u64) -> usize {
        hash as usize & (self.seen.len() * 64 - 1)
    }

    /// What these neighbours become, if they merge.
    #[inline]
    pub fn get(&self, left: u32, right: u32) -> Option<Merge> {
        if self.slots.is_empty() {
            return None;
        }
        let hash = hash(left, right);
        let bit = self.bit(hash);
        if self.seen[bit / 64] >> (bit % 64) & 1 == 0 {
            return None;
        }
        let merge = self.slots[self.place(hash, left, right)].merge;
        (merge.rank != NEVER).then_some(merge)
    }

    /// How many pairs merge.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether none do.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All merges as `(left, right, merge)`, by rank.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32, Merge)> {
        let mut places = self.places_by_rank();
        if places.len() != self.len {
            let taken = self.slots.iter().zip(0..).filter(|(slot, _)| slot.merge.rank != NEVER);
            places = taken.map(|(_, place)| place).collect();
            places.sort_unstable_by_key(|&place| {
                let Slot { left, right, merge } = self.slots[place as usize];
                (merge.rank, left, right)
            });
        }
        places.into_iter().map(|place| {
            let Slot { left, right, merge } = self.slots[place as usize];
            (left, right, merge)
        })
    }

    /// The taken slots in order, if no two ranks are equal and they are dense enough for a table.
    fn places_by_rank(&self) -> Vec<u32> {
        let mut places = vec![NEVER; self.len * 4];
        for (slot, place) in self.slots.iter().zip(0..) {
            if let Some(free) = places.get_mut(slot.merge.rank as usize) {
                *free = place;
            }
        }
        places.retain(|&place| place != NEVER);
        places
    }
}

#[inline]
fn hash(left: u32, right: u32) -> u64 {
    let pair = u64::from(left) << 32 | u64::from(right);
    fold(pair ^ 0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03)
}

fn rank_of(place: usize) -> Result<u32, Error> {
    u32::try_from(place)
        .ok()
        .filter(|&rank| rank != NEVER)
        .ok_or_else(|| Error::malformed("merges", "2³² merges", "fewer"))
}
