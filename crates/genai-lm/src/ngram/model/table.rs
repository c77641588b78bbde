//! Tables from a number of 64 bits to a few bytes: open addressing with linear probing, in bytes.

use std::ops::Range;

/// No key: neither a place and a word, nor a word's bytes or hash.
pub(super) const EMPTY: u64 = u64::MAX;

/// What is in a table, by how many bytes an entry has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// A word, and its number.
    Vocabulary,
    /// An n-gram, its probability and its backoff.
    Middle,
    /// An n-gram of the highest order and its probability.
    Highest,
}

/// Where a table is and how large.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub range: Range<usize>,
    pub places: usize,
    size: usize,
}

impl Shape {
    pub(super) fn new(
        kind: Kind,
        places: u64,
        part: &mut impl FnMut(u64) -> Option<Range<usize>>,
    ) -> Option<Self> {
        // Places are numbered by 32 bits, and the last number stands for none.
        let places =
            u32::try_from(places).ok().filter(|&places| 0 < places && places < u32::MAX)?;
        let size = match kind {
            Kind::Vocabulary | Kind::Highest => 12,
            Kind::Middle => 16,
        };
        let range = part(u64::from(places) * size)?;
        Some(Self { range, places: places as usize, size: usize::try_from(size).ok()? })
    }

    /// The place of a key with this hash, and the bytes that stand there behind it, if it is there.
    #[inline]
    pub(super) fn find<'a>(
        &self,
        bytes: &'a [u8],
        hash: u64,
        key: u64,
    ) -> Option<(usize, &'a [u8])> {
        self.find_where(bytes, hash, key, |_| true)
    }

    /// [`Shape::find`] for keys that are not enough.
    #[inline]
    pub(super) fn find_where<'a>(
        &self,
        bytes: &'a [u8],
        hash: u64,
        key: u64,
        is_it: impl Fn(&[u8]) -> bool,
    ) -> Option<(usize, &'a [u8])> {
        let table = bytes.get(self.range.clone())?;
        let mut place = self.home(hash);
        // There is an empty place, but a damaged file may not have one.
        for _ in 0..self.places {
            let entry = table.get(place * self.size..)?.get(..self.size)?;
            let (found, value) = entry.split_first_chunk::<8>()?;
            let found = u64::from_le_bytes(*found);
            if found == key && is_it(value) {
                return Some((place, value));
            }
            if found == EMPTY {
                return None;
            }
            place += 1;
            if place == self.places {
                place = 0;
            }
        }
        None
    }

    /// What stands where the search for a key with this hash begins: whoever looks at it has it near when the search
    /// comes.
    #[inline]
    pub(super) fn peek(&self, bytes: &[u8], hash: u64) -> u64 {
        let entry = bytes.get(self.range.start + self.home(hash) * self.size..);
        entry.and_then(|entry| entry.first_chunk()).map_or(0, |key| u64::from_le_bytes(*key))
    }

    /// Puts in a key that is not there; its place.
    pub(super) fn insert(&self, bytes: &mut [u8], hash: u64, key: u64, value: &[u8]) -> usize {
        let mut place = self.home(hash);
        loop {
            let entry = self.entry_mut(bytes, place);
            if entry[..8] == EMPTY.to_le_bytes() {
                entry[..8].copy_from_slice(&key.to_le_bytes());
                entry[8..].copy_from_slice(value);
                return place;
            }
            place = (place + 1) % self.places;
        }
    }

    /// The bytes behind the key of a place.
    pub(super) fn value_mut<'a>(&self, bytes: &'a mut [u8], place: usize) -> &'a mut [u8] {
        &mut self.entry_mut(bytes, place)[8..]
    }

    /// All that is there, in the order of places: each with its place.
    pub(super) fn entries<'a>(
        &self,
        bytes: &'a [u8],
    ) -> impl Iterator<Item = (usize, u64, &'a [u8])> {
        let table = bytes.get(self.range.clone()).unwrap_or_default();
        table.chunks_exact(self.size).enumerate().filter_map(|(place, entry)| {
            let (key, value) = entry.split_first_chunk::<8>()?;
            let key = u64::from_le_bytes(*key);
            (key != EMPTY).then_some((place, key, value))
        })
    }

    fn entry_mut<'a>(&self, bytes: &'a mut [u8], place: usize) -> &'a mut [u8] {
        let start = self.range.start + place * self.size;
        &mut bytes[start..start + self.size]
    }

    /// Where the search for a key begins.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "it is less than the number of places")]
    fn home(&self, hash: u64) -> usize {
        let product = u128::from(hash) * self.places as u128;
        (product >> 64) as usize
    }
}

/// The key of an n-gram: the place of its ending, and its first word. Where it is looked for follows from
/// its words alone, so that a processor can fetch several lengths at once, before it knows the place.
#[inline]
pub(super) fn key(ending: u32, word: u32) -> u64 {
    u64::from(ending) << 32 | u64::from(word)
}
