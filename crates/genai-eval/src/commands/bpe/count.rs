//! `genai-eval bpe count`: how many tokens files have.

use std::io::{self, Write};

use anyhow::Result;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_bpe::Tokenizer;
use genai_metrics::text::is_white_space;
use serde::Serialize;

use super::RunArguments;
use super::reading::{FileRead, Next, Reading, TextArguments, Texts};
use super::table::{Cell, Format, Table};
use super::vocabulary::VocabularyArguments;
use crate::Outcome;
use crate::messages::Messages;

#[derive(Args, Debug)]
struct Arguments {
    #[command(flatten)]
    texts: TextArguments,
    #[command(flatten)]
    vocabulary: VocabularyArguments,
    /// Exit code 1 if a file has more than N tokens; counting stops there
    #[arg(long, value_name = "N", help_heading = "Gate")]
    limit: Option<u64>,
    /// Print numbers of tokens only, a line for each file
    #[arg(long, help_heading = "Output")]
    tokens_only: bool,
    #[command(flatten)]
    run: RunArguments,
}

pub(super) fn command() -> Command {
    let command = Command::new("count")
        .about("Count the tokens of files")
        .after_long_help(
            "Each line is a text, as for `bpe encode`, and its line end no part of it. To know what a \
             model would see of a file as it is, line ends included, say --whole.\n\n\
             Tokens for each word (fertility) are all tokens divided by what is between white space.\n\n\
             With --limit, a file is not read on once it has more tokens than that; its numbers are \
             not known then and shown as -, and the exit code is 1. Each file has the limit for \
             itself.\n\n\
             Examples:\n  genai-eval bpe count *.txt\n  \
             genai-eval bpe count --vocab tokenizer.json corpus.txt.zst --format json\n  \
             genai-eval bpe count --vocab o200k_base --whole --limit 128000 prompt.md",
        );
    Arguments::augment_args(command).arg(Format::argument())
}

/// What a file, or all of them, come to.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    lines: u64,
    words: u64,
    bytes: u64,
    tokens: u64,
    /// There are more tokens than the limit, and nothing else is known.
    over: bool,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.lines += other.lines;
        self.words += other.words;
        self.bytes += other.bytes;
        self.tokens += other.tokens;
        self.over |= other.over;
    }

    fn known(self, count: u64) -> Option<u64> {
        (!self.over).then_some(count)
    }

    fn tokens_per_word(self) -> Option<f64> {
        (!self.over && self.words > 0).then(|| self.tokens as f64 / self.words as f64)
    }

    fn bytes_per_token(self) -> Option<f64> {
        (!self.over && self.tokens > 0).then(|| self.bytes as f64 / self.tokens as f64)
    }
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let arguments = Arguments::from_arg_matches(matches)?;
    let format = Format::of(matches, arguments.run.output.as_deref());
    let TextArguments { files, whole } = &arguments.texts;
    let output = arguments.run.open_output(files)?;
    let tokenizer = arguments.vocabulary.load()?;
    let reading = Reading {
        files,
        whole: *whole,
        hashed: format == Format::Json,
        one_by_one: false,
        threads: arguments.run.threads,
        messages: arguments.run.messages(),
    };
    let mut counts = vec![Counts::default(); files.len()];
    let read = reading.each(
        |texts| count(texts, &tokenizer, arguments.limit),
        |texts, found| {
            let counts = &mut counts[texts.file];
            counts.add(found);
            counts.over |= arguments.limit.is_some_and(|limit| counts.tokens > limit);
            Ok(if counts.over { Next::OtherFile } else { Next::More })
        },
    )?;
    let mut total = Counts::default();
    for file in &counts {
        total.add(*file);
    }
    let report = Report { arguments: &arguments, read: &read, counts: &counts, total };
    output.write(|out| match format {
        _ if arguments.tokens_only => report.write_numbers(out),
        Format::Json => report.write_json(out),
        _ => report.table().write(format, out),
    })?;
    let Some(limit) = arguments.limit.filter(|_| total.over) else { return Ok(Outcome::Success) };
    for (file, _) in read.iter().zip(&counts).filter(|(_, counts)| counts.over) {
        Messages::fail(&format!("{} has more than {limit} tokens", file.path));
    }
    Ok(Outcome::GateFailed)
}

fn count(texts: &Texts, tokenizer: &Tokenizer, limit: Option<u64>) -> Result<Counts> {
    let mut encoder = tokenizer.encoder();
    let (mut counts, mut ids) = (Counts::default(), Vec::new());
    for (_, text) in texts.numbered()? {
        counts.lines += 1;
        counts.bytes += text.len() as u64;
        counts.words += text.split(is_white_space).filter(|word| !word.is_empty()).count() as u64;
        if let Some(limit) = limit {
            let left = usize::try_from(limit.saturating_sub(counts.tokens)).unwrap_or(usize::MAX);
            let Some(tokens) = encoder.count_until(text, left) else {
                counts.over = true;
                break;
            };
            counts.tokens += tokens as u64;
        } else {
            ids.clear();
            encoder.encode_into(text, &mut ids);
            counts.tokens += ids.len() as u64;
        }
    }
    Ok(counts)
}

struct Report<'a> {
    arguments: &'a Arguments,
    read: &'a [FileRead],
    counts: &'a [Counts],
    total: Counts,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: &'static str,
    vocab: &'a str,
    whole: bool,
    limit: Option<u64>,
    files: Vec<FileJson<'a>>,
    total: CountsJson,
}

#[derive(Serialize)]
struct FileJson<'a> {
    path: &'a str,
    sha256: Option<&'a str>,
    #[serde(flatten)]
    counts: CountsJson,
}

#[derive(Serialize)]
struct CountsJson {
    lines: Option<u64>,
    words: Option<u64>,
    bytes: Option<u64>,
    tokens: Option<u64>,
    tokens_per_word: Option<f64>,
    bytes_per_token: Option<f64>,
    /// Why numbers are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl<'a> Report<'a> {
    /// The lines of a file, or the one text that it is.
    fn lines(&self, counts: Counts) -> Option<u64> {
        counts.known(counts.lines).filter(|_| !self.arguments.texts.whole)
    }

    fn table(&self) -> Table {
        let rows = self.read.iter().map(|file| file.path.as_str()).zip(self.counts.iter().copied());
        let total = (self.counts.len() > 1).then_some(("total", self.total));
        let row = |(name, counts): (&str, Counts)| {
            let count = |count| Cell::Count(counts.known(count));
            let lines = (!self.arguments.texts.whole).then(|| count(counts.lines));
            [Cell::Text(name.to_owned())]
                .into_iter()
                .chain(lines)
                .chain([
                    count(counts.words),
                    count(counts.bytes),
                    count(counts.tokens),
                    Cell::Number(counts.tokens_per_word(), 3),
                    Cell::Number(counts.bytes_per_token(), 3),
                ])
                .collect()
        };
        let lines = (!self.arguments.texts.whole).then_some("lines");
        let quotients = ["words", "bytes", "tokens", "tokens/word", "bytes/token"];
        Table {
            headings: ["file"].into_iter().chain(lines).chain(quotients).collect(),
            rows: rows.chain(total).map(row).collect(),
        }
    }

    fn write_numbers(&self, out: &mut dyn Write) -> io::Result<()> {
        self.counts.iter().try_for_each(|counts| match counts.known(counts.tokens) {
            Some(tokens) => writeln!(out, "{tokens}"),
            None => writeln!(out, "-"),
        })
    }

    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let counts = |counts: Counts| CountsJson {
            lines: self.lines(counts),
            words: counts.known(counts.words),
            bytes: counts.known(counts.bytes),
            tokens: counts.known(counts.tokens),
            tokens_per_word: counts.tokens_per_word(),
            bytes_per_token: counts.bytes_per_token(),
            reason: counts.over.then(|| "more tokens than the limit".to_owned()),
        };
        let file = |(file, &found): (&'a FileRead, &Counts)| FileJson {
            path: &file.path,
            sha256: file.sha256.as_deref(),
            counts: counts(found),
        };
        let document = Document {
            schema: "genai-eval/bpe-count/1",
            tool: crate::TOOL,
            vocab: &self.arguments.vocabulary.vocabulary,
            whole: self.arguments.texts.whole,
            limit: self.arguments.limit,
            files: self.read.iter().zip(self.counts).map(file).collect(),
            total: counts(self.total),
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }
}
