//! Our ROUGE beside its peers: first the proof that all compute the same numbers, then the time
//! that each takes, in turns.

#![expect(clippy::print_stdout, reason = "the figures are its output")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use genai_eval_benches::Corpus;
use genai_metrics::text::{SentenceSplit, Stemmer};
use genai_metrics::{Measurer, Rouge, RougeStats, RougeType, Row, Scorer, add_row};
use rougers::RougeScorer;
use serde::Deserialize;

/// The interpreter that has `rouge_score`.
const PYTHON: &str = "GENAI_EVAL_PYTHON";

/// Compares the speed of ROUGE implementations on one corpus
#[derive(Debug, Parser)]
struct Arguments {
    /// JSON Lines with `hyp` and a list of `refs`, each of which makes a pair; generated if not given
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,
    /// How many documents to generate
    #[arg(long, default_value_t = 10_000, conflicts_with = "pairs")]
    documents: usize,
    /// How many of the pairs `rouge_score` scores, which is slow
    #[arg(long, default_value_t = 200)]
    python_pairs: usize,
    /// How many times each peer is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(3..))]
    rounds: u32,
    /// What cargo passes to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

/// A hypothesis and its reference.
type Pair = (String, String);

/// Precision, recall and F-measure.
type Scores = [f64; 3];

/// What is computed: types that share their tokens.
struct Setting {
    types: &'static [&'static str],
    stemmer: Stemmer,
}

const SETTINGS: [Setting; 4] = [
    Setting { types: &["rouge1", "rouge2", "rougeL"], stemmer: Stemmer::None },
    Setting { types: &["rouge1", "rouge2", "rougeL"], stemmer: Stemmer::Nltk },
    Setting { types: &["rouge1", "rouge2", "rougeL", "rougeLsum"], stemmer: Stemmer::None },
    Setting { types: &["rouge1", "rouge2", "rougeL", "rougeLsum"], stemmer: Stemmer::Nltk },
];

impl Setting {
    fn ours(&self) -> Vec<Rouge> {
        let with_sentences = self.types.contains(&"rougeLsum");
        let sentences = if with_sentences { SentenceSplit::Newline } else { SentenceSplit::Whole };
        let types = self.types.iter().filter_map(|name| RougeType::named(name, 1.2, None));
        let metric = |kind| {
            let mut rouge = Rouge::new(kind);
            // All types have the same tokenizer, so that each text is cut once.
            rouge.tokenizer.sentences = sentences.clone();
            rouge.tokenizer.stemmer = self.stemmer;
            rouge
        };
        types.map(metric).collect()
    }

    fn rougers(&self) -> Result<RougeScorer> {
        let with_stemmer = self.stemmer == Stemmer::Nltk;
        RougeScorer::new(self.types, with_stemmer).map_err(|error| anyhow::anyhow!("{error}"))
    }

    /// Whether all of rougers' scores are ours, bit for bit.
    fn check_rougers(&self, pairs: &[Pair]) -> Result<()> {
        let rougers = self.rougers()?;
        each_row(&self.ours(), pairs, |i, row| {
            let (hypothesis, reference) = &pairs[i];
            let theirs = rougers.score(reference, hypothesis);
            let theirs = theirs.iter().map(|(_, s)| [s.precision, s.recall, s.fmeasure]);
            self.check_pair("rougers", i, row, &theirs.collect::<Vec<_>>())
        })
    }

    /// Whether what a peer says of pair number `i` is ours.
    fn check_pair(&self, peer: &str, i: usize, row: &[f64], theirs: &[Scores]) -> Result<()> {
        let ours: Vec<Scores> = row
            .chunks(row.len() / self.types.len())
            .map(|row| {
                let RougeStats { precision, recall, fmeasure, .. } = RougeStats::read(row);
                [precision.value(), recall.value(), fmeasure.value()]
            })
            .collect();
        let bits =
            |scores: &[Scores]| scores.iter().flatten().map(|s| s.to_bits()).collect::<Vec<_>>();
        ensure!(
            bits(&ours) == bits(theirs),
            "pair {i}, {:?}: {peer} scores {theirs:?}, we score {ours:?}",
            self.types
        );
        Ok(())
    }

    fn time_ours(&self, pairs: &[Pair]) -> Result<f64> {
        let metrics = self.ours();
        let start = Instant::now();
        let mut sum = Vec::new();
        each_row(&metrics, pairs, |_, row| {
            sum.resize(row.len(), 0.0);
            add_row(&mut sum, row);
            Ok(())
        })?;
        std::hint::black_box(sum);
        Ok(start.elapsed().as_secs_f64())
    }

    fn time_rougers(&self, pairs: &[Pair]) -> Result<f64> {
        let rougers = self.rougers()?;
        let start = Instant::now();
        let mut sum = 0.0;
        for (hypothesis, reference) in pairs {
            let theirs = rougers.score(reference, hypothesis);
            sum += theirs.iter().map(|(_, score)| score.fmeasure).sum::<f64>();
        }
        std::hint::black_box(sum);
        Ok(start.elapsed().as_secs_f64())
    }

    fn python(&self, pairs: &Path) -> Result<Python> {
        let python = std::env::var_os(PYTHON).with_context(|| format!("{PYTHON} is not set"))?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/rouge_score_peer.py");
        let mut command = Command::new(python);
        command.arg(script).arg(pairs).args([&self.types.join(","), self.stemmer.name()]);
        let output = command.stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "rouge_score failed: {}", output.status);
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// What `rouge_score` prints.
#[derive(Deserialize)]
struct Python {
    scores: Vec<Vec<Scores>>,
    seconds: f64,
    version: String,
}

/// Measures pair by pair, all metrics side by side.
fn each_row(
    metrics: &[Rouge],
    pairs: &[Pair],
    mut take: impl FnMut(usize, &[f64]) -> Result<()>,
) -> Result<()> {
    let mut measurer = Measurer::new(metrics.iter().map(|metric| metric as &dyn Scorer));
    let mut row = vec![0.0; measurer.width()];
    for (i, (hypothesis, reference)) in pairs.iter().enumerate() {
        measurer.prepare(&[Some(reference)])?.measure(hypothesis, &mut row)?;
        take(i, &row)?;
    }
    Ok(())
}

/// The pairs of a file, a reference each.
fn read_pairs(path: &Path) -> Result<Vec<Pair>> {
    #[derive(Deserialize)]
    struct Line {
        hyp: String,
        refs: Vec<String>,
    }
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut pairs = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let Line { hyp, refs } =
            serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), i + 1))?;
        pairs.extend(refs.into_iter().map(|reference| (hyp.clone(), reference)));
    }
    Ok(pairs)
}

/// One row of the table.
struct Timing {
    name: String,
    /// How many pairs it scored.
    pairs: usize,
    /// The seconds of each round.
    seconds: Vec<f64>,
    /// How many times as long a pair took it as it took us in the same round.
    ratios: Vec<f64>,
}

fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[(numbers.len() - 1) / 2].midpoint(numbers[numbers.len() / 2])
}

fn compare(
    setting: &Setting,
    pairs: &[Pair],
    few: &Path,
    few_pairs: usize,
    rounds: u32,
) -> Result<()> {
    println!("\n{}, stemmer {}", setting.types.join(" "), setting.stemmer);
    setting.check_rougers(pairs)?;
    println!("all scores of {} pairs equal rougers' to the bit", pairs.len());
    let row = |name: &str, pairs| Timing {
        name: name.to_owned(),
        pairs,
        seconds: Vec::new(),
        ratios: Vec::new(),
    };
    let all = pairs.len();
    let mut timings = vec![row("genai-metrics", all), row("rougers 0.2.1", all)];
    if std::env::var_os(PYTHON).is_some() {
        let Python { scores, version, .. } = setting.python(few)?;
        ensure!(scores.len() == few_pairs, "{version} scored {} pairs", scores.len());
        each_row(&setting.ours(), &pairs[..few_pairs], |i, row| {
            setting.check_pair(&version, i, row, &scores[i])
        })?;
        println!("and those of {few_pairs} pairs {version}'s");
        timings.push(row(&version, few_pairs));
    } else {
        println!("rouge_score is left out: {PYTHON} names no Python interpreter");
    }
    for _ in 0..rounds {
        let mut of_ours = f64::NAN;
        for (peer, timing) in timings.iter_mut().enumerate() {
            let seconds = match peer {
                0 => setting.time_ours(pairs)?,
                1 => setting.time_rougers(pairs)?,
                _ => setting.python(few)?.seconds,
            };
            let of_pair = seconds / timing.pairs as f64;
            if peer == 0 {
                of_ours = of_pair;
            }
            timing.seconds.push(seconds);
            timing.ratios.push(of_pair / of_ours);
        }
    }
    println!(
        "{:36} {:>8} {:>10} {:>10} {:>10} {:>9}",
        "", "pairs", "median s", "min s", "pairs/s", "we are"
    );
    for Timing { name, pairs, seconds, ratios } in &mut timings {
        let middle = median(seconds);
        println!(
            "{name:36} {pairs:8} {middle:10.4} {:10.4} {:10.0} {:8.2}x",
            seconds[0],
            *pairs as f64 / middle,
            median(ratios),
        );
    }
    Ok(())
}

fn main() -> Result<()> {
    let Arguments { pairs, documents, python_pairs, rounds, bench: _ } = Arguments::parse();
    let pairs = if let Some(path) = pairs {
        read_pairs(&path)?
    } else {
        let Corpus { hypotheses, references } = Corpus::documents(documents, 1);
        hypotheses.into_iter().zip(references).collect()
    };
    ensure!(!pairs.is_empty(), "there are no pairs");
    let bytes: usize =
        pairs.iter().map(|(hypothesis, reference)| hypothesis.len() + reference.len()).sum();
    println!("{} pairs, {:.1} MB, {rounds} rounds, in turns", pairs.len(), bytes as f64 / 1e6);
    let folder = tempfile::tempdir()?;
    let few = folder.path().join("pairs.jsonl");
    let few_pairs = python_pairs.min(pairs.len());
    let lines: serde_json::Result<Vec<_>> =
        pairs[..few_pairs].iter().map(serde_json::to_string).collect();
    fs::write(&few, lines?.join("\n"))?;
    SETTINGS.iter().try_for_each(|setting| compare(setting, &pairs, &few, few_pairs, rounds))
}
