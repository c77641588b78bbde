//! The ids of subwords, which subword-nmt itself has not.

use std::borrow::Cow;

use super::codes::{AROUND_LINES, Version};
use super::{OTHER, SubwordNmt, without_end};
use crate::byte_level::Word;
use crate::codec::{Allowed, Codec, DecodeOptions, Memory, Output};
use crate::vocabulary::Vocabulary;
use crate::{Error, Tokenizer};

/// [`SubwordNmt`] with ids.
#[derive(Clone, Debug)]
struct SubwordCodec {
    subwords: SubwordNmt,
    /// Subwords as they are printed.
    tokens: Vocabulary,
    /// By symbol: its id within a word and at the end of one.
    ids: Vec<(u32, u32)>,
}

const UNKNOWN: u32 = 0;
const UNKNOWN_TOKEN: &str = "<unk>";

impl SubwordNmt {
    /// A tokenizer that cuts as this does; how ids are made says [`Tokenizer::from_subword_nmt`].
    ///
    /// # Errors
    /// [`Error::Malformed`] for more than 2²⁴ subwords.
    pub fn into_tokenizer(self) -> Result<Tokenizer, Error> {
        let separator = &self.separator;
        let within = |symbol: &str| format!("{symbol}{separator}");
        let mut printed = vec![UNKNOWN_TOKEN.to_owned()];
        for (_, symbol) in self.symbols.iter() {
            let symbol = String::from_utf8_lossy(symbol);
            let text = without_end(&symbol);
            let is_end = text.len() < symbol.len();
            if text.is_empty() {
                continue;
            }
            // In version 0.1 the end of a word may also stand by itself.
            match self.codes.version {
                Version::V02 if is_end => printed.push(text.to_owned()),
                Version::V02 => printed.push(within(text)),
                Version::V01 => printed.extend([within(text), text.to_owned()]),
            }
        }
        let mut seen = std::collections::HashSet::new();
        printed.retain(|token| seen.insert(token.clone()));
        let tokens = Vocabulary::new((0u32..).zip(printed.iter().map(String::as_bytes)))?;
        let id = |token: &str| tokens.id(token.as_bytes()).unwrap_or(UNKNOWN);
        let ids = self.symbols.iter().map(|(_, symbol)| {
            let symbol = String::from_utf8_lossy(symbol);
            (id(&within(&symbol)), id(without_end(&symbol)))
        });
        let ids = ids.collect();
        Ok(Tokenizer::new(SubwordCodec { subwords: self, tokens, ids }))
    }
}

impl Tokenizer {
    /// The codes file of a tokenizer of subword-nmt.
    ///
    /// # Errors
    /// [`Error::CannotSave`] for any other tokenizer.
    pub fn to_subword_nmt(&self) -> Result<String, Error> {
        let codec = self.codec().as_any().downcast_ref::<SubwordCodec>();
        let codec = codec.ok_or_else(|| Error::CannotSave {
            tokenizer: self.family(),
            format: "codes of subword-nmt",
            reason: "only tokenizers of subword-nmt have such merges".to_owned(),
        })?;
        Ok(codec.subwords.to_codes())
    }
}

impl SubwordCodec {
    fn words(text: &str) -> impl Iterator<Item = &str> {
        text.trim_matches(AROUND_LINES).split(' ').filter(|word| !word.is_empty())
    }

    /// Appends the ids and lengths of a word.
    fn encode_word(&self, word: &str, memory: &mut Memory, mut push: impl FnMut(u32, usize)) {
        let separator = &self.subwords.separator;
        if self.subwords.glossaries.is_empty() && self.subwords.known.is_none() {
            self.subwords.cut(word, &mut memory.symbols);
            let last = memory.symbols.len().saturating_sub(1);
            for (place, symbol) in memory.symbols.iter().enumerate() {
                let ids = if symbol.id == OTHER { None } else { self.ids.get(symbol.id as usize) };
                let (within, end) = ids.copied().unwrap_or_default();
                push(if place == last { end } else { within }, symbol.bytes as usize);
            }
            return;
        }
        self.subwords.each_subword(word, &mut memory.symbols, &mut |subword, is_last| {
            let id = if is_last {
                self.tokens.id(subword.as_bytes())
            } else {
                self.tokens.id(format!("{subword}{separator}").as_bytes())
            };
            push(id.unwrap_or(UNKNOWN), subword.len());
        });
    }
}

impl Codec for SubwordCodec {
    fn family(&self) -> &'static str {
        "subword-nmt"
    }

    fn encode(&self, text: &str, _: Allowed<'_>, memory: &mut Memory, output: &mut Output<'_>) {
        let (mut ids, mut lengths) = (Vec::new(), Vec::new());
        let mut start = text.len() - text.trim_start_matches(AROUND_LINES).len();
        for word in text.trim_matches(AROUND_LINES).split(' ') {
            let key = (output.offsets.is_none()).then(|| Word::of(word.as_bytes(), 0, word.len()));
            let is_known = |key| memory.words.get(key, word.as_bytes(), output.ids);
            if word.is_empty() || key.is_some_and(is_known) {
                start += word.len() + 1;
                continue;
            }
            ids.clear();
            lengths.clear();
            self.encode_word(word, memory, |id, length| {
                ids.push(id);
                lengths.push(length);
            });
            let mut place = start;
            for (&id, &length) in ids.iter().zip(&lengths) {
                output.push(id, place, place + length);
                place += length;
            }
            if let Some(key) = key {
                memory.words.put(key, word.as_bytes(), &ids);
            }
            start += word.len() + 1;
            if output.is_full() {
                return;
            }
        }
    }

    fn pieces(&self, text: &str, memory: &mut Memory) -> Vec<String> {
        let mut pieces = Vec::new();
        for word in Self::words(text) {
            self.subwords.each_subword(word, &mut memory.symbols, &mut |subword, is_last| {
                let separator = if is_last { "" } else { &self.subwords.separator };
                pieces.push(format!("{subword}{separator}"));
            });
        }
        pieces
    }

    fn decode(&self, ids: &[u32], _: DecodeOptions, bytes: &mut Vec<u8>) -> Result<(), Error> {
        let separator = self.subwords.separator.as_bytes();
        let mut is_within = true;
        for &id in ids {
            let token = self.tokens.bytes(id).ok_or(Error::UnknownId(id))?;
            if !is_within {
                bytes.push(b' ');
            }
            let subword = if separator.is_empty() { None } else { token.strip_suffix(separator) };
            is_within = subword.is_some();
            bytes.extend_from_slice(subword.unwrap_or(token));
        }
        Ok(())
    }

    fn is_concatenative(&self) -> bool {
        false
    }

    fn decodes_locally(&self) -> bool {
        true
    }

    fn token(&self, id: u32) -> Option<Cow<'_, str>> {
        self.tokens.bytes(id).map(String::from_utf8_lossy)
    }

    fn token_bytes(&self, id: u32) -> Option<Cow<'_, [u8]>> {
        let token = self.tokens.bytes(id)?;
        let separator = self.subwords.separator.as_bytes();
        Some(Cow::Borrowed(token.strip_suffix(separator).unwrap_or(token)))
    }

    fn id(&self, token: &str) -> Option<u32> {
        self.tokens.id(token.as_bytes())
    }

    fn id_bound(&self) -> usize {
        self.tokens.id_bound()
    }

    fn special_tokens(&self) -> Vec<(&str, u32)> {
        Vec::new()
    }

    fn unknown_id(&self) -> Option<u32> {
        Some(UNKNOWN)
    }

    fn is_byte_fallback(&self, _: u32) -> bool {
        false
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
