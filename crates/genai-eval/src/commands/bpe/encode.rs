//! `genai-eval bpe encode`: a line of token ids for each line of text.

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_bpe::{Encoder, Encoding, Special, SubwordNmt, Tokenizer};
use serde::Serialize;

use super::RunArguments;
use super::reading::{Next, Reading, TextArguments, Texts};
use super::subwords::SubwordArguments;
use super::vocabulary::VocabularyArguments;
use crate::Outcome;

#[derive(Args, Debug)]
struct Arguments {
    #[command(flatten)]
    texts: TextArguments,
    #[command(flatten)]
    vocabulary: VocabularyArguments,
    /// The text of special tokens such as <|endoftext|>: none is recognised, all are, or it is an
    /// error (forbid)
    #[arg(long, value_name = "WHICH", default_value = "none", value_parser = PossibleValuesParser::new(["none", "all", "forbid"]), hide_possible_values = true, help_heading = "Tokenizer")]
    special: String,
    /// Put what the model wants around each text, as the template of a tokenizer.json says: <s>, [CLS], …
    #[arg(long, conflicts_with = "offsets", help_heading = "Tokenizer")]
    add_special: bool,
    #[command(flatten)]
    subwords: SubwordArguments,
    /// Tokens as the tool writes them (Ġthe, ▁the, th@@) instead of ids
    #[arg(long, help_heading = "Output")]
    tokens: bool,
    /// text: ids between spaces; json: an array a line
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"], hide_possible_values = true, help_heading = "Output")]
    format: String,
    /// With --format json: an object a line, with where each token starts and ends in the text, in bytes
    #[arg(long, help_heading = "Output")]
    offsets: bool,
    #[command(flatten)]
    run: RunArguments,
}

pub(super) fn command() -> Command {
    Arguments::augment_args(
        Command::new("encode").about("Print the token ids of texts, a line for each").after_long_help(
            "Special tokens are text like any other unless --special all recognises them: nothing \
             that a user types becomes one by accident. --special forbid makes their text an error, \
             as tiktoken does by default. With --tokens, a line feed within a token is shown as \
             \\n, and lines of subword-nmt are those of its apply-bpe.\n\n\
             Examples:\n  genai-eval bpe encode --vocab tokenizer.json corpus.txt.gz -o ids.txt\n  \
             echo 'Hello, world!' | genai-eval bpe encode --vocab cl100k_base --tokens\n  \
             genai-eval bpe encode --vocab ranks.tiktoken --encoding o200k_base --format json --offsets in.txt",
        ),
    )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let arguments = Arguments::from_arg_matches(matches)?;
    if arguments.offsets && arguments.format != "json" {
        anyhow::bail!("--offsets are written as JSON, expected --format json beside it");
    }
    let TextArguments { files, whole } = &arguments.texts;
    let output = arguments.run.open_output(files)?;
    let mut tokenizer = arguments.vocabulary.load()?;
    let subwords = arguments.subwords.load(&tokenizer, &arguments.vocabulary.vocabulary)?;
    if let Some(subwords) = &subwords {
        tokenizer = subwords.clone().into_tokenizer().map_err(anyhow::Error::msg)?;
    }
    let writer = Writer {
        tokenizer: &tokenizer,
        special: match arguments.special.as_str() {
            "all" => Special::All,
            "forbid" => Special::Forbid,
            _ => Special::Ordinary,
        },
        subwords: subwords.as_ref(),
        arguments: &arguments,
    };
    let reading = Reading {
        files,
        whole: *whole,
        hashed: false,
        one_by_one: false,
        threads: arguments.run.threads,
        messages: arguments.run.messages(),
    };
    output.stream(|out| {
        reading.each(
            |texts| writer.encode(texts),
            |_, lines| {
                out.write_all(&lines)?;
                Ok(Next::More)
            },
        )?;
        Ok(())
    })?;
    Ok(Outcome::Success)
}

/// How the tokens of a text become a line.
struct Writer<'a> {
    tokenizer: &'a Tokenizer,
    special: Special<'a>,
    subwords: Option<&'a SubwordNmt>,
    arguments: &'a Arguments,
}

#[derive(Serialize)]
struct Line<'a> {
    ids: &'a [u32],
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<Vec<String>>,
    offsets: &'a [(usize, usize)],
}

impl Writer<'_> {
    fn encode(&self, texts: &Texts) -> Result<Vec<u8>> {
        let mut encoder = self.tokenizer.encoder();
        let (mut lines, mut ids) = (Vec::new(), Vec::new());
        for (line, text) in texts.numbered()? {
            let Arguments { tokens, offsets, add_special, .. } = *self.arguments;
            if tokens && self.special == Special::Ordinary && !offsets && !add_special {
                self.write_pieces(text, &mut encoder, &mut lines)?;
            } else if self.special == Special::Ordinary && !offsets {
                ids.clear();
                encoder.encode_into(text, &mut ids);
                self.write(&ids, &mut lines)?;
            } else {
                let encoding = encoder
                    .encode_with_offsets(text, self.special)
                    .map_err(|error| texts.error(line, error.to_string()))?;
                if self.arguments.offsets {
                    self.write_with_offsets(&encoding, &mut lines)?;
                } else {
                    self.write(&encoding.ids, &mut lines)?;
                }
            }
            lines.push(b'\n');
        }
        Ok(lines)
    }

    /// As the tool prints them, which for unknown text is that text.
    fn write_pieces(
        &self,
        text: &str,
        encoder: &mut Encoder<'_>,
        lines: &mut Vec<u8>,
    ) -> Result<()> {
        if self.is_json() {
            serde_json::to_writer(lines, &encoder.encode_pieces(text))?;
        } else if let Some(subwords) = self.subwords {
            lines.extend_from_slice(subwords.segment_line(text).as_bytes());
        } else {
            push_tokens(&encoder.encode_pieces(text), lines);
        }
        Ok(())
    }

    fn is_json(&self) -> bool {
        self.arguments.format == "json"
    }

    fn write(&self, ids: &[u32], lines: &mut Vec<u8>) -> Result<()> {
        let with_special =
            self.arguments.add_special.then(|| self.tokenizer.add_special_tokens(ids));
        let ids = with_special.as_deref().unwrap_or(ids);
        match (self.is_json(), self.arguments.tokens) {
            (true, true) => serde_json::to_writer(lines, &self.named(ids))?,
            (true, false) => serde_json::to_writer(lines, ids)?,
            (false, true) => push_tokens(&self.named(ids), lines),
            (false, false) => {
                for (i, &id) in ids.iter().enumerate() {
                    if i > 0 {
                        lines.push(b' ');
                    }
                    push_number(id, lines);
                }
            }
        }
        Ok(())
    }

    fn write_with_offsets(&self, encoding: &Encoding, lines: &mut Vec<u8>) -> Result<()> {
        let Encoding { ids, offsets } = encoding;
        let tokens = self.arguments.tokens.then(|| self.named(ids));
        Ok(serde_json::to_writer(lines, &Line { ids, tokens, offsets })?)
    }

    fn named(&self, ids: &[u32]) -> Vec<String> {
        let token = |&id| self.tokenizer.token(id).unwrap_or_default().into_owned();
        ids.iter().map(token).collect()
    }
}

/// Tokens between spaces, on one line.
fn push_tokens(tokens: &[String], line: &mut Vec<u8>) {
    let tokens = tokens.iter().map(|token| token.replace('\n', "\\n"));
    line.extend_from_slice(tokens.collect::<Vec<_>>().join(" ").as_bytes());
}

/// Decimal digits: what `write!` would do, at a fraction of its price.
fn push_number(mut number: u32, bytes: &mut Vec<u8>) {
    let mut digits = [0; 10];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            bytes.extend_from_slice(&digits[first..]);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_have_their_digits() {
        for number in [0, 7, 10, 99, 100, 200_018, u32::MAX] {
            let mut bytes = Vec::new();
            super::push_number(number, &mut bytes);
            assert_eq!(String::from_utf8(bytes).ok(), Some(number.to_string()));
        }
    }
}
