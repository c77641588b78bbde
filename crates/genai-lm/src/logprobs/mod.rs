//! Records of log-probabilities that other programs wrote.
//!
//! A record is a line of JSON Lines, an element of a saved list, or a line of numbers: [`Splitter`] hands them
//! out with their line. [`Layout::detect`] tells by the first one's keys who wrote it, and [`Records`] reads it
//! as a [`genai_metrics::LanguageModel`] whose texts are records. [`write_record`] writes what a model said so
//! that it can be read again.
//!
//! What a record may hold is the same in all layouts. A first token may have no log-probability, any other
//! must: a null in the middle, NaN, and a logarithm above 0 (by more than a rounding of 1e-6) are errors with
//! the place in the record. Minus infinity stays what it is; what to do with it is the metric's to say. A
//! record without log-probabilities is an error, never a text that is certain.
//!
//! ```
//! use genai_lm::logprobs::{Layout, Records, Rules, Splitter};
//! use genai_metrics::{LanguageModel, ScoredText};
//!
//! let file: &[u8] = b"{\"text\": \"a b\", \"logprobs\": [-1.5, -2.5]}\n{\"text\": \"c\", \"logprobs\": [-0.5]}\n";
//! let mut splitter = Splitter::new(file);
//! let mut record = Vec::new();
//! let mut sum = 0.0;
//! let mut records = None;
//! while splitter.next_record(&mut record)?.is_some() {
//!     let text = str::from_utf8(&record)?;
//!     if records.is_none() {
//!         records = Some(Records::new(Layout::detect(text)?, Rules::default())?);
//!     }
//!     let mut scored = ScoredText::default();
//!     records.as_ref().unwrap().scorer().score(text, &mut scored)?;
//!     sum += scored.tokens.iter().filter_map(|token| token.log_prob).sum::<f64>();
//!     record.clear();
//! }
//! assert_eq!(sum, -4.5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod fault;
mod json;
mod layout;
mod layouts;
mod lists;
mod model;
mod outline;
mod rules;
mod splitter;
mod tokens;
mod write;

pub use layout::Layout;
pub use model::Records;
pub use rules::{LogBase, Part, PostSampling, Rules};
pub use splitter::{Place, SplitError, Splitter};
pub use write::write_record;
