//! Vocabularies that are part of the library, so that no file is needed.

use crate::added::AddedTokens;
use crate::byte_level::ByteLevel;
use crate::byte_level::packed::{Reader, read_vocabulary};
use crate::encodings::NamedEncoding;
use crate::{Error, Tokenizer};

/// Encodings and the packed ranks that they share.
const EMBEDDED: &[(&str, &[u8])] = &[
    #[cfg(feature = "cl100k")]
    ("cl100k_base", include_bytes!(concat!(env!("OUT_DIR"), "/cl100k_base.packed"))),
    #[cfg(feature = "o200k")]
    ("o200k_base", O200K),
    #[cfg(feature = "o200k")]
    ("o200k_harmony", O200K),
];

#[cfg(feature = "o200k")]
const O200K: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/o200k_base.packed"));

impl Tokenizer {
    /// One of OpenAI's tokenizers, without a file: `cl100k_base` (feature `cl100k`), `o200k_base` and
    /// `o200k_harmony` (feature `o200k`). Ids are tiktoken 0.14's. Ready in a few milliseconds, and
    /// so worth keeping: each call reads the vocabulary anew.
    ///
    /// ```
    /// # #[cfg(feature = "cl100k")] {
    /// use genai_bpe::Tokenizer;
    /// let tokenizer = Tokenizer::builtin("cl100k_base")?;
    /// assert_eq!(tokenizer.encode("hello world"), [15339, 1917]);
    /// # }
    /// # Ok::<(), genai_bpe::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownName`] with the names there are.
    pub fn builtin(name: &str) -> Result<Self, Error> {
        let (_, packed) = EMBEDDED.iter().find(|(known, _)| *known == name).ok_or_else(|| {
            let known: Vec<_> = Self::builtin_names().collect();
            Error::UnknownName {
                what: "built-in vocabulary",
                name: name.to_owned(),
                known: known.join(", "),
            }
        })?;
        let encoding = NamedEncoding::find(name)?;
        let (vocabulary, list) = read_vocabulary(&mut Reader::new(packed))?;
        let added = AddedTokens::new(encoding.special_tokens())?;
        Ok(Self::new(ByteLevel::with_list(vocabulary, list, encoding.pattern, added, true)))
    }

    /// The names that [`Tokenizer::builtin`] knows.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(name, _)| *name)
    }

    /// The built-in tokenizer of one of OpenAI's models (`gpt-4o`, `gpt-4-0314`, …), by tiktoken 0.14's
    /// list of names and beginnings of names.
    ///
    /// ```
    /// # #[cfg(feature = "o200k")] {
    /// use genai_bpe::Tokenizer;
    /// assert_eq!(Tokenizer::for_model("gpt-4o")?.encode("hello world"), [24912, 2375]);
    /// # }
    /// # Ok::<(), genai_bpe::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownName`] for a model that is not in the list, or whose encoding is not built in.
    pub fn for_model(model: &str) -> Result<Self, Error> {
        Self::builtin(crate::encodings::encoding_of_model(model)?)
    }
}

#[cfg(all(test, any(feature = "cl100k", feature = "o200k")))]
mod tests {
    use super::*;

    /// The published files come back from the embedded vocabularies, byte for byte; and as the check of
    /// `to_tiktoken` compares merges, those found at build time are those that ranks give.
    #[test]
    fn embedded_ranks_are_the_published_files() {
        for (name, expected) in [
            ("cl100k_base", "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"),
            ("o200k_base", "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"),
        ] {
            if Tokenizer::builtin_names().any(|known| known == name) {
                let tokenizer = Tokenizer::builtin(name).unwrap();
                let ranks = tokenizer.to_tiktoken().unwrap();
                assert_eq!(crate::load::sha256(ranks.as_bytes()), expected, "{name}");
                let from_file = Tokenizer::from_bytes(ranks.as_bytes()).unwrap();
                assert_eq!(from_file.to_packed().unwrap(), tokenizer.to_packed().unwrap());
            }
        }
    }

    #[test]
    fn unknown_names_are_told_what_is_known() {
        let error = Tokenizer::builtin("p50k_base").map(drop).unwrap_err().to_string();
        assert!(Tokenizer::builtin_names().all(|name| error.contains(name)), "{error}");
        Tokenizer::for_model("no-model").map(drop).unwrap_err();
    }
}
