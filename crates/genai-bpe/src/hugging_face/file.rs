//! What `tokenizer.json` says, as it says it: the big lists borrow from the file, and what is small is
//! left for its own reader.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use crate::Error;

/// A whole file.
#[derive(Debug, Default)]
pub(super) struct File<'a> {
    pub(super) truncation: Option<&'a RawValue>,
    pub(super) padding: Option<&'a RawValue>,
    pub(super) added_tokens: Vec<AddedEntry>,
    pub(super) normalizer: Option<&'a RawValue>,
    pub(super) pre_tokenizer: Option<&'a RawValue>,
    pub(super) post_processor: Option<&'a RawValue>,
    pub(super) decoder: Option<&'a RawValue>,
    pub(super) model: Option<Model<'a>>,
}

/// An entry of `added_tokens`. Hugging Face does not look at its id: see `added.rs`.
#[derive(Clone, Debug, Deserialize, serde::Serialize, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the file has them as such")]
pub(super) struct AddedEntry {
    pub(super) id: u32,
    pub(super) content: String,
    pub(super) single_word: bool,
    pub(super) lstrip: bool,
    pub(super) rstrip: bool,
    pub(super) normalized: bool,
    pub(super) special: bool,
}

/// The `model` of a file.
#[derive(Debug, Default)]
pub(super) struct Model<'a> {
    pub(super) kind: Option<Cow<'a, str>>,
    pub(super) options: Options,
    pub(super) vocabulary: Vec<(Cow<'a, str>, u32)>,
    pub(super) merges: Pairs<'a>,
}

/// The two parts of each merge.
pub(super) type Pairs<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// The options of a BPE model.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Options {
    pub(super) dropout: Option<f32>,
    pub(super) unk_token: Option<String>,
    pub(super) continuing_subword_prefix: Option<String>,
    pub(super) end_of_word_suffix: Option<String>,
    pub(super) fuse_unk: bool,
    pub(super) byte_fallback: bool,
    pub(super) ignore_merges: bool,
}

impl<'a> File<'a> {
    /// Reads a file's text.
    pub(super) fn read(text: &'a str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| malformed(&error))
    }
}

/// The same error in this crate's words.
pub(super) fn malformed(error: &serde_json::Error) -> Error {
    let place = format!("line {}, column {}", error.line(), error.column());
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
    Error::malformed(place, message, "what Hugging Face tokenizers 0.23 reads")
}

impl<'de> Deserialize<'de> for File<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FileVisitor)
    }
}

struct FileVisitor;

impl<'de> Visitor<'de> for FileVisitor {
    type Value = File<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a tokenizer.json")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<File<'de>, A::Error> {
        let mut file = File::default();
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "version" => {
                    let Text(version) = map.next_value()?;
                    if version != "1.0" {
                        return Err(A::Error::custom(format!("version {version:?}")));
                    }
                }
                "truncation" => file.truncation = map.next_value()?,
                "padding" => file.padding = map.next_value()?,
                "added_tokens" => file.added_tokens = map.next_value()?,
                "normalizer" => file.normalizer = map.next_value()?,
                "pre_tokenizer" => file.pre_tokenizer = map.next_value()?,
                "post_processor" => file.post_processor = map.next_value()?,
                "decoder" => file.decoder = map.next_value()?,
                "model" => file.model = Some(map.next_value()?),
                // Hugging Face fails at what it does not know here.
                _ => return Err(A::Error::custom(format!("the key {key:?}"))),
            }
        }
        Ok(file)
    }
}

impl<'de> Deserialize<'de> for Model<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ModelVisitor)
    }
}

struct ModelVisitor;

impl<'de> Visitor<'de> for ModelVisitor {
    type Value = Model<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a model")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Model<'de>, A::Error> {
        let mut model = Model::default();
        let options = &mut model.options;
        let (mut vocabulary, mut merges) = (None, None);
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "type" => model.kind = map.next_value::<Option<Text<'_>>>()?.map(|text| text.0),
                "dropout" => options.dropout = map.next_value()?,
                "unk_token" => options.unk_token = map.next_value()?,
                "continuing_subword_prefix" => {
                    options.continuing_subword_prefix = map.next_value()?;
                }
                "end_of_word_suffix" => options.end_of_word_suffix = map.next_value()?,
                "fuse_unk" => options.fuse_unk = flag(&mut map)?,
                "byte_fallback" => options.byte_fallback = flag(&mut map)?,
                "ignore_merges" => options.ignore_merges = flag(&mut map)?,
                "vocab" => vocabulary = Some(map.next_value::<VocabularyList<'_>>()?.0),
                "merges" => merges = Some(map.next_value::<MergeList<'_>>()?.0),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        // A model that is not BPE has other lists, or none.
        let complete = vocabulary.is_some() && merges.is_some();
        if model.kind.as_deref().unwrap_or("BPE") == "BPE" && !complete {
            if model.kind.is_some() {
                return Err(A::Error::custom("a BPE model without vocab or merges"));
            }
            model.kind = Some(Cow::Borrowed("without merges"));
        }
        model.vocabulary = vocabulary.flatten().unwrap_or_default();
        model.merges = merges.unwrap_or_default();
        Ok(model)
    }
}

fn flag<'de, A: MapAccess<'de>>(map: &mut A) -> Result<bool, A::Error> {
    Ok(map.next_value::<Option<bool>>()?.unwrap_or_default())
}

/// A string that borrows from the file unless it has escapes.
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

/// `vocab`: an object of tokens and ids; nothing if it is the list of another model.
struct VocabularyList<'a>(Option<Vec<(Cow<'a, str>, u32)>>);

impl<'de> Deserialize<'de> for VocabularyList<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(VocabularyVisitor)
    }
}

struct VocabularyVisitor;

impl<'de> Visitor<'de> for VocabularyVisitor {
    type Value = VocabularyList<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of tokens and ids")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut tokens = Vec::new();
        while let Some((Text(token), id)) = map.next_entry()? {
            tokens.push((token, id));
        }
        Ok(VocabularyList(Some(tokens)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(VocabularyList(None))
    }
}

/// `merges`: pairs of strings, or strings of two with a space between.
struct MergeList<'a>(Pairs<'a>);

impl<'de> Deserialize<'de> for MergeList<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(MergeListVisitor)
    }
}

struct MergeListVisitor;

impl<'de> Visitor<'de> for MergeListVisitor {
    type Value = MergeList<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of merges")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut merges = Vec::new();
        let mut kind = None;
        while let Some(merge) = list.next_element_seed(MergeVisitor)? {
            let is_pair = matches!(merge, MergeEntry::Pair(..));
            if *kind.get_or_insert(is_pair) != is_pair {
                return Err(A::Error::custom("merges written in two ways"));
            }
            match merge {
                MergeEntry::Pair(left, right) => merges.push((left, right)),
                MergeEntry::Line(line) if line.starts_with("#version") => {}
                MergeEntry::Line(line) => merges.push(
                    cut_line(line).map_err(|line| A::Error::custom(format!("merge {line:?}")))?,
                ),
            }
        }
        Ok(MergeList(merges))
    }
}

/// The two parts of a merge written as a line: exactly one space is between them.
pub(super) fn cut_line(line: Cow<'_, str>) -> Result<(Cow<'_, str>, Cow<'_, str>), String> {
    let cut = line.find(' ').filter(|&cut| !line[cut + 1..].contains(' '));
    match (cut, line) {
        (Some(cut), Cow::Borrowed(line)) => Ok((line[..cut].into(), line[cut + 1..].into())),
        (Some(cut), Cow::Owned(line)) => {
            Ok((line[..cut].to_owned().into(), line[cut + 1..].to_owned().into()))
        }
        (None, line) => Err(line.into_owned()),
    }
}

enum MergeEntry<'a> {
    Pair(Cow<'a, str>, Cow<'a, str>),
    Line(Cow<'a, str>),
}

struct MergeVisitor;

impl<'de> DeserializeSeed<'de> for MergeVisitor {
    type Value = MergeEntry<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MergeVisitor {
    type Value = MergeEntry<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a merge: two strings, or one with a space")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(MergeEntry::Line(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(MergeEntry::Line(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let (left, right) = (list.next_element()?, list.next_element()?);
        match (left, right, list.next_element::<IgnoredAny>()?) {
            (Some(Text(left)), Some(Text(right)), None) => Ok(MergeEntry::Pair(left, right)),
            _ => Err(A::Error::custom("a merge that is not two strings")),
        }
    }
}
