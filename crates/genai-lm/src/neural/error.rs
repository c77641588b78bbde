//! Why a model could not be loaded.

use std::io;
use std::path::{Path, PathBuf};

/// Why a folder is not a model that can be scored with, or not in the way that was asked for. The message is
/// one line for a person.
///
/// ```
/// use genai_lm::neural::NeuralModel;
/// let error = NeuralModel::from_folder("no/such/folder").unwrap_err();
/// assert!(error.to_string().contains("config.json"));
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
    /// The operating system could not read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A file that is not JSON.
    #[error("not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The tokenizer could not be loaded.
    #[error(transparent)]
    Tokenizer(#[from] genai_bpe::Error),
    /// Something that is broken, or that is not implemented and would have to be guessed.
    #[error("{place}: {found}; expected {expected}")]
    Refused {
        /// A key, a tensor or an option.
        place: String,
        /// What stands there.
        found: String,
        /// What would have been right.
        expected: String,
    },
}

impl Error {
    pub(super) fn refused(
        place: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self::Refused { place: place.into(), found: found.into(), expected: expected.into() }
    }

    pub(super) fn in_file(self, path: &Path) -> Self {
        Self::File { path: path.to_owned(), error: Box::new(self) }
    }
}
