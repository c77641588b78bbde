//! Case folding, then a scheme: text to tokens.

use unicode_segmentation::UnicodeSegmentation;

use super::blocks::Spans;
use super::stemmer::StemCache;
use super::{
    Scheme, SentenceSplit, Stemmer, Transcript, Unit, answer, intl, is_white_space, lowercase,
    plain, rouge, v13a, zh,
};
use crate::error::{Error, ErrorKind};
use crate::options::{OptionKind, OptionSpec, Options};

/// Turns a text into tokens: lower case if asked for, trailing white space off, then the scheme,
/// in the order of sacreBLEU's BLEU, and at last the stemmer.
///
/// Metrics that name equal tokenizers share one cut of each text.
///
/// ```
/// use genai_metrics::{Tokenizer, text::Scheme};
/// let tokenizer = Tokenizer { scheme: Scheme::V13a, lowercase: true, ..Tokenizer::default() };
/// assert_eq!(tokenizer.tokenize("Hello, World!")?, ["hello", ",", "world", "!"]);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tokenizer {
    /// The rules by which the text is cut.
    pub scheme: Scheme,
    /// Whether the text is lower-cased first, as Python's `str.lower()` does it.
    pub lowercase: bool,
    /// What words are reduced to. Any but [`Stemmer::None`] has the text lower-cased first,
    /// whatever `lowercase` says, as stems are of lower-case words.
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
        tokens.cut(self, text)?;
        Ok(tokens.iter().map(str::to_owned).collect())
    }

    /// The text as the reference's tokenizer of this name returns it: one line, tokens separated
    /// by single spaces. `none` returns the text as it is, and `char` puts a space between all
    /// code points, white space included; a scheme from a file returns its pieces with spaces between. With a stemmer
    /// it is always tokens and single spaces.
    ///
    /// # Errors
    /// [`ErrorKind::SegmentTooLong`] for a text of 128 MiB or more.
    pub fn line(&self, text: &str) -> Result<String, Error> {
        let mut tokens = Tokens::default();
        tokens.cut(self, text)?;
        let mut line = String::with_capacity(text.len() * 2);
        match &self.scheme {
            Scheme::None | Scheme::Subwords(_) if self.stemmer == Stemmer::None => {
                return Ok(tokens.text().to_owned());
            }
            Scheme::Char if self.stemmer == Stemmer::None => {
                tokens.text().chars().for_each(|c| line.extend([c, ' ']));
            }
            _ => tokens.iter().for_each(|token| line.extend([token, " "])),
        }
        line.pop();
        Ok(line)
    }

    /// Whether its tokens are the characters of the rewritten text, one by one.
    pub(crate) fn is_of_characters(&self) -> bool {
        let Self { scheme, lowercase: _, stemmer, sentences: _ } = self;
        let is_of_characters = |transcript: &Transcript| transcript.unit == Unit::Character;
        *stemmer == Stemmer::None
            && matches!(scheme, Scheme::Transcript(transcript) if is_of_characters(transcript))
    }

    /// Whether a text of that many tokens has letters most of which are in none of them.
    pub(crate) fn leaves_out(&self, text: &str, tokens: usize) -> bool {
        match &self.scheme {
            Scheme::Rouge => rouge::is_unseen(text),
            _ => tokens == 0 && text.chars().any(char::is_alphabetic),
        }
    }

    /// The option that names the scheme, for metrics that leave the choice to the user.
    pub const TOKENIZE: OptionSpec = OptionSpec {
        name: "tokenize",
        kind: OptionKind::Scheme(Scheme::NAMES),
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
        let named = |name: &str| name.parse().ok();
        let scheme = options.scheme(Self::TOKENIZE.name, Scheme::NAMES, named)?.unwrap_or_default();
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
///     tokens.cut(&Tokenizer::default(), text)?;
///     assert_eq!((tokens.len(), tokens.iter().last()), (3, Some(".")));
/// }
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// The text after lower-casing and the scheme's rewriting, then [`PADDING`]. Stems stand
    /// where their words stood, and what is left of these does after them.
    buffer: String,
    length: usize,
    spans: Spans,
    /// The words that marks are cut off.
    words: Spans,
    spare: String,
    stems: StemCache,
    /// The ids of subwords.
    pieces: Vec<u32>,
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
    pub fn cut(&mut self, tokenizer: &Tokenizer, text: &str) -> Result<(), Error> {
        self.cut_as(tokenizer, text, false)
    }

    /// Cuts a reference: as any text, but by [`Scheme::Tercom`] twice, as sacreBLEU does.
    ///
    /// # Errors
    /// [`ErrorKind::SegmentTooLong`] for a text of 128 MiB or more.
    pub(crate) fn cut_reference(&mut self, tokenizer: &Tokenizer, text: &str) -> Result<(), Error> {
        self.cut_as(tokenizer, text, true)
    }

    /// The text as the tokenizer cuts it, for one whose tokens are its characters
    /// ([`Tokenizer::is_of_characters`]); nothing is cut.
    ///
    /// # Errors
    /// [`ErrorKind::SegmentTooLong`] for a text of 128 MiB or more.
    pub(crate) fn rewritten(&mut self, tokenizer: &Tokenizer, text: &str) -> Result<&str, Error> {
        self.rewrite(tokenizer, text, false)?;
        Ok(self.text())
    }

    /// The text up to the scheme's rewriting, without tokens.
    fn rewrite(
        &mut self,
        tokenizer: &Tokenizer,
        text: &str,
        is_reference: bool,
    ) -> Result<(), Error> {
        if text.len() >= LIMIT {
            return Err(Error::new(ErrorKind::SegmentTooLong { bytes: text.len() }));
        }
        let Tokenizer { scheme, lowercase: fold, stemmer, sentences: _ } = tokenizer;
        let Self { buffer, length, spans, words: _, spare, stems: _, pieces } = self;
        buffer.clear();
        spans.clear();
        // The scheme `rouge` has a faster way to fold case.
        if *scheme != Scheme::Rouge && (*fold || *stemmer != Stemmer::None) {
            lowercase(text, buffer);
        } else {
            buffer.push_str(text);
        }
        if !matches!(scheme, Scheme::Transcript(_)) {
            buffer.truncate(trim_end(buffer));
        }
        match scheme {
            Scheme::V13a => v13a::rewrite(buffer, spare),
            Scheme::Rouge => rouge::fold(buffer, spare),
            Scheme::Subwords(subwords) => subwords.rewrite(buffer, spare, pieces),
            Scheme::Transcript(transcript) => transcript.rewrite(buffer, spare),
            Scheme::Answer => answer::rewrite(buffer, spare),
            Scheme::Tercom(tercom) if is_reference => tercom.rewrite_twice(buffer, spare),
            Scheme::Tercom(tercom) => tercom.rewrite(buffer, spare),
            _ => {}
        }
        // The pieces of a text can be longer than it is, and places have 32 bits.
        if buffer.len() >= LIMIT * 16 {
            return Err(Error::new(ErrorKind::SegmentTooLong { bytes: buffer.len() }));
        }
        *length = buffer.len();
        Ok(())
    }

    fn cut_as(
        &mut self,
        tokenizer: &Tokenizer,
        text: &str,
        is_reference: bool,
    ) -> Result<(), Error> {
        self.rewrite(tokenizer, text, is_reference)?;
        let Tokenizer { scheme, lowercase: _, stemmer, sentences: _ } = tokenizer;
        let Self { buffer, length, spans, words: _, spare: _, stems, pieces: _ } = self;
        buffer.push_str(PADDING);
        let (bytes, length) = (buffer.as_bytes(), *length);
        match scheme {
            Scheme::None | Scheme::Subwords(_) | Scheme::Answer | Scheme::Tercom(_) => {
                spans.split::<plain::Words>(bytes, 0, length);
            }
            Scheme::V13a => spans.split::<v13a::V13a>(bytes, 0, length),
            Scheme::Intl => spans.split::<intl::Intl>(bytes, 0, length),
            Scheme::Char => spans.split::<plain::Characters>(bytes, 0, length),
            Scheme::Zh => {
                let text = &buffer[..length];
                let from = length - text.trim_start_matches(is_white_space).len();
                spans.split::<zh::Zh>(bytes, from, length);
            }
            Scheme::Unicode => unicode_words(&buffer[..length], |_| true, spans),
            Scheme::Rouge => rouge::split(bytes, length, spans),
            Scheme::Transcript(transcript) => transcript.split(bytes, length, spans),
            Scheme::Words => {
                let is_word = |token: &str| token.chars().any(char::is_alphanumeric);
                unicode_words(&buffer[..length], is_word, spans);
            }
        }
        if *stemmer != Stemmer::None {
            stems.replace(*stemmer, buffer, spans);
        }
        Ok(())
    }

    /// Cuts `text` at white space, and one mark of ASCII off each word of two characters or more:
    /// the last one, or else the first. So `(hi)` becomes `(hi` and `)`. These are the words of
    /// chrF++.
    pub(crate) fn cut_off_marks(&mut self, text: &str) {
        let Self { buffer, length, spans, words, .. } = self;
        buffer.clear();
        spans.clear();
        words.clear();
        buffer.push_str(text);
        *length = text.len();
        buffer.push_str(PADDING);
        let bytes = buffer.as_bytes();
        words.split::<plain::Words>(bytes, 0, text.len());
        for (start, end) in words.iter() {
            // A single byte, and more of one character, has no mark beside it.
            let mark_at = |at: usize| end - start > 1 && bytes[at].is_ascii_punctuation();
            let cut = if mark_at(end - 1) {
                end - 1
            } else if mark_at(start) {
                start + 1
            } else {
                spans.push(start, end);
                continue;
            };
            spans.push(start, cut);
            spans.push(cut, end);
        }
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

/// The words and marks between the word boundaries of UAX #29, if they are wanted. A combining
/// mark belongs to the space before it there; here it stands alone, since no token holds white
/// space.
fn unicode_words(text: &str, is_wanted: impl Fn(&str) -> bool, spans: &mut Spans) {
    for (at, word) in text.split_word_bound_indices() {
        let mut start = at;
        for part in word.split_inclusive(is_white_space) {
            let token = part.trim_end_matches(is_white_space);
            if !token.is_empty() && is_wanted(token) {
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

    fn in_lower_case(text: &str) -> String {
        let mut out = String::new();
        lowercase(text, &mut out);
        out
    }

    fn is_of_rouge(c: char) -> bool {
        matches!(c, 'a'..='z' | '0'..='9')
    }

    proptest! {
        /// The runs of the lower-cased text, with the case folded before or not.
        #[test]
        fn rouge_equals_its_definition(text in "([ -~]|[İK]|[a-zA-Z0-9]{1,30}|[éÉΣ中\u{307}\u{85}😀]|\\PC){0,60}") {
            let lower = in_lower_case(&text);
            let runs: Vec<&str> = lower.split(|c| !is_of_rouge(c)).filter(|run| !run.is_empty()).collect();
            for lowercase in [false, true] {
                let tokenizer = Tokenizer { scheme: Scheme::Rouge, lowercase, ..Tokenizer::default() };
                prop_assert_eq!(tokenizer.tokenize(&text).unwrap(), runs.clone());
                prop_assert_eq!(tokenizer.line(&text).unwrap(), runs.join(" "));
            }
        }

        /// Tokens hold no white space, are never empty, and come in the order of the text.
        #[test]
        fn tokens_are_parts_of_the_text(text in "(\\PC|[ \u{301}\u{a0}\u{2028}a1.,'-]){0,40}") {
            for scheme in Scheme::ALL {
                let tokens = Tokenizer { scheme: scheme.clone(), lowercase: false, ..Tokenizer::default() }.tokenize(&text).unwrap();
                for token in &tokens {
                    prop_assert!(!token.is_empty() && !token.contains(is_white_space));
                }
                // Nothing but white space is lost; 13a rewrites entities and the like.
                let whole: String = match scheme {
                    Scheme::V13a => continue,
                    Scheme::Rouge => in_lower_case(&text).chars().filter(|c| is_of_rouge(*c)).collect(),
                    Scheme::Words => {
                        prop_assert!(tokens.iter().all(|token| token.contains(char::is_alphanumeric)));
                        let tokenizer = Tokenizer { scheme: Scheme::Unicode, ..Tokenizer::default() };
                        let words = tokenizer.tokenize(&text).unwrap();
                        words.into_iter().filter(|word| word.contains(char::is_alphanumeric)).collect()
                    }
                    _ => text.split(is_white_space).collect(),
                };
                prop_assert_eq!(tokens.concat(), whole);
            }
        }
    }

    #[test]
    fn unicode_splits_words_and_marks() {
        let tokenizer =
            Tokenizer { scheme: Scheme::Unicode, lowercase: false, ..Tokenizer::default() };
        let tokens = tokenizer.tokenize("Can't stop: 3.5 km 1 \u{301},1").unwrap();
        assert_eq!(tokens, ["Can't", "stop", ":", "3.5", "km", "1", "\u{301}", ",", "1"]);
        let words = Tokenizer { scheme: Scheme::Words, ..tokenizer };
        let tokens = words.tokenize("Can't stop: 3.5 km 1 \u{301},1 中 €").unwrap();
        assert_eq!(tokens, ["Can't", "stop", "3.5", "km", "1", "1", "中"]);
    }

    /// Of all characters, K and İ alone have letters of ROUGE in lower case, and so it goes
    /// within words.
    #[test]
    fn rouge_cuts_at_every_character() {
        let mut tokens = Tokens::default();
        let tokenizer = Tokenizer { scheme: Scheme::Rouge, ..Tokenizer::default() };
        for c in '\0'..=char::MAX {
            let text = format!("A{c}9");
            let lower = in_lower_case(&text);
            tokens.cut(&tokenizer, &text).unwrap();
            let runs = lower.split(|c| !is_of_rouge(c)).filter(|run| !run.is_empty());
            assert!(tokens.iter().eq(runs), "{text:?}");
        }
    }

    #[test]
    fn rouge_as_in_the_reference() {
        let tokenizer = Tokenizer { scheme: Scheme::Rouge, ..Tokenizer::default() };
        for (text, line) in [
            ("don't U.S. 3.14 a_b", "don t u s 3 14 a b"),
            ("İstanbul 300 \u{212a}elvin naïve", "i stanbul 300 kelvin na ve"),
            ("中文", ""),
        ] {
            assert_eq!(tokenizer.line(text).unwrap(), line);
        }
    }

    #[test]
    fn one_mark_comes_off_a_word() {
        let mut tokens = Tokens::default();
        for (text, words) in [
            ("  (hi) ... --x\u{85}«hi» ", "(hi ) .. . - -x «hi»"),
            (". a .a. é. .é 中。\u{3000}_", ". a .a . é . . é 中。 _"),
            ("", ""),
        ] {
            tokens.cut_off_marks(text);
            assert!(tokens.iter().eq(words.split_terminator(' ')), "{text:?}");
        }
    }

    #[test]
    fn stems_stand_for_words() {
        let tokenizer = Tokenizer { stemmer: Stemmer::Nltk, ..Tokenizer::default() };
        assert_eq!(tokenizer.line("Skies, happily: WAS").unwrap(), "sky , happili : was");
        let tokenizer = Tokenizer { scheme: Scheme::None, ..tokenizer };
        assert_eq!(tokenizer.line("Skies,  happily").unwrap(), "skies, happili");
    }
}
