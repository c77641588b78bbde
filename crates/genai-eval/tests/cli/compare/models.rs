//! Language models on the same texts.

use std::fs;
use std::path::Path;

use serde_json::{Value, json as record};

use super::{comparisons, json, number, word};
use crate::sandbox::Sandbox;
use crate::snapshot;

/// Our ARPA files, and texts that they are asked about.
fn with_models() -> Sandbox {
    let sandbox = Sandbox::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/lm");
    for name in ["order1.arpa.gz", "order2.arpa.gz", "order3-sri.arpa.gz"] {
        sandbox.write(name, fs::read(fixtures.join(name)).unwrap());
    }
    // The last lines are odd ones, of which not all bytes are scored.
    let texts = fs::read_to_string(fixtures.join("query.txt")).unwrap();
    sandbox.write("query.txt", texts.split_inclusive('\n').take(50).collect::<String>());
    sandbox
}

/// The score that the metric's own command gives by each model.
fn score(sandbox: &Sandbox, line: &str, part: Option<&str>) -> f64 {
    let shown = sandbox.run(&format!("perplexity {line} --quiet --format json")).success();
    let report: Value = serde_json::from_str(&shown).unwrap();
    let result = &report["results"][0];
    part.map_or(&result["score"], |part| &result["parts"][part]).as_f64().unwrap()
}

#[test]
fn n_gram_models() {
    let sandbox = with_models();
    let models = "--lm one=order1.arpa.gz --lm two=order2.arpa.gz --lm three=order3-sri.arpa.gz --hyp query.txt";
    let report =
        json(&sandbox, &format!("-m perplexity,perplexity.bits_per_byte {models} --resamples 300"));
    let own = |file: &str, part| score(&sandbox, &format!("--lm {file} --hyp query.txt"), part);
    for comparison in comparisons(&report) {
        let part =
            (word(comparison, "metric") == "perplexity.bits_per_byte").then_some("bits_per_byte");
        let file = match word(comparison, "system") {
            "two" => "order2.arpa.gz",
            _ => "order3-sri.arpa.gz",
        };
        let delta = own(file, part) - own("order1.arpa.gz", part);
        assert_eq!(number(comparison, "delta").to_bits(), delta.to_bits(), "{comparison}");
        assert!(
            delta < 0.0 && number(comparison, "high") < 0.0,
            "a longer context is better: {comparison}"
        );
        assert_eq!(comparison["significant"], true);
    }
    assert_eq!(comparisons(&report).len(), 4);
    // Each model is named by its own signature, everywhere.
    for (place, result) in report["results"].as_array().unwrap().iter().enumerate() {
        let file = ["order1.arpa.gz", "order2.arpa.gz", "order3-sri.arpa.gz"][place];
        let shown =
            sandbox.run(&format!("perplexity --lm {file} --hyp query.txt --quiet --format json"));
        let alone: Value = serde_json::from_str(&shown.success()).unwrap();
        let expected = format!("bs:300|seed:12345|{}", word(&alone["results"][0], "signature"));
        assert_eq!(word(result, "signature"), expected);
    }
    let again = json(
        &sandbox,
        "-m perplexity --lm one=order2.arpa.gz --lm two=order2.arpa.gz --hyp query.txt",
    );
    let same = &comparisons(&again)[0];
    assert_eq!((number(same, "delta"), &same["significant"]), (0.0, &false.into()));
    snapshot!(
        "compare_models",
        sandbox,
        &format!("compare -m perplexity {models} --resamples 300")
    );
    for threads in [1, 4] {
        let on = json(
            &sandbox,
            &format!(
                "-m perplexity,perplexity.bits_per_byte {models} --resamples 300 --threads {threads}"
            ),
        );
        assert_eq!(on, report);
    }
}

/// Records of other programs; where tokens differ, bits per byte are compared.
#[test]
fn log_probabilities() {
    let sandbox = Sandbox::new();
    let records = |tokens: &[&str], shift: f64| -> String {
        (0..20_u8)
            .map(|i| {
                let log: Vec<f64> = tokens
                    .iter()
                    .zip(1_u8..)
                    .map(|(_, place)| -shift - f64::from(i % place) / 8.0)
                    .collect();
                record!({"tokens": tokens, "logprobs": log}).to_string() + "\n"
            })
            .collect()
    };
    sandbox.write("a.jsonl", records(&["The", " cat", " sat"], 1.0));
    sandbox.write("b.jsonl", records(&["The", " cat", " sat"], 1.5));
    sandbox.write("c.jsonl", records(&["The cat", " sat"], 2.0));
    let report = json(&sandbox, "-m perplexity --logprobs a=a.jsonl --logprobs b=b.jsonl");
    let [comparison] = &comparisons(&report)[..] else { panic!("{report}") };
    let own = |file: &str| score(&sandbox, &format!("--logprobs {file}"), None);
    assert_eq!(number(comparison, "delta").to_bits(), (own("b.jsonl") - own("a.jsonl")).to_bits());
    assert_eq!(word(comparison, "metric"), "perplexity");
    let line = "compare -m perplexity --logprobs a=a.jsonl --logprobs c=c.jsonl --format jsonl";
    let ran = sandbox.run(line);
    assert!(
        ran.stderr.contains("the models cut the texts into different tokens"),
        "{}",
        ran.stderr
    );
    let compared: Value = serde_json::from_str(&ran.success()).unwrap();
    assert_eq!(word(&compared, "metric"), "perplexity.bits_per_byte");
    let part = |file: &str| score(&sandbox, &format!("--logprobs {file}"), Some("bits_per_byte"));
    assert_eq!(number(&compared, "delta").to_bits(), (part("c.jsonl") - part("a.jsonl")).to_bits());
}

#[test]
fn errors() {
    let sandbox = with_models();
    let texts = sandbox.lines_of("query.txt");
    sandbox.write("other.txt", "other\n".repeat(texts.len()));
    let records = |count: usize, token: &str| -> String {
        (0..count)
            .map(|_| record!({"tokens": [token], "logprobs": [-1.0]}).to_string() + "\n")
            .collect()
    };
    sandbox.write("a.jsonl", records(5, "cat"));
    sandbox.write("short.jsonl", records(4, "cat"));
    sandbox.write("other.jsonl", records(5, "dog"));
    sandbox.write("infinite.jsonl", records(5, "cat").replacen("-1.0", "\"-inf\"", 1));
    for (line, expected) in [
        ("--lm order1.arpa.gz --hyp query.txt", "one system alone cannot be compared"),
        (
            "--lm order1.arpa.gz --lm order2.arpa.gz",
            "--lm needs the texts that all models score, expected one --hyp FILE and no --ref",
        ),
        (
            "--lm order1.arpa.gz --lm order2.arpa.gz --hyp query.txt --hyp other.txt",
            "--lm needs the texts",
        ),
        (
            "--lm order1.arpa.gz --lm order2.arpa.gz --hyp query.txt --ref other.txt",
            "--lm needs the texts",
        ),
        (
            "--lm order1.arpa.gz --logprobs a.jsonl",
            "--logprobs and --lm exclude each other: a record brings its text",
        ),
        (
            "--logprobs a.jsonl --logprobs a=a.jsonl --hyp query.txt",
            "--logprobs brings its texts, expected no other input beside it",
        ),
        ("--logprobs a.jsonl --logprobs short.jsonl", "short.jsonl"),
        ("--logprobs a.jsonl --logprobs other.jsonl", "other.jsonl"),
        ("--logprobs a.jsonl --logprobs infinite.jsonl", "infinite.jsonl:1"),
        (
            "--logprobs a.jsonl --logprobs infinite.jsonl --on-inf keep",
            "infinite.jsonl: perplexity is no finite number, so it cannot be compared",
        ),
        ("--lm order1.arpa.gz --lm query.txt --hyp query.txt", "query.txt"),
        ("--logprobs a.jsonl --logprobs none.jsonl", "none.jsonl: no such file"),
    ] {
        let line = format!("compare -m perplexity {line}");
        let message = sandbox.run(&line).refused(&line);
        assert!(message.contains(expected), "{line}: {message}");
    }
}
