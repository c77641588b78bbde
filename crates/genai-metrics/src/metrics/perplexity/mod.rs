//! Perplexity: how well a language model predicts texts.

mod convention;
mod counts;
mod stats;

use std::sync::Arc;

pub use self::convention::{Convention, OnInfinite};
use self::counts::Counter;
pub use self::stats::PerplexityStats;
use super::Entry;
use crate::error::{Error, ErrorKind};
use crate::language_model::{LanguageModel, ScoredText, TextScorer};
use crate::metric::{Row, Scorer, Worker};
use crate::options::{OptionKind, OptionSpec, Options};
use crate::score::{Part, Score};
use crate::segment::{References, Text};
use crate::spec::{Direction, Signature, Spec};

/// How surprising texts are to a language model: `exp(-Σ ln p / tokens)` over all texts, so that a
/// token counts the same in whatever text it stands. From 1 up, lower is better; infinite if a token
/// with probability 0 is kept.
///
/// A text's row has sums and counts; the parts of a score relate them to tokens, words, bytes and
/// characters, so that models with different tokens can be compared by `bits_per_byte`.
///
/// ```
/// use std::sync::Arc;
/// use genai_metrics::{Error, LanguageModel, Measurer, Perplexity, Scorer, ScoredText, ScoredToken};
/// use genai_metrics::{Signature, TextScorer, TokenClass};
///
/// /// Every byte is as likely as any other.
/// #[derive(Debug)]
/// struct Uniform;
/// impl LanguageModel for Uniform {
///     fn signature(&self) -> Signature { Signature::default() }
///     fn scorer(&self) -> Box<dyn TextScorer + '_> { Box::new(Uniform) }
/// }
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
/// let perplexity = Perplexity::new(Arc::new(Uniform));
/// let mut measurer = Measurer::new([&perplexity as &dyn Scorer]);
/// let mut row = vec![0.0; measurer.width()];
/// measurer.prepare(&[])?.measure("how do you do", &mut row)?;
/// assert!((perplexity.score(&row).value - 256.0).abs() < 1e-9);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Perplexity {
    /// What gives the probabilities.
    pub model: Arc<dyn LanguageModel>,
    /// Whether tokens of a prompt count.
    pub prompt: bool,
    /// Whether special tokens count.
    pub special: bool,
    /// What is done about tokens with probability 0.
    pub on_infinite: OnInfinite,
    /// Which tool's number the score is.
    pub convention: Convention,
    /// What is written of each text beside its row, for whoever runs the metric.
    pub recorders: Vec<Recorder>,
}

/// Appends what is to be kept of a text: the record that it was scored from, if it was one, and the
/// tokens.
pub type Recorder = fn(record: &str, scored: &ScoredText, out: &mut Vec<u8>);

impl Perplexity {
    /// Perplexity over all tokens of texts; a token with probability 0 is an error.
    pub fn new(model: Arc<dyn LanguageModel>) -> Self {
        Self {
            model,
            prompt: false,
            special: false,
            on_infinite: OnInfinite::Error,
            convention: Convention::Corpus,
            recorders: Vec::new(),
        }
    }

    /// With options as of [`super::TEXT_METRICS`]' entry.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownName`], [`ErrorKind::BadValue`].
    pub fn with_options(self, options: &Options) -> Result<Self, Error> {
        let include = options.names("include", INCLUDED)?.unwrap_or_default();
        Ok(Self {
            prompt: include.contains(&"prompt"),
            special: include.contains(&"special"),
            on_infinite: options.get("on-inf").map_or(Ok(OnInfinite::Error), OnInfinite::named)?,
            convention: match options.get("compat") {
                None => Convention::Corpus,
                Some(name) => Convention::named(name).ok_or_else(|| {
                    let (name, expected) = (name.to_owned(), Convention::NAMES);
                    Error::new(ErrorKind::UnknownName { what: "convention", name, expected })
                })?,
            },
            ..self
        })
    }
}

const INCLUDED: &[&str] = &["special", "prompt"];

impl Scorer for Perplexity {
    fn spec(&self) -> Spec {
        let Self { model, prompt, special, on_infinite, convention, recorders: _ } = self;
        let mut signature = Signature::default();
        model.signature().pairs().for_each(|(key, value)| signature.push(key, value));
        signature.push(
            "include",
            match (*special, *prompt) {
                (false, false) => "text",
                (true, false) => "text+special",
                (false, true) => "text+prompt",
                (true, true) => "text+special+prompt",
            },
        );
        signature.push("inf", on_infinite.to_string());
        signature.push("pool", convention.pooling());
        Spec {
            name: "perplexity",
            title: convention.title().to_owned(),
            tokenizer: None,
            direction: Direction::Lower,
            scale: 1.0,
            bootstrap: None,
            decimals: 4,
            signature,
        }
    }

    fn columns(&self) -> Vec<String> {
        PerplexityStats::columns()
    }

    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(TextWorker {
            counter: Counter::new(self),
            scorer: self.model.scorer(),
            scored: ScoredText::default(),
            record: String::new(),
        })
    }

    fn number_parts(&self) -> Vec<&'static str> {
        PerplexityStats::with_all_parts().parts().into_iter().map(|(name, _)| name).collect()
    }

    fn needs_references(&self) -> bool {
        false
    }

    fn score(&self, row: &[f64]) -> Score {
        let stats = PerplexityStats::read(row);
        Score { value: self.convention.value(&stats, self.on_infinite), parts: stats.parts() }
    }

    fn remarks(&self, row: &[f64]) -> Vec<String> {
        PerplexityStats::read(row).remarks(self.on_infinite)
    }

    fn describe(&self, score: &Score) -> String {
        describe(score)
    }

    fn text_value(&self, row: &[f64]) -> Option<f64> {
        PerplexityStats::read(row).of_text()
    }

    fn add_text_values(&self, score: &mut Score, values: &mut [f64]) {
        values.sort_unstable_by(f64::total_cmp);
        let middle = values.len() / 2;
        let Some(&upper) = values.get(middle) else { return };
        let median = if values.len() % 2 == 1 { upper } else { values[middle - 1].midpoint(upper) };
        let after = score.parts.iter().position(|(name, _)| *name == "mean_text_perplexity");
        let place = after.map_or(score.parts.len(), |place| place + 1);
        score.parts.insert(place, ("median_text_perplexity", Part::Number(median)));
    }
}

struct TextWorker<'m> {
    counter: Counter<'m>,
    scorer: Box<dyn TextScorer + 'm>,
    scored: ScoredText,
    /// The text at hand, if it is to be recorded.
    record: String,
}

impl Worker for TextWorker<'_> {
    fn prepare(&mut self, _: References<'_>) {}

    fn measure(
        &mut self,
        hypothesis: Text<'_>,
        _: References<'_>,
        row: &mut [f64],
    ) -> Result<(), Error> {
        self.scorer.score(hypothesis.raw, &mut self.scored)?;
        self.counter.count(&self.scored)?.write(row);
        if !self.counter.perplexity.recorders.is_empty() {
            self.record.clear();
            self.record.push_str(hypothesis.raw);
        }
        Ok(())
    }

    fn record(&mut self, recorder: usize, out: &mut Vec<u8>) {
        if let Some(recorder) = self.counter.perplexity.recorders.get(recorder) {
            recorder(&self.record, &self.scored, out);
        }
    }
}

/// What people read behind the score: by unit, by text, and what it rests on.
fn describe(score: &Score) -> String {
    let number = |name: &str| score.part(name).map(|part| part.numbers()[0]);
    let mut groups = Vec::new();
    let group = |parts: &[(&str, &str, usize)]| {
        let one = |&(name, unit, decimals): &(&str, &str, usize)| {
            let value = number(name)?;
            // Perplexities of words are astronomical for models that know little of them.
            Some(if value >= 1e9 {
                format!("{value:.decimals$e} {unit}")
            } else {
                format!("{value:.decimals$} {unit}")
            })
        };
        parts.iter().filter_map(one).collect::<Vec<_>>().join(", ")
    };
    groups.push(group(&[
        ("word_perplexity", "a word", 2),
        ("byte_perplexity", "a byte", 4),
        ("bits_per_byte", "bits/byte", 4),
        ("bits_per_character", "bits/character", 4),
    ]));
    groups.push(group(&[
        ("standard_error", "standard error", 4),
        ("mean_text_perplexity", "mean of texts", 2),
        ("median_text_perplexity", "median", 2),
    ]));
    groups.push(group(&[
        ("texts", "texts", 0),
        ("tokens", "tokens", 0),
        ("unknown", "unknown", 0),
        ("infinite", "infinite", 0),
        ("unscored", "unscored", 0),
    ]));
    groups.retain(|group| !group.is_empty());
    format!("({})", groups.join("; "))
}

pub(super) const ENTRY: Entry = Entry {
    name: "perplexity",
    summary: "how well a language model predicts the text",
    reference: "KenLM, lm-eval, HF evaluate and llama.cpp by --compat",
    about: "Perplexity: exp of the mean surprisal of a token, over all tokens of all texts, from \
            log-probabilities that another program wrote (--logprobs), an n-gram model (--lm, or \
            trained on the spot by --train) or, if built in, a local neural model (--model). \
            Reported with it: perplexity of words and bytes, bits per byte and character, the mean \
            and median of texts, the standard error, and the counts behind them. Lower is better; 1 \
            is perfect.",
    lines: false,
    variants: &[],
    options: &[
        OptionSpec {
            name: "include",
            kind: OptionKind::Names(INCLUDED),
            default: None,
            help: "Tokens that count beside those of the text",
        },
        OptionSpec {
            name: "on-inf",
            kind: OptionKind::Text("RULE"),
            default: Some("error"),
            help: "What is done about tokens with probability 0: error, keep (the perplexity is \
                   infinite), skip, or floor=X, which takes X for their log-probability",
        },
        OptionSpec {
            name: "compat",
            kind: OptionKind::Choice(Convention::NAMES),
            default: None,
            help: "Print the number that another tool would [default: over all tokens of all texts]",
        },
    ],
    alignment: None,
    build: |_, _| Err(Error::new(ErrorKind::NoLanguageModel)),
};
