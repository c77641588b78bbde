//! What a tokenizer does to texts, in numbers: how many tokens, of which types, how words fare.
//!
//! Everything but quotients is a count, so statistics of parts add up to those of the whole, in any
//! order and on any number of threads.
//!
//! ```
//! use genai_bpe::Tokenizer;
//! use genai_bpe::statistics::Measurer;
//! # let base64 = |byte: u8| {
//! #     let digit = |n: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[n as usize] as char;
//! #     format!("{}{}==", digit(byte >> 2), digit(byte % 4 * 16))
//! # };
//! # let ranks: String = (0..=255u8).map(|byte| format!("{} {byte}\n", base64(byte))).collect();
//! # let ranks = format!("{ranks}YWI= 256\n"); // "ab"
//! let tokenizer = Tokenizer::from_tiktoken(ranks.as_bytes(), "cl100k_base")?; // bytes and "ab"
//! let (mut here, mut there) = (Measurer::new(&tokenizer), Measurer::new(&tokenizer));
//! here.add("ab b");
//! there.add("b, ab");
//! let mut both = here.finish();
//! both.add(&there.finish());
//! assert_eq!((both.texts, both.bytes, both.tokens), (2, 9, 7));
//! assert_eq!(both.words_by_white_space.fertility(both.tokens), Some(7.0 / 4.0));
//! assert_eq!(both.words_by_white_space.whole, 3); // "b," is two tokens
//! assert_eq!(both.words_by_unicode.whole, 4);
//! assert_eq!((both.distribution().types(), both.changed), (4, 0));
//! # Ok::<(), genai_bpe::Error>(())
//! ```

mod distribution;
mod inequality;
mod words;

pub use self::distribution::{Distribution, RENYI_POWER};
pub use self::inequality::{gini, parity};
pub use self::words::Words;
use crate::{Encoder, Special, Tokenizer};

/// What a tokenizer did to texts. See [`Measurer`], which makes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Texts.
    pub texts: u64,
    /// Their bytes in UTF-8.
    pub bytes: u64,
    /// Their characters: Unicode scalar values.
    pub characters: u64,
    /// Their tokens.
    pub tokens: u64,
    /// The most tokens of a text.
    pub longest: u64,
    /// What is between white space, as Python's `str.split` finds it.
    pub words_by_white_space: Words,
    /// What Unicode's rules (UAX #29) take for words, punctuation and white space left out: the
    /// measure for scripts that write no spaces.
    pub words_by_unicode: Words,
    /// Tokens that stand for what no token covers.
    pub unknown: u64,
    /// Tokens that are bytes in place of a character without a token.
    pub byte_fallback: u64,
    /// Texts that decoding does not give back byte for byte.
    pub changed: u64,
    /// How often each id was used; ids beyond the end were not.
    frequencies: Vec<u64>,
}

impl Statistics {
    /// Adds what was found in other texts by the same tokenizer.
    pub fn add(&mut self, other: &Self) {
        // Taken apart by name: a new count cannot be forgotten.
        let Self {
            texts,
            bytes,
            characters,
            tokens,
            longest,
            words_by_white_space,
            words_by_unicode,
            unknown,
            byte_fallback,
            changed,
            frequencies,
        } = other;
        self.texts += texts;
        self.bytes += bytes;
        self.characters += characters;
        self.tokens += tokens;
        self.longest = self.longest.max(*longest);
        self.words_by_white_space.add(*words_by_white_space);
        self.words_by_unicode.add(*words_by_unicode);
        self.unknown += unknown;
        self.byte_fallback += byte_fallback;
        self.changed += changed;
        if self.frequencies.len() < frequencies.len() {
            self.frequencies.resize(frequencies.len(), 0);
        }
        for (sum, count) in self.frequencies.iter_mut().zip(frequencies) {
            *sum += count;
        }
    }

    /// How often an id was used.
    pub fn frequency(&self, id: u32) -> u64 {
        self.frequencies.get(id as usize).copied().unwrap_or(0)
    }

    /// How the tokens are spread over types.
    pub fn distribution(&self) -> Distribution {
        Distribution::new(self.frequencies.iter().copied())
    }

    /// Compression: bytes that a token covers on average. `None` without a token.
    pub fn bytes_per_token(&self) -> Option<f64> {
        quotient(self.bytes, self.tokens)
    }

    /// Characters that a token covers on average. `None` without a token.
    pub fn characters_per_token(&self) -> Option<f64> {
        quotient(self.characters, self.tokens)
    }

    /// The mean length of a text in tokens. `None` without a text.
    pub fn tokens_per_text(&self) -> Option<f64> {
        quotient(self.tokens, self.texts)
    }

    /// The share of tokens that stand for what no token covers. `None` without a token.
    pub fn unknown_rate(&self) -> Option<f64> {
        quotient(self.unknown, self.tokens)
    }

    /// The share of tokens that are bytes in place of a character. `None` without a token.
    pub fn byte_fallback_rate(&self) -> Option<f64> {
        quotient(self.byte_fallback, self.tokens)
    }

    /// The share of the vocabulary's tokens that were used.
    pub fn utilisation(&self, vocabulary_size: usize) -> Option<f64> {
        let used = self.frequencies.iter().filter(|&&count| count > 0).count();
        quotient(used as u64, vocabulary_size as u64)
    }
}

fn quotient(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Encodes texts one after the other and keeps what [`Statistics`] tell of them. For one thread;
/// statistics of several are added up.
///
/// The module's documentation has an example.
#[derive(Debug)]
pub struct Measurer<'t> {
    tokenizer: &'t Tokenizer,
    encoder: Encoder<'t>,
    statistics: Statistics,
}

impl<'t> Measurer<'t> {
    /// Measures what this tokenizer does; nothing is measured yet.
    pub fn new(tokenizer: &'t Tokenizer) -> Self {
        Self { tokenizer, encoder: tokenizer.encoder(), statistics: Statistics::default() }
    }

    /// Takes the next text, in which special tokens are text like any other. Says whether decoding
    /// gives the text back byte for byte.
    pub fn add(&mut self, text: &str) -> bool {
        // Only `Special::Forbid` can fail; without ids all the text would count as lost.
        let encoding =
            self.encoder.encode_with_offsets(text, Special::Ordinary).unwrap_or_default();
        let decoded = self.tokenizer.decode_bytes(&encoding.ids);
        let same = decoded.is_ok_and(|bytes| bytes == text.as_bytes());
        let statistics = &mut self.statistics;
        let tokens = encoding.ids.len() as u64;
        statistics.texts += 1;
        statistics.bytes += text.len() as u64;
        statistics.characters += text.chars().count() as u64;
        statistics.tokens += tokens;
        statistics.longest = statistics.longest.max(tokens);
        statistics.changed += u64::from(!same);
        let unknown = self.tokenizer.unknown_id();
        for &id in &encoding.ids {
            statistics.unknown += u64::from(Some(id) == unknown);
            statistics.byte_fallback += u64::from(self.tokenizer.is_byte_fallback(id));
            if statistics.frequencies.len() <= id as usize {
                statistics.frequencies.resize(id as usize + 1, 0);
            }
            statistics.frequencies[id as usize] += 1;
        }
        let is_token = |id: u32| Some(id) != unknown && !self.tokenizer.is_byte_fallback(id);
        statistics.words_by_white_space.count(words::by_white_space(text), &encoding, is_token);
        statistics.words_by_unicode.count(words::by_unicode(text), &encoding, is_token);
        same
    }

    /// What was found so far.
    pub fn finish(self) -> Statistics {
        self.statistics
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All bytes, "ab", " a" and "é".
    fn small_tokenizer() -> Tokenizer {
        let bytes = (0..=255u8).map(|byte| vec![byte]);
        let tokens = bytes.chain(["ab", " a", "é"].map(|token| token.as_bytes().to_vec()));
        let lines =
            tokens.zip(0..).map(|(token, rank): (_, u32)| format!("{} {rank}\n", base64(&token)));
        Tokenizer::from_tiktoken(lines.collect::<String>().as_bytes(), "cl100k_base").unwrap()
    }

    /// Of one or two bytes.
    fn base64(token: &[u8]) -> String {
        const DIGITS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let (first, second) = (token[0], token.get(1).copied());
        let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
        let middle = digit(first % 4 * 16 + second.unwrap_or(0) / 16);
        let last = second.map_or('=', |second| digit(second % 16 * 4));
        [digit(first / 4), middle, last, '='].iter().collect()
    }

    proptest! {
        /// However texts are dealt out, the sums are the same.
        #[test]
        fn parts_add_up(
            texts in prop::collection::vec("[ab, \u{3000}é中\n]{0,12}", 0..12),
            dealt in prop::collection::vec(0..3usize, 12),
        ) {
            let tokenizer = small_tokenizer();
            let mut whole = Measurer::new(&tokenizer);
            let mut parts = [(); 3].map(|()| Measurer::new(&tokenizer));
            for (text, part) in texts.iter().zip(dealt) {
                prop_assert!(whole.add(text), "a byte-level tokenizer gives every text back");
                parts[part].add(text);
            }
            let whole = whole.finish();
            let mut sum = Statistics::default();
            for part in parts {
                sum.add(&part.finish());
            }
            prop_assert_eq!(whole.tokens, whole.distribution().total());
            let ids = texts.iter().flat_map(|text| tokenizer.encode(text));
            let mut counts = std::collections::BTreeMap::new();
            ids.for_each(|id| *counts.entry(id).or_insert(0) += 1);
            prop_assert!(counts.iter().all(|(&id, &count)| whole.frequency(id) == count));
            let plain: Vec<&str> = texts.iter().flat_map(|text| text.split_whitespace()).collect();
            prop_assert_eq!(whole.words_by_white_space.words, plain.len() as u64);
            prop_assert_eq!(sum, whole);
        }
    }
}
