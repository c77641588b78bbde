//! The records of `fixtures/logprobs`, beside what `fixtures/make_logprobs.py` works out of them.

use std::fs;
use std::path::{Path, PathBuf};

use genai_lm::logprobs::{Layout, PostSampling, Rules};
use genai_metrics::{Stated, TokenClass};
use serde_json::Value;

use super::{exact_sum, number, read};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/logprobs")
}

/// Every record with its layout.
pub(super) fn records() -> Vec<(Layout, Vec<String>)> {
    let named = Layout::ALL.into_iter().filter(|&layout| layout != Layout::GenaiEval);
    named
        .map(|layout| {
            let ending = if layout == Layout::Numbers { "txt" } else { "jsonl" };
            let path = folder().join(format!("{layout}.{ending}"));
            let file = fs::read_to_string(path).unwrap();
            (layout, file.lines().map(str::to_owned).collect())
        })
        .collect()
}

fn unhex(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap();
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

fn rules(entry: &Value) -> Rules {
    Rules {
        part: entry["part"].as_str().map(|part| part.parse().unwrap()).unwrap_or_default(),
        choice: entry["choice"].as_u64().map(|choice| usize::try_from(choice).unwrap()),
        log_base: entry["log_base"].as_str().map(|base| base.parse().unwrap()).unwrap_or_default(),
        post_sampling: match entry["post_sampling"].as_bool() {
            Some(true) => PostSampling::Accept,
            _ => PostSampling::Refuse,
        },
    }
}

#[test]
fn records_say_what_the_script_finds_in_them() {
    let records = records();
    let expected = fs::read_to_string(folder().join("expected.jsonl")).unwrap();
    let mut checked = 0;
    for line in expected.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let layout: Layout = entry["layout"].as_str().unwrap().parse().unwrap();
        let (_, lines) = records.iter().find(|(of, _)| *of == layout).unwrap();
        let record = &lines[usize::try_from(entry["line"].as_u64().unwrap()).unwrap() - 1];
        assert_eq!(Layout::detect(record).unwrap(), layout, "{record}");
        let scored = read(layout, rules(&entry), record)
            .unwrap_or_else(|error| panic!("{error}\n{line}\n{record}"));
        assert_eq!(scored.text, unhex(&entry["text"]), "{line}\n{record}");
        if let Some(stated) = entry.get("stated") {
            let count = |name: &str| stated.get(name).and_then(Value::as_u64);
            let expected = Stated {
                log_prob: number(&stated["log_prob"]),
                tokens: count("tokens"),
                words: count("words"),
                bytes: count("bytes"),
                characters: count("characters"),
            };
            assert_eq!((scored.stated, scored.tokens.len()), (expected, 0), "{record}");
            checked += 1;
            continue;
        }
        assert_eq!(scored.stated, Stated::default());
        let tokens = entry["tokens"].as_array().unwrap();
        assert_eq!(scored.tokens.len(), tokens.len(), "{line}\n{record}");
        for (index, expected) in tokens.iter().enumerate() {
            let token = &scored.tokens[index];
            let class = match expected[2].as_str().unwrap() {
                "prompt" => TokenClass::Prompt,
                "special" => TokenClass::Special,
                _ => TokenClass::Text,
            };
            let bits = |value: Option<f64>| value.map(f64::to_bits);
            assert_eq!(
                bits(token.log_prob),
                bits(number(&expected[0])),
                "{index} of {line}\n{record}"
            );
            assert_eq!(token.class, class, "{index} of {line}");
            assert_eq!(
                scored.token_text(index),
                unhex(&expected[1]),
                "{index} of {line}\n{record}"
            );
        }
        if entry["sum"] != "-inf" {
            let sum = exact_sum(scored.tokens.iter().filter_map(|token| token.log_prob));
            assert_eq!(Some(sum.to_bits()), number(&entry["sum"]).map(f64::to_bits), "{line}");
        }
        checked += 1;
    }
    assert!(checked >= 50, "{checked}");
}
