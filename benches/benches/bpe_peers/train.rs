//! Seconds and memory of training, byte-level with the pattern of GPT-2.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use genai_bpe::{Pattern, Trainer};
use genai_eval_benches::Kind;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Peers;
use crate::measured::{cpu_seconds, finish, status};
use crate::peers::OURS;
use crate::speed::median;
use crate::vocabulary::hex;

/// The reference, whose merges have to be ours.
const REFERENCE: &str = "tokenizers (Python)";

/// Who trains.
const TRAINERS: [&str; 4] = [OURS, REFERENCE, "gigatoken", "rustbpe"];

/// Measures training.
#[derive(Debug, Parser)]
pub(crate) struct Train {
    #[command(flatten)]
    peers: Peers,
    /// The text; a generated one if not given
    #[arg(long)]
    text: Option<PathBuf>,
    /// How much text is generated, in megabytes
    #[arg(long, default_value_t = 10.0)]
    megabytes: f64,
    /// How many tokens the vocabulary gets
    #[arg(long, default_value_t = 32_000)]
    size: usize,
    /// How often each trains
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// On how many threads, with so many processors from the first one on
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

/// What one process does.
#[derive(Debug, clap::Args)]
pub(crate) struct Task {
    #[arg(long)]
    peer: String,
    #[arg(long)]
    text: PathBuf,
    #[arg(long)]
    size: usize,
}

/// What it says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Trained {
    seconds: f64,
    cpu: f64,
    peak_kib: u64,
    /// Of the merges in their order; none if the peer breaks ties in another way.
    digest: Option<String>,
}

impl Task {
    /// What the process is for.
    pub(crate) fn run(&self) -> Result<Trained> {
        ensure!(self.peer == OURS, "{} is not compiled in", self.peer);
        let start = Instant::now();
        let mut trainer = Trainer::byte_level(Pattern::Gpt2).vocabulary_size(self.size);
        trainer.feed_file(&self.text)?;
        let trained = trainer.train()?;
        let (seconds, cpu, peak_kib) =
            (start.elapsed().as_secs_f64(), cpu_seconds(), status("VmHWM")?);
        let mut hash = Sha256::new();
        for (left, right) in trained.merges() {
            hash.update(format!("{left} {right}\n"));
        }
        Ok(Trained { seconds, cpu, peak_kib, digest: Some(hex(&hash.finalize()[..8])) })
    }
}

impl Train {
    pub(crate) fn run(&self) -> Result<()> {
        let mut machine = self.peers.machine();
        let text = if let Some(text) = &self.text {
            text.clone()
        } else {
            std::fs::create_dir_all(&self.peers.folder)?;
            let path = self.peers.folder.join("training.txt");
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "megabytes"
            )]
            std::fs::write(&path, Kind::Mixed.text((self.megabytes * 1e6) as usize, 1))?;
            path
        };
        if self.threads > 1 {
            machine.core = None;
        }
        let asked = &self.peers.peers;
        let mut rows: Vec<(&str, Vec<Trained>, Option<String>)> = TRAINERS
            .into_iter()
            .filter(|name| asked.is_empty() || asked.iter().any(|asked| asked == name))
            .filter(|&name| name == OURS || machine.python.is_some())
            .map(|name| (name, Vec::new(), None))
            .collect();
        for _ in 0..self.rounds {
            for (name, rounds, failure) in &mut rows {
                let mut command = machine.command(name, "train-here")?;
                command.arg("--text").arg(&text).args(["--size", &self.size.to_string()]);
                command.env("RAYON_NUM_THREADS", self.threads.to_string());
                if self.threads > 1 {
                    command.env("TOKENIZERS_PARALLELISM", "true");
                }
                match finish(&mut command, machine.limit, None) {
                    Ok(output) => {
                        // Peers may print what they are doing before it.
                        let answer = output.lines().last().unwrap_or_default();
                        rounds.push(serde_json::from_str(answer).with_context(|| output.clone())?);
                    }
                    Err(error) => *failure = Some(format!("{error:#}")),
                }
            }
        }
        println!(
            "\n### Training {} tokens, {}, {} thread(s)\n",
            self.size,
            text.file_name().unwrap_or_default().display(),
            self.threads
        );
        println!("| peer | merges | median s | min s | processor s | we are | peak MiB |");
        println!("|---|---|---|---|---|---|---|");
        let of = |name: &str| rows.iter().find(|row| row.0 == name).and_then(|row| row.1.first());
        let right = of(REFERENCE).and_then(|trained| trained.digest.clone());
        let ours = rows.iter().find(|row| row.0 == OURS).map_or(&[][..], |row| &row.1);
        for (name, rounds, failure) in &rows {
            let Some(first) = rounds.first() else {
                println!("| {name} | {} |  |  |  |  |  |", failure.as_deref().unwrap_or_default());
                continue;
            };
            let merges = match (&first.digest, &right) {
                (None, _) => "other ties",
                (Some(_), None) => "–",
                (digest, right) if digest == right => "equal",
                _ => "**differ**",
            };
            let seconds: Vec<f64> = rounds.iter().map(|round| round.seconds).collect();
            let ratios =
                rounds.iter().zip(ours).map(|(theirs, ours)| theirs.seconds / ours.seconds);
            println!(
                "| {name} | {merges} | {:.2} | {:.2} | {:.2} | {:.2}x | {} |",
                median(seconds.clone()).unwrap_or_default(),
                seconds.iter().copied().fold(f64::INFINITY, f64::min),
                first.cpu,
                median(ratios.collect()).unwrap_or(f64::NAN),
                first.peak_kib / 1024,
            );
        }
        if let (Some(ours), Some(right)) = (ours.first().and_then(|o| o.digest.as_ref()), &right) {
            ensure!(ours == right, "our merges are not those of {REFERENCE}");
        }
        Ok(())
    }
}
