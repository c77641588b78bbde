//! Unigram models: of all ways to split a text the one whose pieces have the highest sum of scores.
//!
//! Sums are of single precision and are brought back towards zero on the way, as in SentencePiece:
//! on long texts rounding decides between ways that are nearly as good.

use std::ops::Range;

use super::character_length;
use super::model_file::{Kind, ModelFile};
use super::trie::Trie;
use crate::Error;

/// Pieces with scores.
#[derive(Clone, Debug)]
pub(super) struct Unigram {
    pieces: Trie,
    /// By id: the score, none for a user-defined symbol.
    scores: Vec<Option<f32>>,
    /// The score of a character without a piece.
    unknown_score: f32,
}

/// The best way to an end of a piece: its last piece, where that starts, and the sum of scores.
#[derive(Clone, Copy, Debug)]
struct Way {
    id: Option<u32>,
    start: usize,
    score: f32,
}

const NOWHERE: Way = Way { id: None, start: usize::MAX, score: 0.0 };

/// How much worse an unknown character is than the worst piece.
const UNKNOWN_PENALTY: f32 = 10.0;
/// Sums beyond this are brought back to zero.
const LARGEST_SUM: f32 = 100_000.0;

impl Unigram {
    /// # Errors
    /// [`Error::Malformed`] for a model without pieces or with a score that is no number.
    pub(super) fn new(file: &ModelFile<'_>) -> Result<Self, Error> {
        if let Some(id) = file.pieces.iter().position(|piece| !piece.score.is_finite()) {
            return Err(Error::malformed(format!("piece {id}"), "a score without end", "a number"));
        }
        let ids = || (0u32..).zip(&file.pieces);
        // Unused pieces are never an outcome, so they need not be found.
        let pieces = ids()
            .filter(|(_, piece)| matches!(piece.kind, Kind::Normal | Kind::UserDefined))
            .map(|(id, piece)| (piece.text, id));
        let is_ordinary = |kind| matches!(kind, Kind::Normal | Kind::UserDefined | Kind::Unused);
        if !file.pieces.iter().any(|piece| is_ordinary(piece.kind)) {
            return Err(Error::malformed("pieces", "none for text", "one at least"));
        }
        let lowest = file
            .pieces
            .iter()
            .filter(|piece| piece.kind == Kind::Normal)
            .fold(f32::MAX, |lowest, piece| lowest.min(piece.score));
        Ok(Self {
            pieces: Trie::new(pieces.collect())?,
            scores: file
                .pieces
                .iter()
                .map(|piece| (piece.kind != Kind::UserDefined).then_some(piece.score))
                .collect(),
            unknown_score: lowest - UNKNOWN_PENALTY,
        })
    }

    /// The pieces of a normalised text: where each is, and its id unless it is unknown.
    pub(super) fn split(&self, normalized: &[u8]) -> Vec<(Range<usize>, Option<u32>)> {
        let mut ways = vec![NOWHERE; normalized.len() + 1];
        let mut furthest = 0;
        let mut start = 0;
        while start < normalized.len() {
            let mut so_far = ways[start].score;
            if so_far.abs() > LARGEST_SUM {
                for (place, way) in (start..).zip(&mut ways[start..=furthest.max(start)]) {
                    if place == start || way.start != usize::MAX {
                        way.score -= so_far;
                    }
                }
                so_far = 0.0;
            }
            let rest = &normalized[start..];
            let character = character_length(rest);
            let mut is_known = false;
            let mut extend = |length: usize, id: Option<u32>, score: f32| {
                furthest = furthest.max(start + length);
                let way = &mut ways[start + length];
                let score = score + so_far;
                if way.start == usize::MAX || score > way.score {
                    *way = Way { id, start, score };
                }
            };
            for (length, id) in self.pieces.prefixes(rest) {
                let score = self.scores.get(id as usize).copied().flatten();
                extend(length, Some(id), score.unwrap_or_else(|| user_defined_score(length)));
                is_known |= length == character;
            }
            if !is_known {
                extend(character, None, self.unknown_score);
            }
            start += character;
        }
        let mut pieces = Vec::new();
        let mut end = normalized.len();
        while end > 0 {
            let Way { id, start, .. } = ways[end];
            if start >= end {
                break;
            }
            pieces.push((start..end, id));
            end = start;
        }
        pieces.reverse();
        pieces
    }
}

/// User-defined symbols beat what they could be split into: pieces have scores below zero.
fn user_defined_score(length: usize) -> f32 {
    (0.1 * (length as f64 - 1.0)) as f32
}
