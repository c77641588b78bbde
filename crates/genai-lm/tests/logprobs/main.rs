//! Records of log-probabilities: what is read of each layout, what is refused, and what must hold for any.

#![expect(clippy::unwrap_used, reason = "a test that fails should say so at once")]
#![expect(clippy::print_stderr, reason = "a test that was skipped has to say so")]

mod corpora;
mod errors;
mod fixtures;
mod laws;

use genai_lm::logprobs::{Layout, Records, Rules};
use genai_metrics::{Error, LanguageModel, ScoredText};

/// What a record says.
fn read(layout: Layout, rules: Rules, record: &str) -> Result<ScoredText, Error> {
    let records = Records::new(layout, rules)?;
    let mut scored = ScoredText::default();
    records.scorer().score(record, &mut scored)?;
    Ok(scored)
}

/// A number of JSON, or the string of minus infinity.
fn number(value: &serde_json::Value) -> Option<f64> {
    if value == "-inf" { Some(f64::NEG_INFINITY) } else { value.as_f64() }
}

/// The exact sum of numbers of moderate size, rounded once, as Python's `math.fsum` has it: what rounding
/// lost is kept in parts that do not overlap (Shewchuk 1997).
fn exact_sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut parts: Vec<f64> = Vec::new();
    for mut value in values {
        let mut kept = Vec::new();
        for mut part in parts {
            if value.abs() < part.abs() {
                std::mem::swap(&mut value, &mut part);
            }
            let high = value + part;
            let low = part - (high - value);
            if low != 0.0 {
                kept.push(low);
            }
            value = high;
        }
        kept.push(value);
        parts = kept;
    }
    // From the greatest on: all that follows the first inexact addition decides only which way it rounds.
    let mut sum = parts.pop().unwrap_or(0.0);
    while let Some(part) = parts.pop() {
        let high = sum + part;
        let low = part - (high - sum);
        sum = high;
        if low != 0.0 {
            let same_sign = parts.last().is_some_and(|rest| (*rest < 0.0) == (low < 0.0));
            let doubled = low * 2.0;
            if same_sign && ((sum + doubled) - sum).to_bits() == doubled.to_bits() {
                sum += doubled;
            }
            break;
        }
    }
    sum
}
