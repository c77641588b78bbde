//! BLEU: corpora and their segments.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{bits, corpora, fixtures, records};
use crate::sandbox::Sandbox;

/// The record as a command line; none if it needs a scheme that is not here.
fn arguments(root: &Path, record: &Value, sandbox: &Sandbox) -> Option<Vec<String>> {
    let params = &record["params"];
    let text = |key: &str| params[key].as_str().unwrap().to_owned();
    if !genai_metrics::text::Scheme::NAMES.contains(&text("tokenize").as_str()) {
        return None;
    }
    // Some records are of a file's first lines only.
    let first = record["first_lines"].as_u64().map(|lines| usize::try_from(lines).unwrap());
    let file = |path: &Value| {
        let path = root.join(path.as_str().unwrap());
        let Some(first) = first else { return path.display().to_string() };
        let name = path.to_string_lossy().replace(['/', '\\', ':'], "_") + &first.to_string();
        let lines = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = lines.split('\n').take(first).collect();
        sandbox.write(&name, lines.join("\n") + "\n");
        name
    };
    let mut arguments: Vec<String> = vec!["bleu".into(), "--quiet".into()];
    let mut option = |name: &str, value: String| arguments.extend([format!("--{name}"), value]);
    option("hyp", file(&record["hyp"]));
    for reference in record["refs"].as_array().unwrap() {
        option("ref", file(reference));
    }
    option("tokenize", text("tokenize"));
    option("smooth", text("smooth_method"));
    if let Some(value) = params["smooth_value"].as_f64()
        && ["floor", "add-k"].contains(&text("smooth_method").as_str())
    {
        option("smooth-value", value.to_string());
    }
    option("max-order", params["max_ngram_order"].to_string());
    let effective = params["effective_order"].as_bool().unwrap();
    arguments.push(format!("--effective-order={}", if effective { "yes" } else { "no" }));
    if params["lowercase"] == true {
        arguments.push("--lowercase".to_owned());
    }
    Some(arguments)
}

fn numbers(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

fn check_corpus(root: &Path, record: &Value, sandbox: &Sandbox) -> bool {
    let Some(mut arguments) = arguments(root, record, sandbox) else { return false };
    arguments.extend(["--format", "json"].map(str::to_owned));
    let shown = sandbox.run_with(&arguments, b"").success();
    let report: Value = serde_json::from_str(&shown).unwrap();
    let result = &report["results"][0];
    let context = format!("{record}\n{shown}");
    assert_eq!(bits(&result["score"]), bits(&record["score"]), "{context}");
    assert_eq!(bits(&result["parts"]["bp"]), bits(&record["bp"]), "{context}");
    for part in ["counts", "totals", "precisions"] {
        assert_eq!(numbers(&result["parts"][part]), numbers(&record[part]), "{context}");
    }
    for part in ["sys_len", "ref_len"] {
        assert_eq!(result["parts"][part], record[part], "{context}");
    }
    true
}

fn check_sentences(root: &Path, record: &Value, sandbox: &Sandbox) -> bool {
    let Some(mut arguments) = arguments(root, record, sandbox) else { return false };
    arguments.extend(["--sentence", "--score-only", "--format", "jsonl"].map(str::to_owned));
    let shown = sandbox.run_with(&arguments, b"").success();
    let scores: Vec<u64> =
        shown.lines().map(|line| line.parse::<f64>().unwrap().to_bits()).collect();
    let expected: Vec<u64> = record["scores"].as_array().unwrap().iter().map(bits).collect();
    assert_eq!(scores, expected, "{:?} {}", record["hyp"], record["params"]);
    true
}

fn check(root: &Path, corpus: &str, sentences: &str) {
    let sandbox = Sandbox::new();
    let corpus = records(&root.join(corpus));
    let sentences = records(&root.join(sentences));
    let of_corpus = corpus.iter().filter(|record| check_corpus(root, record, &sandbox));
    let of_sentences = sentences.iter().filter(|record| check_sentences(root, record, &sandbox));
    let runs = of_corpus.count() + of_sentences.count();
    assert!(runs > 200, "{runs} of {} records", corpus.len() + sentences.len());
    println!("checked {runs} runs of bleu");
}

#[test]
fn fixtures_bleu() {
    check(&fixtures(), "gold/bleu_corpus.jsonl", "gold/bleu_sentence.jsonl");
}

#[test]
fn corpora_bleu() {
    let Some(root) = corpora() else { return };
    check(&root, "gold/bleu_corpus.jsonl", "gold/bleu_sentence.jsonl.gz");
}
