//! ROUGE by Google's `rouge_score`: precision, recall and F-measure of every segment, to the bit, and
//! what is made of them for a corpus.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::{Pair, bits, corpora, fixtures, records, take, write_records};
use crate::sandbox::Sandbox;

/// Precision, recall and F-measure, in the order of the records.
const PARTS: [&str; 3] = ["precision", "recall", "fmeasure"];

fn part_bits(parts: &Value) -> [u64; 3] {
    PARTS.map(|part| bits(&parts[part]))
}

/// `rouge` with the record's types and stemmer, and no words to standard error.
fn command(types: &[String], record: &Value) -> Vec<String> {
    let stem = if record["stem"] == true { "nltk" } else { "none" };
    let types = types.join(",");
    ["rouge", "--quiet", "--types", &types, "--stem", stem].map(str::to_owned).into()
}

/// Runs that on this input; every number must be there, in the order of segments and types.
fn check_segments(sandbox: &Sandbox, record: &Value, input: &[&str], expected: &[Value]) -> usize {
    let types: Vec<String> = take(record, "types");
    let mut arguments = command(&types, record);
    arguments.extend(input.iter().map(|&word| word.to_owned()));
    arguments.extend(["--format", "json", "--segments", "segments.jsonl"].map(str::to_owned));
    sandbox.run_with(&arguments, b"").success();
    let mut lines = 0;
    for line in sandbox.read("segments.jsonl").lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let (metric, index): (String, usize) = (take(&line, "metric"), take(&line, "index"));
        assert_eq!((&metric, index), (&types[lines / expected.len()], lines % expected.len()));
        let gold: Vec<[f64; 3]> = serde_json::from_value(expected[index].clone()).unwrap();
        let gold = gold[lines / expected.len()].map(f64::to_bits);
        assert_eq!(part_bits(&line["parts"]), gold, "{arguments:?}: {line}");
        assert_eq!(bits(&line["score"]), gold[2]);
        lines += 1;
    }
    assert_eq!(lines, types.len() * expected.len());
    3 * lines
}

/// Every reference by itself, as records and as text files in which a mark stands for newlines.
fn check_each_reference(sandbox: &Sandbox, record: &Value, pairs: &[Pair]) -> usize {
    let results: Vec<Value> = take(record, "results");
    let mut single = Vec::new();
    for ((hypothesis, references), result) in pairs.iter().zip(&results) {
        let each: Vec<Value> = take(result, "each_ref");
        assert_eq!(references.len(), each.len());
        for (reference, expected) in references.iter().zip(each) {
            single.push((hypothesis.clone(), reference.clone(), expected));
        }
    }
    let expected = |single: &[(String, String, Value)]| -> Vec<Value> {
        single.iter().map(|(_, _, expected)| expected.clone()).collect()
    };
    let as_records = single.iter().map(|(h, r, _)| (h.clone(), vec![r.clone()]));
    write_records(sandbox, "single.jsonl", as_records);
    let checked = check_segments(sandbox, record, &["--data", "single.jsonl"], &expected(&single));

    // A text with the mark in it cannot be written so.
    let all = single.len();
    single.retain(|(hypothesis, reference, _)| {
        ![hypothesis, reference].iter().any(|t| t.contains("<n>"))
    });
    assert!(single.len() + 4 >= all, "{} of {all}", single.len());
    // One carriage return before a line feed is taken off, so that those of the texts stay.
    let text = |of: fn(&(String, String, Value)) -> &String| -> String {
        single.iter().map(|pair| of(pair).replace('\n', "<n>") + "\r\n").collect()
    };
    sandbox.write("hyp.txt", text(|(hypothesis, _, _)| hypothesis));
    sandbox.write("ref.txt", text(|(_, reference, _)| reference));
    let files = ["--hyp", "hyp.txt", "--ref", "ref.txt"];
    checked + check_segments(sandbox, record, &files, &expected(&single))
}

fn pairs(path: &Path) -> Vec<Pair> {
    records(path).iter().map(|pair| (take(pair, "hyp"), take(pair, "refs"))).collect()
}

#[test]
fn fixtures_rouge_pairs() {
    let root = fixtures();
    let sandbox = Sandbox::new();
    let mut checked = 0;
    for record in records(&root.join("gold/rouge_pairs.jsonl")) {
        let results: Vec<Value> = take(&record, "results");
        let path = |path: &str| root.join(path).display().to_string();
        let of_reference = |i: usize| -> Vec<Value> {
            results.iter().map(|result| result["each_ref"][i].clone()).collect()
        };
        let multi: Vec<Value> = results.iter().map(|result| result["multi"].clone()).collect();
        if let Some(data) = record["data"].as_str() {
            checked += check_each_reference(&sandbox, &record, &pairs(&root.join(data)));
            let data = ["--data", &path(data), "--hyp-field", "hyp", "--ref-field", "refs"];
            checked += check_segments(&sandbox, &record, &data, &multi);
            continue;
        }
        let hypotheses = path(record["hyp"].as_str().unwrap());
        let references: Vec<String> = take(&record, "refs");
        let references: Vec<String> = references.iter().map(|file| path(file)).collect();
        for (i, reference) in references.iter().enumerate() {
            let files = ["--hyp", &hypotheses, "--ref", reference];
            checked += check_segments(&sandbox, &record, &files, &of_reference(i));
        }
        let mut files = vec!["--hyp", &hypotheses];
        files.extend(references.iter().flat_map(|reference| ["--ref", reference]));
        checked += check_segments(&sandbox, &record, &files, &multi);
    }
    println!("checked {checked} numbers of segments in gold/rouge_pairs.jsonl");
    assert!(checked > 90_000, "{checked}");
}

/// The results of a run, one for each type in the order given.
fn results(sandbox: &Sandbox, types: &[String], arguments: &[String]) -> Vec<Value> {
    let shown = sandbox.run_with(arguments, b"").success();
    let report: Value = serde_json::from_str(&shown).unwrap();
    let results: Vec<Value> = take(&report, "results");
    assert!(results.iter().map(|result| &result["metric"]).eq(types), "{arguments:?}");
    results
}

/// The middle and the ends of the intervals about precision, recall and F-measure.
fn intervals(result: &Value) -> [[u64; 3]; 3] {
    let confidence = &result["confidence"];
    let ends = ["low", "high"].map(|end| PARTS.map(|part| bits(&confidence["parts"][part][end])));
    assert_eq!([bits(&confidence["low"]), bits(&confidence["high"])], ends.map(|end| end[2]));
    assert_eq!(bits(&result["score"]), bits(&result["parts"]["fmeasure"]));
    [ends[0], part_bits(&result["parts"]), ends[1]]
}

#[test]
fn fixtures_rouge_aggregates() {
    let root = fixtures();
    let sandbox = Sandbox::new();
    let mut checked = 0;
    for record in records(&root.join("gold/rouge_aggregate.jsonl")) {
        let first: Option<usize> = take(&record, "first_lines");
        let pairs = pairs(&root.join(take::<String>(&record, "data")));
        write_records(&sandbox, "d.jsonl", pairs.into_iter().take(first.unwrap_or(usize::MAX)));
        let types: Vec<String> = take(&record, "types");
        let mut arguments = command(&types, &record);
        arguments.extend(["--data", "d.jsonl", "--format", "json"].map(str::to_owned));
        let gold = |key: &str| -> Vec<[u64; 3]> {
            take::<Vec<[f64; 3]>>(&record, key).iter().map(|row| row.map(f64::to_bits)).collect()
        };
        for (result, mean) in results(&sandbox, &types, &arguments).iter().zip(gold("mean")) {
            assert_eq!(part_bits(&result["parts"]), mean, "{arguments:?}: {result}");
            assert_eq!(result.get("confidence"), None);
            checked += 3;
        }
        arguments.extend(["--aggregate", "bootstrap"].map(str::to_owned));
        for option in ["seed", "resamples", "level"] {
            arguments.extend([format!("--{option}"), record[option].to_string()]);
        }
        let gold = ["low", "mid", "high"].map(gold);
        for (i, result) in results(&sandbox, &types, &arguments).iter().enumerate() {
            let expected = gold.each_ref().map(|rows| rows[i]);
            assert_eq!(intervals(result), expected, "{arguments:?}: {result}");
            checked += 9;
        }
    }
    println!("checked {checked} aggregates in gold/rouge_aggregate.jsonl");
    assert!(checked > 200, "{checked}");
}

#[test]
fn corpora_rouge_aggregates() {
    let Some(root) = corpora() else { return };
    let sandbox = Sandbox::new();
    let mut checked = 0;
    for record in records(&root.join("gold/rouge_aggregate.jsonl")) {
        let types: Vec<String> = take(&record, "types_in_order");
        let mut arguments = command(&types, &record);
        let mut option = |name: &str, value: String| {
            arguments.extend([format!("--{name}"), value]);
        };
        for key in ["data", "hyp", "ref"] {
            if let Some(path) = record[key].as_str() {
                option(key, root.join(path).display().to_string());
            }
        }
        if record.get("data").is_some() {
            option("hyp-field", "hyp".to_owned());
            // These numbers are of the first reference only.
            option("ref-field", "/refs/0".to_owned());
        } else {
            // Whatever these lines hold, it is no newline.
            option("newline-mark", String::new());
        }
        option("format", "json".to_owned());
        // numpy sums by halves, so its means may differ in the last bits.
        let means: BTreeMap<String, [f64; 3]> = take(&record, "mean");
        for (name, result) in types.iter().zip(results(&sandbox, &types, &arguments)) {
            let Some(gold) = means.get(name) else { continue };
            for (part, gold) in PARTS.iter().zip(gold) {
                let found: f64 = take(&result["parts"], part);
                assert!((found - gold).abs() <= 1e-12 * gold, "{name} {part}: {found}, {gold}");
                checked += 1;
            }
        }
        arguments.extend(["--aggregate", "bootstrap"].map(str::to_owned));
        for (option, key) in [
            ("seed", "numpy_legacy_seed"),
            ("resamples", "n_samples"),
            ("level", "confidence_interval"),
        ] {
            arguments.extend([format!("--{option}"), record[key].to_string()]);
        }
        for (name, result) in types.iter().zip(results(&sandbox, &types, &arguments)) {
            let gold = ["low", "mid", "high"]
                .map(|end| take::<[f64; 3]>(&record["aggregate"][name], end).map(f64::to_bits));
            assert_eq!(intervals(&result), gold, "{arguments:?}: {result}");
            checked += 9;
        }
    }
    assert!(checked > 100, "{checked}");
    println!("checked {checked} numbers of rouge, by rouge_score");
}
