//! BPE over characters, as Hugging Face's model: with a token for what is unknown, bytes that stand in
//! for characters, and affixes.

use super::file::{Model, Options};
use super::lists;
use crate::Error;
use crate::codec::Memory;
use crate::merges::Merges;
use crate::merging::Symbol;
use crate::vocabulary::Vocabulary;

/// A model whose first symbols are characters.
#[derive(Clone, Debug)]
pub(super) struct CharacterModel {
    pub(super) vocabulary: Vocabulary,
    pub(super) merges: Merges,
    pub(super) options: Options,
    unknown: Option<u32>,
    /// The tokens that stand for bytes, if there is byte fallback.
    bytes: Option<Box<[Option<u32>; 256]>>,
}

impl CharacterModel {
    pub(super) fn new(model: &Model<'_>) -> Result<Self, Error> {
        let options = model.options.clone();
        let tokens = model.vocabulary.iter().map(|(token, id)| (*id, token.as_bytes()));
        let vocabulary = lists::vocabulary(tokens)?;
        let prefix = options.continuing_subword_prefix.as_deref().unwrap_or_default();
        let merges = lists::merges(&vocabulary, &model.merges, prefix.len())?;
        let unknown = match &options.unk_token {
            None => None,
            Some(token) => Some(vocabulary.id(token.as_bytes()).ok_or_else(|| {
                Error::malformed("unk_token", format!("{token:?}"), "a token of the vocabulary")
            })?),
        };
        let bytes = options.byte_fallback.then(|| {
            let mut bytes = Box::new([None; 256]);
            for (byte, slot) in (0..=255u8).zip(bytes.iter_mut()) {
                *slot = vocabulary.id(format!("<{byte:#04X}>").as_bytes());
            }
            bytes
        });
        Ok(Self { vocabulary, merges, options, unknown, bytes })
    }

    /// A token by its id.
    pub(super) fn token(&self, id: u32) -> Option<&str> {
        self.vocabulary.bytes(id).and_then(|token| std::str::from_utf8(token).ok())
    }

    pub(super) fn unknown(&self) -> Option<u32> {
        self.unknown
    }

    pub(super) fn is_byte_fallback(&self, id: u32) -> bool {
        self.bytes.as_ref().is_some_and(|bytes| bytes.contains(&Some(id)))
    }

    /// Leaves the tokens of a piece in `memory.symbols`.
    pub(super) fn encode(&self, piece: &str, memory: &mut Memory) {
        let symbols = &mut memory.symbols;
        symbols.clear();
        if self.options.ignore_merges
            && let Some(id) = self.vocabulary.id(piece.as_bytes())
        {
            symbols.push(Symbol { id, bytes: length(piece.len()) });
            return;
        }
        self.first_symbols(piece, symbols);
        memory.merging.merge(&self.merges, symbols);
    }

    /// The symbols before any merge. A character that there is nothing for leaves none, and its
    /// neighbours become neighbours.
    fn first_symbols(&self, piece: &str, symbols: &mut Vec<Symbol>) {
        let prefix = self.options.continuing_subword_prefix.as_deref().unwrap_or_default();
        let suffix = self.options.end_of_word_suffix.as_deref().unwrap_or_default();
        let mut joined = String::new();
        // An unknown that further ones may still be fused with.
        let mut unknown: Option<Symbol> = None;
        for (start, character) in piece.char_indices() {
            let end = start + character.len_utf8();
            let bytes = length(end - start);
            let (is_first, is_last) = (start == 0, end == piece.len());
            let before = if is_first { "" } else { prefix };
            let after = if is_last { suffix } else { "" };
            let token = if before.is_empty() && after.is_empty() {
                &piece[start..end]
            } else {
                joined.clear();
                joined.extend([before, &piece[start..end], after]);
                &joined
            };
            if let Some(id) = self.vocabulary.id(token.as_bytes()) {
                symbols.extend(unknown.take());
                symbols.push(Symbol { id, bytes });
                continue;
            }
            if let Some(table) = &self.bytes {
                let count = symbols.len();
                let ids = token.bytes().map_while(|byte| table[usize::from(byte)]);
                symbols.extend(ids.map(|id| Symbol { id, bytes: 1 }));
                if symbols.len() - count == token.len() {
                    // An unknown before them stays where it is: after them.
                    continue;
                }
                symbols.truncate(count);
            }
            if let Some(id) = self.unknown {
                match &mut unknown {
                    Some(symbol) if self.options.fuse_unk => {
                        symbol.bytes = symbol.bytes.saturating_add(bytes);
                    }
                    _ => symbols.extend(unknown.replace(Symbol { id, bytes })),
                }
            }
        }
        symbols.extend(unknown);
    }
}

/// Lengths within a piece. Only a run of fused unknown characters can be of 4 GiB; see the crate's limits.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
