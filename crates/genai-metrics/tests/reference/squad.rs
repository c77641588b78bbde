//! Exact match and token F1 against `SQuAD`'s scripts: our own fixtures always, and the corpora
//! beside the repository where `GENAI_EVAL_CORPORA` names their folder.

use std::collections::BTreeMap;

use crate::files::{corpora, fixtures, records, take};
use genai_metrics::{Evaluate, ExactMatch, Metric, Segment, SquadVersion, TokenF1};
use serde_json::Value;

type Answer = (String, Vec<String>);

/// The score of answers together.
fn score<M: Metric>(metric: &M, answers: &[Answer]) -> f64 {
    let references: Vec<Vec<Option<&str>>> =
        answers.iter().map(|(_, refs)| refs.iter().map(|r| Some(r.as_str())).collect()).collect();
    let segments = answers
        .iter()
        .zip(&references)
        .map(|((hypothesis, _), references)| Segment { hypothesis, references });
    metric.corpus(segments).unwrap().value
}

/// Both scores by both versions. Of several segments the scripts add F1 from the left, which
/// rounds; of one it has to be the same to the bit.
fn check(answers: &[Answer], expected: &Value) -> usize {
    let expected: BTreeMap<String, [f64; 2]> = serde_json::from_value(expected.clone()).unwrap();
    for (version, [exact, f1]) in &expected {
        let squad = if version == "1" { SquadVersion::V1 } else { SquadVersion::V2 };
        let found = score(&ExactMatch { squad: Some(squad) }, answers);
        assert_eq!(found.to_bits(), exact.to_bits(), "{version} {answers:?}");
        let found = score(&TokenF1 { squad }, answers);
        let same = if answers.len() == 1 {
            found.to_bits() == f1.to_bits()
        } else {
            (found - f1).abs() <= 1e-13 * f1
        };
        assert!(same, "{version} {answers:?}: {found}, expected {f1}");
    }
    2 * expected.len()
}

#[test]
fn fixtures_squad() {
    let root = fixtures();
    let mut checked = 0;
    for record in records(&root.join("gold/squad.jsonl")) {
        if record.get("data").is_none() {
            checked += check(&[(take(&record, "hyp"), take(&record, "refs"))], &record["scores"]);
            continue;
        }
        let answers: Vec<Answer> = records(&root.join(take::<String>(&record, "data")))
            .iter()
            .map(|entry| (take(entry, "hyp"), take(entry, "refs")))
            .collect();
        checked += check(&answers, &record["scores"]);
        let each: Vec<Value> = take(&record, "results");
        assert_eq!(each.len(), answers.len());
        for (answer, expected) in answers.iter().zip(&each) {
            checked += check(std::slice::from_ref(answer), expected);
        }
    }
    assert!(checked > 500, "{checked}");
}

/// Records of pairs, and of all pairs of a file together.
#[test]
fn corpora_squad() {
    let Some(root) = corpora() else { return };
    let file = |path: &str| -> BTreeMap<String, Answer> {
        let is_qa = path.starts_with("qa/");
        let (hypothesis, references) =
            if is_qa { ("prediction", "answers") } else { ("hyp", "refs") };
        records(&root.join(path))
            .iter()
            .map(|pair| (take(pair, "id"), (take(pair, hypothesis), take(pair, references))))
            .collect()
    };
    let mut files: BTreeMap<String, BTreeMap<String, Answer>> = BTreeMap::new();
    let mut checked = 0;
    for record in records(&root.join("gold/qa.jsonl")) {
        let path: String = take(&record, "data");
        let answers = files.entry(path.clone()).or_insert_with(|| file(&path));
        let one = record["id"].as_str();
        let scale = if one.is_some() { 100.0 } else { 1.0 };
        let answers: Vec<Answer> = match one {
            Some(id) => vec![answers[id].clone()],
            None => answers.values().cloned().collect(),
        };
        // These records take the best of all references, empty ones included, which the script of
        // version 2 drops where others are there; so references are scored one by one.
        let each = |score: &dyn Fn(&[Answer]) -> f64| {
            let best = |(hypothesis, references): &Answer| {
                let of = |r: &String| score(&[(hypothesis.clone(), vec![r.clone()])]);
                references.iter().map(of).fold(0.0, f64::max)
            };
            answers.iter().map(best).sum::<f64>() / answers.len() as f64
        };
        let exact = each(&|answers| score(&ExactMatch::default(), answers));
        assert!((exact - scale * take::<f64>(&record, "exact_match")).abs() < 1e-12, "{record}");
        let f1 = each(&|answers| score(&TokenF1::default(), answers));
        assert!((f1 - scale * take::<f64>(&record, "f1")).abs() < 1e-11, "{record} {f1}");
        checked += 2;
        if let Some(raw) = record["raw_exact_match"].as_f64() {
            let found = score(&ExactMatch { squad: None }, &answers);
            assert_eq!(found.to_bits(), (100.0 * raw).to_bits(), "{record}");
            checked += 1;
        }
    }
    assert!(checked > 1000, "{checked}");
    println!("checked {checked} scores of gold/qa.jsonl");
}
