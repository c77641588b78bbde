//! What a reader is told where a record can be taken in several ways.

use std::fmt;
use std::str::FromStr;

use genai_metrics::Error;

use super::fault::{Fault, Result};
use super::json::{Cursor, Kind, parse, shortened};

/// How records are read. What is counted of what was read (tokens of the prompt, special ones,
/// probabilities of 0) is for the metric to say, by the tokens' classes.
///
/// ```
/// use genai_lm::logprobs::{Part, Rules};
/// let rules = Rules { part: Part::Prompt, ..Rules::default() };
/// assert_eq!(rules.choice, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Which part of a record is the text.
    pub part: Part,
    /// Which of several answers in a record is taken, from 0. If none is said there has to be exactly one.
    pub choice: Option<usize>,
    /// What the logarithms of plain lists are to; the other layouts have natural ones.
    pub log_base: LogBase,
    /// What to do with probabilities as the sampler left them, which llama.cpp can give.
    pub post_sampling: PostSampling,
}

/// Which part of a record is the text that is evaluated, where there is a prompt and a completion.
///
/// ```
/// use genai_lm::logprobs::Part;
/// let part: Part = "completion".parse()?;
/// assert_eq!((part, part.to_string()), (Part::Completion, "completion".to_owned()));
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Part {
    /// The completion if the record has log-probabilities of it, with those of the prompt as a
    /// [`Prompt`](genai_metrics::TokenClass::Prompt) before it; else the prompt. A single token after a
    /// prompt with log-probabilities is an error: many servers cannot generate none, so that it may
    /// be meant or not.
    #[default]
    Auto,
    /// The completion; the prompt's tokens are marked as such.
    Completion,
    /// The prompt; what was generated after it is left out.
    Prompt,
    /// Both, as one text.
    Both,
}

impl Part {
    const NAMES: &[&str] = &["auto", "completion", "prompt", "both"];

    /// Every part.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Completion, Self::Prompt, Self::Both];
}

/// What logarithms are to.
///
/// ```
/// use genai_lm::logprobs::LogBase;
/// assert_eq!("10".parse::<LogBase>()?, LogBase::Ten);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LogBase {
    /// e, as neural models have them.
    #[default]
    E,
    /// 2, as NLTK has them.
    Two,
    /// 10, as `KenLM` and SRILM have them.
    Ten,
}

impl LogBase {
    const NAMES: &[&str] = &["e", "2", "10"];

    /// Every base.
    pub const ALL: [Self; 3] = [Self::E, Self::Two, Self::Ten];
}

/// What to do with probabilities as the sampler left them: after temperature and cut-offs, so that they
/// say how sure the sampler was rather than how likely the model holds the text to be.
///
/// ```
/// use genai_lm::logprobs::PostSampling;
/// assert_eq!(PostSampling::default(), PostSampling::Refuse);
/// assert_eq!("accept".parse::<PostSampling>()?, PostSampling::Accept);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PostSampling {
    /// They are an error.
    #[default]
    Refuse,
    /// Their logarithms are taken; the signature says so.
    Accept,
}

/// `FromStr` and `Display` by a list of names that is in the order of the values.
macro_rules! named {
    ($($type:ty, $what:literal;)*) => {$(
        impl FromStr for $type {
            type Err = Error;

            fn from_str(name: &str) -> std::result::Result<Self, Error> {
                let index = Self::NAMES.iter().position(|&known| known == name);
                index.map(|index| Self::ALL[index]).ok_or_else(|| {
                    let known = Self::NAMES.join(", ");
                    Error::not_scored(format!(concat!("unknown ", $what, " '{}'"), name), format!("one of {known}"))
                })
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Self::NAMES[*self as usize])
            }
        }
    )*};
}

impl PostSampling {
    const NAMES: &[&str] = &["refuse", "accept"];

    /// Both.
    pub const ALL: [Self; 2] = [Self::Refuse, Self::Accept];
}

named! {
    PostSampling, "way with probabilities after sampling";
    Part, "part";
    LogBase, "base of logarithms";
}

/// What a log-probability may be.
pub(super) const LOG_PROBABILITY: &str = "the logarithm of a probability: 0 or less";

/// What stands for the logarithm of 0 where a format has no infinity: what OpenAI documents, and vLLM cuts off at.
const SENTINEL: f64 = -9999.0;

/// How far above 0 a logarithm may be by rounding.
const ROUNDING: f64 = 1e-6;

/// How numbers become natural logarithms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    base: LogBase,
    sentinels: bool,
}

impl Scale {
    pub(super) fn new(base: LogBase, sentinels: bool) -> Self {
        Self { base, sentinels }
    }

    /// The natural logarithm that `value` stands for.
    pub(super) fn natural(self, value: f64) -> Result<f64> {
        // The lowest number of f32 is what llama.cpp writes for the logarithm of 0.
        if self.sentinels && (value.to_bits() == SENTINEL.to_bits() || value <= f64::from(f32::MIN))
        {
            return Ok(f64::NEG_INFINITY);
        }
        let natural = match self.base {
            LogBase::E => value,
            LogBase::Two => value * std::f64::consts::LN_2,
            LogBase::Ten => value * std::f64::consts::LN_10,
        };
        if natural > ROUNDING || natural.is_nan() {
            return Err(Fault::new(format!("is {}", spelled(value)), LOG_PROBABILITY));
        }
        Ok(if natural > 0.0 { 0.0 } else { natural })
    }

    /// A log-probability; none for null.
    pub(super) fn log_prob(self, cursor: &mut Cursor<'_>) -> Result<Option<f64>> {
        match cursor.kind()? {
            Kind::Number => {
                cursor.number(LOG_PROBABILITY).and_then(|value| self.natural(value)).map(Some)
            }
            Kind::Null => cursor.null().map(|_| None),
            Kind::String => {
                let text = cursor.string()?;
                if is_minus_infinity(&text) {
                    return Ok(Some(f64::NEG_INFINITY));
                }
                Err(Fault::new(format!("is the text {:?}", shortened(&text)), LOG_PROBABILITY))
            }
            _ => Err(cursor.unexpected(LOG_PROBABILITY)),
        }
    }

    /// A number or the text of one.
    pub(super) fn of_text(self, text: &str) -> Result<f64> {
        if is_minus_infinity(text) {
            return Ok(f64::NEG_INFINITY);
        }
        match parse(text) {
            Some(value) => self.natural(value),
            None => Err(Fault::new(format!("is the text {:?}", shortened(text)), LOG_PROBABILITY)),
        }
    }
}

fn is_minus_infinity(text: &str) -> bool {
    matches!(text, "-inf" | "-Infinity" | "-Inf" | "-INF")
}

/// As people write it: `{}` would give 300 zeros.
fn spelled(value: f64) -> String {
    if value.abs() < 1e-5 || value.abs() > 1e16 { format!("{value:e}") } else { value.to_string() }
}
