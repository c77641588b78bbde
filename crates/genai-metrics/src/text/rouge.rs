//! `rouge`: the tokenisation of ROUGE-1.5.5 and of Google's `rouge_score`.

use super::machine::{Class, Classes};
use super::v13a::replace;

/// Runs of a to z and 0 to 9; all other characters stand between tokens.
pub(super) struct Rouge;

impl Classes for Rouge {
    const BYTES: [Class; 256] = {
        let mut classes = [Class::Space; 256];
        let mut c = 0_u8;
        while c.is_ascii() {
            if c.is_ascii_lowercase() || c.is_ascii_digit() {
                classes[c as usize] = Class::Word;
            }
            c += 1;
        }
        classes
    };
    /// Said because it costs nothing: there are no marks.
    const PADDED: bool = true;

    fn wide(_: u32) -> Class {
        Class::Space
    }
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
