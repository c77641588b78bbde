//! Language models that say how likely a text is.
//!
//! - [`ngram`]: modified interpolated Kneser-Ney models, trained, stored and queried as `KenLM` does.
//! - [`logprobs`]: records of log-probabilities that other programs wrote.
//! - `neural`, with the feature of that name: models of Hugging Face's format on the processor.
//!
//! All are a [`genai_metrics::LanguageModel`]; the metric `perplexity` counts what they give.

pub mod logprobs;
mod mapping;
#[cfg(feature = "neural")]
pub mod neural;
pub mod ngram;
