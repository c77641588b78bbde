//! BPE over bytes: every text has ids, and they give the text back.

pub(crate) mod tiktoken;
mod word_cache;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;

pub(crate) use self::word_cache::WordCache;
use crate::Error;
use crate::added::AddedTokens;
use crate::codec::{Allowed, Codec, DecodeOptions, Memory, Output};
use crate::merges::{Merge, Merges};
use crate::merging::{Merging, Symbol};
use crate::pretokenizer::Pattern;
use crate::vocabulary::Vocabulary;

/// A tokenizer whose first symbols are the 256 bytes: tiktoken's, GPT-2's, and those of Hugging
/// Face with a `ByteLevel` pre-tokenizer.
#[derive(Clone, Debug)]
pub(crate) struct ByteLevel {
    vocabulary: Vocabulary,
    merges: Merges,
    pattern: Pattern,
    added: AddedTokens,
    /// A piece that is a token becomes that token, whether or not merges lead there.
    whole_pieces: bool,
    /// The ids of single bytes.
    bytes: [u32; 256],
}

impl ByteLevel {
    /// A tokenizer by a list of merges `(left, right)` in order of rank, as of GPT-2 and Hugging Face.
    /// `whole_pieces` is Hugging Face's `ignore_merges`.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a byte without a token.
    pub(crate) fn new(
        vocabulary: Vocabulary,
        merges: Merges,
        pattern: Pattern,
        added: AddedTokens,
        whole_pieces: bool,
    ) -> Result<Self, Error> {
        let mut bytes = [0; 256];
        for (byte, slot) in (0..=255u8).zip(&mut bytes) {
            *slot = vocabulary.id(&[byte]).ok_or_else(|| {
                Error::malformed("vocabulary", format!("no token for byte {byte}"), "all 256 bytes")
            })?;
        }
        Ok(Self { vocabulary, merges, pattern, added, whole_pieces, bytes })
    }

    /// A tokenizer by ranks alone, as tiktoken's: any neighbours merge whose bytes together are a token,
    /// the token of lowest rank first, and the rank of a token is its id.
    ///
    /// This is turned into a list of merges. That is the same: a merge makes a token out of neighbours that
    /// cover its bytes, and what happened within those bytes before is what happens when the token's
    /// bytes stand alone, as merges are chosen by rank and place, and one that reached across the
    /// edge would have left no token with that edge. So a token comes from one pair only: the last
    /// two parts of its own encoding.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a byte without a token.
    pub(crate) fn from_ranks(
        vocabulary: Vocabulary,
        pattern: Pattern,
        added: AddedTokens,
    ) -> Result<Self, Error> {
        let merges = merges_of_ranks(&vocabulary);
        Self::new(vocabulary, merges, pattern, added, true)
    }

    fn encode_piece(
        &self,
        text: &[u8],
        (start, end): (usize, usize),
        base: usize,
        memory: &mut Memory,
        output: &mut Output<'_>,
    ) {
        let key = WordCache::key(text, start, end);
        let known = key.and_then(|key| memory.words.get(key));
        if let Some(ids) = known {
            self.push(ids, base + start, output);
            return;
        }
        let piece = &text[start..end];
        let whole = if self.whole_pieces { self.vocabulary.id(piece) } else { None };
        let first = output.ids.len();
        if let Some(id) = whole {
            output.push(id, base + start, base + end);
        } else {
            let symbols = &mut memory.symbols;
            symbols.clear();
            symbols.extend(
                piece.iter().map(|&byte| Symbol { id: self.bytes[usize::from(byte)], bytes: 1 }),
            );
            memory.merging.merge(&self.merges, symbols);
            let mut place = base + start;
            for symbol in symbols {
                output.push(symbol.id, place, place + symbol.bytes as usize);
                place += symbol.bytes as usize;
            }
        }
        if let Some(key) = key {
            memory.words.put(key, &output.ids[first..]);
        }
    }

    #[inline]
    fn push(&self, ids: &[u32], mut start: usize, output: &mut Output<'_>) {
        if output.offsets.is_none() {
            output.ids.extend_from_slice(ids);
            return;
        }
        for &id in ids {
            let end = start + self.vocabulary.length(id);
            output.push(id, start, end);
            start = end;
        }
    }
}

impl Codec for ByteLevel {
    fn family(&self) -> &'static str {
        "byte-level"
    }

    fn encode(
        &self,
        text: &str,
        special: Allowed<'_>,
        memory: &mut Memory,
        output: &mut Output<'_>,
    ) {
        self.added.split(text, special, |segment, id| {
            if let Some(id) = id {
                output.push(id, segment.start, segment.end);
                return;
            }
            let base = segment.start;
            let text = &text[segment];
            let _stopped = self.pattern.for_each_piece(text, |start, end| {
                self.encode_piece(text.as_bytes(), (start, end), base, memory, output);
                if output.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        });
    }

    fn decode(
        &self,
        ids: &[u32],
        options: DecodeOptions,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Error> {
        for &id in ids {
            if let Some(token) = self.added.by_id(id) {
                if !(options.skip_special && token.special) {
                    bytes.extend_from_slice(token.content.as_bytes());
                }
            } else {
                bytes.extend_from_slice(self.vocabulary.bytes(id).ok_or(Error::UnknownId(id))?);
            }
        }
        Ok(())
    }

    fn is_concatenative(&self) -> bool {
        true
    }

    fn token(&self, id: u32) -> Option<Cow<'_, str>> {
        if let Some(token) = self.added.by_id(id) {
            return Some(Cow::Borrowed(&token.content));
        }
        Some(Cow::Owned(crate::byte_characters::to_characters(self.vocabulary.bytes(id)?)))
    }

    fn token_bytes(&self, id: u32) -> Option<Cow<'_, [u8]>> {
        if let Some(token) = self.added.by_id(id) {
            return Some(Cow::Borrowed(token.content.as_bytes()));
        }
        self.vocabulary.bytes(id).map(Cow::Borrowed)
    }

    fn id(&self, token: &str) -> Option<u32> {
        self.added
            .by_content(token)
            .or_else(|| self.vocabulary.id(&crate::byte_characters::to_bytes(token)?))
    }

    fn id_bound(&self) -> usize {
        self.vocabulary.id_bound().max(self.added.id_bound())
    }

    fn special_tokens(&self) -> Vec<(&str, u32)> {
        self.added.special()
    }

    fn unknown_id(&self) -> Option<u32> {
        None
    }

    fn is_byte_fallback(&self, _: u32) -> bool {
        false
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// The pair that each token comes from; see [`ByteLevel::from_ranks`].
fn merges_of_ranks(vocabulary: &Vocabulary) -> Merges {
    let mut merging = Merging::default();
    let mut symbols = Vec::new();
    let mut merges = Vec::with_capacity(vocabulary.len());
    let joined = RefCell::new(Vec::new());
    let id_of_both = |left, right| {
        let mut joined = joined.borrow_mut();
        joined.clear();
        joined.extend_from_slice(vocabulary.bytes(left)?);
        joined.extend_from_slice(vocabulary.bytes(right)?);
        vocabulary.id(&joined)
    };
    for (id, token) in vocabulary.iter() {
        symbols.clear();
        let byte = |byte: &u8| Some(Symbol { id: vocabulary.id(&[*byte])?, bytes: 1 });
        symbols.extend(token.iter().filter_map(byte));
        // Two neighbours that make the token are all that is left of it.
        let parts = Cell::new(None);
        let rule = |left, right| {
            let both = id_of_both(left, right)?;
            if both == id {
                parts.set(Some((left, right)));
            }
            Some((both, both))
        };
        merging.merge_by(rule, &mut symbols);
        if let Some((left, right)) = parts.get() {
            merges.push((left, right, Merge { rank: id, id }));
        }
    }
    Merges::with_ranks(&merges)
}
