//! chrF and chrF++: corpora and their segments.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{bits, corpora, fixtures, records};
use crate::sandbox::Sandbox;

/// The record as a command line.
fn arguments(root: &Path, record: &Value, sandbox: &Sandbox) -> Vec<String> {
    let params = &record["params"];
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
    let mut arguments: Vec<String> = vec!["chrf".into(), "--quiet".into()];
    let mut option = |name: &str, value: String| arguments.extend([format!("--{name}"), value]);
    option("hyp", file(&record["hyp"]));
    for reference in record["refs"].as_array().unwrap() {
        option("ref", file(reference));
    }
    option("char-order", params["char_order"].to_string());
    option("word-order", params["word_order"].to_string());
    option("beta", params["beta"].to_string());
    for (key, flag) in [
        ("lowercase", "--lowercase"),
        ("whitespace", "--whitespace"),
        ("eps_smoothing", "--eps-smoothing"),
    ] {
        if params[key] == true {
            arguments.push(flag.to_owned());
        }
    }
    arguments
}

/// A corpus's score, or those of its segments.
fn check_record(root: &Path, record: &Value, sandbox: &Sandbox) {
    let mut arguments = arguments(root, record, sandbox);
    arguments.extend(["--score-only", "--format", "jsonl"].map(str::to_owned));
    let expected: Vec<u64> = match record["scores"].as_array() {
        Some(scores) => {
            arguments.push("--sentence".to_owned());
            scores.iter().map(bits).collect()
        }
        None => vec![bits(&record["score"])],
    };
    let shown = sandbox.run_with(&arguments, b"").success();
    let scores: Vec<u64> =
        shown.lines().map(|line| line.parse::<f64>().unwrap().to_bits()).collect();
    assert_eq!(scores, expected, "{arguments:?}");
}

fn check(root: &Path, files: [&str; 2], at_least: usize) {
    let sandbox = Sandbox::new();
    let records = files.iter().flat_map(|file| records(&root.join(file)));
    let runs = records.inspect(|record| check_record(root, record, &sandbox)).count();
    assert!(runs >= at_least, "{runs}");
    println!("checked {runs} runs of chrf");
}

#[test]
fn fixtures_chrf() {
    check(&fixtures(), ["gold/chrf_corpus.jsonl", "gold/chrf_sentence.jsonl"], 600);
}

#[test]
fn corpora_chrf() {
    let Some(root) = corpora() else { return };
    check(&root, ["gold/chrf_corpus.jsonl", "gold/chrf_sentence.jsonl.gz"], 177);
}
