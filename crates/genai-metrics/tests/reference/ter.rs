//! TER, beside what sacreBLEU reported.

use std::collections::HashMap;
use std::path::Path;

use crate::files::{corpora, fixtures, lines, records, take};
use genai_metrics::text::Tercom;
use genai_metrics::{Evaluator, Metric, Segment, Ter, TerStats, Tokenizer};
use serde::Deserialize;
use serde_json::Value;

/// sacreBLEU's names for the options.
#[derive(Clone, Copy, Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "so they are in the records")]
struct Params {
    normalized: bool,
    no_punct: bool,
    asian_support: bool,
    case_sensitive: bool,
}

impl Params {
    fn ter(self) -> Ter {
        let Self { normalized, no_punct, asian_support, case_sensitive } = self;
        let tercom = Tercom { normalized, no_punctuation: no_punct, asian: asian_support };
        Ter { case_sensitive, tercom }
    }

    fn tokenizer(self) -> Tokenizer {
        self.ter().spec().tokenizer.unwrap()
    }
}

/// Score, edits and length, to the last bit.
fn assert_equals(ter: Ter, stats: &TerStats, expected: (f64, u64, f64), context: &str) {
    let (score, edits, length) = expected;
    assert_eq!(stats.edits, edits, "edits: {context}");
    assert_eq!(stats.reference_length().to_bits(), length.to_bits(), "length: {context}");
    let value = Metric::score(&ter, stats).value;
    assert_eq!(value.to_bits(), score.to_bits(), "score {value}: {context}");
}

/// The scores, edits and lengths that a record has for each segment, by these keys.
fn expected(record: &Value, keys: [&str; 3]) -> impl Iterator<Item = (f64, u64, f64)> {
    let scores: Vec<f64> = take(record, keys[0]);
    let edits: Vec<u64> = take(record, keys[1]);
    let lengths: Vec<f64> = take(record, keys[2]);
    assert!(scores.len() == edits.len() && edits.len() == lengths.len());
    scores
        .into_iter()
        .zip(edits)
        .zip(lengths)
        .map(|((score, edits), length)| (score, edits, length))
}

fn measure(
    evaluator: &mut Evaluator<'_, Ter>,
    hypothesis: &str,
    references: &[String],
) -> TerStats {
    let references: Vec<_> = references.iter().map(|text| Some(text.as_str())).collect();
    evaluator.add(&Segment { hypothesis, references: &references }).unwrap()
}

/// A record of single segments of a JSONL file; returns how many.
fn check_segments(root: &Path, record: &Value) -> usize {
    let params: Params = take(record, "params");
    let (ter, data) = (params.ter(), records(&root.join(take::<String>(record, "data"))));
    let by_id: HashMap<String, &Value> = data.iter().map(|pair| (take(pair, "id"), pair)).collect();
    let mut evaluator = Evaluator::new(&ter);
    let ids: Vec<String> = take(record, "ids");
    let expected = expected(record, ["scores", "num_edits", "ref_length"]);
    let mut checked = 0;
    for (id, expected) in ids.iter().zip(expected) {
        let pair = by_id[id];
        let references: Vec<String> = take(pair, "refs");
        let stats = measure(&mut evaluator, &take::<String>(pair, "hyp"), &references);
        assert_equals(ter, &stats, expected, &format!("{id} {params:?}"));
        checked += 1;
    }
    assert_eq!(checked, ids.len());
    checked
}

/// A record of a corpus and each of its segments; returns the number of segments.
fn check_corpus(root: &Path, record: &Value) -> usize {
    let params: Params = take(record, "params");
    let ter = params.ter();
    let first = record["first_lines"].as_u64().map(|lines| usize::try_from(lines).unwrap());
    let hypotheses = lines(root, &take::<String>(record, "hyp"), first);
    let references: Vec<Vec<String>> =
        take::<Vec<String>>(record, "refs").iter().map(|path| lines(root, path, first)).collect();
    let mut evaluator = Evaluator::new(&ter);
    let of_segments = expected(record, ["sentence_scores", "sentence_edits", "sentence_ref_len"]);
    let context = format!("{} {} {params:?}", record["hyp"], record["refs"]);
    let mut checked = 0;
    for ((i, hypothesis), expected) in hypotheses.iter().enumerate().zip(of_segments) {
        let references: Vec<String> = references.iter().map(|lines| lines[i].clone()).collect();
        let stats = measure(&mut evaluator, hypothesis, &references);
        assert_equals(ter, &stats, expected, &format!("line {i} of {context}"));
        checked += 1;
    }
    assert_eq!(checked, hypotheses.len());
    let expected = (take(record, "score"), take(record, "num_edits"), take(record, "ref_length"));
    assert_equals(ter, &evaluator.total(), expected, &context);
    let signature = ter
        .spec()
        .signature
        .of_run(Some(references.len()), &genai_metrics::Signature::default(), "2.6.0")
        .to_string();
    assert_eq!(signature, take::<String>(record, "signature"));
    checked
}

fn check_scores(root: &Path, file: &str, at_least: [usize; 2]) {
    let (mut corpora, mut segments) = (0, 0);
    for record in records(&root.join(file)) {
        if record.get("data").is_some() {
            segments += check_segments(root, &record);
        } else {
            segments += check_corpus(root, &record);
            corpora += 1;
        }
    }
    assert!(corpora >= at_least[0] && segments >= at_least[1], "{corpora} {segments}");
    println!("checked {segments} sentence scores and {corpora} corpus scores of {file}");
}

#[test]
fn fixtures_ter() {
    check_scores(&fixtures(), "gold/ter.jsonl", [100, 4000]);
}

#[test]
fn fixtures_ter_tokenizer() {
    let mut checked = 0;
    for record in records(&fixtures().join("gold/ter_tokenizer.jsonl")) {
        let (text, lines): (String, Vec<String>) = (take(&record, "text"), take(&record, "lines"));
        for (line, flags) in lines.iter().zip(0_u8..) {
            let flag = |bit: u8| flags >> bit & 1 == 1;
            let params = Params {
                normalized: flag(2),
                no_punct: flag(1),
                asian_support: flag(0),
                case_sensitive: false,
            };
            let ours = params.tokenizer().line(&text).unwrap();
            assert_eq!(ours, *line, "{params:?} of {text:?}");
            checked += 1;
        }
    }
    assert!(checked > 3000, "{checked}");
}

#[test]
fn corpora_ter() {
    let Some(root) = corpora() else { return };
    check_scores(&root, "gold/ter.jsonl.gz", [50, 2000]);
}

#[test]
fn corpora_ter_tokenizer() {
    let Some(root) = corpora() else { return };
    let data = records(&root.join("nasty/nasty.jsonl"));
    let by_id: HashMap<String, &Value> = data.iter().map(|pair| (take(pair, "id"), pair)).collect();
    let mut checked = 0;
    for record in records(&root.join("gold/tokenizers_ter_nasty.jsonl.gz")) {
        let pair = by_id[&take::<String>(&record, "id")];
        let side: String = take(&record, "side");
        let text = match side.strip_prefix("ref") {
            Some(number) => {
                take::<Vec<String>>(pair, "refs")[number.parse::<usize>().unwrap()].clone()
            }
            None => take(pair, "hyp"),
        };
        let params: Params = serde_json::from_value(record.clone()).unwrap();
        let line = params.tokenizer().line(&text).unwrap();
        assert_eq!(line, take::<String>(&record, "out"), "{params:?} of {text:?}");
        checked += 1;
    }
    assert!(checked > 7000, "{checked}");
    println!("checked {checked} outputs of TER's tokenizer");
}
