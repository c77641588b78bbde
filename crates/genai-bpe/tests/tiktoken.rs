//! Rank files beside tiktoken 0.14: ids of the corpora, with and without special tokens.

#![expect(clippy::unwrap_used, reason = "tests may")]
#![expect(clippy::print_stdout, reason = "what was checked is to be seen")]

#[path = "corpora/folder.rs"]
mod folder;
#[path = "corpora/records.rs"]
mod records;

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use genai_bpe::{Pattern, Special, Tokenizer};
use serde_json::Value;

use self::folder::corpora;
use self::records::records;

fn ids(record: &Value, key: &str) -> Vec<u32> {
    serde_json::from_value(record[key].clone()).unwrap()
}

/// By id and side (`hyp`, `ref0`, …).
fn nasty_texts(root: &Path) -> HashMap<(String, String), String> {
    let mut texts = HashMap::new();
    for record in records(root.join("nasty/nasty.jsonl")) {
        let id = record["id"].as_str().unwrap();
        let mut put = |side: String, text: &Value| {
            texts.insert((id.to_owned(), side), text.as_str().unwrap().to_owned());
        };
        put("hyp".to_owned(), &record["hyp"]);
        for (number, text) in record["refs"].as_array().unwrap().iter().enumerate() {
            put(format!("ref{number}"), text);
        }
    }
    texts
}

#[test]
fn corpora_ids_are_those_of_tiktoken() {
    let Some(root) = corpora() else { return };
    let ranks = fs::read(root.join("bpe/ranks.tiktoken")).unwrap();
    let lines = fs::read_to_string(root.join("bpe/lines.txt")).unwrap();
    let lines: Vec<_> = lines.split('\n').collect();
    let nasty = nasty_texts(&root);
    let mut checked = 0;
    for (variant, pattern) in
        [("gpt2", Pattern::Gpt2), ("cl100k", Pattern::Cl100kTiktoken), ("o200k", Pattern::O200k)]
    {
        let special = [("<|endoftext|>", 8000)];
        let tokenizer = Tokenizer::from_ranks(&ranks, pattern, &special).unwrap();
        let packed = Tokenizer::from_packed(&tokenizer.to_packed().unwrap()).unwrap();
        assert_eq!(tokenizer.to_tiktoken().unwrap().as_bytes(), ranks);
        let mut check = |text: &str, special: Special<'_>, expected: &[u32]| {
            assert_eq!(
                tokenizer.encode_with(text, special).unwrap(),
                expected,
                "{variant}: {text:?}"
            );
            assert_eq!(packed.encode_with(text, special).unwrap(), expected, "{variant}: {text:?}");
            assert_eq!(tokenizer.decode(expected).unwrap(), text, "{variant}");
            checked += 1;
        };
        for record in records(root.join(format!("bpe/ids_lines.{variant}.jsonl.gz"))) {
            let line = usize::try_from(record["line"].as_u64().unwrap()).unwrap();
            check(lines[line], Special::Ordinary, &ids(&record, "ids"));
        }
        for record in records(root.join(format!("bpe/ids_nasty.{variant}.jsonl.gz"))) {
            let key = ["id", "side"].map(|key| record[key].as_str().unwrap().to_owned());
            let text = &nasty[&key.into()];
            check(text, Special::Ordinary, &ids(&record, "tiktoken_ids_ordinary"));
            check(text, Special::All, &ids(&record, "tiktoken_ids_special"));
        }
    }
    println!("checked {checked} id lists of tiktoken");
}
