//! Stems of words that came before.

use super::super::blocks::Spans;
use super::super::vocabulary::Key;
use super::{Stemmer, is_long};

/// Replaces tokens by their stems, and remembers them: few of a text's words are new.
#[derive(Clone, Debug, Default)]
pub(in crate::text) struct StemCache {
    /// The last two words that fell into each slot, the later one first; no slots until a stemmer
    /// is used.
    slots: Vec<[Entry; 2]>,
    bytes: Vec<u8>,
    characters: Vec<char>,
    stem: String,
}

/// The word by its bytes, never only by a hash, and its stemmer; no word has the default key.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    key: Key,
    /// How many bytes of the word its stem keeps.
    kept: u8,
    /// What follows these bytes in the stem, by its place in [`ENDINGS`].
    ending: u8,
}

/// 192 kB, in which the common words of a language seldom meet.
const SLOTS: usize = 4096;

/// What stems have that their words don't. Stems with any other would go uncached.
const ENDINGS: [&str; 7] = ["", "e", "i", "le", "y", "ie", "d"];

impl StemCache {
    /// Replaces each token of a lower-case text by its stem, in its place: no stem is longer than
    /// its word. `text` has 16 or more bytes after the last token.
    pub(in crate::text) fn replace(
        &mut self,
        stemmer: Stemmer,
        text: &mut String,
        tokens: &mut Spans,
    ) {
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, Default::default());
        }
        tokens.shorten(|start, end| match Key::new(text.as_bytes(), start, end) {
            _ if end - start <= 3 => end,
            Some(key) => self.replace_cached(key.tagged(stemmer as u8), stemmer, text, start, end),
            None => self.replace_new(stemmer, text, start, end).0,
        });
    }

    #[inline]
    fn replace_cached(
        &mut self,
        key: Key,
        stemmer: Stemmer,
        text: &mut String,
        start: usize,
        end: usize,
    ) -> usize {
        let slot = key.slot(SLOTS.ilog2()) % SLOTS;
        let [first, second] = &mut self.slots[slot];
        if !first.key.equals(key) {
            std::mem::swap(first, second);
        }
        let Entry { key: known, kept, ending } = *first;
        if known.equals(key) {
            return write(text, start + usize::from(kept), ENDINGS[usize::from(ending)]);
        }
        let (end, kept) = self.replace_new(stemmer, text, start, end);
        let ending = &self.stem.as_bytes()[kept..];
        let ending = ENDINGS.iter().position(|known| known.bytes().eq(ending.iter().copied()));
        if let (Ok(kept), Some(Ok(ending))) = (u8::try_from(kept), ending.map(u8::try_from)) {
            self.slots[slot][0] = Entry { key, kept, ending };
        }
        end
    }

    /// Stems a token; returns where it then ends, and how many of its bytes it kept.
    #[cold]
    fn replace_new(
        &mut self,
        stemmer: Stemmer,
        text: &mut String,
        start: usize,
        end: usize,
    ) -> (usize, usize) {
        let Self { bytes, characters, stem, .. } = self;
        let word = &text[start..end];
        stem.clear();
        if !is_long(word) {
            stem.push_str(word);
        } else if word.is_ascii() {
            bytes.clear();
            bytes.extend_from_slice(word.as_bytes());
            let length = stemmer.reduce(bytes);
            stem.extend(bytes[..length].iter().copied().map(char::from));
        } else {
            characters.clear();
            characters.extend(word.chars());
            let length = stemmer.reduce(characters);
            stem.extend(&characters[..length]);
        }
        let same = word.chars().zip(stem.chars()).take_while(|(before, after)| before == after);
        let kept = same.map(|(c, _)| c.len_utf8()).sum();
        (write(text, start + kept, &stem[kept..]), kept)
    }
}

/// Overwrites letters with an ending, both of them ASCII, since no rule changes other letters;
/// returns where that ends.
#[inline]
fn write(text: &mut String, at: usize, ending: &str) -> usize {
    let end = at + ending.len();
    if !ending.is_empty() {
        text.replace_range(at..end, ending);
    }
    end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::words;
    use crate::text::{Scheme, Stemmer, Tokenizer, Tokens};

    proptest! {
        /// Cached or not, and whichever stemmer came before, a token becomes its stem.
        #[test]
        fn tokens_become_their_stems(
            texts in prop::collection::vec(prop::collection::vec(words(), 0..20), 1..4),
            stemmers in prop::collection::vec(prop::sample::select(Stemmer::ALL), 1..5),
        ) {
            let mut used_again = Tokens::default();
            for &stemmer in &stemmers {
                for words in &texts {
                    let text = words.join(" ");
                    for scheme in Scheme::ALL {
                        let plain = Tokenizer { scheme: scheme.clone(), lowercase: true, ..Tokenizer::default() };
                        let expected: Vec<String> =
                            plain.tokenize(&text).unwrap().iter().map(|word| stemmer.stem(word)).collect();
                        let tokenizer = Tokenizer { stemmer, ..plain };
                        used_again.cut(&tokenizer, &text).unwrap();
                        prop_assert!(used_again.iter().eq(expected.iter().map(String::as_str)));
                        // A stemmer folds case by itself.
                        let unasked = Tokenizer { lowercase: stemmer == Stemmer::None, ..tokenizer };
                        prop_assert_eq!(unasked.tokenize(&text).unwrap(), expected);
                    }
                }
            }
        }
    }
}
