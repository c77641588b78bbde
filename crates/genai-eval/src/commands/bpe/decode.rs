//! `genai-eval bpe decode`: the text of token ids.

use anyhow::Result;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_bpe::{Error, Tokenizer};
use serde::Deserialize;

use super::RunArguments;
use super::reading::{Next, Reading, Texts};
use super::vocabulary::VocabularyArguments;
use crate::Outcome;
use crate::read::STANDARD_INPUT;

#[derive(Args, Debug)]
struct Arguments {
    /// Token ids, a text a line, plain or compressed by gzip or zstd; - is stdin
    #[arg(value_name = "FILE", default_value = STANDARD_INPUT)]
    files: Vec<String>,
    #[command(flatten)]
    vocabulary: VocabularyArguments,
    /// Leave special tokens out
    #[arg(long, help_heading = "Tokenizer")]
    skip_special: bool,
    /// Put U+FFFD for bytes that are no UTF-8, instead of an error
    #[arg(long, help_heading = "Output")]
    lossy: bool,
    /// text: as it is; json: a string a line, so that line feeds within texts show
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"], hide_possible_values = true, help_heading = "Output")]
    format: String,
    #[command(flatten)]
    run: RunArguments,
}

pub(super) fn command() -> Command {
    Arguments::augment_args(
        Command::new("decode").about("Print the texts of token ids, a line for each").after_long_help(
            "A line is ids between white space, a JSON array of ids, or an object with such an array \
             as `ids`: whatever `bpe encode` writes but for --tokens without --offsets. An id that \
             the vocabulary lacks is an error always.\n\n\
             Examples:\n  genai-eval bpe decode --vocab tokenizer.json ids.txt\n  \
             genai-eval bpe encode in.txt | genai-eval bpe decode | cmp - in.txt\n  \
             echo '[9906, 11, 1917, 0]' | genai-eval bpe decode --vocab cl100k_base",
        ),
    )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let arguments = Arguments::from_arg_matches(matches)?;
    let output = arguments.run.open_output(&arguments.files)?;
    let tokenizer = arguments.vocabulary.load()?;
    let messages = arguments.run.messages();
    let reading = Reading {
        files: &arguments.files,
        whole: false,
        hashed: false,
        one_by_one: false,
        threads: arguments.run.threads,
        messages,
    };
    let mut with_line_feeds = 0;
    output.stream(|out| {
        reading.each(
            |texts| decode(texts, &tokenizer, &arguments),
            |_, decoded| {
                with_line_feeds += decoded.with_line_feeds;
                out.write_all(&decoded.lines)?;
                Ok(Next::More)
            },
        )?;
        Ok(())
    })?;
    if with_line_feeds > 0 {
        messages.warn(&format!(
            "texts that are more than a line, since they hold line feeds: {with_line_feeds}; \
             --format json keeps them apart"
        ));
    }
    Ok(Outcome::Success)
}

#[derive(Default)]
struct Decoded {
    lines: Vec<u8>,
    /// Texts that are more than a line.
    with_line_feeds: u64,
}

fn decode(texts: &Texts, tokenizer: &Tokenizer, arguments: &Arguments) -> Result<Decoded> {
    let json = arguments.format == "json";
    let mut decoded = Decoded::default();
    for (line, text) in texts.numbered()? {
        let wrong = |message| texts.error(line, message);
        let ids = ids_of(text).map_err(wrong)?;
        let bytes = tokenizer
            .decode_bytes_with(&ids, arguments.skip_special)
            .map_err(|error| wrong(error.to_string()))?;
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) if arguments.lossy => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            Err(error) => {
                let at = Error::NotUtf8(error.utf8_error().valid_up_to());
                return Err(wrong(format!("{at}, expected --lossy if that may be")).into());
            }
        };
        if json {
            serde_json::to_writer(&mut decoded.lines, &text)?;
        } else {
            decoded.with_line_feeds += u64::from(text.contains('\n'));
            decoded.lines.extend_from_slice(text.as_bytes());
        }
        decoded.lines.push(b'\n');
    }
    Ok(decoded)
}

/// A line that `bpe encode --offsets` wrote.
#[derive(Deserialize)]
struct Line {
    ids: Vec<u32>,
}

fn ids_of(line: &str) -> Result<Vec<u32>, String> {
    let expected = |error: serde_json::Error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        format!("column {}: {message}; expected token ids", error.column())
    };
    match line.trim_start().chars().next() {
        Some('[') => serde_json::from_str(line).map_err(expected),
        Some('{') => serde_json::from_str(line).map(|Line { ids }| ids).map_err(expected),
        _ => {
            let words = line.split_ascii_whitespace().zip(1..);
            let id = |(word, place): (&str, usize)| {
                word.parse().map_err(|_| {
                    let start: String = word.chars().take(20).collect();
                    format!("word {place}, {start:?}, is no token id")
                })
            };
            words.map(id).collect()
        }
    }
}
