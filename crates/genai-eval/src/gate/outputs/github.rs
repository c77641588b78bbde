//! For GitHub Actions: annotations, the summary of the step, and its outputs. Syntax and escapes are
//! those of actions/runner (`ActionCommand.cs`) and actions/toolkit.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::{markdown, phrases};
use crate::gate::verdict::{Check, GateReport, Verdict};

/// How many annotations of a kind GitHub shows for a step.
const MOST_ANNOTATIONS: usize = 10;
/// How many characters of a title are written.
const MOST_OF_A_TITLE: usize = 200;
/// How large a summary may become, in bytes: GitHub drops it whole above 1024 kiB.
const MOST_OF_A_SUMMARY: usize = 900_000;

/// An annotation for each check that did not pass, a line each, and at most ten of a kind.
///
/// # Errors
/// If the output cannot be written.
pub(crate) fn write_annotations(report: &GateReport, out: &mut dyn Write) -> io::Result<()> {
    if report.checks.is_empty() {
        return write_annotation("error", "gate", &phrases::headline(report), out);
    }
    for kind in ["error", "warning", "notice"] {
        let of_kind = |check: &&Check| annotation_kind(report, check) == Some(kind);
        let checks: Vec<&Check> = report.checks.iter().filter(of_kind).collect();
        let alone =
            if checks.len() > MOST_ANNOTATIONS { MOST_ANNOTATIONS - 1 } else { checks.len() };
        let (shown, others) = checks.split_at(alone);
        for check in shown {
            let name = phrases::name(check);
            write_annotation(kind, &format!("gate: {name}"), &said(check), out)?;
        }
        if !others.is_empty() {
            let names =
                others.iter().map(|check| format!("{}: {}", phrases::name(check), said(check)));
            let title = format!("gate: {} more checks", others.len());
            write_annotation(kind, &title, &names.collect::<Vec<_>>().join("\n"), out)?;
        }
    }
    Ok(())
}

fn annotation_kind(report: &GateReport, check: &Check) -> Option<&'static str> {
    match phrases::effective(report, check) {
        Verdict::Pass => None,
        Verdict::Inconclusive => Some("notice"),
        Verdict::Warning => Some("warning"),
        Verdict::NoVerdict | Verdict::Fail => Some("error"),
    }
}

/// The verdict and its reason.
fn said(check: &Check) -> String {
    let reason = phrases::visible(&check.reason);
    format!("{}: {reason}", phrases::verdict_word(check.verdict))
}

fn write_annotation(kind: &str, title: &str, message: &str, out: &mut dyn Write) -> io::Result<()> {
    let title = phrases::shortened(title, MOST_OF_A_TITLE);
    writeln!(out, "::{kind} title={}::{}", escape_property(&title), escape_message(message))
}

fn escape_message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// Appends the report as Markdown to the file of `$GITHUB_STEP_SUMMARY`, if there is one; what the
/// file holds and what is appended stay below GitHub's limit.
///
/// # Errors
/// If the file cannot be written.
pub(crate) fn append_summary(report: &GateReport, path: Option<&Path>) -> io::Result<()> {
    let Some(path) = path else { return Ok(()) };
    let mut summary = Vec::new();
    markdown::write(report, &mut summary)?;
    let (mut file, written) = open(path)?;
    let room = MOST_OF_A_SUMMARY.saturating_sub(usize::try_from(written).unwrap_or(usize::MAX));
    // A table or a list of the step's own would go on with our first line.
    let gap = if written > 0 { "\n" } else { "" };
    let summary = cut(&String::from_utf8_lossy(&summary), room);
    file.write_all(format!("{gap}{summary}").as_bytes())
}

/// As many whole lines as there is room for, and what was left out.
fn cut(summary: &str, room: usize) -> String {
    if summary.len() <= room {
        return summary.to_owned();
    }
    let [begin, end] = markdown::FOLD;
    let note =
        |lines: usize| format!("\n{lines} lines were left out, as GitHub limits summaries.\n");
    let reserved = note(usize::MAX).len() + end.len() + 2;
    let (mut kept, mut is_open, mut left_out) = (String::new(), false, 0);
    for line in summary.lines() {
        if left_out > 0 || kept.len() + line.len() + 1 + reserved > room {
            left_out += 1;
            continue;
        }
        is_open = (is_open || line == begin) && line != end;
        kept.push_str(line);
        kept.push('\n');
    }
    if is_open {
        kept.push_str(end);
        kept.push('\n');
    }
    kept + &note(left_out)
}

/// Appends the verdict, the exit code, what did not pass, and the scores to the file of
/// `$GITHUB_OUTPUT`, if there is one.
///
/// # Errors
/// If the file cannot be written.
pub(crate) fn append_outputs(report: &GateReport, path: Option<&Path>) -> io::Result<()> {
    let Some(path) = path else { return Ok(()) };
    let (mut file, _) = open(path)?;
    let lines: String =
        outputs(report).iter().map(|(name, value)| assignment(name, value)).collect();
    file.write_all(lines.as_bytes())
}

fn outputs(report: &GateReport) -> Vec<(String, String)> {
    let others = report.checks.iter().filter(|check| check.verdict != Verdict::Pass);
    let others = others.map(|check| format!("{}: {}", phrases::name(check), said(check)));
    let mut outputs = vec![
        ("verdict".to_owned(), report.verdict().name().to_owned()),
        ("exit_code".to_owned(), report.outcome().code().to_string()),
        ("not_passed".to_owned(), others.collect::<Vec<_>>().join("\n")),
    ];
    let mut owners = HashMap::new();
    for check in &report.checks {
        let slice = check.slice.as_deref().unwrap_or_default();
        let mut name = format!("score_{}", safe_name(&check.metric));
        if !slice.is_empty() {
            name = format!("{name}_{}", safe_name(slice));
        }
        // Several rules about one score say it once; names that only became equal get numbers.
        let owner = (check.metric.as_str(), slice);
        let plain = name.clone();
        let mut number = 2;
        while *owners.entry(name.clone()).or_insert(owner) != owner {
            name = format!("{plain}_{number}");
            number += 1;
        }
        if outputs.iter().all(|(other, _)| *other != name) {
            let score = check.score.filter(|score| score.is_finite());
            outputs.push((name, score.map_or_else(String::new, |score| format!("{score:?}"))));
        }
    }
    outputs
}

fn safe_name(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// A line, or for a value of several lines the form with a delimiter, which no line of it equals.
fn assignment(name: &str, value: &str) -> String {
    if !value.contains(['\n', '\r']) {
        return format!("{name}={value}\n");
    }
    let mut delimiter = "end_of_value".to_owned();
    while value.contains(&delimiter) {
        delimiter.push('_');
    }
    format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")
}

/// Opens a file to append to, at the beginning of a line, and tells how much is in it.
fn open(path: &Path) -> io::Result<(File, u64)> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    if length > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok((file, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_cut_at_a_line() {
        let summary = "# a\n\n<details>\n<p>1</p>\n<p>22</p>\n<p>333</p>\n</details>\n";
        assert_eq!(cut(summary, summary.len()), summary);
        let note = "\n3 lines were left out, as GitHub limits summaries.\n";
        let room = "# a\n\n<details>\n<p>1</p>\n".len() + 90;
        assert!(summary.len() + 100 > room, "the bound is what cuts");
        let long = summary.replace("333", &"3".repeat(200));
        let shown = cut(&long, room + 9);
        assert_eq!(
            shown,
            format!(
                "# a\n\n<details>\n<p>1</p>\n<p>22</p>\n</details>\n{}",
                note.replace('3', "2")
            )
        );
        assert!(shown.len() <= room + 9);
        assert_eq!(cut(&long, room), format!("# a\n\n<details>\n<p>1</p>\n</details>\n{note}"));
        assert!(cut(&long, 0).ends_with("7 lines were left out, as GitHub limits summaries.\n"));
    }

    #[test]
    fn values_of_several_lines_have_a_delimiter() {
        assert_eq!(assignment("a", "b=c"), "a=b=c\n");
        assert_eq!(
            assignment("a", "x\nend_of_value"),
            "a<<end_of_value_\nx\nend_of_value\nend_of_value_\n"
        );
    }
}
