//! The WER family against jiwer 4.0: our own fixtures always, and the corpora beside the
//! repository where `GENAI_EVAL_CORPORA` names their folder.

use std::collections::BTreeMap;
use std::path::Path;

use crate::files::{corpora, fixtures, lines, records, take};
use genai_metrics::kernel::Edit;
use genai_metrics::metrics::AlignedText;
use genai_metrics::text::{Transcript, Unit};
use genai_metrics::{ErrorRate, Evaluate, Part, RateKind, Score};
use serde_json::Value;

const COUNTS: [&str; 4] = ["hits", "substitutions", "deletions", "insertions"];

/// jiwer's `ToLowerCase` and `RemovePunctuation` before its default transforms.
const NORMALISED: Transcript = Transcript {
    unit: Unit::Word,
    nfkc: false,
    lowercase: true,
    remove_punctuation: true,
    collapse_spaces: false,
    trim: true,
};

fn counts(score: &Score) -> [f64; 4] {
    COUNTS.map(|name| score.part(name).map(Part::numbers).unwrap()[0])
}

fn bits<const N: usize>(numbers: [f64; N]) -> [u64; N] {
    numbers.map(f64::to_bits)
}

/// Every rate and count that jiwer states of these pairs, to the bit; returns how many there are.
fn check(pairs: &[(String, String)], transcript: Transcript, expected: &Value) -> usize {
    let mut checked = 0;
    for &kind in RateKind::ALL {
        let Some(rate) = expected[kind.name()].as_f64() else { continue };
        let pairs = pairs.iter().map(|(hypothesis, reference)| (&**hypothesis, &**reference));
        let score = ErrorRate { kind, transcript }.pairs(pairs).unwrap();
        assert_eq!(score.value.to_bits(), rate.to_bits(), "{}: {expected}", kind.name());
        let stated = COUNTS.map(|name| take::<f64>(expected, name));
        assert_eq!(bits(counts(&score)), bits(stated), "{expected}");
        checked += 1 + COUNTS.len();
    }
    assert!(checked > 0, "{expected}");
    checked
}

fn pairs_of(hypotheses: Vec<String>, references: Vec<String>) -> Vec<(String, String)> {
    assert_eq!(hypotheses.len(), references.len());
    hypotheses.into_iter().zip(references).collect()
}

fn check_record(root: &Path, record: &Value, pairs: &[(String, String)]) -> usize {
    let transform = record.get("transform").is_some();
    let transcript = if transform { NORMALISED } else { Transcript::default() };
    let mut checked = 0;
    for key in ["words", "chars"] {
        if let Some(expected) = record.get(key) {
            checked += check(pairs, transcript, expected);
        }
    }
    for (line, expected) in pairs.iter().zip(record["per_line"].as_array().into_iter().flatten()) {
        checked += check_line(line, expected);
    }
    for (line, expected) in pairs.iter().zip(record["alignments"].as_array().into_iter().flatten())
    {
        check_alignment(line, expected);
        checked += 1;
    }
    assert!(checked > 0, "{}: {record}", root.display());
    checked
}

/// jiwer's chunks of one line.
fn check_alignment((hypothesis, reference): &(String, String), expected: &Value) {
    let aligned = AlignedText::new(reference, hypothesis, Transcript::default()).unwrap();
    let name = |edit| match edit {
        Edit::Hit => "equal",
        Edit::Substitution => "substitute",
        Edit::Deletion => "delete",
        Edit::Insertion => "insert",
    };
    let found: Vec<(&str, usize, usize, usize, usize)> = aligned
        .parts()
        .map(|part| {
            let (reference, hypothesis) = (part.reference, part.hypothesis);
            (name(part.edit), reference.start, reference.end, hypothesis.start, hypothesis.end)
        })
        .collect();
    assert_eq!(serde_json::to_value(found).unwrap(), *expected, "{reference:?} {hypothesis:?}");
}

/// `[wer, mer, wil, wip, hits, substitutions, deletions, insertions, cer]`.
fn check_line((hypothesis, reference): &(String, String), expected: &Value) -> usize {
    let expected: Vec<f64> = serde_json::from_value(expected.clone()).unwrap();
    let score = |kind| ErrorRate::new(kind).sentence(hypothesis, &[reference.as_str()]).unwrap();
    let kinds = [RateKind::Wer, RateKind::Mer, RateKind::Wil, RateKind::Wip];
    let mut found = kinds.map(|kind| score(kind).value).to_vec();
    found.extend(counts(&score(RateKind::Wer)));
    found.push(score(RateKind::Cer).value);
    let all_bits = |numbers: &[f64]| numbers.iter().map(|n| n.to_bits()).collect::<Vec<_>>();
    assert_eq!(all_bits(&found), all_bits(&expected), "{found:?} {expected:?} {hypothesis:?}");
    found.len()
}

/// The pairs that a record of our own fixtures is about, in the order of its results.
pub(crate) fn pairs_of_record(root: &Path, record: &Value) -> Vec<(String, String)> {
    if record.get("data").is_none() {
        let file = |key| lines(root, &take::<String>(record, key), None);
        return pairs_of(file("hyp"), file("ref"));
    }
    let with_each_reference = |entry: &Value| {
        let references: Vec<String> = take(entry, "refs");
        let hypothesis: String = take(entry, "hyp");
        references.into_iter().map(move |reference| (hypothesis.clone(), reference))
    };
    let data = records(&root.join(take::<String>(record, "data")));
    data.iter().flat_map(with_each_reference).collect()
}

#[test]
fn fixtures_wer() {
    let root = fixtures();
    let mut checked = 0;
    for record in records(&root.join("gold/wer.jsonl")) {
        let pairs = pairs_of_record(&root, &record);
        checked += check_record(&root, &record, &pairs);
    }
    assert!(checked > 5000, "{checked}");
}

#[test]
fn corpora_wer() {
    let Some(root) = corpora() else { return };
    let nasty: BTreeMap<String, (String, String)> = records(&root.join("nasty/nasty.jsonl"))
        .iter()
        .map(|pair| {
            let reference = take::<Vec<String>>(pair, "refs").swap_remove(0);
            (take(pair, "id"), (take(pair, "hyp"), reference))
        })
        .collect();
    let mut checked = 0;
    for record in records(&root.join("gold/wer.jsonl.gz")) {
        let pairs = if let Some(id) = record["id"].as_str() {
            vec![nasty[id].clone()]
        } else if record.get("inline_hyp").is_some() {
            pairs_of(take(&record, "inline_hyp"), take(&record, "inline_ref"))
        } else {
            let first = record["first_lines"].as_u64().map(|n| usize::try_from(n).unwrap());
            let file = |key| lines(&root, &take::<String>(&record, key), first);
            pairs_of(file("hyp"), file("ref"))
        };
        checked += check_record(&root, &record, &pairs);
    }
    assert!(checked > 10_000, "{checked}");
    println!("checked {checked} rates, counts and alignments of gold/wer.jsonl.gz");
}
