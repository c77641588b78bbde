//! Codes of subword-nmt: the corpora's gold values, and small files made here.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests fail by panicking, and say what they compared"
)]

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use genai_bpe::SubwordNmt;
use serde_json::Value;

fn corpora() -> Option<PathBuf> {
    let folder = std::env::var_os("GENAI_EVAL_CORPORA");
    if folder.is_none() {
        println!("skipped: GENAI_EVAL_CORPORA is not set");
    }
    Some(PathBuf::from(folder?).join("public"))
}

fn records(path: PathBuf) -> Vec<Value> {
    let mut text = String::new();
    let bytes = std::fs::read(path).unwrap();
    flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn subwords(corpora: &Path) -> SubwordNmt {
    SubwordNmt::from_codes(&std::fs::read(corpora.join("bpe/subword.codes")).unwrap()).unwrap()
}

#[test]
fn corpora_lines_are_those_of_apply_bpe() {
    let Some(corpora) = corpora() else { return };
    let subwords = subwords(&corpora);
    let tokenizer = subwords.clone().into_tokenizer().unwrap();
    let input = std::fs::read_to_string(corpora.join("bpe/subword.input.txt")).unwrap();
    let encoded = std::fs::read_to_string(corpora.join("bpe/subword.encoded.txt")).unwrap();
    let mut checked = 0;
    for (line, expected) in input.split('\n').zip(encoded.split('\n')) {
        assert_eq!(subwords.segment_line(line), expected);
        assert_eq!(tokenizer.encode_pieces(line).join(" "), expected.trim_matches(' '));
        checked += 1;
    }
    println!("checked {checked} lines");
    let text = std::fs::read_to_string(corpora.join("nasty/nasty.jsonl")).unwrap();
    let texts: HashMap<String, Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .map(|record| (record["id"].as_str().unwrap().to_owned(), record))
        .collect();
    let mut checked = 0;
    for record in records(corpora.join("bpe/subword_nasty.jsonl.gz")) {
        let Some(pair) = texts.get(record["id"].as_str().unwrap()) else { continue };
        let side = record["side"].as_str().unwrap();
        let text = match side.strip_prefix("ref") {
            Some(number) => &pair["refs"][number.parse::<usize>().unwrap()],
            None => &pair[side],
        };
        let text = text.as_str().unwrap();
        assert_eq!(subwords.segment_line(text), record["out"].as_str().unwrap(), "{text:?}");
        checked += 1;
    }
    println!("checked {checked} nasty texts");
    assert!(checked > 400);
}

#[test]
fn corpora_options_do_what_those_of_apply_bpe_do() {
    let Some(corpora) = corpora() else { return };
    let subwords = subwords(&corpora);
    let input = std::fs::read_to_string(corpora.join("bpe/subword.input.txt")).unwrap();
    let lines: Vec<&str> = input.split('\n').collect();
    let vocabulary = std::fs::read(corpora.join("bpe/subword.vocab")).unwrap();
    let variants = [
        ("vocab_threshold20", subwords.clone().with_vocabulary(&vocabulary, Some(20)).unwrap()),
        ("separator_hash", subwords.clone().with_separator("_#")),
        ("merges1000", subwords.clone().with_merges(1000).unwrap()),
        ("glossaries", subwords.with_glossaries(&["Euro", "COVID", r"http\S+", r"\d+"]).unwrap()),
    ];
    let records = records(corpora.join("bpe/subword_variants.jsonl.gz"));
    for record in &records {
        let line = lines[record["line"].as_u64().unwrap() as usize];
        for (name, subwords) in &variants {
            assert_eq!(subwords.segment_line(line), record[*name].as_str().unwrap(), "{name}");
        }
    }
    println!("checked {} lines with {} options each", records.len(), variants.len());
}
