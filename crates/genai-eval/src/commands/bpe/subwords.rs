//! The options of subword-nmt's `apply-bpe`.

use std::fs;

use anyhow::{Context, Error, Result, bail};
use clap::Args;
use genai_bpe::{SubwordNmt, Tokenizer};

// For codes of subword-nmt. (Not for documentation, which would be the command's.)
#[derive(Args, Debug)]
#[command(next_help_heading = "Codes of subword-nmt")]
pub(super) struct SubwordArguments {
    /// Use the first N merges only
    #[arg(long, value_name = "N")]
    merges: Option<usize>,
    /// What is put after subwords within a word [default: @@]
    #[arg(long, value_name = "TEXT")]
    separator: Option<String>,
    /// Split subwords again that are not in this list of subwords and counts
    #[arg(long = "vocabulary", value_name = "FILE")]
    known: Option<String>,
    /// Or that are there with less than this count
    #[arg(long = "vocabulary-threshold", value_name = "N", requires = "known")]
    known_threshold: Option<i64>,
    /// Words, or regular expressions, that are not split; again for more
    #[arg(long = "glossary", value_name = "WORD")]
    glossaries: Vec<String>,
}

/// What the family of subword-nmt's tokenizers is called.
const FAMILY: &str = "subword-nmt";

impl SubwordArguments {
    /// The codes of that file with these options, if the tokenizer is of codes.
    pub(super) fn load(&self, tokenizer: &Tokenizer, codes: &str) -> Result<Option<SubwordNmt>> {
        let Self { merges, separator, known, known_threshold, glossaries } = self;
        if tokenizer.family() != FAMILY {
            if merges.is_some() || separator.is_some() || known.is_some() {
                bail!(
                    "{codes} holds no codes of {FAMILY}, which --merges, --separator and --vocabulary are for"
                );
            }
            if !glossaries.is_empty() {
                bail!("{codes} holds no codes of {FAMILY}, which --glossary is for");
            }
            return Ok(None);
        }
        let read = |name: &str| fs::read(name).with_context(|| name.to_owned());
        // Its message tells of its causes; they must not be told again.
        let in_file = |error: genai_bpe::Error, file: &str| Error::msg(error.in_file(file));
        let mut subwords =
            SubwordNmt::from_codes(&read(codes)?).map_err(|error| in_file(error, codes))?;
        if let Some(merges) = merges {
            subwords = subwords.with_merges(*merges).map_err(|error| in_file(error, codes))?;
        }
        if let Some(separator) = separator {
            subwords = subwords.with_separator(separator);
        }
        if let Some(file) = known {
            subwords = subwords
                .with_vocabulary(&read(file)?, *known_threshold)
                .map_err(|error| in_file(error, file))?;
        }
        let subwords = subwords.with_glossaries(glossaries).map_err(Error::msg)?;
        Ok(Some(subwords))
    }
}
