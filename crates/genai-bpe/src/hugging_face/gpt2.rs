//! GPT-2's two files: `vocab.json`, an object of tokens and ids, and `merges.txt`, a merge a line.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;

use super::HuggingFace;
use super::file::{self, AddedEntry, File, Text};
use crate::{Error, Tokenizer};

/// What is special in GPT-2's vocabulary.
const END_OF_TEXT: &str = "<|endoftext|>";

impl Tokenizer {
    /// A tokenizer of GPT-2's `vocab.json` and `merges.txt`, whose text is cut by GPT-2's pattern. Where
    /// the vocabulary has `<|endoftext|>`, that is a special token.
    ///
    /// # Errors
    /// [`Error::Malformed`] with the line; also for a vocabulary without a token for some byte.
    ///
    /// ```
    /// use genai_bpe::Tokenizer;
    /// # let characters = ('!'..='~').chain('¡'..='¬').chain('®'..='ÿ').chain('\u{100}'..='\u{143}');
    /// # let bytes: Vec<_> = characters.zip(0..).map(|(c, id)| format!("{:?}:{id}", c.to_string())).collect();
    /// # let bytes = bytes.join(",");
    /// let vocab = format!(r#"{{{bytes},"ab":256,"Ġab":257}}"#);
    /// let merges = "#version: 0.2\na b\nĠ ab\n";
    /// let tokenizer = Tokenizer::from_gpt2(vocab.as_bytes(), merges.as_bytes())?;
    /// assert_eq!(tokenizer.encode("ab ab"), [256, 257]);
    /// # Ok::<(), genai_bpe::Error>(())
    /// ```
    pub fn from_gpt2(vocab: &[u8], merges: &[u8]) -> Result<Self, Error> {
        let [vocab, merges] =
            [("vocab.json", vocab), ("merges.txt", merges)].map(|(name, bytes)| {
                std::str::from_utf8(bytes).map_err(|error| {
                    let place = format!("{name}, byte {}", error.valid_up_to());
                    Error::malformed(place, "not UTF-8", "UTF-8")
                })
            });
        let Vocabulary(vocabulary) =
            serde_json::from_str(vocab?).map_err(|error| file::malformed(&error))?;
        let id = vocabulary.iter().find(|(token, _)| token == END_OF_TEXT).map(|(_, id)| *id);
        let added_tokens = id.into_iter().map(|id| AddedEntry {
            id,
            content: END_OF_TEXT.to_owned(),
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
            special: true,
        });
        let model = file::Model { vocabulary, merges: read_merges(merges?)?, ..Default::default() };
        let byte_level = |name: &str| {
            serde_json::value::to_raw_value(&serde_json::json!({
                "type": name, "add_prefix_space": false, "trim_offsets": false, "use_regex": true,
            }))
            .map_err(|error| file::malformed(&error))
        };
        let part = byte_level("ByteLevel")?;
        let tokenizer = HuggingFace::from_file(&File {
            added_tokens: added_tokens.collect(),
            pre_tokenizer: Some(&part),
            decoder: Some(&part),
            model: Some(model),
            ..File::default()
        })?;
        tokenizer.check_bytes()?;
        Ok(Self::new(tokenizer))
    }
}

fn read_merges(text: &str) -> Result<file::Pairs<'_>, Error> {
    let lines = text.lines().zip(1u64..).filter(|(line, _)| !line.starts_with("#version"));
    lines
        .map(|(line, number)| {
            file::cut_line(Cow::Borrowed(line)).map_err(|line| {
                let place = format!("merges.txt, line {number}");
                Error::malformed(place, format!("{line:?}"), "two tokens and a space between")
            })
        })
        .collect()
}

/// Values that are no numbers don't count, as in Hugging Face.
struct Vocabulary<'a>(Vec<(Cow<'a, str>, u32)>);

impl<'de> Deserialize<'de> for Vocabulary<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(VocabularyVisitor)
    }
}

struct VocabularyVisitor;

impl<'de> Visitor<'de> for VocabularyVisitor {
    type Value = Vocabulary<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of tokens and ids")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut tokens = Vec::new();
        while let Some((Text(token), value)) = map.next_entry::<_, Value>()? {
            if let Value::Number(number) = value {
                let id = number.as_u64().and_then(|id| u32::try_from(id).ok());
                let id = id.ok_or_else(|| A::Error::custom(format!("the id {number}")))?;
                tokens.push((token, id));
            }
        }
        Ok(Vocabulary(tokens))
    }
}
