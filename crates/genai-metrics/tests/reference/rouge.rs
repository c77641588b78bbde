//! ROUGE against `rouge_score` 0.1.2 and ROUGE-1.5.5: our own fixtures always, and the corpora
//! beside the repository where `GENAI_EVAL_CORPORA` names their folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::files::{corpora, fixtures, lines, records, take};
use genai_metrics::text::Stemmer;
use genai_metrics::{
    Bootstrap, Evaluate, Evaluator, Interval, LengthLimit, Metric, MultiReference, Part, Rouge,
    Rouge155, RougeType, Score, Segment, StemExceptions, StopWords, Table, Tokenizer,
};
use serde_json::Value;

/// A type by name, and its precision, recall and F-measure.
type ByType = BTreeMap<String, [f64; 3]>;

fn parts(score: &Score) -> [f64; 3] {
    ["precision", "recall", "fmeasure"]
        .map(|name| score.part(name).map(Part::numbers).map_or(f64::NAN, |numbers| numbers[0]))
}

fn google(name: &str, stem: bool) -> Rouge {
    let rouge = Rouge::new(RougeType::named(name, 1.2, None).unwrap());
    let stemmer = if stem { Stemmer::Nltk } else { Stemmer::None };
    Rouge { tokenizer: Tokenizer { stemmer, ..rouge.tokenizer }, ..rouge }
}

/// Every type against these references, to the bit; returns how many scores were compared.
fn check_pair(stem: bool, hypothesis: &str, references: &[&str], expected: &ByType) -> usize {
    for (name, expected) in expected {
        let found = parts(&google(name, stem).sentence(hypothesis, references).unwrap());
        let bits = |numbers: [f64; 3]| numbers.map(f64::to_bits);
        assert_eq!(
            bits(found),
            bits(*expected),
            "{name} stem {stem}: {found:?}, expected {expected:?}: {hypothesis:?} {references:?}"
        );
    }
    expected.len()
}

/// The pairs of a file of records, by id.
fn pairs(root: &Path, path: &str) -> BTreeMap<String, (String, Vec<String>)> {
    records(&root.join(path))
        .iter()
        .map(|pair| (take(pair, "id"), (take(pair, "hyp"), take(pair, "refs"))))
        .collect()
}

/// The segments that a record of our own fixtures is about, in the order of its results.
fn segments(root: &Path, record: &Value) -> Vec<(String, Vec<String>)> {
    if record.get("data").is_some() {
        let pairs = records(&root.join(take::<String>(record, "data")));
        return pairs.iter().map(|pair| (take(pair, "hyp"), take(pair, "refs"))).collect();
    }
    let references: Vec<Vec<String>> =
        take::<Vec<String>>(record, "refs").iter().map(|path| lines(root, path, None)).collect();
    lines(root, &take::<String>(record, "hyp"), None)
        .into_iter()
        .enumerate()
        .map(|(i, hypothesis)| (hypothesis, references.iter().map(|r| r[i].clone()).collect()))
        .collect()
}

#[test]
fn fixtures_rouge_pairs() {
    let root = fixtures();
    let mut checked = 0;
    for record in records(&root.join("gold/rouge_pairs.jsonl")) {
        let stem: bool = take(&record, "stem");
        let types: Vec<String> = take(&record, "types");
        let by_type = |values: Vec<[f64; 3]>| types.iter().cloned().zip(values).collect();
        let segments = segments(&root, &record);
        let results: Vec<Value> = take(&record, "results");
        assert_eq!(segments.len(), results.len());
        for ((hypothesis, references), result) in segments.iter().zip(&results) {
            let references: Vec<&str> = references.iter().map(String::as_str).collect();
            let each: Vec<Vec<[f64; 3]>> = take(result, "each_ref");
            assert_eq!(each.len(), references.len());
            for (reference, expected) in references.iter().zip(each) {
                checked += check_pair(stem, hypothesis, &[*reference], &by_type(expected));
            }
            let multi = by_type(take(result, "multi"));
            checked += check_pair(stem, hypothesis, &references, &multi);
        }
    }
    assert!(checked > 20_000, "{checked}");
}

/// The metric that a record's options and the name of one of its types stand for.
fn rouge155(root: &Path, options: &Value, name: &str) -> Rouge155 {
    let skip = options["skip"].as_u64().map(|skip| u32::try_from(skip).unwrap());
    let kind = match name.strip_prefix("ROUGE-").unwrap() {
        "L" => RougeType::L,
        weighted if weighted.starts_with("W-") => {
            RougeType::W { weight: weighted[2..].parse().unwrap() }
        }
        name if name.starts_with("SU") => RougeType::Su { skip },
        name if name.starts_with('S') => RougeType::S { skip },
        order => RougeType::N(order.parse().unwrap()),
    };
    let file =
        |key: &str| options[key].as_str().map(|path| fs::read_to_string(root.join(path)).unwrap());
    let number = |key: &str| options[key].as_u64().map(|number| u32::try_from(number).unwrap());
    Rouge155 {
        kind,
        stemmer: if options["stem"] == true { Stemmer::Rouge155 } else { Stemmer::None },
        exceptions: file("exceptions").map(|table| StemExceptions::parse(&table).unwrap()),
        stop_words: file("stop_words").map(|words| StopWords::parse(&words)),
        limit: match (number("words"), number("bytes")) {
            (Some(words), _) => LengthLimit::Words(words),
            (_, Some(bytes)) => LengthLimit::Bytes(bytes),
            _ => LengthLimit::None,
        },
        multi_reference: if options["multi_ref"] == "B" {
            MultiReference::BestRecall
        } else {
            MultiReference::Micro
        },
        alpha: options["alpha"].as_f64().unwrap(),
        ..Rouge155::new(kind)
    }
}

#[test]
fn fixtures_rouge155() {
    let root = fixtures();
    let mut checked = 0;
    for record in records(&root.join("gold/rouge155.jsonl")) {
        let segments = segments(&root, &record);
        let lines: Vec<usize> = take(&record, "lines");
        let evaluations: Vec<Vec<[String; 3]>> = take(&record, "evaluations");
        for (i, name) in take::<Vec<String>>(&record, "types").iter().enumerate() {
            let rouge = rouge155(&root, &record["options"], name);
            for (line, evaluation) in lines.iter().zip(&evaluations) {
                let (hypothesis, references) = &segments[line - 1];
                let references: Vec<&str> = references.iter().map(String::as_str).collect();
                let found = parts(&rouge.sentence(hypothesis, &references).unwrap());
                let [precision, recall, fmeasure] = found.map(|number| format!("{number:.5}"));
                assert_eq!(
                    [recall, precision, fmeasure],
                    evaluation[i],
                    "{name} line {line} {}: {hypothesis:?} {references:?}",
                    record["options"]
                );
                checked += 1;
            }
        }
    }
    assert!(checked > 5000, "{checked}");
}

/// The parts of each segment's score, in this order.
fn table<M: Metric>(metric: &M, segments: &[&(String, Vec<String>)], order: [usize; 3]) -> Table {
    let mut table = Table::new(3);
    for (hypothesis, references) in segments {
        let references: Vec<&str> = references.iter().map(String::as_str).collect();
        let parts = parts(&metric.sentence(hypothesis, &references).unwrap());
        table.push(&order.map(|part| parts[part]));
    }
    table
}

#[test]
fn fixtures_rouge_aggregates() {
    let root = fixtures();
    for record in records(&root.join("gold/rouge_aggregate.jsonl")) {
        let segments = segments(&root, &record);
        let first: Option<usize> = take(&record, "first_lines");
        let segments: Vec<_> = segments.iter().take(first.unwrap_or(usize::MAX)).collect();
        let stem: bool = take(&record, "stem");
        let types: Vec<String> = take(&record, "types");
        let tables: Vec<Table> =
            types.iter().map(|name| table(&google(name, stem), &segments, [0, 1, 2])).collect();
        let bootstrap = Bootstrap::RougeScore {
            resamples: take(&record, "resamples"),
            confidence: take(&record, "level"),
            seed: take(&record, "seed"),
            earlier: 0,
        };
        for (key, value) in [
            ("low", (|i| i.low) as fn(&Interval) -> f64),
            ("mid", |i| i.middle),
            ("high", |i| i.high),
        ] {
            let found: Vec<Vec<f64>> = bootstrap
                .intervals(&tables)
                .iter()
                .map(|of_type| of_type.iter().map(value).collect())
                .collect();
            assert_eq!(found, take::<Vec<Vec<f64>>>(&record, key), "{key}");
        }
        for (name, expected) in types.iter().zip(take::<Vec<[f64; 3]>>(&record, "mean")) {
            let rouge = google(name, stem);
            let mut evaluator = Evaluator::new(&rouge);
            for (hypothesis, references) in &segments {
                let references: Vec<Option<&str>> = references.iter().map(|r| Some(&**r)).collect();
                evaluator.add(&Segment { hypothesis, references: &references }).unwrap();
            }
            let found = parts(&evaluator.score());
            assert_eq!(found.map(f64::to_bits), expected.map(f64::to_bits), "{name}");
        }
    }
}

#[test]
fn fixtures_rouge155_averages() {
    let root = fixtures();
    for record in records(&root.join("gold/rouge155.jsonl")) {
        let all = segments(&root, &record);
        let evaluated: Vec<_> =
            take::<Vec<usize>>(&record, "lines").iter().map(|line| &all[line - 1]).collect();
        let types: Vec<String> = take(&record, "types");
        let options = &record["options"];
        let tables: Vec<Table> = types
            .iter()
            .map(|name| table(&rouge155(&root, options, name), &evaluated, [1, 0, 2]))
            .collect();
        let bootstrap = Bootstrap::Rouge155 {
            resamples: take(options, "resamples"),
            percent: take(options, "level"),
        };
        let printed = |i: &Interval| [i.middle, i.low, i.high].map(|number| format!("{number:.5}"));
        let found: Vec<Vec<[String; 3]>> = bootstrap
            .intervals(&tables)
            .iter()
            .map(|of_type| of_type.iter().map(printed).collect())
            .collect();
        assert_eq!(found, take::<Vec<Vec<[String; 3]>>>(&record, "averages"), "{options}");
    }
}

#[test]
fn corpora_rouge_pairs() {
    let Some(root) = corpora() else { return };
    let mut texts = BTreeMap::new();
    let mut checked = 0;
    for record in records(&root.join("gold/rouge_pairs.jsonl.gz")) {
        let stem: bool = take(&record, "stem");
        if record.get("data").is_none() {
            let [hypotheses, references] =
                ["hyp", "ref"].map(|key| lines(&root, &take::<String>(&record, key), None));
            for (part, at) in [("precision", 0), ("fmeasure", 2)] {
                for (name, values) in take::<BTreeMap<String, Vec<f64>>>(&record, part) {
                    let rouge = google(&name, stem);
                    for ((hypothesis, reference), value) in
                        hypotheses.iter().zip(&references).zip(&values)
                    {
                        let score = rouge.sentence(hypothesis, &[reference]).unwrap();
                        assert_eq!(parts(&score)[at].to_bits(), value.to_bits(), "{hypothesis}");
                        checked += 1;
                    }
                }
            }
            continue;
        }
        let path: String = take(&record, "data");
        let texts = texts.entry(path.clone()).or_insert_with(|| pairs(&root, &path));
        let (hypothesis, references) = &texts[&take::<String>(&record, "id")];
        let references: Vec<&str> = references.iter().map(String::as_str).collect();
        let first = take(&record, "first_ref");
        checked += check_pair(stem, hypothesis, &references[..1], &first);
        if record.get("each_ref").is_some() {
            let others: Vec<ByType> = take(&record, "each_ref");
            for (reference, expected) in references[1..].iter().zip(&others) {
                checked += check_pair(stem, hypothesis, &[*reference], expected);
            }
            checked += check_pair(stem, hypothesis, &references, &take(&record, "multi"));
        }
    }
    assert!(checked > 10_000, "{checked}");
    println!("checked {checked} pair scores of gold/rouge_pairs.jsonl.gz");
}

/// Means over whole files: those of numpy are sums by halves, so they may differ in the last bits.
#[test]
fn corpora_rouge_means() {
    let Some(root) = corpora() else { return };
    let mut checked = 0;
    for record in records(&root.join("gold/rouge_aggregate.jsonl")) {
        let segments: Vec<(String, String)> = if record.get("data").is_some() {
            records(&root.join(take::<String>(&record, "data")))
                .iter()
                .map(|pair| (take(pair, "hyp"), take::<Vec<String>>(pair, "refs").swap_remove(0)))
                .collect()
        } else {
            let file = |key| lines(&root, &take::<String>(&record, key), None);
            file("hyp").into_iter().zip(file("ref")).collect()
        };
        for (name, expected) in take::<ByType>(&record, "mean") {
            let rouge = google(&name, take(&record, "stem"));
            let mut evaluator = Evaluator::new(&rouge);
            for (hypothesis, reference) in &segments {
                evaluator.add(&Segment { hypothesis, references: &[Some(reference)] }).unwrap();
            }
            for (found, expected) in parts(&evaluator.score()).into_iter().zip(expected) {
                assert!((found - expected).abs() <= 1e-12 * expected, "{name} {found} {expected}");
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "{checked}");
    println!("checked {checked} means of gold/rouge_aggregate.jsonl");
}

/// What the perl script printed: its options in the first line, then its scores.
#[test]
fn corpora_rouge155() {
    let Some(root) = corpora() else { return };
    let segments: Vec<(String, Vec<Option<String>>)> = records(&root.join("rouge155/docs.jsonl"))
        .iter()
        .map(|pair| (take(pair, "hyp"), take(pair, "refs")))
        .collect();
    let mut checked = 0;
    for file in fs::read_dir(root.join("rouge155")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "out") {
            continue;
        }
        let output = fs::read_to_string(&path).unwrap();
        let (options, rest) = output.split_once('\n').unwrap();
        let options: Vec<&str> = options.split_whitespace().collect();
        let value = |flag: &str| {
            let at = options.iter().position(|option| *option == flag)?;
            Some(options[at + 1])
        };
        let skip = value("-2").and_then(|skip| skip.parse().ok());
        for line in rest.lines().filter(|line| line.contains(" Eval ")) {
            let words: Vec<&str> = line.split([' ', ':']).collect();
            let kind = match words[1].strip_prefix("ROUGE-").unwrap() {
                "L" => RougeType::L,
                "W-1.2" => RougeType::W { weight: 1.2 },
                name if name.starts_with("SU") => RougeType::Su { skip },
                name if name.starts_with('S') => RougeType::S { skip },
                order => RougeType::N(order.parse().unwrap()),
            };
            let rouge = Rouge155 {
                kind,
                stemmer: if options.contains(&"-m") { Stemmer::Rouge155 } else { Stemmer::None },
                limit: value("-l")
                    .map_or(LengthLimit::None, |words| LengthLimit::Words(words.parse().unwrap())),
                multi_reference: match value("-f") {
                    Some("B") => MultiReference::BestRecall,
                    _ => MultiReference::Micro,
                },
                alpha: value("-p").map_or(0.5, |alpha| alpha.parse().unwrap()),
                ..Rouge155::new(kind)
            };
            let number: usize = words[3].strip_suffix(".X").unwrap().parse().unwrap();
            let (hypothesis, references) = &segments[number - 1];
            let references: Vec<_> = references.iter().map(Option::as_deref).collect();
            let score = rouge.corpus([Segment { hypothesis, references: &references }]).unwrap();
            let [precision, recall, fmeasure] = parts(&score);
            let found = format!("R:{recall:.5} P:{precision:.5} F:{fmeasure:.5}");
            assert!(line.ends_with(&found), "{}: {line}, found {found}", path.display());
            checked += 1;
        }
    }
    assert!(checked > 2000, "{checked}");
    println!("checked {checked} evaluations of rouge155");
}
