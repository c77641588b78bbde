//! For people: sacreBLEU's line for one system, a table for several.

use std::io::{self, Write};

use super::{Report, Sentences, SystemResult, View, display};

pub(super) fn write(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    if view.sentences {
        return write_sentences(report, view, out);
    }
    if let [result] = &report.results[..] {
        return writeln!(out, "{}", line(result, view.width));
    }
    let scores: Vec<String> = report
        .results
        .iter()
        .map(|result| display(result.score.value, &result.spec, view.width))
        .collect();
    let title = |result: &SystemResult<'_>| result.spec.title.chars().count();
    let system_width = report.results.iter().map(|r| r.system.chars().count()).max().unwrap_or(0);
    let system_width = system_width.max("system".len());
    let score_width = scores.iter().map(String::len).max().unwrap_or(0);
    let score_width = score_width.max(report.results.iter().map(title).max().unwrap_or(0));
    let heading = report.results.first().map_or("", |result| result.spec.title.as_str());
    writeln!(out, "{:system_width$}  {heading:>score_width$}", "system")?;
    for (result, score) in report.results.iter().zip(&scores) {
        let SystemResult { system, description, .. } = result;
        let line = format!("{system:system_width$}  {score:>score_width$}  {description}");
        writeln!(out, "{}", line.trim_end())?;
    }
    if let Some(result) = report.results.first() {
        writeln!(out, "{}|{}", result.spec.title, result.signature)?;
    }
    Ok(())
}

/// `BLEU|signature = 26.6 58.9/32.3/20.1/13.0 (BP = …)`.
fn line(result: &SystemResult<'_>, width: usize) -> String {
    let score = display(result.score.value, &result.spec, width);
    with_parts(&result.spec.title, &result.signature, &score, &result.description)
}

fn with_parts(title: &str, signature: &str, score: &str, description: &str) -> String {
    let space = if description.is_empty() { "" } else { " " };
    format!("{title}|{signature} = {score}{space}{description}")
}

/// One line a segment, as `sacrebleu --sentence-level`; with several systems, each line begins
/// with its system and a tab.
fn write_sentences(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    for (result, sentences) in with_sentences(report) {
        for sentence in sentences.iter() {
            let score = display(sentence.score.value, &result.spec, view.width);
            let description = sentences.scorer.describe(&sentence.score);
            let line = with_parts(&result.spec.title, &sentences.signature, &score, &description);
            writeln!(out, "{}{line}", prefix(report, result))?;
        }
    }
    Ok(())
}

fn with_sentences<'r, 'a>(
    report: &'r Report<'a>,
) -> impl Iterator<Item = (&'r SystemResult<'a>, &'r Sentences<'a>)> {
    report.results.iter().filter_map(|result| Some((result, result.sentences.as_ref()?)))
}

fn prefix(report: &Report<'_>, result: &SystemResult<'_>) -> String {
    if report.results.len() > 1 { format!("{}\t", result.system) } else { String::new() }
}
