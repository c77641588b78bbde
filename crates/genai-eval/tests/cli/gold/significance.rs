//! Intervals and paired tests: the same draws as sacreBLEU's and numpy's.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{bits, corpora, fixtures, records, take};
use crate::sandbox::Sandbox;

/// How far a number may be off that has been summed up in another precision.
#[derive(Clone, Copy)]
enum Precision {
    /// sacreBLEU scores resamples in 32 bits.
    Single,
    /// The same draws scored in full.
    Double,
}

fn assert_near(value: f64, expected: f64, scale: f64, precision: Precision, context: &str) {
    let most = match precision {
        Precision::Single => 1e-4,
        Precision::Double => scale.abs() * 1e-12,
    };
    assert!((value - expected).abs() <= most, "{context}: {value}, expected {expected}");
}

/// The mean over resamples, and half the distance between the ends of the interval.
fn check_estimate(confidence: &Value, expected: &Value, precision: Precision, context: &str) {
    let number = |key: &str| confidence[key].as_f64().unwrap();
    let (mean, high) = (take::<f64>(expected, "mean"), number("high"));
    assert_near(number("mean"), mean, mean, precision, context);
    // A difference of two numbers is as exact as they are.
    let half = 0.5 * (high - number("low"));
    assert_near(half, take(expected, "ci"), high, precision, context);
}

/// The signature without the version of either tool, and without what was drawn.
fn plain(signature: &Value) -> String {
    let is_own =
        |pair: &&str| !["version:", "bs:", "ar:", "seed:"].iter().any(|key| pair.starts_with(key));
    signature.as_str().unwrap().split('|').filter(is_own).collect::<Vec<_>>().join("|")
}

/// The metric with its options, and files, of which some records have only the first lines.
fn arguments(root: &Path, record: &Value, sandbox: &Sandbox, systems: &[String]) -> Vec<String> {
    let first = record["first_lines"].as_u64().map_or(usize::MAX, |n| usize::try_from(n).unwrap());
    let file = |path: &String| {
        let text = fs::read_to_string(root.join(path)).unwrap();
        let name = format!("{}{first}", path.replace('/', "_"));
        sandbox.write(&name, text.split_inclusive('\n').take(first).collect::<String>());
        name
    };
    let mut arguments = vec!["--quiet".to_owned(), "--format".to_owned(), "json".to_owned()];
    arguments.extend(["--seed".to_owned(), record["seed"].to_string()]);
    for reference in take::<Vec<String>>(record, "refs") {
        arguments.extend(["--ref".to_owned(), file(&reference)]);
    }
    for system in systems {
        arguments.extend(["--hyp".to_owned(), format!("{system}={}", file(system))]);
    }
    let signature = record["signature"].as_str().unwrap();
    if record["metric"] == "BLEU"
        && let Some(scheme) = signature.split('|').find_map(|pair| pair.strip_prefix("tok:"))
    {
        arguments.extend(["--tokenize".to_owned(), scheme.to_owned()]);
    }
    arguments
}

fn run(sandbox: &Sandbox, words: impl IntoIterator<Item = String>) -> Value {
    serde_json::from_str(&sandbox.run_with(words, b"").success()).unwrap()
}

fn check_confidence(root: &Path, record: &Value, sandbox: &Sandbox, precision: Precision) {
    let metric = take::<String>(record, "metric").to_lowercase();
    let words = [
        metric,
        "--confidence".to_owned(),
        "--resamples".to_owned(),
        record["n_bootstrap"].to_string(),
    ];
    let system = take::<String>(record, "hyp");
    let report = run(sandbox, words.into_iter().chain(arguments(root, record, sandbox, &[system])));
    let (result, context) = (&report["results"][0], record["signature"].to_string());
    assert_eq!(bits(&result["score"]), bits(&record["score"]), "{context}");
    assert_eq!(plain(&result["signature"]), plain(&record["signature"]));
    check_estimate(&result["confidence"], record, precision, &context);
}

fn check_paired(root: &Path, record: &Value, sandbox: &Sandbox, precision: Precision) {
    let metric = take::<String>(record, "metric").to_lowercase();
    let systems: Vec<String> = take(record, "systems");
    let samples = record["n_samples"].to_string();
    let with_bootstrap = record["test"] == "paired-bs";
    let confidence = take::<i64>(record, "n_ar_confidence");
    let mut words = ["compare", "-m", &metric].map(str::to_owned).to_vec();
    words.extend(if with_bootstrap {
        ["--resamples".to_owned(), samples].to_vec()
    } else {
        let resamples = confidence.max(1).to_string();
        ["--test", "approx-randomization", "--trials", &samples, "--resamples", &resamples]
            .map(str::to_owned)
            .to_vec()
    });
    let report = run(sandbox, words.into_iter().chain(arguments(root, record, sandbox, &systems)));
    let expected: Vec<Value> = take(record, "results");
    let results = report["results"].as_array().unwrap();
    let comparisons = report["comparisons"].as_array().unwrap();
    assert_eq!((results.len(), comparisons.len()), (systems.len(), systems.len() - 1));
    for (place, expected) in expected.iter().enumerate() {
        let (result, context) =
            (&results[place], format!("{} {}", record["signature"], systems[place]));
        assert_eq!(bits(&result["score"]), bits(&expected["score"]), "{context}");
        assert_eq!(plain(&result["signature"]), plain(&record["signature"]));
        if with_bootstrap || confidence > 0 {
            check_estimate(&result["confidence"], expected, precision, &context);
        }
        let Some(place) = place.checked_sub(1) else { continue };
        let comparison = &comparisons[place];
        assert_eq!(comparison["system"], systems[place + 1].as_str());
        assert_eq!(bits(&comparison["p_value"]), bits(&expected["p_value"]), "{context}");
        let score = |place: usize| results[place]["score"].as_f64().unwrap();
        assert_eq!(comparison["delta"].as_f64(), Some(score(place + 1) - score(0)), "{context}");
    }
}

fn check(root: &Path, gold: &Path, precision: Precision) -> usize {
    let sandbox = Sandbox::new();
    let records = records(gold);
    let of_texts = records.iter().filter(|record| record["test"] != "rng");
    let mut checked = 0;
    for record in of_texts {
        match record["test"].as_str() {
            Some("confidence") => check_confidence(root, record, &sandbox, precision),
            _ => check_paired(root, record, &sandbox, precision),
        }
        checked += 1;
    }
    println!("checked {checked} records of significance");
    checked
}

#[test]
fn fixtures_significance() {
    let root = fixtures();
    assert!(check(&root, &root.join("gold/significance.jsonl"), Precision::Double) >= 30);
}

#[test]
fn corpora_significance() {
    let Some(root) = corpora() else { return };
    assert!(check(&root, &root.join("gold/significance.jsonl"), Precision::Single) >= 30);
}
