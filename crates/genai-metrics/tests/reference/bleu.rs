//! Gold values of the reference implementations: our own fixtures always, and the corpora beside
//! the repository where `GENAI_EVAL_CORPORA` names their folder.

use std::fs;
use std::path::Path;

use crate::files::{corpora, fixtures, lines, records, take};
use genai_metrics::text::{Scheme, Subwords};
use genai_metrics::{
    Bleu, Evaluate, Evaluator, Metric, Part, Score, Segment, Smoothing, Tokenizer, metrics,
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
struct Params {
    tokenize: String,
    lowercase: bool,
    smooth_method: String,
    smooth_value: Option<f64>,
    max_ngram_order: usize,
    effective_order: bool,
}

/// Schemes that need dictionaries which this crate does not carry.
const FOREIGN: &[&str] = &["ja-mecab", "ko-mecab"];

impl Params {
    fn bleu(&self) -> Option<Bleu> {
        if FOREIGN.contains(&self.tokenize.as_str()) {
            return None;
        }
        let scheme: Scheme = self.tokenize.parse().unwrap();
        Some(Bleu {
            tokenizer: Tokenizer { scheme, lowercase: self.lowercase, ..Tokenizer::default() },
            smoothing: match self.smooth_method.as_str() {
                "none" => Smoothing::None,
                "floor" => Smoothing::Floor(self.smooth_value.unwrap_or(0.1)),
                "add-k" => Smoothing::AddK(self.smooth_value.unwrap_or(1.0)),
                "exp" => Smoothing::Exponential,
                other => panic!("{other}"),
            },
            max_order: self.max_ngram_order,
            effective_order: self.effective_order,
        })
    }
}

/// What sacreBLEU reported for a corpus or for one sentence.
#[derive(Debug, Deserialize)]
struct Reported {
    score: f64,
    counts: Vec<f64>,
    totals: Vec<f64>,
    precisions: Vec<f64>,
    bp: f64,
    sys_len: f64,
    ref_len: f64,
}

impl Reported {
    /// Integers and floats alike, to the last bit.
    fn assert_equals(&self, score: &Score, context: &str) {
        let part = |name| score.part(name).map_or(&[][..], Part::numbers);
        assert_eq!(score.value.to_bits(), self.score.to_bits(), "score {}: {context}", score.value);
        assert_eq!(part("counts"), self.counts, "counts: {context}");
        assert_eq!(part("totals"), self.totals, "totals: {context}");
        assert_eq!(part("precisions"), self.precisions, "precisions: {context}");
        assert_eq!(part("bp"), [self.bp], "bp: {context}");
        assert_eq!(part("sys_len"), [self.sys_len], "sys_len: {context}");
        assert_eq!(part("ref_len"), [self.ref_len], "ref_len: {context}");
    }
}

/// A record's hypotheses, each with its references.
pub(crate) fn segments(root: &Path, record: &Value) -> Vec<(String, Vec<Option<String>>)> {
    if let Some(given) = record.get("segments") {
        return given
            .as_array()
            .unwrap()
            .iter()
            .map(|segment| (take(segment, "hyp"), take(segment, "refs")))
            .collect();
    }
    if record.get("inline_hyp").is_some() {
        let references: Vec<Vec<Option<String>>> = take(record, "inline_refs");
        let of_segment = |i: usize| references.iter().map(|r| r[i].clone()).collect();
        let hypotheses: Vec<String> = take(record, "inline_hyp");
        return hypotheses.into_iter().enumerate().map(|(i, h)| (h, of_segment(i))).collect();
    }
    if record.get("data").is_some() {
        return records(&root.join(take::<String>(record, "data")))
            .iter()
            .map(|pair| (take(pair, "hyp"), take(pair, "refs")))
            .collect();
    }
    let first = record.get("first_lines").and_then(Value::as_u64).map(|n| n.try_into().unwrap());
    let hypotheses = lines(root, &take::<String>(record, "hyp"), first);
    let references: Vec<Vec<String>> =
        take::<Vec<String>>(record, "refs").iter().map(|path| lines(root, path, first)).collect();
    hypotheses
        .into_iter()
        .enumerate()
        .map(|(i, hypothesis)| {
            (hypothesis, references.iter().map(|r| Some(r[i].clone())).collect())
        })
        .collect()
}

fn signature(bleu: &Bleu, segments: &[(String, Vec<Option<String>>)]) -> String {
    let count = |(_, references): &(_, Vec<Option<_>>)| references.iter().flatten().count();
    let counts: Vec<usize> = segments.iter().map(count).collect();
    let references = counts.iter().all(|n| *n == counts[0]).then(|| counts[0]);
    let run = bleu
        .spec()
        .signature
        .of_run(references, &genai_metrics::Signature::default(), "2.6.0")
        .to_string();
    // The reference does not sign the order, nor more than two digits of a smoothing value.
    run.split('|').filter(|pair| !pair.starts_with("order:")).collect::<Vec<_>>().join("|")
}

/// One corpus-level record.
fn check_corpus(root: &Path, record: &Value) -> bool {
    let params: Params = take(record, "params");
    let Some(bleu) = params.bleu() else { return false };
    let texts = segments(root, record);
    let mut evaluator = Evaluator::new(&bleu);
    for (hypothesis, references) in &texts {
        let references: Vec<Option<&str>> = references.iter().map(Option::as_deref).collect();
        evaluator.add(&Segment { hypothesis, references: &references }).unwrap();
    }
    let context = format!("{} {} {params:?}", record["hyp"], record["refs"]);
    let reported: Reported = serde_json::from_value(record.clone()).unwrap();
    reported.assert_equals(&evaluator.score(), &context);
    if let Some(expected) = record.get("signature") {
        assert_eq!(&signature(&bleu, &texts), expected, "{context}");
    }
    true
}

/// `sys_len`, `ref_len`, counts, totals, `bp`.
type SentenceStats = (f64, f64, Vec<f64>, Vec<f64>, f64);

/// One sentence-level record over the lines of a file; returns the number of sentences.
fn check_sentences(root: &Path, record: &Value) -> usize {
    let params: Params = take(record, "params");
    let Some(bleu) = params.bleu() else { return 0 };
    let scores: Vec<f64> = take(record, "scores");
    let stats: Option<Vec<SentenceStats>> =
        record.get("stats").map(|stats| serde_json::from_value(stats.clone()).unwrap());
    let texts = segments(root, record);
    assert_eq!(texts.len(), scores.len());
    let mut evaluator = Evaluator::new(&bleu);
    for (i, (hypothesis, references)) in texts.iter().enumerate() {
        let references: Vec<Option<&str>> = references.iter().map(Option::as_deref).collect();
        let row = evaluator.add(&Segment { hypothesis, references: &references }).unwrap();
        let score = bleu.score(&row);
        let context = format!("{} line {i} {params:?}", record["hyp"]);
        assert_eq!(score.value.to_bits(), scores[i].to_bits(), "{context}");
        if let Some(stats) = &stats {
            let (sys_len, ref_len, counts, totals, bp) = stats[i].clone();
            let precisions = score.part("precisions").unwrap().numbers().to_vec();
            let score_value = scores[i];
            Reported { score: score_value, counts, totals, precisions, bp, sys_len, ref_len }
                .assert_equals(&score, &context);
        }
    }
    assert_eq!(signature(&bleu, &texts), take::<String>(record, "signature"));
    scores.len()
}

/// One record over the pairs of a JSONL file, or a corpus of odd segments; returns the number of
/// scores.
fn check_pairs(root: &Path, record: &Value) -> usize {
    if record.get("results").is_none() {
        return usize::from(check_corpus(root, record));
    }
    let params: Params = take(record, "params");
    let Some(bleu) = params.bleu() else { return 0 };
    let pairs = records(&root.join(take::<String>(record, "data")));
    let results = record["results"].as_array().unwrap();
    for result in results {
        let id: String = take(result, "id");
        let pair = pairs.iter().find(|pair| pair["id"] == result["id"]).unwrap();
        let references: Vec<String> = take(pair, "refs");
        let references: Vec<&str> = references.iter().map(String::as_str).collect();
        let score = bleu.sentence(&take::<String>(pair, "hyp"), &references).unwrap();
        let reported: Reported = serde_json::from_value(result.clone()).unwrap();
        reported.assert_equals(&score, &format!("{id} {params:?}"));
    }
    results.len()
}

fn check_all_corpus(root: &Path, file: &str, at_least: usize) {
    let records = records(&root.join(file));
    let checked = records.iter().filter(|record| check_corpus(root, record)).count();
    assert!(checked >= at_least, "{checked} of {} records", records.len());
    println!("checked {checked} corpus scores of {file}");
}

fn check_all_sentences(root: &Path, file: &str) {
    let checked: usize = records(&root.join(file)).iter().map(|r| check_sentences(root, r)).sum();
    assert!(checked > 100, "{checked} sentences");
    println!("checked {checked} sentence scores of {file}");
}

fn check_all_pairs(root: &Path, file: &str) {
    let checked: usize = records(&root.join(file)).iter().map(|r| check_pairs(root, r)).sum();
    assert!(checked > 1000, "{checked} sentences");
    println!("checked {checked} sentence scores of {file}");
}

fn lower_case(text: &str) -> String {
    let mut out = String::new();
    genai_metrics::text::lowercase(text, &mut out);
    out
}

/// The tokenizers' outputs under these names in a record, for this text.
fn check_tokenizers(text: &str, lowercase: bool, outputs: &Value) -> usize {
    let mut checked = 0;
    for scheme in Scheme::ALL {
        let Some(expected) = outputs.get(scheme.name()).and_then(Value::as_str) else { continue };
        let tokenizer = Tokenizer { scheme: scheme.clone(), lowercase, ..Tokenizer::default() };
        assert_eq!(tokenizer.line(text).unwrap(), expected, "{scheme} of {text:?}");
        // The tokens are the line, split as Python splits it.
        let words: Vec<&str> = expected
            .split(genai_metrics::text::is_white_space)
            .filter(|word| !word.is_empty())
            .collect();
        assert_eq!(tokenizer.tokenize(text).unwrap(), words, "{scheme} of {text:?}");
        checked += 1;
    }
    checked
}

#[test]
fn fixtures_bleu_corpus() {
    check_all_corpus(&fixtures(), "gold/bleu_corpus.jsonl", 200);
}

/// One record of sacreBLEU over the pieces of a model; returns the number of scores compared.
fn check_pieces(record: &Value) -> usize {
    let model = fs::read(fixtures().join(take::<String>(record, "model"))).unwrap();
    let loaded = genai_bpe::Tokenizer::from_bytes(&model).unwrap();
    let subwords = Subwords::of_files(loaded, [model.as_slice()]);
    let scheme = Scheme::Subwords(subwords);
    let lowercase = take(record, "lowercase");
    let tokenizer = Tokenizer { scheme, lowercase, ..Tokenizer::default() };
    let corpus = take::<String>(record, "level") == "corpus";
    let bleu = Bleu { tokenizer, effective_order: !corpus, ..Bleu::default() };
    let segments = segments(&fixtures(), record);
    let context = |i: usize| format!("{} of {}, segment {i}", record["model"], record["data"]);
    let of = |(hypothesis, references): &(String, Vec<Option<String>>)| {
        let references: Vec<Option<&str>> = references.iter().map(Option::as_deref).collect();
        Evaluator::new(&bleu).add(&Segment { hypothesis, references: &references }).unwrap()
    };
    if corpus {
        let mut sum = of(&segments[0]);
        segments[1..].iter().for_each(|segment| sum += &of(segment));
        let reported: Reported = serde_json::from_value(record.clone()).unwrap();
        reported.assert_equals(&bleu.score(&sum), &record["hyp"].to_string());
        return 1;
    }
    let scores: Vec<(f64, u64, u64)> = take(record, "scores");
    assert_eq!(scores.len(), segments.len());
    for (i, (segment, (score, hypothesis, reference))) in segments.iter().zip(scores).enumerate() {
        let stats = of(segment);
        let lengths = (stats.hypothesis_length, stats.reference_length);
        assert_eq!(lengths, (hypothesis, reference), "{}", context(i));
        assert_eq!(bleu.score(&stats).value.to_bits(), score.to_bits(), "{}", context(i));
    }
    segments.len()
}

#[test]
fn fixtures_bleu_of_pieces() {
    let checked: usize =
        records(&fixtures().join("gold/bleu_spm.jsonl")).iter().map(check_pieces).sum();
    assert!(checked > 1000, "{checked}");
}

#[test]
fn fixtures_bleu_variable_references() {
    check_all_corpus(&fixtures(), "gold/bleu_variable_references.jsonl", 6);
}

#[test]
fn fixtures_bleu_sentences() {
    check_all_sentences(&fixtures(), "gold/bleu_sentence.jsonl");
}

#[test]
fn fixtures_bleu_nasty() {
    check_all_pairs(&fixtures(), "gold/bleu_nasty.jsonl");
}

#[test]
fn fixtures_tokenizers() {
    let mut checked = 0;
    for record in records(&fixtures().join("gold/tokenizers.jsonl")) {
        let text: String = take(&record, "text");
        checked += check_tokenizers(&text, false, &record);
        assert_eq!(lower_case(&text), take::<String>(&record, "lower"));
    }
    assert!(checked > 2000, "{checked}");
}

#[test]
fn corpora_bleu_corpus() {
    let Some(root) = corpora() else { return };
    check_all_corpus(&root, "gold/bleu_corpus.jsonl", 1);
}

#[test]
fn corpora_bleu_sentences() {
    let Some(root) = corpora() else { return };
    check_all_sentences(&root, "gold/bleu_sentence.jsonl.gz");
}

#[test]
fn corpora_bleu_nasty() {
    let Some(root) = corpora() else { return };
    check_all_pairs(&root, "gold/bleu_nasty.jsonl.gz");
}

#[test]
fn corpora_tokenizers() {
    let Some(root) = corpora() else { return };
    let mut checked = 0;
    for record in records(&root.join("gold/tokenizers_nasty.jsonl")) {
        let text: String = take(&record, "text");
        checked += check_tokenizers(&text, false, &record["bleu"]);
        if record["bleu_lowercase"].is_object() {
            checked += check_tokenizers(&text, true, &record["bleu_lowercase"]);
        }
        assert_eq!(lower_case(&text), take::<String>(&record, "python_lower"));
        let words = Tokenizer { scheme: Scheme::None, lowercase: false, ..Tokenizer::default() }
            .tokenize(&text)
            .unwrap();
        assert_eq!(words, take::<Vec<String>>(&record, "python_split"));
    }
    let mut files: std::collections::HashMap<String, Vec<String>> =
        std::collections::HashMap::new();
    for record in records(&root.join("gold/tokenizers_lines.jsonl.gz")) {
        let file: String = take(&record, "file");
        let texts = files.entry(file.clone()).or_insert_with(|| lines(&root, &file, None));
        checked += check_tokenizers(&texts[take::<usize>(&record, "line")], false, &record);
    }
    assert!(checked > 4000, "{checked}");
    println!("checked {checked} tokenizer outputs");
}

/// The registry builds what the gold values name.
#[test]
fn the_registry_builds_the_default() {
    let scorers = (metrics::find("bleu").unwrap().build)(
        &genai_metrics::Options::default(),
        genai_metrics::Level::Corpus,
    );
    assert_eq!(scorers.unwrap()[0].spec().signature, Bleu::default().spec().signature);
}
