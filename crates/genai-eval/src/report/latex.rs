//! A LaTeX table of scores, with booktabs.

use std::io::{self, Write};

use super::{Report, View, sayings};

pub(super) fn write(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    let metrics = report.metrics();
    for (titles, signature) in sayings(metrics, |result| vec![result.signature(view)]) {
        writeln!(out, "% {titles}|{signature}")?;
    }
    let headings = report.of_headings();
    let sides: String =
        headings.iter().map(|name| if name == "segments" { 'r' } else { 'l' }).collect();
    writeln!(out, "\\begin{{tabular}}{{{sides}{}}}\n\\toprule", "r".repeat(metrics.len()))?;
    let titles = metrics.iter().map(|result| escape(&result.spec.title));
    let headings: Vec<String> = headings.into_iter().chain(titles).collect();
    writeln!(out, "{} \\\\\n\\midrule", headings.join(" & "))?;
    for results in report.systems() {
        let scores = results.iter().map(|result| result.shown(view));
        let cells = results[0].of_cells(report.has_slices()).into_iter().chain(scores);
        let cells: Vec<String> = cells.map(|cell| escape(&cell)).collect();
        writeln!(out, "{} \\\\", cells.join(" & "))?;
    }
    writeln!(out, "\\bottomrule\n\\end{{tabular}}")
}

/// Text as LaTeX shows it.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => escaped.extend(['\\', c]),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '\\' => escaped.push_str("\\textbackslash{}"),
            '\n' | '\r' => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
