//! A Markdown table, for pull requests and step summaries.

use std::io::{self, Write};

use super::{Report, View, display};
use crate::read::json::Cell;

pub(super) fn write(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    let heading = report.results.first().map_or("", |result| result.spec.title.as_str());
    if view.sentences {
        writeln!(out, "| system | segment | {heading} | |\n|---|---:|---:|---|")?;
        for result in &report.results {
            for (sentences, sentence) in
                result.sentences.iter().flat_map(|s| s.iter().map(move |sentence| (s, sentence)))
            {
                let score = display(sentence.score.value, &result.spec, view.width);
                let description = sentences.scorer.describe(&sentence.score);
                let system = escape(&result.system);
                let segment = sentence.id.map_or_else(|| sentence.index.to_string(), Cell::plain);
                let segment = escape(&segment);
                writeln!(out, "| {system} | {segment} | {score} | {} |", escape(&description))?;
            }
        }
    } else {
        writeln!(out, "| system | {heading} | |\n|---|---:|---|")?;
        for result in &report.results {
            let score = display(result.score.value, &result.spec, view.width);
            let system = escape(&result.system);
            writeln!(out, "| {system} | {score} | {} |", escape(&result.description))?;
        }
    }
    let signature = report.results.first().map(|result| match &result.sentences {
        Some(sentences) if view.sentences => sentences.signature.as_str(),
        _ => result.signature.as_str(),
    });
    match signature {
        Some(signature) => writeln!(out, "\n`{heading}|{signature}`"),
        None => Ok(()),
    }
}

/// A bar would end the cell, and a line end the row.
fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
