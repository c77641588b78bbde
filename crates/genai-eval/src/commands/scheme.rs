//! A scheme of tokenization as an argument: a name, or a file with a tokenizer.

use std::ffi::OsStr;
use std::fs;

use anyhow::{Context, Result, bail};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Command};
use genai_bpe::Tokenizer;
use genai_metrics::text::Subwords;
use sha2::{Digest, Sha256};

use crate::read::{STANDARD_INPUT, hexadecimal};
use crate::report::InputFile;

/// One of some names, or a prefix and a file.
#[derive(Clone)]
pub(super) struct SchemeParser(pub(super) &'static [&'static str]);

/// What stands for a file in lists of values.
pub(super) const FILES: [&str; 2] = ["bpe:FILE", "spm:FILE"];

impl TypedValueParser for SchemeParser {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        match value.to_str() {
            Some(text) if is_of_file(text) => Ok(text.to_owned()),
            _ => PossibleValuesParser::new(self.0.iter().chain(&FILES))
                .parse_ref(command, arg, value),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().chain(&FILES).map(PossibleValue::new)))
    }
}

/// Whether a value is a prefix and a file rather than a name.
pub(super) fn is_of_file(value: &str) -> bool {
    prefix_and_file(value).is_some()
}

fn prefix_and_file(value: &str) -> Option<(&str, &str)> {
    let is_of_file =
        |&(prefix, file): &(&str, &str)| Subwords::PREFIXES.contains(&prefix) && !file.is_empty();
    value.split_once(':').filter(is_of_file)
}

/// A tokenizer and the files that it came from; none if the value is the name of a scheme.
///
/// # Errors
/// If a file cannot be read or is no tokenizer.
pub(super) fn load(
    option: &str,
    value: &str,
    hashed: bool,
) -> Result<Option<(Subwords, Vec<InputFile>)>> {
    let Some((prefix, name)) = prefix_and_file(value) else { return Ok(None) };
    if name == STANDARD_INPUT {
        bail!("--{option} is standard input (-), expected {prefix}: and a file");
    }
    if Tokenizer::builtin_names().any(|known| known == name) && fs::metadata(name).is_err() {
        return Ok(Some((Subwords::named(Tokenizer::builtin(name)?, name), Vec::new())));
    }
    let tokenizer = Tokenizer::from_file(name)?;
    let mut contents = Vec::new();
    let mut files = Vec::new();
    for path in Tokenizer::files_of(name)? {
        let path = path.display().to_string();
        let content = fs::read(&path).with_context(|| path.clone())?;
        let sha256 = hashed.then(|| hexadecimal(&Sha256::digest(&content)));
        contents.push(content);
        files.push(InputFile { path, sha256 });
    }
    let subwords = Subwords::of_files(tokenizer, contents.iter().map(Vec::as_slice));
    if prefix == "spm" && subwords.prefix() != prefix {
        bail!("--{option} {value} is no SentencePiece model, expected one, or bpe:{name}");
    }
    Ok(Some((subwords, files)))
}
