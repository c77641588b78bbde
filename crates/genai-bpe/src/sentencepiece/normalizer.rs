//! What SentencePiece does to a text before it splits it, and after it has put it together.

use super::double_array::DoubleArray;
use super::model_file::NormalizerSpec;
use super::trie::Trie;
use super::{SPACE, user_defined_at};
use crate::Error;

/// Characters are mapped, runs of spaces cut, and spaces become `▁`.
#[derive(Clone, Debug)]
pub(super) struct Normalizer {
    characters: Option<CharacterMap>,
    dummy_prefix: bool,
    dummy_suffix: bool,
    remove_extra_whitespaces: bool,
    /// What a space becomes.
    space: &'static [u8],
}

/// Strings and what they become, longest first.
#[derive(Clone, Debug)]
struct CharacterMap {
    keys: DoubleArray,
    /// Each up to its null byte.
    replacements: Vec<u8>,
}

/// Of the keys that a text starts with, so many are looked at, shortest first.
const KEYS: usize = 32;

/// Where each byte of a normalised text comes from, if anybody asks.
pub(super) type Origins<'a> = Option<&'a mut Vec<usize>>;

impl Normalizer {
    /// # Errors
    /// [`Error::Malformed`] for a broken map of characters.
    pub(super) fn new(spec: &NormalizerSpec<'_>, suffix: bool) -> Result<Self, Error> {
        let characters = match spec.characters {
            [] => None,
            map => Some(CharacterMap::read(map)?),
        };
        Ok(Self {
            characters,
            dummy_prefix: spec.add_dummy_prefix && !suffix,
            dummy_suffix: spec.add_dummy_prefix && suffix,
            remove_extra_whitespaces: spec.remove_extra_whitespaces,
            space: if spec.escape_whitespaces { SPACE } else { b" " },
        })
    }

    /// Whether a space at the start of a decoded text is one that encoding had added.
    pub(super) fn strips_first_space(&self) -> bool {
        self.dummy_prefix || self.dummy_suffix || self.remove_extra_whitespaces
    }

    /// Whether all of them are.
    pub(super) fn strips_all_spaces(&self) -> bool {
        self.remove_extra_whitespaces
    }

    /// Appends what `text` becomes to `normalized`, and to `origins` where each of its bytes comes
    /// from, and its end. User-defined symbols are left as they are.
    pub(super) fn normalize(
        &self,
        text: &[u8],
        user_defined: &Trie,
        normalized: &mut Vec<u8>,
        mut origins: Origins<'_>,
    ) {
        let first = normalized.len();
        let mut done = 0;
        if self.remove_extra_whitespaces {
            while done < text.len() {
                let (replacement, length) = self.prefix(&text[done..], user_defined);
                if replacement != b" " {
                    break;
                }
                done += length;
            }
        }
        if done == text.len() {
            return;
        }
        let mut push = |bytes: &[u8], origin: usize| {
            normalized.extend_from_slice(bytes);
            if let Some(origins) = &mut origins {
                origins.resize(origins.len() + bytes.len(), origin);
            }
        };
        if self.dummy_prefix {
            push(self.space, done);
        }
        let mut after_space = self.remove_extra_whitespaces;
        while done < text.len() {
            let (mut replacement, length) = self.prefix(&text[done..], user_defined);
            while after_space && let [b' ', rest @ ..] = replacement {
                replacement = rest;
            }
            if let Some(&last) = replacement.last() {
                for run in replacement.split_inclusive(|&byte| byte == b' ') {
                    if let [start @ .., b' '] = run {
                        push(start, done);
                        push(self.space, done);
                    } else {
                        push(run, done);
                    }
                }
                after_space = last == b' ';
            }
            after_space &= self.remove_extra_whitespaces;
            done += length;
        }
        if self.remove_extra_whitespaces {
            while normalized[first..].ends_with(self.space) {
                let length = normalized.len() - self.space.len();
                normalized.truncate(length);
                if let Some(origins) = &mut origins {
                    done = origins[length - first];
                    origins.truncate(length - first);
                }
            }
        }
        if self.dummy_suffix {
            normalized.extend_from_slice(self.space);
            if let Some(origins) = &mut origins {
                origins.resize(origins.len() + self.space.len(), done);
            }
        }
        if let Some(origins) = origins {
            origins.push(done);
        }
    }

    /// What the start of a text becomes, and how much of it that takes.
    #[inline]
    fn prefix<'t>(&'t self, text: &'t [u8], user_defined: &Trie) -> (&'t [u8], usize) {
        if let Some(length) = user_defined_at(user_defined, text) {
            return (&text[..length], length);
        }
        if let Some(characters) = &self.characters
            && let Some(found) = characters.prefix(text)
        {
            return found;
        }
        match first_character(text) {
            Some(length) => (&text[..length], length),
            None => ("\u{fffd}".as_bytes(), 1),
        }
    }
}

impl CharacterMap {
    /// The length of the trie, the trie, and the replacements.
    fn read(map: &[u8]) -> Result<Self, Error> {
        let malformed =
            |found: &str, expected: &str| Error::malformed("character map", found, expected);
        let parts = map.split_first_chunk().and_then(|(length, rest)| {
            rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
        });
        let (keys, replacements) = parts
            .ok_or_else(|| malformed("an end within its trie", "a length, a trie, replacements"))?;
        if keys.is_empty() || !keys.len().is_multiple_of(1024) {
            return Err(malformed("a trie of another length", "a multiple of 1024 bytes"));
        }
        if replacements.last() != Some(&0) {
            return Err(malformed("replacements without an end", "a null byte after each"));
        }
        Ok(Self {
            keys: DoubleArray::new(keys, replacements.len())?,
            replacements: replacements.to_vec(),
        })
    }

    #[inline]
    fn prefix(&self, text: &[u8]) -> Option<(&[u8], usize)> {
        let (length, start) = self.keys.prefixes(text).take(KEYS).last()?;
        let replacement = self.replacements.get(start..)?;
        let end = memchr::memchr(0, replacement)?;
        Some((&replacement[..end], length))
    }
}

/// The length of the character at the start, none if what stands there is not UTF-8.
#[inline]
pub(super) fn first_character(text: &[u8]) -> Option<usize> {
    if text.first()?.is_ascii() {
        return Some(1);
    }
    // No character is longer than four bytes.
    text[..text.len().min(4)].utf8_chunks().next()?.valid().chars().next().map(char::len_utf8)
}
