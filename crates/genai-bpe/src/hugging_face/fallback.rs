//! What this crate does not implement, by the crate `tokenizers` itself (feature `hugging-face`): `WordPiece`,
//! Unigram, and parts of BPE tokenizers that [`super::load`] refuses.
//!
//! It is built with Oniguruma, as the Python package is, so that regular expressions mean the same.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;
use tokenizers::models::ModelWrapper;
use tokenizers::{Encoding, Token};

use crate::codec::{Allowed, Codec, DecodeOptions, Memory, Output};
use crate::{Error, Tokenizer};

/// A tokenizer that `tokenizers` runs.
#[derive(Debug)]
struct Fallback {
    /// With special tokens recognised.
    special: tokenizers::Tokenizer,
    /// With special tokens as text like any other.
    ordinary: tokenizers::Tokenizer,
    special_tokens: Vec<(String, u32)>,
    unknown: Option<u32>,
    id_bound: usize,
}

/// What of a file says which token is the unknown one.
#[derive(Deserialize)]
struct Head {
    model: HeadOfModel,
}

#[derive(Deserialize)]
struct HeadOfModel {
    unk_id: Option<u32>,
    unk_token: Option<String>,
}

/// Reads any `tokenizer.json` that `tokenizers` reads.
///
/// # Errors
/// [`Error::Malformed`] with what `tokenizers` says.
pub(super) fn load(bytes: &[u8]) -> Result<Tokenizer, Error> {
    let malformed =
        |message: String| Error::malformed("tokenizer.json", message, "what tokenizers 0.23 reads");
    let special =
        tokenizers::Tokenizer::from_bytes(bytes).map_err(|error| malformed(error.to_string()))?;
    let Head { model } =
        serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))?;
    let mut ordinary = special.clone();
    ordinary.set_encode_special_tokens(true);
    let mut special_tokens: Vec<_> = special
        .get_added_tokens_decoder()
        .into_iter()
        .filter(|(_, token)| token.special)
        .map(|(id, token)| (token.content, id))
        .collect();
    special_tokens.sort_by_key(|(_, id)| *id);
    let unknown = model.unk_id.or_else(|| special.token_to_id(&model.unk_token?));
    let ids = special.get_vocab(true).into_values();
    let id_bound = ids.max().map_or(0, |id| id as usize + 1);
    // Some models fail at what is unknown to them; that has to show here.
    special
        .encode("\u{10fffd}a \u{e000}", false)
        .map_err(|error| malformed(format!("unknown characters have no token: {error}")))?;
    Ok(Tokenizer::new(Fallback { special, ordinary, special_tokens, unknown, id_bound }))
}

impl Fallback {
    /// Appends what `tokenizer` makes of a text that starts at `base`.
    fn run(tokenizer: &tokenizers::Tokenizer, text: &str, base: usize, output: &mut Output<'_>) {
        let encoding = if output.offsets.is_some() {
            tokenizer.encode(text, false)
        } else {
            tokenizer.encode_fast(text, false)
        };
        // What could fail was tried when it was loaded.
        let encoding = encoding.unwrap_or_default();
        for (&id, &(start, end)) in encoding.get_ids().iter().zip(encoding.get_offsets()) {
            output.push(id, base + start, base + end);
        }
    }
}

impl Codec for Fallback {
    fn family(&self) -> &'static str {
        match self.special.get_model() {
            ModelWrapper::BPE(_) => "Hugging Face BPE",
            ModelWrapper::WordPiece(_) => "WordPiece",
            ModelWrapper::WordLevel(_) => "WordLevel",
            ModelWrapper::Unigram(_) => "Unigram",
        }
    }

    /// If only some special tokens are allowed, the text is cut at these first.
    fn encode(&self, text: &str, special: Allowed<'_>, _: &mut Memory, output: &mut Output<'_>) {
        let wanted: Vec<_> =
            self.special_tokens.iter().filter(|(content, _)| special.contains(content)).collect();
        if wanted.len() == self.special_tokens.len() {
            return Self::run(&self.special, text, 0, output);
        }
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(wanted.iter().map(|(content, _)| content));
        let mut done = 0;
        if let (Ok(search), false) = (search, wanted.is_empty()) {
            for found in search.find_iter(text) {
                Self::run(&self.ordinary, &text[done..found.start()], done, output);
                output.push(wanted[found.pattern()].1, found.start(), found.end());
                done = found.end();
            }
        }
        Self::run(&self.ordinary, &text[done..], done, output);
    }

    fn decode(
        &self,
        ids: &[u32],
        options: DecodeOptions,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Error> {
        if let Some(&id) = ids.iter().find(|&&id| self.special.id_to_token(id).is_none()) {
            return Err(Error::UnknownId(id));
        }
        let text = self
            .special
            .decode(ids, options.skip_special)
            .map_err(|error| Error::Invalid(error.to_string()))?;
        bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn is_concatenative(&self) -> bool {
        false
    }

    fn token(&self, id: u32) -> Option<Cow<'_, str>> {
        self.special.id_to_token(id).map(Cow::Owned)
    }

    fn token_bytes(&self, _: u32) -> Option<Cow<'_, [u8]>> {
        None
    }

    fn id(&self, token: &str) -> Option<u32> {
        self.special.token_to_id(token)
    }

    fn id_bound(&self) -> usize {
        self.id_bound
    }

    fn special_tokens(&self) -> Vec<(&str, u32)> {
        self.special_tokens.iter().map(|(content, id)| (content.as_str(), *id)).collect()
    }

    fn unknown_id(&self) -> Option<u32> {
        self.unknown
    }

    fn is_byte_fallback(&self, id: u32) -> bool {
        let has_bytes = match self.special.get_model() {
            ModelWrapper::BPE(model) => model.byte_fallback,
            ModelWrapper::Unigram(model) => model.byte_fallback(),
            ModelWrapper::WordPiece(_) | ModelWrapper::WordLevel(_) => false,
        };
        has_bytes
            && self
                .special
                .id_to_token(id)
                .is_some_and(|token| super::decoder::fallback_byte(&token).is_some())
    }

    fn add_special_tokens(&self, ids: &[u32]) -> Vec<u32> {
        let token = |&id| Token::new(id, self.special.id_to_token(id).unwrap_or_default(), (0, 0));
        let encoding = Encoding::from_tokens(ids.iter().map(token).collect(), 0);
        let processed = self.special.post_process(encoding, None, true);
        processed.map_or_else(|_| ids.to_vec(), |encoding| encoding.get_ids().to_vec())
    }

    fn to_hugging_face_json(&self) -> Option<String> {
        self.special.to_string(false).ok()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
