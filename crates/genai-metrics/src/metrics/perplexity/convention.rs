//! Whose number a perplexity is, and what becomes of probabilities of 0.

use std::fmt;

use super::stats::PerplexityStats;
use crate::error::{Error, ErrorKind};

/// Which tokens a perplexity is over, divided by what, and how texts are pooled.
///
/// ```
/// use genai_metrics::PerplexityConvention;
/// assert_eq!(PerplexityConvention::named("kenlm"), Some(PerplexityConvention::Kenlm));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Convention {
    /// `exp(-Σ ln p / tokens)` over all texts.
    #[default]
    Corpus,
    /// Hugging Face evaluate: the mean of the texts' perplexities.
    HfEvaluate,
    /// lm-evaluation-harness: `word_perplexity`, by pieces between white space as `re.split` counts.
    LmEval,
    /// llama.cpp's `perplexity`: as [`Convention::Corpus`]; windows are the model's matter.
    LlamaCpp,
    /// `KenLM`'s `query`: "including OOVs", sentence ends counted as tokens.
    Kenlm,
    /// SRILM's `ppl`: without words that are unknown or have probability 0.
    Srilm,
}

impl Convention {
    /// The names of all but [`Convention::Corpus`].
    pub const NAMES: &'static [&'static str] =
        &["hf-evaluate", "lm-eval", "llama.cpp", "kenlm", "srilm"];

    /// The convention of that name.
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::HfEvaluate, Self::LmEval, Self::LlamaCpp, Self::Kenlm, Self::Srilm];
        Self::NAMES.iter().zip(all).find(|(known, _)| **known == name).map(|(_, known)| known)
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Corpus | Self::LlamaCpp | Self::Kenlm | Self::Srilm => "Perplexity",
            Self::HfEvaluate => "Mean perplexity",
            Self::LmEval => "Word perplexity",
        }
    }

    /// For signatures.
    pub(super) fn pooling(self) -> &'static str {
        match self {
            Self::Corpus => "tokens",
            Self::HfEvaluate => "hf-evaluate",
            Self::LmEval => "lm-eval",
            Self::LlamaCpp => "llama.cpp",
            Self::Kenlm => "kenlm",
            Self::Srilm => "srilm",
        }
    }

    pub(super) fn value(self, stats: &PerplexityStats, on_infinite: OnInfinite) -> f64 {
        if on_infinite == OnInfinite::Keep && stats.infinite > 0.0 && self != Self::Srilm {
            return f64::INFINITY;
        }
        let value = match self {
            Self::Corpus | Self::LlamaCpp | Self::Kenlm => stats.per(stats.tokens),
            Self::HfEvaluate => stats.mean_of_texts(),
            Self::LmEval => stats.per(stats.split_words),
            Self::Srilm => stats.without_unknown(),
        };
        // Nothing was scored: then nothing was surprising.
        value.unwrap_or(1.0)
    }
}

/// What is done about tokens whose probability is 0.
///
/// ```
/// use genai_metrics::OnInfinite;
/// assert_eq!(OnInfinite::named("floor=-20")?, OnInfinite::Floor(-20.0));
/// assert_eq!(OnInfinite::Keep.to_string(), "keep");
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OnInfinite {
    /// The text cannot be scored.
    Error,
    /// The perplexity is infinite.
    Keep,
    /// They don't count, neither does their text.
    Skip,
    /// This is taken for their log-probability.
    Floor(f64),
}

impl OnInfinite {
    /// The rule of that name: `error`, `keep`, `skip` or `floor=X`.
    ///
    /// # Errors
    /// [`ErrorKind::BadValue`].
    pub fn named(name: &str) -> Result<Self, Error> {
        let floor = |number: &str| {
            number.parse().ok().filter(|floor: &f64| *floor <= 0.0 && floor.is_finite())
        };
        match (name, name.strip_prefix("floor=").and_then(floor)) {
            ("error", _) => Ok(Self::Error),
            ("keep", _) => Ok(Self::Keep),
            ("skip", _) => Ok(Self::Skip),
            (_, Some(floor)) => Ok(Self::Floor(floor)),
            _ => Err(Error::new(ErrorKind::BadValue {
                option: "on-inf",
                value: name.to_owned(),
                expected: "error, keep, skip, or floor=X with a number X up to 0".to_owned(),
            })),
        }
    }
}

impl fmt::Display for OnInfinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error => f.write_str("error"),
            Self::Keep => f.write_str("keep"),
            Self::Skip => f.write_str("skip"),
            Self::Floor(floor) => write!(f, "floor={floor}"),
        }
    }
}
