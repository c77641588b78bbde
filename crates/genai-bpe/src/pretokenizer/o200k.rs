//! The pattern of o200k and those that came of it: Tekken, Kimi K2.

use super::Grammar;
use super::classes::{Class, HAN, LETTER, LOWER, MARK, NEWLINE, NUMBER, SPACE, UPPER, class_at};
use super::runs::{folded_contraction, numbers, run_of, run_without, small_letters, spaces};
use super::window::{Parts, Places, Window, each, only};

/// ```text
/// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// |[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// |\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
/// ```
///
/// `NUMBERS` is how many numbers stay together; without `CONTRACTIONS` words have no such suffix;
/// with `HAN_ALONE` runs of `\p{Han}` come first and are in no word, and no slash follows
/// punctuation.
pub(super) struct O200k<const NUMBERS: usize, const CONTRACTIONS: bool, const HAN_ALONE: bool>;

impl<const NUMBERS: usize, const CONTRACTIONS: bool, const HAN_ALONE: bool> Grammar
    for O200k<NUMBERS, CONTRACTIONS, HAN_ALONE>
{
    #[inline]
    fn end(text: &[u8], at: usize) -> usize {
        let (class, width) = class_at(text, at);
        if HAN_ALONE && class & HAN != 0 {
            return run_of(text, at + width, HAN);
        }
        if class & (NUMBER | NEWLINE) == 0 {
            let from = if class & LETTER == 0 { at + width } else { at };
            if let Some(end) = Self::word(text, from, class & MARK != 0) {
                return if CONTRACTIONS && text.get(end) == Some(&b'\'') {
                    folded_contraction(text, end).unwrap_or(end)
                } else {
                    end
                };
            }
        }
        if class & NUMBER != 0 {
            return numbers(text, at, NUMBERS);
        }
        let punctuation = if text[at] == b' ' { at + 1 } else { at };
        let end = run_without(text, punctuation, LETTER | NUMBER | SPACE);
        if end > punctuation {
            return after_punctuation(text, end, !HAN_ALONE);
        }
        let spaces = spaces(text, at);
        spaces.after_newline.unwrap_or_else(|| spaces.before_text(at, text.len()))
    }

    #[inline]
    fn ends(text: &[u8], at: usize) -> Places {
        let Some((window, mut len)) = Window::at(text, at) else { return 0 };
        if !HAN_ALONE {
            // A slash after newlines after punctuation belongs to these.
            let odd = window.slashes & window.newlines << 1;
            len = len.min(odd.trailing_zeros() as usize);
        }
        let Parts { mut starts, prefixes, len } = window.parts(len, NUMBERS, false);
        let Window { letters, small, apostrophes, .. } = window;
        let capitals = letters & !small;
        starts |= letters & !(letters << 1) & !(prefixes << 1) | capitals & small << 1;
        if CONTRACTIONS {
            let mut after = 0;
            for place in each(apostrophes & letters << 1 & letters >> 1) {
                if place == after {
                    continue;
                }
                if let Some(end) = folded_contraction(text, at + place) {
                    after = end - at;
                    let end = only(after);
                    starts &= !(end.wrapping_sub(1 << place));
                    starts |= letters & end;
                }
            }
        }
        window.certain(starts, len)
    }
}

impl<const NUMBERS: usize, const CONTRACTIONS: bool, const HAN_ALONE: bool>
    O200k<NUMBERS, CONTRACTIONS, HAN_ALONE>
{
    #[inline]
    fn class_at(text: &[u8], at: usize) -> (Class, usize) {
        let (class, width) = class_at(text, at);
        if HAN_ALONE && class & HAN != 0 { (0, width) } else { (class, width) }
    }

    /// The end of the word that starts at `at`, without contraction. `marked` says that the
    /// character before, which is the optional one, is a mark and so could be a word itself.
    ///
    /// Of the two alternatives the first one wins wherever it can match, and it has to end with a
    /// letter that may be a small one. So after the run that need not be small come all the small
    /// ones. If there is none, the run is given back up to the last letter that is of either
    /// kind. If there is none of these either, it may still be the mark before the run. Only
    /// then the second alternative takes the run.
    #[inline]
    fn word(text: &[u8], at: usize, marked: bool) -> Option<usize> {
        let mut upper = at;
        let mut either = marked.then_some(at);
        loop {
            let (class, width) = Self::class_at(text, upper);
            if class & (UPPER | MARK) == 0 {
                break;
            }
            upper += width;
            if class & (LOWER | MARK) != 0 {
                either = Some(upper);
            }
        }
        let mut lower = upper;
        loop {
            lower = small_letters(text, lower);
            let (class, width) = Self::class_at(text, lower);
            if class & (LOWER | MARK) == 0 {
                break;
            }
            lower += width;
        }
        if lower > upper { Some(lower) } else { either.or((upper > at).then_some(upper)) }
    }
}

#[inline]
fn after_punctuation(text: &[u8], mut at: usize, slash: bool) -> usize {
    let follows = |byte: &u8| matches!(byte, b'\r' | b'\n') || slash && *byte == b'/';
    while text.get(at).is_some_and(follows) {
        at += 1;
    }
    at
}
