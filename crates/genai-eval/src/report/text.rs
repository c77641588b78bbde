//! For people: sacreBLEU's line for one system and metric, a table for several.

use std::io::{self, Write};

use super::table::{Columns, Side, printable, write_table};
use super::{Report, Sentence, Sentences, SystemResult, View, display, sayings, side_by_side};

pub(super) fn write(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    match (report.metrics(), view.sentences) {
        ([_], true) => return write_sentences(report, view, out),
        ([result], false) if report.results.len() == 1 => {
            return writeln!(out, "{}", line(result, view));
        }
        ([_], false) => write_systems(report, view, out)?,
        (_, true) => write_sentence_table(report, view, out)?,
        (metrics, false) if report.results.len() == metrics.len() => {
            write_metrics(metrics, view, out)?;
        }
        (_, false) => write_grid(report, view, out)?,
    }
    for (titles, signature) in sayings(report.metrics(), |result| vec![result.signature(view)]) {
        writeln!(out, "{titles}|{signature}")?;
    }
    Ok(())
}

/// Several systems, one metric: a system a line.
fn write_systems(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    let row = |result: &SystemResult<'_>| {
        let own = [result.shown(view), result.description.clone()];
        [result.of_cells(report.has_slices()), own.to_vec()].concat()
    };
    let rows: Vec<_> = std::iter::once(headings(report, report.of_headings()))
        .chain(report.results.iter().map(row))
        .collect();
    write_table(&sides(report, &[Side::Right, Side::Left]), &rows, out)
}

/// The sides of the columns that say of what a result is, and of those behind them.
fn sides(report: &Report<'_>, behind: &[Side]) -> Vec<Side> {
    let of: &[Side] =
        if report.has_slices() { &[Side::Left, Side::Left, Side::Right] } else { &[Side::Left] };
    [of, behind].concat()
}

/// One system, several metrics: a metric a line.
fn write_metrics(metrics: &[SystemResult<'_>], view: View, out: &mut dyn Write) -> io::Result<()> {
    let row = |result: &SystemResult<'_>| {
        vec![result.spec.title.clone(), result.shown(view), result.description.clone()]
    };
    let rows: Vec<_> = metrics.iter().map(row).collect();
    write_table(&[Side::Left, Side::Right, Side::Left], &rows, out)
}

/// Several systems, several metrics: a system a line, with its scores only.
fn write_grid(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = vec![headings(report, report.of_headings())];
    for results in report.systems() {
        let scores = results.iter().map(|result| result.shown(view));
        rows.push(results[0].of_cells(report.has_slices()).into_iter().chain(scores).collect());
    }
    write_table(&sides(report, &vec![Side::Right; report.metrics().len()]), &rows, out)
}

fn headings(report: &Report<'_>, first: Vec<String>) -> Vec<String> {
    let titles = report.metrics().iter().map(|result| result.spec.title.clone());
    first.into_iter().chain(titles).collect()
}

/// `BLEU|signature = 26.6 58.9/32.3/20.1/13.0 (BP = …)`.
fn line(result: &SystemResult<'_>, view: View) -> String {
    let SystemResult { spec, signature, description, .. } = result;
    with_parts(&spec.title, signature, &result.shown_with_mean(view), description)
}

fn with_parts(title: &str, signature: &str, score: &str, description: &str) -> String {
    let space = if description.is_empty() { "" } else { " " };
    format!("{title}|{signature} = {score}{space}{description}")
}

/// One line a segment, as `sacrebleu --sentence-level`; with several systems, each line begins
/// with its system and a tab.
fn write_sentences(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    for result in &report.results {
        let several = report.results.len() > 1;
        let prefix = if several { format!("{}\t", result.system) } else { String::new() };
        for sentence in result.sentences.iter().flat_map(Sentences::iter) {
            let score = display(sentence.score.value, &result.spec, view.width);
            let description = result.describe(&sentence);
            let (title, signature) = (&result.spec.title, result.signature(view));
            let line = with_parts(title, signature, &score, &description);
            writeln!(out, "{prefix}{line}")?;
        }
    }
    Ok(())
}

/// Several metrics: a segment a line, with its scores only.
fn write_sentence_table(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    let several = report.results.len() > report.metrics().len();
    let first: &[&str] = if several { &["system", "segment"] } else { &["segment"] };
    let headings = headings(report, first.iter().map(|&name| name.to_owned()).collect());
    let mut sides = vec![Side::Right; headings.len()];
    if several {
        sides[0] = Side::Left;
    }
    let cells = |results: &[SystemResult<'_>], segment: &[Sentence<'_>]| -> Vec<String> {
        let system = several.then(|| results[0].system.clone());
        let name = printable(&segment[0].name());
        let scores = results.iter().zip(segment);
        let scores = scores.map(|(r, s)| display(s.score.value, &r.spec, view.width));
        system.into_iter().chain([name]).chain(scores).collect()
    };
    // Segments may be millions: no line is kept, each is made twice, for the widths first.
    let rows = || {
        report
            .systems()
            .flat_map(|results| side_by_side(results).map(move |segment| cells(results, &segment)))
    };
    let mut columns = Columns::new(&sides);
    columns.fit(&headings);
    rows().for_each(|row| columns.fit(&row));
    columns.write(&headings, out)?;
    rows().try_for_each(|row| columns.write(&row, out))
}
