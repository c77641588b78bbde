//! Trains and queries n-gram models as `lmplz`, `build_binary` and `query` are run, for `peers/kenlm_peer.py`.

#![expect(clippy::print_stdout, reason = "the totals are its output")]

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use genai_lm::ngram::{NgramModel, Query, TrainOptions, Trainer};

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A model of a text, as an ARPA file
    Train {
        /// The text, a sentence a line
        text: PathBuf,
        /// Where the model is written
        arpa: PathBuf,
        /// The longest n-grams
        #[arg(long, default_value_t = 5)]
        order: usize,
        /// Counts up to which n-grams are left out, by order
        #[arg(long, num_args = 1..)]
        prune: Vec<u64>,
        /// How many bytes counting may take
        #[arg(long, default_value_t = 4 << 30)]
        memory: usize,
    },
    /// The binary form of an ARPA file
    Convert {
        /// The ARPA file
        arpa: PathBuf,
        /// Where the binary form is written
        binary: PathBuf,
    },
    /// The totals of a text
    Query {
        /// The model, ARPA or binary
        model: PathBuf,
        /// The text, a sentence a line
        text: PathBuf,
    },
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Train { text, arpa, order, prune, memory } => {
            let mut trainer =
                Trainer::new(TrainOptions { order, prune, memory, ..TrainOptions::default() })?;
            trainer.add_lines(open(&text)?, &text.display().to_string())?;
            let writer = BufWriter::with_capacity(1 << 20, File::create(&arpa)?);
            trainer.finish()?.entries.write_arpa(writer, &arpa.display().to_string())?;
        }
        Command::Convert { arpa, binary } => {
            let model = NgramModel::open(arpa)?;
            model.save(File::create(&binary)?, &binary.display().to_string())?;
        }
        Command::Query { model, text } => {
            let model = NgramModel::open(model)?;
            let mut query = Query::new(&model);
            let mut reader = open(&text)?;
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line)? > 0 {
                query.add(&line);
                line.clear();
            }
            print!("{}", query.totals());
        }
    }
    Ok(())
}

fn open(path: &PathBuf) -> Result<BufReader<File>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    Ok(BufReader::with_capacity(1 << 20, file))
}
