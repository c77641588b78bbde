//! The whole program against the references' numbers: arguments in, JSON out, bits equal. Our own
//! fixtures always, and the corpora beside the repository where `GENAI_EVAL_CORPORA` names them.

mod bleu;
mod chrf;
mod rouge;
mod rouge155;
mod significance;
mod ter;
mod wer;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// A hypothesis and its references.
type Pair = (String, Vec<String>);

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The folder of our own fixtures.
fn fixtures() -> PathBuf {
    workspace().join("fixtures")
}

/// The folder of outside corpora, if it is given.
fn corpora() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("GENAI_EVAL_CORPORA") else {
        println!("skipped: GENAI_EVAL_CORPORA is not set");
        return None;
    };
    // A relative path is one from the workspace's root.
    let folder = workspace().join(folder);
    let public = folder.join("public");
    Some(if public.is_dir() { public } else { folder })
}

fn records(path: &Path) -> Vec<Value> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let reader: Box<dyn Read> = if path.extension().is_some_and(|extension| extension == "gz") {
        Box::new(flate2::read::MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let lines = BufReader::new(reader).lines();
    lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
}

/// A field of a record.
fn take<T: for<'de> Deserialize<'de>>(record: &Value, key: &str) -> T {
    serde_json::from_value(record[key].clone()).unwrap_or_else(|error| panic!("{key}: {error}"))
}

fn bits(value: &Value) -> u64 {
    value.as_f64().unwrap().to_bits()
}

fn write_records(sandbox: &Sandbox, name: &str, pairs: impl IntoIterator<Item = Pair>) {
    let line = |(hypothesis, references)| {
        json!({"hyp": hypothesis, "refs": references}).to_string() + "\n"
    };
    sandbox.write(name, pairs.into_iter().map(line).collect::<String>());
}
