//! Time against length, for texts that a pattern leaves in one piece or that nobody has seen.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use genai_eval_benches::{Script, SplitMix64};

use crate::Peers;
use crate::measured::{Mode, Task};
use crate::peers::{OURS, REFERENCE};

/// Measures texts that are hard.
#[derive(Debug, Parser)]
pub(crate) struct Worst {
    #[command(flatten)]
    peers: Peers,
    /// Their lengths in bytes
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000, 10_000_000])]
    lengths: Vec<usize>,
}

/// What texts are made of.
#[derive(Clone, Copy)]
enum Made {
    /// The letter `a`.
    Letter,
    Spaces,
    /// Characters without a space.
    Chinese,
    /// Random bytes, U+FFFD for those that are not UTF-8.
    Random,
}

impl Made {
    const ALL: [Self; 4] = [Self::Letter, Self::Spaces, Self::Chinese, Self::Random];

    const fn name(self) -> &'static str {
        match self {
            Self::Letter => "a",
            Self::Spaces => "spaces",
            Self::Chinese => "chinese",
            Self::Random => "random",
        }
    }

    fn text(self, length: usize) -> String {
        let mut random = SplitMix64::new(1);
        let mut text = match self {
            Self::Letter => "a".repeat(length),
            Self::Spaces => " ".repeat(length),
            Self::Chinese => Script::Chinese.run(length, 1),
            Self::Random => {
                let bytes: Vec<u8> =
                    (0..length.div_ceil(8)).flat_map(|_| random.next_u64().to_le_bytes()).collect();
                String::from_utf8_lossy(&bytes).into_owned()
            }
        };
        let end = (0..=length).rev().find(|&end| text.is_char_boundary(end)).unwrap_or_default();
        text.truncate(end);
        text
    }
}

impl Worst {
    pub(crate) fn run(&self) -> Result<()> {
        let machine = self.peers.machine();
        let peers = self.peers.named(&machine)?;
        for vocabulary in self.peers.vocabularies()? {
            for made in Made::ALL {
                println!(
                    "\n### {}, {}: milliseconds of processor time\n",
                    made.name(),
                    vocabulary.short_name()
                );
                let mut head = String::from("| peer |");
                let mut rule = String::from("|---|");
                let mut files: Vec<(PathBuf, usize)> = Vec::new();
                for &length in &self.lengths {
                    let path =
                        self.peers.folder.join(format!("worst.{}.{length}.txt", made.name()));
                    fs::write(&path, made.text(length))?;
                    files.push((path, length));
                    write!(head, " {length} |")?;
                    rule.push_str("---|");
                }
                println!("{head}\n{rule}");
                // The reference may crash, so ids are compared with ours.
                let mut ours = vec![None; files.len()];
                let of_ours = peers.iter().filter(|(name, _)| name == OURS);
                let others = peers.iter().filter(|(name, _)| name != OURS);
                for (name, version) in of_ours.chain(others) {
                    let mut row = format!("| {name} {version} |");
                    let mut given_up = false;
                    for ((text, length), ours) in files.iter().zip(&mut ours) {
                        if given_up {
                            row.push_str(" – |");
                            continue;
                        }
                        let task = Task {
                            peer: name.clone(),
                            vocabulary,
                            folder: self.peers.folder.clone(),
                            text: text.clone(),
                            bytes: *length,
                            mode: Mode::Whole,
                            passes: 1,
                            patience: 0.0,
                        };
                        match task.start(&machine) {
                            Ok(measured) => {
                                write!(row, " {:.1}", measured.cpu[0] * 1e3)?;
                                let right = ours.get_or_insert_with(|| measured.digest.clone());
                                if *right != measured.digest {
                                    row.push_str(" **ids differ**");
                                }
                                row.push_str(" |");
                            }
                            Err(error) => {
                                given_up = true;
                                write!(row, " {error:#} |")?;
                            }
                        }
                    }
                    println!("{row}");
                }
            }
        }
        println!(
            "\nids are compared with {OURS}'s; {REFERENCE}'s are the reference where it has any"
        );
        Ok(())
    }
}
