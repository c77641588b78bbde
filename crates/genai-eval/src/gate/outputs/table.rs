//! The table of checks, which text and Markdown share.

use super::phrases;
use crate::gate::verdict::{Check, GateReport};
use crate::report::Side;

/// Cells as people read them, and their columns. A column that says nothing is not there.
#[derive(Debug)]
pub(super) struct CheckTable {
    /// The name of each column and where its cells lie.
    pub(super) columns: Vec<(String, Side)>,
    /// A row for each check.
    pub(super) rows: Vec<Vec<String>>,
}

/// How many characters of a slice are shown; its whole name stands elsewhere.
const MOST_OF_A_SLICE: usize = 60;

type Cell = fn(&Check) -> String;

impl CheckTable {
    /// The table of a report's checks.
    pub(super) fn new(report: &GateReport) -> Self {
        let adjusted = report.statistics.adjust != "none";
        let p = if adjusted { format!("p ({})", report.statistics.adjust) } else { "p".to_owned() };
        let any = |is_there: fn(&Check) -> bool| report.checks.iter().any(is_there);
        let sliced = any(|check| check.slice.is_some());
        let compared = any(|check| check.baseline.is_some());
        let tested = any(|check| check.difference.is_some());
        let columns: [(&str, Side, bool, Cell); 8] = [
            ("metric", Side::Left, true, |check| phrases::visible(&check.title)),
            ("slice", Side::Left, sliced, |check| {
                let slice = check.slice.as_deref().map_or_else(missing, phrases::visible);
                phrases::shortened(&slice, MOST_OF_A_SLICE)
            }),
            ("condition", Side::Left, true, phrases::condition),
            ("score", Side::Right, true, phrases::score),
            ("baseline", Side::Right, compared, |check| {
                check.baseline.map_or_else(missing, |b| phrases::number(b, check.decimals))
            }),
            ("Δ", Side::Right, tested, phrases::difference),
            (&p, Side::Right, tested, |check| {
                check.difference.map_or_else(missing, |d| phrases::p_value(d.p_adjusted))
            }),
            ("verdict", Side::Left, true, |c| phrases::verdict_word(c.verdict).to_owned()),
        ];
        let shown = || columns.iter().filter(|(_, _, is_there, _)| *is_there);
        Self {
            columns: shown().map(|&(name, side, _, _)| (name.to_owned(), side)).collect(),
            rows: (report.checks.iter())
                .map(|check| shown().map(|(_, _, _, cell)| cell(check)).collect())
                .collect(),
        }
    }
}

fn missing() -> String {
    phrases::MISSING.to_owned()
}
