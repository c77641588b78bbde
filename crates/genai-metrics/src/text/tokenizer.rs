//! Case folding, then a scheme: text to tokens.

use unicode_segmentation::UnicodeSegmentation;

use super::blocks::Spans;
use super::{Scheme, SentenceSplit, Stemmer, intl, is_white_space, lowercase, plain, v13a, zh};
use crate::error::{Error, ErrorKind};
use crate::options::{OptionKind, OptionSpec, Options};

/// Turns a text into tokens: lower case if asked for, trailing white space off, then the scheme,
/// in the order of sacreBLEU's BLEU.
///
/// Metrics that name equal tokenizers share one cut of each text.
///
/// ```
/// use genai_metrics::{Tokenizer, text::Scheme};
/// let tokenizer = Tokenizer { scheme: Scheme::V13a, lowercase: true, ..Tokenizer::default() };
/// assert_eq!(tokenizer.tokenize("Hello, World!")?, ["hello", ",", "world", "!"]);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tokenizer {
    /// The rules by which the text is cut.
    pub scheme: Scheme,
    /// Whether the text is lower-cased first, as Python's `str.lower()` does it.
    pub lowercase: bool,
    /// What words are reduced to.
    pub stemmer: Stemmer,
    /// How the text falls into sentences, each of which is cut by itself.
    pub sentences: SentenceSplit,
}

impl Tokenizer {
    /// The tokens of one text.
    ///
    /// # Errors
    /// [`ErrorKind::SegmentTooLong`] for a text of 128 MiB or more.
    pub fn tokenize(&self, text: &str) -> Result<Vec<String>, Error> {
        let mut tokens = Tokens::default();
        tokens.cut(*self, text)?;
        Ok(tokens.iter().map(str::to_owned).collect())
    }

    /// The text as the reference's tokenizer of this name returns it: one line, tokens separated
    /// by single spaces. `none` returns the text as it is, and `char` puts a space between all
    /// code points, white space included.
    ///
    /// # Errors
    /// [`ErrorKind::SegmentTooLong`] for a text of 128 MiB or more.
    pub fn line(&self, text: &str) -> Result<String, Error> {
        let mut tokens = Tokens::default();
        tokens.cut(*self, text)?;
        let mut line = String::with_capacity(text.len() * 2);
        match self.scheme {
            Scheme::None => line.push_str(tokens.text()),
            Scheme::Char => tokens.text().chars().for_each(|c| line.extend([c, ' '])),
            Scheme::V13a | Scheme::Intl | Scheme::Zh | Scheme::Unicode => {
                tokens.iter().for_each(|token| line.extend([token, " "]));
            }
        }
        if self.scheme != Scheme::None {
            line.pop();
        }
        Ok(line)
    }

    /// The option that names the scheme, for metrics that leave the choice to the user.
    pub const TOKENIZE: OptionSpec = OptionSpec {
        name: "tokenize",
        kind: OptionKind::Choice(Scheme::NAMES),
        default: Some("13a"),
        help: "How texts are cut into tokens; `genai-eval list` describes the schemes",
    };

    /// The option that folds case, for metrics that leave the choice to the user.
    pub const LOWERCASE: OptionSpec = OptionSpec {
        name: "lowercase",
        kind: OptionKind::Flag,
        default: None,
        help: "Ignore case",
    };

    /// The tokenizer that [`Tokenizer::TOKENIZE`] and [`Tokenizer::LOWERCASE`] ask for.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownName`].
    pub fn from_options(options: &Options) -> Result<Self, Error> {
        let scheme = options.get(Self::TOKENIZE.name).map_or(Ok(Scheme::default()), str::parse)?;
        let lowercase = options.flag(Self::LOWERCASE.name);
        Ok(Self { scheme, lowercase, ..Self::default() })
    }
}

/// The tokens of one text, in a buffer that the next text uses again.
///
/// ```
/// use genai_metrics::{Tokenizer, Tokens};
/// let mut tokens = Tokens::default();
/// for text in ["A cat.", "Two cats."] {
///     tokens.cut(Tokenizer::default(), text)?;
///     assert_eq!((tokens.len(), tokens.iter().last()), (3, Some(".")));
/// }
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// The text after lower-casing and the scheme's rewriting, then [`PADDING`].
    buffer: String,
    length: usize,
    spans: Spans,
    spare: String,
}

/// Fills the last block of 64 bytes, and leaves room for loads of 16 bytes at any token.
const PADDING: &str = "                                                                ";

/// A text this long or longer is refused: places and n-grams are numbered in 32 bits.
pub(crate) const LIMIT: usize = 1 << 27;

impl Tokens {
    /// Cuts `text`, forgetting the text before.
    ///
    /// # Errors
    /// [`ErrorKind::SegmentTooLong`] for a text of 128 MiB or more.
    pub fn cut(&mut self, tokenizer: Tokenizer, text: &str) -> Result<(), Error> {
        if text.len() >= LIMIT {
            return Err(Error::new(ErrorKind::SegmentTooLong { bytes: text.len() }));
        }
        let Tokenizer { scheme, lowercase: fold, stemmer: _, sentences: _ } = tokenizer;
        let Self { buffer, length, spans, spare } = self;
        buffer.clear();
        spans.clear();
        if fold {
            lowercase(text, buffer);
        } else {
            buffer.push_str(text);
        }
        buffer.truncate(trim_end(buffer));
        if scheme == Scheme::V13a {
            v13a::rewrite(buffer, spare);
        }
        *length = buffer.len();
        buffer.push_str(PADDING);
        let (bytes, length) = (buffer.as_bytes(), *length);
        match scheme {
            Scheme::None => spans.split::<plain::Words>(bytes, 0, length),
            Scheme::V13a => spans.split::<v13a::V13a>(bytes, 0, length),
            Scheme::Intl => spans.split::<intl::Intl>(bytes, 0, length),
            Scheme::Char => spans.split::<plain::Characters>(bytes, 0, length),
            Scheme::Zh => {
                let text = &buffer[..length];
                let from = length - text.trim_start_matches(is_white_space).len();
                spans.split::<zh::Zh>(bytes, from, length);
            }
            Scheme::Unicode => unicode_words(&buffer[..length], spans),
        }
        Ok(())
    }

    /// The number of tokens.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether the text had no token.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The tokens in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.spans.iter().map(|(start, end)| &self.buffer[start..end])
    }

    /// The text that was cut, after lower-casing, trimming and rewriting.
    fn text(&self) -> &str {
        &self.buffer[..self.length]
    }

    /// The text and 16 or more bytes after it.
    pub(super) fn padded(&self) -> &[u8] {
        self.buffer.as_bytes()
    }

    pub(super) fn spans(&self) -> &Spans {
        &self.spans
    }
}

/// The words and marks between the word boundaries of UAX #29. A combining mark belongs to the
/// space before it there; here it stands alone, since no token holds white space.
fn unicode_words(text: &str, spans: &mut Spans) {
    for (at, word) in text.split_word_bound_indices() {
        let mut start = at;
        for part in word.split_inclusive(is_white_space) {
            let token = part.trim_end_matches(is_white_space);
            if !token.is_empty() {
                spans.push(start, start + token.len());
            }
            start += part.len();
        }
    }
}

/// Where Python's `str.rstrip()` would end the text.
fn trim_end(text: &str) -> usize {
    match text.as_bytes().last() {
        // Nearly every text ends in a byte that no white space can end in.
        Some(b'!'..=b'~') => text.len(),
        _ => text.trim_end_matches(is_white_space).len(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Tokens hold no white space, are never empty, and come in the order of the text.
        #[test]
        fn tokens_are_parts_of_the_text(text in "(\\PC|[ \u{301}\u{a0}\u{2028}a1.,'-]){0,40}") {
            for &scheme in Scheme::ALL {
                let tokens = Tokenizer { scheme, lowercase: false, ..Tokenizer::default() }.tokenize(&text).unwrap();
                for token in &tokens {
                    prop_assert!(!token.is_empty() && !token.contains(is_white_space));
                }
                if scheme != Scheme::V13a {
                    // Nothing but white space is lost; 13a rewrites entities and the like.
                    let whole: String = text.split(is_white_space).collect();
                    prop_assert_eq!(tokens.concat(), whole);
                }
            }
        }
    }

    #[test]
    fn unicode_splits_words_and_marks() {
        let tokenizer =
            Tokenizer { scheme: Scheme::Unicode, lowercase: false, ..Tokenizer::default() };
        let tokens = tokenizer.tokenize("Can't stop: 3.5 km 1 \u{301},1").unwrap();
        assert_eq!(tokens, ["Can't", "stop", ":", "3.5", "km", "1", "\u{301}", ",", "1"]);
    }
}
