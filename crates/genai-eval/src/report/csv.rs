//! Comma-separated values: a header, then a row for each result or segment, numbers in full.

use std::io::{self, Write};

use genai_metrics::{Part, Score};

use super::{Report, View};
use crate::read::json::Cell;

pub(super) fn write(report: &Report<'_>, view: View, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let mut headed = false;
    let mut row = |fixed: &[(&str, String)], score: &Score| -> io::Result<()> {
        let parts = flat_parts(score);
        if !headed {
            let names = fixed.iter().map(|(name, _)| *name).chain(parts.iter().map(|(n, _)| &**n));
            writer.write_record(names).map_err(io_error)?;
            headed = true;
        }
        let values = fixed.iter().map(|(_, value)| value).chain(parts.iter().map(|(_, v)| v));
        writer.write_record(values).map_err(io_error)
    };
    for result in &report.results {
        let named = |key, value: &str| (key, value.to_owned());
        let (system, metric) = (named("system", &result.system), named("metric", result.spec.name));
        match &result.sentences {
            Some(sentences) if view.sentences => {
                for sentence in sentences.iter() {
                    let id = sentence.id.map_or_else(String::new, Cell::plain);
                    let fixed = [
                        system.clone(),
                        metric.clone(),
                        ("index", sentence.index.to_string()),
                        ("id", id),
                        ("score", number(sentence.score.value)),
                        named("signature", &sentences.signature),
                    ];
                    row(&fixed, &sentence.score)?;
                }
            }
            _ => {
                let score = ("score", number(result.score.value));
                let fixed = [system, metric, score, named("signature", &result.signature)];
                row(&fixed, &result.score)?;
            }
        }
    }
    writer.flush()
}

/// The error as the output reported it: its kind tells a closed pipe from a full disk.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Parts with several numbers become several columns, numbered from 1.
fn flat_parts(score: &Score) -> Vec<(String, String)> {
    let mut flat = Vec::new();
    for (name, part) in &score.parts {
        match part {
            Part::Count(value) | Part::Number(value) => {
                flat.push(((*name).to_owned(), number(*value)));
            }
            Part::Counts(values) | Part::Numbers(values) => {
                let named = values.iter().zip(1..);
                flat.extend(named.map(|(value, n)| (format!("{name}_{n}"), number(*value))));
            }
        }
    }
    flat
}

/// The shortest decimal that reads back as the same number.
fn number(value: f64) -> String {
    value.to_string()
}
