//! GPT-2's pattern, and that of r50k and p50k.

use super::Grammar;
use super::classes::{LETTER, NUMBER, SPACE, class_at};
use super::runs::{contraction, run_of, run_of_letters, run_without, spaces};
use super::window::{Places, Window, each, only};

/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
pub(super) struct Gpt2;

impl Grammar for Gpt2 {
    #[inline]
    fn end(text: &[u8], at: usize) -> usize {
        let (mut class, mut width) = class_at(text, at);
        let mut from = at;
        match text[at] {
            b'\'' => {
                if let Some(end) = contraction(text, at) {
                    return end;
                }
            }
            b' ' => {
                let (next, next_width) = class_at(text, at + 1);
                if next & SPACE == 0 && next_width > 0 {
                    (class, width, from) = (next, next_width, at + 1);
                }
            }
            _ => {}
        }
        if class & LETTER != 0 {
            run_of_letters(text, from, LETTER)
        } else if class & NUMBER != 0 {
            run_of(text, from + width, NUMBER)
        } else if class & SPACE != 0 {
            spaces(text, at).before_text(at, text.len())
        } else {
            run_without(text, from + width, LETTER | NUMBER | SPACE)
        }
    }

    #[inline]
    fn ends(text: &[u8], at: usize) -> Places {
        let Some((window, len)) = Window::at(text, at) else { return 0 };
        let Window { letters, digits, white, spaces, .. } = window;
        let text_after_space = spaces << 1 & !white;
        let change = (letters ^ letters << 1) | (digits ^ digits << 1) | (white ^ white << 1);
        // Where white space ends, its last character is apart.
        let last_white = white & !(white >> 1);
        let mut starts = change & !text_after_space | last_white | 1;
        let quoted = starts & window.apostrophes & letters >> 1;
        for place in each(quoted) {
            if let Some(end) = contraction(text, at + place) {
                starts &= !(2 << place);
                starts |= only(end - at);
            }
        }
        window.certain(starts, len)
    }
}
