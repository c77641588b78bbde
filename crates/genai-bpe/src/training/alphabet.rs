//! The tokens that are there before the first merge, and words as symbols.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::words::Words;
use super::{Options, Unit};
use crate::byte_characters;

/// Tokens, as files have them, by id.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens {
    by_id: Vec<String>,
    ids: HashMap<String, u32>,
}

impl Tokens {
    /// The token's id; a new one if it has none yet.
    pub(super) fn enter(&mut self, token: String) -> u32 {
        if let Some(&id) = self.ids.get(&token) {
            return id;
        }
        let id = u32::try_from(self.by_id.len()).unwrap_or(u32::MAX);
        self.by_id.push(token.clone());
        self.ids.insert(token, id);
        id
    }

    pub(super) fn id(&self, token: &str) -> Option<u32> {
        self.ids.get(token).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The two tokens as one. The prefix of tokens that continue a word is not repeated.
    pub(super) fn joined(&self, left: u32, right: u32, prefix: Option<&str>) -> String {
        let [left, right] = [left, right].map(|id| self.by_id[id as usize].as_str());
        let right = prefix.and_then(|prefix| right.strip_prefix(prefix)).unwrap_or(right);
        [left, right].concat()
    }

    pub(super) fn into_vec(self) -> Vec<String> {
        self.by_id
    }
}

/// What words are made of, and the ids of that.
#[derive(Debug)]
pub(super) struct Alphabet<'a> {
    options: &'a Options,
    pub(super) tokens: Tokens,
    /// By unit: the id of its character's token.
    ids: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Unit {
    /// Calls `visit` with each unit of the word, a byte or a code point.
    fn for_each(self, word: &str, mut visit: impl FnMut(usize)) {
        match self {
            Self::Byte => word.bytes().for_each(|byte| visit(byte.into())),
            Self::Character => word.chars().for_each(|character| visit(character as usize)),
        }
    }

    /// The character that stands for the unit in files.
    fn character(self, unit: usize) -> Option<char> {
        match self {
            Self::Byte => u8::try_from(unit).ok().map(byte_characters::character),
            Self::Character => u32::try_from(unit).ok().and_then(char::from_u32),
        }
    }

    fn unit(self, character: char) -> Option<usize> {
        match self {
            Self::Byte => byte_characters::byte(character).map(usize::from),
            Self::Character => Some(character as usize),
        }
    }
}

impl<'a> Alphabet<'a> {
    /// Special tokens, then characters by code point.
    pub(super) fn new(options: &'a Options, words: &Words) -> Self {
        let counts = count_characters(options, words);
        let mut ids = vec![NONE; counts.len()];
        let mut tokens = Tokens::default();
        for token in &options.special_tokens {
            tokens.enter(token.clone());
        }
        for character in kept_characters(options, counts) {
            tokens.enter(character.into());
        }
        // A special token may be a character that is not in the alphabet; words have it all the same.
        let mut buffer = [0; 4];
        for (unit, id) in ids.iter_mut().enumerate() {
            let character = options.unit.character(unit);
            let known =
                character.and_then(|character| tokens.id(character.encode_utf8(&mut buffer)));
            *id = known.unwrap_or(NONE);
        }
        Self { options, tokens, ids }
    }

    /// Calls `visit` with the id of each symbol of the word. Characters without a token are left out.
    pub(super) fn spell(&mut self, word: &str, mut visit: impl FnMut(u32)) {
        let Options { unit, prefix, suffix, .. } = self.options;
        if prefix.is_none() && suffix.is_none() {
            unit.for_each(word, |unit| {
                let id = self.ids[unit];
                if id != NONE {
                    visit(id);
                }
            });
            return;
        }
        let last = word.char_indices().next_back().map_or(0, |(place, _)| place);
        for (place, character) in word.char_indices() {
            if self.ids[character as usize] == NONE {
                continue;
            }
            let mut token = String::new();
            if place > 0 {
                token.push_str(prefix.as_deref().unwrap_or_default());
            }
            token.push(character);
            if place == last {
                token.push_str(suffix.as_deref().unwrap_or_default());
            }
            visit(self.tokens.enter(token));
        }
    }
}

/// By unit: how often it is seen; at most often if it is asked for.
fn count_characters(options: &Options, words: &Words) -> Vec<u64> {
    let mut counts: Vec<u64> = Vec::new();
    let mut add = |unit: usize, count| {
        if unit >= counts.len() {
            counts.resize(unit + 1, 0);
        }
        counts[unit] = counts[unit].saturating_add(count);
    };
    for word in words.iter() {
        options.unit.for_each(word.text(), |unit| add(unit, word.count));
    }
    let initial = options.initial_alphabet.iter();
    for unit in initial.filter_map(|&character| options.unit.unit(character)) {
        add(unit, u64::MAX);
    }
    counts
}

/// All characters, without the rarest if their number is limited, by code point. Of equally rare ones those of
/// higher code points go first.
fn kept_characters(options: &Options, counts: Vec<u64>) -> Vec<char> {
    let counted = counts.into_iter().enumerate().filter(|&(_, count)| count > 0);
    let character = |(unit, count)| Some((options.unit.character(unit)?, count));
    let mut kept: Vec<_> = counted.filter_map(character).collect();
    if let Some(limit) = options.limit_alphabet {
        kept.sort_unstable_by_key(|&(character, count)| (Reverse(count), character));
        kept.truncate(limit);
    }
    kept.sort_unstable();
    kept.into_iter().map(|(character, _)| character).collect()
}
