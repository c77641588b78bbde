//! What can be wrong with options or segments.

use std::fmt;

use thiserror::Error as ThisError;

/// An error of this crate. It prints as one line; [`Error::kind`] tells what happened.
///
/// ```
/// let error = "13b".parse::<genai_metrics::text::Scheme>().unwrap_err();
/// assert!(error.to_string().starts_with("unknown tokenizer '13b'"));
/// ```
#[derive(Debug, ThisError)]
#[error("{kind}")]
pub struct Error {
    kind: Box<ErrorKind>,
    hypothesis: usize,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self { kind: Box::new(kind), hypothesis: 0 }
    }

    /// [`ErrorKind::NotScored`], for language models that other crates bring.
    pub fn not_scored(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotScored { found: found.into(), expected: expected.into() })
    }

    /// What happened.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The same about the hypothesis of that number among several of a segment.
    #[must_use]
    pub fn of_hypothesis(self, hypothesis: usize) -> Self {
        Self { hypothesis, ..self }
    }

    /// Which hypothesis of a segment it is about, from 0, if it is about one.
    pub fn hypothesis(&self) -> usize {
        self.hypothesis
    }
}

/// The kinds of [`Error`].
///
/// ```
/// use genai_metrics::{ErrorKind, text::Scheme};
/// let error = "13b".parse::<Scheme>().unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::UnknownName { what: "tokenizer", .. }));
/// ```
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A name that is not in its list.
    #[error("unknown {what} '{name}', expected {}", list(expected))]
    UnknownName {
        /// What the name stands for.
        what: &'static str,
        /// The name as given.
        name: String,
        /// The names that exist.
        expected: &'static [&'static str],
    },
    /// An option's value that is not of its kind or out of its range.
    #[error("--{option} is '{value}', expected {expected}")]
    BadValue {
        /// The option.
        option: &'static str,
        /// The value as given.
        value: String,
        /// What would have been right.
        expected: String,
    },
    /// A line of a file given to an option that is not what it has to be.
    #[error("--{option}: line {line} is not as expected: {expected}")]
    BadLine {
        /// The option.
        option: &'static str,
        /// The line, from 1.
        line: usize,
        /// What would have been right.
        expected: &'static str,
    },
    /// Two options of which only one can be given.
    #[error("--{one} and --{other} exclude each other, expected one of them")]
    Exclusive {
        /// The one.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// An option that changes nothing beside the others.
    #[error("--{option} has no effect here, expected {expected}")]
    NoEffect {
        /// The option.
        option: &'static str,
        /// What it needs beside it.
        expected: &'static str,
    },
    /// A sentence splitter without its model.
    #[error(
        "--sentence-split punkt needs a model, expected --punkt-model with a folder of NLTK's \
         punkt_tab, as nltk.download('punkt_tab') leaves it in nltk_data/tokenizers/punkt_tab/english"
    )]
    NoModel,
    /// A line of a sentence splitter's model that is not as it should be.
    #[error("line {line} of the model's {file} is broken, expected {expected}")]
    BadModel {
        /// The file's name in the model's folder.
        file: &'static str,
        /// The line, from 1.
        line: usize,
        /// What would have been right.
        expected: &'static str,
    },
    /// A metric of texts alone without a language model.
    #[error("no language model, expected one")]
    NoLanguageModel,
    /// A text that a language model cannot score, or a record that does not say what its model gave.
    #[error("{found}, expected {expected}")]
    NotScored {
        /// What is there.
        found: String,
        /// What would have been right.
        expected: String,
    },
    /// A segment all of whose references are missing.
    #[error("a segment has no reference; an empty reference is \"\", not a missing one")]
    NoReference,
    /// A hypothesis, or the references of a segment together, beyond what can be indexed.
    #[error(
        "the texts of a segment have {bytes} bytes, expected fewer than {}",
        crate::text::LIMIT
    )]
    SegmentTooLong {
        /// Their length.
        bytes: usize,
    },
}

/// `a, b or c`.
fn list<'a>(names: &'a &'static [&'static str]) -> impl fmt::Display + 'a {
    struct List<'a>(&'a [&'static str]);
    impl fmt::Display for List<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            for (i, name) in self.0.iter().enumerate() {
                let separator = match i {
                    0 => "",
                    _ if i + 1 == self.0.len() => " or ",
                    _ => ", ",
                };
                write!(f, "{separator}{name}")?;
            }
            Ok(())
        }
    }
    List(names)
}
