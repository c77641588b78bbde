//! Writes generated texts to files, for measuring the whole program.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use genai_eval_benches::{Corpus, Script};

/// Writes `ref.txt` and `hyp.txt` with as many segments as asked for, the same from the same seed.
#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value_t = 200_000)]
    segments: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder to write to; it is made if it is not there.
    #[arg(long, default_value = "target/generated")]
    folder: PathBuf,
}

/// So many segments are held at once.
const PART: usize = 50_000;

fn main() -> Result<()> {
    let Arguments { segments, seed, folder } = Arguments::parse();
    fs::create_dir_all(&folder)?;
    let mut references = BufWriter::new(File::create(folder.join("ref.txt"))?);
    let mut hypotheses = BufWriter::new(File::create(folder.join("hyp.txt"))?);
    for (first, seed) in (0..segments).step_by(PART).zip(seed..) {
        let corpus = Corpus::generate(Script::Latin, PART.min(segments - first), seed);
        for (reference, hypothesis) in corpus.references.iter().zip(&corpus.hypotheses) {
            writeln!(references, "{reference}")?;
            writeln!(hypotheses, "{hypothesis}")?;
        }
    }
    references.flush()?;
    hypotheses.flush()?;
    Ok(())
}
