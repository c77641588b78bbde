//! Where the models are, and what is said of them.

use std::fs;
use std::path::{Path, PathBuf};

use genai_lm::neural::{NeuralModel, Scoring};
use genai_metrics::{LanguageModel, ScoredText};
use serde_json::Value;
use tempfile::TempDir;

/// The folder of a model, or of all.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/neural").join(name)
}

/// The lines of a file of gold values.
pub(crate) fn records(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn model(name: &str, scoring: Scoring) -> NeuralModel {
    NeuralModel::from_folder(folder(name)).unwrap().with_scoring(scoring).unwrap()
}

/// A copy of a model's folder, to be changed.
pub(crate) fn copy(name: &str) -> TempDir {
    let copy = TempDir::new().unwrap();
    for file in fs::read_dir(folder(name)).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    copy
}

/// Changes a JSON file of a folder.
pub(crate) fn change(folder: &Path, name: &str, change: impl FnOnce(&mut Value)) {
    let path = folder.join(name);
    let mut value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut value);
    fs::write(path, value.to_string()).unwrap();
}

pub(crate) fn score(model: &NeuralModel, text: &str) -> Vec<Option<f64>> {
    let mut scored = ScoredText::default();
    model.scorer().score(text, &mut scored).unwrap();
    scored.tokens.iter().map(|token| token.log_prob).collect()
}
