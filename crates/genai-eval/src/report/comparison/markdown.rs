//! Markdown tables: scores, the best in bold, then the differences.

use std::io::{self, Write};

use super::text::{difference_rows, mark, of_cells};
use super::{ComparedMeasure, ComparisonReport};
use crate::report::markdown::write_row;

pub(super) fn write(
    comparison: &ComparisonReport,
    width: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let slices: &[&str] = if comparison.has_slices() { &["slice", "segments"] } else { &[] };
    let measures = comparison.samples.first().map_or(&[][..], |sample| &sample.measures);
    let titles = measures.iter().map(|measure| measure.title.as_str());
    write_row(["system"].into_iter().chain(slices.iter().copied()).chain(titles), None, out)?;
    let of: &str = if comparison.has_slices() { "---|---|---:|" } else { "---|" };
    writeln!(out, "|{of}{}", "---:|".repeat(measures.len()))?;
    for sample in &comparison.samples {
        for (system, name) in comparison.systems.iter().enumerate() {
            let mut row = of_cells(comparison, sample, name);
            row.extend(sample.measures.iter().map(|measure| cell(measure, system, width)));
            write_row(row.iter().map(String::as_str), None, out)?;
        }
    }
    writeln!(out)?;
    let mut rows = difference_rows(comparison, width).into_iter();
    if let Some(headings) = rows.next() {
        write_row(headings.iter().map(String::as_str), None, out)?;
        let words = if comparison.has_slices() { 3 } else { 2 };
        let numbers = headings.len().saturating_sub(words);
        writeln!(out, "|{}{}", "---|".repeat(words), "---:|".repeat(numbers))?;
    }
    for row in rows {
        // An asterisk would begin emphasis.
        let row: Vec<String> = row.into_iter().map(|cell| cell.replace('*', "\\*")).collect();
        write_row(row.iter().map(String::as_str), None, out)?;
    }
    let baseline = &comparison.systems[comparison.baseline];
    writeln!(out, "\nBaseline: {}; {}", escape(baseline), comparison.method().replace('*', "\\*"))?;
    for line in measures.iter().flat_map(|measure| measure.signed(&comparison.systems)) {
        match line {
            (None, signature) => writeln!(out, "\n`{signature}`")?,
            (Some(system), signature) => writeln!(out, "\n{}: `{signature}`", escape(system))?,
        }
    }
    Ok(())
}

fn cell(measure: &ComparedMeasure, system: usize, width: Option<usize>) -> String {
    let score = measure.shown(measure.scores[system], width);
    let score = if measure.is_best(system) { format!("**{score}**") } else { score };
    let ends = [measure.estimates[system].low, measure.estimates[system].high];
    let [low, high] = ends.map(|end| measure.shown(end, width));
    let difference = measure.comparisons[system].as_ref().map_or_else(String::new, |tested| {
        let delta = measure.shown_difference(tested.comparison.delta, width);
        format!(" {delta}{}", mark(tested).replace('*', "\\*"))
    });
    format!("{score} [{low}, {high}]{difference}")
}

fn escape(name: &str) -> String {
    name.replace('*', "\\*").replace('_', "\\_").replace('<', "&lt;")
}
