//! Our WER family beside its peers: first the proof that all count the same, then the time that
//! each takes, in turns.

#![expect(clippy::print_stdout, reason = "the figures are its output")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use genai_eval_benches::{Corpus, Script};
use genai_metrics::text::{Transcript, Unit};
use genai_metrics::{
    EditSimilarity, ErrorRate, ErrorRateStats, Measurer, RateKind, Row, Scorer, add_row,
};
use serde::Deserialize;

/// The interpreter that has jiwer.
const PYTHON: &str = "GENAI_EVAL_PYTHON";

/// Compares the speed of WER implementations on generated sentences
#[derive(Debug, Parser)]
struct Arguments {
    /// How many pairs to generate
    #[arg(long, default_value_t = 20_000)]
    segments: usize,
    /// Sentences of a pair, joined
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    sentences: u32,
    /// How many times each peer is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(3..))]
    rounds: u32,
    /// What cargo passes to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

/// A hypothesis and its reference.
type Pair = (String, String);

/// What the peer prints.
#[derive(Deserialize)]
struct Peers {
    counts: Vec<[u64; 4]>,
    distance: u64,
    jiwer: (String, f64),
    rapidfuzz: (String, f64),
}

fn rates(unit: Unit) -> Vec<ErrorRate> {
    let transcript = Transcript { unit, ..Transcript::default() };
    let of_unit = |kind: &RateKind| kind.unit().is_none_or(|of_kind| of_kind == unit);
    let kinds = RateKind::ALL.iter().copied().filter(of_unit);
    kinds.map(|kind| ErrorRate { kind, transcript }).collect()
}

/// What `RapidFuzz`'s distance is for, without an alignment.
fn similarity(unit: Unit) -> EditSimilarity {
    EditSimilarity { unit, lowercase: false }
}

/// Measures pair by pair, all metrics side by side.
fn each_row<M: Scorer>(
    metrics: &[M],
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

fn time_ours<M: Scorer>(metrics: &[M], pairs: &[Pair]) -> Result<f64> {
    let start = Instant::now();
    let mut sum = Vec::new();
    each_row(metrics, pairs, |_, row| {
        sum.resize(row.len(), 0.0);
        add_row(&mut sum, row);
        Ok(())
    })?;
    std::hint::black_box(sum);
    Ok(start.elapsed().as_secs_f64())
}

fn run_peers(unit: Unit, pairs: &Path) -> Result<Peers> {
    let python = std::env::var_os(PYTHON).with_context(|| format!("{PYTHON} is not set"))?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/wer_peer.py");
    let mut command = Command::new(python);
    command.arg(script).arg(pairs).arg(unit.name());
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "jiwer failed: {}", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Whether all counts are ours.
fn check(unit: Unit, pairs: &[Pair], peers: &Peers) -> Result<()> {
    let mut errors = 0;
    each_row(&rates(unit), pairs, |i, row| {
        let ErrorRateStats(ours) = ErrorRateStats::read(row);
        let found = [ours.hits, ours.substitutions, ours.deletions, ours.insertions];
        let theirs = peers.counts[i];
        ensure!(found == theirs, "pair {i}: {} counts {theirs:?}, we {found:?}", peers.jiwer.0);
        errors += ours.errors();
        Ok(())
    })?;
    ensure!(errors == peers.distance, "RapidFuzz's distances are {}", peers.distance);
    let similarity = similarity(unit);
    each_row(&[similarity], pairs, |i, row| {
        let [hits, substitutions, deletions, insertions] = peers.counts[i];
        let longest = hits + substitutions + deletions.max(insertions);
        let share = (substitutions + deletions + insertions) as f64 / longest.max(1) as f64;
        let found = Scorer::score(&similarity, row).value;
        ensure!(found.to_bits() == (1.0 - share).to_bits(), "pair {i}: similarity {found}");
        Ok(())
    })?;
    println!("all counts of {} pairs equal {}'s", pairs.len(), peers.jiwer.0);
    Ok(())
}

fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[(numbers.len() - 1) / 2].midpoint(numbers[numbers.len() / 2])
}

fn compare(unit: Unit, pairs: &[Pair], file: &Path, rounds: u32) -> Result<()> {
    println!("\n{}", unit.name());
    check(unit, pairs, &run_peers(unit, file)?)?;
    let ours = ["genai-metrics", "genai-metrics, edit similarity"].map(str::to_owned).to_vec();
    let mut names = Vec::new();
    let mut seconds = [const { Vec::new() }; 4];
    let mut ratios = [const { Vec::new() }; 4];
    for _ in 0..rounds {
        let all_rates = time_ours(&rates(unit), pairs)?;
        let distance = time_ours(&[similarity(unit)], pairs)?;
        let Peers { jiwer, rapidfuzz, .. } = run_peers(unit, file)?;
        for (peer, found) in [all_rates, distance, jiwer.1, rapidfuzz.1].into_iter().enumerate() {
            seconds[peer].push(found);
            ratios[peer].push(found / all_rates);
        }
        names = [ours.clone(), vec![jiwer.0, rapidfuzz.0]].concat();
    }
    println!("{:36} {:>10} {:>10} {:>9}", "", "median s", "pairs/s", "we are");
    for ((name, seconds), ratios) in names.iter().zip(&mut seconds).zip(&mut ratios) {
        let (middle, ratio) = (median(seconds), median(ratios));
        println!("{name:36} {middle:10.4} {:10.0} {ratio:8.2}x", pairs.len() as f64 / middle);
    }
    Ok(())
}

fn main() -> Result<()> {
    let Arguments { segments, sentences, rounds, bench: _ } = Arguments::parse();
    let sentences = sentences as usize;
    let Corpus { hypotheses, references } =
        Corpus::generate(Script::Latin, segments * sentences, 1);
    let joined =
        |texts: &[String]| texts.chunks(sentences).map(|texts| texts.join(" ")).collect::<Vec<_>>();
    let pairs: Vec<Pair> = joined(&hypotheses).into_iter().zip(joined(&references)).collect();
    println!("{} pairs of {sentences} sentences, {rounds} rounds, in turns", pairs.len());
    ensure!(!pairs.is_empty(), "there are no pairs");
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("pairs.jsonl");
    let lines: serde_json::Result<Vec<_>> = pairs.iter().map(serde_json::to_string).collect();
    fs::write(&file, lines?.join("\n"))?;
    [Unit::Word, Unit::Character]
        .into_iter()
        .try_for_each(|unit| compare(unit, &pairs, &file, rounds))
}
