//! The corpus with gold sums beside the repository, for those who have it.

use std::fs;
use std::path::{Path, PathBuf};

use genai_lm::logprobs::{Layout, Rules, Splitter};
use serde_json::Value;

use super::{exact_sum, read};

/// The folder of public corpora that `GENAI_EVAL_CORPORA` names, or none and a word about it.
fn corpora() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("GENAI_EVAL_CORPORA") else {
        eprintln!("skipped: GENAI_EVAL_CORPORA is not set");
        return None;
    };
    // A relative path is one from the workspace's root; tests run in their crate's folder.
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder).join("public"))
}

#[test]
fn corpora_log_probabilities_add_up() {
    let Some(folder) = corpora() else { return };
    let file = fs::read(folder.join("ppl/logprobs.jsonl")).unwrap();
    let gold = fs::read_to_string(folder.join("gold/ppl.jsonl")).unwrap();
    let gold: Vec<Value> = gold.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (mut record, mut checked) = (Vec::new(), 0);
    let mut splitter = Splitter::new(file.as_slice());
    while splitter.next_record(&mut record).unwrap().is_some() {
        let text = str::from_utf8(&record).unwrap();
        assert_eq!(Layout::detect(text).unwrap(), Layout::Plain);
        let scored = read(Layout::Plain, Rules::default(), text).unwrap();
        let id: Value = serde_json::from_str(text).unwrap();
        if let Some(gold) = gold.iter().find(|gold| gold["id"] == id["id"]) {
            let sum = exact_sum(scored.tokens.iter().filter_map(|token| token.log_prob));
            assert_eq!(
                Some(sum.to_bits()),
                gold["sum_logprob"].as_f64().map(f64::to_bits),
                "{}",
                id["id"]
            );
            let written = str::from_utf8(&scored.text).unwrap();
            let counts = [
                ("tokens", scored.tokens.len()),
                ("bytes", scored.text.len()),
                ("chars", written.chars().count()),
                ("words", written.split_whitespace().count()),
            ];
            for (name, count) in counts {
                assert_eq!(Some(count as u64), gold[name].as_u64(), "{name} of {}", id["id"]);
            }
            checked += 1;
        }
        record.clear();
    }
    println!("checked {checked} sums of gold/ppl.jsonl");
    assert!(checked > 300);
}
