//! What a language model says of a text: a probability for each of its tokens.

use std::fmt::Debug;
use std::ops::Range;

use crate::error::Error;
use crate::spec::Signature;

/// Anything that gives the tokens of a text probabilities: an n-gram model, a neural one, or
/// records of what another program's model gave.
///
/// ```
/// use genai_metrics::{Error, LanguageModel, ScoredText, ScoredToken, Signature, TextScorer, TokenClass};
///
/// /// Every byte is as likely as any other.
/// #[derive(Debug)]
/// struct Uniform;
///
/// impl LanguageModel for Uniform {
///     fn signature(&self) -> Signature {
///         let mut signature = Signature::default();
///         signature.push("model", "uniform");
///         signature
///     }
///     fn scorer(&self) -> Box<dyn TextScorer + '_> {
///         Box::new(Uniform)
///     }
/// }
///
/// impl TextScorer for Uniform {
///     fn score(&mut self, text: &str, scored: &mut ScoredText) -> Result<(), Error> {
///         scored.clear();
///         scored.text.extend_from_slice(text.as_bytes());
///         let token = |at| ScoredToken::new(-(256_f64.ln()), at..at + 1, TokenClass::Text);
///         scored.tokens.extend((0..text.len()).map(token));
///         Ok(())
///     }
/// }
///
/// let mut scored = ScoredText::default();
/// Uniform.scorer().score("abc", &mut scored)?;
/// assert_eq!(scored.tokens.len(), 3);
/// # Ok::<(), Error>(())
/// ```
pub trait LanguageModel: Debug + Send + Sync {
    /// What the model is and by which conventions it scores, as far as that changes a number.
    fn signature(&self) -> Signature;

    /// One thread's state.
    fn scorer(&self) -> Box<dyn TextScorer + '_>;
}

/// One thread's part of a [`LanguageModel`].
pub trait TextScorer: Send {
    /// Overwrites `scored` with what the model says of `text`: a text, or, if the model is a file of
    /// records, one record.
    ///
    /// # Errors
    /// What is wrong with the text or the record; whoever knows its place adds that.
    fn score(&mut self, text: &str, scored: &mut ScoredText) -> Result<(), Error>;
}

/// A text with its tokens and their probabilities; memory that is used again from text to text.
///
/// ```
/// use genai_metrics::{ScoredText, ScoredToken, TokenClass};
/// let mut scored = ScoredText { text: b"a b".to_vec(), ..ScoredText::default() };
/// scored.tokens.push(ScoredToken::new(-1.5, 0..1, TokenClass::Text));
/// scored.tokens.push(ScoredToken::new(-2.5, 1..3, TokenClass::Text));
/// assert_eq!(scored.token_text(1), b" b");
/// ```
#[derive(Clone, Debug, Default)]
pub struct ScoredText {
    /// The bytes that the tokens cover. Empty if a record does not have them.
    pub text: Vec<u8>,
    /// In order. Those without a probability are here too, as far as they are known.
    pub tokens: Vec<ScoredToken>,
    /// What a record states of itself where it has no tokens.
    pub stated: Stated,
}

impl ScoredText {
    /// Makes room for another text.
    pub fn clear(&mut self) {
        self.text.clear();
        self.tokens.clear();
        self.stated = Stated::default();
    }

    /// The bytes of a token; they need not be whole characters.
    ///
    /// # Panics
    /// If there is no such token, or its place is not within the text.
    pub fn token_text(&self, index: usize) -> &[u8] {
        &self.text[self.tokens[index].bytes.clone()]
    }
}

/// A token as a model scored it.
///
/// ```
/// use genai_metrics::{ScoredToken, TokenClass};
/// let token = ScoredToken { is_unknown: true, ..ScoredToken::new(-9.5, 0..4, TokenClass::Text) };
/// assert_eq!(token.log_prob, Some(-9.5));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ScoredToken {
    /// The natural logarithm of its probability given what precedes it: 0 or less, minus infinity for a
    /// probability of 0, never NaN. None if it was not scored, as the first token of most models.
    pub log_prob: Option<f64>,
    /// Where its bytes are in the text; empty for a token that adds none.
    pub bytes: Range<usize>,
    /// What it is.
    pub class: TokenClass,
    /// Whether the model does not know it and scored a stand-in, as `<unk>`.
    pub is_unknown: bool,
}

impl ScoredToken {
    /// A token that the model knows.
    pub fn new(log_prob: f64, bytes: Range<usize>, class: TokenClass) -> Self {
        Self { log_prob: Some(log_prob), bytes, class, is_unknown: false }
    }
}

/// What a token is in its text. Which classes count is for the metric to say.
///
/// ```
/// use genai_metrics::TokenClass;
/// assert_ne!(TokenClass::Text, TokenClass::Prompt);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenClass {
    /// A part of the text that is evaluated.
    Text,
    /// A part of what was given before it.
    Prompt,
    /// A token that stands for no text, as a marker of turns in a chat.
    Special,
    /// The end of the text, as `</s>`.
    End,
}

/// Totals as a record states them, for records that have no tokens. What is stated is taken in
/// place of what would be counted.
///
/// ```
/// use genai_metrics::Stated;
/// let stated = Stated { log_prob: Some(-2374.81), words: Some(812), ..Stated::default() };
/// assert_eq!(stated.bytes, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stated {
    /// The natural logarithm of the probability of the whole text.
    pub log_prob: Option<f64>,
    /// How many tokens it is of.
    pub tokens: Option<u64>,
    /// How many words.
    pub words: Option<u64>,
    /// How many bytes of UTF-8.
    pub bytes: Option<u64>,
    /// How many characters.
    pub characters: Option<u64>,
}
