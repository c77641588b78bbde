//! `tercom`: how tercom, the first program for TER, cuts texts, as sacreBLEU has it.
//!
//! sacreBLEU's source means more than it does, and what it does is what stands here: the range of
//! enclosed CJK letters ends at U+3F22 (U+32FF was meant), and its rules for runs of kana ask for
//! the beginning of a text, before which it has put a space, so that none of them ever applies.

use memchr::memchr;

use super::character::{is_white_space, within};
use super::v13a::replace;

/// What [`Scheme::Tercom`](super::Scheme::Tercom) does before it splits at white space; nothing by
/// default.
///
/// ```
/// use genai_metrics::Tokenizer;
/// use genai_metrics::text::{Scheme, Tercom};
/// let line = |tercom| {
///     Tokenizer { scheme: Scheme::Tercom(tercom), ..Tokenizer::default() }.line("The cat's, 3.5 漢字。")
/// };
/// let plain = Tercom::default();
/// assert_eq!(line(plain)?, "The cat's, 3.5 漢字。");
/// assert_eq!(line(Tercom { normalized: true, ..plain })?, "The cat's , 3.5 漢字。");
/// assert_eq!(line(Tercom { no_punctuation: true, ..plain })?, "The cat's 35 漢字。");
/// assert_eq!(line(Tercom { normalized: true, no_punctuation: false, asian: true })?, "The cat's , 3.5 漢 字 。");
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tercom {
    /// Whether lines are joined, four entities decoded, and ASCII punctuation split off, nearly as
    /// by `13a`.
    pub normalized: bool,
    /// Whether `. , ? : ; ! " ( )` are taken out, within numbers too.
    pub no_punctuation: bool,
    /// Whether Chinese characters are split from each other where texts are normalized, and
    /// East Asian punctuation is taken out where punctuation is. Alone it does nothing.
    pub asian: bool,
}

impl Tercom {
    /// Rewrites a text so that white space separates its tokens; `spare` is working memory.
    pub(super) fn rewrite(self, text: &mut String, spare: &mut String) {
        let Self { normalized, no_punctuation, asian } = self;
        if normalized && !text.is_empty() {
            normalize(text, spare);
            if asian {
                set_apart(text, spare, |c| is_ideograph(c) || is_asian_punctuation(c));
            }
        }
        if no_punctuation {
            text.retain(|c| !(is_punctuation(c) || asian && is_asian_punctuation(c)));
        }
    }

    /// Rewrites a reference, which sacreBLEU's TER does twice, with single spaces between. That is
    /// seldom nothing: `.,5` falls into two tokens at first and three then, and the `'s` of `it's.`
    /// is split off where the full stop is gone.
    pub(super) fn rewrite_twice(self, text: &mut String, spare: &mut String) {
        self.rewrite(text, spare);
        // All else is done with the first time.
        if self.normalized {
            spare.clear();
            for word in text.split(is_white_space).filter(|word| !word.is_empty()) {
                spare.extend([word, " "]);
            }
            spare.pop();
            std::mem::swap(text, spare);
            self.rewrite(text, spare);
        }
    }
}

fn normalize(text: &mut String, spare: &mut String) {
    // A hyphen that begins a line is taken for one that ended the line before, a slip of old.
    for (pattern, replacement) in [("\n-", ""), ("\n", " ")] {
        replace(text, pattern, replacement, spare);
    }
    if memchr(b'&', text.as_bytes()).is_some() {
        for (entity, character) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")]
        {
            replace(text, entity, character, spare);
        }
    }
    text.insert(0, ' ');
    text.push(' ');
    let alone = |c| matches!(c, '!'..='&' | '('..='+' | '/' | ':'..='@' | '['..='`' | '{'..='~');
    set_apart(text, spare, alone);
    replace(text, "'s ", " 's ", spare);
    let mark = |c| matches!(c, '.' | ',');
    let digit = |c: char| c.is_ascii_digit();
    split_pairs(text, spare, |a, b| !digit(a) && mark(b), ["", " "]);
    split_pairs(text, spare, |a, b| mark(a) && !digit(b), [" ", ""]);
    split_pairs(text, spare, |a, b| digit(a) && b == '-', ["", " "]);
}

/// Puts a space on either side of these characters.
fn set_apart(text: &mut String, spare: &mut String, is_apart: impl Fn(char) -> bool) {
    spare.clear();
    for c in text.chars() {
        if is_apart(c) {
            spare.extend([' ', c, ' ']);
        } else {
            spare.push(c);
        }
    }
    std::mem::swap(text, spare);
}

/// Puts a space between the two of each pair, and what is given before and after it. Pairs are
/// found from the left and do not overlap, as the matches of a regular expression.
fn split_pairs(
    text: &mut String,
    spare: &mut String,
    is_pair: impl Fn(char, char) -> bool,
    [before, after]: [&str; 2],
) {
    spare.clear();
    let mut characters = text.chars();
    while let Some(first) = characters.next() {
        let mut rest = characters.clone();
        match rest.next() {
            Some(second) if is_pair(first, second) => {
                spare.push_str(before);
                spare.extend([first, ' ', second]);
                spare.push_str(after);
                characters = rest;
            }
            _ => spare.push(first),
        }
    }
    std::mem::swap(text, spare);
}

fn is_punctuation(c: char) -> bool {
    matches!(c, '.' | ',' | '?' | ':' | ';' | '!' | '"' | '(' | ')')
}

/// Characters of CJK blocks, sorted.
const IDEOGRAPHS: [(u32, u32); 6] = [
    (0x2e80, 0x2eff),
    (0x31c0, 0x31ef),
    (0x3200, 0x4dbf),
    (0x4e00, 0x9fff),
    (0xf900, 0xfaff),
    (0xfe30, 0xfe4f),
];

fn is_ideograph(c: char) -> bool {
    c >= '\u{2e80}' && within(&IDEOGRAPHS, u32::from(c))
}

/// East Asian marks, and those of full width.
fn is_asian_punctuation(c: char) -> bool {
    matches!(
        c,
        '\u{3001}'..='\u{3002}'
            | '\u{3008}'..='\u{3011}'
            | '\u{3014}'..='\u{301f}'
            | '\u{30fb}'
            | '\u{ff01}'..='\u{ff02}'
            | '\u{ff08}'..='\u{ff09}'
            | '\u{ff0c}'
            | '\u{ff0e}'
            | '\u{ff1a}'..='\u{ff1b}'
            | '\u{ff1f}'
            | '\u{ff61}'..='\u{ff65}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kana_stay_together() {
        let mut text = "ひらカタ漢字".to_owned();
        let every = Tercom { normalized: true, no_punctuation: false, asian: true };
        every.rewrite(&mut text, &mut String::new());
        assert_eq!(text.split_whitespace().collect::<Vec<_>>(), ["ひらカタ", "漢", "字"]);
    }

    #[test]
    fn references_are_cut_twice() {
        let tercom = Tercom { normalized: true, ..Tercom::default() };
        for (text, once, twice) in [
            (".,5", &[".", ",5"][..], &[".", ",", "5"][..]),
            ("it's\t2", &["it's", "2"], &["it", "'s", "2"]),
        ] {
            let rewritten = |rewrite: fn(Tercom, &mut String, &mut String)| {
                let mut rewritten = text.to_owned();
                rewrite(tercom, &mut rewritten, &mut String::new());
                rewritten.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(rewritten(Tercom::rewrite), once, "{text}");
            assert_eq!(rewritten(Tercom::rewrite_twice), twice, "{text}");
        }
    }

    #[test]
    fn possessives_are_split_before_spaces_only() {
        for (text, tokens) in [
            ("dog's", &["dog", "'s"][..]),
            ("dog's!", &["dog", "'s", "!"]),
            ("dog's.", &["dog's", "."]),
            ("a\n-b &amp;lt; 5-6", &["ab", "<", "5", "-", "6"]),
        ] {
            let mut rewritten = text.to_owned();
            Tercom { normalized: true, ..Tercom::default() }
                .rewrite(&mut rewritten, &mut String::new());
            assert_eq!(rewritten.split_whitespace().collect::<Vec<_>>(), tokens, "{text}");
        }
    }
}
