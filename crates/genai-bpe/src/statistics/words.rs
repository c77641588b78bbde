//! Words of a text, and what became of them.

use unicode_segmentation::UnicodeSegmentation;

use super::quotient;
use crate::Encoding;

/// Words by one rule, and how many of them are tokens.
///
/// ```
/// use genai_bpe::statistics::Words;
/// let words = Words { words: 4, whole: 3 };
/// assert_eq!(words.fertility(6), Some(1.5));
/// assert_eq!(words.share_whole(), Some(0.75));
/// assert_eq!(Words::default().share_whole(), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Words.
    pub words: u64,
    /// Those that one token covers, alone or with what is beside them.
    pub whole: u64,
}

impl Words {
    /// Tokens for each word, of all tokens of the texts (Rust et al., ACL 2021). `None` without a
    /// word.
    pub fn fertility(self, tokens: u64) -> Option<f64> {
        quotient(tokens, self.words)
    }

    /// The share of words that are kept whole: the single-token retention rate. `None` without a word.
    pub fn share_whole(self) -> Option<f64> {
        quotient(self.whole, self.words)
    }

    pub(super) fn add(&mut self, other: Self) {
        self.words += other.words;
        self.whole += other.whole;
    }

    /// Counts words, given by their places in order; `is_token` tells ids that cover a word from
    /// those that only stand in for one.
    pub(super) fn count(
        &mut self,
        words: impl Iterator<Item = (usize, usize)>,
        encoding: &Encoding,
        is_token: impl Fn(u32) -> bool,
    ) {
        let mut tokens = encoding.ids.iter().zip(&encoding.offsets).peekable();
        for (start, end) in words {
            self.words += 1;
            while tokens.next_if(|(_, (_, token_end))| *token_end <= start).is_some() {}
            let mut here = tokens.clone().take_while(|(_, (token_start, _))| *token_start < end);
            let only = here.next().filter(|_| here.next().is_none());
            self.whole += u64::from(only.is_some_and(|(&id, _)| is_token(id)));
        }
    }
}

/// Where the words between white space are, as Python's `str.split` finds them.
pub(super) fn by_white_space(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find(|c| !is_white_space(c))?;
        let end = text[start..].find(is_white_space).map_or(text.len(), |length| start + length);
        from = end;
        Some((start, end))
    })
}

/// Unicode's white space and the four separators that Python adds to it.
fn is_white_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// Where the words of UAX #29 are that hold a letter or a digit.
pub(super) fn by_unicode(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.unicode_word_indices().map(|(start, word)| (start, start + word.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str, offsets: &[(usize, usize)], unknown: u32) -> [(u64, u64); 2] {
        let ids = (0..).take(offsets.len()).collect();
        let encoding = Encoding { ids, offsets: offsets.to_vec() };
        let (mut spaces, mut unicode) = (Words::default(), Words::default());
        spaces.count(by_white_space(text), &encoding, |id| id != unknown);
        unicode.count(by_unicode(text), &encoding, |id| id != unknown);
        [spaces, unicode].map(|Words { words, whole }| (words, whole))
    }

    #[test]
    fn words_that_one_token_covers() {
        let text = "the cats, sat";
        let kept = [(0, 3), (3, 8), (8, 9), (9, 13)];
        assert_eq!(whole(text, &kept, 9), [(3, 2), (3, 3)]);
        assert_eq!(whole(text, &kept, 0), [(3, 1), (3, 2)], "what is unknown is not kept");
        let cut = [(0, 2), (2, 4), (4, 9), (9, 13)];
        assert_eq!(whole(text, &cut, 9), [(3, 2), (3, 2)]);
        // One token for two words keeps both; words that no token covers are lost.
        assert_eq!(whole(text, &[(0, 9)], 9), [(3, 2), (3, 2)]);
        assert_eq!(whole("", &[], 9), [(0, 0), (0, 0)]);
        assert_eq!(whole(" \t\u{1c}\u{a0}", &[(0, 5)], 9), [(0, 0), (0, 0)]);
        // Bytes that stand in for one character all cover it.
        assert_eq!(whole("é", &[(0, 2), (0, 2)], 9), [(1, 0), (1, 0)]);
    }

    #[test]
    fn scripts_without_spaces_have_words() {
        let places: Vec<_> = by_unicode("中文, 3.5!").collect();
        assert_eq!(places, [(0, 3), (3, 6), (8, 11)]);
    }
}
