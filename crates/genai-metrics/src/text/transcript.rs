//! How transcripts of speech are normalised and cut: jiwer's transforms.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use super::blocks::{BLOCK, Places, Spans, places_of};
use super::{is_white_space, lowercase};
use crate::options::{OptionKind, OptionSpec, Options};
use crate::spec::Signature;

/// A transcript as words or as characters, after what its options take out of it. By default it is
/// cut as jiwer 4.0 does it for WER, and with [`Unit::Character`] for CER.
///
/// ```
/// use genai_metrics::text::{Scheme, Transcript, Unit};
/// use genai_metrics::Tokenizer;
/// let tokens = |transcript, text| {
///     Tokenizer { scheme: Scheme::Transcript(transcript), ..Tokenizer::default() }.tokenize(text)
/// };
/// assert_eq!(tokens(Transcript::default(), "Well,  yes.")?, ["Well,", "yes."]);
/// let plain = Transcript { lowercase: true, remove_punctuation: true, ..Transcript::default() };
/// assert_eq!(tokens(plain, "Well,  yes.")?, ["well", "yes"]);
/// let characters = Transcript { unit: Unit::Character, ..Transcript::default() };
/// assert_eq!(tokens(characters, " o k ")?, ["o", " ", "k"]);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Transcript {
    /// What a token is.
    pub unit: Unit,
    /// Whether the text is brought into Unicode's normal form NFKC, before all else.
    pub nfkc: bool,
    /// Whether it is lower-cased then, as Python's `str.lower()` does it.
    pub lowercase: bool,
    /// Whether punctuation is deleted then: characters of Unicode's categories P, as jiwer's
    /// `RemovePunctuation` on Python 3.11 (Unicode 14).
    pub remove_punctuation: bool,
    /// Whether each run of white space is one space then. Without it a single tab, no-break space
    /// or newline belongs to a word, as in jiwer.
    pub collapse_spaces: bool,
    /// Whether white space at both ends is no part of the characters; words never have it.
    pub trim: bool,
}

impl Default for Transcript {
    fn default() -> Self {
        Self {
            unit: Unit::Word,
            nfkc: false,
            lowercase: false,
            remove_punctuation: false,
            collapse_spaces: false,
            trim: true,
        }
    }
}

/// What errors are counted in.
///
/// ```
/// use genai_metrics::text::Unit;
/// assert_eq!(Unit::NAMES, ["word", "char"]);
/// assert_eq!(Unit::Character.name(), "char");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Unit {
    /// What stands between spaces, or between runs of two or more characters of white space.
    #[default]
    Word,
    /// Single code points, spaces included.
    Character,
}

impl Unit {
    /// The units' names.
    pub const NAMES: &[&str] = &["word", "char"];

    /// The name on the command line and in signatures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Character => "char",
        }
    }

    /// The unit of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Word, Self::Character].into_iter().find(|unit| unit.name() == name)
    }
}

impl Transcript {
    /// The options that normalise a transcript.
    pub const OPTIONS: [OptionSpec; 4] = [
        OptionSpec {
            name: "nfkc",
            kind: OptionKind::Flag,
            default: None,
            help: "Bring texts into Unicode's normal form NFKC first",
        },
        OptionSpec {
            name: "lowercase",
            kind: OptionKind::Flag,
            default: None,
            help: "Ignore case",
        },
        OptionSpec {
            name: "remove-punctuation",
            kind: OptionKind::Flag,
            default: None,
            help: "Delete punctuation of every script (Unicode's categories P; symbols such as $ \
                   and + stay)",
        },
        OptionSpec {
            name: "collapse-spaces",
            kind: OptionKind::Flag,
            default: None,
            help: "Take each run of white space for one space",
        },
    ];

    /// What [`Transcript::OPTIONS`] ask for, in words.
    pub fn from_options(options: &Options) -> Self {
        Self {
            nfkc: options.flag("nfkc"),
            lowercase: options.flag("lowercase"),
            remove_punctuation: options.flag("remove-punctuation"),
            collapse_spaces: options.flag("collapse-spaces"),
            ..Self::default()
        }
    }

    /// Adds what changes tokens to a signature.
    pub fn sign(self, signature: &mut Signature) {
        let Self { unit, nfkc, lowercase, remove_punctuation, collapse_spaces, trim: _ } = self;
        signature.push("unit", unit.name());
        signature.push("case", if lowercase { "lc" } else { "mixed" });
        signature.push("punct", if remove_punctuation { "removed" } else { "kept" });
        if nfkc {
            signature.push("norm", "nfkc");
        }
        if collapse_spaces {
            signature.push("space", "collapsed");
        }
    }

    /// The text as it is cut.
    pub(super) fn rewrite(self, text: &mut String, spare: &mut String) {
        if self.nfkc && is_nfkc_quick(text.chars()) != IsNormalized::Yes {
            spare.clear();
            spare.extend(text.nfkc());
            std::mem::swap(text, spare);
        }
        if self.lowercase {
            spare.clear();
            lowercase(text, spare);
            std::mem::swap(text, spare);
        }
        if self.remove_punctuation {
            text.retain(|c| !is_punctuation(c));
        }
        // Words fall apart at runs of two or more, so that what else stands alone stays.
        let shortest = match (self.collapse_spaces, self.unit) {
            (true, _) => 1,
            (false, Unit::Word) => 2,
            (false, Unit::Character) => usize::MAX,
        };
        if shortest < usize::MAX && may_have_other_space(text.as_bytes()) {
            collapse(text, shortest, spare);
            std::mem::swap(text, spare);
        } else if shortest == 1 {
            join_spaces(text, spare);
            std::mem::swap(text, spare);
        }
        if self.trim || self.unit == Unit::Word {
            text.truncate(text.trim_end_matches(is_white_space).len());
            let before = text.len() - text.trim_start_matches(is_white_space).len();
            if before > 0 {
                text.drain(..before);
            }
        }
        spare.clear();
    }

    /// Cuts `bytes[..length]`, the text as it was rewritten and spaces after it.
    pub(super) fn split(self, bytes: &[u8], length: usize, spans: &mut Spans) {
        match self.unit {
            Unit::Word => spans.split_runs(bytes, length, not_spaces),
            Unit::Character => {
                let mut start = 0;
                for (at, byte) in bytes[..length].iter().enumerate().skip(1) {
                    if byte & 0xc0 != 0x80 {
                        spans.push(start, at);
                        start = at;
                    }
                }
                if length > 0 {
                    spans.push(start, length);
                }
            }
        }
    }
}

/// Where a block has anything but spaces.
#[inline]
fn not_spaces(block: &[u8; BLOCK]) -> Places {
    places_of(block, |byte| byte != b' ')
}

/// Whether there can be white space that is no space: seldom wrong, and no miss.
fn may_have_other_space(bytes: &[u8]) -> bool {
    // First bytes of U+0085, U+00A0, U+1680, U+2000 to U+205F and U+3000; many at once.
    let may_begin = |byte: u8| {
        u8::from(byte < b' ') | u8::from(byte == 0xc2) | u8::from(byte.wrapping_sub(0xe1) < 3)
    };
    bytes.iter().fold(0, |found, &byte| found | may_begin(byte)) > 0
}

/// Puts a space in place of each run of so many characters of white space or more.
fn collapse(text: &str, shortest: usize, out: &mut String) {
    out.clear();
    let mut rest = text;
    while let Some(at) = rest.find(is_white_space) {
        let (before, from) = rest.split_at(at);
        let after = from.trim_start_matches(is_white_space);
        let run = &from[..from.len() - after.len()];
        out.push_str(before);
        out.push_str(if run.chars().count() < shortest { run } else { " " });
        rest = after;
    }
    out.push_str(rest);
}

/// As [`collapse`], of a text without other white space than spaces.
fn join_spaces(text: &str, out: &mut String) {
    out.clear();
    let mut after_space = false;
    for c in text.chars() {
        let is_space = c == ' ';
        if !(is_space && after_space) {
            out.push(c);
        }
        after_space = is_space;
    }
}

/// Punctuation by Unicode 14, as Python 3.11's `unicodedata` has it.
fn is_punctuation(c: char) -> bool {
    use super::character::{Category, category};
    if c.is_ascii() {
        return c.is_ascii_punctuation()
            && !matches!(c, '$' | '+' | '<'..='>' | '^' | '`' | '|' | '~');
    }
    let code = u32::from(c);
    category(code) == Category::Punctuation && !super::character::within(YOUNGER, code)
}

/// What Unicode 15 to 17 made punctuation.
const YOUNGER: &[(u32, u32)] = &[
    (0x1b4e, 0x1b4f),
    (0x1b7f, 0x1b7f),
    (0x2e60, 0x2e63),
    (0x10d6e, 0x10d6e),
    (0x10ed0, 0x10ed0),
    (0x113d4, 0x113d5),
    (0x113d7, 0x113d8),
    (0x11b00, 0x11b09),
    (0x11be1, 0x11be1),
    (0x11f43, 0x11f4f),
    (0x16d6d, 0x16d6f),
    (0x1e5ff, 0x1e5ff),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Scheme, Tokenizer};

    fn tokens(transcript: Transcript, text: &str) -> Vec<String> {
        let scheme = Scheme::Transcript(transcript);
        Tokenizer { scheme, ..Tokenizer::default() }.tokenize(text).unwrap()
    }

    fn rewritten(transcript: Transcript, text: &str) -> String {
        let (mut text, mut spare) = (text.to_owned(), String::new());
        transcript.rewrite(&mut text, &mut spare);
        text
    }

    #[test]
    fn words_fall_apart_as_in_jiwer() {
        let words = |text| tokens(Transcript::default(), text);
        assert_eq!(words("a b  c"), ["a", "b", "c"]);
        assert_eq!(words(" a\tb \tc\u{a0}d\u{a0}\u{2003}e\n"), ["a\tb", "c\u{a0}d", "e"]);
        assert!(words(" \t ").is_empty() && words("").is_empty());
        let collapsed = Transcript { collapse_spaces: true, ..Transcript::default() };
        assert_eq!(tokens(collapsed, "\ta\tb\u{a0}c  d "), ["a", "b", "c", "d"]);
        assert_eq!(tokens(collapsed, "a   b"), ["a", "b"]);
    }

    #[test]
    fn characters_are_code_points() {
        let characters = Transcript { unit: Unit::Character, ..Transcript::default() };
        assert_eq!(tokens(characters, "\u{a0}é\u{301}  a\t"), ["é", "\u{301}", " ", " ", "a"]);
        let collapsed = Transcript { collapse_spaces: true, ..characters };
        assert_eq!(tokens(collapsed, "a \t b\tc"), ["a", " ", "b", " ", "c"]);
        let whole = Transcript { trim: false, ..characters };
        assert_eq!(tokens(whole, " a "), [" ", "a", " "]);
    }

    #[test]
    fn punctuation_goes_and_symbols_stay() {
        let plain = Transcript { remove_punctuation: true, ..Transcript::default() };
        assert_eq!(rewritten(plain, "$1,000 – “so”: a+b! \u{2e60}。"), "$1000 so a+b \u{2e60}");
        let ascii: String = ('!'..='~').filter(|c| is_punctuation(*c)).collect();
        assert_eq!(ascii, "!\"#%&'()*,-./:;?@[\\]_{}");
    }

    #[test]
    fn normal_form_comes_before_case() {
        let plain = Transcript { nfkc: true, lowercase: true, ..Transcript::default() };
        assert_eq!(rewritten(plain, "ﬁne™ e\u{301}"), "finetm é");
    }
}
