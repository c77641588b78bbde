//! `genai-eval bpe train`: a tokenizer out of texts.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Args, Command, FromArgMatches, value_parser};
use genai_bpe::{Pattern, Progress, SubwordNmtTrainer, Tokenizer, Trainer};

use super::RunArguments;
use crate::messages::Messages;
use crate::output::{Output, Staged};
use crate::read::{InputError, Lines, STANDARD_INPUT, byte_order_mark_warning};
use crate::{Outcome, engine};

#[derive(Args, Debug)]
struct Arguments {
    /// The texts, plain or compressed by gzip or zstd; - is stdin
    #[arg(value_name = "FILE", default_value = STANDARD_INPUT)]
    files: Vec<String>,
    /// byte-level: words are cut by a pattern and made of bytes, as of GPT-2; characters: words stand
    /// between white space and are made of characters; subword-nmt: the codes of its learn-bpe
    #[arg(long, value_name = "KIND", default_value = BYTE_LEVEL, value_parser = PossibleValuesParser::new([BYTE_LEVEL, CHARACTERS, SUBWORD_NMT]), hide_possible_values = true, help_heading = "Training")]
    kind: String,
    /// Tokens, special ones and the alphabet included [default: 32000]
    #[arg(long, value_name = "N", help_heading = "Training")]
    vocab_size: Option<usize>,
    /// Merges, for subword-nmt, which does not count tokens [default: 10000]
    #[arg(long, value_name = "N", conflicts_with = "vocab_size", help_heading = "Training")]
    merges: Option<usize>,
    /// How a byte-level tokenizer cuts words: gpt2, cl100k, o200k, … [default: gpt2]
    #[arg(long, value_name = "NAME", value_parser = pattern, help_heading = "Training")]
    pattern: Option<Pattern>,
    /// A pair seen less often is not merged [default: 2 for subword-nmt, else 0]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32), help_heading = "Training")]
    min_frequency: Option<u32>,
    /// A special token; again for more, which get their ids in this order, from 0
    #[arg(long = "special", value_name = "TOKEN", help_heading = "Training")]
    special: Vec<String>,
    /// Merges make tokens of fewer characters (bytes, if byte-level) than N
    #[arg(long, value_name = "N", help_heading = "Training")]
    max_token_length: Option<usize>,
    /// Characters with a token at most; the rarest have none, and are left out of words
    #[arg(long, value_name = "N", help_heading = "Training")]
    limit_alphabet: Option<usize>,
    /// What is put after the last character of a word, such as </w> [only --kind characters]
    #[arg(long, value_name = "TEXT", help_heading = "Training")]
    suffix: Option<String>,
    /// hf, gpt2, tiktoken or packed [default: by what -o ends in, else hf]; codes for subword-nmt
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(Format::ALL.map(|(name, ..)| name)), hide_possible_values = true, help_heading = "Output")]
    format: Option<String>,
    #[command(flatten)]
    run: RunArguments,
}

const BYTE_LEVEL: &str = "byte-level";
const CHARACTERS: &str = "characters";
const SUBWORD_NMT: &str = "subword-nmt";
const VOCABULARY_SIZE: usize = 32_000;
const MERGES: usize = 10_000;

fn pattern(name: &str) -> Result<Pattern, String> {
    Pattern::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = Pattern::ALL.iter().map(|pattern| pattern.name()).collect();
        format!("expected one of {}", known.join(", "))
    })
}

/// How a tokenizer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// `tokenizer.json`.
    HuggingFace,
    /// A folder's `vocab.json` and `merges.txt`.
    Gpt2,
    /// Ranks.
    Tiktoken,
    /// Our own form.
    Packed,
    /// Codes of subword-nmt.
    Codes,
}

impl Format {
    /// Names, and what files of the format end in.
    const ALL: [(&str, &str, Self); 5] = [
        ("hf", "json", Self::HuggingFace),
        ("gpt2", "", Self::Gpt2),
        ("tiktoken", "tiktoken", Self::Tiktoken),
        ("packed", "packed", Self::Packed),
        ("codes", "", Self::Codes),
    ];

    fn of(arguments: &Arguments) -> Result<Self> {
        let codes = arguments.kind == SUBWORD_NMT;
        if let Some(name) = &arguments.format {
            let found = Self::ALL.iter().find(|(known, ..)| known == name);
            let format = found.map_or(Self::HuggingFace, |(.., format)| *format);
            if (format == Self::Codes) != codes {
                bail!("--kind {SUBWORD_NMT} and --format codes belong together");
            }
            return Ok(format);
        }
        if codes {
            return Ok(Self::Codes);
        }
        let Some(output) = &arguments.run.output else { return Ok(Self::HuggingFace) };
        if output.is_dir() {
            return Ok(Self::Gpt2);
        }
        let extension = output.extension().and_then(|extension| extension.to_str()).unwrap_or("");
        let found = Self::ALL.iter().find(|(_, end, _)| !end.is_empty() && *end == extension);
        match found {
            Some((.., format)) => Ok(*format),
            None if output == Path::new("-") => Ok(Self::HuggingFace),
            None => bail!(
                "{}: its ending tells no format, expected --format, or .json, .tiktoken, .packed, \
                 or a folder for vocab.json and merges.txt",
                output.display()
            ),
        }
    }
}

pub(super) fn command() -> Command {
    Arguments::augment_args(
        Command::new("train").about("Learn a tokenizer from texts").after_long_help(
            "Merges are those of Hugging Face's BpeTrainer 0.23.3, in their order; the result depends \
             neither on the threads nor on chance. A line's end is part of it, as for that trainer. \
             --kind byte-level has tokens for all 256 bytes.\n\n\
             --kind subword-nmt writes the codes that learn-bpe of subword-nmt 0.3.8 writes, byte for \
             byte.\n\n\
             Formats: hf is a tokenizer.json; gpt2 puts vocab.json and merges.txt into the folder -o; \
             tiktoken writes ranks, without pattern and special tokens; packed loads fastest.\n\n\
             Examples:\n  genai-eval bpe train --vocab-size 32000 corpus.txt -o tok.json\n  \
             genai-eval bpe train --pattern cl100k --special '<|endoftext|>' en.txt.gz de.txt.gz -o tok.json\n  \
             genai-eval bpe train --vocab-size 8000 --min-frequency 2 corpus.txt --format gpt2 -o folder\n  \
             genai-eval bpe train --kind subword-nmt --merges 5000 corpus.txt -o codes.txt",
        ),
    )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let arguments = Arguments::from_arg_matches(matches)?;
    let messages = arguments.run.messages();
    let format = Format::of(&arguments)?;
    let places = Places::open(&arguments, format)?;
    if arguments.files.iter().filter(|file| *file == STANDARD_INPUT).count() > 1 {
        return Err(InputError::StandardInputTwice.into());
    }
    let pool = engine::pool(arguments.run.threads)?;
    if arguments.kind == SUBWORD_NMT {
        let (mut trainer, merges) = subword_nmt_trainer(&arguments)?;
        let mut merging = messages.progress_of(Some(merges as u64), "merges");
        let codes = pool.install(|| -> Result<String> {
            feed(&mut |text| trainer.add_text(text), &arguments.files, messages)?;
            trainer.train_with(|merges| merging.reach(merges as u64)).map_err(anyhow::Error::msg)
        })?;
        drop(merging);
        // The first line is the version.
        warn_of_few(codes.lines().count() - 1, merges, "merges", messages);
        places.write(&Learnt::Codes(codes), format)?;
        return Ok(Outcome::Success);
    }
    let size = arguments.vocab_size.unwrap_or(VOCABULARY_SIZE);
    let mut trainer = trainer(&arguments, size, messages)?;
    let tokenizer = pool.install(|| -> Result<Tokenizer> {
        feed(&mut |text| trainer.feed_lines(text), &arguments.files, messages)?;
        trainer.finish().map_err(anyhow::Error::msg)
    })?;
    warn_of_few(tokenizer.vocabulary_size(), size, "tokens", messages);
    places.write(&Learnt::Tokenizer(tokenizer), format)?;
    Ok(Outcome::Success)
}

fn warn_of_few(found: usize, wanted: usize, what: &str, messages: Messages) {
    if found < wanted {
        messages.warn(&format!(
            "the texts make {found} {what}, not {wanted}: no more pairs are frequent enough"
        ));
    }
}

fn subword_nmt_trainer(arguments: &Arguments) -> Result<(SubwordNmtTrainer, usize)> {
    let Arguments {
        vocab_size, pattern, special, max_token_length, limit_alphabet, suffix, ..
    } = arguments;
    let others = [vocab_size.is_some(), max_token_length.is_some(), limit_alphabet.is_some()];
    if others.contains(&true) || pattern.is_some() || suffix.is_some() || !special.is_empty() {
        bail!("--kind {SUBWORD_NMT} knows --merges and --min-frequency only");
    }
    let merges = arguments.merges.unwrap_or(MERGES);
    let mut trainer = SubwordNmtTrainer::new(merges);
    if let Some(count) = arguments.min_frequency {
        trainer = trainer.with_min_frequency(count.into());
    }
    Ok((trainer, merges))
}

fn trainer(arguments: &Arguments, size: usize, messages: Messages) -> Result<Trainer> {
    if arguments.merges.is_some() {
        bail!("--merges is for subword-nmt, expected --vocab-size, or --kind {SUBWORD_NMT}");
    }
    let trainer = if arguments.kind == BYTE_LEVEL {
        if arguments.suffix.is_some() {
            bail!("--suffix is for words of characters, expected --kind {CHARACTERS} beside it");
        }
        Trainer::byte_level(arguments.pattern.unwrap_or(Pattern::Gpt2))
    } else {
        if arguments.pattern.is_some() {
            bail!("--pattern is for words of bytes, expected --kind {BYTE_LEVEL} beside it");
        }
        let trainer = Trainer::character_level();
        match &arguments.suffix {
            Some(suffix) => trainer.end_of_word_suffix(suffix),
            None => trainer,
        }
    };
    let mut trainer = trainer
        .vocabulary_size(size)
        .min_frequency(arguments.min_frequency.unwrap_or(0).into())
        .special_tokens(&arguments.special);
    if let Some(length) = arguments.max_token_length {
        trainer = trainer.max_token_length(length);
    }
    if let Some(characters) = arguments.limit_alphabet {
        trainer = trainer.limit_alphabet(characters);
    }
    let mut merging = messages.progress_of(Some(size as u64), "tokens");
    Ok(trainer.progress(move |progress| {
        if let Progress::Merging { tokens, .. } = progress {
            merging.reach(tokens as u64);
        }
    }))
}

/// Read at once and counted while the next is read.
const BLOCK: usize = 16 << 20;

/// Hands the texts of all files to `count`, line ends included.
fn feed(count: &mut (impl FnMut(&str) + Send), files: &[String], messages: Messages) -> Result<()> {
    let sizes = files.iter().map(|file| Some(fs::metadata(file).ok()?.len())).sum();
    let mut progress = messages.progress_of(sizes, "lines");
    let mut before = 0;
    for file in files {
        let mut lines = Lines::open(file, false)?;
        progress.follow(lines.facts().clone());
        if lines.had_byte_order_mark() {
            messages.warn(&byte_order_mark_warning(file));
        }
        let (mut first, mut block) = (0, lines.next_bytes(BLOCK)?);
        while !block.is_empty() {
            let after = lines.count();
            let (next, fed) = rayon::join(
                || lines.next_bytes(BLOCK),
                || -> Result<(), InputError> {
                    count(block.text(file, first)?);
                    Ok(())
                },
            );
            fed?;
            (first, block) = (after, next?);
            progress.update(before + first);
        }
        before += lines.count();
    }
    Ok(())
}

/// What came of a training.
enum Learnt {
    Tokenizer(Tokenizer),
    /// Of subword-nmt.
    Codes(String),
}

/// Where the tokenizer goes.
enum Places {
    One(Output),
    /// `vocab.json` and `merges.txt`.
    Two(Output, Output),
}

impl Places {
    fn open(arguments: &Arguments, format: Format) -> Result<Self> {
        if format != Format::Gpt2 {
            return Ok(Self::One(arguments.run.open_output(&arguments.files)?));
        }
        let folder = arguments.run.output.as_deref();
        let folder = folder.context("--format gpt2 is two files, expected -o FOLDER beside it")?;
        if !folder.is_dir() {
            bail!("{} is no folder, which --format gpt2 needs for its two files", folder.display());
        }
        let open = |name: &str| Output::open(Some(&folder.join(name)));
        Ok(Self::Two(open("vocab.json")?, open("merges.txt")?))
    }

    fn write(self, learnt: &Learnt, format: Format) -> Result<()> {
        let stage = |output: Output, content: &[u8]| output.stage(|out| out.write_all(content));
        let staged: Vec<Staged> = match (self, learnt) {
            (Self::One(output), Learnt::Codes(codes)) => vec![stage(output, codes.as_bytes())?],
            (Self::One(output), Learnt::Tokenizer(tokenizer)) => {
                let content = match format {
                    Format::Tiktoken => tokenizer.to_tiktoken().map(String::into_bytes),
                    Format::Packed => tokenizer.to_packed(),
                    _ => tokenizer.to_hugging_face_json().map(String::into_bytes),
                };
                vec![stage(output, &content.map_err(anyhow::Error::msg)?)?]
            }
            (Self::Two(vocabulary, merges), Learnt::Tokenizer(tokenizer)) => {
                let (vocab, list) = tokenizer.to_gpt2_files().map_err(anyhow::Error::msg)?;
                vec![stage(vocabulary, vocab.as_bytes())?, stage(merges, list.as_bytes())?]
            }
            // Formats were compared with kinds before anything was opened.
            (Self::Two(..), Learnt::Codes(_)) => bail!("codes are one file"),
        };
        staged.into_iter().try_for_each(Staged::commit)
    }
}
