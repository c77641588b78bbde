//! The pattern of `DeepSeek` V3 and R1: three patterns, each cutting what the one before left.

use super::Grammar;
use super::classes::{Class, LETTER, MARK, NEWLINE, NUMBER, SPACE, SYMBOL, class_at};
use super::runs::{Spaces, numbers};
use super::window::{Parts, Places, Window};

/// ```text
/// \p{N}{1,3}
/// [一-龥぀-ゟ゠-ヿ]+
/// [!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*
/// |\s*[\r\n]+|\s+(?!\S)|\s+
/// ```
///
/// A match of the first or second is a text of its own to what comes after, and so is what lies between
/// matches. What the third doesn't match is a piece, too.
pub(super) struct DeepSeek;

impl Grammar for DeepSeek {
    #[inline]
    fn end(text: &[u8], at: usize) -> usize {
        let (class, _) = class_at(text, at);
        if class & NUMBER != 0 {
            return numbers(text, at, 3);
        }
        let part = Part { text, east_asian: is_east_asian(text, at) };
        if let Some(end) = part.matched(at) {
            return end;
        }
        let mut end = at;
        loop {
            end += part.class_at(end).1;
            if part.class_at(end).1 == 0 || part.matched(end).is_some() {
                return end;
            }
        }
    }

    /// In ASCII, where there are no contractions, the third pattern is like that of cl100k but for
    /// control characters, which are left alone.
    #[inline]
    fn ends(text: &[u8], at: usize) -> Places {
        let Some((window, len)) = Window::at(text, at) else { return 0 };
        let len = len.min(window.controls.trailing_zeros() as usize);
        let Parts { starts, prefixes, len } = window.parts(len, 3, true);
        let letters = window.letters;
        window.certain(starts | letters & !(letters << 1) & !(prefixes << 1), len)
    }
}

/// What the third pattern gets to see as one text.
struct Part<'t> {
    text: &'t [u8],
    /// Whether it is a match of the second pattern.
    east_asian: bool,
}

impl Part<'_> {
    /// As for texts, where the part ends.
    #[inline]
    fn class_at(&self, at: usize) -> (Class, usize) {
        let found @ (class, _) = class_at(self.text, at);
        let inside = class & NUMBER == 0 && is_east_asian(self.text, at) == self.east_asian;
        if inside { found } else { (0, 0) }
    }

    #[inline]
    fn run_of(&self, mut at: usize, flags: Class) -> usize {
        loop {
            let (class, width) = self.class_at(at);
            if class & flags == 0 {
                return at;
            }
            at += width;
        }
    }

    /// The end of the match of the third pattern at `at`.
    #[inline]
    fn matched(&self, at: usize) -> Option<usize> {
        const WORD: Class = LETTER | MARK;
        let first = self.text[at];
        if first.is_ascii_punctuation() {
            let letters = self.text[at + 1..].iter().take_while(|byte| byte.is_ascii_alphabetic());
            let count = letters.count();
            if count > 0 {
                return Some(at + 1 + count);
            }
        }
        let (class, width) = self.class_at(at);
        if class & (NEWLINE | LETTER | SYMBOL) == 0 {
            let end = self.run_of(at + width, WORD);
            if end > at + width {
                return Some(end);
            }
        }
        if class & WORD != 0 {
            return Some(self.run_of(at + width, WORD));
        }
        let punctuation = if first == b' ' { at + 1 } else { at };
        let end = self.run_of(punctuation, SYMBOL);
        if end > punctuation {
            return Some(self.run_of(end, NEWLINE));
        }
        if class & SPACE == 0 {
            return None;
        }
        let spaces = self.spaces(at);
        let len = if self.class_at(spaces.end).1 == 0 { spaces.end } else { self.text.len() };
        Some(spaces.after_newline.unwrap_or_else(|| spaces.before_text(at, len)))
    }

    fn spaces(&self, at: usize) -> Spaces {
        // White space is never of another part.
        super::runs::spaces(self.text, at)
    }
}

/// Whether `[一-龥぀-ゟ゠-ヿ]`, which is U+4E00 to U+9FA5 and U+3040 to U+30FF, has the character
/// at `at`.
#[inline]
fn is_east_asian(text: &[u8], at: usize) -> bool {
    match *text.get(at..).unwrap_or_default() {
        [0xe3, second, _, ..] => matches!(second, 0x81..=0x83),
        [0xe4, second, _, ..] => second >= 0xb8,
        [0xe5..=0xe8, ..] => true,
        [0xe9, second, third, ..] => (second, third) <= (0xbe, 0xa5),
        _ => false,
    }
}
