//! A folder of Hugging Face's format as a [`LanguageModel`].

use std::fmt::{self, Write};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use genai_bpe::{Encoder, Special, Tokenizer};
use genai_metrics::{
    Error as ScoreError, LanguageModel, ScoredText, ScoredToken, Signature, TextScorer, TokenClass,
};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::config::Config;
use super::decoder::Decoder;
use super::error::Error;
use super::layers::Weights;
use super::marks::Marks;
use super::tensors::{Content, Tensors};
use super::windows::{Plan, Prefix, Strategy, Window};

/// Weights that are not stored as `f32` are kept once they were converted if that takes no more bytes.
const KEPT: usize = 2 << 30;

/// Whether texts begin with BOS.
///
/// ```
/// use genai_lm::neural::{Bos, Scoring};
/// assert_eq!(Scoring::default().bos, Bos::Auto);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bos {
    /// As the files of the tokenizer say: `add_bos_token`, or else the post-processor. For
    /// [`Strategy::HfEvaluate`], whose tool does not ask them: if there is a BOS. For [`Strategy::LmEval`]: BOS, or EOS if
    /// there is none.
    #[default]
    Auto,
    /// A model without BOS is refused.
    Always,
    /// Not for [`Strategy::LmEval`], which cannot do without.
    Never,
}

/// How texts are scored, as far as it is for the user to say.
///
/// ```
/// use genai_lm::neural::{Scoring, Strategy};
/// let scoring = Scoring { strategy: Strategy::Strided(256), context: Some(1024), ..Scoring::default() };
/// assert!(scoring.special_tokens);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scoring {
    /// How texts are cut into windows.
    pub strategy: Strategy,
    /// The most tokens of a window, prefix included; None for the most that the model was made for.
    pub context: Option<usize>,
    /// Whether windows begin with BOS.
    pub bos: Bos,
    /// Whether the text of a special token (`<|endoftext|>`) within a text is that token, as in
    /// Hugging Face's tools; llama.cpp takes it for text like any other.
    pub special_tokens: bool,
}

impl Default for Scoring {
    fn default() -> Self {
        Self {
            strategy: Strategy::default(),
            context: None,
            bos: Bos::default(),
            special_tokens: true,
        }
    }
}

/// A neural language model with its tokenizer, and how it scores.
///
/// Weights are mapped from their files. A text's windows are scored on all threads of rayon's pool, each on
/// one, so that a log-probability has the same bits on any number of threads, and whatever else is scored.
/// They may differ in the last digits from one kind of processor to another.
///
/// ```
/// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/neural/gpt2");
/// use genai_lm::neural::{NeuralModel, Scoring, Strategy};
/// use genai_metrics::{LanguageModel, ScoredText};
///
/// let model = NeuralModel::from_folder(folder)?;
/// let model = model.with_scoring(Scoring { strategy: Strategy::HfEvaluate, ..Scoring::default() })?;
/// let mut scored = ScoredText::default();
/// model.scorer().score("She never wrote back.", &mut scored)?;
/// assert!(scored.tokens.iter().all(|token| token.log_prob < Some(0.0)));
/// assert_eq!(model.tokens_scored(), scored.tokens.len() as u64);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct NeuralModel {
    decoder: Decoder,
    tokenizer: Tokenizer,
    marks: Marks,
    scoring: Scoring,
    plan: Plan,
    /// The SHA-256 of `config.json` and of `tokenizer.json`.
    files: [u8; 32],
    content: Content,
    fingerprint: OnceLock<String>,
    scored: AtomicU64,
}

impl NeuralModel {
    /// Loads a folder with `config.json`, `tokenizer.json` and weights in `model.safetensors`, or in several files with
    /// `model.safetensors.index.json`; with [`Scoring::default`].
    ///
    /// # Errors
    /// [`Error`] if a file is missing or broken, or a model is none of those that this crate knows: what
    /// would have to be guessed is refused by name.
    pub fn from_folder(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        let path = folder.join("config.json");
        let bytes = read(&path)?;
        let config = Config::from_json(&bytes).map_err(|error| error.in_file(&path))?;
        let path = folder.join("tokenizer.json");
        let words = read(&path)?;
        let tokenizer = Tokenizer::from_file(&path)?;
        let marks = Marks::read(folder, &config, &tokenizer)?;
        let tensors = Tensors::open(folder, KEPT)?;
        let content = tensors.content();
        let weights = Weights::take(&config, tensors).map_err(|error| error.in_file(folder))?;
        let scoring = Scoring::default();
        let plan = plan(&config, marks, scoring)?;
        let mut hash = Sha256::new();
        hash.update(Sha256::digest(&bytes));
        hash.update(Sha256::digest(&words));
        Ok(Self {
            decoder: Decoder { config, weights },
            tokenizer,
            marks,
            scoring,
            plan,
            files: hash.finalize().into(),
            content,
            fingerprint: OnceLock::new(),
            scored: AtomicU64::new(0),
        })
    }

    /// The same model, which scores that way.
    ///
    /// # Errors
    /// [`Error::Refused`] if the context is longer than the model's, the strategy does not fit it, or a BOS is asked for
    /// and the model has none.
    pub fn with_scoring(mut self, scoring: Scoring) -> Result<Self, Error> {
        self.plan = plan(&self.decoder.config, self.marks, scoring)?;
        self.scoring = scoring;
        Ok(self)
    }

    /// How it scores.
    pub fn scoring(&self) -> Scoring {
        self.scoring
    }

    /// Which windows its texts have, and what they begin with.
    pub fn plan(&self) -> Plan {
        self.plan
    }

    /// The most tokens that the model was made for.
    pub fn context(&self) -> usize {
        self.decoder.config.context
    }

    /// What cuts its texts into tokens.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// The id of BOS, if the model has one.
    pub fn bos(&self) -> Option<u32> {
        self.marks.bos
    }

    /// How many tokens have been scored so far, by all scorers; to be read while they work.
    pub fn tokens_scored(&self) -> u64 {
        self.scored.load(Ordering::Relaxed)
    }

    /// The natural logarithms of the probabilities of `targets`: the first follows
    /// `ids[..ids.len() - targets.len() + 1]`, the last all of `ids`. One pass through the model, on this thread.
    ///
    /// # Errors
    /// [`genai_metrics::Error`] if there are more targets than ids or more ids than the model's context, if an id is not
    /// in the vocabulary, or if what comes out is no number.
    pub fn log_probs(&self, ids: &[u32], targets: &[u32]) -> Result<Vec<f64>, ScoreError> {
        let (context, vocabulary) = (self.context(), self.decoder.config.vocabulary);
        if ids.len() > context {
            return Err(ScoreError::not_scored(
                format!("{} tokens", ids.len()),
                format!("at most {context}"),
            ));
        }
        if targets.len() > ids.len() {
            let found = format!("{} tokens to score after {}", targets.len(), ids.len());
            return Err(ScoreError::not_scored(found, "a token before each"));
        }
        if let Some(id) = ids.iter().chain(targets).find(|id| **id as usize >= vocabulary) {
            return Err(ScoreError::not_scored(
                format!("the id {id}"),
                format!("one below {vocabulary}"),
            ));
        }
        let log_probs = self.decoder.log_probs(ids, targets);
        if log_probs.iter().any(|log_prob| log_prob.is_nan()) {
            return Err(ScoreError::not_scored(
                "a probability that is no number",
                "weights that are finite",
            ));
        }
        self.scored.fetch_add(targets.len() as u64, Ordering::Relaxed);
        Ok(log_probs)
    }

    /// The log-probabilities of the tokens of a window.
    fn score_window(&self, window: &Window, tokens: &[u32]) -> Result<Vec<f64>, ScoreError> {
        let prefix = window.prefix.and_then(|prefix| match prefix {
            Prefix::Bos => self.marks.bos,
            Prefix::Eos => self.marks.eos,
        });
        let ids: Vec<u32> =
            prefix.into_iter().chain(tokens[window.input.clone()].iter().copied()).collect();
        self.log_probs(&ids, &tokens[window.scored.clone()])
    }

    /// Twelve digits for what the weights, the configuration and the tokenizer hold.
    fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| {
            let mut hash = Sha256::new();
            hash.update(self.files);
            hash.update(self.content.digest());
            let mut digits = String::new();
            for byte in &hash.finalize()[..6] {
                let _ = write!(digits, "{byte:02x}");
            }
            digits
        })
    }
}

impl LanguageModel for NeuralModel {
    /// The model's family and fingerprint (which reads all weights when it is asked for the first time), windows, context,
    /// what they begin with, and whether special tokens are recognised.
    fn signature(&self) -> Signature {
        let Scoring { strategy, context: _, bos: _, special_tokens } = self.scoring;
        let mut signature = Signature::default();
        signature.push("model", self.decoder.config.family.name());
        signature.push("weights", self.fingerprint());
        signature.push("windows", strategy.to_string());
        signature.push("context", self.plan.context().to_string());
        signature.push(
            "prefix",
            self.plan.prefix().map_or_else(|| "none".to_owned(), |prefix| prefix.to_string()),
        );
        signature.push("special", if special_tokens { "yes" } else { "no" });
        signature
    }

    fn scorer(&self) -> Box<dyn TextScorer + '_> {
        Box::new(Scorer { model: self, encoder: self.tokenizer.encoder() })
    }
}

/// Not the weights.
impl fmt::Debug for NeuralModel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut model = formatter.debug_struct("NeuralModel");
        model.field("config", &self.decoder.config).field("plan", &self.plan);
        model.finish_non_exhaustive()
    }
}

/// A thread's share of a model.
struct Scorer<'m> {
    model: &'m NeuralModel,
    encoder: Encoder<'m>,
}

impl TextScorer for Scorer<'_> {
    fn score(&mut self, text: &str, scored: &mut ScoredText) -> Result<(), ScoreError> {
        let model = self.model;
        let special = if model.scoring.special_tokens { Special::All } else { Special::Ordinary };
        let encoding = self
            .encoder
            .encode_with_offsets(text, special)
            .map_err(|error| ScoreError::not_scored(error.to_string(), "a text of tokens"))?;
        scored.clear();
        scored.text.extend_from_slice(text.as_bytes());
        let unknown = model.tokenizer.unknown_id();
        for (id, (start, end)) in encoding.ids.iter().zip(&encoding.offsets) {
            let token = ScoredToken::new(0.0, *start..*end, TokenClass::Text);
            let is_unknown = Some(*id) == unknown;
            scored.tokens.push(ScoredToken { log_prob: None, is_unknown, ..token });
        }
        let windows = model.plan.windows(encoding.ids.len())?;
        let log_probs: Result<Vec<_>, _> =
            windows.par_iter().map(|window| model.score_window(window, &encoding.ids)).collect();
        for (window, log_probs) in windows.iter().zip(log_probs?) {
            for (token, log_prob) in scored.tokens[window.scored.clone()].iter_mut().zip(log_probs)
            {
                token.log_prob = Some(log_prob);
            }
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|error| Error::from(error).in_file(path))
}

/// The windows that a model's texts have.
fn plan(config: &Config, marks: Marks, scoring: Scoring) -> Result<Plan, Error> {
    let context = scoring.context.unwrap_or(config.context);
    if context > config.context {
        let expected = format!("at most {}, which the model was made for", config.context);
        return Err(Error::refused("context", context.to_string(), expected));
    }
    let start = marks.bos.map(|_| Prefix::Bos);
    let stand_in = marks.eos.map(|_| Prefix::Eos);
    let prefix = match (scoring.bos, scoring.strategy) {
        (Bos::Always, _) if start.is_none() => {
            return Err(Error::refused("bos", "a model without one", "auto or never"));
        }
        (Bos::Always, _) | (Bos::Auto, Strategy::HfEvaluate) => start,
        (Bos::Auto, Strategy::LmEval) => start.or(stand_in),
        (Bos::Auto, _) => start.filter(|_| marks.begins),
        (Bos::Never, _) => None,
    };
    if scoring.bos == Bos::Auto && scoring.strategy == Strategy::LmEval && prefix.is_none() {
        return Err(Error::refused(
            "lm-eval's windows",
            "a model without BOS and EOS",
            "one of them",
        ));
    }
    Plan::new(scoring.strategy, context, prefix)
}
