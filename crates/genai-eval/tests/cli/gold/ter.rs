//! TER: corpora and their segments.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{bits, corpora, fixtures, records};
use crate::sandbox::Sandbox;

/// sacreBLEU's names for the options, and ours.
const FLAGS: [(&str, &str); 4] = [
    ("case_sensitive", "--case-sensitive"),
    ("normalized", "--normalized"),
    ("no_punct", "--no-punct"),
    ("asian_support", "--asian"),
];

/// The record as a command line.
fn arguments(root: &Path, record: &Value, sandbox: &Sandbox) -> Vec<String> {
    // Some records are of a file's first lines only.
    let first = record["first_lines"].as_u64().map_or(usize::MAX, |n| usize::try_from(n).unwrap());
    let file = |path: &Value| {
        let text = fs::read_to_string(root.join(path.as_str().unwrap())).unwrap();
        let name = format!("{}{first}", path.as_str().unwrap().replace('/', "_"));
        sandbox.write(&name, text.split_inclusive('\n').take(first).collect::<String>());
        name
    };
    let mut arguments = ["ter", "--quiet", "--hyp"].map(str::to_owned).to_vec();
    arguments.push(file(&record["hyp"]));
    for reference in record["refs"].as_array().unwrap() {
        arguments.extend(["--ref".to_owned(), file(reference)]);
    }
    let given = FLAGS.iter().filter(|(theirs, _)| record["params"][theirs] == true);
    arguments.extend(given.map(|(_, ours)| (*ours).to_owned()));
    arguments
}

fn check(root: &Path, gold: &str, at_least: usize) {
    let sandbox = Sandbox::new();
    let mut runs = 0;
    for record in records(&root.join(gold)).iter().filter(|record| record["hyp"].is_string()) {
        let arguments = arguments(root, record, &sandbox);
        let with = |more: &[&str]| {
            let all = arguments.iter().map(String::as_str).chain(more.iter().copied());
            sandbox.run_with(all.map(str::to_owned).collect::<Vec<_>>(), b"").success()
        };
        let report: Value = serde_json::from_str(&with(&["--format", "json"])).unwrap();
        let result = &report["results"][0];
        assert_eq!(bits(&result["score"]), bits(&record["score"]), "{record}");
        assert_eq!(result["parts"]["num_edits"], record["num_edits"], "{record}");
        assert_eq!(bits(&result["parts"]["ref_length"]), bits(&record["ref_length"]), "{record}");
        let shown = with(&["--sentence", "--score-only", "--format", "jsonl"]);
        let scores: Vec<u64> =
            shown.lines().map(|line| line.parse::<f64>().unwrap().to_bits()).collect();
        let expected = record["sentence_scores"].as_array().unwrap();
        assert_eq!(scores, expected.iter().map(bits).collect::<Vec<_>>(), "{record}");
        runs += 2;
    }
    assert!(runs >= at_least, "{runs}");
    println!("checked {runs} runs of ter");
}

#[test]
fn fixtures_ter() {
    check(&fixtures(), "gold/ter.jsonl", 200);
}

#[test]
fn corpora_ter() {
    let Some(root) = corpora() else { return };
    check(&root, "gold/ter.jsonl.gz", 140);
}
