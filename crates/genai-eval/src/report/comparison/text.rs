//! For people: a table of scores, then what is known of each difference.

use std::io::{self, Write};

use super::{ComparedMeasure, ComparedSample, ComparisonReport, Tested, named, shown_share};
use crate::report::table::{Side, printable, write_table};

const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

pub(super) fn write(
    comparison: &ComparisonReport,
    width: Option<usize>,
    bold: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut rows = vec![headings(comparison)];
    for sample in &comparison.samples {
        for (system, name) in comparison.systems.iter().enumerate() {
            let mut row = of_cells(comparison, sample, name);
            let scores = sample.measures.iter();
            row.extend(scores.map(|measure| score_cell(measure, system, width, bold)));
            rows.push(row);
        }
    }
    write_table(&vec![Side::Left; rows[0].len()], &rows, out)?;
    let baseline = printable(&comparison.systems[comparison.baseline]);
    writeln!(out, "baseline: {baseline}; {}", comparison.method())?;
    let measures = comparison.samples.first().map_or(&[][..], |sample| &sample.measures);
    for line in measures.iter().flat_map(|measure| measure.signed(&comparison.systems)) {
        writeln!(out, "{}", printable(&named(line)))?;
    }
    writeln!(out)?;
    write_table(&difference_sides(comparison), &difference_rows(comparison, width), out)
}

fn headings(comparison: &ComparisonReport) -> Vec<String> {
    let mut headings = vec!["system".to_owned()];
    if comparison.has_slices() {
        headings.extend(["slice".to_owned(), "segments".to_owned()]);
    }
    let measures = comparison.samples.first().map_or(&[][..], |sample| &sample.measures);
    headings.extend(measures.iter().map(|measure| measure.title.clone()));
    headings
}

/// What a row is of.
pub(super) fn of_cells(
    comparison: &ComparisonReport,
    sample: &ComparedSample,
    system: &str,
) -> Vec<String> {
    let mut cells = vec![printable(system)];
    if comparison.has_slices() {
        cells.extend([slice_name(sample), sample.segments.to_string()]);
    }
    cells
}

pub(super) fn slice_name(sample: &ComparedSample) -> String {
    sample.slice.as_ref().map_or_else(|| "all".to_owned(), |slice| printable(&slice.to_string()))
}

/// `37.8 [36.8, 38.8] +1.21*`.
fn score_cell(
    measure: &ComparedMeasure,
    system: usize,
    width: Option<usize>,
    bold: bool,
) -> String {
    let score = measure.shown(measure.scores[system], width);
    let [low, high] = [measure.estimates[system].low, measure.estimates[system].high]
        .map(|n| measure.shown(n, width));
    let score =
        if bold && measure.is_best(system) { format!("{BOLD}{score}{PLAIN}") } else { score };
    let difference = measure.comparisons[system].as_ref().map_or_else(String::new, |tested| {
        let delta = measure.shown_difference(tested.comparison.delta, width);
        format!(" {delta}{}", mark(tested))
    });
    format!("{score} [{low}, {high}]{difference}")
}

pub(super) fn mark(tested: &Tested) -> &'static str {
    if tested.significant { "*" } else { "" }
}

fn difference_sides(comparison: &ComparisonReport) -> Vec<Side> {
    let of = if comparison.has_slices() { 3 } else { 2 };
    [vec![Side::Left; of], vec![Side::Right; 6]].concat()
}

/// A heading, and a row for each difference.
pub(super) fn difference_rows(
    comparison: &ComparisonReport,
    width: Option<usize>,
) -> Vec<Vec<String>> {
    let level = shown_share(comparison.resampling.level * 100.0);
    let mut headings = vec!["metric".to_owned(), "system".to_owned()];
    if comparison.has_slices() {
        headings.push("slice".to_owned());
    }
    let adjusted = match comparison.adjustment {
        super::Adjustment::Holm => "two-sided (Holm)",
        super::Adjustment::None => "two-sided",
    };
    let numbers = [
        "difference",
        &format!("{level} % interval"),
        "p (sacreBLEU)",
        adjusted,
        "effect",
        "detectable",
    ];
    headings.extend(numbers.map(str::to_owned));
    let mut rows = vec![headings];
    for (sample, measure, system, tested) in comparison.comparisons() {
        let own = &tested.comparison;
        let mut row = vec![measure.title.clone(), printable(&comparison.systems[system])];
        if comparison.has_slices() {
            row.push(slice_name(sample));
        }
        let shown = |number| measure.shown_difference(number, width);
        row.extend([
            format!("{}{}", shown(own.delta), mark(tested)),
            format!("[{}, {}]", shown(own.low), shown(own.high)),
            p_value(own.p_value),
            p_value(tested.p_adjusted),
            own.effect_size(sample.units)
                .map_or_else(|| "-".to_owned(), |size| format!("{size:+.2}")),
            shown(own.minimum_detectable).trim_start_matches('+').to_owned(),
        ]);
        rows.push(row);
    }
    rows
}

/// Four decimals, but never a zero.
fn p_value(p: f64) -> String {
    if p < 0.0001 { format!("{p:.1e}") } else { format!("{p:.4}") }
}
