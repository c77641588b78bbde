//! What is broken or not known is an error that says so, and never a panic.

use std::fs;
use std::path::Path;

use genai_lm::neural::{self, Bos, NeuralModel, Scoring};
use genai_metrics::{LanguageModel, ScoredText};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::{change, copy, model};

fn message(folder: &Path) -> String {
    NeuralModel::from_folder(folder).unwrap_err().to_string()
}

/// The message when a JSON file of a model was changed.
fn changed(name: &str, file: &str, make: impl FnOnce(&mut Value)) -> String {
    let copy = copy(name);
    change(copy.path(), file, make);
    message(copy.path())
}

#[test]
fn configurations_that_are_not_the_weights() {
    let config = |key: &'static str, value: Value| {
        changed("llama", "config.json", |config| config[key] = value)
    };
    assert!(config("model_type", json!("gemma3")).contains("\"gemma3\"; expected one of gpt2"));
    let found = config("intermediate_size", json!(41));
    assert!(
        found.contains(
            "tensor model.layers.0.mlp.gate_proj.weight: shape [40, 24]; expected shape [41, 24]"
        ),
        "{found}"
    );
    assert!(
        config("num_hidden_layers", json!(3))
            .contains("tensor model.layers.2.self_attn.q_proj.weight: missing")
    );
    assert!(config("num_hidden_layers", json!(1)).contains("one that config.json gives no place"));
    assert!(config("vocab_size", json!(100)).contains("shape [320, 24]; expected shape [100, 24]"));
    assert!(config("attention_bias", json!(true)).contains("q_proj.bias: missing"));
    assert!(config("quantization_config", json!({"quant_method": "gptq"})).contains("gptq"));
}

#[test]
fn files_that_are_missing() {
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        let copy = copy("gpt2");
        fs::remove_file(copy.path().join(file)).unwrap();
        assert!(message(copy.path()).contains(file), "{file}");
    }
    let old = copy("gpt2");
    fs::rename(old.path().join("model.safetensors"), old.path().join("pytorch_model.bin")).unwrap();
    assert!(message(old.path()).contains("pytorch_model.bin"));
    let copy = copy("llama");
    fs::remove_file(copy.path().join("model-00002-of-00002.safetensors")).unwrap();
    assert!(message(copy.path()).contains("model-00002-of-00002.safetensors"));
}

#[test]
fn an_index_that_leads_elsewhere() {
    let found = changed("llama", "model.safetensors.index.json", |index| {
        index["weight_map"]["lm_head.weight"] = json!("../secret.safetensors");
    });
    assert!(found.contains("secret"), "{found}");
}

#[test]
fn broken_weights() {
    let copy = copy("gpt2");
    let path = copy.path().join("model.safetensors");
    let whole = fs::read(&path).unwrap();
    let try_with = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        assert!(message(copy.path()).contains("model.safetensors"));
    };
    for length in [0, 4, 8, 9, 500, whole.len() / 2, whole.len() - 1] {
        try_with(&whole[..length]);
    }
    let header = |text: &str| {
        let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
        bytes.extend(text.as_bytes());
        bytes
    };
    for text in [
        "{}{",
        "[]",
        r#"{"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}"#,
        r#"{"a": {"dtype": "F32", "shape": [18446744073709551615, 18446744073709551615], "data_offsets": [0, 4]}}"#,
        r#"{"a": {"dtype": "F32", "shape": [1], "data_offsets": [18446744073709551615, 3]}}"#,
        r#"{"a": {"dtype": "F77", "shape": [1], "data_offsets": [0, 4]}}"#,
    ] {
        try_with(&header(text));
    }
    try_with(&u64::MAX.to_le_bytes());
    let mut kind = whole.clone();
    let at = kind.windows(5).position(|bytes| bytes == b"\"F32\"").unwrap();
    kind[at..at + 5].copy_from_slice(b"\"I32\"");
    fs::write(&path, &kind).unwrap();
    assert!(message(copy.path()).contains("I32; expected F32, F16 or BF16"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in a file, there is a message or a score.
    #[test]
    fn bytes_that_were_changed(
        name in prop_oneof![Just("gpt2"), Just("llama"), Just("mistral"), Just("smollm3")],
        file in prop_oneof![
            Just("config.json"),
            Just("tokenizer_config.json"),
            Just("generation_config.json"),
            Just("model.safetensors"),
            Just("model.safetensors.index.json"),
        ],
        changes in prop::collection::vec((0_usize..3000, any::<u8>()), 1..4),
        digits: bool,
    ) {
        let copy = copy(name);
        let path = copy.path().join(file);
        let Ok(mut bytes) = fs::read(&path) else { return Ok(()) };
        let end = bytes.len();
        for (at, byte) in changes {
            // Digits keep a file readable, so that more than its parser is tried.
            bytes[at % end] = if digits { b'0' + byte % 10 } else { byte };
        }
        fs::write(&path, bytes).unwrap();
        if let Ok(model) = NeuralModel::from_folder(copy.path()) {
            let _ = model.scorer().score("She never wrote back.", &mut ScoredText::default());
        }
    }
}

#[test]
fn weights_that_are_no_numbers() {
    let copy = copy("gpt2");
    let path = copy.path().join("model.safetensors");
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[end - 40_000..].fill(0xff);
    fs::write(&path, bytes).unwrap();
    let model = NeuralModel::from_folder(copy.path()).unwrap();
    let error = model.scorer().score("some text", &mut ScoredText::default()).unwrap_err();
    assert!(error.to_string().contains("no number"), "{error}");
}

#[test]
fn scoring_that_does_not_fit() {
    let with = |scoring| {
        let model = NeuralModel::from_folder(crate::fixture::folder("gpt2")).unwrap();
        model.with_scoring(scoring).unwrap_err().to_string()
    };
    let default = Scoring::default();
    assert!(with(Scoring { context: Some(65), ..default }).contains("at most 64"));
    assert!(with(Scoring { context: Some(0), ..default }).contains("at least 1"));
    assert!(
        with(Scoring { strategy: neural::Strategy::Strided(64), ..default }).contains("1 to 63")
    );
    let never = Scoring { strategy: neural::Strategy::LmEval, bos: Bos::Never, ..default };
    assert!(with(never).contains("a token to begin with"));
    let copy = copy("gpt2");
    change(copy.path(), "tokenizer_config.json", |config| config["bos_token"] = Value::Null);
    let model = NeuralModel::from_folder(copy.path()).unwrap();
    assert_eq!(model.bos(), None);
    assert!(model.with_scoring(Scoring { bos: Bos::Always, ..default }).is_err());
}

#[test]
fn ids_and_lengths_that_do_not_fit() {
    let model = model("gpt2", Scoring::default());
    assert!(model.log_probs(&[1, 2], &[320]).unwrap_err().to_string().contains("320"));
    assert!(model.log_probs(&[1], &[1, 2]).is_err());
    assert!(model.log_probs(&[1; 65], &[1]).is_err());
    assert!(model.log_probs(&[], &[]).unwrap().is_empty());
    let mut scored = ScoredText::default();
    model.scorer().score("", &mut scored).unwrap();
    assert!(scored.tokens.is_empty() && scored.text.is_empty());
}
