//! The bytes of a binary model, and what is read from them. Any bytes give some answer.

use std::fmt::{self, Write};
use std::ops::Deref;

use sha2::{Digest, Sha256};

use super::super::entries::{BLANK, Entries, Level};
use super::super::hash::{hash_bytes, hash_number};
use super::super::vocabulary::{Vocabulary, WordId};
use super::header::{Header, Wrong};
use super::table::EMPTY;
use crate::mapping::Mapped;

/// Memory of our own or a mapped file.
pub(super) enum Bytes {
    Owned(Vec<u8>),
    Mapped(Mapped),
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Mapped(bytes) => bytes,
        }
    }
}

pub(super) struct Image {
    bytes: Bytes,
    header: Header,
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image").field("header", &self.header).finish_non_exhaustive()
    }
}

/// The logarithms of an n-gram's probability and backoff, as they are stored.
///
/// The sign of the first is set unless longer n-grams end in this one; it is NaN if the n-gram is only there for
/// them. The second is -0 if no n-gram has this one as context, and it is 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stored {
    pub prob: f32,
    pub backoff: f32,
}

impl Stored {
    #[inline]
    pub(super) fn read(bytes: &[u8]) -> Self {
        let number =
            |bytes: Option<&[u8; 4]>| f32::from_le_bytes(bytes.copied().unwrap_or_default());
        Self {
            prob: number(bytes.first_chunk()),
            backoff: number(bytes.get(4..).and_then(|b| b.first_chunk())),
        }
    }

    /// The logarithm of the probability, [`BLANK`] if there is none.
    #[inline]
    pub(super) fn logarithm(self) -> f32 {
        if self.prob.is_nan() { BLANK } else { -self.prob.abs() }
    }

    /// Whether a state must know the n-gram.
    #[inline]
    pub(super) fn is_context(self) -> bool {
        self.backoff.to_bits() != (-0.0_f32).to_bits()
    }

    /// Whether longer n-grams end in it.
    #[inline]
    pub(super) fn is_ending(self) -> bool {
        self.prob.is_sign_positive()
    }
}

impl Image {
    pub(super) fn new(bytes: Bytes) -> Result<Self, Wrong> {
        let header = Header::read(&bytes)?;
        Ok(Self { bytes, header })
    }

    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    #[inline]
    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    pub(super) fn fingerprint(&self) -> String {
        let mut digits = String::new();
        for byte in &Sha256::digest(self.bytes())[..6] {
            // A String takes all.
            let _ = write!(digits, "{byte:02x}");
        }
        digits
    }

    pub(super) fn word(&self, id: WordId) -> Option<&[u8]> {
        let ends = self.bytes().get(self.header.ends.clone())?;
        let end = |index: usize| {
            let end = ends.get(index * 8..)?.first_chunk::<8>()?;
            usize::try_from(u64::from_le_bytes(*end)).ok()
        };
        let start = if id == 0 { 0 } else { end(id as usize - 1)? };
        self.bytes().get(self.header.words.clone())?.get(start..end(id as usize)?)
    }

    #[inline]
    pub(super) fn word_id(&self, word: &[u8]) -> Option<WordId> {
        let id = |value: &[u8]| value.first_chunk().map(|id| u32::from_le_bytes(*id));
        let (key, is_word) = word_key(word);
        let vocabulary = &self.header.vocabulary;
        let found = if is_word {
            vocabulary.find(self.bytes(), hash_number(key), key)
        } else {
            let is_it = |value: &[u8]| id(value).and_then(|id| self.word(id)) == Some(word);
            vocabulary.find_where(self.bytes(), hash_number(key), key, is_it)
        };
        found.and_then(|(_, value)| id(value))
    }

    #[inline]
    pub(super) fn unigram(&self, word: WordId) -> Stored {
        let unigrams = self.bytes().get(self.header.unigrams.clone()).unwrap_or_default();
        Stored::read(unigrams.get(word as usize * 8..).unwrap_or_default())
    }

    /// All n-grams; or in what the tables contradict themselves.
    pub(super) fn entries(&self) -> Result<Entries, String> {
        let types = self.header.types();
        let mut vocabulary = Vocabulary::new();
        let mut unigrams = Level::default();
        for id in (0..).take(types) {
            let is_next = self.word(id).map(|word| vocabulary.insert(word).ok()) == Some(Some(id));
            if !is_next {
                return Err(format!("no word {id}, or one that is there before"));
            }
            let stored = self.unigram(id);
            unigrams.words.push(id);
            unigrams.logarithms.push(stored.logarithm());
            unigrams.backoffs.push(stored.backoff + 0.0);
        }
        let mut levels = vec![unigrams];
        let mut places: Option<Vec<u32>> = None;
        for (depth, table) in (1..).zip(&self.header.tables) {
            let mut nodes = Vec::new();
            for (place, key, value) in table.entries(self.bytes()) {
                let (ending, word) = (key >> 32, key & u64::from(u32::MAX));
                let ending = usize::try_from(ending).unwrap_or(usize::MAX);
                let parent = match &places {
                    None => u32::try_from(ending).ok().filter(|_| ending < types),
                    Some(places) => places.get(ending).copied().filter(|&place| place != u32::MAX),
                };
                let word = u32::try_from(word).ok().filter(|&word| (word as usize) < types);
                let (Some(parent), Some(word)) = (parent, word) else {
                    return Err(format!("an n-gram of order {} without its ending", depth + 1));
                };
                nodes.push((parent, word, place, Stored::read(value)));
            }
            nodes.sort_unstable_by_key(|&(parent, word, ..)| (parent, word));
            let mut level = Level::default();
            let mut places_here = vec![u32::MAX; table.places];
            for (index, (parent, word, place, stored)) in (0..).zip(nodes) {
                level.parents.push(parent);
                level.words.push(word);
                level.logarithms.push(stored.logarithm());
                if depth + 1 < self.header.order() {
                    level.backoffs.push(stored.backoff + 0.0);
                }
                places_here[place] = index;
            }
            places = Some(places_here);
            levels.push(level);
        }
        if levels.len() == 1 {
            levels[0].backoffs.clear();
        }
        let entries = Entries::new(vocabulary, levels);
        Ok(if self.header.has_unknown() { entries } else { entries.without_unknown() })
    }
}

/// A word as a key, and whether the key is the word: short ones are their bytes and their length.
#[inline]
pub(super) fn word_key(word: &[u8]) -> (u64, bool) {
    if word.len() < 8 {
        let mut bytes = [0; 8];
        bytes[..word.len()].copy_from_slice(word);
        // Less than 8, so it fits above seven bytes.
        bytes[7] = word.len().to_le_bytes()[0];
        return (u64::from_le_bytes(bytes), true);
    }
    let key = hash_bytes(word, 0) | 1 << 63;
    (if key == EMPTY { key - 1 } else { key }, false)
}
