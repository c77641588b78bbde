//! Comma-separated values: a header, then a row for each result or segment, numbers in full.

use std::io::{self, Write};

use genai_metrics::{Part, Score};

use super::{Report, Sentences, SystemResult, View};
use crate::read::json::Cell;

pub(super) fn write(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let mut row = |cells: Vec<String>| writer.write_record(cells).map_err(io_error);
    let fixed: &[&str] = if view.sentences {
        &["system", "metric", "index", "id", "score", "signature"]
    } else {
        &["system", "metric", "score", "signature"]
    };
    let columns = PartColumns::of(report, view);
    let ends = if view.sentences { Vec::new() } else { interval_names(report) };
    let slices = !view.sentences && report.has_slices();
    let fixed = fixed[..1].iter().chain(slices.then_some(&"slice")).chain(&fixed[1..]);
    let names = fixed.map(|name| (*name).to_owned()).chain(columns.names());
    row(names
        .chain(ends.iter().flat_map(|name| [format!("{name}_low"), format!("{name}_high")]))
        .collect())?;
    for result in &report.results {
        let system = result.system.clone();
        let (metric, signature) = (result.spec.name.to_owned(), result.signature(view).to_owned());
        if view.sentences {
            for sentence in result.sentences.iter().flat_map(Sentences::iter) {
                let fixed = [
                    system.clone(),
                    metric.clone(),
                    sentence.index.to_string(),
                    sentence.id.map_or_else(String::new, Cell::plain),
                    number(sentence.score.value),
                    signature.clone(),
                ];
                row(fixed.into_iter().chain(columns.values(&sentence.score)).collect())?;
            }
        } else {
            let slice = slices.then(|| result.slice.as_ref().map(ToString::to_string));
            let of = [system].into_iter().chain(slice.map(Option::unwrap_or_default));
            let fixed = of.chain([metric, number(result.score.value), signature]);
            let cells = fixed.chain(columns.values(&result.score));
            row(cells.chain(ends.iter().flat_map(|name| interval(result, name))).collect())?;
        }
    }
    writer.flush()
}

/// What has an interval about it, in order of appearance: the score and its parts.
fn interval_names(report: &Report<'_>) -> Vec<&'static str> {
    let mut names = Vec::new();
    for confidence in report.results.iter().filter_map(|result| result.confidence.as_ref()) {
        let parts = confidence.parts.iter().map(|(name, _)| *name);
        for name in ["score"].into_iter().chain(parts) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// The ends of one interval; empty where there is none.
fn interval(result: &SystemResult<'_>, name: &str) -> [String; 2] {
    let found = result.confidence.as_ref().and_then(|confidence| {
        if name == "score" {
            return Some((confidence.low, confidence.high));
        }
        let mut parts = confidence.parts.iter();
        parts.find(|(part, _)| *part == name).map(|(_, interval)| (interval.low, interval.high))
    });
    found.map_or_else(Default::default, |(low, high)| [number(low), number(high)])
}

/// The error as the output reported it: its kind tells a closed pipe from a full disk.
pub(crate) fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// The columns of the parts of all scores, in order of appearance: a part's name and, if the part
/// has several numbers, which of them.
#[derive(Default)]
struct PartColumns(Vec<(&'static str, Option<usize>)>);

impl PartColumns {
    /// Metrics have different parts, and a header comes first: every score is looked at.
    fn of(report: &Report<'_>, view: View) -> Self {
        let mut columns = Self::default();
        for result in &report.results {
            if view.sentences {
                let sentences = result.sentences.iter().flat_map(Sentences::iter);
                sentences.for_each(|sentence| columns.add(&sentence.score));
            } else {
                columns.add(&result.score);
            }
        }
        columns
    }

    fn add(&mut self, score: &Score) {
        for (name, part) in &score.parts {
            match part {
                Part::Count(_) | Part::Number(_) => self.add_one(name, None),
                Part::Counts(values) | Part::Numbers(values) => {
                    (0..values.len()).for_each(|at| self.add_one(name, Some(at)));
                }
            }
        }
    }

    fn add_one(&mut self, name: &'static str, at: Option<usize>) {
        if !self.0.contains(&(name, at)) {
            self.0.push((name, at));
        }
    }

    /// The headings; several numbers of one part are numbered from 1.
    fn names(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(name, at)| match at {
            Some(at) => format!("{name}_{}", at + 1),
            None => (*name).to_owned(),
        })
    }

    /// The cells of a score; empty where it has no such part.
    fn values(&self, score: &Score) -> impl Iterator<Item = String> {
        self.0.iter().map(|(name, at)| {
            let value = match (score.part(name), at) {
                (Some(Part::Count(value) | Part::Number(value)), None) => Some(value),
                (Some(Part::Counts(values) | Part::Numbers(values)), Some(at)) => values.get(*at),
                _ => None,
            };
            value.map_or_else(String::new, |value| number(*value))
        })
    }
}

/// The shortest decimal that reads back as the same number.
fn number(value: f64) -> String {
    value.to_string()
}
