//! What a record's reader collects, and how a text becomes of it.

use genai_metrics::{ScoredText, ScoredToken, Stated, TokenClass};

use super::fault::{Fault, Result};
use super::rules::Part;

/// A run of tokens.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    list: Vec<ScoredToken>,
    /// What the tokens' places are in.
    bytes: Vec<u8>,
    /// Whether there is a token whose bytes are not known.
    unknown_bytes: bool,
    /// The whole, from elsewhere in the record.
    text: Option<Vec<u8>>,
}

/// What stands for bytes that are no character.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

impl Tokens {
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.bytes.clear();
        self.unknown_bytes = false;
        self.text = None;
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Where the next token's bytes are to be written.
    pub(super) fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// The text as the record has it as a whole; it counts where tokens do not give it.
    pub(super) fn set_text(&mut self, text: Vec<u8>) {
        self.text = Some(text);
    }

    /// The next token's bytes are not known.
    pub(super) fn lacks_bytes(&mut self) {
        self.unknown_bytes = true;
    }

    /// Adds the token whose bytes are those from `start` on.
    pub(super) fn push(
        &mut self,
        log_prob: Option<f64>,
        start: usize,
        class: TokenClass,
    ) -> Result<()> {
        if log_prob.is_none() && !self.is_empty() {
            return Err(Fault::new(
                "is null",
                "a number: only the first token of a text may have none",
            ));
        }
        let bytes = start..self.bytes.len();
        self.list.push(ScoredToken { log_prob, bytes, class, is_unknown: false });
        Ok(())
    }

    /// As [`Tokens::push`], of a token whose bytes are what a program showed of it: a part of a
    /// character is shown as U+FFFD, and then its bytes are not known.
    pub(super) fn push_shown(
        &mut self,
        log_prob: Option<f64>,
        start: usize,
        class: TokenClass,
    ) -> Result<()> {
        // No other character begins with 0xEF, 0xBF, 0xBD.
        if self.bytes[start..].windows(3).any(|window| window == REPLACEMENT) {
            self.unknown_bytes = true;
        }
        self.push(log_prob, start, class)
    }

    /// Replaces places and text by those that were found otherwise.
    pub(super) fn set_places(&mut self, ends: impl Iterator<Item = usize>, bytes: Vec<u8>) {
        let mut start = 0;
        for (token, end) in self.list.iter_mut().zip(ends) {
            token.bytes = start..end;
            start = end;
        }
        self.bytes = bytes;
        self.unknown_bytes = false;
    }

    /// The tokens, for marks that a record has apart from them.
    pub(super) fn tokens_mut(&mut self) -> &mut [ScoredToken] {
        &mut self.list
    }

    /// Gives the first tokens to `front`.
    pub(super) fn split_front(&mut self, count: usize, front: &mut Tokens) {
        front.clear();
        if count >= self.list.len() {
            std::mem::swap(self, front);
            return;
        }
        let at = self.list.get(count).map_or(self.bytes.len(), |token| token.bytes.start);
        let rest = self.list.split_off(count.min(self.list.len()));
        front.list = std::mem::replace(&mut self.list, rest);
        front.unknown_bytes = self.unknown_bytes;
        let known = !self.unknown_bytes;
        if known {
            let back = self.bytes.split_off(at);
            front.bytes = std::mem::replace(&mut self.bytes, back);
            for token in &mut self.list {
                token.bytes = token.bytes.start - at..token.bytes.end - at;
            }
        }
        // The text is of both.
        self.text = None;
    }

    /// Whether the text can be had.
    fn has_text(&self) -> bool {
        !self.unknown_bytes || self.text.is_some()
    }

    /// Adds these tokens to a text; all as `class`, if that is given.
    fn append_to(&mut self, scored: &mut ScoredText, class: Option<TokenClass>) {
        if class.is_none()
            && !self.unknown_bytes
            && scored.tokens.is_empty()
            && scored.text.is_empty()
        {
            // What this holds is not read again: memory changes hands.
            std::mem::swap(&mut scored.tokens, &mut self.list);
            std::mem::swap(&mut scored.text, &mut self.bytes);
            return;
        }
        let base = scored.text.len();
        let placed = !self.unknown_bytes;
        match &self.text {
            Some(text) if !placed => scored.text.extend_from_slice(text),
            _ if placed => scored.text.extend_from_slice(&self.bytes),
            _ => {}
        }
        scored.tokens.extend(self.list.iter().map(|token| ScoredToken {
            bytes: if placed {
                base + token.bytes.start..base + token.bytes.end
            } else {
                base..base
            },
            class: class.unwrap_or(token.class),
            ..*token
        }));
    }
}

/// A record on its way to a [`ScoredText`]; memory that is used again.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// The prompt.
    pub(super) given: Tokens,
    /// The completion, or a text that has no prompt.
    pub(super) generated: Tokens,
    pub(super) stated: Stated,
    /// Whether a text of no tokens is meant.
    pub(super) is_empty_text: bool,
}

impl Draft {
    pub(super) fn clear(&mut self) {
        self.given.clear();
        self.generated.clear();
        self.stated = Stated::default();
        self.is_empty_text = false;
    }

    /// The text by these rules. `expected` says what a record without log-probabilities lacks.
    pub(super) fn finish(
        &mut self,
        part: Part,
        expected: &'static str,
        scored: &mut ScoredText,
    ) -> Result<()> {
        let Self { given, generated, stated, is_empty_text } = self;
        scored.stated = *stated;
        if given.is_empty() && generated.is_empty() {
            if stated.log_prob.is_none() && !*is_empty_text {
                return Err(Fault::new("has no log-probabilities", expected));
            }
            scored.text.extend_from_slice(generated.text.as_deref().unwrap_or_default());
            return Ok(());
        }
        let completion = match part {
            Part::Auto => {
                let is_prompt_scored = given.list.iter().any(|token| token.log_prob.is_some());
                if generated.len() == 1 && is_prompt_scored {
                    return Err(Fault::new(
                        format!(
                            "has log-probabilities of {} tokens of a prompt and of one that was generated",
                            given.len()
                        ),
                        "--part prompt, completion or both, as it may be meant or not",
                    ));
                }
                !generated.is_empty()
            }
            Part::Completion => true,
            Part::Prompt | Part::Both => false,
        };
        if completion {
            if generated.is_empty() {
                return Err(Fault::new(
                    "has log-probabilities of its prompt only",
                    "--part prompt, or a completion",
                ));
            }
            check_border(given, generated)?;
            given.append_to(scored, Some(TokenClass::Prompt));
            generated.append_to(scored, None);
            return Ok(());
        }
        if given.is_empty() {
            return Err(Fault::new("has no log-probabilities of its prompt", expected));
        }
        let is_both = part == Part::Both && !generated.is_empty();
        let have_text = given.has_text() && generated.has_text();
        if is_both {
            check_border(given, generated)?;
        }
        given.append_to(scored, None);
        if is_both {
            generated.append_to(scored, None);
            if !have_text {
                // Half of the bytes would be counted against all of the tokens.
                scored.text.clear();
                scored.tokens.iter_mut().for_each(|token| token.bytes = 0..0);
            }
        }
        Ok(())
    }
}

/// Behind a prompt the first token is not the first of the text.
fn check_border(given: &Tokens, generated: &Tokens) -> Result<()> {
    match generated.list.first() {
        Some(ScoredToken { log_prob: None, .. }) if !given.is_empty() => Err(Fault::new(
            "has no log-probability of the first token after its prompt",
            "one, as only the first token of a text may have none",
        )),
        _ => Ok(()),
    }
}
