//! Models of BPE with unused pieces: those merge like all others, but what is one in the end is taken
//! apart again.
//!
//! How it is taken apart, one memory for the whole text says: the two neighbours that were last seen to
//! be that piece together, merged or not, here or elsewhere. So the order of all steps matters, and there
//! are no words that stand for themselves.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use super::bpe::{Bpe, OTHER};
use super::model_file::{Kind, ModelFile};
use super::trie::Trie;
use super::{character_length, user_defined_at};

/// What is to be known of pieces beyond [`Bpe`].
#[derive(Clone, Debug)]
pub(super) struct Resplitting {
    /// By id of a piece.
    is_unused: Vec<bool>,
}

/// A part of the text on its way to a piece.
#[derive(Clone, Copy, Debug)]
struct Part {
    id: u32,
    start: usize,
    /// 0 once it is merged into its neighbour.
    length: usize,
    previous: usize,
    next: usize,
    is_user_defined: bool,
}

/// A symbol and its length in bytes.
type Half = (u32, usize);

const NONE: usize = usize::MAX;

/// What is taken apart more often than this stays as it is.
const DEEPEST: u32 = 100;

/// The steps that may come, best first: rank, left part, right part, length of both.
type Agenda = BinaryHeap<Reverse<(u32, usize, usize, usize)>>;

impl Resplitting {
    pub(super) fn new(file: &ModelFile<'_>) -> Self {
        Self { is_unused: file.pieces.iter().map(|piece| piece.kind == Kind::Unused).collect() }
    }

    fn is_unused(&self, id: u32) -> bool {
        self.is_unused.get(id as usize).is_some_and(|&is_unused| is_unused)
    }

    /// See [`SentencePiece::split`](super::SentencePiece).
    pub(super) fn split(
        &self,
        bpe: &Bpe,
        normalized: &[u8],
        user_defined: &Trie,
        piece: &mut impl FnMut(Range<usize>, Option<u32>) -> bool,
    ) {
        let mut parts = parts(bpe, normalized, user_defined);
        let mut agenda = Agenda::new();
        let mut halves = HashMap::new();
        for right in 1..parts.len() {
            self.consider(bpe, &parts, (right - 1, right), &mut agenda, &mut halves);
        }
        while let Some(Reverse((_, left, right, length))) = agenda.pop() {
            let (first, second) = (parts[left], parts[right]);
            let is_stale = first.length == 0 || second.length == 0;
            if is_stale || first.length + second.length != length {
                continue;
            }
            let Some(merge) = bpe.merge(first.id, second.id) else { continue };
            parts[left] = Part { id: merge.id, length, next: second.next, ..first };
            parts[right].length = 0;
            if second.next != NONE {
                parts[second.next].previous = left;
            }
            self.consider(bpe, &parts, (first.previous, left), &mut agenda, &mut halves);
            self.consider(bpe, &parts, (left, second.next), &mut agenda, &mut halves);
        }
        for part in parts.iter().filter(|part| part.length > 0) {
            if !self.emit(part, bpe.piece_count(), &halves, piece) {
                return;
            }
        }
    }

    fn consider(
        &self,
        bpe: &Bpe,
        parts: &[Part],
        (left, right): (usize, usize),
        agenda: &mut Agenda,
        halves: &mut HashMap<u32, (Half, Half)>,
    ) {
        let (Some(first), Some(second)) = (parts.get(left), parts.get(right)) else { return };
        if first.is_user_defined || second.is_user_defined {
            return;
        }
        let Some(merge) = bpe.merge(first.id, second.id) else { return };
        agenda.push(Reverse((merge.rank, left, right, first.length + second.length)));
        if self.is_unused(merge.id) {
            halves.insert(merge.id, ((first.id, first.length), (second.id, second.length)));
        }
    }

    fn emit(
        &self,
        part: &Part,
        piece_count: usize,
        halves: &HashMap<u32, (Half, Half)>,
        piece: &mut impl FnMut(Range<usize>, Option<u32>) -> bool,
    ) -> bool {
        let mut place = part.start;
        let mut open = vec![((part.id, part.length), 0)];
        while let Some(((id, length), depth)) = open.pop() {
            let known = ((id as usize) < piece_count).then_some(id);
            let id = match halves.get(&id) {
                _ if depth > DEEPEST || !self.is_unused(id) => known,
                Some(&(left, right)) => {
                    open.extend([(right, depth + 1), (left, depth + 1)]);
                    continue;
                }
                None => None,
            };
            if !piece(place..place + length, id) {
                return false;
            }
            place += length;
        }
        true
    }
}

/// The characters and user-defined symbols of a text.
fn parts(bpe: &Bpe, normalized: &[u8], user_defined: &Trie) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::with_capacity(normalized.len());
    let mut start = 0;
    while start < normalized.len() {
        let rest = &normalized[start..];
        let user_defined_length = user_defined_at(user_defined, rest);
        let length = user_defined_length.unwrap_or_else(|| character_length(rest));
        let id = if user_defined_length.is_some() {
            let mut found = user_defined.prefixes(rest);
            found.find(|&(found, _)| found == length).map_or(OTHER, |(_, id)| id)
        } else {
            bpe.character(&rest[..length])
        };
        let place = parts.len();
        let next = if start + length < normalized.len() { place + 1 } else { NONE };
        let previous = place.wrapping_sub(1);
        let is_user_defined = user_defined_length.is_some();
        parts.push(Part { id, start, length, previous, next, is_user_defined });
        start += length;
    }
    parts
}
