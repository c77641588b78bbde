//! `learn-bpe` of subword-nmt 0.3.8: the merges of a text, most frequent pair first.
//!
//! Counts of pairs are kept up to date word by word, with an index of the words that hold a pair, and
//! the best pair is on top of a heap. What is kept, and when rare pairs are set aside and fetched
//! back, follows subword-nmt step by step: its counts are not always those of the text (a symbol that
//! two pairs can make is counted anew with each, and pairs set aside lose what they gain), and the
//! same codes come out only if they are wrong in the same way.

mod best_pair;
mod learner;
mod symbols;

use std::collections::HashMap;

use self::learner::Learner;
use super::codes::{AROUND_LINES, END_OF_WORD};
use crate::Error;

/// What ends a line for `str.splitlines`, by which learn-bpe reads its files, besides CR and LF. It is not
/// stripped from lines.
const ENDS_IN_WORDS: [char; 8] =
    ['\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\u{85}', '\u{2028}', '\u{2029}'];

/// Learns the codes that `learn-bpe` of subword-nmt 0.3.8 learns from the same text, byte for byte.
///
/// ```
/// use genai_bpe::SubwordNmtTrainer;
/// let mut trainer = SubwordNmtTrainer::new(2);
/// trainer.add_text("low lower lowest low\n");
/// assert_eq!(trainer.train()?, "#version: 0.2\nl o\nw e\n");
/// # Ok::<(), genai_bpe::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SubwordNmtTrainer {
    merges: usize,
    min_frequency: i64,
    total_symbols: bool,
    words: HashMap<String, i64>,
}

impl SubwordNmtTrainer {
    /// A trainer for so many merges (`--symbols`) of pairs that are there twice at least.
    pub fn new(merges: usize) -> Self {
        Self { merges, min_frequency: 2, total_symbols: false, words: HashMap::new() }
    }

    /// The lowest count of a pair that is merged (`--min-frequency`); 2 if not given.
    #[must_use]
    pub fn with_min_frequency(self, min_frequency: i64) -> Self {
        Self { min_frequency, ..self }
    }

    /// Whether the number of merges is less by the number of characters, within words and at their
    /// ends (`--total-symbols`), so that it is about that of symbols.
    #[must_use]
    pub fn with_total_symbols(self, total_symbols: bool) -> Self {
        Self { total_symbols, ..self }
    }

    /// Counts the words of a text, or of a part of one that ends with a line. Words stand between
    /// spaces, U+0020 alone, and line ends. Those are LF, CR, and what else Python takes for one, such as
    /// U+2028, which stays with the word before it.
    pub fn add_text(&mut self, text: &str) {
        let between = text.split(AROUND_LINES).filter(|words| !words.is_empty());
        for word in between.flat_map(|words| words.split_inclusive(ENDS_IN_WORDS)) {
            self.add(word, 1);
        }
    }

    /// Adds words with counts (`--dict-input`): lines of a word, a space and a count.
    ///
    /// # Errors
    /// [`Error::Malformed`] with the line.
    pub fn add_dictionary(&mut self, dictionary: &str) -> Result<(), Error> {
        for (line, number) in dictionary.lines().zip(1u64..) {
            let parsed = line.trim_matches(AROUND_LINES).split_once(' ');
            let parsed = parsed.and_then(|(word, count)| Some((word, count.trim().parse().ok()?)));
            let Some((word, count)) = parsed else {
                let found = format!("{:?}", line.chars().take(40).collect::<String>());
                return Err(Error::malformed(
                    format!("line {number}"),
                    found,
                    "a word, a space, a count",
                ));
            };
            self.add(word, count);
        }
        Ok(())
    }

    fn add(&mut self, word: &str, count: i64) {
        if let Some(known) = self.words.get_mut(word) {
            *known = known.saturating_add(count);
        } else {
            self.words.insert(word.to_owned(), count);
        }
    }

    /// The codes file.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a text without a word of two characters.
    pub fn train(self) -> Result<String, Error> {
        self.train_with(|_| ())
    }

    /// As [`SubwordNmtTrainer::train`]; `progress` is called after each merge with how many there are.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a text without a word of two characters.
    pub fn train_with(self, mut progress: impl FnMut(usize)) -> Result<String, Error> {
        // Sums do not depend on the order of words; numbers of words and symbols must not either.
        let mut words: Vec<(String, i64)> = self.words.into_iter().collect();
        words.sort_unstable();
        let mut learner = Learner::new(&words);
        let merges = if self.total_symbols {
            self.merges.saturating_sub(characters(&words))
        } else {
            self.merges
        };
        drop(words);
        if !learner.has_pairs() {
            return Err(Error::Invalid(
                "there is no word of two characters to learn from".to_owned(),
            ));
        }
        let mut codes = String::from("#version: 0.2\n");
        for done in 0..merges {
            let Some((left, right)) = learner.learn(done, self.min_frequency) else { break };
            codes.extend([left, " ", right, "\n"]);
            progress(done + 1);
        }
        Ok(codes)
    }
}

/// How many characters there are within words, and how many at their ends.
fn characters(words: &[(String, i64)]) -> usize {
    let mut within = std::collections::HashSet::new();
    let mut ends = std::collections::HashSet::new();
    for (word, _) in words {
        let mut characters = word.chars();
        ends.extend(characters.next_back());
        within.extend(characters);
    }
    within.len() + ends.len()
}

/// What Python's `\s` matches in text: of Unicode's white space all, and four control characters.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

/// The symbols that a word starts from.
fn symbols_of(word: &str) -> impl Iterator<Item = String> {
    let mut characters = word.chars().peekable();
    std::iter::from_fn(move || {
        let mut symbol = characters.next()?.to_string();
        if characters.peek().is_none() {
            symbol.push_str(END_OF_WORD);
        }
        Some(symbol)
    })
}
