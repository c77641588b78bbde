//! A Markdown table, for pull requests and step summaries.

use std::io::{self, Write};

use super::{Report, Sentence, SystemResult, View, display, sayings, side_by_side};

pub(super) fn write(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    let metrics = report.metrics();
    // Descriptions of several metrics would make a table that no page is wide enough for.
    let described = metrics.len() == 1;
    let first: Vec<String> = if view.sentences {
        vec!["system".to_owned(), "segment".to_owned()]
    } else {
        report.of_headings()
    };
    let titles = metrics.iter().map(|result| result.spec.title.as_str());
    write_row(first.iter().map(String::as_str).chain(titles), described.then_some(""), out)?;
    let sides = first
        .iter()
        .map(|name| if ["system", "slice"].contains(&name.as_str()) { "---|" } else { "---:|" });
    let sides: String = sides.chain(metrics.iter().map(|_| "---:|")).collect();
    writeln!(out, "|{sides}{}", if described { "---|" } else { "" })?;
    for results in report.systems() {
        if view.sentences {
            for segment in side_by_side(results) {
                write_sentence(results, &segment, described, view, out)?;
            }
        } else {
            let scores = results.iter().map(|result| result.shown(view));
            let of = results[0].of_cells(report.has_slices());
            let cells: Vec<String> = of.into_iter().chain(scores).collect();
            let description = described.then_some(results[0].description.as_str());
            write_row(cells.iter().map(String::as_str), description, out)?;
        }
    }
    for (titles, signature) in sayings(metrics, |result| vec![result.signature(view)]) {
        writeln!(out, "\n`{titles}|{signature}`")?;
    }
    Ok(())
}

fn write_sentence(
    results: &[SystemResult<'_>],
    segment: &[Sentence<'_>],
    described: bool,
    view: View,
    out: &mut dyn Write,
) -> io::Result<()> {
    let scores = results.iter().zip(segment);
    let scores = scores.map(|(r, s)| display(s.score.value, &r.spec, view.width));
    let first = [results[0].system.clone(), segment[0].name()];
    let cells: Vec<String> = first.into_iter().chain(scores).collect();
    let description = described.then(|| results[0].describe(&segment[0]));
    write_row(cells.iter().map(String::as_str), description.as_deref(), out)
}

/// A row; the description, where there is one, is its last cell.
///
/// # Errors
/// If the output cannot be written.
pub(crate) fn write_row<'c>(
    cells: impl Iterator<Item = &'c str>,
    description: Option<&str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut row = "|".to_owned();
    for cell in cells {
        row.extend([" ", &escape(cell), " |"]);
    }
    match description {
        Some("") => row.push_str(" |"),
        Some(description) => row.extend([" ", &escape(description), " |"]),
        None => {}
    }
    writeln!(out, "{row}")
}

/// A bar would end the cell, and a line end the row.
fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
