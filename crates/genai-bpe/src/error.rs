//! What can go wrong, with its place.

use std::path::{Path, PathBuf};

/// Why a tokenizer could not be loaded, trained or used. The message is one line for a person.
///
/// ```
/// use genai_bpe::Tokenizer;
/// let error = Tokenizer::from_bytes(b"neither one nor the other").unwrap_err();
/// assert!(error.to_string().contains("expected"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An error in a file, or in reading it.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        error: Box<Error>,
    },
    /// The operating system could not read or write.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// What was read is not what its format says.
    #[error("{place}: {found}; expected {expected}")]
    Malformed {
        /// Where in the input: a line, a key, a byte.
        place: String,
        /// What stands there.
        found: String,
        /// What should stand there.
        expected: String,
    },
    /// A part of a tokenizer that this crate does not implement; it is never approximated.
    #[error("the {component} {name} is not implemented")]
    Unsupported {
        /// What kind of part: "normalizer", "pattern", …
        component: &'static str,
        /// Its name or text in the file.
        name: String,
    },
    /// A name that is none of those known.
    #[error("unknown {what} {name:?}; known are: {known}")]
    UnknownName {
        /// What was to be named.
        what: &'static str,
        /// The name given.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The text of a special token stands in a text for which [`Special::Forbid`](crate::Special::Forbid) was asked.
    #[error("byte {offset}: the text holds the special token {token:?}")]
    SpecialToken {
        /// The token.
        token: String,
        /// Where it starts in the text.
        offset: usize,
    },
    /// An id that the vocabulary does not have.
    #[error("id {0} is not in the vocabulary")]
    UnknownId(u32),
    /// Decoded bytes are not UTF-8.
    #[error("byte {0} of the decoded text is not UTF-8")]
    NotUtf8(usize),
    /// The tokenizer cannot be written in that format.
    #[error("a {tokenizer} tokenizer cannot be saved as {format}: {reason}")]
    CannotSave {
        /// What the tokenizer is.
        tokenizer: &'static str,
        /// The format asked for.
        format: &'static str,
        /// What the format has no room for.
        reason: String,
    },
    /// An option with a value that makes no sense.
    #[error("{0}")]
    Invalid(String),
}

impl Error {
    /// This error, in that file.
    #[must_use]
    pub fn in_file(self, path: impl AsRef<Path>) -> Self {
        Self::File { path: path.as_ref().to_owned(), error: Box::new(self) }
    }

    pub(crate) fn malformed(
        place: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self::Malformed { place: place.into(), found: found.into(), expected: expected.into() }
    }

    pub(crate) fn unsupported(component: &'static str, name: impl Into<String>) -> Self {
        Self::Unsupported { component, name: name.into() }
    }
}
