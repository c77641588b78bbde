//! Our BPE beside its peers: first which of them give the right ids, then the time that each
//! takes, every measurement a process of its own, in turns.

#![expect(clippy::print_stdout, reason = "the figures are its output")]

mod check;
mod load;
mod measured;
mod peers;
mod speed;
mod train;
mod traps;
mod vocabulary;
mod worst;

use std::collections::HashMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};

use crate::measured::{Machine, Task};
use crate::vocabulary::Vocabulary;

/// The interpreter that has the peers that are no crates.
const PYTHON: &str = "GENAI_EVAL_PYTHON";

/// Compares BPE implementations: their ids, then their speed
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
    /// What cargo passes to every bench
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Bytes a second, cold and warm, whole and by line
    Speed(speed::Speed),
    /// Seconds against length, for texts that are one piece
    Worst(worst::Worst),
    /// Milliseconds until the first ids, and memory
    Load(load::Load),
    /// Seconds and memory of training
    Train(train::Train),
    /// Whose ids are right, in texts that are easily cut wrongly
    Check(Check),
    /// One peer in this process
    #[command(hide = true)]
    Measure(Task),
    /// One training in this process
    #[command(hide = true, name = "train-here")]
    TrainHere(train::Task),
    /// The ids of single texts in this process
    #[command(hide = true)]
    Ids(Ids),
}

/// Which peers, and how their processes run.
#[derive(Clone, Debug, clap::Args)]
struct Peers {
    /// Names of peers with commas; all that are there if not given
    #[arg(long, value_delimiter = ',')]
    peers: Vec<String>,
    /// Vocabularies
    #[arg(long, value_delimiter = ',', default_values_t = [String::from("cl100k"), String::from("o200k")])]
    vocabularies: Vec<String>,
    /// The processor that peers run on, if `taskset` is installed
    #[arg(long, default_value_t = 1)]
    core: usize,
    /// Seconds after which a peer is given up
    #[arg(long, default_value_t = 60)]
    limit: u64,
    /// Where vocabularies and generated texts are written to
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/bpe-peers"))]
    folder: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Check {
    #[command(flatten)]
    peers: Peers,
    /// How many texts are generated, besides those that are written down
    #[arg(long, default_value_t = 2000)]
    generated: usize,
}

#[derive(Debug, clap::Args)]
struct Ids {
    #[arg(long)]
    peer: String,
    #[arg(long)]
    vocabulary: Vocabulary,
    #[arg(long)]
    folder: PathBuf,
    /// A JSON list of texts
    #[arg(long)]
    text: PathBuf,
    /// The first of them that is asked for
    #[arg(long)]
    first: usize,
}

impl Ids {
    fn run(&self) -> Result<()> {
        let texts: Vec<String> = serde_json::from_str(&std::fs::read_to_string(&self.text)?)?;
        let mut encode = peers::load(&self.peer, self.vocabulary, &self.folder)?;
        let mut stdout = std::io::stdout().lock();
        for text in &texts[self.first..] {
            let mut ids = Vec::new();
            encode(text, &mut ids)?;
            writeln!(stdout, "{}", serde_json::to_string(&ids)?)?;
            stdout.flush()?;
        }
        Ok(())
    }
}

impl Peers {
    fn machine(&self) -> Machine {
        let taskset = Command::new("taskset").args(["-c", &self.core.to_string(), "true"]).status();
        let pinned = taskset.is_ok_and(|status| status.success());
        if !pinned {
            println!("`taskset` can't be had, so that processes run where the system puts them");
        }
        Machine {
            core: pinned.then_some(self.core),
            python: std::env::var_os(PYTHON).map(PathBuf::from),
            limit: Duration::from_secs(self.limit),
        }
    }

    /// Those that were asked for and are there, with their versions.
    fn named(&self, machine: &Machine) -> Result<Vec<(String, String)>> {
        let mut all: Vec<(String, String)> = peers::COMPILED_IN
            .iter()
            .map(|(name, version)| ((*name).to_owned(), (*version).to_owned()))
            .collect();
        if machine.python.is_some() {
            let mut command = machine.command("python", "versions")?;
            let versions = measured::finish(&mut command, machine.limit, None)?;
            let versions: HashMap<String, String> = serde_json::from_str(&versions)?;
            let mut versions: Vec<_> = versions.into_iter().collect();
            versions.retain(|(name, _)| name != "rustbpe");
            versions.sort();
            all.extend(versions);
        } else {
            println!("the peers of Python are left out: {PYTHON} names no interpreter");
        }
        for name in &self.peers {
            ensure!(all.iter().any(|(known, _)| known == name), "there is no peer {name:?}");
        }
        if !self.peers.is_empty() {
            all.retain(|(name, _)| self.peers.contains(name));
        }
        Ok(all)
    }

    fn vocabularies(&self) -> Result<Vec<Vocabulary>> {
        let named = |name: &String| {
            Vocabulary::ALL
                .into_iter()
                .find(|vocabulary| vocabulary.short_name() == name)
                .with_context(|| format!("there is no vocabulary {name:?}"))
        };
        let vocabularies: Result<Vec<_>> = self.vocabularies.iter().map(named).collect();
        for vocabulary in vocabularies.as_ref().map_or(&[][..], Vec::as_slice) {
            vocabulary.write_files(&self.folder)?;
        }
        vocabularies
    }
}

impl Check {
    fn run(&self) -> Result<()> {
        let machine = self.peers.machine();
        let peers = self.peers.named(&machine)?;
        let texts = traps::all(self.generated);
        for vocabulary in self.peers.vocabularies()? {
            let wrong = check::check(&peers, vocabulary, &self.peers.folder, &texts, &machine)?;
            ensure!(!wrong.contains_key(peers::OURS), "ours are wrong");
        }
        Ok(())
    }
}

fn main() -> Result<()> {
    let Arguments { what, bench: _ } = Arguments::parse();
    match what {
        None => speed::Speed::parse_from(["speed"]).run(),
        Some(What::Speed(speed)) => speed.run(),
        Some(What::Worst(worst)) => worst.run(),
        Some(What::Load(load)) => load.run(),
        Some(What::Check(check)) => check.run(),
        Some(What::Measure(task)) => {
            println!("{}", serde_json::to_string(&task.run()?)?);
            Ok(())
        }
        Some(What::Train(train)) => train.run(),
        Some(What::TrainHere(task)) => {
            println!("{}", serde_json::to_string(&task.run()?)?);
            Ok(())
        }
        Some(What::Ids(ids)) => ids.run(),
    }
}
