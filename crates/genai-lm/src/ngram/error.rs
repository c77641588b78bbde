//! What can be wrong with a training text, a model's file or an option.

use std::io;

use thiserror::Error as ThisError;

/// An error of this module. It prints as one line; [`Error::kind`] tells what happened.
///
/// ```
/// use genai_lm::ngram::{ErrorKind, TrainOptions, Trainer};
/// let error = Trainer::new(TrainOptions { order: 0, ..TrainOptions::default() }).unwrap_err();
/// assert_eq!(error.to_string(), "order is 0, expected 1 to 8");
/// assert!(matches!(error.kind(), ErrorKind::Option { name: "order", .. }));
/// ```
#[derive(Debug, ThisError)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

impl Error {
    /// What happened.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    pub(crate) fn option(
        name: &'static str,
        found: impl Into<String>,
        expected: &'static str,
    ) -> Self {
        ErrorKind::Option { name, found: found.into(), expected }.into()
    }

    pub(crate) fn io(file: impl Into<String>, source: io::Error) -> Self {
        ErrorKind::Io { file: file.into(), source }.into()
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }
}

/// The kinds of [`Error`].
///
/// ```
/// use genai_lm::ngram::{Entries, ErrorKind};
/// let error = Entries::read_arpa(&b"hello\n"[..], "model.arpa").unwrap_err();
/// let ErrorKind::Arpa { line, expected, .. } = error.kind() else { unreachable!() };
/// assert_eq!((*line, expected.as_str()), (1, "\\data\\"));
/// ```
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An option that is out of its range.
    #[error("{name} is {found}, expected {expected}")]
    Option {
        /// The option.
        name: &'static str,
        /// Its value.
        found: String,
        /// What would have been right.
        expected: &'static str,
    },
    /// A training text without any sentence.
    #[error("the training text has no sentence, expected at least one")]
    NoText,
    /// A training text that contains a word that only models have.
    #[error(
        "sentence {sentence} has the word {word}, expected none of <s>, </s> and <unk>, or to skip them"
    )]
    SpecialWord {
        /// The sentence, from 1.
        sentence: u64,
        /// The word.
        word: String,
    },
    /// Discounts that the text does not determine, where no others were allowed.
    #[error(
        "{order}-grams have no discount for adjusted count {count}: {found}; expected a larger or \
         less artificial text, or fallback discounts"
    )]
    Discounts {
        /// The order.
        order: usize,
        /// The adjusted count, 3 for 3 and more.
        count: usize,
        /// Why.
        found: String,
    },
    /// More of something than models can hold.
    #[error("{what} are more than {limit}, expected fewer")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there can be.
        limit: u64,
    },
    /// A word that the ARPA format cannot hold.
    #[error(
        "the word {word:?} cannot stand in an ARPA file, expected one without white space and not empty"
    )]
    Unwritable {
        /// The word.
        word: String,
    },
    /// A file that could not be read or written.
    #[error("{file}: {source}")]
    Io {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A line of an ARPA file that is not as it should be.
    #[error("{file}:{line}: found {found}, expected {expected}")]
    Arpa {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What is there.
        found: String,
        /// What would have been right.
        expected: String,
    },
    /// A binary model that is not as it should be.
    #[error("{file}: found {found}, expected {expected}")]
    Binary {
        /// The file.
        file: String,
        /// What is there.
        found: String,
        /// What would have been right.
        expected: String,
    },
}
