//! From a scored text to its row.

use super::{OnInfinite, Perplexity, PerplexityStats};
use crate::error::Error;
use crate::language_model::{ScoredText, ScoredToken, Stated, TokenClass};
use crate::text::is_white_space;

/// Counts texts by the rules of a [`Perplexity`].
pub(super) struct Counter<'m> {
    pub(super) perplexity: &'m Perplexity,
    /// The text without what was not scored.
    covered: Vec<u8>,
}

/// What becomes of a token.
enum Fate {
    Scored(f64),
    /// It has probability 0, which is kept.
    Impossible,
    /// Neither it nor its text counts.
    Unscored,
}

impl<'m> Counter<'m> {
    pub(super) fn new(perplexity: &'m Perplexity) -> Self {
        Self { perplexity, covered: Vec::new() }
    }

    pub(super) fn count(&mut self, scored: &ScoredText) -> Result<PerplexityStats, Error> {
        let mut stats = PerplexityStats::default();
        stats.texts = 1.0;
        self.covered.clear();
        let mut place = 0;
        // Whether it is known which of the text's bytes were not scored.
        let mut is_placed = true;
        for token in &scored.tokens {
            match self.fate(token, &mut stats)? {
                Fate::Scored(log_prob) => stats.add_token(-log_prob, token.is_unknown),
                Fate::Impossible => stats.tokens += 1.0,
                Fate::Unscored => {
                    let is_of_text = matches!(token.class, TokenClass::Text | TokenClass::Prompt);
                    is_placed &= !is_of_text || !token.bytes.is_empty();
                    stats.unscored += f64::from(u8::from(token.class == TokenClass::Text));
                    let (start, end) = (token.bytes.start.max(place), token.bytes.end.max(place));
                    self.covered.extend_from_slice(&scored.text[place..start]);
                    place = end;
                    continue;
                }
            }
            stats.ends += f64::from(u8::from(token.class == TokenClass::End));
        }
        self.covered.extend_from_slice(&scored.text[place..]);
        let stated = scored.stated;
        let is_empty = scored.tokens.is_empty() && stated == Stated::default();
        if is_placed && (is_empty || !scored.text.is_empty()) {
            stats.bytes = self.covered.len() as f64;
            let text = String::from_utf8_lossy(&self.covered);
            stats.characters =
                self.covered.iter().filter(|byte| !(0x80..0xc0).contains(*byte)).count() as f64;
            stats.words = text.split(is_white_space).filter(|word| !word.is_empty()).count() as f64;
            stats.split_words = splits(&text) as f64;
        } else {
            stats.sizeless = 1.0;
        }
        stats.take_stated(stated);
        stats.finish_text();
        Ok(stats)
    }

    fn fate(&self, token: &ScoredToken, stats: &mut PerplexityStats) -> Result<Fate, Error> {
        let Perplexity { prompt, special, on_infinite, .. } = self.perplexity;
        let counts = match token.class {
            TokenClass::Text | TokenClass::End => true,
            TokenClass::Prompt => *prompt,
            TokenClass::Special => *special,
        };
        let Some(log_prob) = token.log_prob.filter(|_| counts) else { return Ok(Fate::Unscored) };
        if log_prob > f64::NEG_INFINITY {
            return Ok(Fate::Scored(log_prob));
        }
        stats.infinite += 1.0;
        match on_infinite {
            OnInfinite::Error => Err(Error::not_scored(
                "a token has probability 0",
                "a log-probability that is a number, or --on-inf keep, skip or floor=X",
            )),
            OnInfinite::Keep => Ok(Fate::Impossible),
            OnInfinite::Skip => Ok(Fate::Unscored),
            OnInfinite::Floor(floor) => Ok(Fate::Scored(*floor)),
        }
    }
}

/// How many parts white space cuts the text into, empty ones included: Python's
/// `len(re.split(r"\s+", text))`.
fn splits(text: &str) -> usize {
    let mut runs = 0;
    let mut is_within = false;
    for character in text.chars() {
        let white = is_white_space(character);
        runs += usize::from(white && !is_within);
        is_within = white;
    }
    runs + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_python_s() {
        for (text, parts) in [("", 1), (" ", 2), ("a b", 2), (" a \n b ", 4), ("a\u{1c}b", 2)] {
            assert_eq!(splits(text), parts, "{text:?}");
        }
    }
}
