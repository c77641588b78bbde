//! Writing `tokenizer.json`, and `vocab.json` with `merges.txt`.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::file::{AddedEntry, Options};
use super::{HuggingFace, Model};
use crate::byte_level::ByteLevel;
use crate::merges::Merges;
use crate::pretokenizer::Pattern;
use crate::vocabulary::Vocabulary;
use crate::{Error, Tokenizer, byte_characters};

impl Tokenizer {
    /// The tokenizer as a `tokenizer.json` of Hugging Face `tokenizers` 0.23, for tokenizers over bytes
    /// and those that were read from such a file.
    ///
    /// # Errors
    /// [`Error::CannotSave`] for other tokenizers.
    pub fn to_hugging_face_json(&self) -> Result<String, Error> {
        if let Some(json) = self.codec().to_hugging_face_json() {
            return Ok(json);
        }
        match self.codec().as_any().downcast_ref::<ByteLevel>() {
            Some(byte_level) => write_byte_level(byte_level),
            None => Err(self.cannot_save("tokenizer.json", "it is not BPE over bytes")),
        }
    }

    /// The tokenizer as GPT-2's `vocab.json` and `merges.txt`. What is not in them is lost: the pattern,
    /// and added tokens that are not in the vocabulary.
    ///
    /// # Errors
    /// [`Error::CannotSave`] for a tokenizer that is not over bytes, and one with a merge that the format
    /// of lines has no room for.
    pub fn to_gpt2_files(&self) -> Result<(String, String), Error> {
        let format = "vocab.json and merges.txt";
        let Some(byte_level) = self.codec().as_any().downcast_ref::<ByteLevel>() else {
            return Err(self.cannot_save(format, "it is not BPE over bytes"));
        };
        let lists = Lists::of_bytes(byte_level, &[]);
        let vocab = lists.vocabulary_json();
        let mut merges = "#version: 0.2\n".to_owned();
        for (left, right) in &lists.merges {
            if left.starts_with("#version") {
                return Err(self.cannot_save(format, "a merge looks like the line of the version"));
            }
            merges.extend([left, " ", right, "\n"]);
        }
        Ok((vocab, merges))
    }

    /// The ids of one text with what the tokenizer's model wants around them: `<s>`, `[CLS]`, … This is
    /// the template for single texts of a `tokenizer.json`; other tokenizers have none.
    pub fn add_special_tokens(&self, ids: &[u32]) -> Vec<u32> {
        self.codec().add_special_tokens(ids)
    }

    fn cannot_save(&self, format: &'static str, reason: &str) -> Error {
        Error::CannotSave { tokenizer: self.family(), format, reason: reason.to_owned() }
    }
}

/// Vocabulary by id and merges by rank, as strings.
struct Lists<'a> {
    vocabulary: Vec<(u32, Cow<'a, str>)>,
    merges: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Lists<'a> {
    fn of_bytes(byte_level: &ByteLevel, others: &'a [(String, u32)]) -> Self {
        let text = |bytes: &[u8]| Cow::Owned(byte_characters::to_characters(bytes));
        let others = others.iter().map(|(text, id)| (*id, Cow::Borrowed(text.as_str())));
        Self::new(byte_level.vocabulary(), byte_level.merges(), text, others)
    }

    fn new<'v>(
        vocabulary: &'v Vocabulary,
        merges: &Merges,
        text: impl Fn(&'v [u8]) -> Cow<'a, str>,
        others: impl Iterator<Item = (u32, Cow<'a, str>)>,
    ) -> Self {
        let token = |id| text(vocabulary.bytes(id).unwrap_or_default());
        let merges = merges.iter().map(|(left, right, _)| (token(left), token(right))).collect();
        let tokens = vocabulary.iter().map(|(id, bytes)| (id, text(bytes)));
        let mut vocabulary: Vec<_> = tokens.chain(others).collect();
        vocabulary.sort_unstable_by_key(|(id, _)| *id);
        Self { vocabulary, merges }
    }

    fn vocabulary_json(&self) -> String {
        let entries = self.vocabulary.iter().map(|(id, token)| format!("{}:{id}", quoted(token)));
        format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
    }

    fn merges_json(&self) -> String {
        let pairs =
            self.merges.iter().map(|(left, right)| format!("[{},{}]", quoted(left), quoted(right)));
        format!("[{}]", pairs.collect::<Vec<_>>().join(","))
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

impl HuggingFace {
    pub(super) fn write(&self) -> String {
        let source = &self.source;
        let lists = match &self.model {
            Model::Bytes { byte_level, .. } => Lists::of_bytes(byte_level, &source.others),
            Model::Characters(model) => Lists::new(
                &model.vocabulary,
                &model.merges,
                |bytes| String::from_utf8_lossy(bytes),
                std::iter::empty(),
            ),
        };
        let mut added_tokens = source.added_tokens.clone();
        for entry in &mut added_tokens {
            entry.id = self.added.by_content(&entry.content).unwrap_or(entry.id);
        }
        let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "null".to_owned());
        write(
            &added_tokens,
            [
                ("normalizer", part(&source.normalizer)),
                ("pre_tokenizer", part(&source.pre_tokenizer)),
                ("post_processor", part(&source.post_processor)),
                ("decoder", part(&source.decoder)),
            ],
            &source.options,
            &lists,
        )
    }
}

fn write(
    added_tokens: &[AddedEntry],
    parts: [(&str, String); 4],
    options: &Options,
    lists: &Lists<'_>,
) -> String {
    let Options {
        dropout,
        unk_token,
        continuing_subword_prefix,
        end_of_word_suffix,
        fuse_unk,
        byte_fallback,
        ignore_merges,
    } = options;
    let parts = parts.map(|(name, part)| format!("{}:{part}", quoted(name))).join(",");
    let options = [
        ("type", json!("BPE")),
        ("dropout", json!(dropout)),
        ("unk_token", json!(unk_token)),
        ("continuing_subword_prefix", json!(continuing_subword_prefix)),
        ("end_of_word_suffix", json!(end_of_word_suffix)),
        ("fuse_unk", json!(fuse_unk)),
        ("byte_fallback", json!(byte_fallback)),
        ("ignore_merges", json!(ignore_merges)),
    ];
    let options = options.map(|(name, value)| format!("{}:{value}", quoted(name))).join(",");
    format!(
        r#"{{"version":"1.0","truncation":null,"padding":null,"added_tokens":{},{parts},"model":{{{options},"vocab":{},"merges":{}}}}}"#,
        json!(added_tokens),
        lists.vocabulary_json(),
        lists.merges_json(),
    )
}

/// A tokenizer over bytes that comes from elsewhere. Its added tokens that are not numbered as Hugging
/// Face would are put into the vocabulary, where their ids hold.
fn write_byte_level(byte_level: &ByteLevel) -> Result<String, Error> {
    let vocabulary = byte_level.vocabulary();
    let mut others: Vec<(String, u32)> = Vec::new();
    let mut added_tokens = Vec::new();
    for (token, _) in byte_level.added().iter() {
        let bytes = byte_characters::to_bytes(&token.content);
        match bytes.and_then(|bytes| vocabulary.id(&bytes)) {
            Some(id) if id == token.id => {}
            None if vocabulary.bytes(token.id).is_none() => {
                others.push((token.content.clone(), token.id));
            }
            _ => {
                return Err(Error::CannotSave {
                    tokenizer: "byte-level",
                    format: "tokenizer.json",
                    reason: format!("the special token {:?} is another token too", token.content),
                });
            }
        }
        added_tokens.push(AddedEntry {
            id: token.id,
            content: token.content.clone(),
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
            special: token.special,
        });
    }
    added_tokens.sort_by_key(|entry| entry.id);
    let options = Options { ignore_merges: byte_level.takes_whole_pieces(), ..Options::default() };
    let parts = [
        ("normalizer", "null".to_owned()),
        ("pre_tokenizer", pre_tokenizer_of(byte_level.pattern()).to_string()),
        ("post_processor", "null".to_owned()),
        ("decoder", byte_level_part(true).to_string()),
    ];
    Ok(write(&added_tokens, parts, &options, &Lists::of_bytes(byte_level, &others)))
}

fn byte_level_part(use_regex: bool) -> Value {
    json!({
        "type": "ByteLevel",
        "add_prefix_space": false,
        "trim_offsets": true,
        "use_regex": use_regex,
    })
}

fn pre_tokenizer_of(pattern: Pattern) -> Value {
    match pattern {
        Pattern::Whole => byte_level_part(false),
        Pattern::Gpt2 => byte_level_part(true),
        _ => {
            let split = |regex: &&str| {
                json!({
                    "type": "Split",
                    "pattern": { "Regex": regex },
                    "behavior": "Isolated",
                    "invert": false,
                })
            };
            let mut steps: Vec<_> = pattern.regexes().iter().map(split).collect();
            steps.push(byte_level_part(false));
            json!({ "type": "Sequence", "pretokenizers": steps })
        }
    }
}
