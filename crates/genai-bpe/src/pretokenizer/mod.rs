//! Patterns that cut a text into pieces before BPE; no merge crosses the end of a piece.
//!
//! Tokenizers give such a pattern as a regular expression, and those that people have use about a
//! dozen. Each is a scanner here that needs constant memory and linear time, and is equal to the
//! expression on any text. Expressions are recognised by their text ([`Pattern::from_regex`]); what is
//! none of them is not approximated.
//!
//! What is a letter, a number, a mark or white space is as in Unicode [`UNICODE_VERSION`], the version that
//! tiktoken 0.14 and Hugging Face's tokenizers 0.23 go by, whatever Rust's standard library knows.

mod cl100k;
mod classes;
mod deepseek;
mod gpt2;
mod o200k;
mod runs;
mod spelling;
mod tables;
mod window;

use std::iter::FusedIterator;
use std::ops::ControlFlow;

use self::cl100k::Cl100k;
pub(crate) use self::classes::{is_letter, is_number};
use self::deepseek::DeepSeek;
use self::gpt2::Gpt2;
use self::o200k::O200k;
pub use self::tables::UNICODE_VERSION;
use self::window::Places;

/// How a text is cut into pieces.
///
/// ```
/// use genai_bpe::Pattern;
///
/// let pieces: Vec<&str> = Pattern::O200k.pieces("It's 2026,\n\nisn't it?").collect();
/// assert_eq!(pieces, ["It's", " ", "202", "6", ",\n\n", "isn't", " it", "?"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pattern {
    /// Not at all: the text is one piece.
    #[default]
    Whole,
    /// GPT-2, r50k and p50k: words, numbers and the rest, each with the space before it. tiktoken's newer
    /// spelling of it makes the same pieces.
    Gpt2,
    /// cl100k as first published, which is also that of Llama 3 and GLM-4: any case of contractions, up to
    /// three digits, newlines after punctuation.
    Cl100k,
    /// cl100k as tiktoken spells it since 0.8: white space at the end of a text is one piece, also if there
    /// are newlines in it.
    Cl100kTiktoken,
    /// [`Pattern::Cl100k`] with up to two digits, as in nanochat.
    Cl100kTwoDigits,
    /// [`Pattern::Cl100k`] with any number of digits.
    Cl100kAllDigits,
    /// Qwen 2, 2.5 and 3: [`Pattern::Cl100k`] with single digits.
    Qwen2,
    /// Qwen 3.5: [`Pattern::Qwen2`] with combining marks as parts of words.
    Qwen35,
    /// o200k (GPT-4o, gpt-oss, Llama 4): words also end before a capital letter and take their
    /// contraction with them.
    O200k,
    /// Mistral's Tekken and Nemotron: [`Pattern::O200k`] without contractions, single digits.
    Tekken,
    /// Kimi K2: [`Pattern::O200k`] with Chinese characters apart from other letters.
    KimiK2,
    /// `DeepSeek` V3 and R1: digits first, then Chinese and Japanese, then the rest.
    DeepSeekV3,
}

/// A pattern as a function from where a piece starts to where it ends.
trait Grammar {
    /// The end of the piece that starts at `at`, which is at a piece's start within `text`, which is
    /// valid UTF-8. It is greater than `at`.
    fn end(text: &[u8], at: usize) -> usize;

    /// As many next ends as are quickly found: with bit `i`, a piece ends at `at + i`. None may be
    /// left out between others, and there may be none.
    #[inline]
    fn ends(_text: &[u8], _at: usize) -> Places {
        0
    }
}

struct Whole;

impl Grammar for Whole {
    fn end(text: &[u8], _: usize) -> usize {
        text.len()
    }
}

/// Evaluates the expression with the grammar of the pattern as the type `$grammar`.
macro_rules! with_grammar {
    ($pattern:expr, $grammar:ident => $value:expr) => {
        match $pattern {
            Pattern::Whole => with_grammar!(@ Whole, $grammar, $value),
            Pattern::Gpt2 => with_grammar!(@ Gpt2, $grammar, $value),
            Pattern::Cl100k => with_grammar!(@ Cl100k<3, false, false>, $grammar, $value),
            Pattern::Cl100kTiktoken => with_grammar!(@ Cl100k<3, false, true>, $grammar, $value),
            Pattern::Cl100kTwoDigits => with_grammar!(@ Cl100k<2, false, false>, $grammar, $value),
            Pattern::Cl100kAllDigits => {
                with_grammar!(@ Cl100k<{ usize::MAX }, false, false>, $grammar, $value)
            }
            Pattern::Qwen2 => with_grammar!(@ Cl100k<1, false, false>, $grammar, $value),
            Pattern::Qwen35 => with_grammar!(@ Cl100k<1, true, false>, $grammar, $value),
            Pattern::O200k => with_grammar!(@ O200k<3, true, false>, $grammar, $value),
            Pattern::Tekken => with_grammar!(@ O200k<1, false, false>, $grammar, $value),
            Pattern::KimiK2 => with_grammar!(@ O200k<3, true, true>, $grammar, $value),
            Pattern::DeepSeekV3 => with_grammar!(@ DeepSeek, $grammar, $value),
        }
    };
    (@ $type:ty, $grammar:ident, $value:expr) => {{
        type $grammar = $type;
        $value
    }};
}

impl Pattern {
    // One that is missing here is not recognised by its text, and no test sees it.
    /// All patterns.
    pub const ALL: &'static [Self] = &[
        Self::Whole,
        Self::Gpt2,
        Self::Cl100k,
        Self::Cl100kTiktoken,
        Self::Cl100kTwoDigits,
        Self::Cl100kAllDigits,
        Self::Qwen2,
        Self::Qwen35,
        Self::O200k,
        Self::Tekken,
        Self::KimiK2,
        Self::DeepSeekV3,
    ];

    /// The pieces of `text`, from left to right. They are not empty, and they cover the text.
    ///
    /// ```
    /// use genai_bpe::Pattern;
    ///
    /// let text = "if x:\n    return 10000";
    /// let pieces: Vec<&str> = Pattern::Cl100k.pieces(text).collect();
    /// assert_eq!(pieces, ["if", " x", ":\n", "   ", " return", " ", "100", "00"]);
    /// assert_eq!(pieces.concat(), text);
    /// ```
    pub fn pieces(self, text: &str) -> Pieces<'_> {
        let end = with_grammar!(self, G => Found::end::<G>);
        Pieces { text, at: 0, found: Found::default(), end }
    }

    /// Calls `piece` with the start and end of each piece, from left to right. Pieces are not
    /// empty and cover the text.
    #[inline]
    pub(crate) fn for_each_piece(
        self,
        text: &str,
        piece: impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        with_grammar!(self, G => scan::<G>(text.as_bytes(), piece))
    }
}

#[inline]
fn scan<G: Grammar>(
    text: &[u8],
    mut piece: impl FnMut(usize, usize) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut start = 0;
    while start < text.len() {
        let base = start;
        let mut ends = G::ends(text, base);
        if ends == 0 {
            let end = G::end(text, start);
            debug_assert!(end > start, "a piece is not empty");
            piece(start, end)?;
            start = end;
        }
        while ends != 0 {
            let end = base + ends.trailing_zeros() as usize;
            ends &= ends - 1;
            piece(start, end)?;
            start = end;
        }
    }
    ControlFlow::Continue(())
}

/// The ends of pieces to come that are known already.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    base: usize,
    /// As of [`Grammar::ends`], from `base` on.
    ends: Places,
}

impl Found {
    /// The end of the piece at `start`, where the piece before it ended.
    #[inline]
    fn end<G: Grammar>(&mut self, text: &[u8], start: usize) -> usize {
        if self.ends == 0 {
            self.base = start;
            self.ends = G::ends(text, start);
        }
        if self.ends == 0 {
            return G::end(text, start);
        }
        let end = self.base + self.ends.trailing_zeros() as usize;
        self.ends &= self.ends - 1;
        end
    }
}

/// The pieces of a text; made by [`Pattern::pieces`].
///
/// ```
/// let mut pieces = genai_bpe::Pattern::Gpt2.pieces("We'll see");
/// assert_eq!(pieces.next(), Some("We"));
/// assert_eq!(pieces.next(), Some("'ll"));
/// assert_eq!(pieces.next(), Some(" see"));
/// assert_eq!(pieces.next(), None);
/// ```
#[derive(Clone, Debug)]
pub struct Pieces<'t> {
    text: &'t str,
    at: usize,
    found: Found,
    end: fn(&mut Found, &[u8], usize) -> usize,
}

impl<'t> Iterator for Pieces<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        if self.at == self.text.len() {
            return None;
        }
        let start = self.at;
        self.at = (self.end)(&mut self.found, self.text.as_bytes(), start);
        Some(&self.text[start..self.at])
    }
}

impl FusedIterator for Pieces<'_> {}
