//! Hugging Face `tokenizers` 0.23: `tokenizer.json`, and GPT-2's pair of `vocab.json` and `merges.txt`.
//!
//! A text goes through added tokens, normalizers, pre-tokenizers and the model; ids go through decoders.
//! What most models of today are made of, bytes cut by a known pattern, is handed over to
//! [`ByteLevel`]; everything else takes the general way, which keeps for each byte where it comes from.
//! Whatever is not implemented is refused by name.

mod added_tokens;
mod aligned;
mod character_model;
mod character_set;
mod characters;
mod decoder;
mod delimiter;
#[cfg(feature = "hugging-face")]
mod fallback;
mod file;
mod gpt2;
mod lists;
mod normalizer;
mod part;
mod pipeline;
mod post_processor;
mod pre_tokenizer;
mod precompiled;
mod save;

use std::borrow::Cow;

use serde_json::Value;
use serde_json::value::RawValue;

use self::character_model::CharacterModel;
pub(crate) use self::characters::is_word;
use self::decoder::Decoder;
use self::delimiter::Delimiter;
use self::file::{AddedEntry, File};
use self::lists::ByteLists;
use self::normalizer::Normalizer;
use self::pipeline::blank;
use self::post_processor::PostProcessor;
use self::pre_tokenizer::{Behavior, PreTokenizer};
use crate::added::AddedTokens;
use crate::byte_level::ByteLevel;
use crate::codec::{Allowed, Codec, DecodeOptions, Memory, Output};
use crate::pretokenizer::Pattern;
use crate::{Error, Tokenizer, byte_characters};

/// A BPE tokenizer of Hugging Face.
#[derive(Debug)]
pub(crate) struct HuggingFace {
    model: Model,
    added: AddedTokens,
    normalizers: Vec<Normalizer>,
    pre_tokenizers: Vec<PreTokenizer>,
    /// None: tokens are joined by spaces.
    decoders: Option<Vec<Decoder>>,
    post_processor: PostProcessor,
    source: Source,
}

#[derive(Debug)]
enum Model {
    /// BPE over bytes. If `is_straight`, its own pattern is all the pre-tokenization there is.
    Bytes { byte_level: Box<ByteLevel>, is_straight: bool },
    /// BPE over characters.
    Characters(Box<CharacterModel>),
}

/// What is needed to write the file again.
#[derive(Debug, Default)]
struct Source {
    added_tokens: Vec<AddedEntry>,
    normalizer: Option<String>,
    pre_tokenizer: Option<String>,
    post_processor: Option<String>,
    decoder: Option<String>,
    options: file::Options,
    /// Tokens of the vocabulary that are not bytes.
    others: Vec<(String, u32)>,
}

/// Reads a `tokenizer.json`. With the feature `hugging-face`, the crate `tokenizers` takes over where
/// something is not implemented.
///
/// # Errors
/// [`Error::Unsupported`] with the name of what is not implemented; [`Error::Malformed`].
pub(crate) fn load(bytes: &[u8]) -> Result<Tokenizer, Error> {
    match read(bytes) {
        #[cfg(feature = "hugging-face")]
        Err(Error::Unsupported { .. }) => fallback::load(bytes),
        result => result.map(Tokenizer::new),
    }
}

fn read(bytes: &[u8]) -> Result<HuggingFace, Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Error::malformed(format!("byte {}", error.valid_up_to()), "not UTF-8", "UTF-8")
    })?;
    HuggingFace::from_file(&File::read(text)?)
}

impl HuggingFace {
    /// The pattern that cuts texts, if one does and nothing else.
    pub(crate) fn pattern(&self) -> Option<Pattern> {
        match &self.model {
            Model::Bytes { byte_level, is_straight: true } => Some(byte_level.pattern()),
            _ => None,
        }
    }

    fn from_file(file: &File<'_>) -> Result<Self, Error> {
        for (component, setting) in [("truncation", file.truncation), ("padding", file.padding)] {
            if let Some(setting) = setting {
                return Err(Error::unsupported(component, setting.get()));
            }
        }
        let model = file
            .model
            .as_ref()
            .ok_or_else(|| Error::malformed("tokenizer.json", "no model", "a model"))?;
        if let Some(kind) = model.kind.as_deref().filter(|&kind| kind != "BPE") {
            return Err(Error::unsupported("model", kind));
        }
        check_dropout(model.options.dropout)?;
        let mut normalizers = Vec::new();
        if let Some(value) = value(file.normalizer)? {
            normalizer::read(&value, &mut normalizers)?;
        }
        let mut pre_tokenizers = Vec::new();
        if let Some(value) = value(file.pre_tokenizer)? {
            pre_tokenizer::read(&value, &mut pre_tokenizers)?;
        }
        let mut decoders = None;
        if let Some(value) = value(file.decoder)? {
            decoder::read(&value, decoders.get_or_insert_default())?;
        }
        let mut post_processor = PostProcessor::default();
        if let Some(value) = value(file.post_processor)? {
            post_processor.read(&value)?;
        }
        let source = Source {
            added_tokens: file.added_tokens.clone(),
            normalizer: text_of(file.normalizer),
            pre_tokenizer: text_of(file.pre_tokenizer),
            post_processor: text_of(file.post_processor),
            decoder: text_of(file.decoder),
            options: model.options.clone(),
            others: Vec::new(),
        };
        let parts = Self {
            // Both are replaced at once.
            model: Model::Characters(Box::new(CharacterModel::new(&file::Model::default())?)),
            added: AddedTokens::default(),
            normalizers,
            pre_tokenizers,
            decoders,
            post_processor,
            source,
        };
        parts.with_model(model)
    }

    /// Puts in the model: over bytes where that is the same, else over characters.
    fn with_model(mut self, model: &file::Model<'_>) -> Result<Self, Error> {
        let options = &model.options;
        let has_affixes = [&options.continuing_subword_prefix, &options.end_of_word_suffix]
            .into_iter()
            .flatten()
            .any(|affix| !affix.is_empty());
        let maps_bytes = self.pre_tokenizers.last() == Some(&PreTokenizer::ByteCharacters);
        let lists = if maps_bytes && !has_affixes {
            ByteLists::new(&model.vocabulary, &model.merges)?
        } else {
            None
        };
        let size = model.vocabulary.len();
        let entries = &self.source.added_tokens;
        let Some(ByteLists { vocabulary, merges, others }) = lists else {
            let model = CharacterModel::new(model)?;
            let id_of = |token: &str| model.vocabulary.id(token.as_bytes());
            self.added = added_tokens::added_tokens(entries, size, id_of, &self.normalizers, &[])?;
            self.model = Model::Characters(Box::new(model));
            return Ok(self);
        };
        let others: Vec<_> = others.into_iter().map(|(text, id)| (text.to_owned(), id)).collect();
        let id_of = |token: &str| match byte_characters::to_bytes(token) {
            Some(bytes) => vocabulary.id(&bytes),
            None => others.iter().find(|(other, _)| other == token).map(|(_, id)| *id),
        };
        self.added = added_tokens::added_tokens(entries, size, id_of, &self.normalizers, &others)?;
        self.source.others = others;
        self.pre_tokenizers.pop();
        let pattern = match &self.pre_tokenizers[..] {
            [] => Some(Pattern::Whole),
            [
                PreTokenizer::Split {
                    delimiter: Delimiter::Pattern(pattern),
                    behavior: Behavior::Isolated,
                    invert: _,
                },
            ] => Some(*pattern),
            _ => None,
        };
        let byte_level = ByteLevel::new(
            vocabulary,
            merges,
            pattern.unwrap_or_default(),
            self.added.clone(),
            options.ignore_merges,
        )?;
        let is_straight = pattern.is_some();
        self.model = Model::Bytes { byte_level: Box::new(byte_level), is_straight };
        Ok(self)
    }

    /// # Errors
    /// [`Error::Malformed`] for a byte without a token.
    fn check_bytes(&self) -> Result<(), Error> {
        let byte =
            (0..=255u8).find(|&byte| self.id(&byte_characters::to_characters(&[byte])).is_none());
        match (&self.model, byte) {
            (Model::Characters(_), Some(byte)) => {
                let found = format!("no token for byte {byte}");
                Err(Error::malformed("vocab.json", found, "all 256 bytes"))
            }
            _ => Ok(()),
        }
    }

    /// A token as it goes into the decoders.
    fn decoded_token(&self, id: u32) -> Option<Cow<'_, str>> {
        if let Some(token) = self.added.normalized_content(id) {
            return Some(Cow::Borrowed(token));
        }
        match &self.model {
            Model::Bytes { byte_level, .. } => {
                let bytes = byte_level.vocabulary().bytes(id)?;
                Some(Cow::Owned(byte_characters::to_characters(bytes)))
            }
            Model::Characters(model) => model.token(id).map(Cow::Borrowed),
        }
    }

    /// Whether bytes of tokens one after another are what is decoded.
    fn decodes_bytes(&self) -> bool {
        matches!(self.model, Model::Bytes { .. })
            && self.decoders.as_deref() == Some(&[Decoder::ByteLevel])
    }
}

fn check_dropout(dropout: Option<f32>) -> Result<(), Error> {
    match dropout {
        None | Some(0.0) => Ok(()),
        Some(share) if (0.0..=1.0).contains(&share) => {
            Err(Error::unsupported("option", format!("dropout {share}")))
        }
        Some(share) => Err(Error::malformed("dropout", share.to_string(), "0 to 1")),
    }
}

fn value(raw: Option<&RawValue>) -> Result<Option<Value>, Error> {
    raw.map(|raw| serde_json::from_str(raw.get()).map_err(|error| file::malformed(&error)))
        .transpose()
}

fn text_of(raw: Option<&RawValue>) -> Option<String> {
    raw.map(|raw| raw.get().to_owned())
}

impl Codec for HuggingFace {
    fn family(&self) -> &'static str {
        match self.model {
            Model::Bytes { .. } => "byte-level",
            Model::Characters(_) => "Hugging Face",
        }
    }

    fn encode(
        &self,
        text: &str,
        special: Allowed<'_>,
        memory: &mut Memory,
        output: &mut Output<'_>,
    ) {
        let Some(byte_level) = self.straight(text) else {
            let pieces = self.pieces(text, special);
            return self.encode_pieces(text, &pieces, memory, output);
        };
        let first = output.ids.len();
        byte_level.encode(text, special, memory, output);
        if let Some(offsets) = &mut output.offsets
            && self.post_processor.trims_offsets()
        {
            for (place, (&id, span)) in
                output.ids.iter().zip(offsets.iter_mut()).enumerate().skip(first)
            {
                match text.get(span.0..span.1).filter(|_| self.added.by_id(id).is_some()) {
                    Some(token) => self.post_processor.trim(text, place, blank(token), span),
                    None => self.trim(text, place, id, span),
                }
            }
        }
    }

    fn decode(
        &self,
        ids: &[u32],
        options: DecodeOptions,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let mut tokens = Vec::new();
        for &id in ids {
            if self.decodes_bytes()
                && self.added.by_id(id).is_none()
                && let Model::Bytes { byte_level, .. } = &self.model
            {
                let token = byte_level.vocabulary().bytes(id).ok_or(Error::UnknownId(id))?;
                bytes.extend_from_slice(token);
                continue;
            }
            let token = self.decoded_token(id).ok_or(Error::UnknownId(id))?;
            if options.skip_special && self.added.is_special(&token) {
                continue;
            }
            if self.decodes_bytes() {
                bytes.extend_from_slice(&decoder::bytes_of(&token));
            } else {
                tokens.push(token.into_owned());
            }
        }
        let text = match &self.decoders {
            None => tokens.join(" "),
            Some(decoders) => {
                decoders.iter().fold(tokens, |tokens, decoder| decoder.apply(tokens)).concat()
            }
        };
        if !self.decodes_bytes() {
            bytes.extend_from_slice(text.as_bytes());
        }
        Ok(())
    }

    fn is_concatenative(&self) -> bool {
        self.decodes_bytes()
    }

    fn decodes_locally(&self) -> bool {
        self.decoders.as_deref().is_none_or(decoder::are_local)
    }

    fn is_open(&self, id: u32) -> bool {
        let is_byte =
            || self.decoded_token(id).is_some_and(|token| decoder::fallback_byte(&token).is_some());
        self.decoders.as_deref().is_some_and(|steps| steps.contains(&Decoder::ByteFallback))
            && is_byte()
    }

    fn token(&self, id: u32) -> Option<Cow<'_, str>> {
        if let Some(token) = self.added.by_id(id) {
            return Some(Cow::Borrowed(&token.content));
        }
        self.decoded_token(id)
    }

    fn token_bytes(&self, id: u32) -> Option<Cow<'_, [u8]>> {
        match &self.model {
            Model::Bytes { byte_level, .. } if self.decodes_bytes() => {
                match self.added.normalized_content(id) {
                    Some(token) => Some(Cow::Owned(decoder::bytes_of(token))),
                    None => byte_level.vocabulary().bytes(id).map(Cow::Borrowed),
                }
            }
            _ => None,
        }
    }

    fn id(&self, token: &str) -> Option<u32> {
        self.added.by_content(token).or_else(|| match &self.model {
            Model::Bytes { byte_level, .. } => {
                byte_level.vocabulary().id(&byte_characters::to_bytes(token)?)
            }
            Model::Characters(model) => model.vocabulary.id(token.as_bytes()),
        })
    }

    fn id_bound(&self) -> usize {
        let bound = match &self.model {
            Model::Bytes { byte_level, .. } => byte_level.vocabulary().id_bound(),
            Model::Characters(model) => model.vocabulary.id_bound(),
        };
        bound.max(self.added.id_bound())
    }

    fn special_tokens(&self) -> Vec<(&str, u32)> {
        self.added.special()
    }

    fn unknown_id(&self) -> Option<u32> {
        match &self.model {
            Model::Bytes { .. } => None,
            Model::Characters(model) => model.unknown(),
        }
    }

    fn is_byte_fallback(&self, id: u32) -> bool {
        match &self.model {
            Model::Bytes { .. } => false,
            Model::Characters(model) => model.is_byte_fallback(id),
        }
    }

    fn add_special_tokens(&self, ids: &[u32]) -> Vec<u32> {
        self.post_processor.wrap(ids)
    }

    fn to_hugging_face_json(&self) -> Option<String> {
        Some(self.write())
    }

    /// The byte-level tokenizer where this is one, but for what is put around its ids.
    fn as_any(&self) -> &dyn std::any::Any {
        match &self.model {
            Model::Bytes { byte_level, is_straight: true }
                if self.normalizers.is_empty() && self.added.is_plain() && self.decodes_bytes() =>
            {
                &**byte_level
            }
            _ => self,
        }
    }
}
