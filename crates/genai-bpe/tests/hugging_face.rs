//! Ids, offsets, tokens and texts as of Hugging Face `tokenizers` 0.23.3, on the corpora beside the
//! repository where `GENAI_EVAL_CORPORA` names their folder.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests fail by panicking, and say what they compared"
)]

#[path = "corpora/folder.rs"]
mod folder;
#[path = "corpora/records.rs"]
mod records;

use std::collections::HashMap;

use genai_bpe::{Special, Tokenizer};
use serde_json::Value;

use self::folder::corpora;
use self::records::records;

const VARIANTS: [(&str, &str); 3] = [
    ("gpt2", "tokenizer.json"),
    ("cl100k", "tokenizer.cl100k.json"),
    ("o200k", "tokenizer.o200k.json"),
];

fn ids(value: &Value) -> Vec<u32> {
    serde_json::from_value(value.clone()).unwrap()
}

/// Where each character of a text starts, and the end.
fn borders(text: &str) -> Vec<usize> {
    text.char_indices().map(|(start, _)| start).chain([text.len()]).collect()
}

/// The whole characters that a stretch of bytes touches, which is what Hugging Face tells.
fn outer(text: &str, (mut start, mut end): (usize, usize)) -> (usize, usize) {
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    (start, end)
}

#[test]
fn corpora_ids_of_lines() {
    let Some(folder) = corpora().map(|folder| folder.join("bpe")) else { return };
    let lines = std::fs::read_to_string(folder.join("lines.txt")).unwrap();
    let lines: Vec<&str> = lines.split('\n').collect();
    let mut checked = 0;
    for (variant, file) in VARIANTS {
        let tokenizer = Tokenizer::from_file(folder.join(file)).unwrap();
        let mut encoder = tokenizer.encoder();
        for record in records(folder.join(format!("ids_lines.{variant}.jsonl.gz"))) {
            let line = lines[usize::try_from(record["line"].as_u64().unwrap()).unwrap()];
            let encoding = encoder.encode_with_offsets(line, Special::All).unwrap();
            assert_eq!(encoding.ids, ids(&record["ids"]), "{variant} {line:?}");
            assert_eq!(tokenizer.decode(&encoding.ids).unwrap(), line);
            checked += 1;
        }
    }
    println!("checked {checked} lines of Hugging Face ids");
}

#[test]
fn corpora_nasty_texts() {
    let Some(folder) = corpora() else { return };
    let mut texts = HashMap::new();
    for record in records(folder.join("nasty/nasty.jsonl")) {
        let id = record["id"].as_str().unwrap().to_owned();
        texts.insert((id.clone(), "hyp".to_owned()), record["hyp"].as_str().unwrap().to_owned());
        for (place, text) in record["refs"].as_array().unwrap().iter().enumerate() {
            texts.insert((id.clone(), format!("ref{place}")), text.as_str().unwrap().to_owned());
        }
    }
    let mut checked = 0;
    for (variant, file) in VARIANTS {
        let tokenizer = Tokenizer::from_file(folder.join("bpe").join(file)).unwrap();
        for record in records(folder.join(format!("bpe/ids_nasty.{variant}.jsonl.gz"))) {
            let [id, side] = ["id", "side"].map(|key| record[key].as_str().unwrap().to_owned());
            let text = texts[&(id, side)].as_str();
            let encoding = tokenizer.encode_with_offsets(text, Special::All).unwrap();
            assert_eq!(encoding.ids, ids(&record["hf_ids"]), "{variant} {text:?}");
            let tokens: Vec<_> =
                encoding.ids.iter().map(|&id| tokenizer.token(id).unwrap().into_owned()).collect();
            let expected: Vec<String> =
                serde_json::from_value(record["hf_tokens"].clone()).unwrap();
            assert_eq!(tokens, expected, "{text:?}");
            let borders = borders(text);
            let expected: Vec<(usize, usize)> =
                serde_json::from_value(record["hf_offsets_chars"].clone()).unwrap();
            let expected: Vec<_> =
                expected.into_iter().map(|(start, end)| (borders[start], borders[end])).collect();
            let offsets: Vec<_> =
                encoding.offsets.iter().map(|&offsets| outer(text, offsets)).collect();
            assert_eq!(offsets, expected, "{text:?}");
            let decoded = tokenizer.decode_bytes_with(&encoding.ids, false).unwrap();
            assert_eq!(String::from_utf8_lossy(&decoded), record["hf_decode"].as_str().unwrap());
            let ordinary = tokenizer.encode(text);
            assert_eq!(ordinary, ids(&record["tiktoken_ids_ordinary"]), "{text:?}");
            assert_eq!(tokenizer.decode(&ordinary).unwrap(), text);
            checked += 1;
        }
    }
    println!("checked {checked} nasty texts of Hugging Face ids, tokens and offsets");
}

#[test]
fn corpora_files_of_gpt2_and_what_is_saved_are_the_same_tokenizer() {
    let Some(folder) = corpora().map(|folder| folder.join("bpe")) else { return };
    let [vocab, merges] =
        ["vocab.json", "merges.txt"].map(|name| std::fs::read(folder.join(name)).unwrap());
    let pair = Tokenizer::from_gpt2(&vocab, &merges).unwrap();
    let file = Tokenizer::from_file(folder.join("tokenizer.json")).unwrap();
    let json = Tokenizer::from_bytes(file.to_hugging_face_json().unwrap().as_bytes()).unwrap();
    let (vocab, merges) = file.to_gpt2_files().unwrap();
    let again = Tokenizer::from_gpt2(vocab.as_bytes(), merges.as_bytes()).unwrap();
    let lines = std::fs::read_to_string(folder.join("lines.txt")).unwrap();
    for line in lines.split('\n') {
        let expected = file.encode(line);
        for other in [&pair, &json, &again] {
            assert_eq!(other.encode(line), expected);
        }
    }
    println!("checked {} lines of saved tokenizers", lines.split('\n').count());
}
