//! Sentences scored and summed as `query` does.

use std::fmt;

use super::model::{NgramModel, WordScore};
use super::vocabulary::{BEGIN, END, UNKNOWN, WordId};
use super::words::{separates_in_queries, words};

/// For so many words memory is fetched at once: what it gives stays near until it is used.
const BLOCK: usize = 32;

/// A sentence with what a model says of each of its words.
///
/// It prints as a line of `query -v word`: each word with its number, the length of the n-gram that was
/// found, and the logarithm to base 10 of its probability.
///
/// ```
/// use genai_lm::ngram::{NgramModel, Query, TrainOptions, Trainer};
/// let mut trainer = Trainer::new(TrainOptions { order: 2, ..TrainOptions::default() })?;
/// trainer.add_line(b"a rose is a rose")?;
/// let model = NgramModel::new(&trainer.finish()?.entries)?;
/// let mut query = Query::new(&model);
/// let sentence = query.line(b"a tulip");
/// assert_eq!(sentence.words.len(), 3);
/// assert_eq!((sentence.oov, sentence.words[1].is_unknown), (1, true));
/// assert!(sentence.to_string().starts_with("a=3 2 -0."));
/// # Ok::<(), genai_lm::ngram::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ScoredSentence<'t> {
    /// The words, and `</s>` if it is scored.
    pub words: Vec<ScoredWord<'t>>,
    /// The logarithm to base 10 of the whole sentence's probability, summed in 32 bits.
    pub log10_prob: f32,
    /// How many words are unknown.
    pub oov: u64,
}

impl ScoredSentence<'_> {
    /// Prints what `query -v sentence` prints.
    pub fn total(&self) -> impl fmt::Display {
        let Self { log10_prob, oov, .. } = *self;
        fmt::from_fn(move |f| write!(f, "Total: {} OOV: {oov}", log10_prob + 0.0))
    }
}

impl fmt::Display for ScoredSentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words.iter().try_for_each(|word| write!(f, "{word}\t"))
    }
}

/// A word in its sentence.
///
/// ```
/// use genai_lm::ngram::ScoredWord;
/// let word = ScoredWord { text: b"rose", id: 7, is_unknown: false, ngram_length: 2, log10_prob: -0.5 };
/// assert_eq!(word.to_string(), "rose=7 2 -0.5");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredWord<'t> {
    /// The word as it stands in the text.
    pub text: &'t [u8],
    /// Its number, 0 if it is unknown.
    pub id: WordId,
    /// Whether `<unk>` was scored in its place.
    pub is_unknown: bool,
    /// The length of the n-gram that was found.
    pub ngram_length: u8,
    /// The logarithm to base 10 of its probability given the words before.
    pub log10_prob: f32,
}

impl fmt::Display for ScoredWord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, id, is_unknown: _, ngram_length, log10_prob } = self;
        write!(f, "{}={id} {ngram_length} {}", String::from_utf8_lossy(text), log10_prob + 0.0)
    }
}

/// Sums over sentences.
///
/// It prints as the summary of `query`.
///
/// ```
/// use genai_lm::ngram::QueryTotals;
/// let totals = QueryTotals { sentences: 1, tokens: 4, oov: 1, log10_prob: -6.0, log10_prob_of_oov: -3.0 };
/// assert_eq!(totals.perplexity().log10().round(), 2.0);
/// assert_eq!(totals.perplexity_without_oov(), 10.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QueryTotals {
    /// How many sentences there were.
    pub sentences: u64,
    /// How many words were scored, `</s>` among them.
    pub tokens: u64,
    /// How many of them are unknown.
    pub oov: u64,
    /// The logarithm to base 10 of the probability of all.
    pub log10_prob: f64,
    /// That of the unknown words alone.
    pub log10_prob_of_oov: f64,
}

impl QueryTotals {
    /// The perplexity over all tokens; NaN if there are none.
    pub fn perplexity(&self) -> f64 {
        10_f64.powf(-(self.log10_prob / self.tokens as f64))
    }

    /// The perplexity over all tokens that are known; NaN if there are none.
    pub fn perplexity_without_oov(&self) -> f64 {
        let known = (self.tokens - self.oov) as f64;
        10_f64.powf(-((self.log10_prob - self.log10_prob_of_oov) / known))
    }
}

impl fmt::Display for QueryTotals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Perplexity including OOVs:\t{}", self.perplexity())?;
        writeln!(f, "Perplexity excluding OOVs:\t{}", self.perplexity_without_oov())?;
        writeln!(f, "OOVs:\t{}", self.oov)?;
        writeln!(f, "Tokens:\t{}", self.tokens)
    }
}

/// Scores sentence after sentence and sums up, as `query` does; but a last line without its LF is
/// one like any other, where `query` leaves its probability out.
///
/// ```
/// # use genai_lm::ngram::{NgramModel, Query, TrainOptions, Trainer};
/// # let mut trainer = Trainer::new(TrainOptions { order: 2, ..TrainOptions::default() })?;
/// # trainer.add_line(b"a rose is a rose")?;
/// # let model = NgramModel::new(&trainer.finish()?.entries)?;
/// let mut query = Query::new(&model);
/// for line in ["a rose", "a rose is"] {
///     query.add(line.as_bytes());
/// }
/// assert_eq!((query.totals().sentences, query.totals().tokens), (2, 7));
/// # Ok::<(), genai_lm::ngram::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Query<'m> {
    model: &'m NgramModel,
    sentence_context: bool,
    totals: QueryTotals,
    /// The words of a line, after `<s>` if it is one's; memory that is used again.
    ids: Vec<WordId>,
}

impl<'m> Query<'m> {
    /// A query without sentences.
    pub fn new(model: &'m NgramModel) -> Self {
        Self { model, sentence_context: true, totals: QueryTotals::default(), ids: Vec::new() }
    }

    /// Whether sentences begin after `<s>` and end with `</s>`, the default; without, as for `query -n`, they are
    /// words anywhere.
    #[must_use]
    pub fn with_sentence_context(mut self, sentence_context: bool) -> Self {
        self.sentence_context = sentence_context;
        self
    }

    /// Scores a line, whose words are separated by ASCII white space, and adds it to the totals.
    pub fn line<'t>(&mut self, line: &'t [u8]) -> ScoredSentence<'t> {
        self.look_up(line);
        let texts = words(line, separates_in_queries).chain([&b"</s>"[..]]);
        let mut sentence = ScoredSentence::default();
        (sentence.log10_prob, sentence.oov) = self.score(|id, score| {
            let (ngram_length, log10_prob) = (score.ngram_length, score.log10_prob);
            let is_unknown = id == UNKNOWN;
            sentence.words.push(ScoredWord { text: b"", id, is_unknown, ngram_length, log10_prob });
        });
        for (word, text) in sentence.words.iter_mut().zip(texts) {
            word.text = text;
        }
        sentence
    }

    /// Adds a line to the totals, without a list of its words: the logarithm to base 10 of its probability.
    pub fn add(&mut self, line: &[u8]) -> f32 {
        self.look_up(line);
        self.score(|_, _| {}).0
    }

    /// The sums so far.
    pub fn totals(&self) -> QueryTotals {
        self.totals
    }

    /// Looks up all words before any is scored: no search waits for another, so a processor does several at once.
    fn look_up(&mut self, line: &[u8]) {
        self.ids.clear();
        if self.sentence_context {
            self.ids.push(BEGIN);
        }
        for word in words(line, separates_in_queries) {
            self.ids.push(self.model.id(word).unwrap_or(UNKNOWN));
        }
        if self.sentence_context {
            self.ids.push(END);
        }
    }

    #[inline]
    fn score(&mut self, mut each: impl FnMut(WordId, WordScore)) -> (f32, u64) {
        let model = self.model;
        let mut state =
            if self.sentence_context { model.begin_sentence() } else { model.no_context() };
        let (mut total, mut oov) = (0.0, 0);
        let first = usize::from(self.sentence_context);
        for start in (first..self.ids.len()).step_by(BLOCK) {
            let end = self.ids.len().min(start + BLOCK);
            for index in start..end {
                model.peek(&self.ids[..index], self.ids[index]);
            }
            for &id in &self.ids[start..end] {
                let score = model.advance(&mut state, id);
                total += score.log10_prob;
                if id == UNKNOWN {
                    oov += 1;
                    self.totals.log10_prob_of_oov += f64::from(score.log10_prob);
                }
                each(id, score);
            }
        }
        self.totals.sentences += 1;
        self.totals.tokens += (self.ids.len() - first) as u64;
        self.totals.oov += oov;
        self.totals.log10_prob += f64::from(total);
        (total, oov)
    }
}
