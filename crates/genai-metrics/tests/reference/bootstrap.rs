//! The bootstraps against what the two ROUGE tools made of the corpora beside the repository, where
//! `GENAI_EVAL_CORPORA` names their folder: from their scores of segments to their aggregates.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;

use crate::files::corpora;
use flate2::read::MultiGzDecoder;
use genai_metrics::{Bootstrap, Interval, Table};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The lines of a text that are records.
fn records<T: DeserializeOwned>(text: &str) -> Vec<T> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What was scored and how, by which scores and their aggregates find each other.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Texts {
    data: Option<String>,
    hyp: Option<String>,
    r#ref: Option<String>,
    stem: bool,
}

/// Precision, recall and F of each type of ROUGE.
type Scores = BTreeMap<String, [f64; 3]>;

/// The scores of one pair of texts, or the F of all lines of two files.
#[derive(Debug, Deserialize)]
struct Pair {
    #[serde(flatten)]
    texts: Texts,
    first_ref: Option<Scores>,
    fmeasure: Option<BTreeMap<String, Vec<f64>>>,
}

#[derive(Debug, Deserialize)]
struct Aggregate {
    #[serde(flatten)]
    texts: Texts,
    types_in_order: Vec<String>,
    numpy_legacy_seed: u32,
    n_samples: u32,
    confidence_interval: f64,
    #[serde(rename = "aggregate")]
    ends: BTreeMap<String, Ends>,
}

#[derive(Debug, Deserialize)]
struct Ends {
    low: [f64; 3],
    mid: [f64; 3],
    high: [f64; 3],
}

#[test]
fn corpora_rouge_aggregates() {
    let Some(root) = corpora() else { return };
    let file = fs::File::open(root.join("gold/rouge_pairs.jsonl.gz")).unwrap();
    let mut text = String::new();
    MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    // The columns that the pairs tell, of each type of ROUGE.
    let mut tables: BTreeMap<(Texts, String), (&[usize], Table)> = BTreeMap::new();
    for Pair { texts, first_ref, fmeasure } in records(&text) {
        for (name, row) in first_ref.into_iter().flatten() {
            let empty = || (&[0, 1, 2][..], Table::new(3));
            tables.entry((texts.clone(), name)).or_insert_with(empty).1.push(&row);
        }
        for (name, column) in fmeasure.into_iter().flatten() {
            let mut table = Table::new(1);
            for number in column {
                table.push(&[number]);
            }
            tables.insert((texts.clone(), name), (&[2], table));
        }
    }

    let aggregates = fs::read_to_string(root.join("gold/rouge_aggregate.jsonl")).unwrap();
    let mut checked = 0;
    for record in records::<Aggregate>(&aggregates) {
        let bootstrap = Bootstrap::RougeScore {
            resamples: record.n_samples,
            confidence: record.confidence_interval,
            seed: record.numpy_legacy_seed,
            earlier: 0,
        };
        let of = |name: &String| &tables[&(record.texts.clone(), name.clone())];
        let found = bootstrap.intervals(record.types_in_order.iter().map(|name| &of(name).1));
        for (name, found) in record.types_in_order.iter().zip(found) {
            let expected = &record.ends[name];
            for (&column, Interval { low, middle, high }) in of(name).0.iter().zip(found) {
                assert_eq!(
                    [low, middle, high].map(f64::to_bits),
                    [expected.low, expected.mid, expected.high].map(|row| row[column].to_bits()),
                    "{:?} {name} {column}",
                    record.texts
                );
                checked += 3;
            }
        }
    }
    assert!(checked > 100, "{checked} numbers");
    println!("checked {checked} aggregates of gold/rouge_aggregate.jsonl");
}

/// `X` of `-c X` in a line of options.
fn option<T: std::str::FromStr>(options: &str, name: &str) -> Option<T> {
    let mut words = options.split(' ');
    words.find(|word| *word == name)?;
    words.next()?.parse().ok()
}

/// The number behind a word, up to the next blank or bracket.
fn number_after(line: &str, word: &str) -> f64 {
    let (_, rest) = line.split_once(word).unwrap_or_else(|| panic!("{word:?} in {line:?}"));
    rest.split([' ', ')']).next().unwrap().parse().unwrap_or_else(|e| panic!("{line:?}: {e}"))
}

/// Compares one output of ROUGE-1.5.5; returns how many numbers it compared.
fn check_output(output: &str, context: &str) -> usize {
    let (options, lines) = output.split_once('\n').unwrap();
    let bootstrap = Bootstrap::Rouge155 {
        resamples: option(options, "-r").unwrap_or(1000),
        percent: option(options, "-c").unwrap_or(95.0),
    };
    // For each type of ROUGE, the printed averages and the scores that they are of.
    let mut types: BTreeMap<&str, (Vec<Interval>, Table)> = BTreeMap::new();
    for line in lines.lines() {
        let Some((_, rest)) = line.split_once("ROUGE-") else { continue };
        let name = rest.split(' ').next().unwrap();
        let (averages, scores) = types.entry(name).or_insert_with(|| (Vec::new(), Table::new(3)));
        if line.contains(" Eval ") {
            let (_, number) = line.split_once(" Eval ").unwrap();
            assert!(number.starts_with(&format!("{}.X ", scores.len() + 1)), "{line}");
            scores.push(&["R:", "P:", "F:"].map(|word| number_after(line, word)));
        } else {
            averages.push(Interval {
                low: number_after(line, "-conf.int. "),
                middle: number_after(line, ": "),
                high: number_after(line, " - "),
            });
        }
    }
    let found = bootstrap.intervals(types.values().map(|(_, scores)| scores));
    for ((name, (averages, scores)), found) in types.iter().zip(&found) {
        assert_eq!((averages.len(), scores.is_empty()), (3, false), "{context}: {name}");
        assert_eq!(found, averages, "{context}: ROUGE-{name}");
    }
    9 * found.len()
}

#[test]
fn corpora_rouge155_averages() {
    let Some(root) = corpora() else { return };
    let mut checked = 0;
    for entry in fs::read_dir(root.join("rouge155")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "out") {
            checked +=
                check_output(&fs::read_to_string(&path).unwrap(), &path.display().to_string());
        }
    }
    assert!(checked > 100, "{checked} numbers");
    println!("checked {checked} averages of rouge155");
}
