//! The normalizer `Precompiled`: SentencePiece's map of characters, applied in Hugging Face's way.
//!
//! That is not SentencePiece's: a grapheme of less than six bytes becomes what the shortest key at its
//! start becomes, whatever else it holds; else each of its characters does. Graphemes are those of
//! Unicode 17.0 (UAX #29, extended).

use unicode_segmentation::UnicodeSegmentation;

use super::aligned::Aligned;
use super::part::Part;
use crate::Error;
use crate::byte_level::tiktoken::decode_base64;
use crate::sentencepiece::DoubleArray;

/// A map of texts to texts.
#[derive(Clone, Debug)]
pub(super) struct Precompiled {
    keys: DoubleArray,
    /// What keys become, each with a null character after it.
    replacements: String,
}

/// A grapheme is replaced as a whole if it is shorter than this.
const LONG: usize = 6;

impl Precompiled {
    /// # Errors
    /// [`Error::Malformed`] for a map that is none.
    pub(super) fn read(part: &Part<'_>) -> Result<Self, Error> {
        let malformed =
            |found: &str| part.malformed(found.to_owned(), "a map of characters in base64");
        let map = decode_base64(part.text("precompiled_charsmap")?.as_bytes())
            .ok_or_else(|| malformed("what is not base64"))?;
        let (keys, replacements) = map
            .split_first_chunk()
            .and_then(|(length, rest)| {
                rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
            })
            .filter(|(keys, _)| keys.len().is_multiple_of(4))
            .ok_or_else(|| malformed("an end within its trie"))?;
        let replacements = String::from_utf8(replacements.to_vec())
            .map_err(|_| malformed("replacements that are not UTF-8"))?;
        Ok(Self { keys: DoubleArray::new(keys, replacements.len())?, replacements })
    }

    fn replacement(&self, chunk: &str) -> Option<&str> {
        let key = chunk.split('\0').next()?;
        let (_, start) = self.keys.prefixes(key.as_bytes()).next()?;
        self.replacements.get(start..)?.split('\0').next()
    }

    pub(super) fn apply(&self, text: &mut Aligned) {
        let mut output = Vec::with_capacity(text.text.len());
        let mut is_changed = false;
        for grapheme in text.text.graphemes(true) {
            let whole = if grapheme.len() < LONG { self.replacement(grapheme) } else { None };
            if let Some(replacement) = whole {
                is_changed = true;
                replace(&mut output, grapheme, replacement);
                continue;
            }
            for character in grapheme.chars() {
                let mut bytes = [0; 4];
                let part = character.encode_utf8(&mut bytes);
                if let Some(replacement) = self.replacement(part) {
                    is_changed = true;
                    replace(&mut output, part, replacement);
                } else {
                    output.push((character, 0));
                }
            }
        }
        if is_changed {
            text.transform(output, 0);
        }
    }
}

/// Appends what a text becomes, with the changes in the number of characters: the last ones are new, or
/// the last one stands for more than itself, even if it is of what came before.
fn replace(output: &mut Vec<(char, isize)>, old: &str, new: &str) {
    let (before, after) = (old.chars().count(), new.chars().count());
    output.extend(new.chars().map(|character| (character, 0)));
    for (_, change) in output.iter_mut().rev().take(after.saturating_sub(before)) {
        *change = 1;
    }
    if let Some((_, change)) = output.last_mut() {
        *change -= before.saturating_sub(after).cast_signed();
    }
}
