//! A LaTeX table for papers: booktabs, the best in bold, differences beyond chance marked.

use std::io::{self, Write};

use super::text::{mark, of_cells};
use super::{ComparedMeasure, ComparisonReport, named};
use crate::report::latex::escape;

pub(super) fn write(
    comparison: &ComparisonReport,
    width: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let measures = comparison.samples.first().map_or(&[][..], |sample| &sample.measures);
    for line in measures.iter().flat_map(|measure| measure.signed(&comparison.systems)) {
        writeln!(out, "% {}", named(line))?;
    }
    writeln!(
        out,
        "% baseline: {}; {}",
        comparison.systems[comparison.baseline],
        comparison.method()
    )?;
    let of = if comparison.has_slices() { "llr" } else { "l" };
    writeln!(out, "\\begin{{tabular}}{{{of}{}}}\n\\toprule", "r".repeat(measures.len()))?;
    let slices = if comparison.has_slices() { " & slice & segments" } else { "" };
    let titles: Vec<String> = measures.iter().map(|measure| escape(&measure.title)).collect();
    writeln!(out, "system{slices} & {} \\\\\n\\midrule", titles.join(" & "))?;
    for sample in &comparison.samples {
        for (system, name) in comparison.systems.iter().enumerate() {
            let of = of_cells(comparison, sample, name);
            let mut cells: Vec<String> = of.iter().map(|cell| escape(cell)).collect();
            cells.extend(sample.measures.iter().map(|measure| cell(measure, system, width)));
            writeln!(out, "{} \\\\", cells.join(" & "))?;
        }
    }
    writeln!(out, "\\bottomrule\n\\end{{tabular}}")
}

/// `\textbf{37.8}$^{*}$ {\scriptsize $\pm$1.0}`: half the width of the interval, as papers have it.
fn cell(measure: &ComparedMeasure, system: usize, width: Option<usize>) -> String {
    let score = measure.shown(measure.scores[system], width);
    let score = if measure.is_best(system) { format!("\\textbf{{{score}}}") } else { score };
    let half = 0.5 * (measure.estimates[system].high - measure.estimates[system].low);
    let half = measure.shown(half, width);
    let mark = measure.comparisons[system].as_ref().map_or("", mark);
    let mark = if mark.is_empty() { String::new() } else { format!("$^{{{mark}}}$") };
    format!("{score}{mark} {{\\scriptsize $\\pm${half}}}")
}
