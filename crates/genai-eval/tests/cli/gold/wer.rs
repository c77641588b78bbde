//! The WER family: corpora, their segments and alignments.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{Pair, bits, corpora, fixtures, records, take, write_records};
use crate::sandbox::Sandbox;

const COUNTS: [&str; 4] = ["hits", "substitutions", "deletions", "insertions"];

/// What jiwer states of each line, beside the counts, in this order.
const RATES_OF_WORDS: [&str; 4] = ["wer", "mer", "wil", "wip"];

/// Lines as jiwer was given them, without their ends.
fn lines(root: &Path, record: &Value, key: &str) -> Vec<String> {
    let first = record["first_lines"].as_u64().map_or(usize::MAX, |n| usize::try_from(n).unwrap());
    let text = fs::read_to_string(root.join(take::<String>(record, key))).unwrap();
    let lines = text.split_inclusive('\n').take(first);
    lines.map(|line| line.strip_suffix('\n').unwrap_or(line).to_owned()).collect()
}

/// The pairs that a record is about, in the order of its results.
fn pairs_of(root: &Path, record: &Value, nasty: &BTreeMap<String, Pair>) -> Vec<Pair> {
    let each = |hypotheses: Vec<String>, references: Vec<String>| {
        assert_eq!(hypotheses.len(), references.len());
        let references = references.into_iter().map(|reference| vec![reference]);
        hypotheses.into_iter().zip(references).collect()
    };
    if let Some(id) = record["id"].as_str() {
        return vec![nasty[id].clone()];
    }
    if record.get("inline_hyp").is_some() {
        return each(take(record, "inline_hyp"), take(record, "inline_ref"));
    }
    if record.get("data").is_none() {
        return each(lines(root, record, "hyp"), lines(root, record, "ref"));
    }
    let with_each_reference = |entry: &Value| {
        let (hypothesis, references): (String, Vec<String>) =
            (take(entry, "hyp"), take(entry, "refs"));
        references.into_iter().map(move |reference| (hypothesis.clone(), vec![reference]))
    };
    let data = super::records(&root.join(take::<String>(record, "data")));
    data.iter().flat_map(with_each_reference).collect()
}

/// The counts as jiwer orders them.
fn counts(object: &Value) -> Value {
    COUNTS.iter().map(|name| object[name].clone()).collect()
}

/// An alignment as gold files have it.
fn chunks(alignment: &Value) -> Value {
    let keys = ["type", "ref_start_idx", "ref_end_idx", "hyp_start_idx", "hyp_end_idx"];
    let chunks = alignment["chunks"].as_array().unwrap().iter();
    chunks.map(|chunk| keys.iter().map(|key| chunk[key].clone()).collect::<Value>()).collect()
}

/// Runs one record, and compares every number that it states; returns how many those are.
fn check_record(sandbox: &Sandbox, pairs: &[Pair], record: &Value) -> usize {
    write_records(sandbox, "pairs.jsonl", pairs.iter().cloned());
    let transform =
        if record.get("transform").is_some() { " --lowercase --remove-punctuation" } else { "" };
    let line = format!(
        "wer --data pairs.jsonl --quiet --format json --segments segments.jsonl{transform}"
    );
    let run = |more: &str| -> Value {
        serde_json::from_str(&sandbox.run(&(line.clone() + more)).success()).unwrap()
    };
    let result_of = |report: &Value, name: &str| -> Value {
        let results = report["results"].as_array().unwrap();
        results.iter().find(|result| result["metric"] == name).unwrap().clone()
    };
    let report = run(" --alignment words.jsonl");
    let mut checked = 0;
    for (key, rates) in [("words", &RATES_OF_WORDS[..]), ("chars", &["cer"])] {
        let Some(expected) = record.get(key) else { continue };
        for rate in rates {
            let result = result_of(&report, rate);
            assert_eq!(bits(&result["score"]), bits(&expected[rate]), "{rate}: {record}");
            assert_eq!(counts(&result["parts"]), counts(expected), "{rate}: {record}");
            checked += 1 + COUNTS.len();
        }
    }

    // Segments stand metric by metric.
    let of_segments = records(&sandbox.path("segments.jsonl"));
    let of_metric = |name: &str| -> Vec<&Value> {
        of_segments.iter().filter(|segment| segment["metric"] == name).collect()
    };
    for (i, expected) in record["per_line"].as_array().into_iter().flatten().enumerate() {
        let rates = RATES_OF_WORDS.iter().map(|rate| bits(&of_metric(rate)[i]["score"]));
        let expected_rates = (0..4).map(|place| bits(&expected[place]));
        assert!(rates.eq(expected_rates), "{i}: {record}");
        let expected_counts: Value = (4..8).map(|place| expected[place].clone()).collect();
        assert_eq!(counts(&of_metric("wer")[i]["parts"]), expected_counts, "{i}: {record}");
        assert_eq!(bits(&of_metric("cer")[i]["score"]), bits(&expected[8]), "{i}: {record}");
        checked += 9;
    }

    let alignments = records(&sandbox.path("words.jsonl"));
    assert_eq!(alignments.len(), pairs.len());
    for (expected, found) in record["alignments"].as_array().into_iter().flatten().zip(&alignments)
    {
        assert_eq!(chunks(found), *expected, "{record}");
        checked += 1;
    }

    // Of characters jiwer states counts, which MER is made of, too.
    if let Some(expected) = record.get("chars") {
        let report = run(" --unit char --types mer,cer --alignment characters.jsonl");
        assert_eq!(counts(&result_of(&report, "mer")["parts"]), counts(expected), "{record}");
        let alignments = records(&sandbox.path("characters.jsonl"));
        for name in COUNTS {
            let sum: u64 = alignments.iter().map(|found| take::<u64>(found, name)).sum();
            assert_eq!(json!(sum), expected[name], "{name}: {record}");
            checked += 2;
        }
    }
    assert!(checked > 0, "{record}");
    checked
}

fn check(root: &Path, gold: &str, nasty: &BTreeMap<String, Pair>, at_least: usize) {
    let sandbox = Sandbox::new();
    let mut checked = 0;
    for record in records(&root.join(gold)) {
        checked += check_record(&sandbox, &pairs_of(root, &record, nasty), &record);
    }
    assert!(checked >= at_least, "{checked}");
    println!("checked {checked} numbers and alignments of wer");
}

#[test]
fn fixtures_wer() {
    check(&fixtures(), "gold/wer.jsonl", &BTreeMap::new(), 5000);
}

#[test]
fn corpora_wer() {
    let Some(root) = corpora() else { return };
    let pair = |entry: &Value| -> (String, Pair) {
        let first = take::<Vec<String>>(entry, "refs").swap_remove(0);
        (take(entry, "id"), (take(entry, "hyp"), vec![first]))
    };
    let nasty = records(&root.join("nasty/nasty.jsonl")).iter().map(pair).collect();
    check(&root, "gold/wer.jsonl.gz", &nasty, 10_000);
}
