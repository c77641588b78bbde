//! Modified interpolated Kneser-Ney models over n-grams, as `KenLM` trains, stores and queries them.
//!
//! # How it works
//! A [`Trainer`] takes sentences, counts their n-grams within a limit of memory, and gives the
//! [`Entries`] of a model: every n-gram with the logarithm of its probability and of its backoff
//! weight. Entries are written to and read from the ARPA format. An [`NgramModel`] is made of them for
//! queries; it has a binary form that is mapped into memory. A [`Query`] scores sentences as `query` does, and an
//! [`NgramScorer`] is a [`genai_metrics::LanguageModel`] over words, characters or any other [`Units`].
//!
//! # The definition
//! The adjusted count `a(g)` of an n-gram is how often it occurs if it has the model's order or
//! starts with `<s>`, else how many different words precede it. For each order, with `n_j` n-grams
//! of adjusted count `j` and `Y = n_1 / (n_1 + 2 n_2)`, the discounts are
//! `D_j = j - (j + 1) Y n_{j+1} / n_j` for 1, 2, and 3 or more. Then
//! `p(w | h) = (a(hw) - D) / S(h) + γ(h) p(w | h')`, where `S(h)` sums the adjusted counts of all
//! n-grams with the context `h`, `h'` is `h` without its first word, and `γ(h)` is what the discounts
//! took. Below unigrams every word is equally likely, `<unk>` among them. After Chen and Goodman
//! (1999), and Heafield et al. (2013) for the way it is computed.

mod arpa;
mod entries;
mod error;
mod hash;
mod limits;
mod model;
mod query;
mod scorer;
mod train;
mod units;
mod vocabulary;
mod words;

pub use entries::{Entries, Entry};
pub use error::{Error, ErrorKind};
pub use model::{NgramModel, State, WordScore};
pub use query::{Query, QueryTotals, ScoredSentence, ScoredWord};
pub use scorer::NgramScorer;
pub use train::{
    Discounts, OrderReport, SpecialWords, TrainOptions, TrainReport, Trained, Trainer,
};
pub use units::{Characters, Units, Words, unit_name};
pub use vocabulary::{Vocabulary, WordId};
