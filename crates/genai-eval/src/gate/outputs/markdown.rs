//! For pull requests and step summaries.

use std::io::{self, Write};

use super::phrases;
use super::table::CheckTable;
use super::word_diff::{Marks, render};
use crate::gate::verdict::{GateReport, Verdict, WorstSegments};
use crate::report::Side;

/// What the blocks of folded segments begin and end with, each alone on its line.
pub(super) const FOLD: [&str; 2] = ["<details>", "</details>"];

/// What a note begins with, so that none begins a list or the like.
const NOTE: &str = "ℹ️";

/// A heading with the verdict, the table of checks, what is to be said of them, and segments that
/// people should look at, folded.
///
/// # Errors
/// If the output cannot be written.
pub(crate) fn write(report: &GateReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {} gate: {}\n", mark(report.verdict()), escape(&phrases::headline(report)))?;
    writeln!(out, "{}", escape(&phrases::context(report)))?;
    if !report.checks.is_empty() {
        writeln!(out)?;
        write_checks(report, out)?;
    }
    let others = report.checks.iter().filter(|check| check.verdict != Verdict::Pass);
    let reasons = others.map(|check| {
        let [name, reason] =
            [phrases::name(check), phrases::visible(&check.reason)].map(|text| escape(&text));
        format!("{} <strong>{name}</strong>: {reason}", mark(check.verdict))
    });
    write_list(reasons, out)?;
    let said = report.checks.iter().filter_map(phrases::sensitivity);
    let said = said.map(|(sentence, is_blind)| {
        let sign = if is_blind { "⚠️" } else { NOTE };
        format!("{sign} {}", escape(&sentence))
    });
    write_list(said, out)?;
    let notes = report.notes.iter();
    let notes = notes.map(|note| format!("{NOTE} {}", escape(&phrases::visible(note))));
    write_list(notes, out)?;
    report.worst.iter().try_for_each(|worst| write_worst(worst, out))
}

fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✅",
        Verdict::Fail => "❌",
        Verdict::Warning => "⚠️",
        Verdict::Inconclusive => "❔",
        Verdict::NoVerdict => "⛔",
    }
}

fn write_checks(report: &GateReport, out: &mut dyn Write) -> io::Result<()> {
    let CheckTable { columns, rows } = CheckTable::new(report);
    writeln!(out, "| |{}", cells(columns.iter().map(|(name, _)| name)))?;
    let sides = columns.iter().map(|(_, side)| match side {
        Side::Left => "---|",
        Side::Right => "---:|",
    });
    writeln!(out, "|---|{}", sides.collect::<String>())?;
    for (check, row) in report.checks.iter().zip(rows) {
        writeln!(out, "| {} |{}", mark(check.verdict), cells(row.iter()))?;
    }
    Ok(())
}

fn cells<'c>(texts: impl Iterator<Item = &'c String>) -> String {
    let mut cells = String::new();
    for text in texts {
        cells.extend([" ", &escape(text), " |"]);
    }
    cells
}

fn write_list(items: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let mut items = items.peekable();
    if items.peek().is_some() {
        writeln!(out)?;
    }
    items.try_for_each(|item| writeln!(out, "- {item}"))
}

/// One block of HTML, which ends at the first blank line: there is none in it.
fn write_worst(worst: &WorstSegments, out: &mut dyn Write) -> io::Result<()> {
    if worst.segments.is_empty() {
        return Ok(());
    }
    let [begin, end] = FOLD;
    let title = escape(&phrases::worst_title(&worst.segments, &worst.title));
    writeln!(out, "\n{begin}\n<summary>{title}</summary>")?;
    for segment in &worst.segments {
        let name = escape(&phrases::segment_name(segment));
        let score = escape(&phrases::segment_score(segment, worst.decimals));
        write!(out, "<p>{name}: {score}")?;
        for (what, pieces) in segment.texts.iter().flat_map(phrases::comparisons) {
            write!(out, "<br>{what}: <code>{}</code>", render(&pieces, &MARKS))?;
        }
        writeln!(out, "</p>")?;
    }
    writeln!(out, "{end}")
}

const MARKS: Marks = Marks {
    gone: ["<del>", "</del>"],
    new: ["<ins>", "</ins>"],
    escape: |word| escape_marks(&phrases::visible(word)),
};

/// A text that is no markup in Markdown, in a cell of a table, or in HTML, and calls nobody.
fn escape(text: &str) -> String {
    // GitHub looks for `@name` in the text of the page, after all that Markdown does, but not
    // within code.
    escape_marks(text).replace("&#64;", "<code>&#64;</code>")
}

/// As [`escape`], for what stands within code already.
fn escape_marks(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        let is_mark = matches!(
            c,
            '&' | '<'
                | '>'
                | '"'
                | '\''
                | '|'
                | '\\'
                | '`'
                | '*'
                | '_'
                | '~'
                | '['
                | ']'
                | '!'
                | '#'
                | '@'
                | ':'
                | '$'
                | '^'
                | '{'
                | '}'
        );
        // `www.` begins a link in GitHub's Markdown.
        let links = c == '.' && escaped.to_ascii_lowercase().ends_with("www");
        if is_mark || links {
            escaped.extend(["&#", &u32::from(c).to_string(), ";"]);
        } else {
            escaped.push(c);
        }
    }
    escaped
}
