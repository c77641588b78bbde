//! How long it takes until a peer has encoded its first letter, and what it holds then.

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

use crate::Peers;
use crate::measured::{Mode, Task};
use crate::peers::FORMS;
use crate::speed::median;

/// Measures loading.
#[derive(Debug, Parser)]
pub(crate) struct Load {
    #[command(flatten)]
    peers: Peers,
    /// How often each is started
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Count the process's seconds on the processor, for a machine that has other work to do
    #[arg(long)]
    cpu: bool,
}

/// What was measured of one form of one peer.
struct Row {
    name: String,
    version: String,
    seconds: Vec<f64>,
    held: Vec<f64>,
    failure: Option<String>,
}

impl Load {
    pub(crate) fn run(&self) -> Result<()> {
        let machine = self.peers.machine();
        let mut peers = self.peers.named(&machine)?;
        let asked = |name: &str| {
            let peer = name.split(',').next().unwrap_or(name);
            peers.iter().any(|(known, _)| known == peer)
        };
        let forms: Vec<_> = FORMS.iter().filter(|(name, _)| asked(name)).collect();
        peers.extend(forms.iter().map(|(name, of)| ((*name).to_owned(), (*of).to_owned())));
        for vocabulary in self.peers.vocabularies()? {
            let nothing = self.peers.folder.join("nothing.txt");
            std::fs::write(&nothing, "")?;
            let mut rows: Vec<Row> = peers
                .iter()
                .map(|(name, version)| Row {
                    name: name.clone(),
                    version: version.clone(),
                    seconds: Vec::new(),
                    held: Vec::new(),
                    failure: None,
                })
                .collect();
            for _ in 0..self.rounds {
                for row in rows.iter_mut().filter(|row| row.failure.is_none()) {
                    let task = Task {
                        peer: row.name.clone(),
                        vocabulary,
                        folder: self.peers.folder.clone(),
                        text: PathBuf::clone(&nothing),
                        bytes: 0,
                        mode: Mode::Whole,
                        passes: 0,
                        patience: 0.0,
                    };
                    match task.start(&machine) {
                        Ok(measured) => {
                            let seconds = if self.cpu { measured.load_cpu } else { measured.load };
                            row.seconds.push(seconds * 1e3);
                            row.held.push(measured.loaded_kib as f64 / 1024.0);
                        }
                        Err(error) => row.failure = Some(format!("{error:#}")),
                    }
                }
            }
            println!("\n### Loading {}\n", vocabulary.short_name());
            println!("| peer | median ms | min ms | held MiB |\n|---|---|---|---|");
            rows.sort_by(|a, b| first(&a.seconds).total_cmp(&first(&b.seconds)));
            for Row { name, version, seconds, held, failure } in rows {
                match (median(seconds.clone()), failure) {
                    (Some(middle), None) => {
                        let least = seconds.iter().copied().fold(f64::INFINITY, f64::min);
                        let held = median(held).unwrap_or_default();
                        println!("| {name} {version} | {middle:.1} | {least:.1} | {held:.0} |");
                    }
                    (_, failure) => {
                        println!("| {name} {version} | {} |  |  |", failure.unwrap_or_default());
                    }
                }
            }
        }
        Ok(())
    }
}

fn first(seconds: &[f64]) -> f64 {
    seconds.iter().copied().fold(f64::INFINITY, f64::min)
}
