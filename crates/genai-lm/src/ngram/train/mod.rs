//! From sentences to a model.

mod counts;
mod discounts;
mod estimate;
mod options;
mod runs;

use std::io::BufRead;

use super::entries::Entries;
use super::error::{Error, ErrorKind};
use super::limits::MAX_ORDER;
use super::units::Units;
use super::vocabulary::{BEGIN, END, Vocabulary, WordId};
use super::words::{separates_in_training, words};
use runs::Runs;

pub use discounts::Discounts;
pub use options::{SpecialWords, TrainOptions};

/// What a training text had and what became of it.
///
/// ```
/// use genai_lm::ngram::{TrainOptions, Trainer};
/// let mut trainer = Trainer::new(TrainOptions { order: 2, ..TrainOptions::default() })?;
/// trainer.add_line(b"a rose is a rose")?;
/// let report = trainer.finish()?.report;
/// assert_eq!((report.sentences, report.tokens, report.types), (1, 5, 6));
/// // `rose` and `a` come twice, but after one and two words.
/// assert_eq!(report.orders[1].ngrams, 5);
/// assert!(report.orders[0].fallback.is_some());
/// # Ok::<(), genai_lm::ngram::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TrainReport {
    /// How many sentences there were, empty ones too.
    pub sentences: u64,
    /// How many words, without `<s>` and `</s>`.
    pub tokens: u64,
    /// How many different words, with `<unk>`, `<s>` and `</s>`.
    pub types: u64,
    /// How many sorted runs were written to temporary files; 0 if everything fitted in memory.
    pub runs: usize,
    /// By order, from unigrams on.
    pub orders: Vec<OrderReport>,
}

/// What a [`TrainReport`] says of one order.
///
/// ```
/// # use genai_lm::ngram::{TrainOptions, Trainer};
/// # let mut trainer = Trainer::new(TrainOptions { order: 1, ..TrainOptions::default() })?;
/// # trainer.add_line(b"a b c d a b c a b a")?;
/// let order = &trainer.finish()?.report.orders[0];
/// // a, b, c, d, </s>, and the two that are not in the text.
/// assert_eq!((order.ngrams, order.kept), (7, 7));
/// # Ok::<(), genai_lm::ngram::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OrderReport {
    /// How many different n-grams there were.
    pub ngrams: u64,
    /// How many of them the model has.
    pub kept: u64,
    /// What is taken from their counts.
    pub discounts: Discounts,
    /// Why the discounts are not those of the text, if they are not.
    pub fallback: Option<String>,
}

/// What training gives.
///
/// ```
/// # use genai_lm::ngram::{TrainOptions, Trainer};
/// # let mut trainer = Trainer::new(TrainOptions { order: 2, ..TrainOptions::default() })?;
/// # trainer.add_line(b"to be or not to be")?;
/// let trained = trainer.finish()?;
/// assert_eq!(trained.entries.counts(), [7, 6]);
/// assert_eq!(trained.report.tokens, 6);
/// # Ok::<(), genai_lm::ngram::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Trained {
    /// The model.
    pub entries: Entries,
    /// What the text had.
    pub report: TrainReport,
}

/// Trains a model on sentences, as `lmplz` does.
///
/// The result is the same to the bit with any limit of memory and any number of threads. After an
/// error a trainer is to be dropped.
///
/// ```
/// use genai_lm::ngram::{TrainOptions, Trainer};
/// let mut trainer = Trainer::new(TrainOptions { order: 2, ..TrainOptions::default() })?;
/// trainer.add_line(b"the cat sat on the mat")?;
/// trainer.add_sentence(["the", "dog", "sat"])?;
/// let trained = trainer.finish()?;
/// let mut arpa = Vec::new();
/// trained.entries.write_arpa(&mut arpa, "model.arpa")?;
/// assert!(arpa.starts_with(b"\\data\\\nngram 1=9\n"));
/// # Ok::<(), genai_lm::ngram::Error>(())
/// ```
#[derive(Debug)]
pub struct Trainer {
    options: TrainOptions,
    vocabulary: Vocabulary,
    /// Sentences after one another, each with as many `<s>` before it as an n-gram can see.
    buffer: Vec<WordId>,
    runs: Runs,
    sentences: u64,
    tokens: u64,
}

impl Trainer {
    /// A trainer without text.
    ///
    /// # Errors
    /// If an option is out of its range.
    pub fn new(options: TrainOptions) -> Result<Self, Error> {
        options.check()?;
        let runs = Runs::new(options.order, options.temporary_folder.clone());
        let vocabulary = Vocabulary::new();
        Ok(Self { options, vocabulary, buffer: Vec::new(), runs, sentences: 0, tokens: 0 })
    }

    /// Adds a sentence: a line of text without its end. Words are separated by what separates them for
    /// `lmplz`: space, tab, CR, LF and NUL.
    ///
    /// # Errors
    /// If a word is `<s>`, `</s>` or `<unk>` and such words are not skipped, if there are too many
    /// words, or if a temporary file cannot be written.
    pub fn add_line(&mut self, line: &[u8]) -> Result<(), Error> {
        self.add_sentence(words(line, separates_in_training))
    }

    /// Adds a sentence of any units: words, characters, or pieces of a tokenizer. Empty ones are left
    /// out. A model whose units have white space in them cannot be written as an ARPA file.
    ///
    /// # Errors
    /// As [`Trainer::add_line`].
    pub fn add_sentence<T: AsRef<[u8]>>(
        &mut self,
        units: impl IntoIterator<Item = T>,
    ) -> Result<(), Error> {
        self.sentences += 1;
        self.buffer.extend([BEGIN; MAX_ORDER].iter().take(self.options.order - 1));
        for unit in units {
            let unit = unit.as_ref();
            if unit.is_empty() {
                continue;
            }
            let id = self.vocabulary.insert(unit)?;
            if id <= END {
                match self.options.special_words {
                    SpecialWords::Skip => continue,
                    SpecialWords::Refuse => {
                        let word = String::from_utf8_lossy(unit).into_owned();
                        return Err(
                            ErrorKind::SpecialWord { sentence: self.sentences, word }.into()
                        );
                    }
                }
            }
            self.buffer.push(id);
            self.tokens += 1;
        }
        self.buffer.push(END);
        if self.runs.memory(self.buffer.len(), self.vocabulary.len()) + self.vocabulary.memory()
            > self.options.memory
            && self.buffer.len() >= options::SMALLEST_RUN
        {
            self.runs.spill(&self.buffer, self.vocabulary.len())?;
            self.buffer.clear();
        }
        // Counts and places are 32 bits wide.
        let limit = u64::from(u32::MAX);
        if self.tokens + self.sentences >= limit {
            return Err(ErrorKind::TooMany { what: "words", limit }.into());
        }
        Ok(())
    }

    /// Adds a text as a sentence of these units.
    ///
    /// # Errors
    /// As [`Trainer::add_line`].
    pub fn add_text(&mut self, text: &str, units: &dyn Units) -> Result<(), Error> {
        let mut cut = Vec::new();
        units.cut(text, &mut |unit, _| cut.push(unit.to_owned()));
        self.add_sentence(cut)
    }

    /// Adds every line that a reader gives, also a last one without its LF, which `lmplz` counts
    /// without `</s>`.
    ///
    /// # Errors
    /// As [`Trainer::add_line`], or if reading fails; `name` is what the error calls the reader.
    pub fn add_lines(&mut self, mut reader: impl BufRead, name: &str) -> Result<(), Error> {
        let mut line = Vec::new();
        loop {
            line.clear();
            let length =
                reader.read_until(b'\n', &mut line).map_err(|source| Error::io(name, source))?;
            if length == 0 {
                return Ok(());
            }
            self.add_line(&line)?;
        }
    }

    /// The model of all sentences so far.
    ///
    /// # Errors
    /// If there is no sentence, if discounts cannot be had from the text and there is no fallback, if
    /// a temporary file cannot be read, or if there are too many n-grams.
    pub fn finish(self) -> Result<Trained, Error> {
        let Self { options, vocabulary, buffer, runs, sentences, tokens } = self;
        if sentences == 0 {
            return Err(ErrorKind::NoText.into());
        }
        let number_of_runs = runs.len();
        let counts = runs.count(buffer, vocabulary.len(), &options.thresholds())?;
        let (discounts, problems) = discounts::of_counts(&counts, options.fallback)?;
        let ngrams: Vec<u64> = counts.levels.iter().map(counts::Level::len).collect();
        let types = vocabulary.len() as u64;
        let entries = estimate::entries(counts, &discounts, &options, vocabulary)?;
        let orders = ngrams.into_iter().zip(entries.counts()).zip(discounts).zip(problems);
        let orders = orders
            .map(|(((ngrams, kept), discounts), fallback)| OrderReport {
                ngrams,
                kept,
                discounts,
                fallback,
            })
            .collect();
        let report = TrainReport { sentences, tokens, types, runs: number_of_runs, orders };
        Ok(Trained { entries, report })
    }
}
