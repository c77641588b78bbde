//! Words and their numbers.

use std::hash::{BuildHasher, RandomState};

use super::error::{Error, ErrorKind};
use super::hash::hash_bytes;

/// The number of a word: 0 is `<unk>`, 1 `<s>` and 2 `</s>`.
pub type WordId = u32;

pub(super) const UNKNOWN: WordId = 0;
pub(super) const BEGIN: WordId = 1;
pub(super) const END: WordId = 2;

/// The three words that every model has, in the order of their numbers.
pub(super) const SPECIAL: [&[u8]; 3] = [b"<unk>", b"<s>", b"</s>"];

const EMPTY: u64 = u64::MAX;

/// The words of a model, numbered in the order in which they came.
///
/// Words are bytes: neither `KenLM` nor this module asks for UTF-8.
///
/// ```
/// use genai_lm::ngram::Vocabulary;
/// let mut vocabulary = Vocabulary::new();
/// let id = vocabulary.insert(b"word")?;
/// assert_eq!((id, vocabulary.insert(b"word")?), (3, 3));
/// assert_eq!(vocabulary.id(b"other"), None);
/// assert_eq!(vocabulary.word(id), Some(&b"word"[..]));
/// # Ok::<(), genai_lm::ngram::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// All words, one after the other.
    bytes: Vec<u8>,
    /// Where each word ends.
    ends: Vec<usize>,
    /// The upper half of a word's hash above its number, or [`EMPTY`]; a power of two of places.
    table: Vec<u64>,
    seed: u64,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self::new()
    }
}

impl Vocabulary {
    /// `<unk>`, `<s>` and `</s>`.
    pub fn new() -> Self {
        let seed = RandomState::new().hash_one(0);
        let mut vocabulary =
            Self { bytes: Vec::new(), ends: Vec::new(), table: vec![EMPTY; 1024], seed };
        for word in SPECIAL {
            // Three words fit.
            let _ = vocabulary.insert(word);
        }
        vocabulary
    }

    /// How many words there are.
    #[expect(clippy::len_without_is_empty, reason = "three words are always there")]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// A word's number, or none if it is not there.
    pub fn id(&self, word: &[u8]) -> Option<WordId> {
        self.find(word).ok()
    }

    /// The word of a number.
    pub fn word(&self, id: WordId) -> Option<&[u8]> {
        let index = id as usize;
        let end = *self.ends.get(index)?;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.bytes.get(start..end)
    }

    /// The words in the order of their numbers.
    pub fn words(&self) -> impl Iterator<Item = &[u8]> {
        self.ends.iter().scan(0, |start, &end| {
            let word = &self.bytes[*start..end];
            *start = end;
            Some(word)
        })
    }

    /// A word's number, a new one if it was not there.
    ///
    /// # Errors
    /// If there are 2^32 - 1 words already.
    #[inline]
    pub fn insert(&mut self, word: &[u8]) -> Result<WordId, Error> {
        match self.find(word) {
            Ok(id) => Ok(id),
            Err(Place(place)) => self.add(word, place),
        }
    }

    /// How many bytes of memory it takes, about.
    pub(super) fn memory(&self) -> usize {
        self.bytes.capacity() + 8 * (self.ends.capacity() + self.table.len())
    }

    #[inline]
    fn find(&self, word: &[u8]) -> Result<WordId, Place> {
        let hash = hash_bytes(word, self.seed);
        let mask = self.table.len() - 1;
        let mut place = start(hash, mask);
        loop {
            let slot = self.table[place];
            if slot == EMPTY {
                return Err(Place(place));
            }
            if (slot ^ hash) >> 32 == 0 {
                let id = lower_half(slot);
                if self.word(id) == Some(word) {
                    return Ok(id);
                }
            }
            place = (place + 1) & mask;
        }
    }

    fn add(&mut self, word: &[u8], place: usize) -> Result<WordId, Error> {
        let id = u32::try_from(self.ends.len())
            .ok()
            .filter(|&id| id < u32::MAX)
            .ok_or(ErrorKind::TooMany { what: "words", limit: u32::MAX.into() })?;
        self.bytes.extend_from_slice(word);
        self.ends.push(self.bytes.len());
        self.table[place] = slot(hash_bytes(word, self.seed), id);
        if self.ends.len() * 2 > self.table.len() {
            self.grow();
        }
        Ok(id)
    }

    fn grow(&mut self) {
        let mut table = vec![EMPTY; self.table.len() * 4];
        let mask = table.len() - 1;
        for (id, word) in (0..).zip(self.words()) {
            let hash = hash_bytes(word, self.seed);
            let mut place = start(hash, mask);
            while table[place] != EMPTY {
                place = (place + 1) & mask;
            }
            table[place] = slot(hash, id);
        }
        self.table = table;
    }
}

/// Where a word that is not there would stand.
struct Place(usize);

#[inline]
fn slot(hash: u64, id: WordId) -> u64 {
    hash >> 32 << 32 | u64::from(id)
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
fn lower_half(slot: u64) -> WordId {
    slot as u32
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a mask follows")]
fn start(hash: u64, mask: usize) -> usize {
    hash as usize & mask
}
