//! The longest token that a text starts with.

use std::hint::black_box;

use crate::hash::fold;
use crate::vocabulary::Vocabulary;

/// All prefixes of all tokens in one hash table. The place of each follows from the text alone, so
/// that a processor need not wait for one look-up to begin the next.
///
/// Prefixes of up to four bytes are told apart by what a slot holds. Of longer ones it holds a part of
/// their hash, and what is found is compared with the text byte by byte.
#[derive(Clone, Debug)]
pub(super) struct Prefixes {
    /// Open addressing: what tells the prefix from others, whether longer ones exist, and the id of
    /// the token that the prefix is.
    slots: Vec<u64>,
    shift: u32,
    /// By id: the longest token that is a proper prefix of this one.
    shorter: Vec<u32>,
}

/// The id of no token.
pub(super) const NO_TOKEN: u32 = (1 << ID_BITS) - 1;

const ID_BITS: u32 = 24;
const ID: u64 = (1 << ID_BITS) - 1;
const GOES_ON: u64 = 1 << ID_BITS;
/// Some token ends within the character that comes next.
const WITHIN: u64 = 1 << (ID_BITS + 1);
/// What names of long prefixes have and those of short ones have not.
const LONG: u64 = 1 << (ID_BITS + 2);
const NAME: u64 = !(WITHIN | GOES_ON | ID);
/// No name has all bits set, so no prefix looks like this.
const FREE: u64 = u64::MAX;
/// Tokens that are put into the table at once.
const BATCH: usize = 64;
/// Prefixes up to this length are named by their bytes.
const SHORT: usize = 4;

impl Prefixes {
    /// The prefixes of those tokens that have a first part: a shorter such token that they start
    /// with, or themselves. Nothing if hashes of two of them agree, which no vocabulary has by chance.
    pub(super) fn new(
        vocabulary: &Vocabulary,
        first_part: impl Fn(u32) -> Option<u32>,
    ) -> Option<Self> {
        // Vocabularies of words have about two prefixes a token.
        let mut size = (vocabulary.len() * 2).next_power_of_two().max(256);
        loop {
            let mut prefixes = Self {
                slots: vec![FREE; size],
                shift: 64 - size.trailing_zeros(),
                shorter: vec![NO_TOKEN; vocabulary.id_bound()],
            };
            if prefixes.fill(vocabulary, &first_part)? {
                return Some(prefixes);
            }
            size *= 2;
        }
    }

    /// Whether all prefixes found a place with room to spare.
    fn fill(
        &mut self,
        vocabulary: &Vocabulary,
        first_part: &impl Fn(u32) -> Option<u32>,
    ) -> Option<bool> {
        let mut room = self.slots.len() / 8 * 7;
        let mut batch: Vec<(u32, u32)> = Vec::new();
        let mut keys = Vec::new();
        let mut known = Vec::new();
        // Short ones first: then all that a token may start with is there.
        for ids in by_length(vocabulary).chunks(BATCH) {
            // One step for all before the next: what is far away in memory is fetched at once.
            batch.clear();
            batch.extend(ids.iter().filter_map(|&id| Some((id, first_part(id)?))));
            // What the first part starts with is there already.
            known.clear();
            known.extend(batch.iter().map(
                |&(id, part)| {
                    if part == id { 0 } else { vocabulary.length(part) }
                },
            ));
            keys.clear();
            for (&(id, _), &known) in batch.iter().zip(&known) {
                let token = vocabulary.bytes(id)?;
                let mut of_token = Keys::of(token);
                keys.extend((known.max(1)..=token.len()).map(|length| of_token.key(length)));
            }
            let slots = keys.iter().map(|key| self.slots[(key.hash >> self.shift) as usize]);
            black_box(slots.fold(0, u64::wrapping_add));
            let mut keys = keys.iter();
            for (&(id, part), &known) in batch.iter().zip(&known) {
                let token = vocabulary.bytes(id)?;
                let whole = whole_characters(token);
                let goes_on =
                    |length: usize| if length == whole { GOES_ON | WITHIN } else { GOES_ON };
                let mut shorter = (NO_TOKEN, 0);
                if known > 0 {
                    let place = self.place(*keys.next()?);
                    self.slots[place] |= goes_on(known);
                    shorter = (part, known);
                }
                for (length, &key) in (known + 1..=token.len()).zip(&mut keys) {
                    let place = self.place(key);
                    let slot = &mut self.slots[place];
                    if *slot == FREE {
                        if room == 0 {
                            return Some(false);
                        }
                        room -= 1;
                        *slot = key.name | u64::from(NO_TOKEN);
                    }
                    if length == token.len() {
                        *slot = *slot & !ID | u64::from(id);
                    } else {
                        *slot |= goes_on(length);
                        if *slot & ID != u64::from(NO_TOKEN) {
                            shorter = ((*slot & ID) as u32, length);
                        }
                    }
                }
                let (shorter, length) = shorter;
                if length > known.max(SHORT) && !vocabulary.is(shorter, &token[..length]) {
                    return None;
                }
                self.shorter[id as usize] = shorter;
            }
        }
        Some(true)
    }

    /// The longest token that `text` starts with, and its length; [`NO_TOKEN`] and 0 if there is none.
    /// Nothing if the text is one of those whose hashes mislead.
    #[inline]
    pub(super) fn longest(&self, vocabulary: &Vocabulary, text: &[u8]) -> Option<(u32, usize)> {
        let mut keys = Keys::of(text);
        // Most tokens of scripts with long characters are whole characters.
        let character = text.first().map_or(1, |&byte| character_length(byte));
        let mut found = self.longest_from(character, text, &mut keys);
        if found.0 == NO_TOKEN && character > 1 {
            // Then a part of the character is all that can be a token.
            found = self.longest_from(1, &text[..text.len().min(character - 1)], &mut keys);
        }
        let (token, length) = found;
        let is_there =
            length <= SHORT || token == NO_TOKEN || vocabulary.is(token, &text[..length]);
        is_there.then_some(found)
    }

    /// The longest token of that length or more, though it may not be one if it is longer than
    /// [`SHORT`].
    #[inline]
    fn longest_from(&self, length: usize, text: &[u8], keys: &mut Keys<'_>) -> (u32, usize) {
        let mut length = length;
        let mut found = (NO_TOKEN, 0);
        while length <= text.len() {
            let slot = self.slots[self.place(keys.key(length))];
            if slot == FREE {
                break;
            }
            if slot & ID != u64::from(NO_TOKEN) {
                found = ((slot & ID) as u32, length);
            }
            if slot & GOES_ON == 0 || length == text.len() {
                break;
            }
            length += if slot & WITHIN == 0 { character_length(text[length]) } else { 1 };
        }
        found
    }

    /// The longest token that is a proper prefix of this one, or [`NO_TOKEN`].
    #[inline]
    pub(super) fn shorter(&self, token: u32) -> u32 {
        self.shorter[token as usize]
    }

    /// Where the prefix is, or would be.
    #[inline]
    fn place(&self, key: Key) -> usize {
        let mut place = (key.hash >> self.shift) as usize;
        loop {
            let slot = self.slots[place & (self.slots.len() - 1)];
            if slot == FREE || slot & NAME == key.name {
                return place & (self.slots.len() - 1);
            }
            place += 1;
        }
    }
}

/// The ids of a vocabulary, those of short tokens first.
fn by_length(vocabulary: &Vocabulary) -> Vec<u32> {
    /// Tokens that are longer are few.
    const MANY_BYTES: usize = 64;
    let class = |token: &[u8]| token.len().min(MANY_BYTES);
    let mut starts = [0; MANY_BYTES + 2];
    for (_, token) in vocabulary.iter() {
        starts[class(token) + 1] += 1;
    }
    for class in 1..starts.len() {
        starts[class] += starts[class - 1];
    }
    let first_long = starts[MANY_BYTES];
    let mut ids = vec![0; vocabulary.len()];
    for (id, token) in vocabulary.iter() {
        let place = &mut starts[class(token)];
        ids[*place] = id;
        *place += 1;
    }
    ids[first_long..].sort_by_key(|&id| vocabulary.length(id));
    ids
}

/// How many bytes a character has that starts with this one; 1 within a character.
#[inline]
fn character_length(byte: u8) -> usize {
    match byte {
        0..0xc0 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0.. => 4,
    }
}

/// How many bytes of the token are before a last character that is not there to its end; the
/// whole length if there is none.
fn whole_characters(token: &[u8]) -> usize {
    let last = token.iter().rposition(|&byte| !(0x80..0xc0).contains(&byte)).unwrap_or(0);
    let is_cut = token.get(last).is_some_and(|&byte| last + character_length(byte) > token.len());
    if is_cut { last } else { token.len() }
}

/// The keys of prefixes of a text, made as they are asked for, in order of length.
struct Keys<'a> {
    text: &'a [u8],
    /// The first four bytes, the first the lowest.
    start: u32,
    hash: u64,
    /// How many bytes the hash is of.
    hashed: usize,
}

impl<'a> Keys<'a> {
    #[inline]
    fn of(text: &'a [u8]) -> Self {
        let start = if let Some(chunk) = text.first_chunk::<SHORT>() {
            u32::from_le_bytes(*chunk)
        } else {
            text.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte))
        };
        Self { text, start, hash: fold(u64::from(start) ^ FIRST, SECOND), hashed: SHORT }
    }

    #[inline]
    fn key(&mut self, length: usize) -> Key {
        if length <= SHORT {
            return short_key(self.start, length);
        }
        for &byte in &self.text[self.hashed..length] {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(SECOND);
        }
        self.hashed = length;
        long_key(self.hash)
    }
}

/// A prefix in the table: what tells it from others, and where it is looked for.
#[derive(Clone, Copy)]
struct Key {
    name: u64,
    hash: u64,
}

/// Bytes and length, which are the prefix itself.
#[inline]
fn short_key(start: u32, length: usize) -> Key {
    let bytes = u64::from(start) & ((1 << (8 * length)) - 1);
    let key = bytes | (length as u64) << 32;
    Key { name: key << (ID_BITS + 3), hash: fold(key ^ FIRST, SECOND) }
}

#[inline]
fn long_key(hash: u64) -> Key {
    let name = (hash | LONG) & NAME;
    Key { name: if name == NAME { LONG } else { name }, hash }
}

const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const SECOND: u64 = 0xd1b5_4a32_d192_ed03;
