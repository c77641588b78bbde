//! chrF and chrF++, against sacreBLEU.

use std::path::Path;

use crate::bleu::segments;
use crate::files::{corpora, fixtures, records, take};
use genai_metrics::{Chrf, ChrfStats, Evaluator, Metric, Row, Segment};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
struct Params {
    char_order: usize,
    word_order: usize,
    beta: f64,
    lowercase: bool,
    whitespace: bool,
    eps_smoothing: bool,
}

impl Params {
    fn of(record: &Value) -> Chrf {
        let Self { char_order, word_order, beta, lowercase, whitespace, eps_smoothing } =
            take(record, "params");
        Chrf { char_order, word_order, beta, lowercase, whitespace, eps_smoothing }
    }
}

/// The statistics in the reference's order.
fn counts(stats: &ChrfStats) -> Vec<f64> {
    let mut row = vec![0.0; stats.orders().len() * 3];
    stats.write(&mut row);
    row
}

/// The score of the sum, with statistics, name and signature as far as they are recorded.
fn check_corpus(root: &Path, record: &Value) -> usize {
    let chrf = Params::of(record);
    let mut evaluator = Evaluator::new(&chrf);
    let mut numbers = Vec::new();
    for (hypothesis, references) in segments(root, record) {
        let references: Vec<Option<&str>> = references.iter().map(Option::as_deref).collect();
        evaluator.add(&Segment { hypothesis: &hypothesis, references: &references }).unwrap();
        numbers.push(references.iter().flatten().count());
    }
    let context = format!("{} {} {chrf:?}", record["hyp"], record["refs"]);
    let expected: f64 = take(record, "score");
    assert_eq!(evaluator.score().value.to_bits(), expected.to_bits(), "{context}");
    if record["stats"].is_array() {
        assert_eq!(counts(&evaluator.total()), take::<Vec<f64>>(record, "stats"), "{context}");
    }
    let spec = Metric::spec(&chrf);
    // Python writes the fraction 2.0 otherwise than the whole number.
    if let (Some(name), true) = (record["name"].as_str(), record["params"]["beta"].is_u64()) {
        assert_eq!(spec.title, name, "{context}");
    }
    let same = numbers.iter().all(|n| *n == numbers[0]).then(|| numbers[0]);
    let signature =
        spec.signature.of_run(same, &genai_metrics::Signature::default(), "2.6.0").to_string();
    // The reference does not sign beta.
    let signature: Vec<&str> =
        signature.split('|').filter(|pair| !pair.starts_with("beta:")).collect();
    assert_eq!(signature.join("|"), take::<String>(record, "signature"), "{context}");
    1
}

/// The score of each segment; one evaluator sees them all.
fn check_sentences(root: &Path, record: &Value) -> usize {
    let chrf = Params::of(record);
    let scores: Vec<f64> = take(record, "scores");
    let texts = segments(root, record);
    assert_eq!(texts.len(), scores.len());
    let mut evaluator = Evaluator::new(&chrf);
    for (i, (hypothesis, references)) in texts.iter().enumerate() {
        let references: Vec<Option<&str>> = references.iter().map(Option::as_deref).collect();
        let stats = evaluator.add(&Segment { hypothesis, references: &references }).unwrap();
        let score = chrf.score(&stats).value;
        let context = format!("{} {} segment {i} {chrf:?}", record["hyp"], record["data"]);
        assert_eq!(score.to_bits(), scores[i].to_bits(), "{score} {}: {context}", scores[i]);
    }
    scores.len()
}

fn check(root: &Path, file: &str, at_least: usize) {
    let mut checked = 0;
    for record in records(&root.join(file)) {
        let check = if record["scores"].is_array() { check_sentences } else { check_corpus };
        checked += check(root, &record);
    }
    assert!(checked >= at_least, "{checked}");
    println!("checked {checked} scores of {file}");
}

#[test]
fn fixtures_chrf() {
    check(&fixtures(), "gold/chrf_corpus.jsonl", 400);
    check(&fixtures(), "gold/chrf_sentence.jsonl", 1000);
    check(&fixtures(), "gold/chrf_nasty.jsonl", 4000);
    check(&fixtures(), "gold/chrf_variable_references.jsonl", 30);
}

#[test]
fn corpora_chrf_corpus() {
    let Some(root) = corpora() else { return };
    check(&root, "gold/chrf_corpus.jsonl", 114);
}

#[test]
fn corpora_chrf_sentences() {
    let Some(root) = corpora() else { return };
    check(&root, "gold/chrf_sentence.jsonl.gz", 27_000);
}

#[test]
fn corpora_chrf_nasty() {
    let Some(root) = corpora() else { return };
    check(&root, "gold/chrf_nasty.jsonl.gz", 9000);
}
