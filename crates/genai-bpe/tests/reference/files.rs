//! Files with texts and gold values: our own fixtures, and the corpora beside the repository.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The folder of our own fixtures.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// What one of our fixtures holds.
pub(crate) fn bytes(path: &str) -> Vec<u8> {
    fs::read(fixtures().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The lines of one of our fixtures that is a text, split at line feeds only.
pub(crate) fn lines(path: &str) -> Vec<String> {
    let text = String::from_utf8(bytes(path)).unwrap();
    text.strip_suffix('\n').unwrap_or(&text).split('\n').map(str::to_owned).collect()
}

/// The records of one of our fixtures that is JSONL.
pub(crate) fn records(path: &str) -> Vec<Value> {
    lines(path).iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A field of a record that is a text.
pub(crate) fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record[key].as_str().unwrap_or_else(|| panic!("{key} of {record}"))
}

/// A field of a record that is a list of texts.
pub(crate) fn texts(record: &Value, key: &str) -> Vec<String> {
    serde_json::from_value(record[key].clone()).unwrap_or_else(|error| panic!("{key}: {error}"))
}
