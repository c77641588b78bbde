//! The tokenisation schemes by name.

use std::fmt;
use std::str::FromStr;

use super::{Subwords, Tercom, Transcript};
use crate::error::{Error, ErrorKind};

/// How a text is cut into tokens.
///
/// Those up to [`Scheme::Zh`] are sacreBLEU 2.6.0's, under its names, and equal it on any text.
///
/// ```
/// use genai_metrics::Tokenizer;
/// use genai_metrics::text::Scheme;
/// let line = |scheme| Tokenizer { scheme, lowercase: false, ..Tokenizer::default() }.line("It's 3.5, ok.");
/// assert_eq!(line(Scheme::V13a)?, "It's 3.5 , ok .");
/// assert_eq!(line(Scheme::Intl)?, "It ' s 3.5 , ok .");
/// assert_eq!(line("none".parse()?)?, "It's 3.5, ok.");
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Words between white space.
    None,
    /// mteval-v13a: ASCII punctuation, numbers kept whole. The default of WMT and of sacreBLEU.
    #[default]
    V13a,
    /// mteval-v14 international: punctuation and symbols of every script, by Unicode categories
    /// of the `regex` package 2026.11.15.
    Intl,
    /// Single code points.
    Char,
    /// Chinese characters one by one, the rest as `13a`.
    Zh,
    /// Words and punctuation by the word boundaries of UAX #29; ours, not sacreBLEU's.
    Unicode,
    /// Runs of a to z and 0 to 9 in lower case, as `rouge_score` 0.1.2 cuts them. It folds case
    /// whether or not the tokenizer does.
    Rouge,
    /// The words of [`Scheme::Unicode`] that hold a letter or a digit; punctuation and symbols are
    /// no tokens.
    Words,
    /// Pieces of words, by a tokenizer that was trained and comes from a file.
    Subwords(Subwords),
    /// Words or characters of transcripts of speech, as jiwer 4.0 cuts them.
    Transcript(Transcript),
    /// Words of answers without ASCII punctuation and English articles, as `SQuAD`'s scripts cut texts
    /// in lower case.
    Answer,
    /// TER's, after tercom; for metrics that name it, not among the schemes to choose from.
    Tercom(Tercom),
}

impl Scheme {
    /// Every scheme to choose from that needs no file, in the order that lists show.
    pub const ALL: &[Self] = &[
        Self::V13a,
        Self::None,
        Self::Intl,
        Self::Char,
        Self::Zh,
        Self::Unicode,
        Self::Rouge,
        Self::Words,
    ];

    /// The schemes' names, in the same order.
    pub const NAMES: &[&str] =
        &["13a", "none", "intl", "char", "zh", "unicode", "rouge", "unicode-words"];

    /// The name on the command line; of one from a file what comes before the file.
    pub fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::V13a => "13a",
            Self::Intl => "intl",
            Self::Char => "char",
            Self::Zh => "zh",
            Self::Unicode => "unicode",
            Self::Rouge => "rouge",
            Self::Words => "unicode-words",
            Self::Subwords(subwords) => subwords.prefix(),
            Self::Transcript(_) => "transcript",
            Self::Answer => "answer",
            Self::Tercom(_) => "tercom",
        }
    }

    /// What the scheme does, in one line.
    pub fn summary(&self) -> &'static str {
        match self {
            Self::None => "words between white space, punctuation left on them",
            Self::V13a => "mteval-v13a: splits ASCII punctuation, keeps numbers whole",
            Self::Intl => "mteval-v14 international: splits punctuation and symbols of all scripts",
            Self::Char => "single code points",
            Self::Zh => "each Chinese character, the rest as 13a (with sacreBLEU's ranges)",
            Self::Unicode => "words and punctuation by UAX #29 (an extension, not in sacreBLEU)",
            Self::Rouge => {
                "runs of a-z and 0-9 in lower case, as ROUGE cuts (other scripts vanish)"
            }
            Self::Words => "words with a letter or digit by UAX #29, without punctuation",
            Self::Subwords(_) => "pieces of words by a trained tokenizer",
            Self::Transcript(_) => "words between spaces, or code points, as jiwer cuts them",
            Self::Answer => "words without punctuation and articles, as SQuAD's scripts cut them",
            Self::Tercom(_) => "words between white space, or as tercom normalizes texts",
        }
    }
}

/// As it stands in signatures: one from a file has its fingerprint beside its name. What belongs to
/// `tercom` a metric signs by keys of its own.
impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subwords(subwords) => subwords.fmt(f),
            _ => f.write_str(self.name()),
        }
    }
}

impl FromStr for Scheme {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.iter().find(|scheme| scheme.name() == name).cloned().ok_or_else(|| {
            Error::new(ErrorKind::UnknownName {
                what: "tokenizer",
                name: name.to_owned(),
                expected: Self::NAMES,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_schemes_are_in_step() {
        assert_eq!(Scheme::ALL.len(), Scheme::NAMES.len());
        for (scheme, name) in Scheme::ALL.iter().zip(Scheme::NAMES) {
            assert_eq!(scheme.name(), *name);
            assert_eq!(name.parse::<Scheme>().unwrap(), *scheme);
        }
        let message = "13A".parse::<Scheme>().unwrap_err().to_string();
        assert!(message.contains("13A") && message.contains("intl"), "{message}");
    }
}
