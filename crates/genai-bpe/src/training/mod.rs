//! Training, with the results of Hugging Face's `BpeTrainer` (tokenizers 0.23).
//!
//! Words are counted ([`counting`], [`words`]), spelt as ids of characters ([`alphabet`]), and their most
//! frequent pair of neighbours is merged again and again ([`learning`]), in a row of all distinct words
//! ([`sequence`], [`pairs`]) or, where that cannot be, word by word ([`word_by_word`]).

mod alphabet;
mod counting;
mod learning;
mod pairs;
mod sequence;
#[cfg(test)]
mod tests;
mod trained;
mod word_by_word;
mod words;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use self::counting::{Counter, Cut};
pub use self::trained::Trained;
use crate::byte_characters;
use crate::error::Error;
use crate::pretokenizer::Pattern;
use crate::tokenizer::Tokenizer;

/// Learns a vocabulary and merges from text.
///
/// Tokens, ids and merges are those of Hugging Face's `BpeTrainer` (tokenizers 0.23), on any number of threads. Ids
/// are given to the special tokens, then to the alphabet by code point, then to merges in their
/// order. The pair that is merged next is the most frequent one, of equally frequent ones the one with the smallest
/// left id, then the smallest right id. Text of special tokens is text like any other here.
///
/// Three things depend there on the order of a hash map, and differ from run to run; here they are fixed. With a prefix or suffix, characters
/// that have one get their ids in the order in which words are first seen; if the alphabet is
/// limited, of equally rare characters those with the higher code points are left out; and of
/// two entries for one pair in the queue the older comes first. Counts have 64 bits, there 32.
///
/// ```
/// use genai_bpe::{Pattern, Trainer};
/// let mut trainer = Trainer::byte_level(Pattern::default()).vocabulary_size(258);
/// trainer.feed_words([("low", 5), ("lower", 2), ("newest", 6), ("widest", 3)]);
/// let trained = trainer.train()?;
/// assert_eq!(trained.tokens()[256..], ["es", "est"]);
/// let tokenizer = trained.into_tokenizer()?;
/// assert_eq!(tokenizer.encode("test"), [83, 257]);
/// # Ok::<(), genai_bpe::Error>(())
/// ```
pub struct Trainer {
    options: Options,
    counter: Counter,
    progress: Option<Box<dyn FnMut(Progress) + Send>>,
}

/// What is asked of a training.
#[derive(Clone, Debug)]
struct Options {
    unit: Unit,
    vocabulary_size: usize,
    min_frequency: u64,
    special_tokens: Vec<String>,
    initial_alphabet: Vec<char>,
    limit_alphabet: Option<usize>,
    max_token_length: Option<usize>,
    prefix: Option<String>,
    suffix: Option<String>,
}

impl Options {
    /// How frequent a pair must be to be merged.
    fn least_count(&self) -> u64 {
        self.min_frequency.max(1)
    }

    /// New tokens are made of fewer symbols of the start than this.
    fn length_limit(&self) -> u64 {
        self.max_token_length.map_or(u64::MAX, |length| length as u64)
    }

    fn has_affixes(&self) -> bool {
        self.prefix.is_some() || self.suffix.is_some()
    }
}

/// What words are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Byte,
    Character,
}

/// How far a training is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// Words are being counted.
    Counting {
        /// Bytes of text so far.
        bytes: u64,
    },
    /// All words are counted.
    Counted {
        /// Bytes of text.
        bytes: u64,
        /// Distinct words.
        words: usize,
    },
    /// Merges are being learnt.
    Merging {
        /// Merges so far.
        merges: usize,
        /// Tokens so far.
        tokens: usize,
        /// Tokens asked for; the training may end with fewer.
        vocabulary_size: usize,
    },
}

impl Trainer {
    /// A trainer of a byte-level tokenizer, whose words are the pieces of `pattern`. All 256 bytes have
    /// tokens unless [`Trainer::initial_alphabet`] says otherwise.
    pub fn byte_level(pattern: Pattern) -> Self {
        let bytes = (0..=255).map(byte_characters::character).collect();
        Self::new(Unit::Byte, Cut::Pattern(pattern), bytes)
    }

    /// A trainer whose words stand between white space and are made of characters.
    pub fn character_level() -> Self {
        Self::new(Unit::Character, Cut::WhiteSpace, Vec::new())
    }

    fn new(unit: Unit, cut: Cut, initial_alphabet: Vec<char>) -> Self {
        let options = Options {
            unit,
            vocabulary_size: 30_000,
            min_frequency: 0,
            special_tokens: Vec::new(),
            initial_alphabet,
            limit_alphabet: None,
            max_token_length: None,
            prefix: None,
            suffix: None,
        };
        Self { options, counter: Counter::new(cut), progress: None }
    }

    /// How many tokens there are to be, special tokens and alphabet included; 30 000 unless told otherwise. There are
    /// fewer if no pairs are left, and more if those alone are more.
    #[must_use]
    pub fn vocabulary_size(mut self, tokens: usize) -> Self {
        self.options.vocabulary_size = tokens;
        self
    }

    /// How often a pair must be seen to be merged; 1 unless told otherwise.
    #[must_use]
    pub fn min_frequency(mut self, count: u64) -> Self {
        self.options.min_frequency = count;
        self
    }

    /// Tokens with the first ids, in this order. For byte-level tokenizers they are written with the characters of
    /// [`Trained::tokens`], as far as they are to be equal to what merges make.
    #[must_use]
    pub fn special_tokens<T: Into<String>>(mut self, tokens: impl IntoIterator<Item = T>) -> Self {
        self.options.special_tokens = tokens.into_iter().map(Into::into).collect();
        self
    }

    /// Characters that have tokens whether or not they are seen. For byte-level tokenizers, the characters that stand
    /// for bytes in files, such as `Ġ`.
    #[must_use]
    pub fn initial_alphabet(mut self, characters: impl IntoIterator<Item = char>) -> Self {
        self.options.initial_alphabet = characters.into_iter().collect();
        self
    }

    /// How many characters have tokens at most: the most frequent ones, after those of
    /// [`Trainer::initial_alphabet`]. The others are left out of words.
    #[must_use]
    pub fn limit_alphabet(mut self, characters: usize) -> Self {
        self.options.limit_alphabet = Some(characters);
        self
    }

    /// New tokens are made of fewer characters (bytes, if byte-level) than this, or of just two.
    #[must_use]
    pub fn max_token_length(mut self, characters: usize) -> Self {
        self.options.max_token_length = Some(characters);
        self
    }

    /// Stands before characters that don't start a word, such as `##`. Only for character-level tokenizers.
    #[must_use]
    pub fn continuing_subword_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.options.prefix = Some(prefix.into());
        self
    }

    /// Stands after characters that end a word, such as `</w>`. Only for character-level tokenizers.
    #[must_use]
    pub fn end_of_word_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.options.suffix = Some(suffix.into());
        self
    }

    /// Is called again and again with how far the training is, on the thread that called the trainer.
    #[must_use]
    pub fn progress(mut self, callback: impl FnMut(Progress) + Send + 'static) -> Self {
        self.progress = Some(Box::new(callback));
        self
    }

    /// Counts the words of one text, which may have many lines, as `train_from_iterator` does with an item.
    pub fn feed(&mut self, text: &str) {
        self.counter.add_text(text);
        self.report(Progress::Counting { bytes: self.counter.bytes() });
    }

    /// Counts the words of each line by itself, its newline being part of it, as `train` does with files.
    pub fn feed_lines(&mut self, text: &str) {
        self.counter.add_lines(text);
        self.report(Progress::Counting { bytes: self.counter.bytes() });
    }

    /// As [`Trainer::feed_lines`], for whatever can be read.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Malformed`] for what is not UTF-8. What came before is counted.
    pub fn feed_reader(&mut self, reader: impl Read) -> Result<(), Error> {
        let progress = &mut self.progress;
        self.counter.add_reader(reader, |bytes| {
            if let Some(progress) = progress {
                progress(Progress::Counting { bytes });
            }
        })
    }

    /// As [`Trainer::feed_lines`], for a file.
    ///
    /// # Errors
    /// [`Error::File`] around what [`Trainer::feed_reader`] says.
    pub fn feed_file(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|error| Error::from(error).in_file(path))?;
        self.feed_reader(file).map_err(|error| error.in_file(path))
    }

    /// Adds words with their counts.
    pub fn feed_words<W: AsRef<str>>(&mut self, words: impl IntoIterator<Item = (W, u64)>) {
        for (word, count) in words {
            self.counter.add_word(word.as_ref(), count);
        }
    }

    /// Learns from what was fed.
    ///
    /// # Errors
    /// [`Error::Invalid`] for options that don't go together, or too much text.
    pub fn train(mut self) -> Result<Trained, Error> {
        self.check()?;
        let (bytes, pattern) = (self.counter.bytes(), self.counter.pattern());
        let words = self.counter.finish();
        let mut progress = self.progress.take();
        let mut report = |state| {
            if let Some(progress) = &mut progress {
                progress(state);
            }
        };
        report(Progress::Counted { bytes, words: words.len() });
        let (tokens, merges) = learning::learn(&self.options, words, &mut report)?;
        Ok(Trained::new(self.options, pattern, tokens, merges))
    }

    /// Learns from what was fed, for use.
    ///
    /// # Errors
    /// As [`Trainer::train`] and [`Trained::into_tokenizer`].
    pub fn finish(self) -> Result<Tokenizer, Error> {
        self.train()?.into_tokenizer()
    }

    fn report(&mut self, state: Progress) {
        if let Some(progress) = &mut self.progress {
            progress(state);
        }
    }

    fn check(&self) -> Result<(), Error> {
        let Options { unit, initial_alphabet, prefix, suffix, .. } = &self.options;
        if *unit == Unit::Character {
            return Ok(());
        }
        if prefix.is_some() || suffix.is_some() {
            let message = "a byte-level tokenizer has neither prefix nor suffix";
            return Err(Error::Invalid(message.into()));
        }
        let stray = initial_alphabet.iter().find(|&&c| byte_characters::byte(c).is_none());
        stray.map_or(Ok(()), |character| {
            Err(Error::Invalid(format!("initial alphabet: {character:?} stands for no byte")))
        })
    }
}

impl fmt::Debug for Trainer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Trainer").field("options", &self.options).finish_non_exhaustive()
    }
}
