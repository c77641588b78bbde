//! What a trainer can be told.

use std::path::PathBuf;

use super::super::error::Error;
use super::super::limits::MAX_ORDER;
use super::discounts::Discounts;

/// Fewer words than this are not worth a file.
pub(super) const SMALLEST_RUN: usize = 256;

/// How a model is trained.
///
/// ```
/// use genai_lm::ngram::TrainOptions;
/// // lmplz -o 4 --prune 0 0 1
/// let options = TrainOptions { order: 4, prune: vec![0, 0, 1], ..TrainOptions::default() };
/// assert!(options.interpolate_unigrams);
/// ```
#[derive(Clone, Debug)]
pub struct TrainOptions {
    /// The length of the longest n-grams, 1 to 8; 5 by default.
    pub order: usize,
    /// For each order a count: n-grams that occur no more often are left out. Never decreasing; the
    /// last one stands for all higher orders. Empty, the default, for all n-grams. What is compared
    /// is how often an n-gram occurs, not its adjusted count.
    pub prune: Vec<u64>,
    /// The vocabulary's size where it is larger than that of the text, as with `lmplz --vocab_pad`;
    /// 0 by default.
    pub vocabulary_size: u64,
    /// Whether unigrams are interpolated with a uniform distribution, the default; else `<unk>` gets
    /// all that their discounts take.
    pub interpolate_unigrams: bool,
    /// The discounts of an order for which the text does not determine them; 0.5, 1 and 1.5 by
    /// default. With none it is an error, as for `lmplz` without `--discount_fallback`.
    pub fallback: Option<Discounts>,
    /// What is done about `<s>`, `</s>` and `<unk>` in the text.
    pub special_words: SpecialWords,
    /// How many bytes of memory counting may take, vocabulary included; 1 GiB by default. Beyond it
    /// sorted runs are kept in temporary files. The model itself has to fit besides.
    pub memory: usize,
    /// Where the temporary files are made; the system's folder for such files by default.
    pub temporary_folder: Option<PathBuf>,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            order: 5,
            prune: Vec::new(),
            vocabulary_size: 0,
            interpolate_unigrams: true,
            fallback: Some(Discounts::FALLBACK),
            special_words: SpecialWords::Refuse,
            memory: 1 << 30,
            temporary_folder: None,
        }
    }
}

impl TrainOptions {
    pub(super) fn check(&self) -> Result<(), Error> {
        if !(1..=MAX_ORDER).contains(&self.order) {
            return Err(Error::option("order", self.order.to_string(), "1 to 8"));
        }
        if self.prune.len() > self.order {
            return Err(Error::option(
                "prune",
                format!("{:?}", self.prune),
                "a threshold an order at most",
            ));
        }
        if !self.prune.is_sorted() {
            return Err(Error::option(
                "prune",
                format!("{:?}", self.prune),
                "thresholds that never decrease",
            ));
        }
        if self.vocabulary_size > 0 && !self.interpolate_unigrams {
            return Err(Error::option(
                "vocabulary_size",
                self.vocabulary_size.to_string(),
                "0 where unigrams are not interpolated",
            ));
        }
        self.fallback.map_or(Ok(()), Discounts::check)
    }

    /// A threshold for each order.
    pub(super) fn thresholds(&self) -> Vec<u64> {
        let last = self.prune.last().copied().unwrap_or(0);
        self.prune.iter().copied().chain(std::iter::repeat(last)).take(self.order).collect()
    }
}

/// What is done about `<s>`, `</s>` and `<unk>` in a training text.
///
/// ```
/// use genai_lm::ngram::{SpecialWords, TrainOptions, Trainer};
/// let mut trainer = Trainer::new(TrainOptions::default())?;
/// assert!(trainer.add_line(b"an <unk> word").is_err());
/// let options = TrainOptions { special_words: SpecialWords::Skip, ..TrainOptions::default() };
/// Trainer::new(options)?.add_line(b"an <unk> word")?;
/// # Ok::<(), genai_lm::ngram::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpecialWords {
    /// They are an error.
    #[default]
    Refuse,
    /// They are white space, as for `lmplz --skip_symbols`.
    Skip,
}
