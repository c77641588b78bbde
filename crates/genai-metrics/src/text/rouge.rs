//! `rouge`: the tokenisation of ROUGE-1.5.5 and of Google's `rouge_score`.

use super::blocks::{BLOCK, Places, Spans, places_of};
use super::v13a::replace;

/// Cuts `bytes[..len]`, in lower case and with spaces to the end of a block after it, into runs of
/// a to z and 0 to 9; all other characters stand between tokens.
pub(super) fn split(bytes: &[u8], len: usize, spans: &mut Spans) {
    spans.split_runs(bytes, len, word_bytes);
}

/// Where a block has bytes of tokens.
#[inline]
fn word_bytes(block: &[u8; BLOCK]) -> Places {
    places_of(block, |byte| byte.is_ascii_lowercase() | byte.is_ascii_digit())
}

/// Lower-cases what becomes a token. Of all characters beyond ASCII only the Kelvin sign and the
/// I with a dot have an ASCII letter in their lower-case form: k, and i with a combining dot.
pub(super) fn fold(text: &mut String, spare: &mut String) {
    text.make_ascii_lowercase();
    if !text.is_ascii() && may_have(text.as_bytes(), [KELVIN, DOTTED_I]) {
        replace(text, KELVIN, "k", spare);
        replace(text, DOTTED_I, "i ", spare);
    }
}

const KELVIN: &str = "\u{212a}";
const DOTTED_I: &str = "\u{130}";

/// Whether the last two bytes of any of these characters are there, all places looked at, many at
/// once.
fn may_have(bytes: &[u8], characters: [&str; 2]) -> bool {
    let [one, other] = characters.map(|c| c.as_bytes().last_chunk().copied().unwrap_or([0; 2]));
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    let is =
        |pair: [u8; 2], first, second| u8::from(first == pair[0]) & u8::from(second == pair[1]);
    let found = pairs.fold(0, |found, (&first, &second)| {
        found | is(one, first, second) | is(other, first, second)
    });
    found > 0
}

/// Whether a text has letters, of which the scheme sees fewer than it does not see.
pub(crate) fn is_unseen(text: &str) -> bool {
    let is_seen = |byte: &u8| byte.is_ascii_alphabetic();
    // Letters that are not seen take two bytes and more, so that a part of most texts tells.
    let mut seen = 0;
    for chunk in text.as_bytes().as_chunks::<128>().0 {
        // Counted in bytes, many at once.
        seen += usize::from(chunk.iter().map(|byte| u8::from(is_seen(byte))).sum::<u8>());
        if seen >= (text.len() - seen) / 2 {
            return false;
        }
    }
    let seen = text.bytes().filter(is_seen).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    2 * seen < letters
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn unseen_equals_its_definition(text in "([a-z ]{0,9}|[A-Zéß中٣😀€ .1]|\\PC){0,60}") {
            let letters = text.chars().filter(|c| c.is_alphabetic()).count();
            let seen = text.chars().filter(char::is_ascii_alphabetic).count();
            prop_assert_eq!(is_unseen(&text), seen < letters - seen);
        }
    }
}
