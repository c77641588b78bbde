//! What is written of each text beside its row.

use genai_lm::logprobs::{Records, write_record};
use genai_metrics::{Recorder, ScoredText};
use serde::Serialize;
use sha2::{Digest, Sha256};

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

/// What the text hashes to, 32 bytes, so that different texts are not compared: log-probabilities have no
/// references to know a segment by. Where a record has no text, its tokens are counted.
pub(in crate::commands) const DIGEST: Recorder = |_, scored, out| {
    let mut hash = Sha256::new();
    if scored.text.is_empty() {
        hash.update(b"tokens");
        hash.update((scored.tokens.len() as u64).to_le_bytes());
    } else {
        hash.update(b"text");
        hash.update(&scored.text);
    }
    out.extend_from_slice(&hash.finalize());
};

/// How many bytes it makes of each text.
pub(in crate::commands) const DIGEST_BYTES: usize = 32;

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
