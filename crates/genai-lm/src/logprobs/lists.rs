//! Tokens and log-probabilities that stand in lists of their own, in any order.

use genai_metrics::TokenClass;

use super::fault::{Fault, Result};
use super::json::Cursor;
use super::rules::Scale;
use super::tokens::Tokens;

/// The lists of a record; those that are there.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// Whether there is a list of log-probabilities.
    pub(super) has_log_probs: bool,
    /// What programs show of the tokens, end to end, and where each ends.
    tokens: Option<(Vec<u8>, Vec<usize>)>,
    /// Where each begins in the text, in characters or bytes.
    offsets: Vec<u64>,
}

impl Lists {
    /// The log-probabilities become tokens at once; where those are in the text is found out later.
    pub(super) fn read_log_probs(
        &mut self,
        cursor: &mut Cursor<'_>,
        scale: Scale,
        into: &mut Tokens,
    ) -> Result<()> {
        if cursor.null()? {
            return Ok(());
        }
        if self.has_log_probs || !into.is_empty() {
            return Err(Fault::new("is a second list", "one list of log-probabilities"));
        }
        self.has_log_probs = true;
        cursor.elements(|cursor, _| {
            let log_prob = scale.log_prob(cursor)?;
            into.push(log_prob, 0, TokenClass::Text)
        })
    }

    pub(super) fn read_tokens(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        if cursor.null()? {
            return Ok(());
        }
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        cursor.elements(|cursor, _| {
            cursor.string_into(&mut bytes)?;
            ends.push(bytes.len());
            Ok(())
        })?;
        self.tokens = Some((bytes, ends));
        Ok(())
    }

    pub(super) fn read_offsets(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        if cursor.null()? {
            return Ok(());
        }
        cursor.elements(|cursor, _| {
            self.offsets.push(cursor.count()?);
            Ok(())
        })
    }

    /// Puts the lists together. If `text` is given that is the text, and tokens are placed in it if
    /// they can be: end to end, or by their offsets.
    pub(super) fn into_tokens(self, text: Option<Vec<u8>>, into: &mut Tokens) -> Result<()> {
        if !self.has_log_probs {
            return Ok(());
        }
        let count = into.len();
        if let Some((_, ends)) = &self.tokens
            && ends.len() != count
        {
            return Err(Fault::new(
                format!("has {} tokens and {count} log-probabilities", ends.len()),
                "as many of each",
            ));
        }
        let shown = self.tokens.unwrap_or_else(|| {
            into.lacks_bytes();
            (Vec::new(), vec![0; count])
        });
        let Some(text) = text else {
            if self_known(&shown) {
                place(shown, into);
            } else {
                into.lacks_bytes();
            }
            return Ok(());
        };
        if shown.1.last() == Some(&text.len()) && shown.0 == text {
            place(shown, into);
        } else if let Some(exact) = unescaped(&shown).filter(|(bytes, _)| *bytes == text) {
            place(exact, into);
        } else if let Some(ends) = by_offsets(&shown, &self.offsets, &text) {
            into.set_places(ends.into_iter(), text);
        } else {
            into.lacks_bytes();
            into.set_text(text);
        }
        Ok(())
    }
}

/// Whether what is shown are the tokens' bytes: there is something, and no U+FFFD.
fn self_known((bytes, _): &(Vec<u8>, Vec<usize>)) -> bool {
    !bytes.is_empty() && !String::from_utf8_lossy(bytes).contains('\u{fffd}')
}

fn place((bytes, ends): (Vec<u8>, Vec<usize>), into: &mut Tokens) {
    into.set_places(ends.into_iter(), bytes);
}

/// The tokens that OpenAI shows as `bytes:\xe2\x80`, which are parts of characters, as those bytes.
fn unescaped((bytes, ends): &(Vec<u8>, Vec<usize>)) -> Option<(Vec<u8>, Vec<usize>)> {
    let (mut exact, mut places, mut start, mut any) = (Vec::new(), Vec::new(), 0, false);
    for &end in ends {
        let token = bytes.get(start..end)?;
        if let Some(escaped) = token.strip_prefix(b"bytes:").filter(|rest| !rest.is_empty()) {
            for byte in escaped.chunks(4) {
                let digits = byte.strip_prefix(b"\\x").filter(|digits| digits.len() == 2)?;
                exact.push(u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?);
            }
            any = true;
        } else {
            exact.extend_from_slice(token);
        }
        places.push(exact.len());
        start = end;
    }
    any.then_some((exact, places))
}

/// Where the tokens end in `text`, if their offsets are right when they are of characters, or of bytes.
/// Parts of characters, which are shown otherwise than they are, cannot be compared.
fn by_offsets(
    (shown, ends): &(Vec<u8>, Vec<usize>),
    offsets: &[u64],
    text: &[u8],
) -> Option<Vec<usize>> {
    let text = str::from_utf8(text).ok()?;
    if offsets.len() != ends.len() || offsets.first() != Some(&0) {
        return None;
    }
    let mut of_characters: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    of_characters.push(text.len());
    let characters = |offset: u64| of_characters.get(usize::try_from(offset).ok()?).copied();
    let bytes = |offset: u64| usize::try_from(offset).ok().filter(|&at| text.is_char_boundary(at));
    let right = |starts: Option<Vec<usize>>| {
        let mut places = starts?;
        places.remove(0);
        places.push(text.len());
        let (mut start, mut shown_start) = (0, 0);
        for (&end, &shown_end) in places.iter().zip(ends) {
            let token = text.get(start..end)?.as_bytes();
            let seen = shown.get(shown_start..shown_end)?;
            let is_fragment =
                seen.starts_with(b"bytes:") || String::from_utf8_lossy(seen).contains('\u{fffd}');
            if token != seen && !is_fragment {
                return None;
            }
            (start, shown_start) = (end, shown_end);
        }
        Some(places)
    };
    right(offsets.iter().map(|&offset| characters(offset)).collect())
        .or_else(|| right(offsets.iter().map(|&offset| bytes(offset)).collect()))
}
