//! What a binary model begins with, and where its parts are.
//!
//! All numbers are little-endian. The file is the header, the words' ends, the words, their table, the unigrams, and a
//! table for each higher order, each beginning at a multiple of 64.

use std::ops::Range;

use super::super::hash::hash_bytes;
use super::super::limits::MAX_ORDER;
use super::table::{Kind, Shape};

/// The first eight bytes of every such file; the last one is the version.
pub(super) const MAGIC: [u8; 8] = *b"genailm\x01";
/// Magic, order, whether there is an `<unk>`, length of all words, places of their table, then for each order its
/// n-grams and its table's places, and the hash of all this.
const NUMBERS: usize = 4 + 2 * MAX_ORDER;
pub(super) const LENGTH: usize = 8 * (1 + NUMBERS + 1);
const ALIGNMENT: u64 = 64;

/// Where the parts of a binary model are.
#[derive(Clone, Debug)]
pub(super) struct Header {
    numbers: [u64; NUMBERS],
    pub ends: Range<usize>,
    pub words: Range<usize>,
    pub vocabulary: Shape,
    pub unigrams: Range<usize>,
    /// By order, from bigrams on.
    pub tables: Vec<Shape>,
    /// How long the file is.
    pub length: usize,
}

/// What is found, and what was expected.
pub(super) type Wrong = (String, &'static str);

impl Header {
    /// A header for a model of these sizes, if it can be held. `nodes` counts n-grams of each order together with those
    /// that are there for others' sake.
    pub(super) fn of_sizes(
        has_unknown: bool,
        words: u64,
        counts: &[u64],
        nodes: &[u64],
    ) -> Option<Self> {
        let mut numbers = [0; NUMBERS];
        numbers[0] = counts.len() as u64;
        numbers[1] = has_unknown.into();
        numbers[2] = words;
        numbers[3] = places(*nodes.first()?);
        for (depth, (&count, &nodes)) in counts.iter().zip(nodes).enumerate() {
            numbers[4 + 2 * depth] = count;
            numbers[5 + 2 * depth] = if depth == 0 { nodes } else { places(nodes) };
        }
        Self::of_numbers(numbers)
    }

    /// Reads the header of a file, and checks it.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Wrong> {
        let Some(header) = bytes.get(..LENGTH) else {
            return Err((format!("{} bytes", bytes.len()), "a binary model"));
        };
        let (chunks, _) = header.as_chunks::<8>();
        if chunks[0] != MAGIC {
            let found = format!("'{}'", chunks[0].escape_ascii());
            return Err((found, "'genailm\\x01', a binary model of this version"));
        }
        let hash = u64::from_le_bytes(chunks[1 + NUMBERS]);
        if hash_bytes(&header[..LENGTH - 8], 0) != hash {
            return Err(("a damaged header".to_owned(), "one whose checksum is right"));
        }
        let mut numbers = [0; NUMBERS];
        for (number, chunk) in numbers.iter_mut().zip(&chunks[1..]) {
            *number = u64::from_le_bytes(*chunk);
        }
        let header = Self::of_numbers(numbers).ok_or_else(|| {
            ("a header with impossible sizes".to_owned(), "an order of 1 to 8 and tables that fit")
        })?;
        if header.length != bytes.len() {
            let found = format!("{} bytes where the header says {}", bytes.len(), header.length);
            return Err((found, "a file that was not cut off"));
        }
        Ok(header)
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        self.numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
        let hash = hash_bytes(&bytes, 0);
        bytes.extend(hash.to_le_bytes());
        bytes
    }

    pub(super) fn order(&self) -> usize {
        self.tables.len() + 1
    }

    pub(super) fn counts(&self) -> Vec<u64> {
        (0..self.order()).map(|depth| self.numbers[4 + 2 * depth]).collect()
    }

    pub(super) fn has_unknown(&self) -> bool {
        self.numbers[1] != 0
    }

    /// How many words there are.
    pub(super) fn types(&self) -> usize {
        self.unigrams.len() / 8
    }

    fn of_numbers(numbers: [u64; NUMBERS]) -> Option<Self> {
        let order =
            usize::try_from(numbers[0]).ok().filter(|order| (1..=MAX_ORDER).contains(order))?;
        let types = numbers[5];
        let mut end = LENGTH as u64;
        let mut part = |length: u64| -> Option<Range<usize>> {
            let start = end.checked_next_multiple_of(ALIGNMENT)?;
            end = start.checked_add(length)?;
            Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
        };
        // Three words at least; numbers of words and places have 32 bits; a search ends at an empty place.
        if !(3..u64::from(u32::MAX)).contains(&types) || numbers[3] <= types {
            return None;
        }
        let ends = part(types.checked_mul(8)?)?;
        let words = part(numbers[2])?;
        let vocabulary = Shape::new(Kind::Vocabulary, numbers[3], &mut part)?;
        let unigrams = part(types.checked_mul(8)?)?;
        let mut tables = Vec::new();
        for depth in 1..order {
            let kind = if depth + 1 == order { Kind::Highest } else { Kind::Middle };
            if numbers[4 + 2 * depth] >= numbers[5 + 2 * depth] {
                return None;
            }
            tables.push(Shape::new(kind, numbers[5 + 2 * depth], &mut part)?);
        }
        let length = usize::try_from(end).ok()?;
        Some(Self { numbers, ends, words, vocabulary, unigrams, tables, length })
    }
}

/// How many places a table of so many entries has: half of them are taken.
fn places(entries: u64) -> u64 {
    entries.saturating_mul(2).saturating_add(1)
}
