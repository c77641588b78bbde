//! Resamples and tests of significance, beside sacreBLEU's and numpy's.

use std::path::Path;

use genai_metrics::resample::{
    self, Comparison, Estimate, InOrder, Pcg64, Resampled, Statistic, bootstrap, randomization,
    skip_swaps,
};
use genai_metrics::{Level, Measurer, Options, Scorer, Table, metrics};
use serde_json::Value;

use crate::files::{corpora, fixtures, lines, records, take};

/// The metric with the options of sacreBLEU's signature that differ from the defaults.
fn metric(name: &str, signature: &str) -> Box<dyn Scorer> {
    let mut options = Options::default();
    let tokenizer = signature.split('|').find_map(|pair| pair.strip_prefix("tok:"));
    if let ("BLEU", Some(tokenizer)) = (name, tokenizer) {
        options.set("tokenize", tokenizer);
    }
    let entry = metrics::find(&name.to_lowercase()).unwrap();
    (entry.build)(&options, Level::Corpus).unwrap().swap_remove(0)
}

fn rows(root: &Path, scorer: &dyn Scorer, record: &Value, hypotheses: &str) -> Table {
    let first: Option<usize> = take(record, "first_lines");
    let references: Vec<Vec<String>> =
        take::<Vec<String>>(record, "refs").iter().map(|path| lines(root, path, first)).collect();
    let mut measurer = Measurer::new([scorer]);
    let mut table = Table::new(measurer.width());
    let mut row = vec![0.0; measurer.width()];
    for (i, hypothesis) in lines(root, hypotheses, first).iter().enumerate() {
        let references: Vec<_> = references.iter().map(|lines| Some(lines[i].as_str())).collect();
        measurer.prepare(&references).unwrap().measure(hypothesis, &mut row).unwrap();
        table.push(&row);
    }
    table
}

/// How far a number may be off.
#[derive(Clone, Copy)]
enum Precision {
    /// sacreBLEU adds up in 32 bits.
    Single,
    /// The same draws scored in full.
    Double,
}

fn assert_near(value: f64, expected: f64, precision: Precision, context: &str) {
    let most = match precision {
        Precision::Single => 1e-4,
        Precision::Double => expected.abs() * 1e-12,
    };
    assert!((value - expected).abs() <= most, "{context}: {value}, expected {expected}");
}

/// Mean and half the distance between the ends.
fn assert_estimate(drawn: &[f64], expected: &Value, precision: Precision, context: &str) {
    let estimate = Estimate::of(drawn, 0.95);
    assert_near(estimate.mean, take(expected, "mean"), precision, context);
    let half = 0.5 * (estimate.high - estimate.low);
    // A difference of two numbers is as exact as they are.
    let expected: f64 = take(expected, "ci");
    match precision {
        Precision::Single => assert_near(half, expected, precision, context),
        Precision::Double => assert!((half - expected).abs() <= 1e-12 * estimate.high, "{context}"),
    }
}

fn check_confidence(root: &Path, record: &Value, precision: Precision) {
    let scorer = metric(&take::<String>(record, "metric"), &take::<String>(record, "signature"));
    let table = rows(root, &*scorer, record, &take::<String>(record, "hyp"));
    let statistics = [Statistic::whole(&*scorer)];
    let mut generator = Pcg64::new(take(record, "seed"));
    let resamples = take(record, "n_bootstrap");
    let drawn = bootstrap(&[&table], &statistics, resamples, &mut generator, &InOrder);
    let score: f64 = take(record, "score");
    assert_eq!(statistics[0].value(&table.sum()).to_bits(), score.to_bits());
    assert_estimate(&drawn[0][0], record, precision, &record["signature"].to_string());
}

fn check_paired(root: &Path, record: &Value, precision: Precision) {
    let scorer = metric(&take::<String>(record, "metric"), &take::<String>(record, "signature"));
    let systems: Vec<String> = take(record, "systems");
    let tables: Vec<Table> =
        systems.iter().map(|system| rows(root, &*scorer, record, system)).collect();
    let tables: Vec<&Table> = tables.iter().collect();
    let statistics = [Statistic::whole(&*scorer)];
    let real: Vec<f64> = tables.iter().map(|table| statistics[0].value(&table.sum())).collect();
    let (samples, seed): (u32, u64) = (take(record, "n_samples"), take(record, "seed"));
    let results: Vec<Value> = take(record, "results");
    let start = Pcg64::new(seed);
    if record["test"] == "paired-bs" {
        let drawn = bootstrap(&tables, &statistics, samples, &mut start.clone(), &InOrder);
        for (i, result) in results.iter().enumerate() {
            let context = format!("{} {samples}", systems[i]);
            assert_estimate(&drawn[i][0], result, precision, &context);
            if i > 0 {
                let [base, own] = [0, i].map(|i| Resampled { score: real[i], drawn: &drawn[i][0] });
                let comparison = Comparison::by_bootstrap(base, own, tables[0].len(), 0.95);
                let p_value: f64 = take(result, "p_value");
                assert_eq!(comparison.p_value.to_bits(), p_value.to_bits(), "{context}");
            }
        }
        return;
    }
    let counts = randomization(tables[0], &tables[1..], &statistics, samples, &start, &InOrder);
    let resamples: i64 = take(record, "n_ar_confidence");
    let drawn = u32::try_from(resamples).ok().map(|resamples| {
        // The baseline draws first of all, the others behind their swaps.
        let alone = bootstrap(&tables[..1], &statistics, resamples, &mut start.clone(), &InOrder);
        let mut behind = start.clone();
        skip_swaps(&mut behind, samples, tables[0].len());
        [alone, bootstrap(&tables[1..], &statistics, resamples, &mut behind, &InOrder)].concat()
    });
    for (i, result) in results.iter().enumerate() {
        let context = format!("{} {samples}", systems[i]);
        if i > 0 {
            let trials = (counts[i - 1][0], u64::from(samples));
            let [base, own] = [0, i].map(|i| Resampled { score: real[i], drawn: &[] });
            let comparison = Comparison::by_randomization(base, own, tables[0].len(), 0.95, trials);
            let p_value: f64 = take(result, "p_value");
            assert_eq!(comparison.p_value.to_bits(), p_value.to_bits(), "{context}");
        }
        if let Some(drawn) = &drawn {
            assert_estimate(&drawn[i][0], result, precision, &context);
        }
    }
}

fn check_generator(record: &Value) {
    let seed: u64 = take(record, "seed");
    let start = || Pcg64::new(seed);
    let mut generator = start();
    for raw in take::<Vec<String>>(record, "pcg64_raw") {
        assert_eq!(generator.next_u64().to_string(), raw);
    }
    let mut generator = start();
    for row in take::<Vec<Vec<u32>>>(record, "pcg64_choice_2037_2x40") {
        let drawn: Vec<u32> = row.iter().map(|_| generator.below(2037)).collect();
        assert_eq!(drawn, row);
    }
    let mut generator = start();
    let numbers: Vec<u32> = take(record, "pcg64_integers_0_3004_37");
    let drawn: Vec<u32> = numbers.iter().map(|_| generator.below(3004)).collect();
    assert_eq!(drawn, numbers);
}

fn check(root: &Path, path: &Path, precision: Precision) -> usize {
    let records = records(path);
    for record in &records {
        match record["test"].as_str().unwrap() {
            "confidence" => check_confidence(root, record, precision),
            "rng" => check_generator(record),
            _ => check_paired(root, record, precision),
        }
    }
    records.len()
}

#[test]
fn significance() {
    let root = fixtures();
    let checked = check(&root, &root.join("gold/significance.jsonl"), Precision::Double);
    assert!(checked > 0);
}

#[test]
fn corpora_significance() {
    let Some(root) = corpora() else { return };
    let checked = check(&root, &root.join("gold/significance.jsonl"), Precision::Single);
    println!("checked {checked} records of significance");
    assert!(checked > 0);
}

#[test]
fn means_are_exact() {
    assert_eq!(resample::mean(&[0.1; 10]).to_bits(), 0.1_f64.to_bits());
}
