//! `genai-eval tokenize`: a text as a metric would see it.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_metrics::Tokenizer;
use genai_metrics::text::{Scheme, Stemmer};

use super::scheme::{self, SchemeParser};
use crate::Outcome;
use crate::output::Output;
use crate::read::{BLOCK_SEGMENTS, InputError, Lines, STANDARD_INPUT};

#[derive(Args, Debug)]
struct Arguments {
    /// The tokenization scheme
    #[arg(long, value_name = "NAME", default_value = "13a", value_parser = SchemeParser(Scheme::NAMES))]
    scheme: String,
    /// Lower-case the text first
    #[arg(long)]
    lowercase: bool,
    /// Reduce words of more than 3 letters to their stems; this lower-cases, too
    #[arg(long, value_name = "NAME", default_value = "none", value_parser = clap::builder::PossibleValuesParser::new(Stemmer::NAMES))]
    stem: String,
    /// Write to FILE instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The texts, one segment a line; - is stdin
    #[arg(value_name = "FILE", default_value = STANDARD_INPUT)]
    files: Vec<String>,
}

pub(super) fn command() -> Command {
    Arguments::augment_args(
        Command::new("tokenize")
            .about("Print texts as a metric's tokenizer cuts them, tokens between spaces")
            .after_long_help(
                "Lines are cut as BLEU cuts them: lower-cased if asked for, trailing white space \
                 off, then the scheme. `rouge` is rouge_score's tokenizer, `--stem nltk` its \
                 stemmer, `--stem rouge155` that of ROUGE-1.5.5; `unicode` and `unicode-words` are \
                 extensions; bpe:FILE and spm:FILE print the pieces of a tokenizer; every other \
                 output equals the sacreBLEU tokenizer of that name.",
            ),
    )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let arguments = Arguments::from_arg_matches(matches)?;
    let tokenizer = Tokenizer {
        scheme: match scheme::load("scheme", &arguments.scheme, false)? {
            Some((subwords, _)) => Scheme::Subwords(subwords),
            None => arguments.scheme.parse()?,
        },
        lowercase: arguments.lowercase,
        stemmer: arguments.stem.parse()?,
        ..Tokenizer::default()
    };
    let output = Output::open(arguments.output.as_deref())?;
    if arguments.files.iter().filter(|file| *file == STANDARD_INPUT).count() > 1 {
        return Err(InputError::StandardInputTwice.into());
    }
    output.stream(|out| arguments.files.iter().try_for_each(|file| cut(file, &tokenizer, out)))?;
    Ok(Outcome::Success)
}

fn cut(file: &str, tokenizer: &Tokenizer, out: &mut dyn Write) -> Result<()> {
    let mut lines = Lines::open(file, false)?;
    loop {
        let first = lines.count();
        let block = lines.next_block(BLOCK_SEGMENTS)?;
        if block.is_empty() {
            return Ok(());
        }
        let mut cut = String::new();
        for (text, line) in block.texts(file, first)?.zip(first + 1..) {
            let text = tokenizer.line(text);
            let name = || file.to_owned();
            cut += &text.map_err(|cause| InputError::Segment { name: name(), line, cause })?;
            cut.push('\n');
        }
        out.write_all(cut.as_bytes())?;
    }
}
