//! Models of BPE: neighbours that together are a piece merge, the piece of highest score first.
//!
//! A piece may come from several pairs, so there is a rule for each way to cut it into two symbols.
//! Scores become ranks: only their order counts, and among equal ones the leftmost pair.

use std::ops::Range;

use super::model_file::{Kind, ModelFile};
use super::resplitting::Resplitting;
use super::trie::Trie;
use super::{SPACE, character_length, user_defined_at};
use crate::byte_level::Word;
use crate::codec::Memory;
use crate::merges::{Merge, Merges};
use crate::merging::Symbol;

/// The rules of a model. Symbols are pieces by their ids, and characters that are in pieces but are
/// none themselves, which have the ids after those.
#[derive(Clone, Debug)]
pub(super) struct Bpe {
    merges: Merges,
    characters: Characters,
    /// By id of a piece: its length in bytes.
    lengths: Vec<u32>,
    borders: Borders,
    /// For models with unused pieces.
    resplitting: Option<Resplitting>,
}

/// Where no merge ever reaches across, so that what lies between is a word of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Borders {
    /// Before the first of several `▁`.
    BeforeSpaces,
    /// After the last of several `▁`.
    AfterSpaces,
    Nowhere,
}

/// The symbol of a character that is in no piece.
pub(super) const OTHER: u32 = u32::MAX;

/// Symbols of characters, in pages of 256.
#[derive(Clone, Debug, Default)]
pub(super) struct Characters {
    /// By the upper bits of a character: the number of its page, from 1 on; 0 for none.
    numbers: Vec<u16>,
    pages: Vec<[u32; 256]>,
}

impl Characters {
    fn insert(&mut self, character: char, symbol: u32) {
        let (upper, lower) = (character as usize >> 8, character as usize & 0xff);
        if upper >= self.numbers.len() {
            self.numbers.resize(upper + 1, 0);
        }
        if self.numbers[upper] == 0 {
            self.pages.push([OTHER; 256]);
            // There are 4352 pages at most.
            self.numbers[upper] = self.pages.len() as u16;
        }
        self.pages[usize::from(self.numbers[upper]) - 1][lower] = symbol;
    }

    fn get(&self, character: char) -> u32 {
        let number = self.numbers.get(character as usize >> 8).copied().unwrap_or(0);
        let page = usize::from(number).checked_sub(1).and_then(|page| self.pages.get(page));
        page.map_or(OTHER, |page| page[character as usize & 0xff])
    }

    /// The symbol of a character in UTF-8.
    #[inline]
    fn symbol(&self, character: &[u8]) -> u32 {
        if let &[byte @ 0..0x80] = character {
            return self.get(char::from(byte));
        }
        let text = std::str::from_utf8(character).unwrap_or_default();
        text.chars().next().map_or(OTHER, |character| self.get(character))
    }
}

impl Bpe {
    pub(super) fn new(file: &ModelFile<'_>) -> Self {
        let ids = || (0u32..).zip(&file.pieces);
        let mut characters = Characters::default();
        let mut symbols: Vec<(&[u8], u32)> = Vec::new();
        // A user-defined symbol stands as it is and never takes part in a merge.
        let merging =
            || ids().filter(|(_, piece)| matches!(piece.kind, Kind::Normal | Kind::Unused));
        for (id, piece) in merging() {
            symbols.push((piece.text, id));
            if character_length(piece.text) == piece.text.len() {
                characters.insert(first(piece.text), id);
            }
        }
        let mut next = file.pieces.len() as u32;
        for (_, piece) in merging() {
            let mut rest = piece.text;
            while !rest.is_empty() {
                let (character, after) = rest.split_at(character_length(rest));
                if characters.symbol(character) == OTHER {
                    characters.insert(first(character), next);
                    symbols.push((character, next));
                    next += 1;
                }
                rest = after;
            }
        }
        let has_unused = ids().any(|(_, piece)| piece.kind == Kind::Unused);
        let merges = merges(file, &symbols);
        let resplitting = has_unused.then(|| Resplitting::new(file));
        Self {
            merges,
            characters,
            lengths: file.pieces.iter().map(|piece| piece.text.len() as u32).collect(),
            borders: Borders::of(merging().map(|(_, piece)| piece.text)),
            resplitting,
        }
    }

    /// See [`SentencePiece::split`](super::SentencePiece).
    pub(super) fn split(
        &self,
        normalized: &[u8],
        user_defined: &Trie,
        memory: &mut Memory,
        piece: &mut impl FnMut(Range<usize>, Option<u32>) -> bool,
    ) {
        if let Some(resplitting) = &self.resplitting {
            resplitting.split(self, normalized, user_defined, piece);
            return;
        }
        let mut done = 0;
        while done < normalized.len() {
            let symbol = next_user_defined(normalized, done, user_defined);
            let end = symbol.as_ref().map_or(normalized.len(), |(range, _)| range.start);
            while done < end {
                let word = done..self.end_of_word(normalized, done..end);
                done = word.end;
                if !self.split_word(normalized, word, memory, piece) {
                    return;
                }
            }
            if let Some((range, id)) = symbol {
                done = range.end;
                if !piece(range, Some(id)) {
                    return;
                }
            }
        }
    }

    fn end_of_word(&self, normalized: &[u8], rest: Range<usize>) -> usize {
        let text = &normalized[rest.clone()];
        let spaces = |from: usize| {
            let runs = text[from..].chunks(SPACE.len()).take_while(|chunk| *chunk == SPACE);
            from + runs.count() * SPACE.len()
        };
        let next_space =
            |from: usize| memchr::memmem::find(&text[from..], SPACE).map(|place| from + place);
        rest.start
            + match self.borders {
                Borders::Nowhere => text.len(),
                Borders::BeforeSpaces => next_space(spaces(0)).unwrap_or(text.len()),
                Borders::AfterSpaces => next_space(0).map_or(text.len(), spaces),
            }
    }

    fn split_word(
        &self,
        normalized: &[u8],
        word: Range<usize>,
        memory: &mut Memory,
        piece: &mut impl FnMut(Range<usize>, Option<u32>) -> bool,
    ) -> bool {
        let key = Word::of(normalized, word.start, word.end);
        let bytes = &normalized[word.clone()];
        let mut place = word.start;
        let mut goes_on = true;
        let mut push = |symbol: u32, bytes: u32| {
            let end = place + bytes as usize;
            let id = (symbol < self.lengths.len() as u32).then_some(symbol);
            goes_on = goes_on && piece(place..end, id);
            place = end;
        };
        let length = |id: u32| self.lengths.get(id as usize).copied().unwrap_or(0);
        memory.ids.clear();
        if memory.words.get(key, bytes, &mut memory.ids) {
            memory.ids.iter().for_each(|&id| push(id, length(id)));
            return goes_on;
        }
        memory.symbols.clear();
        let mut rest = &normalized[word];
        while !rest.is_empty() {
            let (character, after) = rest.split_at(character_length(rest));
            let bytes = character.len() as u32;
            memory.symbols.push(Symbol { id: self.characters.symbol(character), bytes });
            rest = after;
        }
        memory.merging.merge(&self.merges, &mut memory.symbols);
        for symbol in &memory.symbols {
            push(symbol.id, symbol.bytes);
        }
        if memory.symbols.iter().all(|symbol| (symbol.id as usize) < self.lengths.len()) {
            memory.ids.extend(memory.symbols.iter().map(|symbol| symbol.id));
            memory.words.put(key, bytes, &memory.ids);
        }
        goes_on
    }

    /// The symbol of a character, [`OTHER`] if it is in no piece.
    pub(super) fn character(&self, character: &[u8]) -> u32 {
        self.characters.symbol(character)
    }

    pub(super) fn piece_count(&self) -> usize {
        self.lengths.len()
    }

    /// What two neighbours become.
    pub(super) fn merge(&self, left: u32, right: u32) -> Option<Merge> {
        self.merges.get(left, right)
    }
}

impl Borders {
    fn of<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Self {
        let (mut before, mut after) = (true, true);
        for piece in pieces {
            for place in memchr::memmem::find_iter(piece, SPACE) {
                let (start, end) = (&piece[..place], &piece[place + SPACE.len()..]);
                before &= start.is_empty() || start.ends_with(SPACE);
                after &= end.is_empty() || end.starts_with(SPACE);
            }
        }
        if before {
            Self::BeforeSpaces
        } else if after {
            Self::AfterSpaces
        } else {
            Self::Nowhere
        }
    }
}

/// The first user-defined symbol from `start` on.
fn next_user_defined(
    normalized: &[u8],
    mut start: usize,
    user_defined: &Trie,
) -> Option<(Range<usize>, u32)> {
    if user_defined.is_empty() {
        return None;
    }
    while start < normalized.len() {
        let rest = &normalized[start..];
        if let Some(length) = user_defined_at(user_defined, rest) {
            let (_, id) = user_defined.prefixes(rest).find(|&(found, _)| found == length)?;
            return Some((start..start + length, id));
        }
        start += character_length(rest);
    }
    None
}

fn first(character: &[u8]) -> char {
    // Pieces are UTF-8.
    std::str::from_utf8(character).unwrap_or_default().chars().next().unwrap_or_default()
}

/// Every way to cut a piece into two symbols. For each piece the symbols that it starts with and
/// those that it ends with are at hand as chains, so this takes no longer than the pieces are long.
fn merges(file: &ModelFile<'_>, symbols: &[(&[u8], u32)]) -> Merges {
    let starts = chains(symbols, <[u8]>::cmp, <[u8]>::starts_with);
    let ends =
        chains(symbols, |left, right| left.iter().rev().cmp(right.iter().rev()), <[u8]>::ends_with);
    let mut by_score: Vec<u32> = (0..file.pieces.len() as u32).collect();
    let score = |id: u32| file.pieces.get(id as usize).map_or(0.0, |piece| piece.score);
    by_score.sort_by(|&left, &right| score(right).total_cmp(&score(left)));
    let mut ranks = vec![0; file.pieces.len()];
    let mut rank = 0;
    for (place, &id) in by_score.iter().enumerate() {
        let is_lower = place > 0 && score(by_score[place - 1]).total_cmp(&score(id)).is_ne();
        rank += u32::from(is_lower);
        ranks[id as usize] = rank;
    }
    let mut merges = Vec::new();
    let mut tails = Vec::new();
    for (place, &(text, id)) in symbols.iter().enumerate() {
        let Some(&rank) = ranks.get(id as usize) else { continue };
        tails.clear();
        tails.extend(std::iter::successors(ends[place], |&place| ends[place as usize]));
        for head in std::iter::successors(starts[place], |&place| starts[place as usize]) {
            let (left, left_id) = symbols[head as usize];
            // Heads get shorter, and the tails at the end of the list longer.
            while let Some(&tail) = tails.last() {
                let (right, right_id) = symbols[tail as usize];
                if left.len() + right.len() > text.len() {
                    break;
                }
                if left.len() + right.len() == text.len() {
                    merges.push((left_id, right_id, Merge { rank, id }));
                }
                tails.pop();
            }
        }
    }
    Merges::with_ranks(&merges)
}

/// For each symbol the longest other one that it starts (or ends) with, by an order in which such
/// a one comes before it.
fn chains(
    symbols: &[(&[u8], u32)],
    order: impl Fn(&[u8], &[u8]) -> std::cmp::Ordering,
    is_part: impl Fn(&[u8], &[u8]) -> bool,
) -> Vec<Option<u32>> {
    let mut places: Vec<u32> = (0..symbols.len() as u32).collect();
    let text = |place: u32| symbols[place as usize].0;
    places.sort_unstable_by(|&left, &right| order(text(left), text(right)));
    let mut links = vec![None; symbols.len()];
    let mut open: Vec<u32> = Vec::new();
    for place in places {
        while open.pop_if(|part| !is_part(text(place), text(*part))).is_some() {}
        links[place as usize] = open.last().copied();
        open.push(place);
    }
    links
}
