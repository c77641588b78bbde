//! Models of SentencePiece: the corpora's gold values, and small models made here.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests fail by panicking, and say what they compared"
)]

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;

use genai_bpe::Tokenizer;
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

fn ids(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as u32).collect()
}

#[test]
fn corpora_lines_have_the_ids_of_sentencepiece() {
    let Some(corpora) = corpora() else { return };
    let text = std::fs::read_to_string(corpora.join("bpe/lines.txt")).unwrap();
    let lines: Vec<&str> = text.split('\n').collect();
    for name in ["identity", "nmt_nfkc"] {
        let model = std::fs::read(corpora.join(format!("bpe/spm.{name}.model"))).unwrap();
        let tokenizer = Tokenizer::from_sentencepiece(&model).unwrap();
        let records = records(corpora.join(format!("bpe/spm_{name}_lines.jsonl.gz")));
        for record in &records {
            let line = lines[record["line"].as_u64().unwrap() as usize];
            assert_eq!(tokenizer.encode(line), ids(&record["ids"]), "{line:?}");
        }
        println!("checked {} lines of {name}", records.len());
    }
}

#[test]
fn corpora_nasty_texts_have_the_ids_pieces_and_decoded_texts_of_sentencepiece() {
    let Some(corpora) = corpora() else { return };
    let text = std::fs::read_to_string(corpora.join("nasty/nasty.jsonl")).unwrap();
    // Texts that are no Unicode have no line here: they cannot be had as text at all.
    let texts: HashMap<String, Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .map(|record| (record["id"].as_str().unwrap().to_owned(), record))
        .collect();
    for name in ["identity", "nmt_nfkc"] {
        let model = std::fs::read(corpora.join(format!("bpe/spm.{name}.model"))).unwrap();
        let tokenizer = Tokenizer::from_sentencepiece(&model).unwrap();
        let mut checked = 0;
        for record in records(corpora.join(format!("bpe/spm_{name}_nasty.jsonl.gz"))) {
            let Some(pair) = texts.get(record["id"].as_str().unwrap()) else { continue };
            let side = record["side"].as_str().unwrap();
            let text = match side.strip_prefix("ref") {
                Some(number) => &pair["refs"][number.parse::<usize>().unwrap()],
                None => &pair[side],
            };
            let text = text.as_str().unwrap();
            let expected = ids(&record["ids"]);
            assert_eq!(tokenizer.encode(text), expected, "{text:?}");
            let pieces = serde_json::to_value(tokenizer.encode_pieces(text)).unwrap();
            assert_eq!(pieces, record["pieces"], "{text:?}");
            assert_eq!(tokenizer.decode(&expected).unwrap(), record["decode"].as_str().unwrap());
            checked += 1;
        }
        println!("checked {checked} nasty texts with {name}");
        assert!(checked > 400);
    }
}
