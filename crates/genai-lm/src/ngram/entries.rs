//! The n-grams of a model with what it says of them.

use super::vocabulary::{Vocabulary, WordId};

/// A logarithm that none can be: marks an n-gram that is there only because longer ones end in it.
pub(super) const BLANK: f32 = f32::INFINITY;

/// The n-grams of a model, each with the logarithm of its probability and of its backoff weight, to
/// base 10 in 32 bits.
///
/// They are sorted by length, then by their words' numbers from the last word to the first. For a model
/// that was trained here, this is the order in which `lmplz` writes them.
///
/// ```
/// use genai_lm::ngram::{TrainOptions, Trainer};
/// let mut trainer = Trainer::new(TrainOptions { order: 2, ..TrainOptions::default() })?;
/// trainer.add_line(b"a b a")?;
/// let entries = trainer.finish()?.entries;
/// assert_eq!(entries.order(), 2);
/// let bigrams: Vec<_> = entries.of_order(2).map(|entry| entries.text(&entry.words)).collect();
/// assert_eq!(bigrams, ["a </s>", "<s> a", "b a", "a b"]);
/// # Ok::<(), genai_lm::ngram::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Entries {
    vocabulary: Vocabulary,
    levels: Vec<Level>,
    has_unknown: bool,
}

/// The n-grams of one order. A unigram's place is its word's number.
#[derive(Clone, Debug, Default)]
pub(super) struct Level {
    /// Where each n-gram's ending, the n-gram without its first word, is in the level below. Empty for unigrams.
    pub parents: Vec<u32>,
    /// The first word of each.
    pub words: Vec<WordId>,
    /// [`BLANK`] for those that the model does not have.
    pub logarithms: Vec<f32>,
    /// Empty for the highest order.
    pub backoffs: Vec<f32>,
}

/// An n-gram of a model.
///
/// ```
/// # use genai_lm::ngram::{TrainOptions, Trainer};
/// # let mut trainer = Trainer::new(TrainOptions { order: 2, ..TrainOptions::default() })?;
/// # trainer.add_line(b"a b a")?;
/// # let entries = trainer.finish()?.entries;
/// let begin = entries.of_order(1).nth(1).unwrap();
/// assert_eq!((begin.words.as_slice(), begin.log10_prob), (&[1][..], 0.0));
/// assert!(begin.log10_backoff < 0.0);
/// # Ok::<(), genai_lm::ngram::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its words, first to last.
    pub words: Vec<WordId>,
    /// The logarithm to base 10 of the last word's probability given the others.
    pub log10_prob: f32,
    /// The logarithm to base 10 of what a longer n-gram's probability is multiplied by where it is made of a
    /// shorter one's; 0 in the highest order.
    pub log10_backoff: f32,
}

impl Entries {
    pub(super) fn new(vocabulary: Vocabulary, levels: Vec<Level>) -> Self {
        Self { vocabulary, levels, has_unknown: true }
    }

    pub(super) fn without_unknown(self) -> Self {
        Self { has_unknown: false, ..self }
    }

    /// Whether `<unk>` is the model's own: false for one that was read without it, where it was given a
    /// probability of 10^-100.
    pub fn has_unknown(&self) -> bool {
        self.has_unknown
    }

    /// The length of the longest n-grams.
    pub fn order(&self) -> usize {
        self.levels.len()
    }

    /// The words.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// How many n-grams there are of each order, from unigrams on.
    pub fn counts(&self) -> Vec<u64> {
        let is_there = |logarithm: &&f32| **logarithm != BLANK;
        self.levels
            .iter()
            .map(|level| level.logarithms.iter().filter(is_there).count() as u64)
            .collect()
    }

    /// The n-grams of an order, none if there are none of it.
    pub fn of_order(&self, order: usize) -> impl Iterator<Item = Entry> {
        let level = order.checked_sub(1).and_then(|depth| self.levels.get(depth));
        let level = level.into_iter();
        level.flat_map(move |level| {
            (0..level.words.len()).filter(|&index| level.logarithms[index] != BLANK).map(
                move |index| {
                    let mut words = Vec::with_capacity(order);
                    self.push_words(order - 1, index, &mut words);
                    Entry {
                        words,
                        log10_prob: level.logarithms[index],
                        log10_backoff: level.backoffs.get(index).copied().unwrap_or(0.0),
                    }
                },
            )
        })
    }

    /// Words of the vocabulary with spaces between them; what is not UTF-8 is replaced.
    pub fn text(&self, words: &[WordId]) -> String {
        let words = words.iter().filter_map(|&word| self.vocabulary.word(word));
        words.map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// Adds the words of an n-gram, the first one first.
    #[inline]
    pub(super) fn push_words(&self, depth: usize, index: usize, words: &mut Vec<WordId>) {
        let mut index = index;
        for level in self.levels[..=depth].iter().rev() {
            words.push(level.words[index]);
            index = level.parents.get(index).map_or(0, |&parent| parent as usize);
        }
    }
}
