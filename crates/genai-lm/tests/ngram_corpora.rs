//! Models of `lmplz` and what `query` said of texts, beside ours.

#![expect(clippy::unwrap_used, reason = "tests may")]
#![expect(clippy::print_stdout, reason = "what was checked is to be seen")]

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use genai_lm::ngram::{Entries, NgramModel, Query, QueryTotals, TrainOptions, Trained, Trainer};

/// The folder of public corpora that `GENAI_EVAL_CORPORA` names, or none and a word about it.
fn corpora() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("GENAI_EVAL_CORPORA") else {
        println!("skipped: GENAI_EVAL_CORPORA is not set");
        return None;
    };
    // A relative path is one from the workspace's root; tests run in their crate's folder.
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder).join("public/lm"))
}

/// Order and thresholds of each model, and its files' name.
const MODELS: [(usize, &[u64], &str); 5] = [
    (2, &[], "order2"),
    (3, &[], "order3"),
    (3, &[0, 1, 1], "order3-prune011"),
    (4, &[0, 0, 1], "order4-prune001"),
    (5, &[], "order5"),
];

fn train(folder: &Path, order: usize, prune: &[u64], memory: usize) -> Trained {
    let options = TrainOptions {
        order,
        prune: prune.to_vec(),
        fallback: None,
        memory,
        ..TrainOptions::default()
    };
    let mut trainer = Trainer::new(options).unwrap();
    let text = fs::read(folder.join("train.txt")).unwrap();
    trainer.add_lines(&text[..], "train.txt").unwrap();
    trainer.finish().unwrap()
}

fn unzipped(path: &Path) -> String {
    let mut text = String::new();
    MultiGzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

fn arpa(entries: &Entries) -> String {
    let mut text = Vec::new();
    entries.write_arpa(&mut text, "memory").unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn corpora_training_gives_the_entries_of_lmplz() {
    let Some(folder) = corpora() else { return };
    let (mut entries, mut largest, mut unequal) = (0, 0.0_f64, 0);
    for (order, prune, name) in MODELS {
        let gold = unzipped(&folder.join(format!("{name}.arpa.gz")));
        let trained = train(&folder, order, prune, 1 << 30);
        let ours = arpa(&trained.entries);
        assert_eq!(ours.lines().count(), gold.lines().count(), "{name}");
        for (ours, gold) in ours.lines().zip(gold.lines()) {
            let (ours, gold): (Vec<_>, Vec<_>) =
                (ours.split('\t').collect(), gold.split('\t').collect());
            assert_eq!((ours.len(), ours.get(1)), (gold.len(), gold.get(1)), "{name}");
            if gold.len() == 1 {
                assert_eq!(ours, gold, "{name}");
                continue;
            }
            entries += 1;
            for column in (0..gold.len()).step_by(2) {
                let number = |text: &str| text.parse::<f64>().unwrap();
                let difference = (number(ours[column]) - number(gold[column])).abs();
                assert!(difference <= 1e-6, "{name}: {ours:?}, not {gold:?}");
                largest = largest.max(difference);
                unequal += usize::from(difference > 0.0);
            }
        }
    }
    println!(
        "checked {entries} n-grams of lmplz, {unequal} numbers differ, by {largest:e} at most"
    );
}

#[test]
fn corpora_training_is_the_same_with_any_memory_and_threads() {
    let Some(folder) = corpora() else { return };
    for (order, prune, name) in MODELS {
        let expected = arpa(&train(&folder, order, prune, 1 << 30).entries);
        for (memory, threads) in [(1 << 30, 1), (1 << 30, 3), (300_000, 2), (1, 1)] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let trained = pool.install(|| train(&folder, order, prune, memory));
            assert_eq!(trained.report.runs > 0, memory < 1 << 30, "{name}: {memory} bytes");
            assert!(
                arpa(&trained.entries) == expected,
                "{name}: {memory} bytes, {threads} threads"
            );
        }
    }
    println!("checked {} models with limits of memory and threads", MODELS.len());
}

#[test]
fn corpora_queries_are_those_of_kenlm() {
    let Some(folder) = corpora() else { return };
    let text = fs::read(folder.join("query.txt")).unwrap();
    let (mut words, mut largest) = (0, 0.0_f64);
    for (order, prune, name) in MODELS {
        let file = folder.join(format!("{name}.arpa.gz"));
        let read = NgramModel::new(&Entries::open_arpa(file).unwrap()).unwrap();
        let mut bytes = Vec::new();
        read.save(&mut bytes, "memory").unwrap();
        let binary = NgramModel::from_bytes(bytes, "memory").unwrap();
        let trained = NgramModel::new(&train(&folder, order, prune, 1 << 30).entries).unwrap();
        assert_eq!(read.fingerprint(), trained.fingerprint(), "{name}");
        let gold = unzipped(&folder.join(format!("{name}.query.txt.gz")));
        let summary = fs::read_to_string(folder.join(format!("{name}.summary.txt"))).unwrap();
        for model in [read, binary, trained] {
            let mut query = Query::new(&model);
            let mut gold = gold.split('\t').filter(|word| !word.trim().is_empty());
            for line in text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
                for word in query.line(line).words {
                    let gold = gold.next().unwrap().trim();
                    let ours = word.to_string();
                    let split = |text: &str| {
                        let (start, number) = text.rsplit_once(' ').unwrap();
                        (start.to_owned(), number.parse::<f64>().unwrap())
                    };
                    let ((ours, log10_prob), (gold, expected)) = (split(&ours), split(gold));
                    assert_eq!(ours, gold, "{name}");
                    let difference = (log10_prob - expected).abs();
                    assert!(difference <= 1e-6, "{name}: {ours} {log10_prob}, not {expected}");
                    largest = largest.max(difference);
                    words += 1;
                }
            }
            assert_eq!(gold.next(), None);
            check_summary(&query.totals(), &summary);
        }
    }
    println!("checked {words} words of query, largest difference {largest:e}");
}

fn check_summary(totals: &QueryTotals, gold: &str) {
    for (ours, gold) in totals.to_string().lines().zip(gold.lines()) {
        let split = |line: &str| {
            let (name, number) = line.rsplit_once(':').unwrap();
            (name.to_owned(), number.trim().parse::<f64>().unwrap())
        };
        let ((name, ours), (gold_name, gold)) = (split(ours), split(gold));
        assert_eq!(name, gold_name);
        assert!((ours - gold).abs() <= 1e-9 * gold, "{name}: {ours}, not {gold}");
    }
}

#[test]
fn corpora_arpa_files_read_back() {
    let Some(folder) = corpora() else { return };
    let mut entries = 0;
    for (_, _, name) in MODELS {
        let path = folder.join(format!("{name}.arpa.gz"));
        let read = Entries::open_arpa(&path).unwrap();
        assert!(arpa(&read) == unzipped(&path), "{name}");
        let model = NgramModel::new(&read).unwrap();
        assert!(arpa(&model.entries().unwrap()) == arpa(&read), "{name}: from tables");
        entries += read.counts().iter().sum::<u64>();
    }
    println!("checked {entries} n-grams of ARPA files, read and written");
}
