//! For people at a terminal.

use std::io::{self, Write};

use super::phrases;
use super::table::CheckTable;
use super::word_diff::{Marks, render};
use crate::gate::verdict::{GateReport, Verdict, WorstSegments};
use crate::report::{Side, write_table};

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const PLAIN: &str = "\x1b[0m";

/// The verdict in one line, then a check a line, then what is to be said of them, then segments
/// that people should look at.
///
/// # Errors
/// If the output cannot be written.
pub(crate) fn write(report: &GateReport, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let headline = format!("gate: {}", phrases::headline(report));
    writeln!(out, "{}", painted(&headline, report.verdict(), colour))?;
    writeln!(out, "{}", phrases::context(report))?;
    if !report.checks.is_empty() {
        writeln!(out)?;
        write_checks(report, colour, out)?;
    }
    write_reasons(report, colour, out)?;
    write_sensitivity(report, colour, out)?;
    if !report.notes.is_empty() {
        writeln!(out)?;
    }
    for note in &report.notes {
        writeln!(out, "note: {}", phrases::visible(note))?;
    }
    report.worst.iter().try_for_each(|worst| write_worst(worst, colour, out))
}

fn painted(text: &str, verdict: Verdict, colour: bool) -> String {
    let paint = match verdict {
        Verdict::Pass => GREEN,
        Verdict::Inconclusive | Verdict::Warning => YELLOW,
        Verdict::NoVerdict | Verdict::Fail => RED,
    };
    if colour { format!("{paint}{text}{PLAIN}") } else { text.to_owned() }
}

/// What cannot be told is a question mark, whether the rule lets it pass or not; the last column
/// says which.
fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Fail => "✗",
        Verdict::Warning => "!",
        Verdict::Inconclusive | Verdict::NoVerdict => "?",
    }
}

fn write_checks(report: &GateReport, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let CheckTable { columns, rows } = CheckTable::new(report);
    let (names, sides): (Vec<String>, Vec<Side>) = columns.into_iter().unzip();
    let lines: Vec<_> = [names].into_iter().chain(rows).collect();
    let mut table = Vec::new();
    write_table(&sides, &lines, &mut table)?;
    // Marks are put before the lines afterwards, as their colours would count as width.
    let marks = report.checks.iter().map(|check| {
        let verdict = phrases::effective(report, check);
        painted(mark(check.verdict), verdict, colour)
    });
    let marks = [" ".to_owned()].into_iter().chain(marks);
    for (mark, line) in marks.zip(String::from_utf8_lossy(&table).lines()) {
        writeln!(out, "{mark} {line}")?;
    }
    Ok(())
}

fn write_reasons(report: &GateReport, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut others = report.checks.iter().filter(|check| check.verdict != Verdict::Pass).peekable();
    if others.peek().is_some() {
        writeln!(out)?;
    }
    for check in others {
        let verdict = phrases::effective(report, check);
        let mark = painted(mark(check.verdict), verdict, colour);
        writeln!(out, "{mark} {}: {}", phrases::name(check), phrases::visible(&check.reason))?;
    }
    Ok(())
}

fn write_sensitivity(report: &GateReport, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut said = report.checks.iter().filter_map(phrases::sensitivity).peekable();
    if said.peek().is_some() {
        writeln!(out)?;
    }
    for (sentence, is_blind) in said {
        let kind =
            if is_blind { painted("warning", Verdict::Warning, colour) } else { "note".to_owned() };
        writeln!(out, "{kind}: {sentence}")?;
    }
    Ok(())
}

fn write_worst(worst: &WorstSegments, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    if worst.segments.is_empty() {
        return Ok(());
    }
    let marks = if colour {
        Marks { gone: [RED, PLAIN], new: [GREEN, PLAIN], escape: phrases::visible }
    } else {
        PLAIN_MARKS
    };
    writeln!(out, "\n{}", phrases::worst_title(&worst.segments, &worst.title))?;
    for segment in &worst.segments {
        let score = phrases::segment_score(segment, worst.decimals);
        writeln!(out, "  {}: {score}", phrases::segment_name(segment))?;
        for (what, pieces) in segment.texts.iter().flat_map(phrases::comparisons) {
            writeln!(out, "    {what}: {}", render(&pieces, &marks))?;
        }
    }
    Ok(())
}

/// What is gone and what is new where there are no colours.
pub(super) const PLAIN_MARKS: Marks =
    Marks { gone: ["[-", "-]"], new: ["{+", "+}"], escape: phrases::visible };
