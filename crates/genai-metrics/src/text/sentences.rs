//! Where a text's sentences end.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// How a text falls into sentences, for metrics to which they matter.
///
/// ```
/// use genai_metrics::text::SentenceSplit;
/// let mut sentences = Vec::new();
/// SentenceSplit::Newline.split("One. Two.\n\nThree.", &mut sentences);
/// assert_eq!(sentences, [0..9, 11..17]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SentenceSplit {
    /// The whole text is one.
    #[default]
    Whole,
    /// Each line is one; empty lines are none.
    Newline,
}

impl SentenceSplit {
    /// Every way that has a name, in the order that lists show.
    pub const ALL: &[Self] = &[Self::Newline];

    /// The names, in the same order.
    pub const NAMES: &[&str] = &["newline"];

    /// The name on the command line and in signatures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Newline => "newline",
        }
    }

    /// Overwrites `sentences` with the places of the text's sentences, in order.
    pub fn split(self, text: &str, sentences: &mut Vec<Range<usize>>) {
        sentences.clear();
        match self {
            Self::Whole => sentences.push(0..text.len()),
            Self::Newline => {
                let mut start = 0;
                for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
                    if start < end {
                        sentences.push(start..end);
                    }
                    start = end + 1;
                }
            }
        }
    }
}

impl fmt::Display for SentenceSplit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SentenceSplit {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|split| split.name() == name).ok_or_else(|| {
            Error::new(ErrorKind::UnknownName {
                what: "sentence splitter",
                name: name.to_owned(),
                expected: Self::NAMES,
            })
        })
    }
}
