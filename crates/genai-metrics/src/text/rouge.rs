//! `rouge`: the tokenisation of ROUGE-1.5.5 and of Google's `rouge_score`.

use super::blocks::{BLOCK, Places, Spans};
use super::v13a::replace;

/// Cuts `bytes[..len]`, in lower case and with spaces to the end of a block after it, into runs of
/// a to z and 0 to 9; all other characters stand between tokens.
pub(super) fn split(bytes: &[u8], len: usize, spans: &mut Spans) {
    spans.split_runs(bytes, len, word_bytes);
}

/// Where a block has bytes of tokens. There is nothing in it but comparisons, which compilers turn
/// into those of many bytes at once, and multiplications that move the low bits of eight bytes
/// together.
#[inline]
fn word_bytes(block: &[u8; BLOCK]) -> Places {
    let flags = block.map(|byte| u8::from(byte.is_ascii_lowercase() | byte.is_ascii_digit()));
    let eights = flags.as_chunks().0.iter().zip((0..).step_by(8));
    eights.fold(0, |places, (eight, at)| {
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        places | gathered << at
    })
}

/// Lower-cases what becomes a token. Of all characters beyond ASCII only the Kelvin sign and the
/// I with a dot have an ASCII letter in their lower-case form: k, and i with a combining dot.
pub(super) fn fold(text: &mut String, spare: &mut String) {
    text.make_ascii_lowercase();
    if !text.is_ascii() {
        replace(text, "\u{212a}", "k", spare);
        replace(text, "\u{130}", "i ", spare);
    }
}

/// Whether a text has letters, of which the scheme sees fewer than it does not see.
pub(crate) fn is_unseen(text: &str) -> bool {
    let seen = count(text.as_bytes(), |byte| byte.is_ascii_alphabetic());
    // Each character beyond ASCII, a letter or not, begins with one of these bytes.
    if seen >= count(text.as_bytes(), |byte| byte >= 0xc0) {
        return false;
    }
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    2 * seen < letters
}

/// How many bytes are wanted, counted in bytes, many at once.
#[inline]
fn count(bytes: &[u8], is_wanted: impl Fn(u8) -> bool) -> usize {
    let (chunks, rest) = bytes.as_chunks::<128>();
    let count = |bytes: &[u8]| bytes.iter().map(|&byte| u8::from(is_wanted(byte))).sum::<u8>();
    chunks.iter().map(|chunk| usize::from(count(chunk))).sum::<usize>() + usize::from(count(rest))
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
