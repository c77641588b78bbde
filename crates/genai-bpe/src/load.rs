//! Recognises what a file is by its content, and hands it to the family it belongs to.

use std::path::Path;

use crate::{Error, Tokenizer};

/// See [`Tokenizer::from_file`].
pub(crate) fn from_file(path: &Path) -> Result<Tokenizer, Error> {
    let bytes = std::fs::read(path).map_err(|error| Error::from(error).in_file(path))?;
    from_bytes(&bytes).map_err(|error| error.in_file(path))
}

/// See [`Tokenizer::from_bytes`].
pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Tokenizer, Error> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
    Err(Error::malformed("start of the file", format!("{start:?}"), "a tokenizer"))
}
