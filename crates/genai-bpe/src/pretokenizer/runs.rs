//! How far what a pattern repeats goes on. All of it takes valid UTF-8 and stops at its end.

use super::classes::{Class, LETTER, NEWLINE, NUMBER, SPACE, ascii_class, class_at, wide_class_at};

/// The end of the run of characters from `at` on that have one of `flags`.
#[inline]
pub(super) fn run_of(text: &[u8], mut at: usize, flags: Class) -> usize {
    loop {
        let (class, width) = class_at(text, at);
        if class & flags == 0 {
            return at;
        }
        at += width;
    }
}

/// The end of the run of characters from `at` on that have none of `flags`.
#[inline]
pub(super) fn run_without(text: &[u8], mut at: usize, flags: Class) -> usize {
    loop {
        let (class, width) = class_at(text, at);
        if class & flags != 0 || width == 0 {
            return at;
        }
        at += width;
    }
}

/// As [`run_of`], for flags that include [`LETTER`] and of ASCII nothing else.
#[inline]
pub(super) fn run_of_letters(text: &[u8], mut at: usize, flags: Class) -> usize {
    loop {
        at = ascii_letters(text, at);
        if text.get(at).is_none_or(u8::is_ascii) {
            return at;
        }
        at = wide_letters(text, at, flags);
        if !text.get(at).is_some_and(u8::is_ascii_alphabetic) {
            return at;
        }
    }
}

/// As [`run_of_letters`], for what is beyond ASCII.
#[inline]
fn wide_letters(text: &[u8], mut at: usize, flags: Class) -> usize {
    while let Some(&lead) = text.get(at) {
        if lead & 0xfe == 0xd0 {
            at = cyrillic(text, at + 2);
            continue;
        }
        let (class, width) = wide_class_at(text, at);
        if class & flags == 0 {
            break;
        }
        at += width;
    }
    at
}

/// The end of the run from `at` on of U+0400 to U+047F, which are letters.
#[inline]
fn cyrillic(text: &[u8], mut at: usize) -> usize {
    const LEADS: u64 = 0x00d0_00d0_00d0_00d0;
    const MASK: u64 = 0x00fe_00fe_00fe_00fe;
    while let Some(&word) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let others = (u64::from_le_bytes(word) ^ LEADS) & MASK;
        if others != 0 {
            return at + others.trailing_zeros() as usize / 16 * 2;
        }
        at += 8;
    }
    while text.get(at).is_some_and(|lead| lead & 0xfe == 0xd0) {
        at += 2;
    }
    at
}

/// The end of a run from `at` on of small letters of ASCII, or else of Russian, which may go on.
#[inline]
pub(super) fn small_letters(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_lowercase) {
        at += 1;
    }
    if text.get(at).is_some_and(|lead| lead & 0xfe == 0xd0) { small_cyrillic(text, at) } else { at }
}

/// The end of the run from `at` on of U+0430 to U+045F, which are small letters.
#[inline]
fn small_cyrillic(text: &[u8], mut at: usize) -> usize {
    const EACH: u64 = 0x0001_0001_0001_0001;
    const HIGH: u64 = EACH * 0x8000;
    while let Some(&word) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let word = u64::from_le_bytes(word);
        // First bytes are to be the high halves.
        let pairs = (word & (EACH * 0xff)) << 8 | word >> 8 & (EACH * 0xff);
        let low = pairs & !HIGH;
        let from = low + EACH * (0x8000 - 0x50b0);
        let past = low + EACH * (0x8000 - 0x51a0);
        let others = !(pairs & from & !past) & HIGH;
        if others != 0 {
            return at + others.trailing_zeros() as usize / 16 * 2;
        }
        at += 8;
    }
    at
}

/// The end of the run of ASCII letters from `at` on.
#[inline]
pub(super) fn ascii_letters(text: &[u8], mut at: usize) -> usize {
    while let Some(&word) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let others = no_letters(u64::from_le_bytes(word));
        if others != 0 {
            return at + others.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while text.get(at).is_some_and(u8::is_ascii_alphabetic) {
        at += 1;
    }
    at
}

/// The highest bit of each byte of `word` that is no ASCII letter.
#[inline]
fn no_letters(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = EACH * 0x80;
    let small = (word | (EACH * 0x20)) & !HIGH;
    let from_a = small + EACH * (0x80 - u64::from(b'a'));
    let past_z = small + EACH * (0x7f - u64::from(b'z'));
    (!from_a | past_z | word) & HIGH
}

/// The end of at most `limit` numbers from `at` on, of which the first is there.
#[inline]
pub(super) fn numbers(text: &[u8], mut at: usize, limit: usize) -> usize {
    for _ in 0..limit {
        let (class, width) = class_at(text, at);
        if class & NUMBER == 0 {
            break;
        }
        at += width;
    }
    at
}

/// A run of white space.
pub(super) struct Spaces {
    /// Where it ends.
    pub end: usize,
    /// Where its last character starts.
    pub last: usize,
    /// Where its last newline ends, if there is one.
    pub after_newline: Option<usize>,
}

/// The white space from `at` on, where there is some.
#[inline]
pub(super) fn spaces(text: &[u8], at: usize) -> Spaces {
    let mut spaces = Spaces { end: at, last: at, after_newline: None };
    loop {
        let (class, width) = class_at(text, spaces.end);
        if class & SPACE == 0 {
            return spaces;
        }
        spaces.last = spaces.end;
        spaces.end += width;
        if class & NEWLINE != 0 {
            spaces.after_newline = Some(spaces.end);
        }
    }
}

impl Spaces {
    /// What `\s+(?!\S)|\s+` takes: all of it at the end of the text and otherwise all but the last
    /// character, unless that is all there is.
    #[inline]
    pub(super) fn before_text(&self, at: usize, len: usize) -> usize {
        if self.end == len || self.last == at { self.end } else { self.last }
    }
}

/// The end of the contraction whose apostrophe is at `at`, with letters as they stand here:
/// `'s|'t|'re|'ve|'m|'ll|'d`.
#[inline]
pub(super) fn contraction(text: &[u8], at: usize) -> Option<usize> {
    match *text.get(at + 1..)? {
        [b's' | b't' | b'm' | b'd', ..] => Some(at + 2),
        [b'r' | b'v', b'e', ..] | [b'l', b'l', ..] => Some(at + 3),
        _ => None,
    }
}

/// As [`contraction`], with any case: `(?i:'s|'t|'re|'ve|'m|'ll|'d)`. That includes U+017F, which
/// folds to `s`; the other letters have no such companion.
#[inline]
pub(super) fn folded_contraction(text: &[u8], at: usize) -> Option<usize> {
    match *text.get(at + 1..)? {
        [b's' | b'S' | b't' | b'T' | b'm' | b'M' | b'd' | b'D', ..] => Some(at + 2),
        [b'r' | b'R' | b'v' | b'V', b'e' | b'E', ..] | [b'l' | b'L', b'l' | b'L', ..] => {
            Some(at + 3)
        }
        // U+017F LATIN SMALL LETTER LONG S
        [0xc5, 0xbf, ..] => Some(at + 3),
        _ => None,
    }
}

/// Whether there is an ASCII letter at `at`.
#[inline]
pub(super) fn is_ascii_letter(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(|&byte| byte < 0x80 && ascii_class(byte) & LETTER != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_by_eight() {
        for byte in 0..=255u8 {
            for other in [b'a', b'Z', b'@', b'[', b'`', b'{', 0xc3, 0, 0xff] {
                for place in 0..8 {
                    let mut word = [other; 8];
                    word[place] = byte;
                    let expected = word.map(|byte| u8::from(!byte.is_ascii_alphabetic()) << 7);
                    assert_eq!(no_letters(u64::from_le_bytes(word)), u64::from_le_bytes(expected));
                }
            }
        }
    }
}
