//! From a text to the ids of its pieces: added tokens, normalizers, pre-tokenizers, model.

use super::aligned::Aligned;
use super::normalizer::{Normalizer, is_nfc};
use super::pre_tokenizer::{Cut, Pieces};
use super::{HuggingFace, Model};
use crate::byte_characters;
use crate::byte_level::ByteLevel;
use crate::codec::{Allowed, Memory, Output};

impl HuggingFace {
    /// The byte-level tokenizer that gives the ids of this text, if one does.
    pub(super) fn straight(&self, text: &str) -> Option<&ByteLevel> {
        match (&self.model, &self.normalizers[..]) {
            (Model::Bytes { byte_level, is_straight: true }, []) => Some(byte_level),
            (Model::Bytes { byte_level, is_straight: true }, [Normalizer::Nfc]) if is_nfc(text) => {
                Some(byte_level)
            }
            _ => None,
        }
    }

    /// The text as it comes to the model: cut, normalised, with its added tokens.
    pub(super) fn pieces(&self, text: &str, special: Allowed<'_>) -> Pieces {
        let mut pieces = Pieces::default();
        self.added.split_raw(text, special, |range, token| {
            if token.is_some() {
                let blank = blank(&text[range.clone()]);
                pieces.cuts.push(Cut { range, token, blank });
                return;
            }
            let mut segment = Aligned::default();
            segment.push_original(text, range);
            for normalizer in &self.normalizers {
                normalizer.apply(&mut segment);
            }
            let base = pieces.content.text.len();
            self.added.split_normalized(&segment.text, special, |range, token| {
                let blank = blank(&segment.text[range.clone()]);
                let range = match token.and_then(|_| segment.origin(text, range.clone())) {
                    Some((start, end)) => start..end,
                    None => base + range.start..base + range.end,
                };
                pieces.cuts.push(Cut { range, token, blank });
            });
            pieces.content.push_range(&segment, 0..segment.text.len());
        });
        pieces.cuts.retain(|cut| !cut.range.is_empty());
        for pre_tokenizer in &self.pre_tokenizers {
            pre_tokenizer.apply(&mut pieces);
        }
        pieces
    }

    pub(super) fn encode_pieces(
        &self,
        text: &str,
        pieces: &Pieces,
        memory: &mut Memory,
        output: &mut Output<'_>,
    ) {
        let content = &pieces.content;
        let mut spans = Vec::new();
        for cut in &pieces.cuts {
            if output.is_full() {
                return;
            }
            let wants_offsets = output.offsets.is_some();
            if let Some(id) = cut.token {
                let mut offsets = (cut.range.start, cut.range.end);
                self.post_processor.trim(text, output.ids.len(), cut.blank, &mut offsets);
                output.push(id, offsets.0, offsets.1);
                continue;
            }
            let first = output.ids.len();
            spans.clear();
            match &self.model {
                Model::Bytes { byte_level, .. } => {
                    let mut tokens = Output {
                        ids: &mut *output.ids,
                        offsets: wants_offsets.then_some(&mut spans),
                        limit: usize::MAX,
                    };
                    let range = (cut.range.start, cut.range.end);
                    byte_level.encode_piece(content.text.as_bytes(), range, 0, memory, &mut tokens);
                }
                Model::Characters(model) => {
                    model.encode(&content.text[cut.range.clone()], memory);
                    let mut start = cut.range.start;
                    for symbol in &memory.symbols {
                        output.ids.push(symbol.id);
                        spans.push((start, start + symbol.bytes as usize));
                        start += symbol.bytes as usize;
                    }
                }
            }
            let Some(offsets) = &mut output.offsets else { continue };
            for (place, &(start, end)) in (first..).zip(&spans) {
                // Tokens of bytes that stand in for affixes reach beyond the piece.
                let inner = (start - cut.range.start, end - cut.range.start);
                let known =
                    if end <= cut.range.end { content.origin(text, start..end) } else { None };
                let mut span = known.unwrap_or(inner);
                self.trim(text, place, output.ids[place], &mut span);
                offsets.push(span);
            }
        }
    }

    /// Takes the white space off the offsets of a token of the model.
    pub(super) fn trim(&self, text: &str, place: usize, id: u32, offsets: &mut (usize, usize)) {
        if self.post_processor.trims_offsets() {
            let blank = match &self.model {
                Model::Bytes { byte_level, .. } => {
                    let token = byte_level.vocabulary().bytes(id).unwrap_or_default();
                    let is_space = |byte: &&u8| **byte == b' ';
                    (
                        token.iter().take_while(is_space).count(),
                        token.iter().rev().take_while(is_space).count(),
                    )
                }
                Model::Characters(model) => model.token(id).map_or((0, 0), blank),
            };
            self.post_processor.trim(text, place, blank, offsets);
        }
    }
}

/// The number of characters of white space, GPT-2's for a space included, at both ends.
pub(super) fn blank(token: &str) -> (usize, usize) {
    let is_space = |&character: &char| {
        character == byte_characters::character(b' ') || character.is_whitespace()
    };
    (token.chars().take_while(is_space).count(), token.chars().rev().take_while(is_space).count())
}
