//! Text-generation metrics whose numbers are those of their reference implementations, bit for
//! bit: text in, numbers out. This crate reads no file, starts no thread and prints nothing.
//!
//! # How it works
//! Every metric is `score(Σ measure(segment))`: [`Metric::measure`] boils a segment down to a row
//! of sufficient statistics, rows are summed, and [`Metric::score`] makes a [`Score`] of any sum.
//! A [`Tokenizer`] cuts the texts, a [`Measurer`] does so once for all metrics that want the same
//! cut, and an [`Evaluator`] runs one metric over a stream. [`metrics::METRICS`] lists them all.
//!
//! # Example
//! ```
//! use genai_metrics::{Bleu, Evaluate};
//! let hypotheses = ["The dog bit the man.", "It was not unexpected."];
//! let references = ["The dog bit the man.", "It was not surprising."];
//! let score = Bleu::default().pairs(hypotheses.into_iter().zip(references))?;
//! assert_eq!(format!("{:.2}", score.value), "74.19");
//! # Ok::<(), genai_metrics::Error>(())
//! ```

pub mod agreement;
pub mod bootstrap;
mod error;
mod evaluator;
mod exact;
mod fingerprint;
pub mod kernel;
mod language_model;
mod measurer;
mod metric;
pub mod metrics;
mod options;
pub mod resample;
mod score;
mod segment;
mod spec;
mod table;
pub mod text;

pub use bootstrap::{Bootstrap, Interval};
pub use error::{Error, ErrorKind};
pub use evaluator::{Evaluate, Evaluator};
pub use exact::ExactSum;
pub use kernel::PerOrder;
pub use language_model::{LanguageModel, ScoredText, ScoredToken, Stated, TextScorer, TokenClass};
pub use measurer::{Measurer, Prepared};
pub use metric::{Metric, Row, Scorer, Worker};
pub use metrics::{Bleu, BleuStats, Smoothing};
pub use metrics::{Chrf, ChrfStats, OrderCounts};
pub use metrics::{EditSimilarity, EditSimilarityStats};
pub use metrics::{ErrorRate, ErrorRateStats, RateKind};
pub use metrics::{ExactMatch, ExactMatchStats, SquadVersion, TokenF1, TokenF1Stats};
pub use metrics::{
    LengthLimit, MultiReference, Rouge, Rouge155, RougeStats, RougeType, StemExceptions, StopWords,
};
pub use metrics::{OnInfinite, Perplexity, PerplexityConvention, PerplexityStats, Recorder};
pub use metrics::{Ter, TerStats};
pub use options::{Level, OptionKind, OptionSpec, Options};
pub use score::{Part, Score};
pub use segment::{References, Segment, Text};
pub use spec::{Direction, Signature, Spec};
pub use table::{Table, add_row};
pub use text::{Tokenizer, Tokens};

/// The README's Rust examples, compiled and run.
#[doc = include_str!("../../../README.md")]
#[cfg(doctest)]
struct Readme;
