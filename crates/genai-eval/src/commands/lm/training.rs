//! How a model is trained, for every command that trains one.

use std::io::BufRead;
use std::io::BufReader;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::builder::PossibleValuesParser;
use clap::{Args, value_parser};
use genai_lm::ngram::{Discounts, SpecialWords, TrainOptions, Trained, Trainer};

use super::super::units;
use crate::engine;
use crate::messages::Messages;
use crate::read::{Input, InputError, STANDARD_INPUT};

// (A documentation comment would become that of the commands.)
#[derive(Args, Debug)]
#[command(next_help_heading = "N-grams")]
pub(crate) struct TrainArguments {
    /// What n-grams are of: word, character, or the pieces of a tokenizer, bpe:FILE [default: word]
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// The length of the longest n-grams [default: 5]
    #[arg(long, value_name = "N", value_parser = value_parser!(u8).range(1..=8))]
    order: Option<u8>,
    /// Leave out n-grams that occur no more often than this, a count for each order, the last for all
    /// higher ones: 0,0,1
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    prune: Vec<u64>,
    /// Whether unigrams are interpolated with a uniform distribution
    #[arg(long, value_name = "yes|no", value_parser = PossibleValuesParser::new(["yes", "no"]), hide_possible_values = true)]
    interpolate_unigrams: Option<String>,
    /// The vocabulary's size, if it is larger than that of the texts
    #[arg(long, value_name = "N")]
    vocab_pad: Option<u64>,
    /// It is an error where the texts do not determine discounts, as small ones don't
    #[arg(long)]
    strict_discounts: bool,
    /// <s>, </s> and <unk> in the texts are white space rather than an error
    #[arg(long)]
    skip_symbols: bool,
    /// Memory for counting; beyond it sorted runs wait in temporary files: 500M, 4G [default: 1G]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory: Option<usize>,
    /// Where temporary files are made [default: the system's folder]
    #[arg(long, value_name = "FOLDER")]
    temporary_folder: Option<PathBuf>,
}

fn size(text: &str) -> Result<usize, String> {
    let expected = "expected a number of bytes, or one with K, M or G";
    let (digits, unit) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(place) => text.split_at(place),
        None => (text, ""),
    };
    let shift = match unit.to_ascii_uppercase().as_str() {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        _ => return Err(expected.to_owned()),
    };
    let number: usize = digits.parse().map_err(|_| expected.to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| expected.to_owned())
}

impl TrainArguments {
    pub(crate) fn unit(&self) -> &str {
        self.unit.as_deref().unwrap_or("word")
    }

    /// Whether anything was asked for.
    pub(crate) fn is_given(&self) -> bool {
        self.unit.is_some() || self.refuse_beside_model().is_err()
    }

    /// A model that is there is not trained.
    ///
    /// # Errors
    /// If an option of training was given.
    pub(crate) fn refuse_beside_model(&self) -> Result<()> {
        let given = [
            ("order", self.order.is_some()),
            ("prune", !self.prune.is_empty()),
            ("interpolate-unigrams", self.interpolate_unigrams.is_some()),
            ("vocab-pad", self.vocab_pad.is_some()),
            ("strict-discounts", self.strict_discounts),
            ("skip-symbols", self.skip_symbols),
            ("memory", self.memory.is_some()),
            ("temporary-folder", self.temporary_folder.is_some()),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((name, _)) => {
                bail!("--{name} has no effect on a model that is there, expected --train")
            }
            None => Ok(()),
        }
    }

    fn options(&self) -> TrainOptions {
        let default = TrainOptions::default();
        TrainOptions {
            order: self.order.map_or(default.order, usize::from),
            prune: self.prune.clone(),
            vocabulary_size: self.vocab_pad.unwrap_or(0),
            interpolate_unigrams: self.interpolate_unigrams.as_deref() != Some("no"),
            fallback: (!self.strict_discounts).then_some(Discounts::FALLBACK),
            special_words: if self.skip_symbols {
                SpecialWords::Skip
            } else {
                SpecialWords::Refuse
            },
            memory: self.memory.unwrap_or(default.memory),
            temporary_folder: self.temporary_folder.clone(),
        }
    }
}

/// Appends a line, its line feed included; 0 at the end.
pub(super) fn read_line(
    reader: &mut impl BufRead,
    line: &mut Vec<u8>,
    name: &str,
) -> Result<usize, InputError> {
    let read = reader.read_until(b'\n', line);
    read.map_err(|cause| InputError::Unreadable { name: name.to_owned(), cause })
}

/// A model of the texts in these files, a sentence a line.
///
/// # Errors
/// If a file cannot be read, or the texts cannot be trained on.
pub(crate) fn train(
    files: &[String],
    arguments: &TrainArguments,
    threads: Option<u16>,
    messages: Messages,
) -> Result<Trained> {
    if files.iter().filter(|file| *file == STANDARD_INPUT).count() > 1 {
        return Err(InputError::StandardInputTwice.into());
    }
    let mut trainer = Trainer::new(arguments.options())?;
    let by_words = arguments.unit() == "word";
    let units = units::named(arguments.unit())?;
    let pool = engine::pool(threads)?;
    let model = pool.install(|| -> Result<Trained> {
        for file in files {
            let mut reader = BufReader::with_capacity(1 << 18, Input::open(file, false)?);
            if by_words {
                trainer.add_lines(reader, file)?;
                continue;
            }
            let (mut line, mut number) = (Vec::new(), 0);
            while read_line(&mut reader, &mut line, file)? > 0 {
                number += 1;
                let text = line.strip_suffix(b"\n").unwrap_or(&line);
                let text = std::str::from_utf8(text).map_err(|error| InputError::NotUtf8 {
                    name: file.clone(),
                    line: number,
                    byte: error.valid_up_to() + 1,
                    value: text[error.valid_up_to()],
                })?;
                trainer.add_text(text.strip_suffix('\r').unwrap_or(text), &units)?;
                line.clear();
            }
        }
        Ok(trainer.finish()?)
    })?;
    for (order, report) in (1..).zip(&model.report.orders) {
        if let Some(reason) = &report.fallback {
            messages.warn(&format!(
                "order {order}: {reason}; discounts 0.5, 1 and 1.5 were taken instead"
            ));
        }
    }
    Ok(model)
}
