//! ROUGE by ROUGE-1.5.5: all five decimals of every evaluation, average and interval.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Pair, corpora, fixtures, records, take, write_records};
use crate::sandbox::Sandbox;

/// Recall, precision and F-measure, in the order in which the script prints them.
const PARTS: [&str; 3] = ["recall", "precision", "fmeasure"];

/// The name that a type of the script's has here.
fn name(of_script: &str) -> String {
    let kind = match of_script.strip_prefix("ROUGE-").unwrap() {
        kind if kind.starts_with("W-") => "W",
        kind if kind.starts_with("SU") => "SU",
        kind if kind.starts_with('S') => "S",
        kind => kind,
    };
    format!("rouge{kind}")
}

/// What the script printed.
#[derive(Default)]
struct Gold {
    /// Its names of the types.
    types: Vec<String>,
    /// For each type and segment, its scores.
    evaluations: Vec<Vec<[String; 3]>>,
    /// For each type and part, the average and the ends of the interval.
    averages: Vec<[[String; 3]; 3]>,
}

fn five_decimals(number: &Value) -> String {
    let number = number.as_f64().unwrap();
    let shown = format!("{number:.5}");
    // Nothing is there behind the five.
    assert_eq!(shown.parse::<f64>().unwrap().to_bits(), number.to_bits(), "{number}");
    shown
}

const RECORDS: &[&str] = &["--data", "d.jsonl", "--hyp-field", "hyp", "--ref-field", "refs"];

/// Runs `rouge` with these options on that input; returns how many numbers were compared.
fn check(sandbox: &Sandbox, input: &[&str], options: &[String], gold: &Gold) -> usize {
    let types: Vec<String> = gold.types.iter().map(|of_script| name(of_script)).collect();
    let types = types.join(",");
    let fixed = [
        ["rouge", "--quiet"],
        ["--profile", "rouge155"],
        ["--types", &types],
        ["--format", "json"],
        ["--segments", "segments.jsonl"],
    ];
    let options = options.iter().map(String::as_str);
    let arguments: Vec<&str> =
        fixed.iter().flatten().copied().chain(input.iter().copied()).chain(options).collect();
    let shown = sandbox.run_with(&arguments, b"").success();
    let report: Value = serde_json::from_str(&shown).unwrap();
    let results: Vec<Value> = take(&report, "results");
    assert_eq!(results.len(), gold.types.len());
    for (result, gold) in results.iter().zip(&gold.averages) {
        let found = PARTS.map(|part| {
            let ends = &result["confidence"]["parts"][part];
            [&result["parts"][part], &ends["low"], &ends["high"]].map(five_decimals)
        });
        assert_eq!(found, *gold, "{arguments:?}: {result}");
    }
    let segments = sandbox.read("segments.jsonl");
    let mut found = segments.lines();
    for evaluation in gold.evaluations.iter().flatten() {
        let line: Value = serde_json::from_str(found.next().unwrap()).unwrap();
        let parts = PARTS.map(|part| five_decimals(&line["parts"][part]));
        assert_eq!(parts, *evaluation, "{arguments:?}: {line}");
    }
    assert_eq!(found.next(), None);
    9 * gold.averages.len() + 3 * gold.evaluations.iter().flatten().count()
}

/// A record's options as arguments.
fn arguments(root: &Path, options: &Value) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut option = |name: &str, value: String| arguments.extend([format!("--{name}"), value]);
    for (name, key) in [
        ("weight", "weight"),
        ("max-words", "words"),
        ("max-bytes", "bytes"),
        ("alpha", "alpha"),
        ("resamples", "resamples"),
    ] {
        if !options[key].is_null() {
            option(name, options[key].to_string());
        }
    }
    if let Some(skip) = options["skip"].as_u64() {
        option("skip", skip.to_string());
    }
    for (name, key) in [("stop-words", "stop_words"), ("exceptions", "exceptions")] {
        if let Some(path) = options[key].as_str() {
            option(name, root.join(path).display().to_string());
        }
    }
    if options["stem"] == true {
        option("stem", "rouge155".to_owned());
    }
    option("multi-ref", if options["multi_ref"] == "B" { "max-r" } else { "micro" }.to_owned());
    option("level", (take::<f64>(options, "level") / 100.0).to_string());
    arguments
}

/// The segments with one reference as text files in which a mark stands for newlines; of those
/// alone there is no average.
fn check_files(sandbox: &Sandbox, segments: &[Pair], options: &[String], gold: &Gold) -> usize {
    let is_file = |(hypothesis, references): &Pair| {
        references.len() == 1 && ![hypothesis, &references[0]].iter().any(|t| t.contains("<n>"))
    };
    let evaluations = gold.evaluations.iter().map(|of_type| {
        let of_type = of_type.iter().zip(segments).filter(|(_, pair)| is_file(pair));
        of_type.map(|(evaluation, _)| evaluation.clone()).collect()
    });
    let gold = Gold {
        types: gold.types.clone(),
        evaluations: evaluations.collect(),
        averages: Vec::new(),
    };
    // One carriage return before a line feed is taken off, so that those of the texts stay.
    let line = |text: &String| text.replace('\n', "<n>") + "\r\n";
    let pairs = || segments.iter().filter(|pair| is_file(pair));
    sandbox.write("hyp.txt", pairs().map(|(hypothesis, _)| line(hypothesis)).collect::<String>());
    sandbox
        .write("ref.txt", pairs().map(|(_, references)| line(&references[0])).collect::<String>());
    check(sandbox, &["--hyp", "hyp.txt", "--ref", "ref.txt"], options, &gold)
}

#[test]
fn fixtures_rouge155() {
    let root = fixtures();
    let sandbox = Sandbox::new();
    let mut checked = 0;
    for record in records(&root.join("gold/rouge155.jsonl")) {
        let all = records(&root.join(take::<String>(&record, "data")));
        let lines: Vec<usize> = take(&record, "lines");
        let segments: Vec<Pair> = lines
            .iter()
            .map(|line| (take(&all[line - 1], "hyp"), take(&all[line - 1], "refs")))
            .collect();
        write_records(&sandbox, "d.jsonl", segments.iter().cloned());
        let types: Vec<String> = take(&record, "types");
        let of_segments: Vec<Vec<[String; 3]>> = take(&record, "evaluations");
        let of_type = |i: usize| of_segments.iter().map(|segment| segment[i].clone()).collect();
        let gold = Gold {
            evaluations: (0..types.len()).map(of_type).collect(),
            averages: take(&record, "averages"),
            types,
        };
        let options = arguments(&root, &record["options"]);
        checked += check(&sandbox, RECORDS, &options, &gold);
        checked += check_files(&sandbox, &segments, &options, &gold);
    }
    println!("checked {checked} numbers in gold/rouge155.jsonl");
    assert!(checked > 50_000, "{checked}");
}

/// The numbers of an output: its averages, and its evaluations in their order.
fn parse(output: &str) -> Gold {
    let mut gold = Gold::default();
    for line in output.lines().filter(|line| line.starts_with("X ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if gold.types.last().is_none_or(|known| known != words[1]) {
            gold.types.push(words[1].to_owned());
            gold.evaluations.push(Vec::new());
            gold.averages.push(Default::default());
        }
        if words[2] == "Eval" {
            let evaluations = gold.evaluations.last_mut().unwrap();
            assert_eq!(words[3], format!("{}.X", evaluations.len() + 1), "{line}");
            evaluations.push([4, 5, 6].map(|word: usize| words[word][2..].to_owned()));
        } else {
            // X ROUGE-1 Average_R: 0.69898 (90%-conf.int. 0.68737 - 0.70921)
            let part = ["Average_R:", "Average_P:", "Average_F:"];
            let part = part.iter().position(|part| *part == words[2]).unwrap();
            gold.averages.last_mut().unwrap()[part] =
                [words[3], words[5], &words[7][..7]].map(str::to_owned);
        }
    }
    gold
}

/// The options in an output's first line as arguments.
fn arguments_of_script(line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let value = |flag: &str| words.iter().position(|word| *word == flag).map(|at| words[at + 1]);
    let mut arguments = Vec::new();
    let mut option = |name: &str, value: &str| {
        arguments.extend([format!("--{name}"), value.to_owned()]);
    };
    for (name, flag) in
        [("weight", "-w"), ("alpha", "-p"), ("resamples", "-r"), ("max-words", "-l")]
    {
        if let Some(value) = value(flag) {
            option(name, value);
        }
    }
    if let Some(skip) = value("-2").filter(|skip| *skip != "-1") {
        option("skip", skip);
    }
    if let Some(percent) = value("-c") {
        option("level", &format!("0.{percent}"));
    }
    if value("-f") == Some("B") {
        option("multi-ref", "max-r");
    }
    if words.contains(&"-m") {
        option("stem", "rouge155");
    }
    arguments
}

#[test]
fn corpora_rouge155() {
    let Some(root) = corpora() else { return };
    let folder = root.join("rouge155");
    let sandbox = Sandbox::new();
    sandbox.write("d.jsonl", fs::read(folder.join("docs.jsonl")).unwrap());
    let mut checked = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "out") {
            let output = fs::read_to_string(&path).unwrap();
            let (options, numbers) = output.split_once('\n').unwrap();
            let gold = parse(numbers);
            assert!(gold.types.len() > 1, "{}", path.display());
            checked += check(&sandbox, RECORDS, &arguments_of_script(options), &gold);
        }
    }
    assert!(checked > 5000, "{checked}");
    println!("checked {checked} numbers of rouge, by ROUGE-1.5.5");
}
