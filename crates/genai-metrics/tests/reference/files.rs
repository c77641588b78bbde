//! Files with texts and gold values: our own fixtures, and the corpora beside the repository.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde_json::Value;

/// The folder of our own fixtures.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// The folder of outside corpora, if it is given.
pub(crate) fn corpora() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("GENAI_EVAL_CORPORA") else {
        println!("skipped: GENAI_EVAL_CORPORA is not set");
        return None;
    };
    // A relative path is one from the workspace's root; tests run in their crate's folder.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let public = folder.join("public");
    Some(if public.is_dir() { public } else { folder })
}

/// The lines of a `.jsonl` or `.jsonl.gz` file that is there.
pub(crate) fn records(path: &Path) -> Vec<Value> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let reader: Box<dyn Read> = if path.extension().is_some_and(|extension| extension == "gz") {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    BufReader::new(reader)
        .split(b'\n')
        .map(|line| serde_json::from_slice(&line.unwrap()).unwrap())
        .collect()
}

/// The lines of a text, split at line feeds only.
pub(crate) fn lines(root: &Path, path: &str, first: Option<usize>) -> Vec<String> {
    let text = fs::read_to_string(root.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    let lines = text.strip_suffix('\n').unwrap_or(&text).split('\n').map(str::to_owned);
    lines.take(first.unwrap_or(usize::MAX)).collect()
}

/// A field of a record.
pub(crate) fn take<T: for<'de> Deserialize<'de>>(record: &Value, key: &str) -> T {
    serde_json::from_value(record[key].clone()).unwrap_or_else(|e| panic!("{key}: {e}"))
}
