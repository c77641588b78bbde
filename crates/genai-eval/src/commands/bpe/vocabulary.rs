//! The tokenizer that a command works with.

use anyhow::{Result, anyhow};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use genai_bpe::{CACHE_SIZE, Tokenizer};
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
        let tokenizer = match &self.encoding {
            Some(encoding) => Tokenizer::from_file_as(vocabulary, encoding),
            None => Tokenizer::from_name_or_file(vocabulary),
        };
        // Its message tells of its causes; they must not be told again.
        let tokenizer = tokenizer.map_err(|error| anyhow!("{error}"))?;
        Ok(tokenizer.with_cache_size(self.cache_size))
    }
}

/// The SHA-256 of a tokenizer's file in hexadecimal; none for a folder or a name.
pub(super) fn sha256_of(vocabulary: &str) -> Option<String> {
    let bytes = std::fs::read(vocabulary).ok()?;
    Some(hexadecimal(&Sha256::digest(bytes)))
}
