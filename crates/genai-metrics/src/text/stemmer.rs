//! Stemmers: words to their stems.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// What words are reduced to after a text was cut. Only words of more than three characters are
/// stemmed, as both ROUGE tools have it.
///
/// ```
/// use genai_metrics::text::Stemmer;
/// assert_eq!("nltk".parse::<Stemmer>()?, Stemmer::Nltk);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stemmer {
    /// Words stay as they are.
    #[default]
    None,
    /// NLTK 3.10.4's `PorterStemmer` in its default mode.
    Nltk,
    /// The Porter stemmer of ROUGE-1.5.5, without its table of exceptions.
    Rouge155,
}

impl Stemmer {
    /// Every stemmer, in the order that lists show.
    pub const ALL: &[Self] = &[Self::None, Self::Nltk, Self::Rouge155];

    /// The stemmers' names, in the same order.
    pub const NAMES: &[&str] = &["none", "nltk", "rouge155"];

    /// The name on the command line and in signatures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Nltk => "nltk",
            Self::Rouge155 => "rouge155",
        }
    }
}

impl fmt::Display for Stemmer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Stemmer {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|stemmer| stemmer.name() == name).ok_or_else(|| {
            Error::new(ErrorKind::UnknownName {
                what: "stemmer",
                name: name.to_owned(),
                expected: Self::NAMES,
            })
        })
    }
}
