//! Our chrF beside its peers: first the proof that all compute the same numbers, then the time
//! that each takes, in turns.

#![expect(clippy::print_stdout, reason = "the figures are its output")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use genai_eval_benches::{Corpus, Script};
use genai_metrics::{Chrf, Evaluator, Measurer, Scorer, Segment};
use serde::Deserialize;

/// The interpreter that has sacreBLEU and fastchrf.
const PYTHON: &str = "GENAI_EVAL_PYTHON";

/// Compares the speed of chrF implementations on one corpus
#[derive(Debug, Parser)]
struct Arguments {
    /// A file of hypotheses, one a line; generated if not given
    #[arg(long, value_name = "FILE", requires = "reference")]
    hyp: Option<PathBuf>,
    /// The file of their references
    #[arg(long = "ref", id = "reference", value_name = "FILE", requires = "hyp")]
    reference: Option<PathBuf>,
    /// How many segments are scored
    #[arg(long, default_value_t = 2000)]
    segments: usize,
    /// How many of these are scored each against each
    #[arg(long, default_value_t = 200)]
    pairwise: usize,
    /// How many times each peer is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(3..))]
    rounds: u32,
    /// Count processor time instead, for a machine that does other work as well
    #[arg(long)]
    cpu: bool,
    /// What cargo passes to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

/// What is computed, by us and by a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Chrf,
    ChrfPlusPlus,
    /// Each hypothesis against each reference, as for minimum Bayes risk.
    Pairwise,
}

impl Task {
    const ALL: [Self; 3] = [Self::Chrf, Self::ChrfPlusPlus, Self::Pairwise];

    /// What the script calls it.
    fn peer(self) -> &'static str {
        match self {
            Self::Chrf => "chrf",
            Self::ChrfPlusPlus => "chrf++",
            Self::Pairwise => "fastchrf",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Chrf => "chrF of a corpus",
            Self::ChrfPlusPlus => "chrF++ of a corpus",
            Self::Pairwise => "chrF, each against each",
        }
    }

    fn ours(self, cpu: bool, hypotheses: &[String], references: &[String]) -> Result<Measurement> {
        let word_order = if self == Self::ChrfPlusPlus { 2 } else { 0 };
        let chrf = Chrf { word_order, ..Chrf::default() };
        let mut scores = Vec::new();
        let since = Instant::now();
        let start = now(cpu, since)?;
        if self == Self::Pairwise {
            let mut measurer = Measurer::new([&chrf as &dyn Scorer]);
            let mut row = vec![0.0; measurer.width()];
            scores.resize(hypotheses.len() * references.len(), 0.0);
            for (i, reference) in references.iter().enumerate() {
                let reference = [Some(reference.as_str())];
                let mut prepared = measurer.prepare(&reference)?;
                for (j, hypothesis) in hypotheses.iter().enumerate() {
                    prepared.measure(hypothesis, &mut row)?;
                    scores[j * references.len() + i] = Scorer::score(&chrf, &row).value;
                }
            }
        } else {
            let mut evaluator = Evaluator::new(&chrf);
            for (hypothesis, reference) in hypotheses.iter().zip(references) {
                evaluator.add(&Segment { hypothesis, references: &[Some(reference)] })?;
            }
            scores.push(evaluator.score().value);
        }
        let seconds = now(cpu, since)? - start;
        let add = |digest: u64, score: &f64| digest.wrapping_mul(31).wrapping_add(score.to_bits());
        Ok(Measurement {
            scores: scores.len(),
            last: scores.last().copied().unwrap_or_default(),
            digest: scores.iter().fold(0, add),
            seconds,
            cpu_seconds: seconds,
            version: "genai-metrics, one thread".to_owned(),
        })
    }

    fn theirs(self, python: &Path, hypotheses: &Path, references: &Path) -> Result<Measurement> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/chrf_peer.py");
        let mut command = Command::new(python);
        command.arg(script).arg(self.peer()).arg(hypotheses).arg(references);
        let output = command.stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "{} failed: {}", self.peer(), output.status);
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// What one measurement yields; the script prints it.
#[derive(Clone, Debug, Deserialize)]
struct Measurement {
    scores: usize,
    /// The last score, for people.
    last: f64,
    /// Of the bits of all scores in their order.
    digest: u64,
    seconds: f64,
    /// Of processor time.
    cpu_seconds: f64,
    version: String,
}

/// Seconds since some moment, or of processor time.
fn now(cpu: bool, since: Instant) -> Result<f64> {
    if !cpu {
        return Ok(since.elapsed().as_secs_f64());
    }
    let statistics =
        fs::read_to_string("/proc/thread-self/schedstat").context("--cpu needs Linux")?;
    let nanoseconds = statistics.split(' ').next().unwrap_or_default().parse::<f64>()?;
    Ok(nanoseconds / 1e9)
}

/// The lines of a file, split at line feeds only.
fn lines(path: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(text.strip_suffix('\n').unwrap_or(&text).split('\n').map(str::to_owned).collect())
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[(numbers.len() - 1) / 2].midpoint(numbers[numbers.len() / 2])
}

fn main() -> Result<()> {
    let Arguments { hyp, reference, segments, pairwise, rounds, cpu, bench: _ } =
        Arguments::parse();
    let python = std::env::var_os(PYTHON).with_context(|| format!("{PYTHON} is not set"))?;
    let (mut hypotheses, mut references) = if let (Some(hyp), Some(reference)) = (hyp, reference) {
        (lines(&hyp)?, lines(&reference)?)
    } else {
        let corpus = Corpus::generate(Script::Latin, segments, 1);
        (corpus.hypotheses, corpus.references)
    };
    ensure!(hypotheses.len() == references.len(), "the files have different numbers of lines");
    let folder = tempfile::tempdir()?;
    let paths = (folder.path().join("hypotheses"), folder.path().join("references"));
    println!("{:24} {:36} {:>10} {:>12} {:>9}", "", "", "median s", "scored/s", "we are");
    for task in Task::ALL {
        let count = if task == Task::Pairwise { pairwise } else { segments };
        hypotheses.truncate(count);
        references.truncate(count);
        fs::write(&paths.0, hypotheses.join("\n") + "\n")?;
        fs::write(&paths.1, references.join("\n") + "\n")?;
        let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        let mut version = String::new();
        for _ in 0..rounds {
            let our = task.ours(cpu, &hypotheses, &references)?;
            let their = task.theirs(Path::new(&python), &paths.0, &paths.1)?;
            ensure!(
                (our.scores, our.digest) == (their.scores, their.digest),
                "{}: {} scores, the last {}; ours are {}, the last {}",
                their.version,
                their.scores,
                their.last,
                our.scores,
                our.last
            );
            let their_seconds = if cpu { their.cpu_seconds } else { their.seconds };
            ratios.push(their_seconds / our.seconds);
            ours.push(our.seconds);
            theirs.push(their_seconds);
            version = their.version;
        }
        let scored = match task {
            Task::Pairwise => hypotheses.len() * references.len(),
            Task::Chrf | Task::ChrfPlusPlus => hypotheses.len(),
        };
        let (ours, theirs) = (median(ours), median(theirs));
        for (version, seconds, ratio) in [
            ("genai-metrics, one thread", ours, String::new()),
            (version.as_str(), theirs, format!("{:.1}x", median(ratios))),
        ] {
            let speed = scored as f64 / seconds;
            println!("{:24} {version:36} {seconds:10.5} {speed:12.0} {ratio:>9}", task.name());
        }
    }
    Ok(())
}
