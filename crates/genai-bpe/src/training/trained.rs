//! What a training learnt.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::Options;
use crate::added::{AddedToken, AddedTokens};
use crate::byte_characters;
use crate::byte_level::ByteLevel;
use crate::error::Error;
use crate::hugging_face;
use crate::merges::Merges;
use crate::pretokenizer::Pattern;
use crate::tokenizer::Tokenizer;
use crate::vocabulary::Vocabulary;

/// A vocabulary and its merges, as learnt by a [`Trainer`](crate::Trainer).
///
/// ```
/// use genai_bpe::Trainer;
/// let mut trainer = Trainer::character_level().end_of_word_suffix("</w>");
/// trainer.feed("to be or not to be");
/// let trained = trainer.min_frequency(2).train()?;
/// let merges: Vec<_> = trained.merges().collect();
/// assert_eq!(merges, [("b", "e</w>"), ("t", "o</w>")]);
/// # Ok::<(), genai_bpe::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Trained {
    options: Options,
    pattern: Option<Pattern>,
    tokens: Vec<String>,
    merges: Vec<(u32, u32, u32)>,
}

impl Trained {
    pub(super) fn new(
        options: Options,
        pattern: Option<Pattern>,
        tokens: Vec<String>,
        merges: Vec<(u32, u32, u32)>,
    ) -> Self {
        Self { options, pattern, tokens, merges }
    }

    /// All tokens by id, as files have them: in a byte-level vocabulary with one character for each byte, such as
    /// `Ġthe`.
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// The pairs that merge, in their order, as files have them.
    pub fn merges(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        let token = |id: u32| self.tokens[id as usize].as_str();
        self.merges.iter().map(move |&(left, right, _)| (token(left), token(right)))
    }

    /// The merges in their order as ids: the left one, the right one and what they become.
    pub fn merge_ids(&self) -> &[(u32, u32, u32)] {
        &self.merges
    }

    /// The special tokens, whose ids are the first ones.
    pub fn special_tokens(&self) -> &[String] {
        &self.options.special_tokens
    }

    /// A tokenizer of what was learnt. One over characters leaves out what has no token, as Hugging Face's
    /// does without `unk_token`, and decodes words by their suffix or prefix; without either it puts spaces between tokens.
    ///
    /// # Errors
    /// [`Error::Malformed`] if a byte-level vocabulary lacks bytes, which an alphabet that was set or limited
    /// can bring about.
    pub fn into_tokenizer(self) -> Result<Tokenizer, Error> {
        let Some(pattern) = self.pattern else { return self.into_character_level() };
        let merges = Merges::new(self.merges.iter().copied())?;
        let bytes: Vec<_> =
            self.tokens.iter().map(|token| byte_characters::to_bytes(token)).collect();
        let known = (0..).zip(&bytes).filter_map(|(id, bytes)| Some((id, bytes.as_deref()?)));
        let vocabulary = Vocabulary::new(known)?;
        Ok(Tokenizer::new(ByteLevel::new(vocabulary, merges, pattern, self.added()?, false)?))
    }

    /// By way of the file that Hugging Face would write.
    fn into_character_level(self) -> Result<Tokenizer, Error> {
        let Options { prefix, suffix, .. } = &self.options;
        let vocabulary: Map<_, _> =
            self.tokens.iter().zip(0u32..).map(|(token, id)| (token.clone(), id.into())).collect();
        let merges: Vec<_> = self.merges().map(|(left, right)| [left, right]).collect();
        let word_piece =
            |prefix| json!({ "type": "WordPiece", "prefix": prefix, "cleanup": false });
        let no_suffix =
            |suffix| json!({ "type": "Replace", "pattern": { "String": suffix }, "content": "" });
        let decoder = match (prefix, suffix) {
            (None, None) => Value::Null,
            (None, Some(suffix)) => json!({ "type": "BPEDecoder", "suffix": suffix }),
            (Some(prefix), None) => word_piece(prefix),
            (Some(prefix), Some(suffix)) => json!({
                "type": "Sequence",
                "decoders": [word_piece(prefix), no_suffix(suffix)],
            }),
        };
        let added_tokens: Vec<_> = self
            .special()
            .map(|(id, token)| {
                json!({
                    "id": id,
                    "content": token,
                    "single_word": false,
                    "lstrip": false,
                    "rstrip": false,
                    "normalized": false,
                    "special": true,
                })
            })
            .collect();
        let file = json!({
            "version": "1.0",
            "truncation": null,
            "padding": null,
            "added_tokens": added_tokens,
            "normalizer": null,
            "pre_tokenizer": { "type": "WhitespaceSplit" },
            "post_processor": null,
            "decoder": decoder,
            "model": {
                "type": "BPE",
                "dropout": null,
                "unk_token": null,
                "continuing_subword_prefix": prefix,
                "end_of_word_suffix": suffix,
                "fuse_unk": false,
                "byte_fallback": false,
                "ignore_merges": false,
                "vocab": vocabulary,
                "merges": merges,
            },
        });
        hugging_face::load(file.to_string().as_bytes())
    }

    /// Special tokens with their ids, each once.
    fn special(&self) -> impl Iterator<Item = (u32, &String)> {
        let special: HashSet<_> = self.options.special_tokens.iter().collect();
        let tokens = (0..).zip(&self.tokens);
        tokens.filter(move |(_, token)| !token.is_empty() && special.contains(token))
    }

    fn added(&self) -> Result<AddedTokens, Error> {
        let special = self.special();
        AddedTokens::new(
            special
                .map(|(id, token)| AddedToken { id, content: token.clone(), special: true })
                .collect(),
        )
    }
}
