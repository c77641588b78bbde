//! Whether tokenizers give the same ids, and if not, where first.

use std::io::{self, Write};

use anyhow::Result;
use genai_bpe::Tokenizer;
use serde::Serialize;

use super::super::reading::{Next, Reading, Texts};
use super::super::table::{Cell, Format, Table};
use super::Arguments;
use crate::Outcome;
use crate::messages::Messages;
use crate::output::Output;

pub(super) fn run(
    arguments: &Arguments,
    tokenizers: &[Tokenizer],
    reading: &Reading<'_>,
    format: Format,
    output: Output,
) -> Result<Outcome> {
    let mut verdict = Verdict { lines: 0, tokens: 0, difference: None };
    reading.each(
        |texts| compare(texts, tokenizers, &arguments.vocabularies),
        |_, found| {
            verdict.lines += found.lines;
            verdict.tokens += found.tokens;
            verdict.difference = found.difference;
            Ok(if verdict.difference.is_some() { Next::Nothing } else { Next::More })
        },
    )?;
    output.write(|out| verdict.write(format, out))?;
    let Some(difference) = &verdict.difference else { return Ok(Outcome::Success) };
    Messages::fail(&format!("{}:{}: ids differ", difference.path, difference.line));
    Ok(Outcome::GateFailed)
}

/// What was compared, up to the first line that differs.
struct Verdict {
    lines: u64,
    tokens: u64,
    difference: Option<Difference>,
}

/// The first line whose ids differ.
#[derive(Serialize)]
struct Difference {
    path: String,
    line: u64,
    /// The first token that differs, from 1.
    token: usize,
    /// The first tokenizer and the first that differs from it.
    ids: [Side; 2],
}

#[derive(Serialize)]
struct Side {
    vocab: String,
    /// None where the ids have come to an end.
    id: Option<u32>,
    token: Option<String>,
}

fn compare(texts: &Texts, tokenizers: &[Tokenizer], names: &[String]) -> Result<Verdict> {
    let mut verdict = Verdict { lines: 0, tokens: 0, difference: None };
    let mut encoders: Vec<_> = tokenizers.iter().map(Tokenizer::encoder).collect();
    let Some((first, others)) = encoders.split_first_mut() else { return Ok(verdict) };
    let (mut ids, mut other_ids) = (Vec::new(), Vec::new());
    for (line, text) in texts.numbered()? {
        ids.clear();
        first.encode_into(text, &mut ids);
        for (which, other) in (1..).zip(others.iter_mut()) {
            other_ids.clear();
            other.encode_into(text, &mut other_ids);
            if ids != other_ids {
                let same = ids.iter().zip(&other_ids).take_while(|(one, other)| one == other);
                let at = same.count();
                let side = |which: usize, ids: &[u32]| {
                    let id = ids.get(at).copied();
                    let token = id.and_then(|id| Some(tokenizers[which].token(id)?.into_owned()));
                    Side { vocab: names[which].clone(), id, token }
                };
                let ids = [side(0, &ids), side(which, &other_ids)];
                let path = texts.name.clone();
                verdict.difference = Some(Difference { path, line, token: at + 1, ids });
                return Ok(verdict);
            }
        }
        verdict.lines += 1;
        verdict.tokens += ids.len() as u64;
    }
    Ok(verdict)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: &'static str,
    equal: bool,
    /// Lines and tokens that are equal, up to the first difference.
    lines: u64,
    tokens: u64,
    difference: Option<&'a Difference>,
}

impl Verdict {
    fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        let Self { lines, tokens, difference } = self;
        match (format, difference) {
            (Format::Json, _) => {
                let document = Document {
                    schema: "genai-eval/bpe-equality/1",
                    tool: crate::TOOL,
                    equal: difference.is_none(),
                    lines: *lines,
                    tokens: *tokens,
                    difference: difference.as_ref(),
                };
                serde_json::to_writer_pretty(&mut *out, &document)?;
                writeln!(out)
            }
            (Format::Text, None) => writeln!(out, "equal: {lines} lines, {tokens} tokens"),
            (Format::Text, Some(Difference { path, line, token, ids })) => {
                writeln!(out, "{path}:{line}: token {token} differs, after {lines} equal lines")?;
                let rows = ids.iter().map(Side::cells).collect();
                Table { headings: vec!["tokenizer", "id", "token"], rows }.write(format, out)
            }
            (_, difference) => {
                let rows = difference.iter().flat_map(|d| d.ids.iter().map(move |side| (d, side)));
                let rows = rows.map(|(difference, side)| {
                    let place = [
                        Cell::Text(difference.path.clone()),
                        Cell::Count(Some(difference.line)),
                        Cell::Count(Some(difference.token as u64)),
                    ];
                    place.into_iter().chain(side.cells()).collect()
                });
                let headings = vec!["file", "line", "place", "tokenizer", "id", "token"];
                Table { headings, rows: rows.collect() }.write(format, out)
            }
        }
    }
}

impl Side {
    fn cells(&self) -> Vec<Cell> {
        let token = self.token.clone().unwrap_or_default();
        vec![Cell::Text(self.vocab.clone()), Cell::Count(self.id.map(u64::from)), Cell::Text(token)]
    }
}
