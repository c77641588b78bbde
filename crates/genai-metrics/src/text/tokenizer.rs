//! Case folding, then a scheme: text to tokens.

use unicode_segmentation::UnicodeSegmentation;

use super::machine::{Span, split};
use super::{Scheme, intl, is_white_space, lowercase, plain, v13a, zh};
use crate::error::{Error, ErrorKind};

/// Turns a text into tokens: lower case if asked for, trailing white space off, then the scheme,
/// in the order of sacreBLEU's BLEU.
///
/// Metrics that name equal tokenizers share one cut of each text.
///
/// ```
/// use genai_metrics::{Tokenizer, text::Scheme};
/// let tokenizer = Tokenizer { scheme: Scheme::V13a, lowercase: true };
/// assert_eq!(tokenizer.tokenize("Hello, World!")?, ["hello", ",", "world", "!"]);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tokenizer {
    /// The rules by which the text is cut.
    pub scheme: Scheme,
    /// Whether the text is lower-cased first, as Python's `str.lower()` does it.
    pub lowercase: bool,
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
    /// Texts of 128 MiB or more are returned uncut.
    pub fn line(&self, text: &str) -> String {
        let mut tokens = Tokens::default();
        if tokens.cut(*self, text).is_err() {
            return text.to_owned();
        }
        let join = |parts: &mut dyn Iterator<Item = &str>| {
            let mut line = String::with_capacity(text.len() * 2);
            for part in parts {
                line.push_str(part);
                line.push(' ');
            }
            line.pop();
            line
        };
        match self.scheme {
            Scheme::None => tokens.text().to_owned(),
            Scheme::Char => {
                let mut utf8 = [[0; 4]; 1];
                let mut line = String::with_capacity(text.len() * 2);
                for c in tokens.text().chars() {
                    line.push_str(c.encode_utf8(&mut utf8[0]));
                    line.push(' ');
                }
                line.pop();
                line
            }
            Scheme::V13a | Scheme::Intl | Scheme::Zh | Scheme::Unicode => join(&mut tokens.iter()),
        }
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
    spans: Vec<Span>,
    spare: String,
}

/// A sentinel for the scanners, and room for loads of eight bytes at any token.
const PADDING: &str = "                ";

/// Spans and n-gram numbers are held in 32 bits; this leaves room for nine orders of the latter.
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
        let Tokenizer { scheme, lowercase: fold } = tokenizer;
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
            Scheme::None => split::<plain::Words>(bytes, 0, length, spans),
            Scheme::V13a => split::<v13a::V13a>(bytes, 0, length, spans),
            Scheme::Intl => split::<intl::Intl>(bytes, 0, length, spans),
            Scheme::Char => split::<plain::Characters>(bytes, 0, length, spans),
            Scheme::Zh => {
                let text = &buffer[..length];
                let from = length - text.trim_start_matches(is_white_space).len();
                split::<zh::Zh>(bytes, from, length, spans);
            }
            Scheme::Unicode => spans.extend(
                buffer[..length]
                    .split_word_bound_indices()
                    .filter(|(_, word)| !word.chars().all(is_white_space))
                    .map(|(at, word)| {
                        #[expect(clippy::cast_possible_truncation, reason = "below LIMIT")]
                        (at as u32, (at + word.len()) as u32)
                    }),
            ),
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
        self.spans.iter().map(|&(start, end)| &self.buffer[start as usize..end as usize])
    }

    /// The text that was cut, after lower-casing, trimming and rewriting.
    fn text(&self) -> &str {
        &self.buffer[..self.length]
    }

    /// The text and eight or more bytes after it.
    pub(super) fn padded(&self) -> &[u8] {
        self.buffer.as_bytes()
    }

    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
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
