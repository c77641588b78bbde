//! Our resamples and tests of significance beside sacreBLEU's: first the proof that both find the
//! same, then the time that each takes, in turns.

#![expect(clippy::print_stdout, reason = "the figures are its output")]

use std::fs;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use genai_eval_benches::Systems;
use genai_metrics::resample::{
    Comparison, Estimate, InOrder, Pcg64, Resampled, Statistic, bootstrap, randomization,
};
use genai_metrics::{Bleu, Chrf, Scorer, Table, Ter};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The interpreter that has sacreBLEU.
const PYTHON: &str = "GENAI_EVAL_PYTHON";

/// What sacreBLEU and we draw with.
const SEED: u64 = 12345;

/// Compares the speed of bootstraps and randomization tests on one corpus
#[derive(Debug, Parser)]
struct Arguments {
    /// How many resamples are drawn
    #[arg(long, default_value_t = 1000)]
    resamples: u32,
    /// How many trials of approximate randomization are made
    #[arg(long, default_value_t = 10_000)]
    trials: u32,
    /// How many times each is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Count processor time instead, for a machine that does other work as well
    #[arg(long)]
    cpu: bool,
    /// Show instead how the process grows with the number of resamples
    #[arg(long)]
    memory: bool,
    /// What cargo passes to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

/// What is done with the rows of all systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    /// One system's mean and interval.
    Confidence,
    PairedBootstrap,
    Randomization,
}

impl Test {
    const ALL: [Self; 3] = [Self::Confidence, Self::PairedBootstrap, Self::Randomization];

    /// What the script calls it.
    fn peer(self) -> &'static str {
        match self {
            Self::Confidence => "confidence",
            Self::PairedBootstrap => "bs",
            Self::Randomization => "ar",
        }
    }

    fn title(self, systems: usize, samples: u32) -> String {
        match self {
            Self::Confidence => format!("{samples} resamples of one system"),
            Self::PairedBootstrap => format!("paired bootstrap, {samples} resamples of {systems}"),
            Self::Randomization => format!("randomization, {samples} trials of {systems}"),
        }
    }

    /// A mean and half an interval's width, or the p-value of each system but the first.
    fn ours(self, scorer: &dyn Scorer, tables: &[&Table], samples: u32) -> Vec<f64> {
        let statistics = [Statistic::whole(scorer)];
        let mut generator = Pcg64::new(SEED);
        let real = || tables.iter().map(|table| statistics[0].value(&table.sum()));
        match self {
            Self::Confidence => {
                let drawn = bootstrap(&tables[..1], &statistics, samples, &mut generator, &InOrder);
                let Estimate { mean, low, high } = Estimate::of(&drawn[0][0], 0.95);
                vec![mean, 0.5 * (high - low)]
            }
            Self::PairedBootstrap => {
                let real: Vec<f64> = real().collect();
                let drawn = bootstrap(tables, &statistics, samples, &mut generator, &InOrder);
                let compare = |system: usize| {
                    let [base, own] = [0, system].map(|system| {
                        let (score, drawn) = (real[system], &drawn[system][0][..]);
                        Resampled { score, drawn }
                    });
                    Comparison::by_bootstrap(base, own, tables[0].len(), 0.95).p_value
                };
                (1..tables.len()).map(compare).collect()
            }
            Self::Randomization => {
                let others = &tables[1..];
                let counts =
                    randomization(tables[0], others, &statistics, samples, &generator, &InOrder);
                let real: Vec<f64> = real().collect();
                let compare = |system: usize| {
                    let counted = (counts[system - 1][0], u64::from(samples));
                    let [base, own] =
                        [0, system].map(|system| Resampled { score: real[system], drawn: &[] });
                    Comparison::by_randomization(base, own, 0, 0.95, counted).p_value
                };
                (1..tables.len()).map(compare).collect()
            }
        }
    }

    /// p-values have to be ours to the bit. Means and intervals are of scores of sums that the
    /// reference rounds to 32 bits.
    fn agrees(self, ours: &[f64], theirs: &[f64]) -> bool {
        let most = if self == Self::Confidence { 1e-4 } else { 0.0 };
        let near = |(ours, theirs): (&f64, &f64)| (ours - theirs).abs() <= most;
        ours.len() == theirs.len() && ours.iter().zip(theirs).all(near)
    }
}

/// sacreBLEU, which keeps its statistics from one question to the next.
struct Peer {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    version: String,
}

#[derive(Deserialize)]
struct Greeting {
    version: String,
}

#[derive(Deserialize)]
struct Answer {
    numbers: Vec<f64>,
    seconds: f64,
    /// Of processor time.
    cpu_seconds: f64,
}

impl Peer {
    fn start(python: &Path, metric: &str, files: &[PathBuf]) -> Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/significance_peer.py");
        let mut process = Command::new(python)
            .arg(script)
            .arg(metric)
            .args(files)
            // Its products of matrices are of whole numbers, which have no threads anyway.
            .env("OMP_NUM_THREADS", "1")
            .env("SACREBLEU_SEED", SEED.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let questions = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().context("its output is piped")?);
        let mut peer = Self { process, questions, answers, version: String::new() };
        peer.version = peer.answer::<Greeting>()?.version;
        Ok(peer)
    }

    fn ask(&mut self, test: Test, samples: u32) -> Result<Answer> {
        let questions = self.questions.as_mut().context("its input is piped")?;
        writeln!(questions, "{} {samples}", test.peer())?;
        self.answer()
    }

    fn answer<T: DeserializeOwned>(&mut self) -> Result<T> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        serde_json::from_str(&line).context("sacreBLEU failed")
    }

    fn stop(mut self) -> Result<()> {
        drop(self.questions.take());
        ensure!(self.process.wait()?.success(), "sacreBLEU failed");
        Ok(())
    }
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

/// Does it again and again, since once is too short for the clock of processor time.
fn time_ours<T>(cpu: bool, work: impl Fn() -> T) -> Result<(T, f64)> {
    let since = Instant::now();
    let start = now(cpu, since)?;
    let mut result = black_box(work());
    let mut count = 1.0;
    while since.elapsed().as_secs_f64() < 0.2 {
        result = black_box(work());
        count += 1.0;
    }
    Ok((result, (now(cpu, since)? - start) / count))
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[(numbers.len() - 1) / 2].midpoint(numbers[numbers.len() / 2])
}

fn compare(
    arguments: &Arguments,
    scorer: &dyn Scorer,
    tables: &[&Table],
    mut peer: Option<Peer>,
) -> Result<()> {
    let Arguments { resamples, trials, rounds, cpu, memory: _, bench: _ } = *arguments;
    let name = scorer.spec().title;
    for test in Test::ALL {
        let samples = if test == Test::Randomization { trials } else { resamples };
        let (mut our_seconds, mut their_seconds, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let (ours, seconds) = time_ours(cpu, || test.ours(scorer, tables, samples))?;
            our_seconds.push(seconds);
            let Some(peer) = &mut peer else { continue };
            let theirs = peer.ask(test, samples)?;
            ensure!(
                test.agrees(&ours, &theirs.numbers),
                "{name}, {test:?}: {} finds {:?}, we {ours:?}",
                peer.version,
                theirs.numbers
            );
            let peer_seconds = if cpu { theirs.cpu_seconds } else { theirs.seconds };
            their_seconds.push(peer_seconds);
            ratios.push(peer_seconds / seconds);
        }
        let title = test.title(tables.len(), samples);
        print!("{name:6} {title:44} {:10.2}", median(our_seconds) * 1e3);
        if peer.is_some() {
            print!(" {:12.1} {:8.0}x", median(their_seconds) * 1e3, median(ratios));
        }
        println!();
    }
    peer.map_or(Ok(()), Peer::stop)
}

/// The most memory that the process has had, in bytes.
fn peak() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status").context("--memory needs Linux")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")).context("no VmHWM")?;
    Ok(kilobytes.parse::<f64>()? * 1024.0)
}

fn show_memory(scorer: &dyn Scorer, tables: &[&Table]) -> Result<()> {
    println!("{:>10} {:>10} {:>24}", "resamples", "peak MB", "bytes a resampled score");
    let statistics = [Statistic::whole(scorer)];
    let before = peak()?;
    for resamples in [1000, 10_000, 100_000, 400_000] {
        let drawn = bootstrap(tables, &statistics, resamples, &mut Pcg64::new(SEED), &InOrder);
        let peak = peak()?;
        let count: usize = drawn.iter().flatten().map(Vec::len).sum();
        println!("{resamples:10} {:10.1} {:24.2}", peak / 1e6, (peak - before) / count as f64);
    }
    for trials in [10_000, 100_000] {
        black_box(randomization(
            tables[0],
            &tables[1..],
            &statistics,
            trials,
            &Pcg64::new(SEED),
            &InOrder,
        ));
        println!("{trials:10} trials of randomization later: {:.1} MB", peak()? / 1e6);
    }
    Ok(())
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let systems = Systems::real_or_generated()?;
    let segments = systems.references.len();
    println!("{}, {segments} segments, {} systems", systems.origin, systems.outputs.len());
    let folder = tempfile::tempdir()?;
    let mut files = Vec::new();
    for (i, texts) in std::iter::once(&systems.references).chain(&systems.outputs).enumerate() {
        let path = folder.path().join(i.to_string());
        fs::write(&path, texts.join("\n") + "\n")?;
        files.push(path);
    }
    let python = std::env::var_os(PYTHON);
    if python.is_none() && !arguments.memory {
        println!("sacreBLEU is left out: {PYTHON} names no Python interpreter");
    }
    let (bleu, chrf, ter) = (Bleu::default(), Chrf::default(), Ter::default());
    for (i, (metric, scorer)) in
        [("bleu", &bleu as &dyn Scorer), ("chrf", &chrf), ("ter", &ter)].into_iter().enumerate()
    {
        let tables = (0..systems.outputs.len()).map(|system| systems.table(scorer, system));
        let tables = tables.collect::<Result<Vec<Table>>>()?;
        let tables: Vec<&Table> = tables.iter().collect();
        if arguments.memory {
            return show_memory(scorer, &tables[..2]);
        }
        let peer = python.as_ref().map(|python| Peer::start(Path::new(python), metric, &files));
        let peer = peer.transpose()?;
        if i == 0 {
            let version = peer.as_ref().map_or("", |peer| &peer.version);
            let clock = if arguments.cpu { "ms of processor time" } else { "ms" };
            println!("{} rounds, in turns; {clock}, ours and {version}", arguments.rounds);
        }
        compare(&arguments, scorer, &tables, peer)?;
    }
    Ok(())
}
