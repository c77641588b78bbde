//! What n-grams are made of, as an argument: words, characters, or the pieces of a tokenizer.

use std::ops::Range;

use anyhow::{Result, bail};
use genai_bpe::{Special, Tokenizer};
use genai_lm::ngram::{Characters, Units, Words};

use crate::read::hexadecimal;
use sha2::{Digest, Sha256};

/// The units of that name.
///
/// # Errors
/// If it is no name and no tokenizer.
pub(super) fn named(name: &str) -> Result<Box<dyn Units>> {
    match name {
        "word" => Ok(Box::new(Words)),
        "character" => Ok(Box::new(Characters)),
        _ => {
            let Some(("bpe" | "spm", file)) = name.split_once(':') else {
                bail!("--unit {name} is unknown, expected word, character or bpe:FILE");
            };
            let is_named = Tokenizer::builtin_names().any(|known| known == file);
            if is_named && std::fs::metadata(file).is_err() {
                let tokenizer = Tokenizer::builtin(file)?;
                return Ok(Box::new(Pieces { tokenizer, name: format!("bpe:{file}") }));
            }
            let tokenizer = Tokenizer::from_file(file)?;
            let mut hash = Sha256::new();
            for path in Tokenizer::files_of(file)? {
                hash.update(std::fs::read(path)?);
            }
            let hash = &hexadecimal(&hash.finalize())[..12];
            Ok(Box::new(Pieces { tokenizer, name: format!("bpe:{hash}") }))
        }
    }
}

/// The tokens of a tokenizer. In a model they are written as the tool writes them, or by number where
/// that has white space in it.
#[derive(Debug)]
struct Pieces {
    tokenizer: Tokenizer,
    name: String,
}

impl Units for Pieces {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn cut(&self, text: &str, each: &mut dyn FnMut(&str, Range<usize>)) {
        // Without special tokens nothing can go wrong.
        let encoding =
            self.tokenizer.encode_with_offsets(text, Special::Ordinary).unwrap_or_default();
        for (id, (start, end)) in encoding.ids.iter().zip(encoding.offsets) {
            let token = self.tokenizer.token(*id).unwrap_or_default();
            let is_word =
                !token.is_empty() && !token.contains(|c: char| c.is_whitespace() || c == '\0');
            // `<s>` and its like are no units of a model.
            if is_word && !matches!(&*token, "<s>" | "</s>" | "<unk>") {
                each(&token, start..end);
            } else {
                each(&format!("#{id}"), start..end);
            }
        }
    }
}
