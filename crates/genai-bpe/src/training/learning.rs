//! From counted words to a vocabulary and a list of merges.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::alphabet::{Alphabet, Tokens};
use super::pairs::Pair;
use super::sequence::{ID_LIMIT, Sequence, TooLong};
use super::word_by_word::WordByWord;
use super::words::Words;
use super::{Options, Progress};
use crate::error::Error;

/// A merge: left, right, merged.
pub(super) type Merged = (u32, u32, u32);

/// Learns tokens and merges from the words.
///
/// # Errors
/// [`Error::Invalid`] if the words are too many or their counts too large.
pub(super) fn learn(
    options: &Options,
    words: Words,
    report: &mut dyn FnMut(Progress),
) -> Result<(Vec<String>, Vec<Merged>), Error> {
    let mut learner = Learner::new(options, words, report)?;
    if !learner.learn_in_a_row()? {
        learner.learn_word_by_word()?;
    }
    Ok(learner.finish())
}

/// As [`learn`], in the way that always works.
#[cfg(test)]
pub(super) fn learn_word_by_word(
    options: &Options,
    words: Words,
) -> Result<(Vec<String>, Vec<Merged>), Error> {
    let mut report = |_| ();
    let mut learner = Learner::new(options, words, &mut report)?;
    learner.learn_word_by_word()?;
    Ok(learner.finish())
}

struct Learner<'a> {
    options: &'a Options,
    alphabet: Alphabet<'a>,
    words: Words,
    tokens: Tokens,
    merges: Vec<Merged>,
    report: &'a mut dyn FnMut(Progress),
}

/// After how many merges progress is reported.
const REPORTED: usize = 64;

impl<'a> Learner<'a> {
    fn new(
        options: &'a Options,
        mut words: Words,
        report: &'a mut dyn FnMut(Progress),
    ) -> Result<Self, Error> {
        let bytes = words.iter().map(|word| u128::from(word.count) * word.text().len() as u128);
        if bytes.sum::<u128>() > i64::MAX as u128 {
            return Err(Error::Invalid(
                "the words, as often as they are seen, must have less than 2⁶³ bytes".into(),
            ));
        }
        let mut alphabet = Alphabet::new(options, &words);
        if options.has_affixes() {
            // Characters with affixes get their ids here, in the order of words.
            words.sort_by_key(|_, first| first);
            words.iter().for_each(|word| alphabet.spell(word.text(), |_| ()));
        }
        words.sort_by_key(|count, _| Reverse(count));
        let tokens = alphabet.tokens.clone();
        Ok(Self { options, alphabet, words, tokens, merges: Vec::new(), report })
    }

    /// Returns whether that can be: it cannot if a token is made in two ways. Only affixes bring that about: without
    /// them a token's characters merge in one way, wherever they become that token.
    fn learn_in_a_row(&mut self) -> Result<bool, Error> {
        let least = i64::try_from(self.options.least_count()).unwrap_or(i64::MAX);
        let mut sequence = Sequence::new(least, self.options.length_limit());
        let mut ids = Vec::new();
        for word in self.words.iter() {
            ids.clear();
            self.alphabet.spell(word.text(), |id| ids.push(id));
            sequence.push(&ids, word.count.cast_signed()).map_err(|TooLong| {
                Error::Invalid("distinct words must have less than 2³² characters together".into())
            })?;
        }
        if !self.options.has_affixes() {
            self.words = Words::default();
        }
        sequence.start();
        while self.wants_more() {
            let Some(pair) = sequence.most_frequent() else { break };
            let known = self.tokens.len();
            let merged = self.enter(pair)?;
            if self.tokens.len() == known && sequence.has_seen(merged) {
                self.tokens = self.alphabet.tokens.clone();
                self.merges.clear();
                return Ok(false);
            }
            sequence.merge(pair, merged);
            self.note(pair, merged);
        }
        Ok(true)
    }

    fn learn_word_by_word(&mut self) -> Result<(), Error> {
        let spelt = self.words.iter().map(|word| {
            let mut ids = Vec::new();
            self.alphabet.spell(word.text(), |id| ids.push(id));
            (ids, word.count.cast_signed())
        });
        let mut words = WordByWord::new(spelt, self.options.length_limit());
        while self.wants_more() {
            let Some((pair, count, places)) = words.most_frequent() else { break };
            if count < self.options.least_count() {
                break;
            }
            let merged = self.enter(pair)?;
            words.merge(pair, merged, &places);
            self.note(pair, merged);
        }
        // A pair may have been merged twice. Then it stands where it was merged last, as in a map of merges.
        let mut seen = HashSet::new();
        self.merges.reverse();
        self.merges.retain(|&(left, right, _)| seen.insert((left, right)));
        self.merges.reverse();
        Ok(())
    }

    fn wants_more(&self) -> bool {
        self.tokens.len() < self.options.vocabulary_size
    }

    /// The id of what the pair becomes.
    fn enter(&mut self, Pair { left, right }: Pair) -> Result<u32, Error> {
        let token = self.tokens.joined(left, right, self.options.prefix.as_deref());
        let merged = self.tokens.enter(token);
        if merged >= ID_LIMIT {
            return Err(Error::Invalid("a vocabulary must have less than 2³² tokens".into()));
        }
        Ok(merged)
    }

    fn note(&mut self, Pair { left, right }: Pair, merged: u32) {
        self.merges.push((left, right, merged));
        if self.merges.len().is_multiple_of(REPORTED) {
            self.report();
        }
    }

    fn report(&mut self) {
        (self.report)(Progress::Merging {
            merges: self.merges.len(),
            tokens: self.tokens.len(),
            vocabulary_size: self.options.vocabulary_size,
        });
    }

    fn finish(mut self) -> (Vec<String>, Vec<Merged>) {
        self.report();
        (self.tokens.into_vec(), self.merges)
    }
}
