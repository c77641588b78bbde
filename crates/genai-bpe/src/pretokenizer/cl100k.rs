//! The pattern of cl100k and those that came of it: Llama 3, Qwen.

use super::Grammar;
use super::classes::{LETTER, MARK, NEWLINE, NUMBER, SPACE, class_at};
use super::runs::{
    folded_contraction, is_ascii_letter, numbers, run_of, run_of_letters, run_without, spaces,
};
use super::window::{Parts, Places, Window, each, only};

/// ```text
/// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*
/// |\s*[\r\n]+|\s+(?!\S)|\s+
/// ```
///
/// `NUMBERS` is how many numbers stay together. With `MARKS` words are of `[\p{L}\p{M}]`, and marks
/// are no punctuation. With `WHOLE_END` white space at the end of the text is one piece, whatever
/// newlines are in it (`\s++$`).
pub(super) struct Cl100k<const NUMBERS: usize, const MARKS: bool, const WHOLE_END: bool>;

impl<const NUMBERS: usize, const MARKS: bool, const WHOLE_END: bool> Grammar
    for Cl100k<NUMBERS, MARKS, WHOLE_END>
{
    #[inline]
    fn end(text: &[u8], at: usize) -> usize {
        let word = const { if MARKS { LETTER | MARK } else { LETTER } };
        let first = text[at];
        if first == b' ' && is_ascii_letter(text, at + 1) {
            return run_of_letters(text, at + 1, word);
        }
        if first == b'\''
            && let Some(end) = folded_contraction(text, at)
        {
            return end;
        }
        let (class, width) = class_at(text, at);
        if class & LETTER != 0 {
            return run_of_letters(text, at, word);
        }
        if class & NUMBER != 0 {
            return numbers(text, at, NUMBERS);
        }
        let (next, _) = class_at(text, at + width);
        if class & NEWLINE == 0 && next & word != 0 || class & word != 0 {
            return run_of_letters(text, at + width, word);
        }
        let punctuation = if first == b' ' { at + 1 } else { at };
        let end = run_without(text, punctuation, word | NUMBER | SPACE);
        if end > punctuation {
            return run_of(text, end, NEWLINE);
        }
        let spaces = spaces(text, at);
        if WHOLE_END && spaces.end == text.len() {
            return spaces.end;
        }
        spaces.after_newline.unwrap_or_else(|| spaces.before_text(at, text.len()))
    }

    #[inline]
    fn ends(text: &[u8], at: usize) -> Places {
        let Some((window, len)) = Window::at(text, at) else { return 0 };
        let Parts { mut starts, prefixes, len } = window.parts(len, NUMBERS, false);
        let Window { letters, apostrophes, .. } = window;
        starts |= letters & !(letters << 1) & !(prefixes << 1);
        // A contraction needs a look only where a word goes on behind it.
        for place in each(prefixes & apostrophes & letters >> 2) {
            if let Some(end) = folded_contraction(text, at + place) {
                starts |= letters & only(end - at);
            }
        }
        window.certain(starts, len)
    }
}
