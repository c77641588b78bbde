//! Our BLEU or TER beside its peers: first the proof that all compute the same number, then the time
//! that each takes, in turns.

#![expect(clippy::print_stdout, reason = "the figures are its output")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, ValueEnum};
use genai_eval_benches::{Corpus, Script};
use genai_metrics::{Bleu, Evaluator, Metric, Segment, Ter};
use serde::{Deserialize, Serialize};

/// The interpreter that has sacreBLEU.
const PYTHON: &str = "GENAI_EVAL_PYTHON";

/// Compares the speed of implementations of a metric on one corpus
#[derive(Debug, Parser)]
struct Arguments {
    /// What they compute
    #[arg(long, value_enum, default_value_t = MetricName::Bleu)]
    metric: MetricName,
    /// A file of hypotheses, one a line; generated if not given
    #[arg(long, value_name = "FILE", requires = "reference")]
    hyp: Option<PathBuf>,
    /// The file of their references
    #[arg(long = "ref", id = "reference", value_name = "FILE", requires = "hyp")]
    reference: Option<PathBuf>,
    /// How many segments to generate
    #[arg(long, default_value_t = 20_000, conflicts_with = "hyp")]
    segments: usize,
    /// How many times each peer is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(3..))]
    rounds: u32,
    /// Measure this peer once and print JSON: what a round runs as a process of its own
    #[arg(long, hide = true, requires = "hyp")]
    measure: Option<Peer>,
    /// What cargo passes to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum MetricName {
    Bleu,
    Ter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Peer {
    Ours,
    Sacrebleu,
    SacrebleuRs,
    Bleuscore,
    BleuscoreTwoThreads,
}

/// What one measurement prints.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Measurement {
    /// On the peer's own scale.
    score: f64,
    seconds: f64,
    version: String,
}

/// The name of a choice on the command line.
fn name(choice: &impl ValueEnum) -> Result<String> {
    Ok(choice.to_possible_value().context("every choice has a name")?.get_name().to_owned())
}

impl Peer {
    /// Whether it computes that.
    fn has(self, metric: MetricName) -> bool {
        match self {
            Self::Ours | Self::Sacrebleu | Self::SacrebleuRs => true,
            Self::Bleuscore | Self::BleuscoreTwoThreads => metric == MetricName::Bleu,
        }
    }

    /// What its score is multiplied with to be on ours.
    fn scale(self) -> f64 {
        match self {
            Self::Ours | Self::Sacrebleu | Self::SacrebleuRs => 1.0,
            Self::Bleuscore | Self::BleuscoreTwoThreads => 100.0,
        }
    }

    /// Whether its score has to be ours: to the bit where it is the reference, else up to the
    /// rounding of logarithms in another order.
    fn agrees(self, score: f64, ours: f64) -> bool {
        match self {
            Self::Ours | Self::Sacrebleu => score.to_bits() == ours.to_bits(),
            Self::SacrebleuRs | Self::Bleuscore | Self::BleuscoreTwoThreads => {
                (score * self.scale() - ours).abs() <= 1e-9 * ours.abs()
            }
        }
    }

    /// Measures it in a fresh process: sacreBLEU and bleuscore remember how they cut the last
    /// 65,536 texts, and would cut none in a second round.
    fn run(self, metric: MetricName, hypotheses: &Path, references: &Path) -> Result<Measurement> {
        let mut command = if self == Self::Sacrebleu {
            let python =
                std::env::var_os(PYTHON).with_context(|| format!("{PYTHON} is not set"))?;
            let mut command = Command::new(python);
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/sacrebleu_peer.py");
            command.arg(script).arg(hypotheses).arg(references).arg(name(&metric)?);
            command
        } else {
            let mut command = Command::new(std::env::current_exe()?);
            command.args(["--measure", &name(&self)?, "--metric", &name(&metric)?]);
            command.arg("--hyp").arg(hypotheses).arg("--ref").arg(references);
            command
        };
        let output = command.stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "{self:?} failed: {}", output.status);
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Measures it in this process.
    fn measure(
        self,
        metric: MetricName,
        hypotheses: &[String],
        references: &[String],
    ) -> Result<Measurement> {
        let (score, seconds, version) = match self {
            Self::Ours => {
                let (score, seconds) = match metric {
                    MetricName::Bleu => ours(&Bleu::default(), hypotheses, references)?,
                    MetricName::Ter => ours(&Ter::default(), hypotheses, references)?,
                };
                (score, seconds, "genai-metrics, one thread")
            }
            Self::SacrebleuRs => {
                let references = [references.to_vec()];
                let (bleu, ter) = (sacrebleu_rs::Bleu::default(), sacrebleu_rs::Ter::default());
                let start = Instant::now();
                let score = match metric {
                    MetricName::Bleu => bleu.corpus_score(hypotheses, &references).score,
                    MetricName::Ter => ter.corpus_score(hypotheses, &references).score,
                };
                (score, start.elapsed(), "sacrebleu-rs 0.1.0")
            }
            Self::Bleuscore => bleuscore(hypotheses, references, 1)?,
            Self::BleuscoreTwoThreads => bleuscore(hypotheses, references, 2)?,
            Self::Sacrebleu => bail!("sacreBLEU is measured by its script"),
        };
        let seconds = seconds.as_secs_f64();
        Ok(Measurement { score, seconds, version: version.to_owned() })
    }
}

fn ours(
    metric: &impl Metric,
    hypotheses: &[String],
    references: &[String],
) -> Result<(f64, std::time::Duration)> {
    let start = Instant::now();
    let mut evaluator = Evaluator::new(metric);
    for (hypothesis, reference) in hypotheses.iter().zip(references) {
        evaluator.add(&Segment { hypothesis, references: &[Some(reference)] })?;
    }
    let score = evaluator.score().value;
    Ok((score, start.elapsed()))
}

fn bleuscore(
    hypotheses: &[String],
    references: &[String],
    threads: usize,
) -> Result<(f64, std::time::Duration, &'static str)> {
    let references: Vec<Vec<String>> = references.iter().map(|r| vec![r.clone()]).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let closest = bleuscore::RefLenMethod::Closest;
    let start = Instant::now();
    let score =
        pool.install(|| bleuscore::compute_score(&references, hypotheses, 4, false, closest));
    let version =
        if threads == 1 { "bleuscore 0.2.0, one thread" } else { "bleuscore 0.2.0, two threads" };
    Ok((score.bleu, start.elapsed(), version))
}

/// The lines of a file, split at line feeds only.
fn lines(path: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(text.strip_suffix('\n').unwrap_or(&text).split('\n').map(str::to_owned).collect())
}

fn main() -> Result<()> {
    let Arguments { metric, hyp, reference, segments, rounds, measure, bench: _ } =
        Arguments::parse();
    let folder = tempfile::tempdir()?;
    let (hyp, reference) = if let (Some(hyp), Some(reference)) = (hyp, reference) {
        (hyp, reference)
    } else {
        let corpus = Corpus::generate(Script::Latin, segments, 1);
        let paths = (folder.path().join("hypotheses"), folder.path().join("references"));
        fs::write(&paths.0, corpus.hypotheses.join("\n") + "\n")?;
        fs::write(&paths.1, corpus.references.join("\n") + "\n")?;
        paths
    };
    let (hypotheses, references) = (lines(&hyp)?, lines(&reference)?);
    ensure!(
        hypotheses.len() == references.len(),
        "{} hypotheses, {} references",
        hypotheses.len(),
        references.len()
    );
    if let Some(peer) = measure {
        println!("{}", serde_json::to_string(&peer.measure(metric, &hypotheses, &references)?)?);
        return Ok(());
    }
    let segments = hypotheses.len();
    let bytes: usize = hypotheses.iter().chain(&references).map(String::len).sum();
    drop((hypotheses, references));
    println!("{segments} segments, {:.1} MB", bytes as f64 / 1e6);
    compare(metric, segments, rounds, &hyp, &reference)
}

/// One row of the table.
struct Timing {
    peer: Peer,
    version: String,
    score: f64,
    seconds: Vec<f64>,
}

fn compare(
    metric: MetricName,
    segments: usize,
    rounds: u32,
    hyp: &Path,
    reference: &Path,
) -> Result<()> {
    let mut timings: Vec<Timing> = Vec::new();
    for &peer in Peer::value_variants().iter().filter(|peer| peer.has(metric)) {
        if peer == Peer::Sacrebleu && std::env::var_os(PYTHON).is_none() {
            println!("sacreBLEU is left out: {PYTHON} names no Python interpreter");
            continue;
        }
        let Measurement { score, seconds: _, version } = peer.run(metric, hyp, reference)?;
        let ours = timings.first().map_or(score, |ours| ours.score);
        println!("{version}: {score}");
        if !peer.agrees(score, ours) {
            let hint = match peer {
                Peer::Sacrebleu => "; Python 3.12 and later sum logarithms otherwise",
                Peer::Bleuscore | Peer::BleuscoreTwoThreads => {
                    "; it does not smooth, so some n-gram of every order has to match"
                }
                Peer::Ours | Peer::SacrebleuRs => "",
            };
            bail!("{version} scores {score}, we score {ours}{hint}");
        }
        timings.push(Timing { peer, version, score, seconds: Vec::new() });
    }
    for _ in 0..rounds {
        for Timing { peer, version, score, seconds } in &mut timings {
            let again = peer.run(metric, hyp, reference)?;
            // A parallel sum of counts has no order to depend on.
            ensure!(again.score.to_bits() == score.to_bits(), "{version} scores differently");
            seconds.push(again.seconds);
        }
    }
    for timing in &mut timings {
        timing.seconds.sort_by(f64::total_cmp);
    }
    let median =
        |seconds: &[f64]| seconds[(seconds.len() - 1) / 2].midpoint(seconds[seconds.len() / 2]);
    let ours = timings.first().map_or(f64::NAN, |ours| median(&ours.seconds));
    println!("\n{rounds} rounds, in turns");
    println!("{:36} {:>10} {:>10} {:>12} {:>9}", "", "median s", "min s", "segments/s", "we are");
    for Timing { version, seconds, .. } in &timings {
        let middle = median(seconds);
        println!(
            "{version:36} {middle:10.4} {:10.4} {:12.0} {:8.2}x",
            seconds[0],
            segments as f64 / middle,
            middle / ours,
        );
    }
    Ok(())
}
