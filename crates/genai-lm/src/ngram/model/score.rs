//! The probability of a word after others.

use super::super::entries::BLANK;
use super::super::hash::hash_longer;
use super::super::limits::MAX_ORDER;
use super::super::vocabulary::{BEGIN, UNKNOWN, WordId};
use super::NgramModel;
use super::image::Stored;
use super::table::key;

/// What a model knows of the words before: as many of the last ones as can matter.
///
/// States are equal where every continuation has the same probability for the same reason.
///
/// ```
/// # use genai_lm::ngram::{NgramModel, TrainOptions, Trainer};
/// # let mut trainer = Trainer::new(TrainOptions { order: 3, ..TrainOptions::default() })?;
/// # trainer.add_line(b"a b")?;
/// # let model = NgramModel::new(&trainer.finish()?.entries)?;
/// assert_eq!(model.begin_sentence().len(), 1);
/// // Nothing begins with an unknown word, so what came before it is forgotten.
/// let (_, state) = model.score(&model.begin_sentence(), 0);
/// assert_eq!(state, model.no_context());
/// # Ok::<(), genai_lm::ngram::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// The last word first.
    words: [WordId; MAX_ORDER - 1],
    /// The backoffs of the last word, of the last two, and so on.
    backoffs: [f32; MAX_ORDER - 1],
    length: u8,
}

impl State {
    /// How many words it knows.
    pub fn len(&self) -> usize {
        self.length.into()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The words it knows, the last one first.
    pub fn words(&self) -> &[WordId] {
        &self.words[..self.len()]
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.words() == other.words()
    }
}

impl Eq for State {}

/// What a model says of a word.
///
/// ```
/// # use genai_lm::ngram::{NgramModel, TrainOptions, Trainer};
/// # let mut trainer = Trainer::new(TrainOptions { order: 2, ..TrainOptions::default() })?;
/// # trainer.add_line(b"a b")?;
/// # let model = NgramModel::new(&trainer.finish()?.entries)?;
/// let (score, _) = model.score(&model.begin_sentence(), 0);
/// assert_eq!(score.ngram_length, 1);
/// assert!(score.log10_prob < 0.0);
/// # Ok::<(), genai_lm::ngram::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WordScore {
    /// The logarithm to base 10 of its probability, summed in 32 bits.
    pub log10_prob: f32,
    /// The length of the n-gram that was found, 1 for the word alone.
    pub ngram_length: u8,
}

impl NgramModel {
    /// The state at the beginning of a sentence, after `<s>`.
    pub fn begin_sentence(&self) -> State {
        let mut state = self.no_context();
        state.words[0] = BEGIN;
        state.backoffs[0] = self.image.unigram(BEGIN).backoff;
        state.length = u8::from(self.order() > 1);
        state
    }

    /// The state before any word, as if nothing were known of what came before.
    pub fn no_context(&self) -> State {
        State { words: [0; MAX_ORDER - 1], backoffs: [0.0; MAX_ORDER - 1], length: 0 }
    }

    /// What the model says of a word after others, and the state after it. A number that is no word's has
    /// probability 1; unknown words are 0.
    pub fn score(&self, state: &State, word: WordId) -> (WordScore, State) {
        let mut state = *state;
        (self.advance(&mut state, word), state)
    }

    /// [`NgramModel::score`] that changes the state to that after the word.
    #[inline]
    pub fn advance(&self, state: &mut State, word: WordId) -> WordScore {
        let bytes = self.image.bytes();
        let tables = self.header().tables.as_slice();
        let unigram = self.image.unigram(word);
        let mut log10_prob = unigram.logarithm();
        let mut ngram_length = 1;
        if tables.is_empty() {
            return WordScore { log10_prob, ngram_length };
        }
        let mut next = u8::from(unigram.is_context());
        let mut backoffs = [unigram.backoff; MAX_ORDER - 1];
        let mut place = word;
        let mut hash = u64::from(word);
        let mut is_ending = unigram.is_ending();
        let known = &state.words[..usize::from(state.length).min(MAX_ORDER - 1)];
        for (found, (&before, table)) in (2_u8..).zip(known.iter().zip(tables)) {
            if !is_ending {
                break;
            }
            hash = hash_longer(hash, before);
            let Some((at, value)) = table.find(bytes, hash, key(place, before)) else { break };
            let stored = Stored::read(value);
            let logarithm = stored.logarithm();
            if logarithm != BLANK {
                log10_prob = logarithm;
                ngram_length = found;
            }
            let depth = usize::from(found - 1);
            if depth == tables.len() {
                break;
            }
            backoffs[depth] = stored.backoff;
            if stored.is_context() {
                next = found;
            }
            is_ending = stored.is_ending();
            // There are fewer places than numbers.
            place = u32::try_from(at).unwrap_or(u32::MAX);
        }
        let longer = state.backoffs[..known.len()].get(usize::from(ngram_length) - 1..);
        for &backoff in longer.unwrap_or_default() {
            log10_prob += backoff;
        }
        state.words.copy_within(..MAX_ORDER - 2, 1);
        state.words[0] = word;
        state.backoffs = backoffs;
        state.length = next;
        WordScore { log10_prob, ngram_length }
    }

    /// Looks at the places where the n-grams that end with this word may be, so that they are near when they are
    /// searched. The searches wait for one another, this does not: it is the faster way to memory.
    #[inline]
    pub(in super::super) fn peek(&self, before: &[WordId], word: WordId) {
        let bytes = self.image.bytes();
        let (mut hash, mut seen) = (u64::from(word), 0);
        for (&word, table) in before.iter().rev().zip(&self.header().tables) {
            // Nothing longer begins with an unknown word.
            if word == UNKNOWN {
                break;
            }
            hash = hash_longer(hash, word);
            seen ^= table.peek(bytes, hash);
        }
        // Else what is not used would not be looked at.
        std::hint::black_box(seen);
    }
}
