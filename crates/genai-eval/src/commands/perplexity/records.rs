//! What is written of each text beside its row.

use genai_lm::logprobs::{Records, write_record};
use genai_metrics::{Recorder, ScoredText};
use serde::Serialize;

/// The tokens with their log-probabilities, for `--logprobs`.
pub(super) const SAVE: Recorder = |record, scored, out| {
    // Whatever is written to memory is written.
    let _written = write_record(out, id_of(record).as_deref(), scored);
};

/// Each token with its surprisal.
pub(super) const SURPRISAL: Recorder = |record, scored, out| {
    let line = Line {
        id: id_of(record),
        tokens: (0..scored.tokens.len())
            .map(|token| String::from_utf8_lossy(scored.token_text(token)).into_owned())
            .collect(),
        surprisal: surprisals(scored),
    };
    if serde_json::to_writer(&mut *out, &line).is_ok() {
        out.push(b'\n');
    }
};

#[derive(Serialize)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    tokens: Vec<String>,
    /// In bits; null for a token that was not scored, and one with probability 0.
    surprisal: Vec<Option<f64>>,
}

fn surprisals(scored: &ScoredText) -> Vec<Option<f64>> {
    let bits = |log_prob: f64| (log_prob / -std::f64::consts::LN_2).max(0.0);
    let one = |log_prob: Option<f64>| log_prob.map(bits).filter(|bits| bits.is_finite());
    scored.tokens.iter().map(|token| one(token.log_prob)).collect()
}

/// A text that is a record may have an id.
fn id_of(record: &str) -> Option<String> {
    record.starts_with('{').then(|| Records::id(record)).flatten()
}
