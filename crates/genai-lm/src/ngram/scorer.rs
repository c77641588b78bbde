//! An n-gram model as a language model among others.

use std::f64::consts::LN_10;

use genai_metrics::{
    Error, LanguageModel, ScoredText, ScoredToken, Signature, TextScorer, TokenClass,
};

use super::model::NgramModel;
use super::units::Units;
use super::vocabulary::{END, UNKNOWN};

/// A model that scores texts, cut into the units it was trained on. A text is one sentence: it begins after
/// `<s>`, and its end, `</s>`, is scored. Unknown units are scored as `<unk>`.
///
/// ```
/// use genai_lm::ngram::{NgramModel, NgramScorer, TrainOptions, Trainer, Words};
/// use genai_metrics::{LanguageModel, ScoredText, TokenClass};
/// let mut trainer = Trainer::new(TrainOptions { order: 2, ..TrainOptions::default() })?;
/// trainer.add_text("a rose is a rose", &Words)?;
/// let model = NgramModel::new(&trainer.finish()?.entries)?;
/// let scorer = NgramScorer::new(model, Words);
/// let mut scored = ScoredText::default();
/// scorer.scorer().score("a tulip", &mut scored)?;
/// assert_eq!(scored.token_text(1), b"tulip");
/// assert!(scored.tokens[1].is_unknown);
/// assert_eq!(scored.tokens[2].class, TokenClass::End);
/// assert!(scorer.signature().to_string().starts_with("model:ngram|order:2|unit:word|hash:"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct NgramScorer<U> {
    model: NgramModel,
    units: U,
}

impl<U: Units> NgramScorer<U> {
    /// A model with the units of its n-grams.
    pub fn new(model: NgramModel, units: U) -> Self {
        Self { model, units }
    }

    /// The model.
    pub fn model(&self) -> &NgramModel {
        &self.model
    }
}

impl Units for Box<dyn Units> {
    fn name(&self) -> String {
        self.as_ref().name()
    }

    fn cut(&self, text: &str, each: &mut dyn FnMut(&str, std::ops::Range<usize>)) {
        self.as_ref().cut(text, each);
    }
}

impl<U: Units> LanguageModel for NgramScorer<U> {
    fn signature(&self) -> Signature {
        let mut signature = Signature::default();
        signature.push("model", "ngram");
        signature.push("order", self.model.order().to_string());
        signature.push("unit", self.units.name());
        signature.push("hash", self.model.fingerprint());
        signature.push("eos", "yes");
        signature.push("bos", "yes");
        signature
    }

    fn scorer(&self) -> Box<dyn TextScorer + '_> {
        Box::new(Scorer { model: &self.model, units: &self.units })
    }
}

struct Scorer<'m> {
    model: &'m NgramModel,
    units: &'m dyn Units,
}

impl TextScorer for Scorer<'_> {
    fn score(&mut self, text: &str, scored: &mut ScoredText) -> Result<(), Error> {
        scored.clear();
        scored.text.extend_from_slice(text.as_bytes());
        let mut state = self.model.begin_sentence();
        let mut next = |id| {
            let log10_prob = self.model.advance(&mut state, id).log10_prob;
            // Never above 0, whatever a file says.
            (f64::from(log10_prob) * LN_10).min(0.0)
        };
        self.units.cut(text, &mut |unit, place| {
            let id = self.model.id(unit.as_bytes()).unwrap_or(UNKNOWN);
            let token = ScoredToken::new(next(id), place, TokenClass::Text);
            scored.tokens.push(ScoredToken { is_unknown: id == UNKNOWN, ..token });
        });
        let end = text.len()..text.len();
        scored.tokens.push(ScoredToken::new(next(END), end, TokenClass::End));
        Ok(())
    }
}
