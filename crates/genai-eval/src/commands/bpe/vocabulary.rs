//! The tokenizer that a command works with.

use anyhow::Result;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use genai_bpe::{CACHE_SIZE, Error, Tokenizer};
use sha2::{Digest, Sha256};

use crate::read::hexadecimal;

#[derive(Args, Debug)]
#[command(next_help_heading = "Tokenizer")]
pub(super) struct VocabularyArguments {
    /// A tokenizer: a file, a folder with one, or the name of one that is built in
    #[arg(long = "vocab", value_name = "V", default_value = DEFAULT, value_parser = NonEmptyStringValueParser::new())]
    pub(super) vocabulary: String,
    #[command(flatten)]
    pub(super) loading: LoadingArguments,
}

/// The tokenizer of most models that are asked for by name, and of no file.
const DEFAULT: &str = "cl100k_base";

#[derive(Args, Debug)]
#[command(next_help_heading = "Tokenizer")]
pub(super) struct LoadingArguments {
    /// The pattern and special tokens of a .tiktoken file, which holds neither: `gpt2`, `cl100k_base`, …
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Words that each thread remembers; no id depends on it
    #[arg(long, value_name = "WORDS", default_value_t = CACHE_SIZE)]
    cache_size: usize,
}

impl VocabularyArguments {
    pub(super) fn load(&self) -> Result<Tokenizer> {
        self.loading.load(&self.vocabulary)
    }
}

impl LoadingArguments {
    /// The tokenizer of that name or path.
    pub(super) fn load(&self, vocabulary: &str) -> Result<Tokenizer> {
        self.finish(match &self.encoding {
            Some(encoding) => Tokenizer::from_file_as(vocabulary, encoding),
            None => Tokenizer::from_name_or_file(vocabulary),
        })
    }

    /// The same for one of several, of which the encoding is for those that have none.
    pub(super) fn load_one_of(&self, vocabulary: &str) -> Result<Tokenizer> {
        let built_in = Tokenizer::builtin_names().any(|name| name == vocabulary);
        let Some(encoding) = self.encoding.as_ref().filter(|_| !built_in) else {
            return self.finish(Tokenizer::from_name_or_file(vocabulary));
        };
        let is_of_ranks = |error: &Error| match error {
            Error::File { error, .. } => !matches!(**error, Error::Invalid(_)),
            _ => true,
        };
        self.finish(match Tokenizer::from_file_as(vocabulary, encoding) {
            Err(error) if !is_of_ranks(&error) => Tokenizer::from_name_or_file(vocabulary),
            result => result,
        })
    }

    fn finish(&self, tokenizer: Result<Tokenizer, Error>) -> Result<Tokenizer> {
        // Its message tells of its causes; they must not be told again.
        let tokenizer = tokenizer.map_err(anyhow::Error::msg)?;
        Ok(tokenizer.with_cache_size(self.cache_size))
    }
}

/// The SHA-256 of a tokenizer's file in hexadecimal; none for a folder or a name.
pub(super) fn sha256_of(vocabulary: &str) -> Option<String> {
    let bytes = std::fs::read(vocabulary).ok()?;
    Some(hexadecimal(&Sha256::digest(bytes)))
}
