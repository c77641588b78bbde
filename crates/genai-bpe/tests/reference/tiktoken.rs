//! tiktoken, whose ranks are built in.

use genai_bpe::{Pattern, Special, Tokenizer};
use serde_json::Value;

use crate::files::{records, text, texts};
use crate::generated::{differences, first_lines, numbers, own_texts, sweep};

/// The tokenizer of a record, if it is built in.
fn builtin(record: &Value) -> Option<Tokenizer> {
    let name = text(record, "name");
    Tokenizer::builtin_names().any(|known| known == name).then(|| Tokenizer::builtin(name).unwrap())
}

#[test]
fn fixtures_tiktoken() {
    let groups = own_texts();
    let mut wrong = Vec::new();
    for record in records("gold/bpe_tiktoken.jsonl") {
        let Some(tokenizer) = builtin(&record) else { continue };
        assert_eq!(tokenizer.id_bound(), record["id_bound"], "{}", record["name"]);
        for (token, id) in record["special"].as_object().unwrap() {
            let known = tokenizer.special_tokens();
            assert!(known.iter().any(|(text, known)| text == token && known == id), "{token}");
        }
        let languages: Vec<Vec<u32>> = serde_json::from_value(record["languages"].clone()).unwrap();
        for (text, ids) in first_lines().iter().zip(languages) {
            assert_eq!(tokenizer.encode(text), ids, "{text}");
            assert_eq!(&tokenizer.decode(&ids).unwrap(), text);
        }
        let mut compare = |field: &str, special| {
            let result = |text: &str| numbers(&tokenizer.encode_with(text, special).unwrap());
            let differences = differences(&groups, text(&record, field), result);
            wrong.extend(
                differences.iter().map(|one| format!("{}, {field}: {one}", record["name"])),
            );
        };
        compare("ordinary", Special::Ordinary);
        compare("all_special", Special::All);
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// A rank file of the 256 bytes.
fn ranks_of_bytes() -> String {
    let digits: Vec<char> =
        ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let line = |byte: usize| format!("{}{}== {byte}\n", digits[byte >> 2], digits[byte % 4 * 16]);
    (0..256).map(line).collect()
}

/// A token that is not allowed may lie over one that is.
#[test]
fn fixtures_tiktoken_special() {
    let ranks = ranks_of_bytes();
    let mut wrong = Vec::new();
    for record in records("gold/bpe_tiktoken_special.jsonl") {
        let special = record["special"].as_object().unwrap().iter();
        let special: Vec<(&str, u32)> = special
            .map(|(token, id)| (token.as_str(), id.as_u64().unwrap().try_into().unwrap()))
            .collect();
        let tokenizer = Tokenizer::from_ranks(ranks.as_bytes(), Pattern::Whole, &special).unwrap();
        let allowed = texts(&record, "allowed");
        let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
        for (text, expected) in texts(&record, "texts").iter().zip(texts(&record, "ids")) {
            let ids = numbers(&tokenizer.encode_with(text, Special::Only(&allowed)).unwrap());
            if ids != expected {
                wrong.push(format!("{text:?}, {allowed:?}: {ids}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn fixtures_tiktoken_sweeps() {
    let mut wrong = Vec::new();
    for record in records("gold/bpe_sweeps.jsonl") {
        let Some(tokenizer) = builtin(&record) else { continue };
        let mut encoder = tokenizer.encoder();
        let mut ids = Vec::new();
        let sweep_name = text(&record, "sweep");
        let differences = differences(&sweep(sweep_name), text(&record, "ids"), |text| {
            ids.clear();
            encoder.encode_into(text, &mut ids);
            numbers(&ids)
        });
        wrong.extend(
            differences.iter().map(|one| format!("{}, {sweep_name}: {one}", record["name"])),
        );
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
